//! Choosing a new password by a link that comes by mail, for whoever has forgotten theirs.

use async_trait::async_trait;
use base::{EmailAddress, Result, Timestamp};
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Instant;
use store::{
    failed,
    jobs::{Claimed, Failure, Handler, NewJob, enqueue},
};
use url::Url;
use uuid::Uuid;

use super::Password;
use crate::{
    Actor, Team,
    client::Client,
    delays::neighbourhood,
    mail,
    people::{self, Person},
    tokens::{self, Link, Purpose},
};

/// The job that mails a link to whoever asked for one. The request itself does the same for every address and so tells nobody whose
/// address it knows.
pub struct ResetPassword(pub Team);

const RESET_PASSWORD: &str = "reset_password";

/// `None` where nobody has the address.
#[derive(Serialize, Deserialize)]
struct Asked {
    person: Option<Uuid>,
}

impl Team {
    /// Has a link sent to a person's address, if there is one with it.
    pub(crate) async fn ask_for_reset(&self, email: &EmailAddress, client: &Client) -> Result<()> {
        self.slow(self.guards.places.try_now(&neighbourhood(client.ip), Instant::now()))?;
        self.slow(self.guards.letters.try_now(&email.key(), Instant::now()))?;
        let person = people::store::by_email(self.store.read(), email).await?.map(|person| person.id);
        let transaction = self.store.begin().await?;
        let job = NewJob::new(RESET_PASSWORD, &Asked { person })?;
        enqueue(&transaction, job, self.clock.now()).await?;
        transaction.commit().await.map_err(failed)
    }

    /// Sets the password of whoever holds the link. They log in with it: a second factor is still asked for.
    pub(crate) async fn reset_password(&self, token: &str, new: &Password, client: &Client) -> Result<()> {
        let about = tokens::peek(self.store.read(), Purpose::PasswordReset, token, self.clock.now()).await?;
        let person = Person::try_from(people::store::by_id(self.store.read(), about.subject).await?)?;
        new.ensure_fit(&person.email, person.name.as_str())?;
        let hash = self.hasher.hash(new).await?;
        let transaction = self.store.begin().await?;
        let person = people::store::locked(&transaction, person.id).await?;
        tokens::consume(&transaction, Purpose::PasswordReset, token, self.clock.now()).await?;
        if person.disabled_at.is_some() {
            return Err(tokens::no_longer());
        }
        let person = Person::try_from(person)?;
        self.set_password(&transaction, &person, hash, Actor::Person(person.id), Some(client.ip)).await?;
        transaction.commit().await.map_err(failed)
    }

    /// A link by which a person chooses a new password, for the operator to hand over.
    pub async fn password_link(&self, person: Uuid, server: &Url) -> Result<Url> {
        let transaction = self.store.begin().await?;
        let link = reset_link(&transaction, person, self.clock.now()).await?;
        transaction.commit().await.map_err(failed)?;
        link.on(server)
    }
}

/// A new link; those before it work no more.
pub(crate) async fn reset_link(transaction: &DatabaseTransaction, person: Uuid, now: Timestamp) -> Result<Link> {
    people::store::locked(transaction, person).await?;
    tokens::revoke_for(transaction, Purpose::PasswordReset, person).await?;
    tokens::issue(transaction, Purpose::PasswordReset, person, None, now).await
}

#[async_trait]
impl Handler for ResetPassword {
    fn kind(&self) -> &'static str {
        RESET_PASSWORD
    }

    async fn run(&self, job: &Claimed) -> Result<(), Failure> {
        let Self(team) = self;
        let Some(person) = job.payload::<Asked>()?.person else { return Ok(()) };
        let server = team.public_url().map_err(|error| Failure::never(error.message))?;
        let now = team.clock.now();
        let transaction = job.begin(&team.store).await?;
        let row = people::store::locked(&transaction, person).await?;
        if row.disabled_at.is_none() {
            let person = Person::try_from(row)?;
            let link = reset_link(&transaction, person.id, now).await?.on(server)?;
            let data = json!({ "name": person.name, "link": link });
            mail::post(&transaction, None, &person.email, &mail::PASSWORD_RESET, data, now).await?;
        }
        job.done(transaction).await?;
        Ok(())
    }
}
