//! What the client bears: servers that are slow, endless, broken or mute.

use bytes::Bytes;
use http::Request;
use outbound::{Client, Cut, Failure, Limits, Settings, SystemResolver};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A server on loopback that does the same with every connection.
async fn server<F>(behave: impl Fn(TcpStream) -> F + Copy + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                behave(stream).await;
            });
        }
    });
    address
}

fn client(address: SocketAddr, limits: Limits) -> Client {
    let settings = Settings { ports: Vec::new(), allow: vec![address.to_string().parse().unwrap()] };
    Client::with(settings, Arc::new(SystemResolver), limits)
}

fn hasty() -> Limits {
    Limits { connect: Duration::from_millis(300), total: Duration::from_millis(600), ..Limits::default() }
}

fn get(address: SocketAddr) -> Request<Bytes> {
    Request::get(format!("http://{address}/")).body(Bytes::new()).unwrap()
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let address = server(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(&[b'x'; 65_536]).await.is_ok() {}
    })
    .await;
    let client = client(address, Limits::default());
    let answer = client.send(get(address)).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.body().len()), (200, 64 << 10));
    assert_eq!(answer.extensions().get(), Some(&Cut));
    // Whoever needs more says so, and gets a mebibyte at most.
    assert_eq!(client.send_for(get(address), 100_000).await.unwrap().body().len(), 100_000);
    assert_eq!(client.send_for(get(address), usize::MAX).await.unwrap().body().len(), 1 << 20);
}

#[tokio::test]
async fn a_body_of_just_the_limit_is_whole() {
    let address = server(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 65536\r\n\r\n").await;
        let _ = stream.write_all(&[b'x'; 65_536]).await;
    })
    .await;
    let answer = client(address, Limits::default()).send(get(address)).await.unwrap();
    assert_eq!((answer.body().len(), answer.extensions().get::<Cut>()), (64 << 10, None));
}

#[tokio::test]
async fn slow_and_mute_servers_are_left_in_time() {
    let drip = server(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mute = server(|stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
    });
    for address in [drip.await, mute.await] {
        assert_eq!(client(address, hasty()).send(get(address)).await.unwrap_err(), Failure::TimedOut);
    }
}

#[tokio::test]
async fn what_breaks_or_is_no_http_is_said_to_be_broken() {
    let halfway = server(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf").await;
    });
    let nonsense = server(|mut stream| async move {
        let _ = stream.write_all(b"220 mail.example ESMTP\r\n").await;
    });
    let headers = server(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        for number in 0..100_000 {
            if stream.write_all(format!("x-{number}: {}\r\n", "y".repeat(100)).as_bytes()).await.is_err() {
                return;
            }
        }
    });
    for address in [halfway.await, nonsense.await, headers.await] {
        assert_eq!(client(address, Limits::default()).send(get(address)).await.unwrap_err(), Failure::Broken);
    }
}

#[tokio::test]
async fn nobody_there_and_a_bad_certificate_are_no_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(client(closed, Limits::default()).send(get(closed)).await.unwrap_err(), Failure::Unreachable);
    let plain = server(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
    })
    .await;
    let tls = Request::get(format!("https://{plain}/")).body(Bytes::new()).unwrap();
    assert_eq!(client(plain, Limits::default()).send(tls).await.unwrap_err(), Failure::Unreachable);
}

#[tokio::test]
async fn the_request_arrives_as_it_was_made_and_nothing_is_added_to_it() {
    let address = server_that_echoes().await;
    let request = Request::post(format!("http://{address}/hooks?id=7"))
        .header("webhook-id", "msg_1")
        .header("content-type", "application/json")
        .body(Bytes::from_static(b"{\"type\":\"x\"}"))
        .unwrap();
    let answer = client(address, Limits::default()).send(request).await.unwrap();
    let seen = String::from_utf8(answer.body().to_vec()).unwrap().to_lowercase();
    assert!(seen.starts_with("post /hooks?id=7 http/1.1\r\n"), "{seen}");
    assert!(seen.contains("\r\nwebhook-id: msg_1\r\n") && seen.ends_with("\r\n\r\n{\"type\":\"x\"}"), "{seen}");
    assert!(seen.contains("\r\nuser-agent: harken/"), "{seen}");
    for header in ["cookie", "referer", "authorization", "accept-encoding"] {
        assert!(!seen.contains(&format!("\r\n{header}:")), "{seen}");
    }
}

async fn server_that_echoes() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut heard = vec![0; 8_192];
            let mut length = 0;
            while !heard[..length].ends_with(b"}") {
                match stream.read(&mut heard[length..]).await {
                    Ok(read) if read > 0 => length += read,
                    _ => break,
                }
            }
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.write_all(&heard[..length]).await;
        }
    });
    address
}
