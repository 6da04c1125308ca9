//! Ending one's own sessions.

use ::store::failed;
use base::Result;
use sea_orm::DatabaseTransaction;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::store;
use crate::{
    Actor, LoggedIn, Team,
    audit::{self, Entry},
    client::Client,
};

impl Team {
    /// Ends one of the caller's sessions: by the current one they log out.
    pub(crate) async fn end_session(&self, me: LoggedIn, session: Uuid, client: &Client) -> Result<()> {
        let transaction = self.store.begin().await?;
        store::end(&transaction, me.person, session).await?;
        let by = if session == me.session { "log_out" } else { "another_session" };
        self.record_end(transaction, me, json!({ "by": by }), client).await
    }

    /// Ends all sessions of the caller but the current one.
    pub(crate) async fn end_other_sessions(&self, me: LoggedIn, client: &Client) -> Result<()> {
        let transaction = self.store.begin().await?;
        store::end_all(&transaction, me.person, Some(me.session)).await?;
        self.record_end(transaction, me, json!({ "by": "another_session", "all": true }), client).await
    }

    async fn record_end(
        &self,
        transaction: DatabaseTransaction,
        me: LoggedIn,
        details: Json,
        client: &Client,
    ) -> Result<()> {
        let entry = Entry { action: "session.ended", object: Some(me.person.to_string()), details };
        let (now, actor) = (self.clock.now(), Actor::Person(me.person));
        audit::record(&transaction, now, None, actor, Some(client.ip), entry).await?;
        transaction.commit().await.map_err(failed)
    }
}
