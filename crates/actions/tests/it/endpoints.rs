//! Endpoints: making, changing and deleting them, and who may see them.

use actions::{DeliveryId, DeliveryState, NewWebhook, WebhookChange, WebhookState};
use base::{ErrorKind, Timestamp};
use secrecy::ExposeSecret;
use signals::Body;
use team::audit::AuditFilter;

use crate::{
    receiver::Receiver,
    world::{SetUp, on_both},
};

fn to(url: &str) -> NewWebhook {
    NewWebhook { url: url.into(), ..NewWebhook::default() }
}

#[tokio::test]
async fn an_order_arrives_signed_once() {
    let crm = Receiver::content().await;
    on_both(&[&crm], async |world| {
        let before = crm.heard().len();
        let webhook = world.tells(&crm).await;
        let amount = "19.90".parse().ok();
        let body =
            Body { amount, currency: Some("EUR".into()), text: Some("Grüße, 世界".into()), ..Body::default() };
        world.logs([("order_completed", body)]).await;
        world.delivers(&webhook).await;
        let heard = &crm.heard()[before..];
        assert_eq!(heard.len(), 1);
        assert!(heard[0].is_signed_by(&webhook.secret, world.clock.now()));
        assert_eq!(heard[0].headers["content-type"], "application/json");
        let message = heard[0].json();
        assert_eq!(
            (&message["type"], &message["timestamp"]),
            (&"order_completed".into(), &"2026-03-02T09:00:00Z".into())
        );
        assert_eq!((&message["data"]["text"], &message["data"]["currency"]), (&"Grüße, 世界".into(), &"EUR".into()));
        let log = world.log_of(&webhook).await;
        assert_eq!(
            (log[0].state, log[0].attempts, log[0].id.to_string().as_str()),
            (DeliveryState::Delivered, 1, heard[0].id())
        );
    })
    .await;
}

#[tokio::test]
async fn an_endpoint_hears_of_what_it_asked_for() {
    let crm = Receiver::content().await;
    on_both(&[&crm], async |world| {
        let before = crm.heard().len();
        world.happens(["survey_answered"]).await;
        world.waits(1);
        let unhappy = world.sets_up(NewWebhook {
            kinds: vec!["survey_answered".into()],
            filter: Some("score <= 6 and scale = 'nps'".into()),
            thin: true,
            ..to(&crm.url())
        });
        let unhappy = unhappy.await;
        let said = |score: f64| Body { scale: Some("nps".into()), score: Some(score), ..Body::default() };
        let said = [("survey_answered", said(9.0)), ("survey_answered", said(3.0)), ("order_completed", said(1.0))];
        world.logs(said).await;
        world.delivers(&unhappy).await;
        let heard = &crm.heard()[before..];
        assert_eq!(heard.len(), 1, "neither what was before it, nor other kinds, nor those who are content");
        assert_eq!(heard[0].json()["data"]["thin"], true);
        assert_eq!(heard[0].json()["data"].get("score"), None);
    })
    .await;
}

#[tokio::test]
async fn taking_the_log_in_again_delivers_nothing_twice() {
    let crm = Receiver::content().await;
    on_both(&[&crm], async |world| {
        let before = crm.heard().len();
        let webhook = world.tells(&crm).await;
        world.happens(["page_viewed", "order_completed"]).await;
        world.delivers(&webhook).await;
        // As after a restored backup of the cursor.
        let all = world.signals.after(&world.scope, 0, 100).await.unwrap();
        let all: Vec<_> = all.into_iter().map(|signal| (world.scope.workspace(), signal)).collect();
        for projection in world.actions.projections() {
            let transaction = world.database.store.begin().await.unwrap();
            projection.apply(&transaction, &all).await.unwrap();
            transaction.commit().await.unwrap();
        }
        world.happens(["survey_answered"]).await;
        world.works_until(async || crm.heard().len() >= before + 3).await;
        assert_eq!((crm.heard().len() - before, world.log_of(&webhook).await.len()), (3, 3));
    })
    .await;
}

#[tokio::test]
async fn a_disabled_endpoint_hears_of_nothing_but_tests() {
    let crm = Receiver::content().await;
    on_both(&[&crm], async |world| {
        let before = crm.heard().len();
        let webhook = world.tells(&crm).await;
        world.happens(["page_viewed"]).await;
        let state = |state| WebhookChange { state: Some(state), ..WebhookChange::default() };
        world.actions.change_webhook(&world.scope, webhook.id, state(WebhookState::Disabled), None).await.unwrap();
        world.happens(["order_completed"]).await;
        let test = world.actions.test_webhook(&world.scope, webhook.id).await.unwrap();
        world.delivers(&webhook).await;
        let heard = &crm.heard()[before..];
        assert_eq!((heard.len(), heard[0].id()), (1, test.id.to_string().as_str()));
        assert_eq!(heard[0].json()["type"], "webhook_tested");
        assert!(heard[0].is_signed_by(&webhook.secret, world.clock.now()));
        // What was under way when it was disabled was given up, and can be replayed once it is enabled.
        let log = world.log_of(&webhook).await;
        let given_up = log.iter().find(|delivery| delivery.state == DeliveryState::Failed).unwrap();
        let refused = world.actions.replay(&world.scope, webhook.id, given_up.id, None).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Conflict);
        world.actions.change_webhook(&world.scope, webhook.id, state(WebhookState::Enabled), None).await.unwrap();
        world.actions.replay(&world.scope, webhook.id, given_up.id, None).await.unwrap();
        world.delivers(&webhook).await;
        assert_eq!(crm.heard().len() - before, 2);
    })
    .await;
}

