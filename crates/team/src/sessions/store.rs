//! Queries about sessions. Nothing of them is cached, so a session that is taken away is gone with the next request.

use base::{Error, Result, Timestamp};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, IntoActiveModel, QueryOrder, entity::prelude::*,
    sea_query::Condition,
};
use store::failed;

use super::{Session, life};
use crate::{
    client::Client,
    people::store::person,
    secret::{Secret, SecretHash},
};

pub(crate) mod session {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "session")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub hash: Vec<u8>,
        pub person: Uuid,
        pub pending: bool,
        pub created_at: i64,
        pub last_used_at: i64,
        pub address: String,
        pub agent: String,
        /// The provider who let them in; none where it was a password.
        pub provider: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use session::{Column, Entity, Model};

impl Model {
    /// Whether its person was let in by a provider, and so lately that this stands in for their password.
    pub(crate) fn is_fresh_from_provider(&self, now: Timestamp) -> bool {
        self.provider.is_some() && now.micros().saturating_sub(self.created_at) < life::FRESH
    }

    /// Whether it has not ended by itself.
    fn lives(&self, now: Timestamp) -> bool {
        let since = |moment: i64| now.micros().saturating_sub(moment);
        if self.pending {
            since(self.created_at) < life::PENDING
        } else {
            since(self.created_at) < life::WHOLE && since(self.last_used_at) < life::IDLE
        }
    }

    fn shown(self, current: Uuid) -> Session {
        Session {
            current: self.id == current,
            id: self.id,
            created_at: Timestamp::from_micros(self.created_at),
            last_used_at: Timestamp::from_micros(self.last_used_at),
            expires_at: Timestamp::from_micros(self.created_at).plus(life::WHOLE),
            network: self.address,
            agent: self.agent,
        }
    }
}

/// Begins a session and answers what its cookie carries. A `pending` one waits for the second factor and is good for
/// nothing else.
pub(crate) async fn begin(
    transaction: &DatabaseTransaction,
    person: Uuid,
    pending: bool,
    provider: Option<&str>,
    client: &Client,
    now: Timestamp,
) -> Result<Secret> {
    let secret = Secret::random();
    let row = Model {
        id: Uuid::new_v4(),
        hash: secret.hash().bytes(),
        person,
        pending,
        created_at: now.micros(),
        last_used_at: now.micros(),
        address: client.network(),
        agent: client.agent.clone(),
        provider: provider.map(Into::into),
    };
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(transaction).await.map_err(failed)?;
    Ok(secret)
}

/// The living session with this cookie and its person, who may log in. `None` for any other.
pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    hash: SecretHash,
    pending: bool,
    now: Timestamp,
) -> Result<Option<(Model, person::Model)>> {
    let find = Entity::find().filter(Column::Hash.eq(hash.bytes())).filter(Column::Pending.eq(pending));
    let Some(session) = find.one(connection).await.map_err(failed)?.filter(|session| session.lives(now)) else {
        return Ok(None);
    };
    let person = person::Entity::find_by_id(session.person).one(connection).await.map_err(failed)?;
    Ok(person.filter(|person| person.disabled_at.is_none()).map(|person| (session, person)))
}

/// A session that is used right now.
pub(crate) async fn by_id(connection: &impl ConnectionTrait, session: Uuid) -> Result<Model> {
    let found = Entity::find_by_id(session).one(connection).await.map_err(failed)?;
    found.ok_or_else(|| Error::unauthenticated("your session has ended"))
}

/// Whether a full session has not ended.
pub(crate) async fn is_alive(connection: &impl ConnectionTrait, session: Uuid, now: Timestamp) -> Result<bool> {
    let row = Entity::find_by_id(session).one(connection).await.map_err(failed)?;
    Ok(row.is_some_and(|session| !session.pending && session.lives(now)))
}

/// Writes that a session is used.
pub(crate) async fn touch(transaction: &DatabaseTransaction, session: Uuid, now: Timestamp) -> Result<()> {
    let touch = Entity::update_many().filter(Column::Id.eq(session)).col_expr(Column::LastUsedAt, now.micros().into());
    touch.exec(transaction).await.map_err(failed)?;
    Ok(())
}

/// A person's living sessions, the latest used first.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    person: Uuid,
    current: Uuid,
    now: Timestamp,
) -> Result<Vec<Session>> {
    let find = Entity::find().filter(Column::Person.eq(person)).filter(Column::Pending.eq(false));
    let rows = find.order_by_desc(Column::LastUsedAt).order_by_asc(Column::Id).all(connection).await.map_err(failed)?;
    Ok(rows.into_iter().filter(|session| session.lives(now)).map(|session| session.shown(current)).collect())
}

/// Ends one session of a person.
pub(crate) async fn end(transaction: &DatabaseTransaction, person: Uuid, session: Uuid) -> Result<()> {
    let end = Entity::delete_many().filter(Column::Person.eq(person)).filter(Column::Id.eq(session));
    let ended = end.exec(transaction).await.map_err(failed)?;
    if ended.rows_affected == 0 { Err(Error::not_found("session")) } else { Ok(()) }
}

/// Ends whatever session has this cookie.
pub(crate) async fn end_by_cookie(transaction: &DatabaseTransaction, hash: SecretHash) -> Result<()> {
    Entity::delete_many().filter(Column::Hash.eq(hash.bytes())).exec(transaction).await.map_err(failed)?;
    Ok(())
}

/// Ends all sessions of a person, but for one that is to stay.
pub(crate) async fn end_all(transaction: &DatabaseTransaction, person: Uuid, stays: Option<Uuid>) -> Result<()> {
    let mut end = Entity::delete_many().filter(Column::Person.eq(person));
    if let Some(stays) = stays {
        end = end.filter(Column::Id.ne(stays));
    }
    end.exec(transaction).await.map_err(failed)?;
    Ok(())
}

/// Takes away what has ended by itself.
pub(crate) async fn forget_ended(connection: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    let ended = Condition::any()
        .add(Column::CreatedAt.lte(now.plus(-life::WHOLE).micros()))
        .add(Column::LastUsedAt.lte(now.plus(-life::IDLE).micros()))
        .add(Column::Pending.eq(true).and(Column::CreatedAt.lte(now.plus(-life::PENDING).micros())));
    Ok(Entity::delete_many().filter(ended).exec(connection).await.map_err(failed)?.rows_affected)
}
