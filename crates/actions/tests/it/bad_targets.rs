//! Fifty endpoints, a fifth of them bad in every way there is: the healthy ones hear of everything.

use actions::{DeliveryState, NewWebhook, WebhookState};
use std::collections::BTreeSet;

use crate::{
    receiver::{Manner, Receiver},
    world::on_both,
};

const HEALTHY: usize = 41;
const SIGNALS: usize = 20;

#[tokio::test]
async fn bad_endpoints_cost_the_healthy_ones_nothing() {
    let canary = Receiver::content().await;
    let redirect = format!("location: http://{}/\r\n", canary.address);
    let manners = [
        Manner::Blackhole,
        Manner::Drips,
        Manner::Endless,
        Manner::status(500),
        Manner::Answers(302, redirect, String::new()),
        Manner::status(410),
        Manner::Answers(429, "retry-after: 3600\r\n".into(), String::new()),
        Manner::ClosesMidBody,
    ];
    let mut bad = Vec::new();
    for manner in manners {
        bad.push(Receiver::that(manner).await);
    }
    let mut healthy = Vec::new();
    for _ in 0..HEALTHY {
        healthy.push(Receiver::content().await);
    }
    // The canary is not on the operator's list.
    let allowed: Vec<&Receiver> = bad.iter().chain(&healthy).collect();
    on_both(&allowed, async |world| {
        let before: Vec<usize> = healthy.iter().map(|receiver| receiver.heard().len()).collect();
        let mut broken = Vec::new();
        for receiver in &bad {
            broken.push(world.tells(receiver).await);
        }
        let tls = NewWebhook { url: bad[0].url().replace("http:", "https:"), ..NewWebhook::default() };
        broken.push(world.sets_up(tls).await);
        let mut well = Vec::new();
        for receiver in &healthy {
            well.push(world.tells(receiver).await);
        }
        world.happens(["order_completed"; SIGNALS]).await;
        world
            .works_until(async || {
                let all =
                    before.iter().zip(&healthy).all(|(before, receiver)| receiver.heard().len() - before >= SIGNALS);
                all && bad_are_judged(world, &broken).await
            })
            .await;

        for ((before, receiver), webhook) in before.iter().zip(&healthy).zip(&well) {
            let heard = receiver.heard().split_off(*before);
            let ids: BTreeSet<_> = heard.iter().map(|heard| heard.id().to_owned()).collect();
            assert_eq!(ids.len(), SIGNALS);
            // An attempt whose answer came too late, on a machine that is busy, is made once more under its id.
            assert!(heard.len() <= SIGNALS + 2, "{} instead of {SIGNALS}", heard.len());
            assert!(heard.iter().all(|heard| heard.is_signed_by(&webhook.secret, world.clock.now())));
        }
        let first_error = async |index: usize| {
            let log = world.log_of(&broken[index]).await;
            let tried = log.iter().find(|delivery| delivery.attempts > 0).unwrap();
            let details = world.actions.delivery(&world.scope, broken[index].id, tried.id).await.unwrap();
            details.tries[0].error.clone().unwrap_or_default()
        };
        let late = "there was no complete answer in time";
        assert_eq!(first_error(0).await, late);
        assert_eq!(first_error(1).await, late);
        assert_eq!(first_error(3).await, "it answered 500 Internal Server Error");
        assert_eq!(first_error(4).await, "it answered 302 Found; redirects are not followed");
        assert_eq!(first_error(6).await, "it answered 429 Too Many Requests");
        assert_eq!(first_error(7).await, "the connection broke before the answer was complete");
        assert_eq!(first_error(8).await, "no connection could be made");
        assert!(canary.heard().is_empty());

        // Ten gigabytes are an answer like any other; a little of it is kept.
        let endless = &world.log_of(&broken[2]).await;
        let taken = endless.iter().find(|delivery| delivery.state == DeliveryState::Delivered).unwrap();
        let details = world.actions.delivery(&world.scope, broken[2].id, taken.id).await.unwrap();
        assert_eq!(details.tries[0].excerpt.as_ref().map(String::len), Some(1_024));

        let gone = world.actions.webhook(&world.scope, broken[5].id).await.unwrap();
        assert_eq!(gone.state, WebhookState::Disabled);
        assert!(gone.disabled_because.is_some_and(|because| because.contains("410")));
        assert_eq!(world.mail().iter().filter(|mail| mail.contains("410")).count(), 1, "told once");
    })
    .await;
}

/// Whether every bad endpoint was tried, and the one that is gone disabled with its owner told.
async fn bad_are_judged(world: &crate::world::World, broken: &[crate::world::SetUp]) -> bool {
    for webhook in broken {
        if world.log_of(webhook).await.iter().all(|delivery| delivery.attempts == 0) {
            return false;
        }
    }
    !world.mail().is_empty()
}
