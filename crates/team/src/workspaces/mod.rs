//! Workspaces: the tenants, each with its own calendar and currency.

pub(crate) mod http;
pub(crate) mod store;

use ::store::failed;
use base::{Error, Result, Timestamp, WorkspaceId, Zone};
use sea_orm::{
    ConnectionTrait, ExprTrait,
    sea_query::{Expr, Query},
};
use serde_json::json;
use std::net::IpAddr;

use crate::{
    Actor, LoggedIn, Name, Permissions, Role, Scope, Team,
    audit::{self, Entry},
    members, second_factor,
};

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
    /// Whether members without a second factor have to set one up before anything else.
    pub require_second_factor: bool,
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
    /// Whether members need a second factor.
    pub require_second_factor: Option<bool>,
}

impl Team {
    /// The workspace of a self-hosted installation: the oldest one, made at first use.
    pub async fn default_workspace(&self) -> Result<Workspace> {
        if let Some(workspace) = store::oldest(self.store.read()).await? {
            return Ok(workspace);
        }
        let transaction = self.store.begin().await?;
        // The log's head orders all writers on PostgreSQL too: of two first users one finds what the other has made.
        let lock =
            Query::update().table("log_head").value("seq", Expr::col("seq")).and_where(Expr::col("id").eq(1)).take();
        transaction.execute(&lock).await.map_err(failed)?;
        let workspace = match store::oldest(&transaction).await? {
            Some(workspace) => workspace,
            None => store::insert(&transaction, "Default", self.clock.now()).await?,
        };
        transaction.commit().await.map_err(failed)?;
        Ok(workspace)
    }

    /// All workspaces, oldest first; for jobs that visit each of them.
    pub async fn workspaces(&self) -> Result<Vec<Workspace>> {
        store::all(self.store.read()).await
    }

    /// Makes a further tenant.
    pub async fn create_workspace(&self, name: &str, at: Timestamp) -> Result<Workspace> {
        let transaction = self.store.begin().await?;
        let workspace = store::insert(&transaction, &valid_name(name)?, at).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(workspace)
    }

    /// Makes a further tenant whose owner is the caller, who has to be the owner of one already.
    pub(crate) async fn found_workspace(
        &self,
        scope: &Scope,
        me: LoggedIn,
        name: &Name,
        from: IpAddr,
    ) -> Result<Workspace> {
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        if members::store::owned_by(&transaction, me.person).await?.is_empty() {
            return Err(Error::forbidden("only an owner of a workspace may make another one"));
        }
        let workspace = store::insert(&transaction, name.as_str(), now).await?;
        members::store::insert(&transaction, workspace.id, me.person, Role::Owner, now).await?;
        let entry = Entry { action: "workspace.created", object: Some(workspace.id.to_string()), details: json!({}) };
        audit::record(&transaction, now, Some(workspace.id), scope.actor(), Some(from), entry).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(workspace)
    }

    /// The workspace that may be asked about.
    pub async fn workspace(&self, scope: &Scope) -> Result<Workspace> {
        store::find(self.store.read(), scope.workspace()).await
    }

    /// Changes a workspace's settings. Only owners decide about second factors.
    pub async fn change_workspace(&self, scope: &Scope, settings: WorkspaceSettings) -> Result<()> {
        self.change_workspace_from(scope, settings, None).await
    }

    pub(crate) async fn change_workspace_from(
        &self,
        scope: &Scope,
        settings: WorkspaceSettings,
        from: Option<IpAddr>,
    ) -> Result<()> {
        let settings = settings.valid()?;
        let transaction = self.store.begin().await?;
        members::store::lock(&transaction, scope.workspace()).await?;
        if let Some(required) = settings.require_second_factor {
            members::store::holds(&transaction, scope).await?.ensure_covers(Role::Owner)?;
            if required
                && let Actor::Person(person) = scope.actor()
                && !second_factor::store::is_confirmed(&transaction, person).await?
            {
                return Err(Error::conflict("set up a second factor of your own first, or you would be locked out"));
            }
        }
        store::change(&transaction, scope.workspace(), &settings).await?;
        let entry = Entry {
            action: "workspace.changed",
            object: Some(scope.workspace().to_string()),
            details: json!({
                "name": settings.name,
                "zone": settings.zone.map(Zone::name),
                "currency": settings.currency,
                "require_second_factor": settings.require_second_factor,
            }),
        };
        audit::record(&transaction, self.clock.now(), Some(scope.workspace()), scope.actor(), from, entry).await?;
        transaction.commit().await.map_err(failed)
    }

    /// The scope of somebody at the server's own command line, who could read the data folder anyway.
    pub fn operator(&self, workspace: WorkspaceId) -> Scope {
        Scope::new(workspace, Actor::Operator, Permissions::all())
    }
}

impl WorkspaceSettings {
    fn valid(self) -> Result<Self> {
        let currency = self.currency.map(valid_currency).transpose()?;
        let name = self.name.map(|name| valid_name(&name)).transpose()?;
        Ok(Self { name, currency, ..self })
    }
}

fn valid_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.len() > 200 || name.contains(char::is_control) {
        return Err(Error::invalid_field("name", "length", "a workspace needs a name of 1 to 200 bytes"));
    }
    Ok(name.to_owned())
}

fn valid_currency(code: String) -> Result<String> {
    let valid = code.len() == 3 && code.bytes().all(|letter| letter.is_ascii_uppercase());
    if valid {
        Ok(code)
    } else {
        Err(Error::invalid_field("currency", "not_iso_4217", "a currency is three capital letters"))
    }
}
