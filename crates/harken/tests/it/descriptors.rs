//! F37: a server that has no descriptors left goes on, says so, and says it once.

use serde_json::json;
use std::time::Duration;
use tokio::{net::TcpStream, process::Command, time::sleep};

use crate::world::{Connection, Installation, say, server::PATIENCE};

const COMPLAINT: &str = "connections cannot be accepted";

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_descriptors_goes_on_and_says_so_once() {
    let installation = Installation::on_sqlite().await;
    let server = installation.serve().await;
    let Ok(open) = std::fs::read_dir(format!("/proc/{}/fd", server.pid())).map(Iterator::count) else {
        return say("there is no /proc: descriptors cannot be counted, F37 is left out");
    };
    let few = format!("--nofile={0}:{0}", open + 16);
    let limited = Command::new("prlimit").args(["--pid", &server.pid().to_string(), &few]).status().await;
    if !limited.is_ok_and(|status| status.success()) {
        return say("prlimit is missing: F37 is left out");
    }
    let mut crowd = Vec::new();
    for _ in 0..64 {
        crowd.push(TcpStream::connect(server.address()).await.unwrap());
    }
    let complains = async {
        while !server.log().contains(COMPLAINT) {
            sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, complains).await.expect("it noticed nothing");
    sleep(Duration::from_secs(2)).await;
    assert_eq!(server.log().matches(COMPLAINT).count(), 1, "{}", server.log());

    drop(crowd);
    let event = json!({ "type": "page", "userId": "ada", "name": "Home" }).to_string();
    let answer = Connection::to(server.address()).post("/v1/track", installation.key(), event).await.unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    server.stop().await;
    installation.is_sound().await;
}
