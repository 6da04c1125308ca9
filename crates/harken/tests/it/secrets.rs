//! What must never be in a log: secrets, what people type, and what customers say. Each is sent through the doors once, and the
//! log of a talkative server is searched for it.

use base64::{Engine, prelude::BASE64_STANDARD};
use hyper::Method;
use serde_json::json;
use team::Role;

use crate::world::{Browser, Connection, Installation, browser::PASSWORD};

#[tokio::test(flavor = "multi_thread")]
async fn the_log_holds_no_secret_and_nothing_that_people_say() {
    // The column engine says its plans, and so what was asked for, to whoever wants to debug that engine.
    let installation = Installation::on_sqlite().await.public().with("HARKEN_LOG", "debug,datafusion=warn");
    let server = installation.serve().await;
    let mut olga = Browser::of("olga", Role::Owner, &installation, &server).await;
    let cookie = olga.cookie().split_once('=').unwrap().1.to_owned();
    let mut program = Connection::to(server.address());
    let json_body = ("content-type", "application/json");
    let mut canaries = vec![("the password", PASSWORD.to_owned()), ("the cookie", cookie)];
    let mut plants = |what: &'static str, secret: &str| {
        assert!(secret.len() > 8, "{what}: {secret:?} could be there by chance");
        canaries.push((what, secret.to_owned()));
    };

    let wrong = json!({ "email": "olga@example.com", "password": "canary-of-a-wrong-password" });
    assert_eq!(olga.tries("/api/v1/team/sessions", wrong).await.status, 401);
    plants("a wrong password", "canary-of-a-wrong-password");
    let link = installation.json(&["user", "login-link", "olga@example.com", "--json"]).await;
    let token = link["link"].as_str().unwrap().split_once('#').unwrap().1;
    let (accept, typed) = ("/api/v1/team/login-links/acceptance", json!({ "token": token }).to_string());
    let origin = olga.origin().to_owned();
    let from_our_page = [("origin", origin.as_str()), json_body];
    assert_eq!(program.ask(Method::POST, accept, &from_our_page, typed).await.unwrap().status, 201);
    plants("a login link", token);
    let factor = olga.makes("/api/v1/team/second-factor", json!({ "password": PASSWORD })).await;
    plants("the seed of a second factor", factor["secret"].as_str().unwrap());
    let webhook = json!({ "url": "https://crm.shop.example/hooks?token=canary-in-a-webhooks-url" });
    let webhook = olga.makes("/api/v1/actions/webhooks", webhook).await;
    plants("a webhook's secret", webhook["secret"].as_str().unwrap());
    plants("the query of a webhook's URL", "canary-in-a-webhooks-url");
    let key = olga.makes("/api/v1/team/keys", json!({ "name": "reporting", "scopes": ["signals:read"] })).await;
    let secret = key["secret"].as_str().unwrap();
    plants("an API key", secret);
    plants("a write key", installation.key());
    let master = std::fs::read_to_string(installation.data().join("master.key")).unwrap();
    plants("the master key", master.trim());

    let bearer = format!("Bearer {secret}");
    let asked = "/api/v1/signals?where=text%20%3D%20%27canary-of-a-filter%27";
    assert_eq!(program.ask(Method::GET, asked, &[("authorization", &bearer)], "").await.unwrap().status, 200);
    plants("what somebody asked for", "canary-of-a-filter");
    let guessed = [("authorization", "Bearer hk_canaryofaguessedkey")];
    assert_eq!(program.ask(Method::GET, "/api/v1/signals", &guessed, "").await.unwrap().status, 401);
    plants("a guessed key", "hk_canaryofaguessedkey");
    program.ask(Method::GET, "/canary-of-a-path?canary-of-a-query", &[], "").await.unwrap();
    plants("a path", "canary-of-a-path");
    plants("a query", "canary-of-a-query");

    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{}:", installation.key())));
    let said = json!({ "type": "track", "event": "Feedback", "userId": "canary-of-a-customer", "messageId": "m-1",
        "properties": { "text": "canary-of-what-ana-says" } });
    let refused = json!({ "type": "canary-of-an-unknown-type", "messageId": "m-2" });
    let batch = json!({ "batch": [said, refused] }).to_string();
    for body in [batch.as_str(), "{\"batch\": canary-of-no-json"] {
        program.ask(Method::POST, "/v1/batch", &[("authorization", &basic), json_body], body.to_owned()).await.unwrap();
    }
    plants("a write key as it is sent", basic.trim_start_matches("Basic "));
    for canary in ["canary-of-a-customer", "canary-of-what-ana-says", "canary-of-an-unknown-type", "canary-of-no-json"]
    {
        plants("what was collected", canary);
    }

    server.stop().await;
    let log = std::fs::read_to_string(installation.server_log()).unwrap();
    assert!(log.contains("DEBUG") && log.contains("/api/v1/team/sessions"), "the server said little:\n{log}");
    let found: Vec<_> = canaries.iter().filter(|(_, canary)| log.contains(canary.as_str())).collect();
    let lines = || log.lines().filter(|line| found.iter().any(|(_, canary)| line.contains(canary.as_str())));
    assert!(found.is_empty(), "{found:?}:\n{}", lines().collect::<Vec<_>>().join("\n"));
}
