//! The operator and the team's people: the first link, and what `harken user` does.

use serde_json::json;

use crate::world::{Installation, Server};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_prints_a_link_and_nobody_can_guess_it() {
    let installation = Installation::on_sqlite().await;
    let said = installation.run(&["user", "list"]).await;
    assert!(said.success && said.out.contains("Nobody is there yet"), "{said:?}");
    let ada = ["user", "create", "ada@example.com", "--name", "Ada", "--role", "owner"];
    let said = installation.run(&ada).await;
    assert!(said.success && said.out.trim().starts_with("http://127.0.0.1:8788/password#"), "{said:?}");
    let again = installation.run(&ada).await;
    assert!(!again.success && again.err.contains("is there already"), "{again:?}");
    let server = Server::start(&installation, None, "").await;
    assert!(!server.log().contains("password#"), "the log holds no link");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_looks_after_people() {
    let installation = Installation::on_sqlite().await;
    for (email, role) in [("olga@example.com", "owner"), ("ada@example.com", "agent")] {
        let made = installation.run(&["user", "create", email, "--name", "Somebody", "--role", role]).await;
        assert!(made.success, "{made:?}");
    }
    assert!(installation.run(&["user", "role", "ada@example.com", "manager"]).await.success);
    assert!(installation.run(&["user", "disable", "ADA@example.com"]).await.success);
    let listed = installation.json(&["user", "list", "--json"]).await;
    let ada = &listed["items"][0];
    assert_eq!((&ada["person"]["email"], &ada["role"]), (&json!("ada@example.com"), &json!("manager")));
    assert!(ada["person"]["disabled_at"].is_string());
    assert!(!listed.to_string().contains("argon2"));
    assert!(installation.run(&["user", "enable", "ada@example.com"]).await.success);
    let link = installation.json(&["user", "password-link", "ada@example.com", "--json"]).await;
    assert!(link["link"].as_str().unwrap().contains("/password#"));
    let link = installation.json(&["user", "login-link", "ada@example.com", "--json"]).await;
    assert!(link["link"].as_str().unwrap().contains("/login#"));
    for (command, why) in [
        (["user", "disable", "olga@example.com"].as_slice(), "needs an owner"),
        (&["user", "role", "olga@example.com", "viewer"], "needs an owner"),
        (&["user", "disable", "nobody@example.com"], "no such person"),
        (&["user", "role", "ada@example.com", "king"], "not a role"),
        (&["user", "disable", "ada"], "not an e-mail address"),
    ] {
        let refused = installation.run(command).await;
        assert!(!refused.success && refused.err.contains(why), "{refused:?}");
    }
}
