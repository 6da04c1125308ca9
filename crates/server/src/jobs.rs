//! Every kind of job and every schedule.

mod chore;
pub(crate) mod http;

use base::{Clock, Result, Zone};
use std::sync::Arc;
use store::jobs::{Forgetful, Handler, Jobs, Schedule, Worker};

use crate::{Rooms, router::forget_answers};
use chore::Chore;

/// The kinds of jobs, each with its handler.
fn handlers(rooms: &Rooms, clock: &Clock) -> Vec<Arc<dyn Handler>> {
    let (store, signals) = (rooms.store.clone(), rooms.signals.clone());
    let answers = (store.clone(), clock.clone());
    vec![
        Arc::new(Forgetful(Jobs::new(store, clock.clone()))),
        Chore::new("forget_answers", move || forget_answers(answers.0.clone(), answers.1.clone())),
        Chore::new("forget_seen", move || {
            let signals = signals.clone();
            async move { signals.forget_seen().await.map(drop) }
        }),
    ]
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
    ])
}

/// The worker of this process, which runs all of them.
pub fn worker(rooms: &Rooms, clock: Clock) -> Result<Worker> {
    Worker::new(rooms.store.clone(), clock.clone(), handlers(rooms, &clock), Arc::new(schedules()?))
}

/// The names of all kinds.
pub fn kinds(rooms: &Rooms, clock: &Clock) -> Vec<&'static str> {
    handlers(rooms, clock).iter().map(|handler| handler.kind()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_schedule_can_be_read() {
        assert!(super::schedules().is_ok());
    }
}
