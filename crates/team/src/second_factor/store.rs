//! Queries about second factors.

use base::{Result, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseTransaction, IntoActiveModel, PaginatorTrait, entity::prelude::*};
use store::failed;

use super::RecoveryCode;

pub(crate) mod second_factor {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "second_factor")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person: Uuid,
        pub secret: Vec<u8>,
        pub created_at: i64,
        pub confirmed_at: Option<i64>,
        pub last_step: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod recovery_code {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "recovery_code")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: Vec<u8>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use second_factor::{Column, Entity, Model};

/// A person's second factor, confirmed or not.
pub(crate) async fn find(connection: &impl ConnectionTrait, person: Uuid) -> Result<Option<Model>> {
    Entity::find_by_id(person).one(connection).await.map_err(failed)
}

/// All seeds, as they are sealed.
pub(crate) async fn sealed(connection: &impl ConnectionTrait) -> Result<Vec<Vec<u8>>> {
    let all = Entity::find().all(connection).await.map_err(failed)?;
    Ok(all.into_iter().map(|factor| factor.secret).collect())
}

/// Whether a person has a second factor that works.
pub(crate) async fn is_confirmed(connection: &impl ConnectionTrait, person: Uuid) -> Result<bool> {
    Ok(find(connection, person).await?.is_some_and(|factor| factor.confirmed_at.is_some()))
}

/// Begins to set one up; one that was begun before is forgotten.
pub(crate) async fn begin(
    transaction: &DatabaseTransaction,
    person: Uuid,
    sealed: Vec<u8>,
    now: Timestamp,
) -> Result<()> {
    delete(transaction, person).await?;
    let row = Model { person, secret: sealed, created_at: now.micros(), confirmed_at: None, last_step: 0 };
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(transaction).await.map_err(failed)?;
    Ok(())
}

/// Makes it work.
pub(crate) async fn confirm(transaction: &DatabaseTransaction, person: Uuid, now: Timestamp) -> Result<()> {
    let confirm = Entity::update_many().filter(Column::Person.eq(person));
    let confirm = confirm.col_expr(Column::ConfirmedAt, Expr::value(Some(now.micros())));
    confirm.exec(transaction).await.map_err(failed)?;
    Ok(())
}

/// Uses a step up. False when it or a later one was used meanwhile.
pub(crate) async fn use_step(transaction: &DatabaseTransaction, person: Uuid, step: i64) -> Result<bool> {
    let update = Entity::update_many()
        .filter(Column::Person.eq(person))
        .filter(Column::LastStep.lt(step))
        .col_expr(Column::LastStep, step.into());
    Ok(update.exec(transaction).await.map_err(failed)?.rows_affected == 1)
}

/// Takes a person's second factor and recovery codes away.
pub(crate) async fn delete(transaction: &DatabaseTransaction, person: Uuid) -> Result<()> {
    Entity::delete_by_id(person).exec(transaction).await.map_err(failed)?;
    let codes = recovery_code::Entity::delete_many().filter(recovery_code::Column::Person.eq(person));
    codes.exec(transaction).await.map_err(failed)?;
    Ok(())
}

/// Keeps these recovery codes instead of any before.
pub(crate) async fn replace_codes(
    transaction: &DatabaseTransaction,
    person: Uuid,
    codes: &[RecoveryCode],
) -> Result<()> {
    let old = recovery_code::Entity::delete_many().filter(recovery_code::Column::Person.eq(person));
    old.exec(transaction).await.map_err(failed)?;
    let rows = codes.iter().map(|code| recovery_code::Model { person, hash: code.hash() });
    let rows = rows.map(|row| row.into_active_model().reset_all());
    recovery_code::Entity::insert_many(rows).exec_without_returning(transaction).await.map_err(failed)?;
    Ok(())
}

/// Uses a recovery code up. False when there is none like it.
pub(crate) async fn use_code(transaction: &DatabaseTransaction, person: Uuid, code: &RecoveryCode) -> Result<bool> {
    let delete = recovery_code::Entity::delete_by_id((person, code.hash()));
    Ok(delete.exec(transaction).await.map_err(failed)?.rows_affected == 1)
}

/// How many recovery codes a person has left.
pub(crate) async fn codes_left(connection: &impl ConnectionTrait, person: Uuid) -> Result<u64> {
    let find = recovery_code::Entity::find().filter(recovery_code::Column::Person.eq(person));
    find.count(connection).await.map_err(failed)
}
