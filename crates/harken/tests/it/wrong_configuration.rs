//! F39, F42: what cannot be meant or would not be safe is refused at the start, with one clear line.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;
use std::{fs, os::unix::fs::PermissionsExt, process::Stdio};
use team::Role;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::world::{Browser, Installation, browser::PASSWORD};

/// What `harken serve` says when it refuses: one line.
async fn refuses(installation: &Installation) -> String {
    let said = tokio::time::timeout(crate::world::server::PATIENCE, installation.run(&["serve"])).await.unwrap();
    assert!(!said.success && said.out.is_empty(), "{said:?}");
    let lines: Vec<&str> = said.err.lines().filter(|line| !line.trim().is_empty()).collect();
    assert!(lines.len() == 1 && lines[0].starts_with("error: "), "{said:?}");
    lines[0].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_over_the_same_sqlite_is_refused_and_commands_are_not() {
    let installation = Installation::on_sqlite().await.with("HARKEN_LISTEN", "127.0.0.1:0");
    let server = installation.serve().await;
    let said = refuses(&installation).await;
    assert!(said.contains("another server already runs over"), "{said}");
    installation.is_sound().await;
    installation.json(&["archive", "--json"]).await;
    // A server that was killed holds nothing.
    server.kill().await;
    installation.serve().await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_servers_may_stand_on_one_postgres() {
    let Some(installation) = Installation::on_postgres().await else { return };
    let (one, other) = (installation.serve().await, installation.serve().await);
    one.stop().await;
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_everybody_may_write_to_is_refused() {
    let installation = Installation::on_sqlite().await;
    fs::set_permissions(installation.data(), fs::Permissions::from_mode(0o777)).unwrap();
    let said = refuses(&installation).await;
    assert!(said.contains("everybody on this machine may write") && said.contains("chmod 700"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_master_key_is_refused_until_the_operator_says_that_the_old_one_is_lost() {
    let installation = Installation::on_sqlite().await.public().with("HARKEN_LISTEN", "127.0.0.1:0");
    let key = installation.data().join("master.key");
    let server = installation.serve().await;
    let mut olga = Browser::of("olga", Role::Owner, &installation, &server).await;
    olga.makes("/api/v1/actions/webhooks", json!({ "url": "https://crm.shop.example/hooks" })).await;
    olga.makes("/api/v1/team/second-factor", json!({ "password": PASSWORD })).await;
    server.stop().await;
    let old = fs::read_to_string(&key).unwrap();
    let new = BASE64_STANDARD.encode(rand::random::<[u8; 32]>());
    for text in [new.clone(), String::new()] {
        if text.is_empty() {
            fs::remove_file(&key).unwrap()
        } else {
            fs::write(&key, text).unwrap()
        }
        let said = refuses(&installation).await;
        assert!(
            said.contains("1 second factors and 1 webhooks' secrets") && said.contains("--master-key-lost"),
            "{said}"
        );
    }
    // A key that was added after the old one is how keys are changed.
    fs::write(&key, format!("{}\n{new}\n", old.trim())).unwrap();
    installation.serve().await.stop().await;
    fs::write(&key, new).unwrap();
    let mut lost = installation.command(&["serve", "--json", "--master-key-lost"]);
    let mut lost = lost.stdout(Stdio::piped()).spawn().unwrap();
    let said = BufReader::new(lost.stdout.take().unwrap()).lines().next_line().await.unwrap();
    assert!(said.is_some_and(|line| line.contains("listening")));
    lost.kill().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_be_meant_are_refused() {
    for (text, named) in [
        ("[server]\nlistne = \"127.0.0.1:1\"", "listne"),
        ("[sever]\nlisten = \"127.0.0.1:1\"", "sever"),
        ("[server]\npublic_url = \"http://harken.example.com\"", "server.public_url"),
        ("[server]\nconnections = 0", "server.connections"),
        ("database = \"mysql://localhost/harken\"", "postgres://"),
    ] {
        let installation = Installation::on_sqlite().await;
        fs::write(installation.data().join("harken.toml"), text).unwrap();
        let said = refuses(&installation).await;
        assert!(said.contains(named), "{text}: {said}");
    }
}