#[tokio::test]
async fn during_a_rotation_both_secrets_sign_and_a_day_later_the_new_one_alone() {
    let crm = Receiver::content().await;
    on_both(&[&crm], async |world| {
        let before = crm.heard().len();
        let old = world.tells(&crm).await;
        let new: SetUp = world.actions.rotate_secret(&world.scope, old.id, None).await.unwrap().into();
        assert_ne!(old.secret, new.secret);
        world.happens(["page_viewed"]).await;
        world.delivers(&old).await;
        world.waits(24 * 3_600 - 1);
        world.happens(["page_viewed"]).await;
        world.delivers(&old).await;
        world.waits(1);
        world.happens(["page_viewed"]).await;
        world.delivers(&old).await;
        let heard = crm.heard().split_off(before);
        let signed = |index: usize, secret: &str| {
            let at: i64 = heard[index].headers["webhook-timestamp"].parse().unwrap();
            heard[index].is_signed_by(secret, Timestamp::from_micros(at * Timestamp::SECOND))
        };
        assert!(signed(0, &old.secret) && signed(0, &new.secret));
        assert!(signed(1, &old.secret) && signed(1, &new.secret));
        assert!(!signed(2, &old.secret) && signed(2, &new.secret));
    })
    .await;
}

#[tokio::test]
async fn a_field_that_cannot_be_meant_is_named() {
    on_both(&[], async |world| {
        let field = async |asked: NewWebhook| {
            let error = world.actions.create_webhook(&world.scope, asked, None).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Invalid);
            error.fields[0].field.clone()
        };
        for url in [
            "crm",
            "ftp://crm.example.com",
            "http://127.0.0.1/",
            "http://169.254.169.254/latest",
            "http://[::ffff:10.0.0.1]/",
            "https://ana:secret@crm.example.com/",
            "https://crm.example.com:8443/",
        ] {
            assert_eq!(field(to(url)).await, "url", "{url}");
        }
        let fine = || to("https://crm.example.com/hooks#part");
        assert_eq!(field(NewWebhook { description: "two\nlines".into(), ..fine() }).await, "description");
        assert_eq!(field(NewWebhook { kinds: vec![String::new()], ..fine() }).await, "kinds");
        assert_eq!(field(NewWebhook { kinds: vec!["x".into(); 51], ..fine() }).await, "kinds");
        assert_eq!(field(NewWebhook { filter: Some("score <".into()), ..fine() }).await, "filter");
        assert_eq!(field(NewWebhook { filter: Some("customer.state = 'x'".into()), ..fine() }).await, "filter");
        let made = world.actions.create_webhook(&world.scope, fine(), None).await.unwrap();
        assert_eq!(made.webhook.url.as_str(), "https://crm.example.com/hooks");
        let change = WebhookChange { url: Some("http://10.0.0.1/".into()), ..WebhookChange::default() };
        let error = world.actions.change_webhook(&world.scope, made.webhook.id, change, None).await.unwrap_err();
        assert_eq!(error.fields[0].field, "url");
    })
    .await;
}

#[tokio::test]
async fn a_change_keeps_what_it_does_not_name() {
    on_both(&[], async |world| {
        let asked = NewWebhook {
            kinds: vec!["order_completed".into()],
            filter: Some("amount > 100".into()),
            ..to("https://crm.example.com/hooks")
        };
        let made = world.actions.create_webhook(&world.scope, asked, None).await.unwrap().webhook;
        let change = WebhookChange { description: Some("The CRM".into()), ..WebhookChange::default() };
        let changed = world.actions.change_webhook(&world.scope, made.id, change, None).await.unwrap();
        assert_eq!((changed.kinds.clone(), changed.filter.clone()), (made.kinds, made.filter));
        assert_eq!(world.actions.webhook(&world.scope, made.id).await.unwrap(), changed);
        let change = WebhookChange { filter: Some(String::new()), kinds: Some(Vec::new()), ..WebhookChange::default() };
        let changed = world.actions.change_webhook(&world.scope, made.id, change, None).await.unwrap();
        assert_eq!(serde_json::to_value(&changed).unwrap()["filter"], serde_json::Value::Null);
        assert_eq!(changed.description, "The CRM");
    })
    .await;
}

