//! F24, F27, F35: what is done to connections that are up to no good, and to all of them at the end.

use server::{Limits, Pace};
use std::{net::SocketAddr, time::Duration};
use testkit::{Database, World};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use crate::world::{House, Serving};

const SHORT: Duration = Duration::from_millis(300);
/// Longer than any of these takes; what is still there then has hung.
const LONG: Duration = Duration::from_secs(30);

fn patient() -> Limits {
    Limits {
        header: LONG,
        keep_alive: LONG,
        body: Pace { grace: LONG, rate: 4_000, idle: LONG },
        stalled: LONG,
        notice: SHORT,
        ..Limits::default()
    }
}

async fn serving(limits: Limits) -> (Serving, Database) {
    let database = Database::sqlite().await;
    let world = World::over(&database).await;
    (House::over(&world).serves(limits).await, database)
}

#[expect(clippy::disallowed_methods, reason = "the stranger who calls is no part of the product")]
async fn dial(address: SocketAddr) -> std::io::Result<TcpStream> {
    TcpStream::connect(address).await
}

async fn connect(address: SocketAddr, sends: &str) -> TcpStream {
    let mut stream = dial(address).await.unwrap();
    stream.write_all(sends.as_bytes()).await.unwrap();
    stream
}

/// Everything that comes until the server hangs up.
async fn rest(mut stream: impl AsyncRead + Unpin) -> String {
    let mut text = Vec::new();
    let read = tokio::time::timeout(LONG, stream.read_to_end(&mut text)).await;
    // Reset is an end as well.
    let _ = read.expect("the server did not hang up");
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_do_not_come_to_an_end_are_cut() {
    let (serving, _database) = serving(Limits { header: SHORT, ..patient() }).await;
    let silent = connect(serving.address, "").await;
    let half = connect(serving.address, "GET /healthz HTTP/1.1\r\nhost: h").await;
    let mut second = connect(serving.address, "GET /healthz HTTP/1.1\r\nhost: harken\r\n\r\n").await;
    let mut head = [0; 12];
    second.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 204");
    second.write_all(b"GET /healthz HTTP/1.1\r\nx: ").await.unwrap();
    let (silent, half, second) = tokio::join!(rest(silent), rest(half), rest(second));
    assert_eq!((silent.as_str(), half.as_str()), ("", ""));
    assert_eq!(second.matches("HTTP/1.1").count(), 0, "{second}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_closed_and_a_busy_one_is_kept() {
    let (serving, _database) = serving(Limits { keep_alive: SHORT, ..patient() }).await;
    let request = "GET /healthz HTTP/1.1\r\nhost: harken\r\n\r\n";
    let mut busy = connect(serving.address, "").await;
    for _ in 0..3 {
        sleep(SHORT / 4).await;
        busy.write_all(request.as_bytes()).await.unwrap();
        let mut head = [0; 12];
        busy.read_exact(&mut head).await.unwrap();
        let mut rest = Vec::new();
        while !rest.ends_with(b"\r\n\r\n") {
            rest.push(busy.read_u8().await.unwrap());
        }
    }
    assert_eq!(rest(busy).await, "");
}

/// What somebody hears who sends a batch's body of 1,000 bytes in pieces of this size, with this long between them.
async fn hears(pace: Pace, piece: usize, pause: Duration) -> String {
    let (serving, _database) = serving(Limits { body: pace, ..patient() }).await;
    let header = "POST /v1/batch HTTP/1.1\r\nhost: harken\r\nconnection: close\r\ncontent-length: 1000\r\n\r\n";
    let (reader, mut writer) = connect(serving.address, header).await.into_split();
    let sends = tokio::spawn(async move {
        for _ in 0..1000 / piece {
            if writer.write_all(&vec![b' '; piece]).await.is_err() {
                break;
            }
            sleep(pause).await;
        }
        writer
    });
    let answer = rest(reader).await;
    sends.abort();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_comes_too_slowly_is_answered_with_408() {
    let pace = Pace { grace: SHORT, rate: 1_000_000, idle: LONG };
    for (story, pace, piece, pause) in [
        ("it stops", pace, 500, LONG),
        ("it drips", pace, 1, SHORT / 10),
        ("it came quickly, and stops", Pace { rate: 1, idle: SHORT, ..pace }, 500, LONG),
    ] {
        let late = hears(pace, piece, pause).await;
        assert!(late.starts_with("HTTP/1.1 408"), "{story}: {late}");
        assert!(late.contains("application/problem+json"), "{story}: {late}");
    }
    // Twice the time that even an empty body has, and every piece earned the next.
    let honest = hears(Pace { rate: 100, ..pace }, 100, SHORT / 5).await;
    assert!(honest.starts_with("HTTP/1.1 400"), "{honest}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_is_too_long_is_refused() {
    let (serving, _database) = serving(patient()).await;
    let long = format!("GET /healthz HTTP/1.1\r\nhost: harken\r\nx: {}\r\n\r\n", "x".repeat(64 << 10));
    let mut stream = dial(serving.address).await.unwrap();
    let _ = stream.write_all(long.as_bytes()).await;
    let answer = rest(stream).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_says_so_first_and_answers_what_is_in_flight() {
    let (mut serving, _database) = serving(patient()).await;
    let address = serving.address;
    // One request whose body is still coming, one connection that lies idle.
    let mut in_flight = connect(address, "POST /v1/batch HTTP/1.1\r\nhost: harken\r\ncontent-length: 2\r\n\r\n").await;
    let mut idle = connect(address, "GET /readyz HTTP/1.1\r\nhost: harken\r\n\r\n").await;
    let mut head = [0; 12];
    idle.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");

    serving.stop();
    let notice = rest(connect(address, "GET /readyz HTTP/1.1\r\nhost: harken\r\n\r\n").await).await;
    assert!(notice.starts_with("HTTP/1.1 503"), "{notice}");
    assert!(notice.contains("connection: close"), "{notice}");
    sleep(2 * SHORT).await;
    in_flight.write_all(b"{}").await.unwrap();
    let answer = rest(in_flight).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    assert!(!rest(idle).await.contains("HTTP/1.1"), "it is closed");
    serving.ends().await;
    assert!(dial(address).await.is_err(), "nobody listens any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_never_ends_does_not_keep_the_server() {
    let (mut serving, _database) = serving(Limits { drain: SHORT, ..patient() }).await;
    let forever =
        connect(serving.address, "POST /v1/batch HTTP/1.1\r\nhost: harken\r\ncontent-length: 2\r\n\r\n").await;
    serving.stop();
    serving.ends().await;
    drop(forever);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_slow_clients_does_not_keep_others_out() {
    let (serving, _database) = serving(Limits { header: SHORT, ..patient() }).await;
    let mut crowd = Vec::new();
    for _ in 0..200 {
        crowd.push(connect(serving.address, "GET / HTTP/1.1\r\nx-a: ").await);
    }
    let probe = connect(serving.address, "GET /healthz HTTP/1.1\r\nhost: harken\r\nconnection: close\r\n\r\n").await;
    assert!(rest(probe).await.starts_with("HTTP/1.1 204"));
    for stream in crowd {
        assert_eq!(rest(stream).await, "");
    }
}
