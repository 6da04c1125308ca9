//! Invitations: how people come into a workspace.

pub(crate) mod accept;
pub(crate) mod http;
pub(crate) mod store;

use base::{EmailAddress, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Role;

/// An invitation that waits for its answer.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Invitation {
    /// Its id, which is no secret.
    pub id: Uuid,
    /// Whom it is for.
    #[schema(value_type = String, format = "email", example = "ada@example.com")]
    pub email: EmailAddress,
    /// What they will be.
    pub role: Role,
    /// The person who invited them; none where it was the operator or an API key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<Uuid>,
    /// When it was written.
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    /// Until when its link works.
    #[schema(value_type = String, format = "date-time")]
    pub expires_at: Timestamp,
}
