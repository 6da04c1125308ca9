//! The schedule, played through in virtual time: whenever no worker runs, any time may pass.

use actions::{DeliveryState, WebhookState};
use base::Timestamp;

use crate::{
    receiver::{Manner, Receiver},
    world::{SetUp, World, on_both},
};

/// The waits before each further attempt, in seconds.
const WAITS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

async fn has_tried(world: &World, webhook: &SetUp, attempts: i64) -> bool {
    world.log_of(webhook).await[0].attempts == attempts
}

#[tokio::test]
async fn ten_attempts_follow_the_schedule_and_then_it_is_given_up() {
    let crm = Receiver::that(Manner::status(500)).await;
    on_both(&[&crm], async |world| {
        let webhook = world.tells(&crm).await;
        world.happens(["order_completed"]).await;
        world.works_until(async || has_tried(world, &webhook, 1).await).await;
        for (tried, wait) in (1..).zip(WAITS) {
            // Jitter lengthens a wait by a fifth at most.
            world.waits(wait * 6 / 5 + 1);
            world.works_until(async || has_tried(world, &webhook, tried + 1).await).await;
        }
        let delivery = world.log_of(&webhook).await.remove(0);
        assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Failed, 10));
        assert_eq!(world.actions.webhook(&world.scope, webhook.id).await.unwrap().state, WebhookState::Enabled);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_tried_before_its_time_and_an_endpoint_gets_the_time_it_asks_for() {
    let busy = Receiver::that(Manner::Answers(429, "retry-after: 120\r\n".into(), String::new())).await;
    let broken = Receiver::that(Manner::status(503)).await;
    on_both(&[&busy, &broken], async |world| {
        let both = [world.tells(&busy).await, world.tells(&broken).await];
        world.happens(["order_completed"]).await;
        let tried = async |wanted: [i64; 2]| {
            has_tried(world, &both[0], wanted[0]).await && has_tried(world, &both[1], wanted[1]).await
        };
        world.works_until(async || tried([1, 1]).await).await;
        // Six seconds are enough for the schedule, jitter included, but not for the one that asked for two minutes.
        world.waits(6);
        world.works_until(async || tried([1, 2]).await).await;
        world.waits(120);
        world.works_until(async || has_tried(world, &both[0], 2).await).await;
    })
    .await;
}

#[tokio::test]
async fn an_endpoint_that_fails_for_five_days_is_disabled_and_its_owner_is_told() {
    let crm = Receiver::content().await;
    on_both(&[&crm], async |world| {
        crm.becomes(Manner::status(500));
        let webhook = world.tells(&crm).await;
        world.happens(["order_completed"]).await;
        world.works_until(async || has_tried(world, &webhook, 1).await).await;
        let state = async || world.actions.webhook(&world.scope, webhook.id).await.unwrap();
        world.clock.set(world.clock.now().plus(5 * Timestamp::DAY - Timestamp::SECOND));
        world.works_until(async || has_tried(world, &webhook, 2).await).await;
        assert_eq!(state().await.state, WebhookState::Enabled);
        world.waits(600);
        world.happens(["page_viewed"]).await;
        world.works_until(async || world.mail().len() == 1).await;
        let disabled = state().await;
        assert_eq!(disabled.state, WebhookState::Disabled);
        assert_eq!(disabled.disabled_because.as_deref(), Some("nothing has reached it for five days"));
        let mail = &world.mail()[0];
        assert!(mail.contains("To: olga@shop.example") && mail.contains("A webhook was disabled: 127.0.0.1"), "{mail}");
        // One that got through once is not disabled, however old its first failure is.
        crm.becomes(Manner::status(204));
        let enable = actions::WebhookChange { state: Some(WebhookState::Enabled), ..Default::default() };
        world.actions.change_webhook(&world.scope, webhook.id, enable, None).await.unwrap();
        world.waits(1);
        world.happens(["page_viewed"]).await;
        world.works_until(async || world.log_of(&webhook).await[0].state == DeliveryState::Delivered).await;
        crm.becomes(Manner::status(500));
        world.waits(1);
        world.happens(["page_viewed"]).await;
        world.works_until(async || has_tried(world, &webhook, 1).await).await;
        assert_eq!(state().await.state, WebhookState::Enabled);
    })
    .await;
}
