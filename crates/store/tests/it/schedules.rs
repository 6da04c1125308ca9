//! Schedules: every tick once, also over a change of the clocks, with two processes, and after a pause.

use base::{Timestamp, Zone};
use store::jobs::{Job, NewJob, Schedule, State};

use crate::world::{MARTA, NILS, Process, World, at, on_both, writes};

fn schedule(name: &str, cron: &str) -> Schedule {
    Schedule {
        name: name.into(),
        workspace: Some(MARTA),
        cron: cron.parse().unwrap(),
        zone: Zone::Europe__Berlin,
        kind: "write",
        payload: name.into(),
    }
}

impl World {
    /// Lets an hour pass, and the workers see it.
    async fn an_hour_passes(&self) {
        self.waits(Timestamp::HOUR);
        self.all_have_looked().await;
    }

    /// The second of two jobs is claimed by a worker that looked at the clock after the first was enqueued.
    async fn all_have_looked(&self) {
        for _ in 0..2 {
            let id = self.asks(NewJob::new("write", &"look").unwrap()).await.unwrap();
            self.until(id, State::Done).await;
        }
    }

    /// When jobs with this effect were enqueued.
    async fn ticked(&self, effect: &str) -> Vec<Timestamp> {
        let mut jobs: Vec<Job> = self.all().await.into_iter().filter(|job| job.payload == effect).collect();
        jobs.sort_by_key(|job| job.created_at);
        jobs.into_iter().map(|job| job.created_at).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_run_each_tick_once_through_both_changes_of_the_clocks() {
    // To the end of the third day.
    const HOURS: i64 = 71;
    on_both(async |world| {
        let other = world.database.again().await;
        for (start, nightly) in [
            // Half past two does not exist on 2026-03-29: the night's run is at three. The test looks on the hour.
            ("2026-03-27T23:00:00Z", ["2026-03-28T02:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"]),
            // It exists twice on 2026-10-25: the first counts.
            ("2026-10-23T22:00:00Z", ["2026-10-24T01:00:00Z", "2026-10-25T01:00:00Z", "2026-10-26T02:00:00Z"]),
        ] {
            world.clock.set(at(start));
            let name = |what: &str| format!("{what} since {start}");
            let schedules = vec![schedule(&name("nightly"), "30 2 * * *"), schedule(&name("hourly"), "0 * * * *")];
            let processes = [
                world.starts_with(vec![writes(&world.store)], schedules.clone()),
                Process::start(other.clone(), world.clock.clone(), vec![writes(&other)], schedules),
            ];
            world.all_have_looked().await;
            for _ in 0..HOURS {
                world.an_hour_passes().await;
            }
            for process in processes {
                process.stop().await;
            }
            assert_eq!(world.ticked(&name("nightly")).await, nightly.map(at));
            let hours: Vec<Timestamp> = (1..=HOURS).map(|hour| at(start).plus(hour * Timestamp::HOUR)).collect();
            assert_eq!(world.ticked(&name("hourly")).await, hours);
        }
        let effects = world.effects().await;
        assert!(effects.iter().filter(|(effect, _)| effect.contains("nightly")).all(|(_, count)| *count == 3));
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_pause_is_made_up_for_once_and_a_new_schedule_has_missed_nothing() {
    on_both(async |world| {
        let schedules = || vec![schedule("hourly", "0 * * * *")];
        let process = world.starts_with(vec![writes(&world.store)], schedules());
        world.all_have_looked().await;
        assert!(world.ticked("hourly").await.is_empty());
        world.an_hour_passes().await;
        process.stop().await;
        world.waits(10 * Timestamp::DAY);
        let process = world.starts_with(vec![writes(&world.store)], schedules());
        world.all_have_looked().await;
        let after_the_pause = world.clock.now();
        world.an_hour_passes().await;
        process.stop().await;
        let ticked = world.ticked("hourly").await;
        assert_eq!(ticked[1..], [after_the_pause, after_the_pause.plus(Timestamp::HOUR)]);
    })
    .await;
}

#[tokio::test]
async fn each_workspace_ticks_by_itself_and_a_tick_never_comes_twice() {
    on_both(async |world| {
        let nils = Schedule { workspace: Some(NILS), ..schedule("hourly", "0 * * * *") };
        let house = Schedule { workspace: None, ..nils.clone() };
        let schedules = vec![schedule("hourly", "0 * * * *"), nils, house];
        let process = world.starts_with(vec![writes(&world.store)], schedules);
        world.all_have_looked().await;
        world.an_hour_passes().await;
        assert_eq!(world.ticked("hourly").await.len(), 3);
        // The clock goes back over the tick, and forward again.
        world.waits(-2 * Timestamp::HOUR);
        world.all_have_looked().await;
        world.an_hour_passes().await;
        world.an_hour_passes().await;
        assert_eq!(world.ticked("hourly").await.len(), 3, "the hour that came again has ticked already");
        world.an_hour_passes().await;
        assert_eq!(world.ticked("hourly").await.len(), 6);
        process.stop().await;
    })
    .await;
}
