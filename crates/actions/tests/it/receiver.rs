//! Other people's servers, on loopback: those that work, and those that do not.

use base::Timestamp;
use outbound::webhook::{Secret, verify};
use parking_lot::Mutex;
use std::{collections::HashMap, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What a server does with a request.
#[derive(Clone, Debug)]
pub enum Manner {
    /// Answers with this status, these header lines and this body.
    Answers(u16, String, String),
    /// Takes the request and never answers.
    Blackhole,
    /// Answers a byte at a time.
    Drips,
    /// Answers without end.
    Endless,
    /// Promises more than it sends.
    ClosesMidBody,
}

impl Manner {
    /// Answers with this status and nothing else.
    pub fn status(status: u16) -> Self {
        Self::Answers(status, String::new(), String::new())
    }
}

/// A server that writes down what it hears.
pub struct Receiver {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<Mutex<(Manner, Vec<Heard>)>>,
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Its headers, their names in small letters.
    pub headers: HashMap<String, String>,
    /// Its body.
    pub body: String,
}

impl Heard {
    /// Whether its signature is by this secret.
    pub fn is_signed_by(&self, secret: &str, now: Timestamp) -> bool {
        let secret: Secret = secret.parse().unwrap();
        let [id, timestamp, signature] =
            ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| self.headers[name].as_str());
        verify(&[secret], id, timestamp, signature, self.body.as_bytes(), now).is_ok()
    }

    /// Its body, read.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Its `webhook-id`.
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }
}

impl Receiver {
    /// Starts one.
    pub async fn that(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new((manner, Vec::new())));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(attend(stream, shared.clone()));
            }
        });
        Self { address, state }
    }

    /// One that is content with everything.
    pub async fn content() -> Self {
        Self::that(Manner::status(204)).await
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    /// Changes its manner.
    pub fn becomes(&self, manner: Manner) {
        self.state.lock().0 = manner;
    }

    /// What it has heard so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.state.lock().1.clone()
    }
}

async fn attend(mut stream: TcpStream, state: Arc<Mutex<(Manner, Vec<Heard>)>>) {
    let mut bytes = Vec::new();
    while let Some(heard) = read(&mut stream, &mut bytes).await {
        let manner = {
            let mut state = state.lock();
            state.1.push(heard);
            state.0.clone()
        };
        let went_on = match manner {
            Manner::Answers(status, headers, body) => {
                let length = body.len();
                let head = format!("HTTP/1.1 {status} Whatever\r\n{headers}content-length: {length}\r\n\r\n{body}");
                stream.write_all(head.as_bytes()).await
            }
            Manner::Blackhole => {
                tokio::time::sleep(Duration::from_secs(3_600)).await;
                return;
            }
            Manner::Drips => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await;
                while stream.write_all(b"x").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                return;
            }
            Manner::Endless => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n").await;
                while stream.write_all(&[b'x'; 65_536]).await.is_ok() {}
                return;
            }
            Manner::ClosesMidBody => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf").await;
                return;
            }
        };
        if went_on.is_err() {
            return;
        }
    }
}

/// The next request of a connection.
async fn read(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<Heard> {
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let headers: HashMap<_, _> = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect();
            let length: usize = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                let body = String::from_utf8(bytes[end + 4..end + 4 + length].to_vec()).ok()?;
                bytes.drain(..end + 4 + length);
                return Some(Heard { headers, body });
            }
        }
        let mut chunk = [0; 8_192];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            // The first byte of a TLS handshake: it is told off in plain text, as by most servers.
            Ok(_) if bytes.is_empty() && chunk[0] == 0x16 => {
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
                return None;
            }
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
        }
    }
}
