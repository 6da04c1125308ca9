//! What is logged: once, in order, and nothing silent.

use base::Timestamp;
use signals::{Receipt, Refusal};
use testkit::{ANA, BRUNO, World, on_both, says};

async fn outcomes(world: &World) -> Vec<(String, String, i64)> {
    let tallies = world.signals.tallies(&world.scope).await.unwrap();
    tallies.into_iter().map(|row| (row.outcome, row.reason, row.count)).collect()
}

#[tokio::test]
async fn the_same_message_is_stored_once_and_another_under_its_id_is_a_conflict() {
    on_both(async |world| {
        let order = ANA.does("order_completed").as_message("m-1").with("order_id", "o-1");
        let again = order.clone().later(5);
        let other = ANA.does("order_completed").as_message("m-1").with("order_id", "o-2");

        let first = world.signals.log(&world.scope, vec![order.clone().into()]).await.unwrap();
        assert!(matches!(first[0], Receipt::Logged { .. }));
        let receipts = world.signals.log(&world.scope, vec![again.into(), other.into(), order.into()]).await.unwrap();
        assert_eq!(receipts, [Receipt::Duplicate, Receipt::Conflict, Receipt::Duplicate]);

        let stored = world.signals.after(&world.scope, 0, 10).await.unwrap();
        assert_eq!(stored.len(), 1);
        assert_eq!(stored[0].body.properties["order_id"], "o-1");
        let said = |outcome: &str, reason: &str, count| (outcome.to_owned(), reason.to_owned(), count);
        assert_eq!(
            outcomes(world).await,
            [said("conflict", "same_id_other_message", 1), said("duplicate", "same_message", 2), said("logged", "", 1)]
        );
    })
    .await;
}

#[tokio::test]
async fn the_same_message_twice_in_one_batch_is_stored_once() {
    on_both(async |world| {
        let visit = ANA.browses("page_viewed");
        let receipts = world.signals.log(&world.scope, vec![visit.clone().into(), visit.into()]).await.unwrap();
        assert!(matches!(receipts[0], Receipt::Logged { .. }));
        assert_eq!(receipts[1], Receipt::Duplicate);
    })
    .await;
}

#[tokio::test]
async fn a_message_id_belongs_to_its_workspace() {
    on_both(async |world| {
        let other = world.team.create_workspace("Another shop", world.clock.now()).await.unwrap();
        let other = world.team.operator(other.id);
        let visit = ANA.browses("page_viewed").as_message("m-1");
        for scope in [&world.scope, &other] {
            let receipts = world.signals.log(scope, vec![visit.clone().into()]).await.unwrap();
            assert!(matches!(receipts[0], Receipt::Logged { .. }));
        }
        assert_eq!(world.signals.after(&other, 0, 10).await.unwrap().len(), 1);
        assert!(world.signals.tallies(&other).await.unwrap().iter().all(|row| row.outcome == "logged"));
    })
    .await;
}

#[tokio::test]
async fn a_message_is_remembered_for_seven_days_also_after_it_left_the_log() {
    on_both(async |world| {
        let visit = ANA.browses("page_viewed").as_message("m-1");
        let log = async || world.signals.log(&world.scope, vec![visit.clone().into()]).await.unwrap()[0];
        let Receipt::Logged { seq } = log().await else { panic!("the first is new") };
        assert_eq!(world.signals.prune(&world.scope, seq).await.unwrap(), 1);

        world.clock.set(world.clock.now().plus(7 * Timestamp::DAY - Timestamp::HOUR));
        assert_eq!(world.signals.forget_seen().await.unwrap(), 0);
        assert_eq!(log().await, Receipt::Duplicate);

        world.clock.set(world.clock.now().plus(2 * Timestamp::HOUR));
        assert_eq!(world.signals.forget_seen().await.unwrap(), 1);
        assert!(matches!(log().await, Receipt::Logged { .. }), "after the window it is a new message");
    })
    .await;
}

