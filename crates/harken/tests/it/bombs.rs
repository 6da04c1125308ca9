//! F25: small bodies that unfold to huge ones stop at the cap.

use flate2::{Compression, write::GzEncoder, write::ZlibEncoder};
use serde_json::json;
use std::io::Write;

use crate::world::{Connection, Installation, memory};

/// What a crowd of bombs may cost, in megabytes.
const MORE: u64 = 128;
/// How many go off at the same time.
const CROWD: usize = 16;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn bombs_stop_at_the_cap() {
    let installation = Installation::on_sqlite().await;
    let server = installation.serve().await;
    let (mut client, key) = (Connection::to(server.address()), installation.key());
    let honest = json!({ "batch": [{ "type": "page", "userId": "ada", "name": "Home" }] }).to_string();
    assert_eq!(client.post("/v1/batch", key, honest.clone()).await.unwrap().status, 200);
    let before = memory::peak(server.pid());

    let zeros = vec![b' '; 100 << 20];
    let (gzipped, deflated) = (gzip(&zeros), deflate(&zeros));
    assert!(gzipped.len() < 200_000, "a hundred megabytes in {} bytes", gzipped.len());
    drop(zeros);
    let nested = gzip(&gzipped);
    let deep = format!(r#"{{"batch":[{}1{}]}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let wide = format!(
        r#"{{"batch":[{{"type":"track","userId":"a","event":"e","properties":{}1{}}}]}}"#,
        r#"{"a":"#.repeat(5_000),
        "}".repeat(5_000)
    );
    let cut = &gzip(honest.as_bytes())[..20];
    type Headers = &'static [(&'static str, &'static str)];
    let bodies: [(&str, Headers, &[u8], u16); 7] = [
        ("gzip", &[("content-encoding", "gzip")], &gzipped, 413),
        ("deflate", &[("content-encoding", "deflate")], &deflated, 413),
        ("gzip in gzip", &[("content-encoding", "gzip")], &nested, 400),
        ("gzip declared twice", &[("content-encoding", "gzip, gzip")], &nested, 400),
        ("gzip that ends early", &[("content-encoding", "gzip")], cut, 400),
        ("lists in lists", &[], deep.as_bytes(), 200),
        ("objects in objects", &[], wide.as_bytes(), 200),
    ];
    for (what, headers, body, status) in bodies {
        let answer = client.post_with("/v1/batch", key, headers, body.to_vec()).await.unwrap();
        assert_eq!(answer.status, status, "{what}: {answer:?}");
        if status == 200 {
            assert_eq!(answer.body["accepted"], 0, "{what}");
        }
    }
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..CROWD {
        let (address, key, body) = (server.address(), key.to_owned(), gzipped.clone());
        crowd.spawn(async move {
            let mut client = Connection::to(address);
            client.post_with("/v1/batch", &key, &[("content-encoding", "gzip")], body).await.unwrap().status
        });
    }
    assert_eq!(crowd.join_all().await, [413; CROWD]);
    if let (Some(before), Some(after)) = (before, memory::peak(server.pid())) {
        assert!(after <= before + MORE, "{before} MB became {after} MB");
    }
    assert_eq!(installation.count("").await, 1, "what was good is there and nothing else");
    assert!(!server.log().contains("panicked"), "{}", server.log());
    server.stop().await;
}
