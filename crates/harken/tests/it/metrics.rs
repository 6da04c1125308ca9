//! What a server counts, as the published client of Prometheus reads it.

use serde_json::{Value as Json, json};

use crate::world::{Connection, Installation, clients::client};

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_s_own_parser_reads_all_of_it() {
    let Some(mut program) = client("python/metrics.py") else { return };
    let installation = Installation::on_sqlite().await.with("HARKEN__SERVER__METRICS", "127.0.0.1:0");
    let server = installation.serve().await;
    let mut shop = Connection::to(server.address());
    for id in ["one", "one", "two"] {
        let event = json!({ "userId": "ada", "messageId": id, "event": "Order Completed" });
        assert_eq!(shop.post("/v1/track", installation.key(), event.to_string()).await.unwrap().status, 200);
    }
    let read = program.arg(server.metrics()).output().await.unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let families: Json = serde_json::from_slice(&read.stdout).unwrap();
    for (name, family) in families.as_object().unwrap() {
        assert!(name.starts_with("harken_"), "{name}");
        assert_ne!((&family["type"], &family["help"]), (&json!("unknown"), &json!("")), "{name}");
    }
    let value = |family: &str, name: &str, labels: Json| {
        let samples = families[family]["samples"].as_array().unwrap();
        let found = samples.iter().find(|sample| sample[0] == name && sample[1] == labels);
        found.unwrap_or_else(|| panic!("{name} {labels} is not among {samples:?}"))[2].as_f64()
    };
    assert_eq!(families["harken_http_request_seconds"]["type"], "histogram");
    let tracked = json!({ "route": "/v1/track", "method": "POST", "status": "2xx" });
    assert_eq!(value("harken_http_requests", "harken_http_requests_total", tracked), Some(3.0));
    for (outcome, reason, count) in [("logged", "", 2.0), ("duplicate", "same_message", 1.0)] {
        let labels = json!({ "outcome": outcome, "reason": reason });
        assert_eq!(value("harken_signals_received", "harken_signals_received_total", labels), Some(count));
    }
    server.stop().await;
}
