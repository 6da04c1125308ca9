//! The matrix itself: one row for each operation, and which role has which permission.

use serde_json::{Value as Json, json};
use team::{Permission, Role};

/// Who may ask for an operation.
#[derive(Clone, Copy, Debug)]
pub enum Who {
    /// Everybody, whoever they are.
    Anybody,
    /// Everybody; whoever is logged in is known as that.
    AnybodyOrPerson,
    /// Whoever has a write key, and nobody else.
    WriteKey,
    /// Whoever is logged in, a member or not, and no API key.
    Person,
    /// Whoever has given a password and not yet the second factor; nobody who is logged in, and nobody else.
    HalfWay,
    /// Members and API keys with this permission.
    May(Permission),
    /// The same for what is done to a member: whoever does it must hold all that the member holds or gets, here an agent's
    /// permissions. A key with this permission alone is refused.
    MayOverAgents(Permission),
    /// Members with this permission, and no API key.
    PersonMay(Permission),
    /// Owners, and no API key.
    Owner,
}

/// One operation.
pub struct Row {
    pub id: &'static str,
    pub who: Who,
    /// What whoever may is answered.
    pub answers: u16,
    pub query: &'static str,
    /// Words in braces, here as in the path, stand for things that are made for each request; see `things.rs`.
    pub body: Option<Json>,
    /// Whether whoever asks is logged in no more, or no member: each time it is somebody new.
    pub uses_up_who_asks: bool,
    /// Whether no answer holds anything that somebody in the workspace has written.
    pub nameless: bool,
}

impl Row {
    fn sending(self, body: Json) -> Self {
        Self { body: Some(body), ..self }
    }

