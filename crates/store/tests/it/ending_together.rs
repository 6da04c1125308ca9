//! Jobs that end in one commit: each still stands for itself.

use async_trait::async_trait;
use base::{Error, Result};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait,
    sea_query::{Expr, Query},
};
use std::{sync::Arc, time::Duration};
use store::{
    Store,
    jobs::{Claimed, Effects, Handler, Policy, State},
};
use tokio::sync::Barrier;

use crate::world::{QUICK, World, does, effect, numbered, on_both, once};

/// How many end at the same time.
const JOBS: usize = 16;

/// What a job's payload says of how it goes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Goes {
    Well,
    /// The database refuses what it writes.
    Wrong,
    Mad,
    /// Another worker takes it over before it ends.
    Lost,
}

struct Leaves {
    what: String,
    goes: Goes,
}

#[async_trait]
impl Effects for Leaves {
    async fn write(&self, transaction: &DatabaseTransaction) -> Result<()> {
        effect(transaction, &self.what).await;
        match self.goes {
            Goes::Wrong => {
                let refused = transaction.execute_unprepared("insert into effect (what) values (null)").await;
                refused.map(drop).map_err(|error| Error::internal(error.to_string()))
            }
            Goes::Mad => panic!("what a job leaves cannot be written"),
            Goes::Well | Goes::Lost => Ok(()),
        }
    }
}

/// All of them come to their end together; the one called "digest 7" goes as the test says.
fn ends(store: &Store, goes: Goes) -> Arc<dyn Handler> {
    let (store, together) = (store.clone(), Arc::new(Barrier::new(JOBS)));
    let policy = Policy { attempts: 1, concurrency: JOBS, lease: Duration::from_secs(60), ..QUICK };
    does("write", policy, move |job: &Claimed| {
        let (store, together) = (store.clone(), together.clone());
        Box::pin(async move {
            let what: String = job.payload()?;
            let goes = if what == "digest 7" { goes } else { Goes::Well };
            if goes == Goes::Lost {
                takes_over(&store, job).await;
            }
            together.wait().await;
            Ok(job.done_with(Leaves { what, goes }).await?)
        })
    })
}

/// What another worker does that claims a job anew.
async fn takes_over(store: &Store, job: &Claimed) {
    let fence = Query::update()
        .table("job")
        .value("fence", Expr::col("fence").add(1))
        .and_where(Expr::col("id").eq(job.id.0))
        .take();
    let transaction = store.begin().await.unwrap();
    transaction.execute(&fence).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn all_end(world: &World, goes: Goes) {
    world.asks_for("write", numbered(JOBS)).await;
    let process = world.starts(vec![ends(&world.store, goes)]);
    let quiet = if goes == Goes::Lost { JOBS - 1 } else { JOBS };
    let ended = async || world.all().await.iter().filter(|job| job.ended_at.is_some()).count() == quiet;
    world.eventually(async || ended().await.then_some(())).await;
    process.kill().await;
}

#[tokio::test]
async fn each_effect_of_those_that_end_together_happens_once() {
    on_both(async |world| {
        all_end(world, Goes::Well).await;
        assert_eq!(world.effects().await, once(numbered(JOBS)));
        assert!(world.all().await.iter().all(|job| (job.state, job.attempt) == (State::Done, 1)));
    })
    .await;
}

#[tokio::test]
async fn one_that_cannot_be_written_or_panics_spoils_no_other() {
    for goes in [Goes::Wrong, Goes::Mad] {
        on_both(async |world| {
            all_end(world, goes).await;
            assert_eq!(world.effects().await, once(numbered(JOBS).filter(|what| what != "digest 7")), "{goes:?}");
            let dead: Vec<_> = world.all().await.into_iter().filter(|job| job.state == State::Dead).collect();
            assert_eq!((dead.len(), dead[0].payload.as_str()), (1, Some("digest 7")), "{goes:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn one_that_was_taken_over_leaves_nothing_and_the_others_end() {
    on_both(async |world| {
        all_end(world, Goes::Lost).await;
        assert_eq!(world.effects().await, once(numbered(JOBS).filter(|what| what != "digest 7")));
        let lost = world.all().await.into_iter().find(|job| job.payload == "digest 7").unwrap();
        assert_eq!((lost.state, lost.ended_at), (State::Running, None));
    })
    .await;
}
