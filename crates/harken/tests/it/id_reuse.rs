//! F4: one message id used twice: for the same event, for another one, in another workspace, after archiving, and before
//! and after the window in which it is remembered.

use base::{Clock, Timestamp};
use serde_json::{Value as Json, json};
use signals::{Body, Draft, Identity, Receipt};

use crate::world::{Answer, Connection, Installation, on_both_databases, rooms::Rooms};

fn order(total: f64) -> Json {
    json!({
        "type": "track", "messageId": "order-1", "userId": "ada", "event": "Order Completed",
        "properties": {"total": total, "currency": "EUR"},
    })
}

async fn send(client: &mut Connection, key: &str, event: &Json) -> Answer {
    client.post("/v1/track", key, event.to_string()).await.unwrap()
}

async fn send_in_batch(client: &mut Connection, key: &str, event: &Json) -> Answer {
    client.post("/v1/batch", key, json!({ "batch": [event] }).to_string()).await.unwrap()
}

on_both_databases! {
    async fn the_same_event_is_a_duplicate_and_another_one_a_conflict(installation: Installation) {
        let server = installation.serve().await;
        let (mut client, key) = (Connection::to(server.address()), installation.key());
        let first = send(&mut client, key, &order(10.0)).await;
        assert_eq!((first.status, &first.body["accepted"]), (200, &json!(1)));
        for archived in [false, true] {
            if archived {
                assert_eq!(installation.json(&["archive", "--json"]).await["signals"], 1);
            }
            let again = send(&mut client, key, &order(10.0)).await;
            assert_eq!((again.status, &again.body["duplicates"]), (200, &json!(1)), "archived: {archived}");
            let other = send(&mut client, key, &order(20.0)).await;
            assert_eq!((other.status, &other.body["errors"][0]["reason"]), (409, &json!("conflict")), "archived: {archived}");
            let other = send_in_batch(&mut client, key, &order(20.0)).await;
            // In a batch, any other status would make clients drop the events beside it.
            assert_eq!((other.status, &other.body["errors"][0]["field"]), (200, &json!("messageId")), "archived: {archived}");
        }
        assert_eq!(installation.value("sum(amount)").await, Some(10.0), "the first one is kept");
        assert_eq!((installation.count("").await, installation.tally("duplicate").await), (1, 2));
        assert_eq!(installation.tally("conflict").await, 4);
        server.stop().await;
    }
}

on_both_databases! {
    async fn another_workspace_has_message_ids_of_its_own(installation: Installation) {
        let rooms = Rooms::open(&installation, Clock::system()).await;
        let other = rooms.team.create_workspace("Other", Clock::system().now()).await.unwrap();
        let other = rooms.team.operator(other.id);
        let key = rooms.team.create_key(&other, team::KeyRequest::write("other"), None).await.unwrap().secret;
        let server = installation.serve().await;
        let mut client = Connection::to(server.address());
        for (key, total) in [(installation.key(), 10.0), (&key, 20.0)] {
            let answer = send(&mut client, key, &order(total)).await;
            assert_eq!((answer.status, &answer.body["accepted"]), (200, &json!(1)));
        }
        assert_eq!(installation.value("sum(amount)").await, Some(10.0), "one does not see the other's");
        assert_eq!(rooms.signals.after(&other, 0, 10).await.unwrap().len(), 1);
        server.stop().await;
    }
}

on_both_databases! {
    async fn a_message_id_is_remembered_for_seven_days(installation: Installation) {
        let start: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let clock = Clock::fixed(start);
        let rooms = Rooms::open(&installation, clock.clone()).await;
        let draft = Draft {
            message_id: "order-1".to_owned(),
            occurred_at: start,
            identities: vec![Identity { kind: "user_id".to_owned(), value: "ada".to_owned() }],
            traits: serde_json::Map::new(),
            kind: "order_completed".to_owned(),
            body: Body::default(),
        };
        let logged = async || rooms.signals.log(&rooms.scope, vec![draft.clone()]).await.unwrap();
        assert!(matches!(logged().await[..], [Receipt::Logged { .. }]));
        clock.set(start.plus(7 * Timestamp::DAY - Timestamp::HOUR));
        rooms.signals.forget_seen().await.unwrap();
        assert_eq!(logged().await, [Receipt::Duplicate], "after six days and 23 hours");
        clock.set(start.plus(8 * Timestamp::DAY));
        rooms.signals.forget_seen().await.unwrap();
        assert!(matches!(logged().await[..], [Receipt::Logged { .. }]), "after eight days it is a new one");
    }
}
