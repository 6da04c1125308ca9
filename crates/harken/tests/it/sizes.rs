//! F24: bodies, batches, headers and addresses that are too large are refused, and cost no more than honest ones.

use serde_json::{Map, Value as Json, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::world::{Connection, Installation, Server, memory};

/// What the server may hold more than before, in megabytes, after all that follows.
const MORE: u64 = 128;

fn track(properties: &Json) -> Json {
    json!({ "type": "track", "userId": "ada", "event": "Button Clicked", "properties": properties })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_refused_and_costs_little() {
    let installation = Installation::on_sqlite().await;
    let server = installation.serve().await;
    let (mut client, key) = (Connection::to(server.address()), installation.key());
    let small = track(&json!({}));
    client.post("/v1/track", key, small.to_string()).await.unwrap();
    let before = memory::peak(server.pid());

    let large = track(&json!({ "text": "x".repeat(32 * 1024) }));
    let answer = client.post("/v1/batch", key, json!({ "batch": [small, large, small] }).to_string()).await.unwrap();
    assert_eq!((answer.status, &answer.body["accepted"]), (200, &json!(2)));
    assert_eq!(
        (&answer.body["errors"][0]["index"], &answer.body["errors"][0]["reason"]),
        (&json!(1), &json!("too_large"))
    );

    let many: Map<String, Json> = (0..100_000).map(|number| (format!("p{number}"), json!(number))).collect();
    let answer =
        client.post("/v1/batch", key, json!({ "batch": [track(&Json::Object(many))] }).to_string()).await.unwrap();
    assert_eq!((answer.status, &answer.body["errors"][0]["reason"]), (200, &json!("too_large")));

    let crowd = json!({ "batch": vec![&small; 10_001] }).to_string();
    assert_eq!(client.post("/v1/batch", key, crowd).await.unwrap().status, 413, "10,001 events");
    let full = json!({ "batch": vec![&small; 10_000] }).to_string();
    let answer = client.post("/v1/batch", key, full).await.unwrap();
    assert_eq!((answer.status, &answer.body["accepted"]), (200, &json!(10_000)), "10,000 events");

    for (path, most) in [("/v1/batch", 5_000_000), ("/v1/track", 1_000_000)] {
        let answer = client.post(path, key, " ".repeat(most + 1)).await.map(|answer| answer.status);
        assert!(answer.is_err() || answer.is_ok_and(|status| status == 413), "one byte too many for {path}");
    }
    assert!([400, 413, 431].contains(&status_of(&server, &long_header()).await), "a header of 64 KB");
    assert!([400, 413, 414, 431].contains(&status_of(&server, &long_address()).await), "an address of 64 KB");
    let declared = b"POST /v1/batch HTTP/1.1\r\nhost: harken\r\ncontent-length: 2000000000\r\n\r\n{\"batch\":[";
    assert_eq!(status_of(&server, declared).await, 413, "two gigabytes declared");
    assert_eq!(endless(&server).await, 413, "chunks without end");

    assert_eq!(installation.count("").await, 1 + 2 + 10_000);
    if let (Some(before), Some(after)) = (before, memory::peak(server.pid())) {
        assert!(after <= before + MORE, "{before} MB became {after} MB");
    }
    server.stop().await;
}

fn long_header() -> Vec<u8> {
    format!("POST /v1/batch HTTP/1.1\r\nhost: harken\r\nx-long: {}\r\ncontent-length: 0\r\n\r\n", "x".repeat(64 << 10))
        .into()
}

fn long_address() -> Vec<u8> {
    format!("POST /v1/batch?{} HTTP/1.1\r\nhost: harken\r\ncontent-length: 0\r\n\r\n", "x".repeat(64 << 10)).into()
}

/// Sends raw bytes and reads the status of what comes back.
async fn status_of(server: &Server, request: &[u8]) -> u16 {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    // The server may answer and hang up before it has read everything.
    let _ = stream.write_all(request).await;
    read_status(&mut stream).await
}

async fn read_status(stream: &mut TcpStream) -> u16 {
    let mut answer = [0; 64];
    let length = stream.read(&mut answer).await.unwrap_or(0);
    let line = String::from_utf8_lossy(&answer[..length]).into_owned();
    line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no status in '{line}'"))
}

/// Goes on sending chunks until the server answers.
async fn endless(server: &Server) -> u16 {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let head = b"POST /v1/batch HTTP/1.1\r\nhost: harken\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let chunk = format!("{:x}\r\n{}\r\n", 1 << 16, " ".repeat(1 << 16));
    let (mut reader, mut writer) = stream.into_split();
    let sending = tokio::spawn(async move { while writer.write_all(chunk.as_bytes()).await.is_ok() {} });
    let mut answer = [0; 64];
    let length = reader.read(&mut answer).await.unwrap();
    sending.abort();
    let line = String::from_utf8_lossy(&answer[..length]).into_owned();
    line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no status in '{line}'"))
}
