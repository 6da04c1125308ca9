//! Logging in: a password, then the second factor of whoever has one.

use ::store::failed;
use base::{EmailAddress, Error, Result, Timestamp};
use sea_orm::DatabaseTransaction;
use serde_json::json;
use std::time::Instant;
use uuid::Uuid;

use super::store;
use crate::{
    Actor, LoggedIn, Team,
    audit::{self, Entry},
    client::Client,
    delays::neighbourhood,
    passwords::{Password, hasher::Verdict},
    people::{self, store::person},
    second_factor,
    secret::{Secret, SecretHash},
};

/// How far a password led: what the cookie carries, and whether the second factor is still to come.
pub(crate) struct Entered {
    pub(crate) secret: Secret,
    pub(crate) pending: bool,
}

impl Team {
    /// Logs a person in by their password. Who is unknown, disabled or has no password gets the same answer after the same work
    /// as whoever mistypes. `before` is the session that this browser had until now; it ends.
    pub(crate) async fn log_in(
        &self,
        email: &EmailAddress,
        password: &Password,
        before: Option<SecretHash>,
        client: &Client,
    ) -> Result<Entered> {
        let refused = || Error::unauthenticated("the e-mail address or the password is wrong");
        let place = neighbourhood(client.ip);
        self.slow(self.guards.places.try_now(&place, Instant::now()))?;
        self.slow(self.guards.accounts.try_now(&email.key(), Instant::now()))?;
        let found = people::store::by_email(self.store.read(), email).await?;
        let able = found.as_ref().filter(|person| person.disabled_at.is_none());
        let kept = able.and_then(|person| person.password.clone());
        let verdict = self.hasher.verify(password, kept.clone()).await?;
        let (Some(person), Verdict::Right | Verdict::Stale) = (able, verdict) else {
            self.record_refusal(found.map(|person| person.id), "password", client).await?;
            return Err(refused());
        };
        self.guards.accounts.forget(&email.key());
        self.guards.places.take_back(&place, Instant::now());
        let again = if verdict == Verdict::Stale { Some(self.hasher.hash(password).await?) } else { None };

        let transaction = self.store.begin().await?;
        let current = people::store::locked(&transaction, person.id).await?;
        if current.password != kept || current.disabled_at.is_some() {
            return Err(refused());
        }
        if let Some(hash) = again {
            people::store::set_password(&transaction, person.id, hash).await?;
        }
        let entered = self.enter(&transaction, person.id, "password", None, before, client).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(entered)
    }

    /// Lets somebody in who has proven who they are by `by`, up to their second factor if they have one. `before` is the session
    /// that this browser had until now; it ends.
    pub(crate) async fn enter(
        &self,
        transaction: &DatabaseTransaction,
        person: Uuid,
        by: &str,
        provider: Option<&str>,
        before: Option<SecretHash>,
        client: &Client,
    ) -> Result<Entered> {
        if let Some(before) = before {
            store::end_by_cookie(transaction, before).await?;
        }
        let pending = second_factor::store::is_confirmed(transaction, person).await?;
        let secret = if pending {
            store::begin(transaction, person, true, provider, client, self.clock.now()).await?
        } else {
            self.begin_session(transaction, person, by, provider, client).await?
        };
        Ok(Entered { secret, pending })
    }

    /// Logs a person in by their second factor, after their password: a code of their authenticator, or one of their recovery
    /// codes. `pending` is the cookie that the password gave.
    pub(crate) async fn finish_log_in(
        &self,
        pending: Option<SecretHash>,
        code: &str,
        client: &Client,
    ) -> Result<Secret> {
        let again = || {
            Error::unauthenticated("log in with your password first; the second step has to follow within 5 minutes")
        };
        let pending = pending.ok_or_else(again)?;
        let now = self.clock.now();
        let (_, person) = store::find(self.store.read(), pending, true, now).await?.ok_or_else(again)?;
        self.slow(self.guards.factors.try_now(&person.id, Instant::now()))?;

        let transaction = self.store.begin().await?;
        people::store::locked(&transaction, person.id).await?;
        let (session, person) = store::find(&transaction, pending, true, now).await?.ok_or_else(again)?;
        let Some(by) = self.accept_factor(&transaction, &person, code, now).await? else {
            drop(transaction);
            self.record_refusal(Some(person.id), "second_factor", client).await?;
            return Err(Error::unauthenticated("the code is wrong, has expired or was used already"));
        };
        store::end(&transaction, person.id, session.id).await?;
        let provider = session.provider.as_deref();
        let secret = self.begin_session(&transaction, person.id, by, provider, client).await?;
        transaction.commit().await.map_err(failed)?;
        self.guards.factors.forget(&person.id);
        Ok(secret)
    }

    /// Begins a full session of somebody who has proven who they are, and answers what its cookie carries.
    pub(crate) async fn begin_session(
        &self,
        transaction: &DatabaseTransaction,
        person: Uuid,
        by: &str,
        provider: Option<&str>,
        client: &Client,
    ) -> Result<Secret> {
        let now = self.clock.now();
        let secret = store::begin(transaction, person, false, provider, client, now).await?;
        let entry = Entry { action: "session.begun", object: Some(person.to_string()), details: json!({ "by": by }) };
        audit::record(transaction, now, None, Actor::Person(person), Some(client.ip), entry).await?;
        Ok(secret)
    }

