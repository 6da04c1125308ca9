//! The only way out: one guarded HTTP client, mail, signed webhooks.
