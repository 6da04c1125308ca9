//! A client of the server: one connection that is kept, and made anew when it was lost.

use base64::{Engine, prelude::BASE64_STANDARD};
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request,
    body::Bytes,
    client::conn::http1::{self, SendRequest},
    header::{AUTHORIZATION, HOST, HeaderMap},
};
use hyper_util::rt::TokioIo;
use serde_json::Value as Json;
use std::{net::SocketAddr, time::Duration};
use tokio::net::TcpStream;

/// After this long an answer counts as lost.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Connection {
    address: SocketAddr,
    sender: Option<SendRequest<Full<Bytes>>>,
}

/// A complete answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Null where it is not JSON.
    pub body: Json,
}

/// No complete answer came: whether the server did what it was asked is unknown.
#[derive(Debug)]
pub struct Lost;

impl Connection {
    pub fn to(address: SocketAddr) -> Self {
        Self { address, sender: None }
    }

    /// Sends a body with a write key.
    pub async fn post(&mut self, path: &str, key: &str, body: impl Into<Bytes>) -> Result<Answer, Lost> {
        self.post_with(path, key, &[], body).await
    }

    /// The same with more headers.
    pub async fn post_with(
        &mut self,
        path: &str,
        key: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Answer, Lost> {
        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{key}:")));
        let headers = [&[(AUTHORIZATION.as_str(), &*basic)], headers].concat();
        self.ask(Method::POST, path, &headers, body).await
    }

    /// Sends any request.
    pub async fn ask(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Answer, Lost> {
        let mut request = Request::builder().method(method).uri(path).header(HOST, self.address.to_string());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into())).unwrap();
        let answered = tokio::time::timeout(PATIENCE, self.send(request)).await.unwrap_or(Err(Lost));
        if answered.is_err() {
            self.sender = None;
        }
        answered
    }

    async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, Lost> {
        let kept = self.sender.take().filter(|sender| !sender.is_closed());
        let mut sender = match kept {
            Some(sender) => sender,
            None => self.connect().await?,
        };
        sender.ready().await.map_err(|_| Lost)?;
        let response = sender.send_request(request).await.map_err(|_| Lost)?;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map_err(|_| Lost)?.to_bytes();
        self.sender = Some(sender);
        let body = serde_json::from_slice(&bytes).unwrap_or(Json::Null);
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Lost> {
        let stream = TcpStream::connect(self.address).await.map_err(|_| Lost)?;
        stream.set_nodelay(true).map_err(|_| Lost)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|_| Lost)?;
        tokio::spawn(connection);
        Ok(sender)
    }
}
