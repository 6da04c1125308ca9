//! Workspaces: the tenants, each with its own calendar and currency.

use base::{Error, Result, Timestamp, WorkspaceId, Zone};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseTransaction, ExprTrait, IntoActiveModel, QueryOrder, entity::prelude::*,
    sea_query::Query,
};
use store::failed;

use crate::{Actor, Permissions, Scope, Team};

/// A tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// What people call it.
    pub name: String,
    /// The calendar that days, weeks and months are counted in.
    pub zone: Zone,
    /// ISO 4217; the currency that amounts are shown in when a signal names none.
    pub currency: String,
}

/// What can be changed about a workspace; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct WorkspaceSettings {
    /// What people call it.
    pub name: Option<String>,
    /// Its calendar.
    pub zone: Option<Zone>,
    /// Three capital letters.
    pub currency: Option<String>,
}

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
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl From<workspace::Model> for Workspace {
    fn from(row: workspace::Model) -> Self {
        let zone = row.zone.parse().unwrap_or(Zone::UTC);
        Self { id: WorkspaceId(row.id), name: row.name, zone, currency: row.currency }
    }
}

impl Team {
    /// The workspace of a self-hosted installation: the oldest one, made at first use.
    pub async fn default_workspace(&self) -> Result<Workspace> {
        if let Some(workspace) = oldest(self.store.read()).await? {
            return Ok(workspace);
        }
        let transaction = self.store.begin().await?;
        // The log's head orders all writers on PostgreSQL too: of two first users one finds what the other has made.
        let lock =
            Query::update().table("log_head").value("seq", Expr::col("seq")).and_where(Expr::col("id").eq(1)).take();
        transaction.execute(&lock).await.map_err(failed)?;
        let workspace = match oldest(&transaction).await? {
            Some(workspace) => workspace,
            None => insert(&transaction, "Default", self.clock.now()).await?,
        };
        transaction.commit().await.map_err(failed)?;
        Ok(workspace)
    }

    /// All workspaces, oldest first; for jobs that visit each of them.
    pub async fn workspaces(&self) -> Result<Vec<Workspace>> {
        let rows = workspace::Entity::find().order_by_asc(workspace::Column::CreatedAt).all(self.store.read()).await;
        Ok(rows.map_err(failed)?.into_iter().map(Workspace::from).collect())
    }

    /// Makes a further tenant.
    pub async fn create_workspace(&self, name: &str, at: Timestamp) -> Result<Workspace> {
        let transaction = self.store.begin().await?;
        let workspace = insert(&transaction, &valid_name(name)?, at).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(workspace)
    }

    /// Changes a workspace's settings.
    pub async fn change_workspace(&self, scope: &Scope, settings: WorkspaceSettings) -> Result<()> {
        let currency = settings.currency.map(|code| {
            let valid = code.len() == 3 && code.bytes().all(|letter| letter.is_ascii_uppercase());
            if valid {
                Ok(code)
            } else {
                Err(Error::invalid_field("currency", "not_iso_4217", "a currency is three capital letters"))
            }
        });
        let mut change = workspace::ActiveModel { id: Set(scope.workspace().0), ..Default::default() };
        if let Some(name) = settings.name {
            change.name = Set(valid_name(&name)?);
        }
        if let Some(zone) = settings.zone {
            change.zone = Set(zone.name().into());
        }
        if let Some(currency) = currency.transpose()? {
            change.currency = Set(currency);
        }
        let transaction = self.store.begin().await?;
        workspace::Entity::update(change).exec(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    /// The scope of somebody at the server's own command line, who could read the data folder anyway.
    pub fn operator(&self, workspace: WorkspaceId) -> Scope {
        Scope::new(workspace, Actor::Operator, Permissions::all())
    }
}

async fn oldest(connection: &impl ConnectionTrait) -> Result<Option<Workspace>> {
    let row = workspace::Entity::find().order_by_asc(workspace::Column::CreatedAt).one(connection).await;
    Ok(row.map_err(failed)?.map(Workspace::from))
}

async fn insert(transaction: &DatabaseTransaction, name: &str, at: Timestamp) -> Result<Workspace> {
    let row = workspace::Model {
        id: Uuid::new_v4(),
        name: name.to_owned(),
        zone: Zone::UTC.name().into(),
        currency: "EUR".into(),
        customers: 0,
        created_at: at.micros(),
    };
    let active = row.clone().into_active_model().reset_all();
    workspace::Entity::insert(active).exec_without_returning(transaction).await.map_err(failed)?;
    Ok(row.into())
}

fn valid_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.len() > 200 || name.contains(char::is_control) {
        return Err(Error::invalid_field("name", "length", "a workspace needs a name of 1 to 200 bytes"));
    }
    Ok(name.to_owned())
}
