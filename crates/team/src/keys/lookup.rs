//! Whose key it is that a client sent, and what it may do now.

use base::{Error, Result, Timestamp, WorkspaceId};
use parking_lot::Mutex;
use sea_orm::{Condition, entity::prelude::*};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use store::failed;

use super::{Key, KeyKind, api_key, secret};
use crate::{Actor, Permissions, Scope, Team, members};

/// How long a looked-up key is believed: a revoked one, or one whose maker may less now, works at most this much longer.
const BELIEVED_FOR: Duration = Duration::from_secs(2);
const MOST_KNOWN: usize = 10_000;
/// How often the time of a key's last use is written.
const USE_NOTED_EVERY: i64 = 60 * Timestamp::SECOND;

type KeyHash = [u8; 32];

/// Keys that were looked up moments ago, by their hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownKeys(Arc<Mutex<HashMap<KeyHash, (Instant, Scope)>>>);

impl KnownKeys {
    fn get(&self, hash: &KeyHash) -> Option<Scope> {
        let known = self.0.lock();
        known.get(hash).filter(|(since, _)| since.elapsed() < BELIEVED_FOR).map(|(_, scope)| scope.clone())
    }

    fn remember(&self, hash: KeyHash, since: Instant, scope: Scope) {
        let mut known = self.0.lock();
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(hash, (since, scope));
    }

    /// Looks every key up anew.
    pub(crate) fn forget(&self) {
        self.0.lock().clear();
    }
}

impl Team {
    /// The scope of a write key, which permits nothing but appending signals. An unknown, revoked or expired key is nobody's.
    pub async fn scope_of_write_key(&self, secret: &str) -> Result<Scope> {
        self.scope_of_key(KeyKind::Write, secret).await
    }

    /// The scope of a secret key: what it was made for, as far as its maker may do it now.
    pub async fn scope_of_secret_key(&self, secret: &str) -> Result<Scope> {
        self.scope_of_key(KeyKind::Secret, secret).await
    }

    async fn scope_of_key(&self, kind: KeyKind, secret: &str) -> Result<Scope> {
        let nobody = || Error::unauthenticated(format!("the {} key is unknown, revoked or expired", kind.name()));
        // A key of the other kind is none of this, and its hash is not even looked for.
        if !secret.starts_with(kind.mark()) {
            return Err(nobody());
        }
        let (hash, since) = (secret::hash(secret), Instant::now());
        if let Some(scope) = self.known_keys.get(&hash) {
            return Ok(scope);
        }
        let row = api_key::Entity::find()
            .filter(api_key::Column::Hash.eq(hash.to_vec()))
            .filter(api_key::Column::Kind.eq(kind.name()))
            .one(self.store.read())
            .await
            .map_err(failed)?
            .ok_or_else(nobody)?;
        let (workspace, key, now) = (WorkspaceId(row.workspace), Key::try_from(row)?, self.clock.now());
        if !key.works(now) {
            return Err(nobody());
        }
        let permissions = self.permissions_of_key(workspace, &key).await?.ok_or_else(nobody)?;
        let scope = Scope::new(workspace, Actor::Key(key.id), permissions);
        self.note_use(&key, now).await;
        self.known_keys.remember(hash, since, scope.clone());
        Ok(scope)
    }

    /// What a key may do now; `None` where it is a person's secret key and that person is in the workspace no more.
    ///
    /// A write key belongs to the workspace: that whoever made it leaves must not stop a website's signals.
    pub(crate) async fn permissions_of_key(&self, workspace: WorkspaceId, key: &Key) -> Result<Option<Permissions>> {
        let scopes = key.scopes.iter().copied().collect::<Permissions>();
        match (key.kind, key.maker) {
            (KeyKind::Write, _) | (_, None) => Ok(Some(scopes)),
            (KeyKind::Secret, Some(maker)) => {
                let role = members::store::able_role(self.store.read(), workspace, maker).await?;
                Ok(role.map(|role| role.permissions().and(scopes)))
            }
        }
    }

    /// Notes that a key is used, once a minute. A request is not refused for it when that cannot be written.
    async fn note_use(&self, key: &Key, now: Timestamp) {
        let before = now.plus(-USE_NOTED_EVERY);
        if key.last_used_at.is_some_and(|last| last > before) {
            return;
        }
        let long_ago = Condition::any()
            .add(api_key::Column::LastUsedAt.is_null())
            .add(api_key::Column::LastUsedAt.lte(before.micros()));
        let note = api_key::Entity::update_many()
            .filter(api_key::Column::Id.eq(key.id))
            .filter(long_ago)
            .col_expr(api_key::Column::LastUsedAt, Expr::value(now.micros()));
        let noted = async {
            let transaction = self.store.begin().await?;
            note.exec(&transaction).await.map_err(failed)?;
            transaction.commit().await.map_err(failed)
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, key = %key.id, "the use of a key could not be noted");
        }
    }
}
