//! Changing what is known of a person; and what the operator does with people.

use ::store::failed;
use base::{EmailAddress, Error, Result};
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::{Name, Person, store};
use crate::{
    Actor, LoggedIn, Password, Role, Scope, Team,
    audit::{self, Entry},
    client::Client,
    mail, members,
    passwords::reset::reset_link,
    tokens::{self, Purpose},
};

impl Team {
    /// A person by their address, for the operator.
    pub async fn person(&self, email: &EmailAddress) -> Result<Person> {
        let row = store::by_email(self.store.read(), email).await?;
        row.ok_or_else(|| Error::not_found("person"))?.try_into()
    }

    /// Everybody, by address, for the operator.
    pub async fn people(&self) -> Result<Vec<Person>> {
        store::all(self.store.read()).await
    }

    /// What a person is in the workspace; `None` where they are no member.
    pub async fn role_of(&self, scope: &Scope, person: Uuid) -> Result<Option<Role>> {
        members::store::role(self.store.read(), scope.workspace(), person).await
    }

    /// Makes a person and a member, for the operator; the link that is answered is where they choose their password.
    pub async fn create_person(
        &self,
        scope: &Scope,
        email: &EmailAddress,
        name: &Name,
        role: Role,
        server: &Url,
    ) -> Result<(Person, Url)> {
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        members::store::lock(&transaction, scope.workspace()).await?;
        members::store::holds(&transaction, scope).await?.ensure_covers(role)?;
        let person = store::insert(&transaction, email, name, None, now).await?;
        members::store::insert(&transaction, scope.workspace(), person.id, role, now).await?;
        let link = reset_link(&transaction, person.id, now).await?.on(server)?;
        let details = json!({ "role": role });
        let entry = Entry { action: "person.created", object: Some(person.id.to_string()), details };
        audit::record(&transaction, now, Some(scope.workspace()), scope.actor(), None, entry).await?;
        transaction.commit().await.map_err(failed)?;
        Ok((person, link))
    }

    /// Gives the caller another name.
    pub(crate) async fn rename(&self, me: LoggedIn, name: &Name) -> Result<Person> {
        let transaction = self.store.begin().await?;
        store::rename(&transaction, me.person, name).await?;
        let person = store::by_id(&transaction, me.person).await?;
        transaction.commit().await.map_err(failed)?;
        person.try_into()
    }

    /// Has a link sent to the address that the caller wants to have. Nothing changes before it is followed.
    pub(crate) async fn ask_for_email_change(
        &self,
        me: LoggedIn,
        email: &EmailAddress,
        password: &Password,
        client: &Client,
    ) -> Result<()> {
        let person = Person::try_from(self.prove_password(me.person, password, client).await?)?;
        let now = self.clock.now();
        let server = self.public_url()?;
        let transaction = self.store.begin().await?;
        store::locked(&transaction, me.person).await?;
        tokens::revoke_for(&transaction, Purpose::EmailChange, me.person).await?;
        // Whether somebody else has this address is told to nobody but whoever reads its mail.
        let link = tokens::issue(&transaction, Purpose::EmailChange, me.person, Some(email), now).await?.on(server)?;
        let data = json!({ "name": person.name, "link": link });
        mail::post(&transaction, None, email, &mail::EMAIL_CONFIRMATION, data, now).await?;
        transaction.commit().await.map_err(failed)
    }

    /// Gives a person the address that they have proven to be theirs, and tells the old one.
    pub(crate) async fn change_email(&self, token: &str, client: &Client) -> Result<()> {
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        // Whoever has a link sent locks the person first, so whoever follows one does, too.
        let subject = tokens::peek(&transaction, Purpose::EmailChange, token, now).await?.subject;
        let row = store::locked(&transaction, subject).await?;
        let about = tokens::consume(&transaction, Purpose::EmailChange, token, now).await?;
        let email = about.address.ok_or_else(tokens::no_longer)?;
        if row.disabled_at.is_some() {
            return Err(tokens::no_longer());
        }
        let person = Person::try_from(row)?;
        store::readdress(&transaction, person.id, &email).await?;
        // Links that went to the old address are not for whoever reads its mail from now on.
        tokens::revoke(&transaction, person.id).await?;
        let data = json!({ "name": person.name, "email": email });
        mail::post(&transaction, None, &person.email, &mail::EMAIL_CHANGED, data, now).await?;
        self.record_about(&transaction, "person.email_changed", person.id, client).await?;
        transaction.commit().await.map_err(failed)
    }

    async fn record_about(
        &self,
        transaction: &sea_orm::DatabaseTransaction,
        action: &'static str,
        person: Uuid,
        client: &Client,
    ) -> Result<()> {
        let entry = Entry { action, object: Some(person.to_string()), details: json!({}) };
        audit::record(transaction, self.clock.now(), None, Actor::Person(person), Some(client.ip), entry).await
    }
}
