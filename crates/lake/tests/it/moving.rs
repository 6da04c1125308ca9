//! Signals move from the log into the lake, and no question notices.

use crate::world::{World, filter, lines, page_viewed, question};
use base::{Timestamp, filter::Value};
use lake::{Archived, Compacted, Lake, Listed, Measure, Place};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

#[tokio::test]
async fn signals_are_counted_once_before_during_and_after_they_move() {
    let world = World::new().await;
    assert_eq!(world.count().await, 0);
    world.log((0..50).map(page_viewed)).await;
    assert_eq!(world.count().await, 50);
    assert_eq!(world.lake.archive(&world.scope).await.unwrap(), Archived { signals: 50, up_to: 50, more: false });
    assert_eq!((world.signals.held(&world.scope).await.unwrap(), world.files().len()), (0, 1));
    assert_eq!(world.count().await, 50);
    world.log((50..60).map(page_viewed)).await;
    assert_eq!(world.count().await, 60);
    assert_eq!(world.lake.archive(&world.scope).await.unwrap().signals, 10);
    assert_eq!(world.lake.archive(&world.scope).await.unwrap(), Archived { signals: 0, up_to: 60, more: false });
    assert_eq!(world.count().await, 60);
    assert_eq!(world.lake.watermark(&world.scope).await.unwrap(), 60);
    let listed = world.list(&filter("kind = 'page_viewed'")).await;
    assert_eq!(listed.iter().map(|signal| signal.seq).collect::<Vec<_>>(), (1..=60).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_comes_out_of_the_lake_is_what_went_into_the_log() {
    let world = World::new().await;
    let draft = |number: i64| {
        let mut draft = page_viewed(number);
        draft.body.text = (number % 3 == 0).then(|| format!("verbatim {number} ü"));
        draft.body.amount = (number % 4 == 0).then(|| base::Amount::from_units(number * 7 - 9));
        draft.body.score = (number % 5 == 0).then_some(number as f64 / 8.0);
        draft.body.properties =
            serde_json::json!({"n": number, "deep": {"list": [1, "x", null]}}).as_object().unwrap().clone();
        draft
    };
    world.log((0..40).map(draft)).await;
    let logged = world.signals.after(&world.scope, 0, 100).await.unwrap();
    world.lake.archive(&world.scope).await.unwrap();
    assert_eq!(world.list(&filter("all")).await, logged);
    assert_eq!(
        world.reopened().list(&world.scope, &filter("all"), None, None, true, 3, Arc::default()).await.unwrap().signals,
        {
            let mut newest = logged;
            newest.reverse();
            newest.truncate(3);
            newest
        }
    );
}

#[tokio::test]
async fn pages_hold_everything_once_however_far_apart_it_happened() {
    let world = World::new().await;
    let apart = |number: i64| {
        let mut draft = page_viewed(number);
        draft.occurred_at = Timestamp::from_micros(number * number * Timestamp::DAY);
        draft
    };
    world.log((1..=15).map(apart)).await;
    world.lake.archive(&world.scope).await.unwrap();
    world.log((16..=30).map(apart)).await;
    for limit in [1, 4, 100] {
        let (mut seqs, mut after) = (Vec::new(), None);
        loop {
            let page = world.lake.page(&world.scope, &filter("all"), after, limit, Arc::default()).await.unwrap();
            let Some(last) = page.signals.last() else { break };
            after = Some(Place { occurred_at: last.occurred_at, seq: last.seq });
            seqs.extend(page.signals.iter().map(|signal| signal.seq));
        }
        assert_eq!(seqs, (1..=30).rev().collect::<Vec<_>>(), "{limit} a page");
    }
}

#[tokio::test]
async fn a_list_of_none_is_empty() {
    let world = World::new().await;
    world.log((0..5).map(page_viewed)).await;
    world.lake.archive(&world.scope).await.unwrap();
    let none = world.lake.list(&world.scope, &filter("all"), None, None, true, 0, Arc::default()).await.unwrap();
    assert_eq!(none, Listed::default());
}

#[tokio::test]
async fn the_data_folder_may_have_any_name_without_a_percent_sign() {
    for name in ["ü #[x]", "a?b*c~d\"e"] {
        let world = World::new().await;
        let open = || Lake::open(&world.folder.path().join(name), world.signals.clone(), world.clock.clone()).unwrap();
        let lake = open();
        for round in 0..5 {
            world.log((round * 10..round * 10 + 10).map(page_viewed)).await;
            lake.archive(&world.scope).await.unwrap();
            let answer = lake.ask(&world.scope, &question(), Arc::default()).await.unwrap();
            assert_eq!((lines(&answer), answer.missing), (vec![(round * 10 + 10).to_string()], vec![]), "{name}");
        }
        assert_eq!(lake.compact(&world.scope).await.unwrap().files, 5, "{name}");
        for lake in [lake, open()] {
            let listed = lake.list(&world.scope, &filter("all"), None, None, true, 100, Arc::default()).await.unwrap();
            assert_eq!((listed.signals.len(), listed.missing), (50, vec![]), "{name}");
            assert!(lake.verify(&world.scope).await.unwrap().is_empty(), "{name}");
        }
        let beside: Vec<_> =
            std::fs::read_dir(world.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(
            beside.iter().all(|path| !path.is_dir() || path.ends_with("lake") || path.ends_with(name)),
            "{beside:?}"
        );
    }
}

#[tokio::test]
async fn a_data_folder_with_a_percent_sign_is_refused_before_anything_moves() {
    let world = World::new().await;
    let refused = Lake::open(&world.folder.path().join("p%20q"), world.signals.clone(), world.clock.clone());
    assert!(refused.is_err_and(|error| error.message.contains("'%'")));
}

#[tokio::test]
async fn another_tenant_sees_nothing() {
    let world = World::new().await;
    world.log((0..5).map(page_viewed)).await;
    world.lake.archive(&world.scope).await.unwrap();
    world.log((5..8).map(page_viewed)).await;
    let other = world.team.create_workspace("Other", Timestamp::from_micros(0)).await.unwrap();
    let other = world.team.operator(other.id);
    assert_eq!(world.lake.ask(&other, &question(), Arc::default()).await.unwrap().rows[0].measures, [Some(0.0)]);
    let listed = world.lake.list(&other, &filter("all"), None, None, true, 10, Arc::default()).await.unwrap();
    assert_eq!(listed, Listed::default());
    assert_eq!(world.lake.watermark(&other).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_archivers_at_once_move_every_signal_once() {
    let world = World::new().await;
    let (left, right) = (world.reopened(), world.reopened());
    for round in 0..6 {
        world.log((round * 30..round * 30 + 30).map(page_viewed)).await;
        let (one, two) = tokio::join!(left.archive(&world.scope), right.archive(&world.scope));
        assert_eq!(one.unwrap().signals + two.unwrap().signals, 30);
        assert_eq!(world.count().await, u64::try_from(round * 30 + 30).unwrap());
    }
    assert_eq!(world.signals.held(&world.scope).await.unwrap(), 0);
    assert_eq!(world.lake.verify(&world.scope).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_never_dips_nor_jumps_while_everything_moves() {
    let world = Arc::new(World::new().await);
    let done = Arc::new(AtomicBool::new(false));
    let mover = tokio::spawn({
        let (world, done, lake) = (world.clone(), done.clone(), world.reopened());
        async move {
            while !done.load(Ordering::SeqCst) {
                lake.archive(&world.scope).await.unwrap();
                lake.compact(&world.scope).await.unwrap();
            }
        }
    });
    let mut logged = 0;
    for round in 0..25 {
        world.log((round * 20..round * 20 + 20).map(page_viewed)).await;
        logged += 20;
        // What was acknowledged is seen at once, and nothing twice.
        assert_eq!(world.count().await, logged, "round {round}");
    }
    done.store(true, Ordering::SeqCst);
    mover.await.unwrap();
    assert_eq!(world.count().await, logged);
}

#[tokio::test]
async fn compaction_changes_no_answer_and_old_files_go_after_the_grace() {
    let world = World::new().await;
    let mut question = question();
    question.by = vec![base::Field::parse("customer").unwrap()];
    question.measures = vec![Measure::Count, Measure::Distinct(base::Field::parse("occurred_at").unwrap())];
    for round in 0..4 {
        world.log((round * 25..round * 25 + 25).map(page_viewed)).await;
        world.lake.archive(&world.scope).await.unwrap();
    }
    let before = world.ask(&question).await;
    let listed = world.list(&filter("all")).await;
    assert_eq!(world.lake.compact(&world.scope).await.unwrap(), Compacted { files: 4, signals: 100 });
    assert_eq!(world.lake.compact(&world.scope).await.unwrap(), Compacted::default());
    assert_eq!(world.ask(&question).await, before);
    assert_eq!(world.list(&filter("all")).await, listed);
    assert_eq!(world.lake.watermark(&world.scope).await.unwrap(), 100);
    assert_eq!((world.lake.vacuum(&world.scope).await.unwrap(), world.files().len()), (0, 5));
    world.clock.set(world.clock.now().plus(2 * Timestamp::HOUR));
    assert_eq!((world.lake.vacuum(&world.scope).await.unwrap(), world.files().len()), (4, 1));
    assert_eq!(world.reopened().ask(&world.scope, &question, Arc::default()).await.unwrap(), before);
    assert_eq!(world.lake.verify(&world.scope).await.unwrap(), []);
    assert_eq!(before.rows[3].keys, [Some(Value::Text("3".into()))]);
}

#[tokio::test]
async fn a_long_history_of_commits_stays_readable() {
    let world = World::new().await;
    for round in 0..40 {
        world.log([page_viewed(round)]).await;
        world.lake.archive(&world.scope).await.unwrap();
        world.lake.compact(&world.scope).await.unwrap();
    }
    let log: Vec<_> =
        std::fs::read_dir(world.table().join("_delta_log")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(log.iter().any(|name| name.to_string_lossy().contains("checkpoint")), "{log:?}");
    let lake = world.reopened();
    assert_eq!(lake.watermark(&world.scope).await.unwrap(), 40);
    assert_eq!(lake.ask(&world.scope, &question(), Arc::default()).await.unwrap().rows[0].measures, [Some(40.0)]);
}
