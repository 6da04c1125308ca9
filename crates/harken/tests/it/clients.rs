//! Public clients of the Segment protocol, unchanged: each tells the story of `e2e/clients/story.json`, and this is what
//! must be found of it.

use serde_json::json;
use signals::Signal;
use tokio::process::Command;

use crate::world::{
    Installation,
    clients::{chromium, client},
};

#[tokio::test(flavor = "multi_thread")]
async fn segments_python_client_is_understood() {
    if let Some(program) = client("python/client.py") {
        tells_the_story(program, &["segment"], None, &["story"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rudderstacks_python_client_is_understood() {
    if let Some(program) = client("python/client.py") {
        tells_the_story(program, &["rudder"], None, &["story"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn segments_node_client_is_understood() {
    if let Some(program) = client("node/client.mjs") {
        tells_the_story(program, &["segment"], None, &["story"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rudderstacks_node_client_is_understood() {
    if let Some(program) = client("node/client.mjs") {
        tells_the_story(program, &["rudder"], None, &["story"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn segments_browser_client_is_understood_event_by_event_and_in_batches() {
    for strategy in ["standard", "batching"] {
        if let (Some(program), Some(chromium)) = (client("browser/client.mjs"), chromium()) {
            let chromium = chromium.display().to_string();
            tells_the_story(program, &[&chromium], Some("web"), &[strategy]).await;
        }
    }
}

async fn tells_the_story(mut program: Command, before: &[&str], channel: Option<&str>, after: &[&str]) {
    let installation = Installation::on_sqlite().await;
    let server = installation.serve().await;
    let told = program.args(before).args([&server.url(), installation.key()]).args(after).output().await.unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    is_found(&installation, channel).await;
    installation.json(&["archive", "--json"]).await;
    is_found(&installation, channel).await;
    assert_eq!(installation.tally("refused").await, 0);
    server.stop().await;
    installation.is_sound().await;
}

async fn is_found(installation: &Installation, channel: Option<&str>) {
    let signals = installation.signals().await;
    let mut kinds: Vec<&str> = signals.iter().map(|signal| &*signal.kind).collect();
    kinds.sort_unstable();
    let expected = [
        "account_joined",
        "customer_aliased",
        "customer_identified",
        "order_completed",
        "page_viewed",
        "product_viewed",
        "screen_viewed",
        "survey_answered",
    ];
    assert_eq!(kinds, expected);
    let the = |kind: &str| signals.iter().find(|signal| signal.kind == kind).unwrap();
    for signal in &signals {
        assert_eq!(signal.body.channel.as_deref(), channel, "{signal:?}");
    }

    let order = the("order_completed");
    assert_eq!(order.body.amount.unwrap().to_string(), "27.50");
    assert_eq!(order.body.currency.as_deref(), Some("EUR"));
    assert!(order.occurred_at.to_string().starts_with("2026-01-31T08:30"), "{}", order.occurred_at);
    let answer = the("survey_answered");
    assert_eq!((answer.body.scale.as_deref(), answer.body.score), (Some("nps"), Some(9.0)));
    assert_eq!(answer.body.text.as_deref(), Some("Warm and dry. Très bien 👢"));
    assert_eq!(answer.body.touchpoint.as_deref(), Some("delivery"));
    let page: &Signal = the("page_viewed");
    assert_eq!(page.body.touchpoint.as_deref(), Some("shop"));
    assert_eq!(
        (&page.body.properties["path"], &page.body.properties["name"]),
        (&json!("/shop/boots"), &json!("Boots"))
    );
    assert_eq!(the("account_joined").body.properties["group_id"], "acme");

    assert_eq!(installation.value("unique(customer)").await, Some(1.0), "all of it is one customer");
    assert_eq!(installation.value("sum(amount)").await, Some(27.5));
    assert_eq!(installation.count("customer.plan = 'pro'").await, 8, "her traits are known for all she did");
}
