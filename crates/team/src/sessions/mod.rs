//! Sessions: how a browser stays logged in, and how that ends.

pub(crate) mod cookie;
pub(crate) mod end;
pub(crate) mod http;
pub(crate) mod link;
pub(crate) mod log_in;
pub(crate) mod store;

use base::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One browser in which a person is logged in.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Session {
    /// Its id, which is no secret.
    pub id: Uuid,
    /// When they logged in.
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = String, format = "date-time")]
    pub last_used_at: Timestamp,
    /// When it ends at the latest.
    #[schema(value_type = String, format = "date-time")]
    pub expires_at: Timestamp,
    /// The network they logged in from; of their address no more is kept.
    #[schema(example = "203.0.113.0/24")]
    pub network: String,
    /// What the browser called itself.
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]
    pub agent: String,
    /// Whether it is the session that asks.
    pub current: bool,
}

/// How long a session lives. (SECURITY rule 7; OWASP ASVS 5.0, 7.3.1 and 7.3.2)
pub(crate) mod life {
    use super::Timestamp;

    /// Unused for so long, it ends.
    pub(crate) const IDLE: i64 = 12 * Timestamp::HOUR;
    /// However much it is used, it ends.
    pub(crate) const WHOLE: i64 = 30 * Timestamp::DAY;
    /// So long may somebody look for their second factor.
    pub(crate) const PENDING: i64 = 5 * 60 * Timestamp::SECOND;
    /// So long after somebody came by a provider that stands in for their password.
    pub(crate) const FRESH: i64 = 10 * 60 * Timestamp::SECOND;
    /// That it is used is written at most so often.
    pub(crate) const WRITTEN_EVERY: i64 = 60 * Timestamp::SECOND;
}
