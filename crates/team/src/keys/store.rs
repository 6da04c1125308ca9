//! Making, listing and revoking keys.

use base::{Error, Result, Timestamp};
use sea_orm::{ExprTrait, IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*};
use serde_json::json;
use std::net::IpAddr;
use store::failed;

use super::{Key, KeyRequest, NewKey, api_key, secret};
use crate::{
    Actor, Scope, Team,
    audit::{self, Entry},
};

impl Team {
    /// Makes a key. Nobody gives it more than they may themselves, and a key makes no keys: one that leaks would otherwise
    /// leave others behind when it is revoked.
    pub async fn create_key(&self, scope: &Scope, request: KeyRequest, from: Option<IpAddr>) -> Result<NewKey> {
        let maker = match scope.actor() {
            Actor::Person(person) => Some(person),
            Actor::Operator | Actor::System => None,
            Actor::Key(_) => return Err(Error::forbidden("a key cannot make keys; log in")),
        };
        if !request.scopes.within(scope.permissions()) {
            return Err(Error::forbidden("a key may not do more than whoever makes it"));
        }
        let now = self.clock.now();
        if request.expires_at.is_some_and(|end| end <= now) {
            return Err(Error::invalid_field("expires_at", "in_the_past", "a key expires in the future"));
        }
        let (kind, name) = (request.kind(), valid_name(&request.name)?);
        let scopes: Vec<_> = request.scopes.iter().collect();
        let secret = secret::new(kind);
        let row = api_key::Model {
            id: Uuid::new_v4(),
            workspace: scope.workspace().0,
            name,
            prefix: secret::prefix(&secret),
            hash: secret::hash(&secret).to_vec(),
            created_at: now.micros(),
            revoked_at: None,
            kind: kind.name().into(),
            scopes: json!(scopes).to_string(),
            maker,
            expires_at: request.expires_at.map(Timestamp::micros),
            last_used_at: None,
        };
        let transaction = self.store.begin().await?;
        let active = row.clone().into_active_model().reset_all();
        api_key::Entity::insert(active).exec_without_returning(&transaction).await.map_err(failed)?;
        let details = json!({ "kind": kind, "scopes": scopes, "expires_at": request.expires_at });
        let entry = Entry { action: "key.created", object: Some(row.id.to_string()), details };
        audit::record(&transaction, now, Some(scope.workspace()), scope.actor(), from, entry).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(NewKey { key: row.try_into()?, secret })
    }

    /// The keys of a workspace, newest first: up to `most` of them, those after `after` (when it was made, its id).
    pub async fn keys(&self, scope: &Scope, after: Option<(i64, Uuid)>, most: u64) -> Result<Vec<Key>> {
        let mut select = api_key::Entity::find()
            .filter(api_key::Column::Workspace.eq(scope.workspace().0))
            .order_by_desc(api_key::Column::CreatedAt)
            .order_by_desc(api_key::Column::Id)
            .limit(most);
        if let Some((at, id)) = after {
            let (created_at, same) = (api_key::Column::CreatedAt, api_key::Column::CreatedAt.eq(at));
            select = select.filter(created_at.lt(at).or(same.and(api_key::Column::Id.lt(id))));
        }
        let rows = select.all(self.store.read()).await.map_err(failed)?;
        rows.into_iter().map(Key::try_from).collect()
    }

    /// One key.
    pub async fn key(&self, scope: &Scope, id: Uuid) -> Result<Key> {
        let find = of(scope, id);
        find.one(self.store.read()).await.map_err(failed)?.ok_or_else(|| Error::not_found("key"))?.try_into()
    }

    /// Stops a key from working: at once here, within two seconds in other processes. One that is revoked stays so.
    pub async fn revoke_key(&self, scope: &Scope, id: Uuid, from: Option<IpAddr>) -> Result<()> {
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        let revoke = api_key::Entity::update_many()
            .filter(api_key::Column::Workspace.eq(scope.workspace().0))
            .filter(api_key::Column::Id.eq(id))
            .filter(api_key::Column::RevokedAt.is_null())
            .col_expr(api_key::Column::RevokedAt, Expr::value(now.micros()));
        if revoke.exec(&transaction).await.map_err(failed)?.rows_affected == 0 {
            let known = of(scope, id).one(&transaction).await.map_err(failed)?;
            return known.map(|_| ()).ok_or_else(|| Error::not_found("key"));
        }
        let entry = Entry { action: "key.revoked", object: Some(id.to_string()), details: json!({}) };
        audit::record(&transaction, now, Some(scope.workspace()), scope.actor(), from, entry).await?;
        transaction.commit().await.map_err(failed)?;
        self.known_keys.forget();
        Ok(())
    }
}

fn of(scope: &Scope, id: Uuid) -> Select<api_key::Entity> {
    let in_workspace = api_key::Column::Workspace.eq(scope.workspace().0);
    api_key::Entity::find().filter(in_workspace).filter(api_key::Column::Id.eq(id))
}

fn valid_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.contains(char::is_control) {
        return Err(Error::invalid_field("name", "length", "a key needs a name of 1 to 200 characters"));
    }
    Ok(name.to_owned())
}
