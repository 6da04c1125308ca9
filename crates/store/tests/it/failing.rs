//! Handlers that fail, panic, hang or meet a stopping server.

use proptest::prelude::*;
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use store::jobs::{Claimed, Failure, NewJob, Policy, State};

use crate::world::{QUICK, does, numbered, on_both, once, write_once, writes};

#[tokio::test]
async fn a_poisoned_job_is_parked_and_the_others_go_on() {
    on_both(async |world| {
        let store = world.store.clone();
        let process = world.starts(vec![does("write", QUICK, move |job| {
            let store = store.clone();
            Box::pin(async move {
                assert_ne!(job.payload::<String>()?, "digest 7", "nobody expected digest 7");
                write_once(&store, job).await
            })
        })]);
        world.asks_for("write", numbered(20)).await;
        world.until_all_ended("write").await;
        process.stop().await;
        assert_eq!(world.effects().await, once(numbered(20).filter(|effect| effect != "digest 7")));
        let dead: Vec<_> = world.all().await.into_iter().filter(|job| job.state == State::Dead).collect();
        assert_eq!((dead.len(), dead[0].attempt), (1, QUICK.attempts));
        let reason = dead[0].reason.as_deref().unwrap();
        assert!(reason.contains("it panicked") && reason.contains("nobody expected digest 7"), "{reason}");
    })
    .await;
}

#[tokio::test]
async fn what_fails_for_a_while_succeeds_and_what_never_will_is_given_up_at_once() {
    on_both(async |world| {
        static TRIES: AtomicUsize = AtomicUsize::new(0);
        TRIES.store(0, Ordering::SeqCst);
        let store = world.store.clone();
        let process = world.starts(vec![does("write", QUICK, move |job| {
            let store = store.clone();
            Box::pin(async move {
                if TRIES.fetch_add(1, Ordering::SeqCst) < 2 {
                    return Err(Failure::again("the mail server is asleep"));
                }
                write_once(&store, job).await
            })
        })]);
        let mail = world.asks(NewJob::new("write", &"mail").unwrap()).await.unwrap();
        // Time stands still unless the test moves it, and a wait may be any part of a few milliseconds.
        let done = world.in_time(async || Some(world.job(mail).await).filter(|job| job.state == State::Done)).await;
        assert_eq!((done.attempt, done.reason.as_deref()), (3, Some("the mail server is asleep")));
        let unreadable = world.asks(NewJob::new("write", &7).unwrap()).await.unwrap();
        let dead = world.until(unreadable, State::Dead).await;
        assert_eq!(dead.attempt, 1);
        assert!(dead.reason.unwrap().starts_with("the payload cannot be read"));
        process.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_attempt_that_does_not_end_has_failed() {
    on_both(async |world| {
        let impatient = Policy { limit: Duration::from_millis(20), attempts: 1, ..QUICK };
        let process = world.starts(vec![does("hang", impatient, |_| Box::pin(std::future::pending()))]);
        let id = world.asks(NewJob::new("hang", &()).unwrap()).await.unwrap();
        let reason = world.until(id, State::Dead).await.reason.unwrap();
        assert!(reason.starts_with("it did not end within"), "{reason}");
        process.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_stopping_server_lets_jobs_end_and_gives_back_those_that_do_not() {
    on_both(async |world| {
        let store = world.store.clone();
        let process = world.starts(vec![
            does("write", QUICK, move |job: &Claimed| {
                let store = store.clone();
                Box::pin(async move {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    write_once(&store, job).await
                })
            }),
            does("hang", QUICK, |_| Box::pin(std::future::pending())),
        ]);
        let short = world.asks(NewJob::new("write", &"short").unwrap()).await.unwrap();
        let long = world.asks(NewJob::new("hang", &"long").unwrap()).await.unwrap();
        world.until(long, State::Running).await;
        world.eventually(async || (world.job(short).await.state != State::Waiting).then_some(())).await;
        process.stop().await;
        assert_eq!(world.job(short).await.state, State::Done);
        let long = world.job(long).await;
        assert_eq!((long.state, long.attempt, long.reason), (State::Waiting, 0, None), "a stop is no failure");
    })
    .await;
}

#[tokio::test]
async fn one_busy_kind_leaves_the_places_of_others_alone() {
    on_both(async |world| {
        let process =
            world.starts(vec![does("hang", QUICK, |_| Box::pin(std::future::pending())), writes(&world.store)]);
        world.asks_for("hang", numbered(50)).await;
        world.asks_for("write", numbered(50)).await;
        world.until_all_ended("write").await;
        let running = world.all().await.into_iter().filter(|job| job.state == State::Running).count();
        assert!(running <= QUICK.concurrency, "{running}");
        process.stop().await;
    })
    .await;
}

proptest! {
    #[test]
    fn waits_double_up_to_the_longest(failures in 1_u32..100, first in 1_u64..100, longest in 1_u64..100_000) {
        let policy = Policy { first: Duration::from_secs(first), longest: Duration::from_secs(longest), ..QUICK };
        let wait = policy.longest_wait(failures);
        prop_assert!(wait <= policy.longest && wait <= Duration::from_secs(48 * 3_600));
        prop_assert!(wait >= policy.longest_wait(failures.saturating_sub(1).max(1)));
        if failures <= 30 && first << (failures - 1) <= longest.min(48 * 3_600) {
            prop_assert_eq!(wait, Duration::from_secs(first << (failures - 1)));
        }
    }
}

#[tokio::test]
async fn after_a_failure_the_next_attempt_lies_within_the_wait() {
    on_both(async |world| {
        let slow =
            Policy { first: Duration::from_secs(60), longest: Duration::from_secs(60), concurrency: 50, ..QUICK };
        let process = world.starts(vec![
            does("fail", slow, |_| Box::pin(async { Err(Failure::again("no")) })),
            does("asked", slow, |_| {
                let after = Some(Duration::from_secs(90));
                Box::pin(async move { Err(Failure::Again { why: "come back later".into(), after }) })
            }),
        ]);
        world.asks_for("fail", numbered(40)).await;
        world.asks_for("asked", numbered(1)).await;
        let failed = world.eventually(async || {
            let all = world.all().await;
            all.iter().all(|job| job.attempt >= 1 && job.state == State::Waiting).then_some(all)
        });
        let (asked, failed): (Vec<_>, Vec<_>) = failed.await.into_iter().partition(|job| job.kind == "asked");
        let wait = |job: &store::jobs::Job| job.due_at.micros() - world.clock.now().micros();
        assert_eq!(wait(&asked[0]), 90_000_000);
        assert!(failed.iter().all(|job| (0..=60_000_000).contains(&wait(job))));
        let distinct: std::collections::BTreeSet<_> = failed.iter().map(wait).collect();
        assert!(distinct.len() > 20, "what failed together is not tried again together");
        process.stop().await;
    })
    .await;
}
