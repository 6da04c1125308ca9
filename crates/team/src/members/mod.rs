//! Members: who is in a workspace, and as what.

pub(crate) mod change;
pub(crate) mod http;
pub(crate) mod store;

use base::{EmailAddress, Error, Result, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Permissions, Role, people::Name};

/// A person in a workspace.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Member {
    /// Their person's id.
    pub id: Uuid,
    /// Their name.
    #[schema(value_type = String, example = "Ada Lovelace")]
    pub name: Name,
    /// Their address.
    #[schema(value_type = String, format = "email", example = "ada@example.com")]
    pub email: EmailAddress,
    /// What they are here.
    pub role: Role,
    /// Since when.
    #[schema(value_type = String, format = "date-time")]
    pub since: Timestamp,
    /// Whether they have a second factor.
    pub second_factor: bool,
    /// Whether they are kept from logging in.
    pub disabled: bool,
}

/// What somebody holds in a workspace, which bounds what they may give to others and take from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// The operator, or the server itself.
    Everything,
    /// A member.
    Role(Role),
    /// An API key.
    Permissions(Permissions),
}

impl Holds {
    /// Whether whoever holds this may make somebody a member of this role, or change one who is.
    pub(crate) fn covers(self, role: Role) -> bool {
        match self {
            Self::Everything | Self::Role(Role::Owner) => true,
            Self::Role(own) => role != Role::Owner && role.permissions().within(own.permissions()),
            Self::Permissions(own) => role != Role::Owner && role.permissions().within(own),
        }
    }

    pub(crate) fn ensure_covers(self, role: Role) -> Result<()> {
        let message = || format!("only somebody who holds what {role}s hold may do this");
        if self.covers(role) { Ok(()) } else { Err(Error::forbidden(message())) }
    }
}

/// The answer to whoever would leave a workspace without an owner.
pub(crate) fn last_owner() -> Error {
    Error::conflict("a workspace needs an owner who can log in; make somebody else an owner first")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Permission;

    #[test]
    fn nobody_gives_more_than_they_hold() {
        for own in Role::ALL {
            for role in Role::ALL {
                let covers = Holds::Role(own).covers(role);
                assert!(!covers || role.permissions().within(own.permissions()), "{own} gives {role}");
                assert_eq!(covers && role == Role::Owner, own == Role::Owner && role == Role::Owner);
            }
        }
        assert!(Holds::Role(Role::Admin).covers(Role::Admin) && !Holds::Role(Role::Admin).covers(Role::Owner));
        assert!(Holds::Everything.covers(Role::Owner));
        let key = Holds::Permissions([Permission::WriteTeam, Permission::ReadTeam].into_iter().collect());
        assert!(Role::ALL.into_iter().all(|role| !key.covers(role)));
        assert!(Holds::Permissions(Permissions::all()).covers(Role::Admin));
        assert!(!Holds::Permissions(Permissions::all()).covers(Role::Owner));
    }
}