#[tokio::test]
async fn another_workspace_sees_and_touches_nothing() {
    let crm = Receiver::content().await;
    on_both(&[&crm], async |world| {
        let before = crm.heard().len();
        let webhook = world.tells(&crm).await;
        world.happens(["page_viewed"]).await;
        world.delivers(&webhook).await;
        let delivery = world.log_of(&webhook).await[0].id;
        let other = world.team.create_workspace("Elsewhere", world.clock.now()).await.unwrap();
        let elsewhere = world.team.operator(other.id);
        let actions = &world.actions;
        assert!(actions.webhooks(&elsewhere, None, 10).await.unwrap().is_empty());
        let missing = [
            actions.webhook(&elsewhere, webhook.id).await.map(drop),
            actions.change_webhook(&elsewhere, webhook.id, WebhookChange::default(), None).await.map(drop),
            actions.rotate_secret(&elsewhere, webhook.id, None).await.map(drop),
            actions.test_webhook(&elsewhere, webhook.id).await.map(drop),
            actions.deliveries(&elsewhere, webhook.id, None, None, 10).await.map(drop),
            actions.delivery(&elsewhere, webhook.id, delivery).await.map(drop),
            actions.replay(&elsewhere, webhook.id, delivery, None).await.map(drop),
            actions.delete_webhook(&elsewhere, webhook.id, None).await,
            actions.delivery(&world.scope, webhook.id, DeliveryId(uuid::Uuid::nil())).await.map(drop),
        ];
        for outcome in missing {
            assert_eq!(outcome.unwrap_err().kind, ErrorKind::NotFound);
        }
        // Nor does an endpoint hear of another workspace's signals.
        let theirs = signals::Draft {
            message_id: "m".into(),
            occurred_at: world.clock.now(),
            identities: Vec::new(),
            traits: serde_json::Map::new(),
            kind: "order_completed".into(),
            body: Body::default(),
        };
        world.signals.log(&elsewhere, vec![theirs]).await.unwrap();
        world.projector.catch_up().await.unwrap();
        world.happens(["page_viewed"]).await;
        world.works_until(async || crm.heard().len() >= before + 2).await;
        assert!(crm.heard()[before..].iter().all(|heard| heard.json()["type"] == "page_viewed"));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_endpoint_leaves_nothing_and_hears_nothing() {
    let crm = Receiver::content().await;
    on_both(&[&crm], async |world| {
        let before = crm.heard().len();
        let gone = world.tells(&crm).await;
        world.happens(["page_viewed"]).await;
        world.actions.delete_webhook(&world.scope, gone.id, None).await.unwrap();
        let stays = world.tells(&crm).await;
        world.happens(["order_completed"]).await;
        world.delivers(&stays).await;
        let kinds: Vec<_> = crm.heard()[before..].iter().map(|heard| heard.json()["type"].clone()).collect();
        assert_eq!(kinds, ["order_completed"]);
        let error = world.actions.delete_webhook(&world.scope, gone.id, None).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_tells_who_changed_what_and_no_secret() {
    on_both(&[], async |world| {
        let actions = &world.actions;
        let asked = to("https://crm.example.com/hooks?token=t-o-k-e-n");
        let from = "203.0.113.7".parse().ok();
        let made = actions.create_webhook(&world.scope, asked, from).await.unwrap();
        let id = made.webhook.id;
        actions.change_webhook(&world.scope, id, WebhookChange::default(), from).await.unwrap();
        let rotated = actions.rotate_secret(&world.scope, id, from).await.unwrap();
        actions.delete_webhook(&world.scope, id, from).await.unwrap();
        let entries = world.team.audit(&world.scope, &AuditFilter::default(), None, 10).await.unwrap();
        let about = entries.iter().rev().filter(|entry| entry.object == Some(id.to_string()));
        let told: Vec<_> = about.map(|entry| entry.action.as_str()).collect();
        assert_eq!(told, ["webhook.created", "webhook.changed", "webhook.secret_rotated", "webhook.deleted"]);
        let all = serde_json::to_string(&entries).unwrap();
        for secret in ["t-o-k-e-n", made.secret.expose_secret(), rotated.secret.expose_secret()] {
            assert!(!all.contains(secret));
        }
    })
    .await;
}

#[tokio::test]
async fn there_is_an_end_to_how_many_there_may_be() {
    on_both(&[], async |world| {
        for _ in 0..100 {
            world.actions.create_webhook(&world.scope, to("https://crm.example.com/hooks"), None).await.unwrap();
        }
        let error =
            world.actions.create_webhook(&world.scope, to("https://crm.example.com/hooks"), None).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Conflict);
        let first = world.actions.webhooks(&world.scope, None, 60).await.unwrap();
        let second = world.actions.webhooks(&world.scope, first.last().map(|last| last.id), 60).await.unwrap();
        assert_eq!((first.len(), second.len()), (60, 40));
        assert!(first.last().unwrap().id < second[0].id);
    })
    .await;
}