    fn about(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    fn using_up_who_asks(self) -> Self {
        Self { uses_up_who_asks: true, ..self }
    }

    fn nameless(self) -> Self {
        Self { nameless: true, ..self }
    }
}

fn row(id: &'static str, who: Who, answers: u16) -> Row {
    Row { id, who, answers, query: "", body: None, uses_up_who_asks: false, nameless: false }
}

pub const PASSWORD: &str = "correct horse battery";

/// Every operation, by room.
pub fn rows() -> Vec<Row> {
    use Permission::*;
    use Who::*;
    let password = || json!({ "password": PASSWORD });
    let annotation = || json!({ "at": "2026-03-01", "kind": "release", "title": "{new}" });
    let event = || json!({ "userId": "u-{new}", "event": "{new}", "previousId": "p-{new}", "groupId": "g-{new}" });
    let import = || {
        let signal =
            json!({ "kind": "seen", "time": { "constant": "2026-01-01" }, "anonymous": true, "properties": ["x"] });
        json!({ "uploads": ["{upload}"], "map": { "file": [{ "file": "*.csv", "signal": [signal] }] } })
    };
    vec![
        row("list_webhooks", May(ReadActions), 200),
        row("create_webhook", May(WriteActions), 201).sending(json!({ "url": "https://example.com/{new}" })),
        row("show_webhook", May(ReadActions), 200),
        row("change_webhook", May(WriteActions), 200).sending(json!({ "description": "{new}" })),
        row("delete_webhook", May(WriteActions), 204),
        row("rotate_webhook_secret", May(WriteActions), 201),
        row("test_webhook", May(WriteActions), 201),
        row("list_deliveries", May(ReadActions), 200).nameless(),
        row("show_delivery", May(ReadActions), 200).nameless(),
        // It is under way still.
        row("replay_delivery", May(WriteActions), 409),
        //
        row("list_customers", May(ReadCustomers), 200).about("kind=user_id&value={user_id}"),
        row("show_customer", May(ReadCustomers), 200),
        row("list_customer_merges", May(ReadCustomers), 200).nameless(),
        row("create_merge", May(WriteCustomers), 201)
            .sending(json!({ "customer": "{customer}", "into": "{other_customer}", "reason": "{new}" })),
        row("undo_merge", May(WriteCustomers), 204),
        row("list_topics", May(ReadCustomers), 200),
        row("create_topic", May(WriteActions), 201)
            .sending(json!({ "id": "{new}", "name": "{new}", "channels": ["email"], "basis": "opt_in" })),
        row("change_topic", May(WriteActions), 200)
            .sending(json!({ "name": "{new}", "channels": ["email"], "basis": "opt_out" })),
        row("delete_topic", May(WriteActions), 204),
        row("list_segments", May(ReadCustomers), 200),
        row("create_segment", May(WriteCustomers), 201)
            .sending(json!({ "id": "{new}", "name": "{new}", "definition": "customer.plan = '{new}'" })),
        row("show_segment", May(ReadCustomers), 200),
        row("change_segment", May(WriteCustomers), 200)
            .sending(json!({ "name": "{new}", "definition": "all", "version": 1 })),
        row("delete_segment", May(WriteCustomers), 204),
        row("preview_segment", May(ReadCustomers), 200).sending(json!({ "definition": "count(all) >= 1" })),
        row("show_segment_size", May(ReadCustomers), 200).nameless(),
        row("list_segment_members", May(ReadCustomers), 200),
        row("show_segment_overlap", May(ReadCustomers), 200).nameless(),
        row("show_contact_rules", May(ReadCustomers), 200).nameless(),
        row("change_contact_rules", May(WriteActions), 200).sending(json!({ "quiet": null, "budgets": [] })),
        row("show_preferences", May(ReadCustomers), 200),
        row("list_consents", May(ReadCustomers), 200).nameless(),
        row("record_consent", May(WriteCustomers), 201).sending(json!({ "act": "withdrawn", "source": "{new}" })),
        row("reserve_contact", May(WriteCustomers), 200).sending(json!({ "topic": "unknown", "channel": "email" })),
        row("give_contact_back", May(WriteCustomers), 204),
        row("create_preference_link", May(WriteCustomers), 201),
        row("revoke_preference_links", May(WriteCustomers), 204),
        //
        row("list_metrics", May(ReadInsights), 200).nameless(),
        row("show_metric", May(ReadInsights), 200).nameless(),
        row("query_metric", May(ReadInsights), 200).sending(json!({ "metric": "count", "by": ["kind"] })),
        row("query_metrics", May(ReadInsights), 200)
            .sending(json!({ "queries": [{ "metric": "count", "by": ["kind"] }] })),
        row("list_changes", May(ReadInsights), 200)
            .about("from=2026-02-23T00:00:00Z&to=2026-03-02T00:00:00Z")
            .nameless(),
        row("list_annotations", May(ReadInsights), 200),
        row("create_annotation", May(WriteInsights), 201).sending(annotation()),
        row("change_annotation", May(WriteInsights), 200).sending(annotation()),
        row("delete_annotation", May(WriteInsights), 204),
        row("show_journey", May(ReadInsights), 200).nameless(),
        row("change_journey", May(WriteInsights), 200).sending(json!({ "stages": ["awareness", "purchase", "use"] })),
        row("list_touchpoints", May(ReadInsights), 200),
        row("register_touchpoint", May(WriteInsights), 201).sending(json!({ "name": "{new}" })),
        row("change_touchpoint", May(WriteInsights), 200).sending(json!({ "name": "{new}" })),
        row("delete_touchpoint", May(WriteInsights), 204),
        row("list_questions", May(ReadInsights), 200),
        row("save_question", May(WriteQuestions), 201)
            .sending(json!({ "name": "{new}", "asked": { "metric": "nps" } })),
        row("show_question", May(ReadInsights), 200),
        row("change_question", May(WriteQuestions), 200).sending(json!({ "name": "{new}" })),
        row("delete_question", May(WriteQuestions), 204),
        row("list_signals", May(ReadSignals), 200),
        row("export_signals", May(ReadSignals), 200),
        row("follow_signals", May(ReadSignals), 200).nameless(),
        row("count_signals", May(ReadSignals), 200).nameless(),
        row("announce_upload", May(WriteSources), 201).sending(json!({ "name": "{new}.csv", "bytes": 9 })),
        row("show_upload", May(WriteSources), 200),
        // All of it is here.
        row("send_piece", May(WriteSources), 409).about("at=0").sending(json!({})),
        row("delete_upload", May(WriteSources), 204),
        row("look_at_upload", May(WriteSources), 200),
        row("preview_import", May(WriteSources), 200).sending(import()),
        row("start_import", May(WriteSources), 201).sending(import()),
        row("list_imports", May(ReadSources), 200),
        row("show_import", May(ReadSources), 200),
        row("cancel_import", May(WriteSources), 200).nameless(),
        // It has not begun, and kept out nothing.
        row("export_rejects", May(ReadSources), 404).nameless(),
        row("list_refusals", May(ReadSources), 200),
        row("list_tallies", May(ReadSources), 200),
        //
        row("list_jobs", May(ReadJobs), 200).about("kind=matrix"),
        row("show_job", May(ReadJobs), 200),
        row("discard_job", May(WriteJobs), 204),
        // It was not given up.
        row("retry_job", May(WriteJobs), 409),
        //
        row("list_audit", May(ReadAudit), 200).nameless(),
        row("export_audit", May(ReadAudit), 200).about("format=ndjson").nameless(),
        row("show_workspace", May(ReadTeam), 200),
        row("change_workspace", May(WriteTeam), 200).sending(json!({ "name": "{new}" })),
        row("list_workspaces", Person, 200),
        row("create_workspace", Owner, 201).sending(json!({ "name": "{new}" })),
        row("list_members", May(ReadTeam), 200),
        row("show_member", May(ReadTeam), 200),
        row("change_member", MayOverAgents(WriteTeam), 200).sending(json!({ "role": "viewer" })),
        row("remove_member", MayOverAgents(WriteTeam), 204),
        row("leave_workspace", PersonMay(ReadTeam), 204).using_up_who_asks(),
        row("list_invitations", May(ReadTeam), 200),
        row("invite", MayOverAgents(WriteTeam), 201).sending(json!({ "email": "{new}@example.com", "role": "agent" })),
        row("revoke_invitation", May(WriteTeam), 204),
        row("accept_invitation", AnybodyOrPerson, 410).sending(json!({ "token": "guessed" })),
        row("list_keys", May(ReadKeys), 200),
        row("show_key", May(ReadKeys), 200),
        row("create_key", PersonMay(WriteKeys), 201).sending(json!({ "name": "{new}" })),
        row("revoke_key", May(WriteKeys), 204),
        //
        row("show_me", Person, 200),
        row("change_me", Person, 200).sending(json!({ "name": "{new}" })),
        row("ask_for_email_change", Person, 202).sending(json!({ "email": "{new}@example.com", "password": PASSWORD })),
        row("confirm_email_change", Anybody, 410).sending(json!({ "token": "guessed" })),
        row("change_password", Person, 201)
            .sending(json!({ "password": PASSWORD, "new_password": "staple of long sentences" }))
            .using_up_who_asks(),
        row("ask_for_password_reset", Anybody, 202).sending(json!({ "email": "{new}@example.com" })),
        row("reset_password", Anybody, 410).sending(json!({ "token": "guessed", "password": PASSWORD })),
        row("show_second_factor", Person, 200),
        row("begin_second_factor", Person, 201).sending(password()),
        // No code is right.
        row("confirm_second_factor", Person, 400).sending(json!({ "code": "00000" })),
        row("renew_recovery_codes", Person, 409).sending(password()),
        row("remove_second_factor", Person, 204).sending(password()),
        row("show_session", Person, 200),
        row("log_out", Person, 204).using_up_who_asks(),
        row("list_sessions", Person, 200),
        row("end_other_sessions", Person, 204),
        row("end_session", Person, 204),
        row("log_in", Anybody, 201).sending(json!({ "email": "{somebody}", "password": PASSWORD })).using_up_who_asks(),
        row("give_second_factor", HalfWay, 201).sending(json!({ "code": "000000" })),
        row("log_in_by_link", Anybody, 410).sending(json!({ "token": "guessed" })),
        row("set_up", Anybody, 410)
            .sending(json!({ "token": "guessed", "email": "{new}@example.com", "name": "Eve", "password": PASSWORD })),
        row("list_providers", Anybody, 200),
        // Nobody has set up a provider here.
        row("begin_single_sign_on", Anybody, 404),
        row("finish_single_sign_on", Anybody, 404),
        row("end_single_sign_on", Anybody, 404),
        //
        row("show_health", Anybody, 204),
        row("show_readiness", Anybody, 200),
        row("show_settings", Anybody, 200),
        row("log_batch", WriteKey, 200)
            .sending(json!({ "batch": [{ "type": "track", "event": "{new}", "userId": "u-{new}" }] })),
        row("log_track", WriteKey, 200).sending(event()),
        row("log_identify", WriteKey, 200).sending(event()),
        row("log_page", WriteKey, 200).sending(event()),
        row("log_screen", WriteKey, 200).sending(event()),
        row("log_group", WriteKey, 200).sending(event()),
        row("log_alias", WriteKey, 200).sending(event()),
    ]
}

/// Whether a role has a permission: `crates/team/src/permission.rs` and docs/team.md, said once more, so that neither changes
/// by mistake. The letters are those of owner, admin, manager, agent, analyst and viewer.
pub fn has(role: Role, permission: Permission) -> bool {
    use Permission::*;
    let roles = match permission {
        ReadSources => "o a m - n -",
        WriteSources => "o a m - - -",
        ReadSignals => "o a m g n v",
        ReadCustomers => "o a m g n -",
        WriteCustomers => "o a m g - -",
        ReadInsights => "o a m g n v",
        WriteInsights => "o a m - - -",
        WriteQuestions => "o a m g n -",
        ReadActions => "o a m - - -",
        WriteActions => "o a m - - -",
        ReadTeam => "o a m g n v",
        WriteTeam => "o a - - - -",
        ReadKeys => "o a - - - -",
        WriteKeys => "o a - - - -",
        ReadAudit => "o a - - - -",
        ReadJobs => "o a - - - -",
        WriteJobs => "o a - - - -",
    };
    let letter = match role {
        Role::Owner => 'o',
        Role::Admin => 'a',
        Role::Manager => 'm',
        Role::Agent => 'g',
        Role::Analyst => 'n',
        Role::Viewer => 'v',
    };
    roles.contains(letter)
}

impl Who {
    /// What the description of the API says about it.
    pub fn described(self) -> Json {
        match self {
            Self::Anybody => json!([{}]),
            Self::AnybodyOrPerson => json!([{}, { "session": [] }]),
            Self::WriteKey => json!([{ "write_key": [] }]),
            Self::Person | Self::HalfWay | Self::PersonMay(_) | Self::Owner => json!([{ "session": [] }]),
            Self::May(permission) | Self::MayOverAgents(permission) => {
                json!([{ "session": [] }, { "key": [permission.name()] }])
            }
        }
    }
}
