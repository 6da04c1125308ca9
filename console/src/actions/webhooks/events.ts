// What webhooks can be told about. An empty choice means everything.

export const EVENTS = ["signal.logged", "customer.merged", "member.joined", "key.created", "key.revoked"] as const;
