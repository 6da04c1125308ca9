//! What is generated from the routes and committed: the API's description and the console's types.

use std::path::{Path, PathBuf};
use tokio::process::Command;

use crate::world::{Installation, say};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn docs_openapi_json_is_what_the_routes_say() {
    let installation = Installation::on_sqlite().await;
    let kept = project().join("docs/openapi.json");
    let said = installation.run(&["openapi", "--check", kept.to_str().unwrap()]).await;
    assert!(said.success, "{}", said.err);
    let printed = installation.run(&["openapi"]).await;
    assert_eq!(printed.out, std::fs::read_to_string(&kept).unwrap());

    let older = installation.data().join("older.json");
    std::fs::write(&older, printed.out.replacen("list_signals", "list_events", 1)).unwrap();
    let said = installation.run(&["openapi", "--check", older.to_str().unwrap()]).await;
    assert!(!said.success && said.err.contains("renew it: harken openapi >"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_s_types_are_what_the_description_says() {
    let checked = Command::new(project().join("scripts/console-types")).arg("--check").output().await.unwrap();
    match checked.status.code() {
        Some(0) => {}
        // The script says what is missing.
        Some(77) => say(String::from_utf8_lossy(&checked.stderr).trim()),
        _ => panic!("{}", String::from_utf8_lossy(&checked.stderr)),
    }
}
