//! Logging in by a link that the operator makes: whoever may use the data folder may let somebody in.

use ::store::failed;
use base::Result;
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::log_in::Entered;
use crate::{
    Scope, Team,
    audit::{self, Entry},
    client::Client,
    people,
    secret::SecretHash,
    tokens::{self, Purpose},
};

impl Team {
    /// A link that logs a person in, once and within a quarter of an hour. It stands in for the password alone: a second factor
    /// is still asked for. Those made before work no more.
    pub async fn login_link(&self, scope: &Scope, person: Uuid, server: &Url) -> Result<Url> {
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        people::store::locked(&transaction, person).await?;
        tokens::revoke_for(&transaction, Purpose::LogIn, person).await?;
        let link = tokens::issue(&transaction, Purpose::LogIn, person, None, now).await?;
        let object = Some(person.to_string());
        let entry = Entry { action: "login_link.created", object, details: json!({}) };
        audit::record(&transaction, now, Some(scope.workspace()), scope.actor(), None, entry).await?;
        transaction.commit().await.map_err(failed)?;
        link.on(server)
    }

    /// Logs whoever follows such a link in. `before` is the session that this browser had until now; it ends.
    pub(crate) async fn log_in_by_link(
        &self,
        token: &str,
        before: Option<SecretHash>,
        client: &Client,
    ) -> Result<Entered> {
        let now = self.clock.now();
        let person = tokens::peek(self.store.read(), Purpose::LogIn, token, now).await?.subject;
        let transaction = self.store.begin().await?;
        let person = people::store::locked(&transaction, person).await?;
        tokens::consume(&transaction, Purpose::LogIn, token, now).await?;
        if person.disabled_at.is_some() {
            return Err(tokens::no_longer());
        }
        let entered = self.enter(&transaction, person.id, "login_link", None, before, client).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(entered)
    }
}
