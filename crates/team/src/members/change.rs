//! Changing who is in a workspace, and as what.

use ::store::failed;
use base::{EmailAddress, Error, Result, WorkspaceId};
use serde_json::json;
use std::net::IpAddr;
use uuid::Uuid;

use super::{last_owner, store};
use crate::{
    Actor, Role, Scope, Team,
    audit::{self, Entry},
    people,
};

impl Team {
    /// The addresses of a workspace's owners, for what nobody else need be told.
    pub async fn owners(&self, workspace: WorkspaceId) -> Result<Vec<EmailAddress>> {
        store::owners(self.store.read(), workspace).await
    }

    /// Makes a member something else. Their sessions end: they log in anew as what they are now.
    pub async fn change_role(&self, scope: &Scope, member: Uuid, role: Role, from: Option<IpAddr>) -> Result<()> {
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        store::lock(&transaction, scope.workspace()).await?;
        let holds = store::holds(&transaction, scope).await?;
        let before = store::role(&transaction, scope.workspace(), member).await?;
        let before = before.ok_or_else(|| Error::not_found("member"))?;
        holds.ensure_covers(before)?;
        holds.ensure_covers(role)?;
        if before == role {
            return Ok(());
        }
        if before == Role::Owner && !store::has_other_owner(&transaction, scope.workspace(), member).await? {
            return Err(last_owner());
        }
        store::set_role(&transaction, scope.workspace(), member, role).await?;
        self.cut_off(&transaction, member, None).await?;
        let details = json!({ "from": before, "to": role });
        let entry = Entry { action: "member.role_changed", object: Some(member.to_string()), details };
        audit::record(&transaction, now, Some(scope.workspace()), scope.actor(), from, entry).await?;
        transaction.commit().await.map_err(failed)
    }

    /// Takes a member out of the workspace. It is closed to them with their next request. Everybody may take out themselves.
    pub async fn remove_member(&self, scope: &Scope, member: Uuid, from: Option<IpAddr>) -> Result<()> {
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        store::lock(&transaction, scope.workspace()).await?;
        let role = store::role(&transaction, scope.workspace(), member).await?;
        let role = role.ok_or_else(|| Error::not_found("member"))?;
        let leaves = scope.actor() == Actor::Person(member);
        if !leaves {
            store::holds(&transaction, scope).await?.ensure_covers(role)?;
        }
        if role == Role::Owner && !store::has_other_owner(&transaction, scope.workspace(), member).await? {
            return Err(last_owner());
        }
        store::delete(&transaction, scope.workspace(), member).await?;
        let action = if leaves { "member.left" } else { "member.removed" };
        let entry = Entry { action, object: Some(member.to_string()), details: json!({ "role": role }) };
        audit::record(&transaction, now, Some(scope.workspace()), scope.actor(), from, entry).await?;
        transaction.commit().await.map_err(failed)
    }

    /// Keeps a person from logging in anywhere, at once, or lets them again. For the operator.
    pub async fn set_disabled(&self, person: Uuid, disabled: bool) -> Result<()> {
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        if disabled {
            for workspace in store::owned_by(&transaction, person).await? {
                store::lock(&transaction, workspace).await?;
                if !store::has_other_owner(&transaction, workspace, person).await? {
                    return Err(last_owner());
                }
            }
        }
        people::store::locked(&transaction, person).await?;
        people::store::set_disabled(&transaction, person, disabled.then_some(now)).await?;
        self.cut_off(&transaction, person, None).await?;
        let action = if disabled { "person.disabled" } else { "person.enabled" };
        let entry = Entry { action, object: Some(person.to_string()), details: json!({}) };
        audit::record(&transaction, now, None, Actor::Operator, None, entry).await?;
        transaction.commit().await.map_err(failed)
    }
}
