//! The API is as its description says, whoever asks: schemathesis sends what the description allows and what it does not.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value as Json, json};
use team::{Permission, Role};

use crate::world::{Browser, Installation, Server, clients::client};

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_as_described_whoever_asks() {
    if client("python/api.py").is_none() {
        return;
    }
    let installation = Installation::on_sqlite()
        .await
        .public()
        .with("HARKEN__SERVER__REQUESTS_PER_MINUTE__ADDRESS", 100_000_000)
        .with("HARKEN__SERVER__REQUESTS_PER_MINUTE__CALLER", 100_000_000)
        .with("HARKEN__SERVER__REQUESTS_PER_MINUTE__HEAVY", 100_000_000)
        .with("HARKEN__SERVER__REQUESTS_PER_MINUTE__COLLECT", 100_000_000);
    installation.json(&["simulate", "--customers", "20", "--days", "30", "--load", "--json"]).await;
    let server = installation.serve().await;
    // Makes what the others try their hands on, and is none of them.
    let mut founder = Browser::of("founder", Role::Owner, &installation, &server).await;
    let scopes: Vec<&str> = Permission::ALL.iter().flat_map(|permission| ["--scope", permission.name()]).collect();
    let secret = installation.json(&[&["key", "create", "--json"], &*scopes].concat()).await;
    let secret = secret["key"].as_str().unwrap();
    let write = BASE64_STANDARD.encode(format!("{}:", installation.key()));

    // All of them, and what each tries its hands on, before anything is tried: then guesses at passwords will make this address
    // wait, and the owner will have made as much of everything as a workspace may have.
    let mut callers = Vec::new();
    for role in Role::ALL {
        let mut browser = Browser::of(role.name(), role, &installation, &server).await;
        let before = browser.sees("/api/v1/team/session").await["id"].clone();
        browser.logs_in().await;
        let headers = vec![format!("Cookie: {}", browser.cookie()), format!("Origin: {}", browser.origin())];
        let mut there = seed(&mut founder, role.name(), callers.len() + 1, &installation).await;
        there["session"] = json!([before]);
        callers.push((role.name(), headers, there, Some(browser)));
    }
    for (caller, headers) in [
        ("secret-key", vec![format!("Authorization: Bearer {secret}")]),
        ("write-key", vec![format!("Authorization: Basic {write}")]),
        ("nobody", Vec::new()),
    ] {
        let there = seed(&mut founder, caller, callers.len() + 1, &installation).await;
        callers.push((caller, headers, there, None));
    }

    let mut found = Vec::new();
    for (caller, headers, there, browser) in callers {
        found.extend(tries(&server, caller, &there, &headers).await);
        if let Some(mut browser) = browser {
            // Nothing of all this has logged them out, or the half of it was tried as nobody.
            browser.sees("/api/v1/team/session").await;
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    server.stop().await;
    installation.is_sound().await;
}

/// Makes one of everything that can be named in a path, and answers their ids by the parameters' names. Each caller has a customer of
/// their own, lest one is contacted too often.
async fn seed(founder: &mut Browser, caller: &str, customer: usize, installation: &Installation) -> Json {
    let webhook = json!({ "url": "https://crm.example.com/hooks" });
    let webhook = founder.makes("/api/v1/actions/webhooks", webhook).await["id"].clone();
    let tests = format!("/api/v1/actions/webhooks/{}/tests", webhook.as_str().unwrap());
    let delivery = founder.makes(&tests, Json::Null).await["id"].clone();
    let invitation = json!({ "email": format!("friend-of-{caller}@example.com"), "role": "viewer" });
    let invitation = founder.makes("/api/v1/team/invitations", invitation).await["id"].clone();
    let key = founder.makes("/api/v1/team/keys", json!({ "name": caller })).await["key"]["id"].clone();
    let job = founder.sees("/api/v1/jobs").await["items"][0]["id"].clone();
    let somebody = format!("colleague-of-{caller}@example.com");
    let create = ["user", "create", &somebody, "--name", "Somebody", "--role", "viewer", "--json"];
    let member = installation.json(&create).await["person"].clone();
    let annotation = json!({ "at": "2026-03-01", "kind": "release", "title": caller });
    let annotation = founder.makes("/api/v1/insights/annotations", annotation).await["id"].clone();
    let touchpoint = founder.makes("/api/v1/insights/touchpoints", json!({ "name": caller })).await["id"].clone();
    let topic = json!({ "id": caller, "name": caller, "channels": ["email"], "basis": "opt_out" });
    let topic = founder.makes("/api/v1/customers/topics", topic).await["id"].clone();
    let segment = json!({ "id": caller, "name": caller, "definition": "customer.plan = 'pro'" });
    let segment = founder.makes("/api/v1/customers/segments", segment).await["id"].clone();
    let customer = customer.to_string();
    let yes = json!({ "topic": topic, "act": "granted", "source": "sign-up form" });
    founder.makes(&format!("/api/v1/customers/{customer}/consents"), yes).await;
    let contact = json!({ "topic": topic, "channel": "email" });
    let contact = founder.makes(&format!("/api/v1/customers/{customer}/contacts"), contact).await["contact"].clone();
    assert!(contact.is_string(), "{customer} may not be contacted");
    let question = json!({ "name": caller, "asked": { "metric": "nps" }, "shared": true });
    let question = founder.makes("/api/v1/insights/questions", question).await["id"].clone();
    let file = "email,at\nada@example.org,2026-01-01\n";
    let upload =
        founder.makes("/api/v1/sources/uploads", json!({ "name": "a.csv", "bytes": file.len() })).await["id"].clone();
    founder.sends_bytes(&format!("/api/v1/sources/uploads/{}?at=0", upload.as_str().unwrap()), file).await;
    let signal = json!({ "kind": "seen", "time": "at" });
    let map = json!({ "file": [{ "file": "a.csv", "identities": { "email": "email" }, "signal": [signal] }] });
    let import = json!({ "uploads": [upload], "map": map });
    let import = founder.makes("/api/v1/sources/imports", import).await["id"].clone();
    json!({
        "upload": [upload], "import": [import],
        "annotation": [annotation], "touchpoint": [touchpoint], "question": [question],
        "topic": [topic], "segment": [segment], "other_segment": [segment], "contact": [contact], "customer": [customer, "2"], "metric": ["nps", "csat"],
        "write_key": [installation.key()], "member": [member],
        "webhook": [webhook], "delivery": [delivery], "invitation": [invitation], "key": [key], "job": [job],
    })
}

/// What schemathesis has to say, if anything. The owner, who may most, tries every bound of every field, the others what
/// is drawn. `HARKEN_API_EXAMPLES` is how many requests are drawn for each operation; where it is set, all are thorough.
async fn tries(server: &Server, caller: &str, there: &Json, headers: &[String]) -> Option<String> {
    let examples = std::env::var("HARKEN_API_EXAMPLES").ok();
    let thorough = examples.is_some() || caller == Role::Owner.name();
    let phases = if thorough { "examples,coverage,fuzzing" } else { "fuzzing" };
    let mut program = client("python/api.py")?;
    program.args([&server.url(), phases, examples.as_deref().unwrap_or("3"), &there.to_string()]).args(headers);
    let said = program.output().await.unwrap();
    let text = [said.stdout, said.stderr].concat();
    // A request that is too long to be taken is too long to be read.
    let cut = |line: &str| line.chars().take(500).collect();
    let lines: Vec<String> = String::from_utf8_lossy(&text).lines().map(cut).collect();
    (!said.status.success()).then(|| format!("As {caller}:\n{}", lines.join("\n")))
}
