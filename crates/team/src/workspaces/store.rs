//! Queries about workspaces.

use base::{Error, Result, Timestamp, WorkspaceId, Zone};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseTransaction, ExprTrait, IntoActiveModel, QueryOrder, entity::prelude::*,
    sea_query::Query,
};
use store::failed;

use super::{Workspace, WorkspaceSettings};

pub(crate) mod workspace {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "workspace")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub name: String,
        pub zone: String,
        pub currency: String,
        pub customers: i64,
        pub created_at: i64,
        pub require_second_factor: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use workspace::{ActiveModel, Column, Entity, Model};

impl From<Model> for Workspace {
    fn from(row: Model) -> Self {
        let zone = row.zone.parse().unwrap_or(Zone::UTC);
        let require_second_factor = row.require_second_factor;
        Self { id: WorkspaceId(row.id), name: row.name, zone, currency: row.currency, require_second_factor }
    }
}

/// The oldest of all.
pub(crate) async fn oldest(connection: &impl ConnectionTrait) -> Result<Option<Workspace>> {
    let row = Entity::find().order_by_asc(Column::CreatedAt).one(connection).await;
    Ok(row.map_err(failed)?.map(Workspace::from))
}

/// All of them, the oldest first.
pub(crate) async fn all(connection: &impl ConnectionTrait) -> Result<Vec<Workspace>> {
    let rows = Entity::find().order_by_asc(Column::CreatedAt).all(connection).await.map_err(failed)?;
    Ok(rows.into_iter().map(Workspace::from).collect())
}

/// One of them.
pub(crate) async fn find(connection: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Workspace> {
    let row = Entity::find_by_id(workspace.0).one(connection).await.map_err(failed)?;
    Ok(row.ok_or_else(|| Error::not_found("workspace"))?.into())
}

/// Those that a person is a member of, with their role, by name.
pub(crate) async fn of_person(connection: &impl ConnectionTrait, person: Uuid) -> Result<Vec<(Workspace, String)>> {
    use crate::members::store::membership;
    let rows = membership::Entity::find().filter(membership::Column::Person.eq(person)).all(connection).await;
    let roles: std::collections::HashMap<Uuid, String> =
        rows.map_err(failed)?.into_iter().map(|row| (row.workspace, row.role)).collect();
    let mine = Query::select().column("workspace").from("membership").and_where(Expr::col("person").eq(person)).take();
    let find = Entity::find().filter(Column::Id.in_subquery(mine)).order_by_asc(Column::Name).order_by_asc(Column::Id);
    let rows = find.all(connection).await.map_err(failed)?;
    let with_role = |row: Model| roles.get(&row.id).cloned().map(|role| (Workspace::from(row), role));
    Ok(rows.into_iter().filter_map(with_role).collect())
}

/// Adds one.
pub(crate) async fn insert(transaction: &DatabaseTransaction, name: &str, at: Timestamp) -> Result<Workspace> {
    let row = Model {
        id: Uuid::new_v4(),
        name: name.to_owned(),
        zone: Zone::UTC.name().into(),
        currency: "EUR".into(),
        customers: 0,
        created_at: at.micros(),
        require_second_factor: false,
    };
    let active = row.clone().into_active_model().reset_all();
    Entity::insert(active).exec_without_returning(transaction).await.map_err(failed)?;
    Ok(row.into())
}

/// Changes what is said of it.
pub(crate) async fn change(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    settings: &WorkspaceSettings,
) -> Result<()> {
    let mut change = ActiveModel { id: Set(workspace.0), ..Default::default() };
    if let Some(name) = &settings.name {
        change.name = Set(name.clone());
    }
    if let Some(zone) = settings.zone {
        change.zone = Set(zone.name().into());
    }
    if let Some(currency) = &settings.currency {
        change.currency = Set(currency.clone());
    }
    if let Some(required) = settings.require_second_factor {
        change.require_second_factor = Set(required);
    }
    if change.is_changed() {
        Entity::update(change).exec(transaction).await.map_err(failed)?;
    }
    Ok(())
}
