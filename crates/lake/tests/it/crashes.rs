//! Archiving and compacting interrupted at every step: the next one takes up, nothing is lost and nothing doubled.

#![cfg(feature = "failpoints")]

use crate::world::{World, alone_in_the_process, page_viewed};
use base::Timestamp;

const ARCHIVING: [&str; 9] = [
    "archive::read",
    "archive::written",
    "archive::renamed",
    "archive::synced",
    "archive::before_commit",
    "archive::committed",
    "archive::commit_synced",
    "archive::pruned",
    "archive::read",
];

const COMPACTING: [&str; 7] = [
    "compact::read",
    "compact::written",
    "compact::renamed",
    "compact::synced",
    "compact::before_commit",
    "compact::committed",
    "compact::commit_synced",
];

#[tokio::test]
async fn archiving_survives_an_interruption_at_every_step() {
    let _alone = alone_in_the_process().await;
    let world = World::alone().await;
    let mut logged = 0;
    for (round, step) in (0_i64..).zip(ARCHIVING) {
        world.log((round * 10..round * 10 + 10).map(page_viewed)).await;
        logged += 10;
        let before = world.files().len();
        fail::cfg(step, "return").unwrap();
        world.lake.archive(&world.scope).await.unwrap_err();
        fail::remove(step);
        assert_eq!(world.count().await, logged, "{step}, same process");
        let lake = world.reopened();
        assert_eq!(
            lake.ask(&world.scope, &crate::world::question(), Default::default()).await.unwrap().rows[0].measures,
            [Some(logged as f64)]
        );
        assert!(world.files().len() <= before + 1, "{step} leaves at most one file");
        lake.archive(&world.scope).await.unwrap();
        assert_eq!(
            (world.count().await, world.signals.held(&world.scope).await.unwrap()),
            (logged, 0),
            "{step}, taken up"
        );
    }
    assert_eq!(world.lake.verify(&world.scope).await.unwrap(), []);
    world.clock.set(world.clock.now().plus(400 * Timestamp::DAY));
    assert_eq!(world.lake.vacuum(&world.scope).await.unwrap(), 3, "renamed, synced and before_commit left a file each");
    assert_eq!(world.count().await, logged);
}

#[tokio::test]
async fn compacting_survives_an_interruption_at_every_step() {
    let _alone = alone_in_the_process().await;
    let world = World::alone().await;
    let mut logged = 0;
    for step in COMPACTING {
        for _ in 0..4 {
            world.log((logged..logged + 10).map(page_viewed)).await;
            logged += 10;
            world.lake.archive(&world.scope).await.unwrap();
        }
        fail::cfg(step, "return").unwrap();
        world.lake.compact(&world.scope).await.unwrap_err();
        fail::remove(step);
        assert_eq!(world.count().await, u64::try_from(logged).unwrap(), "{step}");
        let lake = world.reopened();
        while lake.compact(&world.scope).await.unwrap().files > 0 {}
        assert_eq!(world.count().await, u64::try_from(logged).unwrap(), "{step}, taken up");
    }
    assert_eq!(world.lake.verify(&world.scope).await.unwrap(), []);
    world.clock.set(world.clock.now().plus(400 * Timestamp::DAY));
    world.lake.vacuum(&world.scope).await.unwrap();
    assert_eq!(world.count().await, u64::try_from(logged).unwrap());
    assert_eq!(world.lake.verify(&world.scope).await.unwrap(), []);
}

#[tokio::test]
async fn the_log_is_never_pruned_before_the_lake_is_durable() {
    let _alone = alone_in_the_process().await;
    let world = World::alone().await;
    world.log((0..10).map(page_viewed)).await;
    for step in [
        "archive::read",
        "archive::written",
        "archive::renamed",
        "archive::synced",
        "archive::before_commit",
        "archive::committed",
    ] {
        fail::cfg(step, "return").unwrap();
        world.lake.archive(&world.scope).await.unwrap_err();
        fail::remove(step);
        assert_eq!(world.signals.held(&world.scope).await.unwrap(), 10, "{step}");
    }
}
