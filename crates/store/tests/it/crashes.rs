//! Processes that die, freeze and race: every effect happens exactly once.

use base::ErrorKind;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};
use store::{
    Store,
    jobs::{Claimed, Failure, Handler, NewJob, Policy, State},
};
use tokio::sync::Notify;

use crate::world::{Process, QUICK, World, does, effect, numbered, on_both, once, write_once, writes, writes_by};

/// Where a process may die in the life of a job.
#[derive(Clone, Copy, Debug)]
enum Gap {
    ClaimedNotBegun,
    BegunNoEffect,
    EffectNotCommitted,
    CommittedNotEnded,
}

/// Does the job until the gap, says so, and goes no further.
fn stops_in(gap: Gap, store: &Store, reached: Arc<Notify>) -> Arc<dyn Handler> {
    let store = store.clone();
    does("write", QUICK, move |job: &Claimed| {
        let (store, reached) = (store.clone(), reached.clone());
        Box::pin(async move {
            let stop = async || {
                reached.notify_one();
                std::future::pending::<()>().await;
            };
            if matches!(gap, Gap::ClaimedNotBegun) {
                stop().await;
            }
            let transaction = job.begin(&store).await?;
            if matches!(gap, Gap::BegunNoEffect) {
                stop().await;
            }
            effect(&transaction, &job.payload::<String>()?).await;
            if matches!(gap, Gap::EffectNotCommitted) {
                stop().await;
            }
            job.done(transaction).await?;
            stop().await;
            Ok(())
        })
    })
}

