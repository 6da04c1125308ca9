//! Looking after jobs: pages, counts, retrying, discarding, forgetting.

use base::{ErrorKind, Timestamp};
use store::jobs::{Failure, NewJob, Reach, Search, State};

use crate::world::{MARTA, NILS, QUICK, does, numbered, on_both, writes};

#[tokio::test]
async fn pages_follow_one_another_and_show_one_workspace_alone() {
    on_both(async |world| {
        let mut asked = Vec::new();
        for number in 0..7 {
            world.waits(Timestamp::SECOND);
            let kind = if number % 2 == 0 { "write" } else { "read" };
            let job = NewJob::new(kind, &number).unwrap();
            world.asks(job.clone().in_workspace(NILS)).await;
            asked.insert(0, world.asks(job.in_workspace(MARTA)).await.unwrap());
        }
        let mut search = Search { state: Some(State::Waiting), kind: None, before: None, limit: 3 };
        let mut found = Vec::new();
        loop {
            let page = world.jobs.list(Reach::Workspace(MARTA), &search).await.unwrap();
            let Some(last) = page.last() else { break };
            search.before = Some(last.id);
            found.extend(page.into_iter().map(|job| job.id));
        }
        assert_eq!(found, asked, "newest first");
        let reads = Search { kind: Some("read".into()), before: None, limit: 100, ..search };
        assert_eq!(world.jobs.list(Reach::Workspace(MARTA), &reads).await.unwrap().len(), 3);
        assert_eq!(world.jobs.list(Reach::House, &reads).await.unwrap().len(), 6);
        for foreign in [
            world.jobs.get(Reach::Workspace(NILS), asked[0]).await.map(drop),
            world.jobs.retry(Reach::Workspace(NILS), asked[0]).await.map(drop),
            world.jobs.discard(Reach::Workspace(NILS), asked[0]).await,
        ] {
            assert_eq!(foreign.unwrap_err().kind, ErrorKind::NotFound);
        }
        let counts = world.jobs.counts().await.unwrap();
        let counts: Vec<_> = counts.iter().map(|row| (row.kind.as_str(), row.state.as_str(), row.count)).collect();
        assert_eq!(counts, [("read", "waiting", 6), ("write", "waiting", 8)]);
    })
    .await;
}

#[tokio::test]
async fn a_dead_job_can_be_retried_and_one_that_waits_discarded() {
    on_both(async |world| {
        let hopeless = does("write", QUICK, |_| Box::pin(async { Err(Failure::never("the server says no\0")) }));
        let process = world.starts(vec![hopeless]);
        let id = world.asks(NewJob::new("write", &"invitation").unwrap().in_workspace(MARTA)).await.unwrap();
        assert_eq!(world.until(id, State::Dead).await.reason.as_deref(), Some("the server says no"));
        process.stop().await;
        let reach = Reach::Workspace(MARTA);
        assert_eq!(world.jobs.retry(reach, id).await.unwrap().attempt, 0);
        assert_eq!(world.jobs.retry(reach, id).await.unwrap_err().kind, ErrorKind::Conflict);
        let process = world.starts(vec![writes(&world.store)]);
        world.until(id, State::Done).await;
        process.stop().await;
        assert_eq!(world.jobs.discard(reach, id).await.unwrap_err().kind, ErrorKind::Conflict);
        let waiting = world.asks(NewJob::new("write", &"unwanted").unwrap().in_workspace(MARTA)).await.unwrap();
        world.jobs.discard(reach, waiting).await.unwrap();
        assert_eq!(world.jobs.get(reach, waiting).await.unwrap_err().kind, ErrorKind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn done_jobs_are_forgotten_and_others_are_not() {
    on_both(async |world| {
        let process = world
            .starts(vec![writes(&world.store), does("fail", QUICK, |_| Box::pin(async { Err(Failure::never("no")) }))]);
        world.asks_for("write", numbered(3)).await;
        world.asks_for("fail", numbered(1)).await;
        world.until_all_ended("write").await;
        world.until_all_ended("fail").await;
        process.stop().await;
        world.asks_for("nobody", numbered(1)).await;
        world.waits(13 * Timestamp::DAY);
        assert_eq!(world.jobs.forget().await.unwrap(), 0);
        world.waits(2 * Timestamp::DAY);
        assert_eq!(world.jobs.forget().await.unwrap(), 3);
        world.waits(90 * Timestamp::DAY);
        assert_eq!(world.jobs.forget().await.unwrap(), 1);
        let left = world.all().await;
        assert_eq!((left.len(), left[0].kind.as_str()), (1, "nobody"));
    })
    .await;
}