#[tokio::test]
async fn callers_at_the_same_time_get_their_own_receipts_and_numbers_without_gaps() {
    on_both(async |world| {
        let mut callers = tokio::task::JoinSet::new();
        for caller in 0..40 {
            let (signals, scope) = (world.signals.clone(), world.scope.clone());
            callers.spawn(async move {
                let drafts = (0..5).map(|n| says("page_viewed").as_message(&format!("{caller}-{n}")).into()).collect();
                (caller, signals.log(&scope, drafts).await.unwrap())
            });
        }
        let mut seqs = Vec::new();
        while let Some(done) = callers.join_next().await {
            let (caller, receipts) = done.unwrap();
            for (n, receipt) in receipts.into_iter().enumerate() {
                let Receipt::Logged { seq } = receipt else { panic!("{receipt:?}") };
                seqs.push((seq, format!("{caller}-{n}")));
            }
        }
        seqs.sort();
        let stored = world.signals.after(&world.scope, 0, 1_000).await.unwrap();
        let stored: Vec<_> = stored.into_iter().map(|signal| (signal.seq, signal.message_id)).collect();
        assert_eq!(stored, seqs);
        assert_eq!(stored.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), (1..=200).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn everything_a_signal_says_comes_back_as_it_was_said() {
    on_both(async |world| {
        let review = ANA
            .does("review_posted")
            .scored("stars", 4.5)
            .with("nested", serde_json::json!({ "a": [1, 2.5, "x", null, true], "empty": {} }))
            .saying(|body| {
                body.amount = Some("-12.3456".parse().unwrap());
                body.currency = Some("BRL".into());
                body.text = Some("Ótimo! 👩‍👩‍👧 \u{202e}rtl \"quoted\" 'single' \\".into());
                body.channel = Some("review".into());
                body.sentiment = Some(-0.25);
            });
        let draft = signals::Draft::from(review);
        world.signals.log(&world.scope, vec![draft.clone()]).await.unwrap();
        let stored = world.signals.after(&world.scope, 0, 1).await.unwrap().remove(0);
        assert_eq!((stored.kind, stored.body, stored.occurred_at), (draft.kind, draft.body, draft.occurred_at));
        assert_eq!(stored.received_at, world.clock.now());
        assert_eq!(stored.id.0.get_version_num(), 7);
    })
    .await;
}

#[tokio::test]
async fn refused_items_are_counted_by_reason_and_the_latest_are_kept() {
    on_both(async |world| {
        let refusal = |reason: &str, excerpt: &str| Refusal {
            reason: reason.into(),
            field: "timestamp".into(),
            message: "is not a time".into(),
            excerpt: excerpt.into(),
        };
        let refusals = vec![refusal("wrong_type", "a\0b"), refusal("wrong_type", "c"), refusal("too_long", "d")];
        world.signals.refuse(&world.scope, "collect", refusals).await.unwrap();
        let refused = |reason: &str, count| ("refused".to_owned(), reason.to_owned(), count);
        assert_eq!(outcomes(world).await, [refused("too_long", 1), refused("wrong_type", 2)]);
        let kept = world.signals.refusals(&world.scope, None, 10).await.unwrap();
        assert_eq!(kept.len(), 3);
        assert!(kept.iter().any(|item| item.source == "collect" && item.excerpt == "a\u{FFFD}b"));
        let first = &kept[0];
        let rest = world.signals.refusals(&world.scope, Some((first.at, first.id)), 10).await.unwrap();
        assert_eq!(rest, kept[1..]);
    })
    .await;
}

#[tokio::test]
async fn a_batch_about_several_people_is_committed_together() {
    on_both(async |world| {
        let drafts = vec![ANA.logs_in().into(), BRUNO.does("order_completed").into(), says("device_reported").into()];
        world.signals.log(&world.scope, drafts).await.unwrap();
        let stored = world.signals.after(&world.scope, 0, 10).await.unwrap();
        let customers: Vec<_> = stored.iter().map(|signal| signal.customer.map(|customer| customer.0)).collect();
        assert_eq!(customers, [Some(1), Some(2), None]);
    })
    .await;
}
