//! Queries about invitations.

use base::{EmailAddress, Error, Result, Timestamp, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*,
    sea_query::Condition,
};
use store::failed;

use super::Invitation;
use crate::Scope;

pub(crate) mod invitation {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "invitation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub email: String,
        pub email_key: String,
        pub role: String,
        pub invited_by: Option<Uuid>,
        pub created_at: i64,
        pub expires_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use invitation::{Column, Entity, Model};

impl TryFrom<Model> for Invitation {
    type Error = Error;

    fn try_from(row: Model) -> Result<Self> {
        let damaged = |error: Error| Error::internal(format!("invitation {} is damaged: {error}", row.id));
        Ok(Self {
            id: row.id,
            email: row.email.parse().map_err(damaged)?,
            role: row.role.parse().map_err(damaged)?,
            invited_by: row.invited_by,
            created_at: Timestamp::from_micros(row.created_at),
            expires_at: Timestamp::from_micros(row.expires_at),
        })
    }
}

/// The invitation for this address, if there is one.
pub(crate) async fn for_address(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    email: &EmailAddress,
) -> Result<Option<Uuid>> {
    let find = Entity::find().filter(Column::Workspace.eq(workspace.0)).filter(Column::EmailKey.eq(email.key()));
    Ok(find.one(connection).await.map_err(failed)?.map(|row| row.id))
}

/// Adds an invitation.
pub(crate) async fn insert(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    invitation: &Invitation,
) -> Result<()> {
    let row = Model {
        workspace: workspace.0,
        id: invitation.id,
        email: invitation.email.to_string(),
        email_key: invitation.email.key(),
        role: invitation.role.name().into(),
        invited_by: invitation.invited_by,
        created_at: invitation.created_at.micros(),
        expires_at: invitation.expires_at.micros(),
    };
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(transaction).await.map_err(failed)?;
    Ok(())
}

/// Takes an invitation out, to be accepted: its workspace and itself.
pub(crate) async fn take(
    transaction: &DatabaseTransaction,
    invitation: Uuid,
) -> Result<Option<(WorkspaceId, Invitation)>> {
    let find = Entity::find().filter(Column::Id.eq(invitation));
    let Some(row) = find.one(transaction).await.map_err(failed)? else { return Ok(None) };
    let workspace = WorkspaceId(row.workspace);
    delete(transaction, workspace, invitation).await?;
    Ok(Some((workspace, row.try_into()?)))
}

/// Takes an invitation away; whether there was one.
pub(crate) async fn delete(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    invitation: Uuid,
) -> Result<bool> {
    let delete = Entity::delete_by_id((workspace.0, invitation));
    Ok(delete.exec(transaction).await.map_err(failed)?.rows_affected == 1)
}

/// Up to `limit` open invitations before this one, the newest first.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    scope: &Scope,
    before: Option<(i64, Uuid)>,
    limit: u64,
    now: Timestamp,
) -> Result<Vec<Invitation>> {
    let mut find =
        Entity::find().filter(Column::Workspace.eq(scope.workspace().0)).filter(Column::ExpiresAt.gt(now.micros()));
    if let Some((created_at, id)) = before {
        let older = Condition::any()
            .add(Column::CreatedAt.lt(created_at))
            .add(Column::CreatedAt.eq(created_at).and(Column::Id.lt(id)));
        find = find.filter(older);
    }
    let rows = find.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).limit(limit).all(connection).await;
    rows.map_err(failed)?.into_iter().map(Invitation::try_from).collect()
}

/// Takes away what has expired.
pub(crate) async fn forget_expired(connection: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    let gone = Entity::delete_many().filter(Column::ExpiresAt.lte(now.micros()));
    Ok(gone.exec(connection).await.map_err(failed)?.rows_affected)
}
