//! Asking for work: with the transaction that causes it, once for each unique key, soon.

use store::jobs::{Failure, NewJob, State, enqueue};

use crate::world::{MARTA, NILS, QUICK, does, numbered, on_both, once, writes};

#[tokio::test]
async fn a_job_exists_when_its_cause_is_committed_and_not_otherwise() {
    on_both(async |world| {
        let process = world.starts(vec![writes(&world.store)]);
        let transaction = world.store.begin().await.unwrap();
        enqueue(&transaction, NewJob::new("write", &"regretted").unwrap(), world.clock.now()).await.unwrap();
        transaction.rollback().await.unwrap();
        let id = world.asks(NewJob::new("write", &"meant").unwrap().in_workspace(MARTA)).await.unwrap();
        let job = world.until(id, State::Done).await;
        assert_eq!((job.workspace, job.attempt, job.reason), (Some(MARTA), 1, None));
        assert_eq!((job.due_at, job.ended_at), (world.clock.now(), Some(world.clock.now())));
        process.stop().await;
        assert_eq!(world.effects().await, once(["meant".into()]));
        assert_eq!(world.all().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_for_later_waits_for_its_moment() {
    on_both(async |world| {
        let process = world.starts(vec![writes(&world.store)]);
        let later = world.clock.now().plus(600_000_000);
        let id = world.asks(NewJob::new("write", &"later").unwrap().at(later)).await.unwrap();
        world.asks_for("write", numbered(5)).await;
        world.eventually(async || (world.effects().await.len() == 5).then_some(())).await;
        assert_eq!(world.job(id).await.state, State::Waiting);
        world.clock.set(later);
        world.until(id, State::Done).await;
        process.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_unique_key_is_taken_until_its_job_has_ended() {
    on_both(async |world| {
        let mail = || NewJob::new("write", &"reminder").unwrap().in_workspace(MARTA).unique("reminder 7");
        let first = world.asks(mail()).await.unwrap();
        assert_eq!(world.asks(mail()).await, None);
        assert!(world.asks(mail().in_workspace(NILS)).await.is_some(), "another workspace has keys of its own");
        let house = || NewJob::new("write", &"tidy").unwrap().unique("tidy");
        assert!(world.asks(house()).await.is_some());
        assert_eq!(world.asks(house()).await, None, "the house's own jobs have unique keys too");
        let process = world.starts(vec![writes(&world.store)]);
        world.until(first, State::Done).await;
        let again = world.asks(mail()).await.expect("the first one is done");
        world.until(again, State::Done).await;
        process.stop().await;
    })
    .await;
}

#[tokio::test]
async fn of_many_who_ask_at_once_with_one_key_one_is_heard() {
    on_both(async |world| {
        let asking = (0..8).map(|_| world.asks(NewJob::new("write", &"once").unwrap().unique("once")));
        let heard = futures::future::join_all(asking).await.into_iter().flatten().count();
        assert_eq!(heard, 1);
    })
    .await;
}

#[tokio::test]
async fn a_dead_job_gives_its_key_free_and_takes_it_again_when_it_is_retried() {
    on_both(async |world| {
        let process = world
            .starts(vec![does("fail", QUICK, |_| Box::pin(async { Err(Failure::never("the address is wrong")) }))]);
        let job = || NewJob::new("fail", &"hopeless").unwrap().unique("hopeless");
        let first = world.asks(job()).await.unwrap();
        assert_eq!(world.until(first, State::Dead).await.reason.as_deref(), Some("the address is wrong"));
        process.stop().await;
        let second = world.asks(job()).await.expect("a dead job holds no key");
        let refused = world.jobs.retry(store::jobs::Reach::House, first).await.unwrap_err();
        assert_eq!(refused.message, "another job with the same unique key waits or runs already");
        world.jobs.discard(store::jobs::Reach::House, second).await.unwrap();
        assert_eq!(world.jobs.retry(store::jobs::Reach::House, first).await.unwrap().state, State::Waiting);
        assert_eq!(world.asks(job()).await, None);
    })
    .await;
}
