//! Write keys: public tokens that may append signals to one workspace and do nothing else.

use base::{Error, Result, Timestamp, WorkspaceId};
use sea_orm::{IntoActiveModel, QueryOrder, entity::prelude::*};
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};
use store::failed;

use crate::{Actor, Permissions, Scope, Team};

/// A key as it is listed: never with its secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its id.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stopped working, if it did.
    pub revoked_at: Option<Timestamp>,
}

/// A key at the moment of its making: the only time its secret is known.
#[derive(Clone)]
pub struct NewKey {
    /// How it is listed from now on.
    pub key: Key,
    /// What a client sends.
    pub secret: String,
}

mod api_key {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "api_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub workspace: Uuid,
        pub name: String,
        pub prefix: String,
        pub hash: Vec<u8>,
        pub created_at: i64,
        pub revoked_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl From<api_key::Model> for Key {
    fn from(row: api_key::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            prefix: row.prefix,
            created_at: Timestamp::from_micros(row.created_at),
            revoked_at: row.revoked_at.map(Timestamp::from_micros),
        }
    }
}

/// How long a looked-up key is believed: a revoked one works at most this much longer.
const BELIEVED_FOR: Duration = Duration::from_secs(2);
const MOST_KNOWN: usize = 10_000;
const PREFIX: usize = 8;

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

impl Team {
    /// Makes a write key. Its secret is 190 random bits and is not kept.
    pub async fn create_key(&self, scope: &Scope, name: &str) -> Result<NewKey> {
        if name.trim().is_empty() || name.len() > 200 {
            return Err(Error::invalid_field("name", "length", "a key needs a name of 1 to 200 bytes"));
        }
        const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let random: String = (0..32).map(|_| char::from(ALPHABET[rand::random_range(0..ALPHABET.len())])).collect();
        let secret = format!("wk_{random}");
        let row = api_key::Model {
            id: Uuid::new_v4(),
            workspace: scope.workspace().0,
            name: name.trim().to_owned(),
            prefix: secret[..PREFIX].to_owned(),
            hash: hash(&secret).to_vec(),
            created_at: self.clock.now().micros(),
            revoked_at: None,
        };
        let active = row.clone().into_active_model().reset_all();
        let transaction = self.store.begin().await?;
        api_key::Entity::insert(active).exec_without_returning(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(NewKey { key: row.into(), secret })
    }

    /// The keys of a workspace, newest first.
    pub async fn keys(&self, scope: &Scope) -> Result<Vec<Key>> {
        let rows = api_key::Entity::find()
            .filter(api_key::Column::Workspace.eq(scope.workspace().0))
            .order_by_desc(api_key::Column::CreatedAt)
            .all(self.store.read())
            .await;
        Ok(rows.map_err(failed)?.into_iter().map(Key::from).collect())
    }

    /// Stops a key from working, named by its prefix as it is listed.
    pub async fn revoke_key(&self, scope: &Scope, prefix: &str) -> Result<()> {
        let update = api_key::Entity::update_many()
            .filter(api_key::Column::Workspace.eq(scope.workspace().0))
            .filter(api_key::Column::Prefix.eq(prefix))
            .filter(api_key::Column::RevokedAt.is_null())
            .col_expr(api_key::Column::RevokedAt, Expr::value(self.clock.now().micros()));
        let transaction = self.store.begin().await?;
        let done = update.exec(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        self.known_keys.lock().clear();
        if done.rows_affected == 0 { Err(Error::not_found("working key")) } else { Ok(()) }
    }

    /// Whose key this is; an unknown or revoked key is nobody's.
    pub async fn scope_of_write_key(&self, secret: &str) -> Result<Scope> {
        let hash = hash(secret);
        if let Some((at, scope)) = self.known_keys.lock().get(&hash)
            && at.elapsed() < BELIEVED_FOR
        {
            return Ok(scope.clone());
        }
        let row = api_key::Entity::find()
            .filter(api_key::Column::Hash.eq(hash.to_vec()))
            .filter(api_key::Column::RevokedAt.is_null())
            .one(self.store.read())
            .await
            .map_err(failed)?
            .ok_or_else(|| Error::unauthenticated("the write key is unknown or revoked"))?;
        let scope = Scope::new(WorkspaceId(row.workspace), Actor::Key(row.id), Permissions::default());
        let mut known = self.known_keys.lock();
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(hash, (Instant::now(), scope.clone()));
        Ok(scope)
    }
}
