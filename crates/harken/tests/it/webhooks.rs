//! A webhook's receiver checks it with the published Standard Webhooks library of its language.

use serde_json::{Value as Json, json};
use team::Role;
use tokio::process::Command;

use crate::world::{Browser, Connection, Installation, Receiver, clients::client, on_both_databases};

on_both_databases! {
    async fn the_python_library_verifies_what_arrives(installation: Installation) {
        if let Some(program) = client("python/webhook.py") {
            is_verified_by(program, installation).await;
        }
    }
}

on_both_databases! {
    async fn the_javascript_library_verifies_what_arrives(installation: Installation) {
        if let Some(program) = client("node/webhook.mjs") {
            is_verified_by(program, installation).await;
        }
    }
}

async fn is_verified_by(program: Command, installation: Installation) {
    let mut crm = Receiver::start(program).await;
    let installation = installation.with("HARKEN__OUTBOUND__ALLOW", crm.address());
    let server = installation.serve().await;
    let mut olga = Browser::of("olga", Role::Owner, &installation, &server).await;
    let url = format!("http://{}/hooks", crm.address());
    let webhook = olga.makes("/api/v1/actions/webhooks", json!({ "url": url, "kinds": ["order_completed"] })).await;
    let path = format!("/api/v1/actions/webhooks/{}", webhook["id"].as_str().unwrap());
    let first_secret = webhook["secret"].as_str().unwrap();
    crm.is_told(first_secret).await;

    let mut shop = Connection::to(server.address());
    let mut orders = async |id: &str| {
        let order = json!({
            "userId": "ada", "messageId": id, "event": "Order Completed",
            "properties": { "total": 27.5, "currency": "EUR", "gift": "Très bien 👢" },
        });
        let answer = shop.post("/v1/track", installation.key(), order.to_string()).await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    orders("first").await;
    let told = is_sound(&crm.hears().await);
    assert_eq!((&told["type"], &told["data"]["message_id"]), (&json!("order_completed"), &json!("first")));
    assert_eq!(told["data"]["properties"]["gift"], "Très bien 👢");

    // During a rotation a receiver may change over whenever it likes.
    let rotated = olga.makes(&format!("{path}/rotations"), Json::Null).await;
    orders("second").await;
    assert_eq!(is_sound(&crm.hears().await)["data"]["message_id"], "second");
    crm.is_told(rotated["secret"].as_str().unwrap()).await;
    orders("third").await;
    assert_eq!(is_sound(&crm.hears().await)["data"]["message_id"], "third");

    // With another secret nothing holds, and the delivery log says what the receiver answered.
    crm.is_told("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").await;
    let test = olga.makes(&format!("{path}/tests"), Json::Null).await;
    let heard = crm.hears().await;
    assert_eq!((&heard["id"], &heard["verified"]), (&test["id"], &json!(false)), "{heard}");
    server.stop().await;
    installation.is_sound().await;
}

/// What the message says, which the library has verified, and would not have with one byte changed.
fn is_sound(heard: &Json) -> Json {
    assert_eq!((&heard["verified"], &heard["tampered"]), (&json!(true), &json!(false)), "{heard}");
    serde_json::from_str(heard["body"].as_str().unwrap()).unwrap()
}
