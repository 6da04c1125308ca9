//! Setting a second factor up, using it, and taking it away.

use ::store::{Vault, failed};
use base::{Error, Result, Timestamp};
use sea_orm::DatabaseTransaction;
use serde_json::json;
use std::time::Instant;
use uuid::Uuid;

use super::{Enrolment, RECOVERY_CODES, RecoveryCode, SEAL, Seed, store};
use crate::{
    Actor, LoggedIn, Team,
    audit::{self, Entry},
    client::Client,
    mail,
    passwords::Password,
    people::{self, Person, store::person},
};

impl Team {
    /// Begins to set up a second factor: what to set an authenticator up with. Nothing asks for it before it is confirmed.
    pub(crate) async fn begin_second_factor(
        &self,
        me: LoggedIn,
        password: Option<&Password>,
        client: &Client,
    ) -> Result<Enrolment> {
        let person = Person::try_from(self.prove_again(me, password, client).await?)?;
        let seed = Seed::random();
        let sealed = self.vault()?.seal(SEAL, seed.bytes());
        let transaction = self.store.begin().await?;
        people::store::locked(&transaction, me.person).await?;
        if store::is_confirmed(&transaction, me.person).await? {
            return Err(Error::conflict("you have a second factor already; remove it first"));
        }
        store::begin(&transaction, me.person, sealed, self.clock.now()).await?;
        transaction.commit().await.map_err(failed)?;
        seed.enrolment(&person.email)
    }

    /// Confirms it by a first code, and answers the recovery codes. All other sessions end.
    pub(crate) async fn confirm_second_factor(&self, me: LoggedIn, code: &str, client: &Client) -> Result<Vec<String>> {
        self.slow(self.guards.factors.try_now(&me.person, Instant::now()))?;
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        let person = people::store::locked(&transaction, me.person).await?;
        let factor = store::find(&transaction, me.person).await?;
        let factor = factor.ok_or_else(|| Error::conflict("begin to set up a second factor first"))?;
        if factor.confirmed_at.is_some() {
            return Err(Error::conflict("your second factor is confirmed already"));
        }
        if !self.accept_code(&transaction, &person, code, now).await? {
            return Err(Error::invalid_field("code", "wrong", "the code is wrong or has expired"));
        }
        store::confirm(&transaction, me.person, now).await?;
        let codes = new_codes(&transaction, me.person).await?;
        self.cut_off(&transaction, me.person, Some(me.session)).await?;
        self.tell_second_factor(
            &transaction,
            &person,
            "second_factor.confirmed",
            "set up",
            Actor::Person(me.person),
            Some(client),
        )
        .await?;
        transaction.commit().await.map_err(failed)?;
        self.guards.factors.forget(&me.person);
        Ok(codes)
    }

    /// Makes new recovery codes; the old ones work no more.
    pub(crate) async fn renew_recovery_codes(
        &self,
        me: LoggedIn,
        password: Option<&Password>,
        client: &Client,
    ) -> Result<Vec<String>> {
        let person = self.prove_again(me, password, client).await?;
        let transaction = self.store.begin().await?;
        people::store::locked(&transaction, me.person).await?;
        if !store::is_confirmed(&transaction, me.person).await? {
            return Err(Error::conflict("you have no second factor"));
        }
        let codes = new_codes(&transaction, me.person).await?;
        self.tell_second_factor(
            &transaction,
            &person,
            "second_factor.codes_renewed",
            "given new recovery codes",
            Actor::Person(me.person),
            Some(client),
        )
        .await?;
        transaction.commit().await.map_err(failed)?;
        Ok(codes)
    }

    /// Takes a person's own second factor away. All other sessions end.
    pub(crate) async fn remove_second_factor(
        &self,
        me: LoggedIn,
        password: Option<&Password>,
        client: &Client,
    ) -> Result<()> {
        let person = self.prove_again(me, password, client).await?;
        let transaction = self.store.begin().await?;
        people::store::locked(&transaction, me.person).await?;
        store::delete(&transaction, me.person).await?;
        self.cut_off(&transaction, me.person, Some(me.session)).await?;
        self.tell_second_factor(
            &transaction,
            &person,
            "second_factor.removed",
            "removed",
            Actor::Person(me.person),
            Some(client),
        )
        .await?;
        transaction.commit().await.map_err(failed)
    }

    /// Takes away the second factor of somebody who has lost it, and logs them out everywhere. For the operator.
    pub async fn reset_second_factor(&self, person: Uuid) -> Result<()> {
        let transaction = self.store.begin().await?;
        let found = people::store::locked(&transaction, person).await?;
        store::delete(&transaction, person).await?;
        self.cut_off(&transaction, person, None).await?;
        self.tell_second_factor(
            &transaction,
            &found,
            "second_factor.removed",
            "removed by the operator",
            Actor::Operator,
            None,
        )
        .await?;
        transaction.commit().await.map_err(failed)
    }

    /// Whether this is a code of the person's second factor or one of their recovery codes, and which; it is used up.
    pub(crate) async fn accept_factor(
        &self,
        transaction: &DatabaseTransaction,
        person: &person::Model,
        code: &str,
        now: Timestamp,
    ) -> Result<Option<&'static str>> {
        if let Some(code) = RecoveryCode::read(code) {
            let used = store::use_code(transaction, person.id, &code).await?;
            return Ok(used.then_some("recovery_code"));
        }
        Ok(self.accept_code(transaction, person, code.trim(), now).await?.then_some("second_factor"))
    }

    async fn accept_code(
        &self,
        transaction: &DatabaseTransaction,
        row: &person::Model,
        code: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let Some(factor) = store::find(transaction, row.id).await? else { return Ok(false) };
        let seed = Seed::from_bytes(&self.vault()?.unseal(SEAL, &factor.secret)?)?;
        let person = Person::try_from(row.clone())?;
        match seed.accepts(&person.email, code, now, factor.last_step)? {
            Some(step) => store::use_step(transaction, row.id, step).await,
            None => Ok(false),
        }
    }

    /// How many second factors were sealed by another master key than those that are here.
    pub async fn unreadable_second_factors(&self) -> Result<usize> {
        let (vault, sealed) = (self.vault()?, store::sealed(self.store.read()).await?);
        Ok(sealed.iter().filter(|seed| vault.unseal(SEAL, seed).is_err()).count())
    }

    async fn tell_second_factor(
        &self,
        transaction: &DatabaseTransaction,
        row: &person::Model,
        action: &'static str,
        what: &str,
        actor: Actor,
        client: Option<&Client>,
    ) -> Result<()> {
        let now = self.clock.now();
        let person = Person::try_from(row.clone())?;
        let data = json!({ "name": person.name, "what": what });
        mail::post(transaction, None, &person.email, &mail::SECOND_FACTOR_CHANGED, data, now).await?;
        let entry = Entry { action, object: Some(person.id.to_string()), details: json!({}) };
        audit::record(transaction, now, None, actor, client.map(|client| client.ip), entry).await
    }

    fn vault(&self) -> Result<&Vault> {
        self.settings
            .vault
            .as_ref()
            .ok_or_else(|| Error::unavailable("this server has no master key for second factors"))
    }
}

async fn new_codes(transaction: &DatabaseTransaction, person: Uuid) -> Result<Vec<String>> {
    let codes: Vec<_> = std::iter::repeat_with(RecoveryCode::random).take(RECOVERY_CODES).collect();
    store::replace_codes(transaction, person, &codes).await?;
    Ok(codes.iter().map(RecoveryCode::shown).collect())
}
