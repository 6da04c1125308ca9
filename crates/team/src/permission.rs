//! Who may do what: every permission and every role's share of them, on one page.

use base::{Error, Result};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use utoipa::ToSchema;

/// What a member is in a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, and who else is an owner. A workspace always has one.
    Owner,
    /// Everything but making owners.
    Admin,
    /// Runs the customer experience: sources, surveys, workflows, roadmap.
    Manager,
    /// Talks with customers.
    Agent,
    /// Asks every question, keeps and shares those worth asking again, and changes nothing else.
    Analyst,
    /// Looks at dashboards.
    Viewer,
}

impl Role {
    /// All of them, the mightiest first.
    pub const ALL: [Self; 6] = [Self::Owner, Self::Admin, Self::Manager, Self::Agent, Self::Analyst, Self::Viewer];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Agent => "agent",
            Self::Analyst => "analyst",
            Self::Viewer => "viewer",
        }
    }

    /// What it may do.
    pub fn permissions(self) -> Permissions {
        let may = |permission: &Permission| permission.roles().contains(&self);
        Permission::ALL.iter().copied().filter(may).collect()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|role| role.name() == text);
        found.ok_or_else(|| Error::invalid_field("role", "unknown", format!("'{text}' is not a role")))
    }
}

/// A permission that a handler's arguments ask for: `caller: May<ReadTeam>`.
pub trait Permits: Send + Sync + 'static {
    /// The permission.
    const PERMISSION: Permission;
}

use Role::{Admin, Agent, Analyst, Manager, Owner, Viewer};

const EVERYBODY: &[Role] = &[Owner, Admin, Manager, Agent, Analyst, Viewer];
const ADMINS: &[Role] = &[Owner, Admin];
const MANAGERS: &[Role] = &[Owner, Admin, Manager];

/// A permission's variant, its marker type, its name (which is an API key's scope too) and the roles that have it. The name is
/// taken as a token: as a literal the macro that describes the enumeration would not see it.
macro_rules! permissions {
    ($($(#[doc = $doc:literal])* $name:ident $text:tt $roles:expr;)*) => {
        /// Something that a caller may do. Its name is an API key's scope, too.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        pub enum Permission {
            $($(#[doc = $doc])* #[serde(rename = $text)] $name,)*
        }

        impl Permission {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its name: `room:access`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The roles that have it.
            pub fn roles(self) -> &'static [Role] {
                match self { $(Self::$name => $roles,)* }
            }
        }

        $(
            $(#[doc = $doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl Permits for $name {
                const PERMISSION: Permission = Permission::$name;
            }
        )*
    };
}

permissions! {
    /// See where signals come from, imports, and what was refused.
    ReadSources "sources:read" &[Owner, Admin, Manager, Analyst];
    /// Log signals, import files.
    WriteSources "sources:write" MANAGERS;
    /// Read signals.
    ReadSignals "signals:read" EVERYBODY;
    /// Read customers.
    ReadCustomers "customers:read" &[Owner, Admin, Manager, Agent, Analyst];
    /// Change customers, merge them and undo it.
    WriteCustomers "customers:write" &[Owner, Admin, Manager, Agent];
    /// Ask for figures.
    ReadInsights "insights:read" EVERYBODY;
    /// Annotate charts; say which touchpoints and stages there are.
    WriteInsights "insights:write" MANAGERS;
    /// Save questions, share them, change and delete them.
    WriteQuestions "questions:write" &[Owner, Admin, Manager, Agent, Analyst];
    /// See what is sent out: webhooks and their deliveries.
    ReadActions "actions:read" MANAGERS;
    /// Change what is sent out.
    WriteActions "actions:write" MANAGERS;
    /// See the workspace and who is in it.
    ReadTeam "team:read" EVERYBODY;
    /// Change the workspace, invite people, change their roles.
    WriteTeam "team:write" ADMINS;
    /// List API keys.
    ReadKeys "keys:read" ADMINS;
    /// Make and revoke API keys.
    WriteKeys "keys:write" ADMINS;
    /// Read the audit log.
    ReadAudit "audit:read" ADMINS;
    /// See jobs.
    ReadJobs "jobs:read" ADMINS;
    /// Retry and discard jobs.
    WriteJobs "jobs:write" ADMINS;
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Permission {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.iter().copied().find(|permission| permission.name() == text);
        found.ok_or_else(|| Error::invalid_field("scopes", "unknown", format!("'{text}' is not a permission")))
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Permissions(u32);

impl Permissions {
    /// All of them.
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Whether this one is among them.
    pub fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    /// Those that are in both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether all of these are in the other set.
    pub fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |set, permission| set | 1 << permission as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_may_everything_and_nobody_more_than_those_above() {
        assert_eq!(Owner.permissions(), Permissions::all());
        assert_eq!(Admin.permissions(), Permissions::all());
        for role in Role::ALL {
            assert!(role.permissions().within(Admin.permissions()));
            assert!(Viewer.permissions().within(role.permissions()));
            assert_eq!(role.name().parse::<Role>().unwrap(), role);
        }
        for permission in Permission::ALL {
            assert_eq!(permission.name().parse::<Permission>().unwrap(), *permission);
        }
    }
}
