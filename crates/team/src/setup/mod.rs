//! The first run: no account exists by default, so the first owner is made by whoever reads the server's terminal.

pub(crate) mod http;

use base::{EmailAddress, Result};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait,
    sea_query::{Expr, Query},
};
use serde_json::json;
use store::failed;
use url::Url;
use uuid::Uuid;

use crate::{
    Actor, Name, Password, Role, Team,
    audit::{self, Entry},
    client::Client,
    members, people,
    secret::Secret,
    tokens::{self, Purpose},
};

/// Set-up tokens are about nobody.
const NOBODY: Uuid = Uuid::nil();

impl Team {
    /// A link by which the first owner is made, good for an hour, to be printed on the terminal; `None` once anybody is there, for
    /// ever. `server` is where this server can be reached when `public_url` does not say.
    pub async fn setup_link(&self, server: &Url) -> Result<Option<Url>> {
        if people::store::anybody(self.store.read()).await? {
            return Ok(None);
        }
        let server = self.settings.public_url.as_ref().unwrap_or(server);
        let transaction = self.store.begin().await?;
        let link = tokens::issue(&transaction, Purpose::SetUp, NOBODY, None, self.clock.now()).await?;
        transaction.commit().await.map_err(failed)?;
        link.on(server).map(Some)
    }

    /// Makes the first person, the owner of the default workspace, and logs them in. It works once in an installation's life.
    pub(crate) async fn set_up(
        &self,
        token: &str,
        email: &EmailAddress,
        name: &Name,
        password: &Password,
        client: &Client,
    ) -> Result<Secret> {
        tokens::peek(self.store.read(), Purpose::SetUp, token, self.clock.now()).await?;
        password.ensure_fit(email, name.as_str())?;
        let hash = self.hasher.hash(password).await?;
        let workspace = self.default_workspace().await?;
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        one_by_one(&transaction).await?;
        tokens::consume(&transaction, Purpose::SetUp, token, now).await?;
        if people::store::anybody(&transaction).await? {
            return Err(tokens::no_longer());
        }
        let person = people::store::insert(&transaction, email, name, Some(hash), now).await?;
        members::store::lock(&transaction, workspace.id).await?;
        members::store::insert(&transaction, workspace.id, person.id, Role::Owner, now).await?;
        tokens::revoke(&transaction, NOBODY).await?;
        let secret = self.begin_session(&transaction, person.id, "set_up", None, client).await?;
        let entry = Entry {
            action: "team.set_up",
            object: Some(person.id.to_string()),
            details: json!({ "role": Role::Owner }),
        };
        let actor = Actor::Person(person.id);
        audit::record(&transaction, now, Some(workspace.id), actor, Some(client.ip), entry).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(secret)
    }
}

/// Of two that hold different links one waits here and then finds that somebody is there.
async fn one_by_one(transaction: &DatabaseTransaction) -> Result<()> {
    let lock = Query::update().table("log_head").value("seq", Expr::col("seq")).and_where(Expr::col("id").eq(1)).take();
    transaction.execute(&lock).await.map_err(failed)?;
    Ok(())
}
