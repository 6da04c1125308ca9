//! Projections: each signal taken in once, whatever happens between.

use base::{Error, Result, WorkspaceId};
use sea_orm::DatabaseTransaction;
use signals::{Projection, Projector, Signal, Volume};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};
use testkit::{on_both, says};

/// Counts as `Volume` does, and then fails the first time.
struct Faltering {
    volume: Volume,
    failed: AtomicBool,
}

#[async_trait::async_trait]
impl Projection for Faltering {
    fn name(&self) -> &'static str {
        "faltering"
    }

    async fn apply(&self, transaction: &DatabaseTransaction, signals: &[(WorkspaceId, Signal)]) -> Result<()> {
        self.volume.apply(transaction, signals).await?;
        if self.failed.swap(true, Ordering::SeqCst) { Ok(()) } else { Err(Error::internal("the power went")) }
    }
}

/// Remembers what it was given.
#[derive(Default)]
struct Heard(Mutex<Vec<i64>>);

impl Heard {
    fn seqs(&self) -> Vec<i64> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait::async_trait]
impl Projection for Heard {
    fn name(&self) -> &'static str {
        "heard"
    }

    async fn apply(&self, _: &DatabaseTransaction, signals: &[(WorkspaceId, Signal)]) -> Result<()> {
        self.0.lock().unwrap().extend(signals.iter().map(|(_, signal)| signal.seq));
        Ok(())
    }
}

#[tokio::test]
async fn an_effect_and_its_cursor_are_written_together_or_not_at_all() {
    on_both(async |world| {
        world.signals.log(&world.scope, vec![says("page_viewed").into(), says("page_viewed").into()]).await.unwrap();
        let faltering = Arc::new(Faltering { volume: Volume, failed: AtomicBool::new(false) });
        let projector = Projector::register(world.store.clone(), vec![faltering]).await.unwrap();
        assert!(projector.catch_up().await.is_err());
        assert_eq!(world.signals.volume(&world.scope).await.unwrap(), 0);
        assert_eq!(projector.progress().await.unwrap()[0].seq, 0);
        projector.catch_up().await.unwrap();
        projector.catch_up().await.unwrap();
        assert_eq!(world.signals.volume(&world.scope).await.unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn one_that_fails_holds_up_no_other_and_takes_in_the_same_afterwards() {
    on_both(async |world| {
        let say = async |signals: usize| {
            let said = (0..signals).map(|_| says("page_viewed").into()).collect();
            world.signals.log(&world.scope, said).await.unwrap();
        };
        let heard = Arc::new(Heard::default());
        let faltering = Arc::new(Faltering { volume: Volume, failed: AtomicBool::new(false) });
        let projections: Vec<Arc<dyn Projection>> = vec![faltering, heard.clone()];
        let projector = Projector::register(world.store.clone(), projections).await.unwrap();
        say(3).await;
        assert!(projector.catch_up().await.is_err());
        assert_eq!(heard.seqs(), [1, 2, 3]);
        // They stand apart now: the next reading begins before what the other has heard, and brings it nothing twice.
        say(2).await;
        projector.catch_up().await.unwrap();
        assert_eq!(heard.seqs(), [1, 2, 3, 4, 5]);
        assert_eq!(world.signals.volume(&world.scope).await.unwrap(), 5);
        assert!(projector.progress().await.unwrap().iter().all(|projection| projection.seq == 5));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_pruned_before_every_projection_has_taken_it_in() {
    on_both(async |world| {
        let projector = Projector::register(world.store.clone(), vec![Arc::new(Volume)]).await.unwrap();
        world.signals.log(&world.scope, vec![says("page_viewed").into()]).await.unwrap();
        assert_eq!(world.signals.prune(&world.scope, 1).await.unwrap(), 0);
        projector.catch_up().await.unwrap();
        assert_eq!(world.signals.prune(&world.scope, 1).await.unwrap(), 1);
        assert_eq!(world.signals.volume(&world.scope).await.unwrap(), 1);
    })
    .await;
}
