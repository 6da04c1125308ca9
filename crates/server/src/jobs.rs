//! Every kind of job and every schedule.

mod chore;
pub(crate) mod http;

use base::{Clock, Result, Timestamp, Zone};
use outbound::mail::{self, Mailer, SendMail};
use std::sync::Arc;
use store::jobs::{Forgetful, Handler, Jobs, Schedule, Worker};
use team::ResetPassword;

use crate::{Rooms, router::forget_answers};
use chore::Chore;

/// How long it stays known that a mail was sent or given up. What it said is forgotten once it is sent.
const MAILS_KEPT: i64 = 90 * Timestamp::DAY;

/// The kinds of jobs, each with its handler.
fn handlers(rooms: &Rooms, mailer: &Mailer, clock: &Clock) -> Vec<Arc<dyn Handler>> {
    let (store, signals, team) = (rooms.store.clone(), rooms.signals.clone(), rooms.team.clone());
    let (answers, mails, actions) =
        ((store.clone(), clock.clone()), (store.clone(), clock.clone()), rooms.actions.clone());
    let (customers, sources) = (rooms.customers.clone(), rooms.sources.clone());
    let own: Vec<Arc<dyn Handler>> = vec![
        Arc::new(SendMail::new(store.clone(), clock.clone(), mailer.clone())),
        Arc::new(Forgetful(Jobs::new(store, clock.clone()))),
        Arc::new(ResetPassword(team.clone())),
        Chore::handler("forget_sessions", move || {
            let team = team.clone();
            async move { team.forget_expired().await }
        }),
        Chore::handler("forget_answers", move || forget_answers(answers.0.clone(), answers.1.clone())),
        Chore::handler("forget_contacts", move || {
            let customers = customers.clone();
            async move { customers.forget_contacts().await.map(drop) }
        }),
        Chore::handler("forget_deliveries", move || {
            let actions = actions.clone();
            async move { actions.forget_deliveries().await.map(drop) }
        }),
        Chore::handler("forget_mails", move || {
            let (store, clock) = mails.clone();
            async move { mail::forget(&store, clock.now().plus(-MAILS_KEPT)).await.map(drop) }
        }),
        Chore::handler("tidy_imports", move || {
            let sources = sources.clone();
            async move { sources.tidy_imports().await }
        }),
        Chore::handler("forget_seen", move || {
            let signals = signals.clone();
            async move { signals.forget_seen().await.map(drop) }
        }),
    ];
    own.into_iter().chain(rooms.actions.handlers()).chain(rooms.sources.handlers()).collect()
}

/// The schedules of the house. What a workspace's people wait for would be read by the clocks of its own zone.
fn schedules() -> Result<Vec<Schedule>> {
    let of_the_house = |cron: &str, kind: &'static str| -> Result<Schedule> {
        let (cron, zone) = (cron.parse()?, Zone::UTC);
        Ok(Schedule { name: kind.into(), workspace: None, cron, zone, kind, payload: serde_json::Value::Null })
    };
    Ok(vec![
        of_the_house("17 * * * *", "forget_jobs")?,
        of_the_house("27 * * * *", "forget_answers")?,
        of_the_house("37 * * * *", "forget_seen")?,
        of_the_house("42 * * * *", "tidy_imports")?,
        of_the_house("47 * * * *", "forget_sessions")?,
        of_the_house("2 3 * * *", "forget_contacts")?,
        of_the_house("7 3 * * *", "forget_deliveries")?,
        of_the_house("12 3 * * *", "forget_mails")?,
    ])
}

/// The worker of this process, which runs all of them.
pub fn worker(rooms: &Rooms, mailer: &Mailer, clock: Clock) -> Result<Worker> {
    Worker::new(rooms.store.clone(), clock.clone(), handlers(rooms, mailer, &clock), Arc::new(schedules()?))
}

/// The names of all kinds.
pub fn kinds(rooms: &Rooms, mailer: &Mailer, clock: &Clock) -> Vec<&'static str> {
    handlers(rooms, mailer, clock).iter().map(|handler| handler.kind()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_schedule_can_be_read() {
        assert!(super::schedules().is_ok());
    }
}
