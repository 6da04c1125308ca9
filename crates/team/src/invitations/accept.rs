//! Inviting people, and accepting an invitation.

use ::store::failed;
use base::{EmailAddress, Error, Result};
use sea_orm::DatabaseTransaction;
use serde_json::json;
use std::net::IpAddr;
use uuid::Uuid;

use super::{Invitation, store};
use crate::{
    Actor, LoggedIn, Name, Password, Role, Scope, Team,
    audit::{self, Entry},
    client::Client,
    mail, members, people,
    secret::Secret,
    tokens::{self, Purpose},
    workspaces,
};

impl Team {
    /// Invites somebody by mail, whether they are a person here already or not. An earlier invitation of theirs is replaced.
    pub(crate) async fn invite(
        &self,
        scope: &Scope,
        email: EmailAddress,
        role: Role,
        from: Option<IpAddr>,
    ) -> Result<Invitation> {
        let now = self.clock.now();
        let server = self.public_url()?;
        let transaction = self.store.begin().await?;
        members::store::lock(&transaction, scope.workspace()).await?;
        members::store::holds(&transaction, scope).await?.ensure_covers(role)?;
        if let Some(person) = people::store::by_email(&transaction, &email).await?
            && members::store::role(&transaction, scope.workspace(), person.id).await?.is_some()
        {
            return Err(Error::conflict("somebody with this e-mail address is a member already"));
        }
        let invited_by = match scope.actor() {
            Actor::Person(person) => Some(person),
            _ => None,
        };
        let expires_at = now.plus(Purpose::Invitation.lasts());
        let invitation = Invitation { id: Uuid::new_v4(), email, role, invited_by, created_at: now, expires_at };
        if let Some(before) = store::for_address(&transaction, scope.workspace(), &invitation.email).await? {
            tokens::revoke(&transaction, before).await?;
            store::delete(&transaction, scope.workspace(), before).await?;
        }
        store::insert(&transaction, scope.workspace(), &invitation).await?;
        let link = tokens::issue(&transaction, Purpose::Invitation, invitation.id, None, now).await?.on(server)?;
        let workspace = workspaces::store::find(&transaction, scope.workspace()).await?;
        let inviter = match invited_by {
            Some(person) => people::store::by_id(&transaction, person).await?.name,
            None => "The operator".to_owned(),
        };
        let data = json!({ "inviter": inviter, "workspace": workspace.name, "role": role, "link": link });
        mail::post(&transaction, Some(scope.workspace()), &invitation.email, &mail::INVITATION, data, now).await?;
        let details = json!({ "role": role });
        let entry = Entry { action: "invitation.written", object: Some(invitation.id.to_string()), details };
        audit::record(&transaction, now, Some(scope.workspace()), scope.actor(), from, entry).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(invitation)
    }

    /// Takes an invitation back.
    pub(crate) async fn revoke_invitation(&self, scope: &Scope, invitation: Uuid, from: Option<IpAddr>) -> Result<()> {
        let transaction = self.store.begin().await?;
        // The token goes first, in the order in which accepting takes the two.
        tokens::revoke(&transaction, invitation).await?;
        if !store::delete(&transaction, scope.workspace(), invitation).await? {
            return Err(Error::not_found("invitation"));
        }
        let entry = Entry { action: "invitation.revoked", object: Some(invitation.to_string()), details: json!({}) };
        audit::record(&transaction, self.clock.now(), Some(scope.workspace()), scope.actor(), from, entry).await?;
        transaction.commit().await.map_err(failed)
    }

    /// Accepts an invitation. Whoever is a person here already has to be logged in as that person; anybody else becomes
    /// one, with the name and password they choose, and is logged in by the session that is answered.
    pub(crate) async fn accept_invitation(
        &self,
        token: &str,
        me: Option<LoggedIn>,
        newcomer: Option<(Name, Password)>,
        client: &Client,
    ) -> Result<Option<Secret>> {
        tokens::peek(self.store.read(), Purpose::Invitation, token, self.clock.now()).await?;
        // Hashing takes long, so it is done before the transaction: on SQLite there is one writer.
        let newcomer = match newcomer {
            Some((name, password)) => {
                let hash = self.hasher.hash(&password).await?;
                Some((name, password, hash))
            }
            None => None,
        };
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        let about = tokens::consume(&transaction, Purpose::Invitation, token, now).await?;
        let invited = store::take(&transaction, about.subject).await?;
        let (workspace, invitation) = invited.ok_or_else(tokens::no_longer)?;
        members::store::lock(&transaction, workspace).await?;
        let secret = match people::store::by_email(&transaction, &invitation.email).await? {
            Some(known) => {
                match me {
                    Some(me) if me.person == known.id => {}
                    Some(_) => return Err(Error::forbidden("this invitation is for somebody else; log in as them")),
                    None => return Err(Error::unauthenticated("log in first, then follow the link again")),
                }
                self.join(&transaction, workspace, known.id, &invitation, client).await?;
                None
            }
            None => {
                let missing = || Error::invalid_field("password", "missing", "choose a name and a password");
                let (name, password, hash) = newcomer.ok_or_else(missing)?;
                password.ensure_fit(&invitation.email, name.as_str())?;
                let person = people::store::insert(&transaction, &invitation.email, &name, Some(hash), now).await?;
                self.join(&transaction, workspace, person.id, &invitation, client).await?;
                Some(self.begin_session(&transaction, person.id, "invitation", None, client).await?)
            }
        };
        transaction.commit().await.map_err(failed)?;
        Ok(secret)
    }

    async fn join(
        &self,
        transaction: &DatabaseTransaction,
        workspace: base::WorkspaceId,
        person: Uuid,
        invitation: &Invitation,
        client: &Client,
    ) -> Result<()> {
        let now = self.clock.now();
        members::store::insert(transaction, workspace, person, invitation.role, now).await?;
        let details = json!({ "role": invitation.role, "invitation": invitation.id });
        let entry = Entry { action: "member.joined", object: Some(person.to_string()), details };
        audit::record(transaction, now, Some(workspace), Actor::Person(person), Some(client.ip), entry).await
    }
}
