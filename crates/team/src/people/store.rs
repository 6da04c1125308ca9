//! Queries about people.

use base::{EmailAddress, Error, Result, Timestamp};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseTransaction, IntoActiveModel, QueryOrder, QuerySelect, SqlErr,
    entity::prelude::*,
};
use store::failed;

use super::{Name, Person};

pub(crate) mod person {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "person")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub email: String,
        pub email_key: String,
        pub name: String,
        pub password: Option<String>,
        pub created_at: i64,
        pub disabled_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<person::Model> for Person {
    type Error = Error;

    fn try_from(row: person::Model) -> Result<Self> {
        let damaged = |error: Error| Error::internal(format!("person {} is damaged: {error}", row.id));
        Ok(Self {
            id: row.id,
            email: row.email.parse().map_err(damaged)?,
            name: Name::new(&row.name).map_err(damaged)?,
            created_at: Timestamp::from_micros(row.created_at),
            disabled_at: row.disabled_at.map(Timestamp::from_micros),
        })
    }
}

/// The person with this address, whether they may log in or not.
pub(crate) async fn by_email(connection: &impl ConnectionTrait, email: &EmailAddress) -> Result<Option<person::Model>> {
    let find = person::Entity::find().filter(person::Column::EmailKey.eq(email.key()));
    find.one(connection).await.map_err(failed)
}

/// The person with this id, whether they may log in or not.
pub(crate) async fn by_id(connection: &impl ConnectionTrait, person: Uuid) -> Result<person::Model> {
    let found = person::Entity::find_by_id(person).one(connection).await.map_err(failed)?;
    found.ok_or_else(|| Error::not_found("person"))
}

/// Whether a person is there and may log in.
pub(crate) async fn is_able(connection: &impl ConnectionTrait, person: Uuid) -> Result<bool> {
    let able = person::Entity::find_by_id(person).filter(person::Column::DisabledAt.is_null());
    Ok(able.one(connection).await.map_err(failed)?.is_some())
}

/// The person with this id, locked until the transaction ends: whoever changes what they log in with, or checks it and
/// acts on it, holds this lock.
pub(crate) async fn locked(transaction: &DatabaseTransaction, person: Uuid) -> Result<person::Model> {
    let found = person::Entity::find_by_id(person).lock_exclusive().one(transaction).await.map_err(failed)?;
    found.ok_or_else(|| Error::not_found("person"))
}

/// Whether anybody is there yet.
pub(crate) async fn anybody(connection: &impl ConnectionTrait) -> Result<bool> {
    let first = person::Entity::find().limit(1).one(connection).await.map_err(failed)?;
    Ok(first.is_some())
}

/// Everybody, by address.
pub(crate) async fn all(connection: &impl ConnectionTrait) -> Result<Vec<Person>> {
    let rows = person::Entity::find().order_by_asc(person::Column::EmailKey).all(connection).await.map_err(failed)?;
    rows.into_iter().map(Person::try_from).collect()
}

/// Adds a person. Somebody else with this address is a conflict.
pub(crate) async fn insert(
    transaction: &DatabaseTransaction,
    email: &EmailAddress,
    name: &Name,
    password: Option<String>,
    at: Timestamp,
) -> Result<Person> {
    let row = person::Model {
        id: Uuid::new_v4(),
        email: email.to_string(),
        email_key: email.key(),
        name: name.to_string(),
        password,
        created_at: at.micros(),
        disabled_at: None,
    };
    let insert = person::Entity::insert(row.clone().into_active_model().reset_all());
    insert.exec_without_returning(transaction).await.map_err(taken)?;
    row.try_into()
}

/// Gives a person a name.
pub(crate) async fn rename(transaction: &DatabaseTransaction, person: Uuid, name: &Name) -> Result<()> {
    change(transaction, person::ActiveModel { id: Set(person), name: Set(name.to_string()), ..Default::default() })
        .await
}

/// Gives a person an address. Somebody else with it is a conflict.
pub(crate) async fn readdress(transaction: &DatabaseTransaction, person: Uuid, email: &EmailAddress) -> Result<()> {
    let (email, email_key) = (Set(email.to_string()), Set(email.key()));
    change(transaction, person::ActiveModel { id: Set(person), email, email_key, ..Default::default() }).await
}

/// Keeps another hash of a person's password.
pub(crate) async fn set_password(transaction: &DatabaseTransaction, person: Uuid, password: String) -> Result<()> {
    let password = Set(Some(password));
    change(transaction, person::ActiveModel { id: Set(person), password, ..Default::default() }).await
}

/// Keeps a person from logging in since this moment, or lets them again.
pub(crate) async fn set_disabled(
    transaction: &DatabaseTransaction,
    person: Uuid,
    since: Option<Timestamp>,
) -> Result<()> {
    let disabled_at = Set(since.map(Timestamp::micros));
    change(transaction, person::ActiveModel { id: Set(person), disabled_at, ..Default::default() }).await
}

async fn change(transaction: &DatabaseTransaction, change: person::ActiveModel) -> Result<()> {
    person::Entity::update(change).exec(transaction).await.map_err(taken)?;
    Ok(())
}

fn taken(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            Error::conflict("somebody with this e-mail address is there already")
        }
        _ => failed(error),
    }
}
