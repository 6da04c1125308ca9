//! The console in a browser: the walks of `e2e/console`.

use std::net::{SocketAddr, TcpListener};
use tokio::process::Command;

use crate::world::{Installation, Server, clients::walk};

/// A server at an address that is known before it starts, as links and sessions need it, over what was prepared.
async fn served(prepare: impl AsyncFnOnce(&Installation)) -> (Installation, Server, String) {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://localhost:{free}");
    let installation = Installation::on_sqlite().await.with("HARKEN__SERVER__PUBLIC_URL", &url);
    prepare(&installation).await;
    let server = Server::start(&installation, Some(SocketAddr::from(([127, 0, 0, 1], free))), "").await;
    (installation, server, url)
}

async fn is_taken(walk: &mut Command) {
    let taken = walk.output().await.unwrap();
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stdout));
}

#[tokio::test(flavor = "multi_thread")]
async fn olga_sets_up_invites_ada_and_looks_after_her_workspace() {
    let Some(mut walk) = walk("walk.test.mjs") else { return };
    let (installation, server, url) = served(async |_| ()).await;
    walk.env("HARKEN_URL", url).env("HARKEN_SETUP_URL", server.setup_link().unwrap());
    is_taken(walk.env("HARKEN_MAIL", installation.data().join("mail"))).await;
    server.stop().await;
    installation.is_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nora_reads_on_home_what_harken_query_says_and_finds_what_happened() {
    let Some(mut walk) = walk("home.test.mjs") else { return };
    let (installation, server, url) = served(async |installation| {
        let year = ["simulate", "--customers", "2000", "--days", "240", "--load"];
        let nora = ["user", "create", "nora@example.com", "--name", "Nora Lindqvist", "--role", "owner"];
        for command in [year.as_slice(), &nora] {
            let said = installation.run(command).await;
            assert!(said.success, "{said:?}");
        }
    })
    .await;
    let link = installation.json(&["user", "login-link", "nora@example.com", "--json"]).await;
    walk.env("HARKEN_URL", url).env("HARKEN_LOGIN", link["link"].as_str().unwrap());
    walk.env("HARKEN_BINARY", Installation::binary()).env("HARKEN_DATA", installation.data());
    is_taken(&mut walk).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nora_imports_a_file_that_another_system_exported() {
    let Some(mut walk) = walk("imports.test.mjs") else { return };
    let (installation, server, url) = served(async |installation| {
        let nora = ["user", "create", "nora@example.com", "--name", "Nora Lindqvist", "--role", "manager"];
        let said = installation.run(&nora).await;
        assert!(said.success, "{said:?}");
    })
    .await;
    let link = installation.json(&["user", "login-link", "nora@example.com", "--json"]).await;
    walk.env("HARKEN_URL", url).env("HARKEN_LOGIN", link["link"].as_str().unwrap());
    is_taken(&mut walk).await;
    assert_eq!(installation.count("kind = 'survey_answered'").await, 3);
    server.stop().await;
    installation.is_sound().await;
}
