// until the API's description is generated: the same shape, written by hand.

type Named = Record<string, string | number | boolean | undefined>;
type Sends<Body> = [Body] extends [never]
  ? { requestBody?: never }
  : { requestBody: { content: { "application/json": Body } } };
type Answers<Answer> = { responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answer } } } };
type Call<Answer, Body = never, Query extends Named = never> = {
  parameters: { query?: Query; path?: never; header?: never; cookie?: never };
} & Sends<Body> &
  Answers<Answer>;
type On<Path extends Named, Answer, Body = never, Query extends Named = never> = {
  parameters: { query?: Query; path: Path; header?: never; cookie?: never };
} & Sends<Body> &
  Answers<Answer>;
type Paged = { limit?: number; cursor?: string };

export interface components {
  schemas: {
    ProblemDetails: {
      type: string;
      title: string;
      status: number;
      detail: string;
      instance?: string;
      errors?: components["schemas"]["WrongField"][];
    };
    WrongField: { index?: number; field: string; reason: string; message: string };
    Role: "owner" | "admin" | "manager" | "agent" | "analyst" | "viewer";
    Permission:
      | "sources:read"
      | "sources:write"
      | "signals:read"
      | "customers:read"
      | "customers:write"
      | "insights:read"
      | "actions:read"
      | "actions:write"
      | "team:read"
      | "team:write"
      | "keys:read"
      | "keys:write"
      | "audit:read"
      | "jobs:read"
      | "jobs:write";
    Person: { id: string; email: string; name: string; created_at: string; disabled_at?: string };
    Workspace: { id: string; name: string; zone: string; currency: string; require_second_factor: boolean };
    MyWorkspace: { id: string; name: string; role: components["schemas"]["Role"] };
    Session: {
      id: string;
      current: boolean;
      created_at: string;
      last_used_at: string;
      expires_at: string;
      network: string;
      agent: string;
    };
    Step: { next: "done" | "second_factor" };
    Member: {
      id: string;
      email: string;
      name: string;
      role: components["schemas"]["Role"];
      since: string;
      second_factor: boolean;
      disabled: boolean;
    };
    Invitation: {
      id: string;
      email: string;
      role: components["schemas"]["Role"];
      invited_by?: string;
      created_at: string;
      expires_at: string;
    };
    Key: {
      id: string;
      name: string;
      kind: "write" | "secret";
      prefix: string;
      scopes: components["schemas"]["Permission"][];
      maker?: string;
      created_at: string;
      expires_at?: string;
      last_used_at?: string;
      revoked_at?: string;
    };
    NewKey: { key: components["schemas"]["Key"]; secret: string };
    AuditEntry: {
      seq: number;
      at: string;
      actor: string;
      actor_id?: string;
      network?: string;
      action: string;
      object?: string;
      details: Record<string, unknown>;
      hash: string;
    };
    Webhook: {
      id: string;
      url: string;
      description: string;
      kinds: string[];
      filter?: string | null;
      thin: boolean;
      state: "enabled" | "disabled";
      disabled_because?: string | null;
      failing_since?: string | null;
      created_at: string;
    };
    WebhookWithSecret: components["schemas"]["Webhook"] & { secret: string };
    Delivery: {
      id: string;
      webhook: string;
      kind: string;
      signal?: string | null;
      state: "waiting" | "delivered" | "failed";
      attempts: number;
      created_at: string;
      ended_at?: string | null;
    };
    Attempt: {
      number: number;
      at: string;
      took_ms: number;
      status?: number | null;
      error?: string | null;
      excerpt?: string | null;
    };
    DeliveryDetails: components["schemas"]["Delivery"] & { body: unknown; tries: components["schemas"]["Attempt"][] };
    Job: {
      id: string;
      kind: string;
      payload: unknown;
      unique_key?: string;
      state: "waiting" | "running" | "done" | "dead";
      attempt: number;
      due_at: string;
      reason?: string;
      created_at: string;
      ended_at?: string;
    };
    Unit: "points" | "percent" | "score" | "count" | "money" | "number";
    Polarity: "higher_is_better" | "lower_is_better" | "neutral";
    Warning: "no_data" | "too_few" | "low_sample";
    Grain: "hour" | "day" | "week" | "month" | "quarter" | "year";
    Metric: {
      name: string;
      title: string;
      formula: string;
      filter: unknown;
      unit: components["schemas"]["Unit"];
      polarity: components["schemas"]["Polarity"];
      version: number;
      definition: string;
    };
    Query: {
      metric: string;
      by?: string[];
      every?: components["schemas"]["Grain"] | null;
      from?: string | null;
      to?: string | null;
      where?: string | null;
    };
    Row: {
      keys: Record<string, unknown>;
      value: number | null;
      n: number;
      low: number | null;
      high: number | null;
      warning: components["schemas"]["Warning"] | null;
    };
    Incomplete: { file: string; reason: string; rows: number; from: string; to: string };
    Figures: {
      metric: string;
      unit: components["schemas"]["Unit"];
      currency?: string | null;
      rows: components["schemas"]["Row"][];
      incomplete?: components["schemas"]["Incomplete"][];
    };
    Signal: {
      seq: number;
      id: string;
      message_id: string;
      occurred_at: string;
      received_at: string;
      customer: string | null;
      kind: string;
      channel?: string | null;
      touchpoint?: string | null;
      stage?: string | null;
      source?: string | null;
      scale?: string | null;
      score?: number | null;
      amount?: string | null;
      currency?: string | null;
      text?: string | null;
      language?: string | null;
      sentiment?: number | null;
      emotion?: string | null;
      risk?: string | null;
      properties?: Record<string, unknown>;
    };
    SignalPage: {
      items: components["schemas"]["Signal"][];
      next_cursor?: string;
      incomplete?: components["schemas"]["Incomplete"][];
    };
    SignalCount: { count: number };
    Identity: { kind: string; value: string };
    Customer: {
      id: string;
      identities: components["schemas"]["Identity"][];
      traits: Record<string, unknown>;
      merged_from: string[];
      first_seen: string;
    };
    Merge: {
      id: string;
      customer: string;
      into: string;
      reason: string;
      evidence: Record<string, unknown>;
      at: string;
      undone_at: string | null;
    };
    RefusedItem: {
      id: string;
      at: string;
      source: string;
      reason: string;
      field: string;
      message: string;
      excerpt: string;
    };
    Tally: { outcome: string; reason: string; source: string; count: number };
  };
}