    /// Ends it that a person is logged in anywhere, and takes away the links they were sent: whatever somebody else holds of
    /// them is worthless from now on. The session `stays` goes on.
    pub(crate) async fn cut_off(
        &self,
        transaction: &DatabaseTransaction,
        person: Uuid,
        stays: Option<Uuid>,
    ) -> Result<()> {
        store::end_all(transaction, person, stays).await?;
        crate::tokens::revoke(transaction, person).await
    }

    /// That somebody logged in has typed their password again, for what needs it.
    pub(crate) async fn prove_password(
        &self,
        person: Uuid,
        password: &Password,
        client: &Client,
    ) -> Result<person::Model> {
        let found = people::store::by_id(self.store.read(), person).await?;
        self.slow(self.guards.accounts.try_now(&found.email_key, Instant::now()))?;
        match self.hasher.verify(password, found.password.clone()).await? {
            Verdict::Right | Verdict::Stale => {
                self.guards.accounts.forget(&found.email_key);
                Ok(found)
            }
            Verdict::Wrong => {
                self.record_refusal(Some(person), "password", client).await?;
                Err(Error::invalid_field("password", "wrong", "this is not your password"))
            }
        }
    }

    /// The same for what somebody without a password has to be able to do: where none is given, that a provider let them in a
    /// moment ago stands in for it.
    pub(crate) async fn prove_again(
        &self,
        me: LoggedIn,
        password: Option<&Password>,
        client: &Client,
    ) -> Result<person::Model> {
        if let Some(password) = password {
            return self.prove_password(me.person, password, client).await;
        }
        let session = store::by_id(self.store.read(), me.session).await?;
        if session.is_fresh_from_provider(self.clock.now()) {
            return people::store::by_id(self.store.read(), me.person).await;
        }
        Err(match session.provider {
            Some(provider) => {
                let message = format!("log in by {provider} again; for ten minutes this needs no password then");
                Error::invalid_field("password", "stale", message)
            }
            None => Error::invalid_field("password", "missing", "type your password once more"),
        })
    }

    async fn record_refusal(&self, person: Option<Uuid>, step: &str, client: &Client) -> Result<()> {
        let transaction = self.store.begin().await?;
        let object = person.map(|person| person.to_string());
        let entry = Entry { action: "session.refused", object, details: json!({ "step": step }) };
        audit::record(&transaction, self.clock.now(), None, Actor::System, Some(client.ip), entry).await?;
        transaction.commit().await.map_err(failed)
    }

    /// Turns a wait into its error.
    pub(crate) fn slow(&self, tried: Result<(), std::time::Duration>) -> Result<()> {
        tried.map_err(|wait| {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            Error::too_many("too many tries; wait a little", seconds.max(1))
        })
    }

    /// Takes away sessions, links and invitations that have expired. They do not work anyway; this keeps the tables small.
    pub async fn forget_expired(&self) -> Result<()> {
        let now: Timestamp = self.clock.now();
        let transaction = self.store.begin().await?;
        store::forget_ended(&transaction, now).await?;
        crate::tokens::forget_expired(&transaction, now).await?;
        crate::invitations::store::forget_expired(&transaction, now).await?;
        transaction.commit().await.map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Name, Role};
    use base::Clock;
    use std::{net::IpAddr, sync::atomic::Ordering};

    const PASSWORD: &str = "correct horse battery";

    fn password(text: &str) -> Password {
        serde_json::from_value(text.into()).unwrap()
    }

    fn client() -> Client {
        Client { ip: IpAddr::from([203, 0, 113, 7]), agent: String::new() }
    }

    #[tokio::test]
    async fn a_stranger_causes_the_same_work_whoever_they_name() {
        for database in testkit::databases().await {
            let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
            let team = Team::new(database.store.clone(), clock);
            let scope = team.operator(team.default_workspace().await.unwrap().id);
            let server = "https://cx.example.com".parse().unwrap();
            let mut people = Vec::new();
            for name in ["ada", "disabled", "newcomer"] {
                let address = format!("{name}@example.com").parse().unwrap();
                let name = Name::new(name).unwrap();
                let made = team.create_person(&scope, &address, &name, Role::Viewer, &server).await.unwrap();
                people.push(made);
            }
            // The last one has no password yet.
            for (_, link) in &people[..2] {
                let token = link.fragment().unwrap();
                team.reset_password(token, &password(PASSWORD), &client()).await.unwrap();
            }
            team.set_disabled(people[1].0.id, true).await.unwrap();
            for (name, typed) in [
                ("ada", "wrong horse battery"),
                ("nobody", PASSWORD),
                ("nobody", "wrong horse battery"),
                ("disabled", PASSWORD),
                ("disabled", "wrong horse battery"),
                ("newcomer", PASSWORD),
            ] {
                let address = format!("{name}@example.com").parse().unwrap();
                let runs = team.hasher.runs.load(Ordering::Relaxed);
                let refused = team.log_in(&address, &password(typed), None, &client()).await.err().unwrap();
                assert_eq!(refused.message, "the e-mail address or the password is wrong", "{name}");
                assert_eq!(team.hasher.runs.load(Ordering::Relaxed), runs + 1, "{name}");
            }
            let nobody = team.hasher.runs.load(Ordering::Relaxed);
            for name in ["ada", "nobody"] {
                team.ask_for_reset(&format!("{name}@example.com").parse().unwrap(), &client()).await.unwrap();
            }
            assert_eq!(team.hasher.runs.load(Ordering::Relaxed), nobody, "asking for a link costs no hash at all");
            drop((team, scope));
            database.dispose().await;
        }
    }
}
