//! The delivery log: what came back, replays, crashes, forgetting.

use actions::DeliveryState;
use base::{ErrorKind, Timestamp};

use crate::{
    receiver::{Manner, Receiver},
    world::on_both,
};

#[tokio::test]
async fn the_log_tells_each_attempt_and_a_replay_sends_the_same_message_again() {
    let crm = Receiver::that(Manner::status(204)).await;
    on_both(&[&crm], async |world| {
        let before = crm.heard().len();
        crm.becomes(Manner::Answers(500, String::new(), format!("no\0 database {}", "x".repeat(5_000))));
        let webhook = world.tells(&crm).await;
        world.happens(["order_completed"]).await;
        world.works_until(async || world.log_of(&webhook).await[0].attempts == 1).await;
        let id = world.log_of(&webhook).await[0].id;
        let details = world.actions.delivery(&world.scope, webhook.id, id).await.unwrap();
        assert_eq!(details.body["type"], "order_completed");
        let attempt = &details.tries[0];
        assert_eq!((attempt.number, attempt.status), (1, Some(500)));
        assert_eq!(attempt.error.as_deref(), Some("it answered 500 Internal Server Error"));
        let excerpt = attempt.excerpt.as_deref().unwrap();
        assert!(excerpt.starts_with("no\u{fffd} database xxx") && excerpt.len() < 1_100, "{}", excerpt.len());
        let under_way = world.actions.replay(&world.scope, webhook.id, id, None).await.unwrap_err();
        assert_eq!(under_way.kind, ErrorKind::Conflict);
        assert!(world.actions.webhook(&world.scope, webhook.id).await.unwrap().failing_since.is_some());

        crm.becomes(Manner::status(204));
        world.waits(10);
        world.delivers(&webhook).await;
        assert_eq!(world.actions.webhook(&world.scope, webhook.id).await.unwrap().failing_since, None);
        world.actions.replay(&world.scope, webhook.id, id, None).await.unwrap();
        world.delivers(&webhook).await;
        let heard = crm.heard().split_off(before);
        assert_eq!(heard.len(), 3);
        assert!(heard.iter().all(|heard| heard.id() == id.to_string() && heard.json() == details.body));
        let log = world.log_of(&webhook).await;
        assert_eq!((log.len(), log[0].state, log[0].attempts), (1, DeliveryState::Delivered, 3));
    })
    .await;
}

#[tokio::test]
async fn a_death_between_sending_and_noting_it_sends_again_under_the_same_id() {
    let crm = Receiver::content().await;
    on_both(&[&crm], async |world| {
        let before = crm.heard().len();
        crm.becomes(Manner::Blackhole);
        let webhook = world.tells(&crm).await;
        world.happens(["order_completed"]).await;
        let worker = world.works();
        while crm.heard().len() == before {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        // The receiver has it; the process dies before it hears so.
        worker.abort();
        let _ = worker.await;
        assert_eq!(world.log_of(&webhook).await[0].attempts, 0);
        crm.becomes(Manner::status(204));
        world.delivers(&webhook).await;
        let heard = crm.heard().split_off(before);
        assert_eq!((heard.len(), heard[0].id()), (2, heard[1].id()));
    })
    .await;
}

#[tokio::test]
async fn deliveries_come_in_pages_by_state_and_are_forgotten_after_thirty_days() {
    let crm = Receiver::content().await;
    on_both(&[&crm], async |world| {
        let webhook = world.tells(&crm).await;
        world.happens(["page_viewed"; 5]).await;
        world.delivers(&webhook).await;
        world.happens(["order_completed"]).await;
        let actions = &world.actions;
        let page = async |state, after| actions.deliveries(&world.scope, webhook.id, state, after, 3).await.unwrap();
        let first = page(Some(DeliveryState::Delivered), None).await;
        let second = page(Some(DeliveryState::Delivered), first.last().map(|last| last.id)).await;
        assert_eq!((first.len(), second.len()), (3, 2));
        assert!(first.last().unwrap().id > second[0].id);
        assert_eq!(page(Some(DeliveryState::Waiting), None).await.len(), 1);
        world.clock.set(world.clock.now().plus(31 * Timestamp::DAY));
        assert_eq!(actions.forget_deliveries().await.unwrap(), 5);
        assert_eq!(world.log_of(&webhook).await.len(), 1, "what waits is not forgotten");
    })
    .await;
}