type S = components["schemas"];
type Page<T> = { items: T[]; next_cursor?: string };

export interface paths {
  "/api/v1/team/setup": { post: Call<S["Step"], { token: string; name: string; email: string; password: string }> };
  "/api/v1/team/sessions": {
    get: Call<Page<S["Session"]>>;
    post: Call<S["Step"], { email: string; password: string }>;
    delete: Call<never>;
  };
  "/api/v1/team/sessions/{session}": { delete: On<{ session: string }, never> };
  "/api/v1/team/session": { get: Call<S["Session"]>; delete: Call<never> };
  "/api/v1/team/session/second-factor": { post: Call<S["Step"], { code: string }> };
  "/api/v1/team/me": { get: Call<S["Person"]>; patch: Call<S["Person"], { name: string }> };
  "/api/v1/team/email-changes": { post: Call<never, { email: string; password: string }> };
  "/api/v1/team/email-changes/acceptance": { post: Call<never, { token: string }> };
  "/api/v1/team/providers": { get: Call<Page<{ name: string; login: string }>> };
  "/api/v1/team/second-factor": {
    get: Call<{ enabled: boolean; recovery_codes_left: number }>;
    post: Call<{ secret: string; otpauth: string }, { password: string }>;
  };
  "/api/v1/team/second-factor/removal": { post: Call<never, { password: string }> };
  "/api/v1/team/second-factor/confirmation": { post: Call<{ recovery_codes: string[] }, { code: string }> };
  "/api/v1/team/second-factor/recovery-codes": { post: Call<{ recovery_codes: string[] }, { password: string }> };
  "/api/v1/team/password": { put: Call<S["Step"], { password: string; new_password: string }> };
  "/api/v1/team/password-resets": { post: Call<never, { email: string }> };
  "/api/v1/team/password-resets/acceptance": { post: Call<never, { token: string; password: string }> };
  "/api/v1/team/invitations": {
    get: Call<Page<S["Invitation"]>>;
    post: Call<S["Invitation"], { email: string; role: S["Role"] }>;
  };
  "/api/v1/team/invitations/{invitation}": { delete: On<{ invitation: string }, never> };
  "/api/v1/team/invitations/acceptance": { post: Call<S["Step"] | undefined, { token: string; name?: string; password?: string }> };
  "/api/v1/team/members": { get: Call<Page<S["Member"]>, never, Paged> };
  "/api/v1/team/membership": { delete: Call<never> };
  "/api/v1/team/members/{member}": {
    patch: On<{ member: string }, S["Member"], { role: S["Role"] }>;
    delete: On<{ member: string }, never>;
  };
  "/api/v1/team/workspace": {
    get: Call<S["Workspace"]>;
    patch: Call<S["Workspace"], { name?: string; zone?: string; currency?: string; require_second_factor?: boolean }>;
  };
  "/api/v1/team/workspaces": { get: Call<Page<S["MyWorkspace"]>>; post: Call<S["Workspace"], { name: string }> };
  "/api/v1/team/keys": {
    get: Call<Page<S["Key"]>, never, Paged>;
    post: Call<S["NewKey"], { name: string; scopes: S["Permission"][]; expires_in_days?: number }>;
  };
  "/api/v1/team/keys/{key}": { delete: On<{ key: string }, never> };
  "/api/v1/team/audit": {
    get: Call<Page<S["AuditEntry"]>, never, Paged & { action?: string; actor?: string; from?: string; until?: string }>;
  };
  "/api/v1/actions/webhooks": {
    get: Call<Page<S["Webhook"]>, never, Paged>;
    post: Call<S["WebhookWithSecret"], { url: string; description?: string; kinds?: string[]; filter?: string; thin?: boolean }>;
  };
  "/api/v1/actions/webhooks/{webhook}": {
    get: On<{ webhook: string }, S["Webhook"]>;
    patch: On<{ webhook: string }, S["Webhook"], { url?: string; description?: string; kinds?: string[]; filter?: string; thin?: boolean; state?: S["Webhook"]["state"] }>;
    delete: On<{ webhook: string }, never>;
  };
  "/api/v1/actions/webhooks/{webhook}/tests": { post: On<{ webhook: string }, S["Delivery"]> };
  "/api/v1/actions/webhooks/{webhook}/rotations": { post: On<{ webhook: string }, S["WebhookWithSecret"]> };
  "/api/v1/actions/webhooks/{webhook}/deliveries": { get: On<{ webhook: string }, Page<S["Delivery"]>, never, Paged & { state?: string }> };
  "/api/v1/actions/webhooks/{webhook}/deliveries/{delivery}": { get: On<{ webhook: string; delivery: string }, S["DeliveryDetails"]> };
  "/api/v1/actions/webhooks/{webhook}/deliveries/{delivery}/replays": { post: On<{ webhook: string; delivery: string }, S["Delivery"]> };
  "/api/v1/jobs": {
    get: Call<Page<S["Job"]>, never, Paged & { state?: string; kind?: string }>;
  };
  "/api/v1/jobs/{job}": { get: On<{ job: string }, S["Job"]>; delete: On<{ job: string }, never> };
  "/api/v1/jobs/{job}/retry": { post: On<{ job: string }, S["Job"]> };
  "/api/v1/insights/metrics": { get: Call<Page<S["Metric"]>> };
  "/api/v1/insights/metrics/{metric}": { get: On<{ metric: string }, S["Metric"]> };
  "/api/v1/insights/queries": { post: Call<S["Figures"], S["Query"]> };
  "/api/v1/signals": { get: Call<S["SignalPage"], never, Paged & { where?: string }> };
  "/api/v1/signals/count": { get: Call<S["SignalCount"], never, { where?: string }> };
  "/api/v1/customers": { get: Call<Page<S["Customer"]>, never, { kind?: string; value?: string }> };
  "/api/v1/customers/{customer}": { get: On<{ customer: string }, S["Customer"]> };
  "/api/v1/customers/{customer}/merges": { get: On<{ customer: string }, Page<S["Merge"]>> };
  "/api/v1/customers/merges": { post: Call<S["Merge"], { customer: string; into: string; reason: string }> };
  "/api/v1/customers/merges/{merge}/undoing": { post: On<{ merge: string }, never> };
  "/api/v1/sources/refusals": { get: Call<Page<S["RefusedItem"]>, never, Paged> };
  "/api/v1/sources/tallies": { get: Call<Page<S["Tally"]>> };
}
