//! Whom a provider's answer stands for here, what they may, and the session it gives them.

use base::{Error, Result, Timestamp};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, TryInsertResult, entity::prelude::*};
use serde_json::json;
use store::failed;

use super::{
    SingleSignOn,
    attempt::Attempt,
    provider::{Identity, Provider},
};
use crate::{
    Actor,
    audit::{self, Entry},
    client::Client,
    members,
    people::{self, Name},
    secret::SecretHash,
    sessions::log_in::Entered,
};

/// Who a person is at a provider.
mod person_login {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "person_login")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub issuer: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject: String,
        pub person: Uuid,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Attempts that were completed, by what is remembered of their state.
mod oidc_used {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "oidc_used")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub state: Vec<u8>,
        pub expires_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl SingleSignOn {
    /// Begins the session of somebody whom a provider vouches for. `before` is the session that this browser had until now;
    /// it ends.
    pub(super) async fn settle(
        &self,
        provider: &Provider,
        identity: Identity,
        attempt: &Attempt,
        before: Option<SecretHash>,
        client: &Client,
    ) -> Result<Entered> {
        if !provider.settings.speaks_for(identity.email.domain()) {
            return Err(Error::forbidden("addresses of your domain may not log in by this provider"));
        }
        let team = &self.0.team;
        let workspace = match provider.settings.workspace {
            Some(workspace) => workspace,
            None => team.default_workspace().await?.id,
        };
        let now = team.clock.now();
        let transaction = team.store.begin().await?;
        use_up(&transaction, attempt, now).await?;
        members::store::lock(&transaction, workspace).await?;
        let person = recognise(&transaction, provider, &identity, now).await?;
        let person = people::store::locked(&transaction, person).await?;
        if person.disabled_at.is_some() {
            return Err(Error::forbidden("you are kept from logging in; ask an administrator of Harken"));
        }
        let held = members::store::role(&transaction, workspace, person.id).await?;
        let role = provider.settings.role(identity.groups.as_deref(), held);
        let role = role.ok_or_else(|| Error::forbidden("none of your groups may use Harken; ask an administrator"))?;
        let by = format!("oidc:{}", provider.name);
        let action = match held {
            None => {
                members::store::insert(&transaction, workspace, person.id, role, now).await?;
                Some("member.joined")
            }
            Some(held) if held != role => {
                members::store::set_role(&transaction, workspace, person.id, role).await?;
                team.cut_off(&transaction, person.id, None).await?;
                Some("member.role_changed")
            }
            Some(_) => None,
        };
        // The provider stands in for the password; a second factor that somebody has set up here is asked for all the same.
        let entered = team.enter(&transaction, person.id, &by, Some(&provider.name), before, client).await?;
        if let Some(action) = action {
            let entry = Entry {
                action,
                object: Some(person.id.to_string()),
                details: json!({ "from": held, "to": role, "by": by }),
            };
            audit::record(&transaction, now, Some(workspace), Actor::System, Some(client.ip), entry).await?;
        }
        transaction.commit().await.map_err(failed)?;
        Ok(entered)
    }

    /// Writes that somebody was not let in.
    pub(super) async fn record_refusal(&self, provider: &Provider, client: &Client) -> Result<()> {
        let team = &self.0.team;
        let transaction = team.store.begin().await?;
        let details = json!({ "step": format!("oidc:{}", provider.name) });
        let entry = Entry { action: "session.refused", object: None, details };
        audit::record(&transaction, team.clock.now(), None, Actor::System, Some(client.ip), entry).await?;
        transaction.commit().await.map_err(failed)
    }
}

/// That an attempt is completed once: whoever sends the provider's answer again gets nothing.
async fn use_up(transaction: &DatabaseTransaction, attempt: &Attempt, now: Timestamp) -> Result<()> {
    let over = oidc_used::Entity::delete_many().filter(oidc_used::Column::ExpiresAt.lte(now.micros()));
    over.exec(transaction).await.map_err(failed)?;
    let used = oidc_used::ActiveModel { state: Set(attempt.mark()), expires_at: Set(attempt.until) };
    let inserted = oidc_used::Entity::insert(used).on_conflict_do_nothing().exec_without_returning(transaction).await;
    match inserted.map_err(failed)? {
        TryInsertResult::Inserted(1..) => Ok(()),
        _ => Err(Error::unauthenticated("this login was completed before; begin again")),
    }
}

/// The person whom an identity stands for: linked before, or else of the same address, or else new.
async fn recognise(
    transaction: &DatabaseTransaction,
    provider: &Provider,
    identity: &Identity,
    now: Timestamp,
) -> Result<Uuid> {
    let key = (provider.settings.issuer.clone(), identity.subject.clone());
    if let Some(login) = person_login::Entity::find_by_id(key).one(transaction).await.map_err(failed)? {
        return Ok(login.person);
    }
    let (person, action) = match people::store::by_email(transaction, &identity.email).await? {
        Some(person) => (person.id, "person.linked"),
        None => (create(transaction, identity, now).await?, "person.created"),
    };
    let link = person_login::ActiveModel {
        issuer: Set(provider.settings.issuer.clone()),
        subject: Set(identity.subject.clone()),
        person: Set(person),
        created_at: Set(now.micros()),
    };
    person_login::Entity::insert(link).exec_without_returning(transaction).await.map_err(failed)?;
    let details = json!({ "by": format!("oidc:{}", provider.name) });
    let entry = Entry { action, object: Some(person.to_string()), details };
    audit::record(transaction, now, None, Actor::System, None, entry).await?;
    Ok(person)
}

async fn create(transaction: &DatabaseTransaction, identity: &Identity, now: Timestamp) -> Result<Uuid> {
    let by_address = || Name::new(identity.email.as_str().split('@').next().unwrap_or_default());
    let name = identity.name.as_deref().map_or_else(by_address, |name| Name::new(name).or_else(|_| by_address()))?;
    Ok(people::store::insert(transaction, &identity.email, &name, None, now).await?.id)
}
