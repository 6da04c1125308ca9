//! Changing a password, as whoever knows the one before.

use base::{Error, Result};
use sea_orm::DatabaseTransaction;
use serde_json::json;
use std::net::IpAddr;
use store::failed;

use super::Password;
use crate::{
    Actor, LoggedIn, Team,
    audit::{self, Entry},
    client::Client,
    mail,
    people::{self, Person},
    secret::Secret,
};

impl Team {
    /// Changes the caller's password. They are logged out everywhere, and here get the new session that is answered.
    pub(crate) async fn change_password(
        &self,
        me: LoggedIn,
        current: &Password,
        new: &Password,
        client: &Client,
    ) -> Result<Secret> {
        let proven = self.prove_password(me.person, current, client).await?;
        let person = Person::try_from(proven.clone())?;
        new.ensure_fit(&person.email, person.name.as_str())?;
        let hash = self.hasher.hash(new).await?;
        let transaction = self.store.begin().await?;
        let locked = people::store::locked(&transaction, me.person).await?;
        if locked.password != proven.password {
            return Err(Error::conflict("your password was changed a moment ago"));
        }
        self.set_password(&transaction, &person, hash, Actor::Person(me.person), Some(client.ip)).await?;
        let secret = self.begin_session(&transaction, me.person, "password_change", None, client).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(secret)
    }

    /// Sets a password, cuts off whoever had the old one, and tells the person.
    pub(crate) async fn set_password(
        &self,
        transaction: &DatabaseTransaction,
        person: &Person,
        hash: String,
        actor: Actor,
        from: Option<IpAddr>,
    ) -> Result<()> {
        let now = self.clock.now();
        people::store::set_password(transaction, person.id, hash).await?;
        self.cut_off(transaction, person.id, None).await?;
        let data = json!({ "name": person.name });
        mail::post(transaction, None, &person.email, &mail::PASSWORD_CHANGED, data, now).await?;
        let entry =
            Entry { action: "person.password_changed", object: Some(person.id.to_string()), details: json!({}) };
        audit::record(transaction, now, None, actor, from, entry).await
    }
}