#[tokio::test]
async fn a_process_may_die_between_any_two_steps() {
    on_both(async |world| {
        for gap in [Gap::ClaimedNotBegun, Gap::BegunNoEffect, Gap::EffectNotCommitted, Gap::CommittedNotEnded] {
            let reached = Arc::new(Notify::new());
            let store = world.database.again().await;
            let dying = vec![stops_in(gap, &store, reached.clone())];
            let dying = Process::start(store, world.clock.clone(), dying, Vec::new());
            let effect = format!("{gap:?}");
            let id = world.asks(NewJob::new("write", &effect).unwrap()).await.unwrap();
            reached.notified().await;
            dying.kill().await;
            let next = world.starts(vec![writes(&world.store)]);
            let job = world.in_time(async || Some(world.job(id).await).filter(|job| job.state == State::Done)).await;
            next.stop().await;
            assert_eq!(world.effects().await.get(&effect), Some(&1), "{gap:?}");
            let attempts = if matches!(gap, Gap::CommittedNotEnded) { 1 } else { 2 };
            assert_eq!(job.attempt, attempts, "{gap:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_its_process_is_given_up() {
    on_both(async |world| {
        let reached = Arc::new(Notify::new());
        let id = world.asks(NewJob::new("write", &"deadly").unwrap()).await.unwrap();
        for _ in 0..QUICK.attempts {
            let dying = world.starts(vec![stops_in(Gap::ClaimedNotBegun, &world.store, reached.clone())]);
            let waits = world.in_time(async || None::<()>);
            tokio::select! { () = reached.notified() => {}, () = waits => {} }
            dying.kill().await;
        }
        let survivor = world.starts(vec![writes(&world.store)]);
        let dead = world.until(id, State::Dead).await;
        survivor.stop().await;
        assert_eq!(dead.reason.as_deref(), Some("its worker died or was frozen in the middle of it"));
        assert!(world.effects().await.is_empty());
    })
    .await;
}

/// Two processes, two hundred jobs, several times.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_race_each_job_has_one() {
    const JOBS: usize = 200;
    const RUNS: usize = 5;
    // Nobody dies here, so whoever has a job keeps it, however long the other keeps the database busy.
    let patient = Policy { lease: Duration::from_secs(60), ..QUICK };
    on_both(async |world| {
        let others = [world.database.again().await, world.database.again().await];
        for run in 0..RUNS {
            let name = |effect| format!("run {run}, {effect}");
            let processes = others.each_ref().map(|store| {
                Process::start(store.clone(), world.clock.clone(), vec![writes_by(patient, store)], Vec::new())
            });
            world.asks_for("write", numbered(JOBS).map(name)).await;
            world.until_all_ended("write").await;
            for process in processes {
                process.stop().await;
            }
        }
        let effects = world.effects().await;
        assert_eq!((effects.len(), effects.values().sum::<usize>()), (RUNS * JOBS, RUNS * JOBS));
        assert!(world.all().await.iter().all(|job| (job.state, job.attempt) == (State::Done, 1)));
        for store in others {
            store.close().await;
        }
    })
    .await;
}

/// A process of its own thread and runtime, which can be frozen whole: no handler goes on, no sign of life is given.
struct Freezer {
    thaw: mpsc::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

impl Freezer {
    /// Its one job is frozen before it begins; `then` hears what became of its effect when it is thawed.
    fn start(world: &World, frozen: mpsc::Sender<()>, then: mpsc::Sender<Option<ErrorKind>>) -> Self {
        let (thaw, thawed) = mpsc::channel();
        let (clock, thawed) = (world.clock.clone(), Arc::new(Mutex::new(thawed)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let spoken = Arc::new(Notify::new());
        let handle = tokio::runtime::Handle::current();
        let store = tokio::task::block_in_place(|| handle.block_on(world.database.again()));
        let handler = does("write", Policy { attempts: 9, ..QUICK }, {
            let (store, spoken) = (store.clone(), spoken.clone());
            move |job: &Claimed| {
                let (store, frozen, then, thawed) = (store.clone(), frozen.clone(), then.clone(), thawed.clone());
                let spoken = spoken.clone();
                Box::pin(async move {
                    frozen.send(()).unwrap();
                    // The thread itself stands still, and everything that runs on it.
                    thawed.lock().unwrap().recv().unwrap();
                    let wrote: Result<(), base::Error> = async {
                        let transaction = job.begin(&store).await?;
                        effect(&transaction, "of the frozen one").await;
                        job.done(transaction).await
                    }
                    .await;
                    then.send(wrote.as_ref().err().map(|error| error.kind)).unwrap();
                    spoken.notify_one();
                    Ok(wrote?)
                })
            }
        });
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                let process = Process::start(store, clock, vec![handler], Vec::new());
                // Until it was thawed and has spoken, or was cut off before it could because its lease is lost.
                let _ = tokio::time::timeout(Duration::from_secs(5), spoken.notified()).await;
                process.stop().await;
            });
        });
        Self { thaw, thread }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_holder_writes_nothing_when_it_wakes_up() {
    on_both(async |world| {
        let ((frozen, is_frozen), (then, what_then)) = (mpsc::channel(), mpsc::channel());
        let id = world.asks(NewJob::new("write", &"of the second").unwrap()).await.unwrap();
        let first = Freezer::start(world, frozen, then);
        tokio::task::block_in_place(|| is_frozen.recv_timeout(Duration::from_secs(60)).unwrap());
        // The second takes the job over and holds it while the first wakes up.
        let (taken, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let handler = does("write", Policy { attempts: 9, ..QUICK }, {
            let (store, taken, go_on) = (world.store.clone(), taken.clone(), go_on.clone());
            move |job: &Claimed| {
                let (store, taken, go_on) = (store.clone(), taken.clone(), go_on.clone());
                Box::pin(async move {
                    taken.notify_one();
                    go_on.notified().await;
                    write_once(&store, job).await
                })
            }
        });
        let second = world.starts(vec![handler]);
        let waits = world.in_time(async || None::<()>);
        tokio::select! { () = taken.notified() => {}, () = waits => {} }
        first.thaw.send(()).unwrap();
        match tokio::task::block_in_place(|| what_then.recv_timeout(Duration::from_secs(60))) {
            Ok(refused) => assert_eq!(refused, Some(ErrorKind::Conflict), "the write of a holder whose lease is lost"),
            // It was cut off before it wrote; that nothing of it is there is seen below.
            Err(mpsc::RecvTimeoutError::Disconnected) => {}
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("the frozen holder did not wake up"),
        }
        go_on.notify_one();
        let job = world.until(id, State::Done).await;
        second.stop().await;
        tokio::task::block_in_place(|| first.thread.join().unwrap());
        assert_eq!(job.attempt, 2);
        assert_eq!(world.effects().await, once(["of the second".into()]));
    })
    .await;
}

/// What befalls a process: how long it lives, and how many of its handlers fail.
fn any_life() -> impl Strategy<Value = (u64, u32)> {
    (0_u64..60, 0_u32..3)
}

#[test]
fn whatever_befalls_the_processes_each_effect_happens_once() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let databases = runtime.block_on(testkit::databases());
    for database in databases {
        let name = database.name;
        let world = runtime.block_on(World::over(database));
        let mut runner = TestRunner::new(Config { cases: 6, failure_persistence: None, ..Config::default() });
        let lives = prop::collection::vec(any_life(), 1..6);
        let run = std::cell::Cell::new(0);
        let outcome = runner.run(&lives, |lives| {
            run.set(run.get() + 1);
            let effects = || numbered(12).map(|effect| format!("run {}, {effect}", run.get()));
            runtime.block_on(async {
                world.asks_for("write", effects()).await;
                for (lives_for, failing) in lives {
                    let process = world.starts(vec![sometimes_fails(&world.store, failing)]);
                    tokio::time::sleep(Duration::from_millis(lives_for)).await;
                    world.waits(4_000);
                    process.kill().await;
                }
                let survivor = world.starts(vec![sometimes_fails(&world.store, 0)]);
                world
                    .in_time(async || world.all().await.iter().all(|job| job.state == State::Done).then_some(()))
                    .await;
                survivor.stop().await;
                let happened = world.effects().await;
                for effect in effects() {
                    assert_eq!(happened.get(&effect), Some(&1), "{effect}");
                }
            });
            Ok(())
        });
        if let Err(broken) = outcome {
            panic!("on {name}: {broken}");
        }
        runtime.block_on(world.database.dispose());
    }
}

/// Fails or panics for some of the jobs, after the effect and before the commit.
fn sometimes_fails(store: &Store, failing: u32) -> Arc<dyn Handler> {
    let store = store.clone();
    does("write", Policy { attempts: 100, ..QUICK }, move |job: &Claimed| {
        let store = store.clone();
        Box::pin(async move {
            let transaction = job.begin(&store).await?;
            effect(&transaction, &job.payload::<String>()?).await;
            match (job.attempt + job.id.0.as_bytes()[15] as u32) % 3 {
                0 if failing > 0 => return Err(Failure::again("unlucky")),
                1 if failing > 1 => panic!("very unlucky"),
                _ => {}
            }
            Ok(job.done(transaction).await?)
        })
    })
}
