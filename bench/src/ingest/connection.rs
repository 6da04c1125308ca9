//! One keep-alive connection to the server, one request at a time.

use base64::Engine;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header::{AUTHORIZATION, CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::net::SocketAddr;
use tokio::net::TcpStream;

use crate::Outcome;

pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    authorization: String,
}

/// What the server says of a request, as far as it is counted here.
#[derive(Deserialize)]
struct Collected {
    accepted: u64,
}

impl Connection {
    #[expect(clippy::disallowed_methods, reason = "calls the server that is measured")]
    pub async fn open(address: SocketAddr, key: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("{key}:"));
        Ok(Self { sender, host: address.to_string(), authorization: format!("Basic {basic}") })
    }

    /// Posts a body and answers how many events the server says it has stored.
    pub async fn post(&mut self, path: &str, body: String) -> Outcome<u64> {
        self.sender.ready().await?;
        let request = Request::post(path)
            .header(HOST, &self.host)
            .header(AUTHORIZATION, &self.authorization)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(body))?;
        let answer = self.sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if status != StatusCode::OK {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
        }
        Ok(serde_json::from_slice::<Collected>(&body)?.accepted)
    }

    /// Whether a page answers with success.
    pub async fn succeeds(&mut self, path: &str) -> Outcome<bool> {
        self.sender.ready().await?;
        let request = Request::get(path).header(HOST, &self.host).body(Full::default())?;
        Ok(self.sender.send_request(request).await?.status().is_success())
    }
}
