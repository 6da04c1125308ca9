//! The one HTTP client of the product: every request passes the guard, every answer is bounded.

use base::{Error, Result};
use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use parking_lot::Mutex;
use reqwest::{
    dns::{Addrs, Name, Resolving},
    redirect, retry,
};
use std::{collections::HashMap, error::Error as StdError, sync::Arc, time::Duration};
use url::Url;

use crate::{Failure, Refusal, Resolve, Settings, SystemResolver, guard::Guard};

/// How long an answer may take and how much of it is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Resolving, connecting and the TLS handshake.
    pub connect: Duration,
    /// All of it, to the answer's last byte that is read.
    pub total: Duration,
    /// Bytes of an answer's body; it is cut there.
    pub answer: usize,
}

impl Limits {
    /// No request may ask for more of an answer than this.
    const MOST: usize = 1 << 20;
    /// Answers with more header fields than this are not read.
    const HEADERS: usize = 100;
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(15), answer: 64 << 10 }
    }
}

/// Put into the extensions of an answer whose body went on after the place where it was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut;

/// Sends HTTP requests to addresses that the guard allows; cheap to clone.
///
/// It follows no redirect, keeps no cookie, knows no proxy and sends no referrer.
#[derive(Clone)]
pub struct Client {
    guard: Guard,
    limits: Limits,
    /// reqwest tells its resolver the host but not the port, and the guard must know both: there is one client per port.
    by_port: Arc<Mutex<HashMap<u16, reqwest::Client>>>,
}

impl Client {
    /// A client for what the operator's settings allow.
    pub fn new(settings: Settings) -> Self {
        Self::with(settings, Arc::new(SystemResolver), Limits::default())
    }

    /// A client with its own way to look names up, and its own limits.
    pub fn with(settings: Settings, resolver: Arc<dyn Resolve>, limits: Limits) -> Self {
        // Whoever installed one first decides; there is only ring in this program.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { guard: Guard::new(settings, resolver), limits, by_port: Arc::default() }
    }

    /// Whether a URL may be called, as far as that can be said without looking its host up: for forms that take one.
    pub fn check(&self, url: &Url) -> Result<(), Refusal> {
        self.guard.check(url).map(drop)
    }

    /// The addresses that a request to this URL would be sent to, each allowed. Nothing is sent.
    pub async fn addresses(&self, url: &Url) -> Result<Vec<std::net::SocketAddr>, Failure> {
        let port = self.guard.check(url).map_err(Failure::Refused)?;
        match url.host() {
            Some(url::Host::Domain(name)) => self.guard.addresses(name, port).await,
            Some(url::Host::Ipv4(address)) => Ok(vec![(address, port).into()]),
            Some(url::Host::Ipv6(address)) => Ok(vec![(address, port).into()]),
            None => Err(Failure::Refused(Refusal::NotAUrl)),
        }
    }

    /// Sends a request. Of an answer longer than 64 KiB the rest is not read, see [`Cut`].
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Failure> {
        self.send_for(request, self.limits.answer).await
    }

    /// Sends a request whose answer may have up to `most` bytes, 1 MiB at the very most.
    pub async fn send_for(&self, request: Request<Bytes>, most: usize) -> Result<Response<Bytes>, Failure> {
        let (head, body) = request.into_parts();
        let url = Url::parse(&head.uri.to_string()).map_err(|_| Failure::Refused(Refusal::NotAUrl))?;
        let port = self.guard.check(&url).map_err(Failure::Refused)?;
        let mut outgoing = reqwest::Request::new(head.method, url.clone());
        *outgoing.headers_mut() = head.headers;
        *outgoing.body_mut() = Some(body.into());
        let exchange = async {
            let client = self.for_port(port).map_err(|_| Failure::Broken)?;
            let answer = client.execute(outgoing).await.map_err(|error| failure(&error))?;
            // Nothing but the checked addresses was there to connect to; whoever changes that is found out here.
            let peer = answer.remote_addr().ok_or(Failure::Broken)?;
            self.guard.permit(url.domain(), peer.ip(), peer.port()).map_err(Failure::Refused)?;
            read(answer, most.min(Limits::MOST)).await
        };
        tokio::time::timeout(self.limits.total, exchange).await.unwrap_or(Err(Failure::TimedOut))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that makes HTTP clients")]
    fn for_port(&self, port: u16) -> Result<reqwest::Client> {
        let mut by_port = self.by_port.lock();
        if let Some(client) = by_port.get(&port) {
            return Ok(client.clone());
        }
        let client = reqwest::Client::builder()
            .user_agent(concat!("Harken/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Guarded { guard: self.guard.clone(), port })
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .connect_timeout(self.limits.connect)
            .http1_max_headers(Limits::HEADERS)
            .pool_max_idle_per_host(8)
            .pool_idle_timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| Error::internal(format!("no HTTP client: {error}")))?;
        by_port.insert(port, client.clone());
        Ok(client)
    }
}

/// The resolver that reqwest gets: it knows only addresses that the guard allows at this port.
struct Guarded {
    guard: Guard,
    port: u16,
}

impl reqwest::dns::Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, port) = (self.guard.clone(), self.port);
        Box::pin(async move {
            let addresses = guard.addresses(name.as_str(), port).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

async fn read(mut answer: reqwest::Response, most: usize) -> Result<Response<Bytes>, Failure> {
    let mut body = BytesMut::new();
    let mut cut = false;
    while let Some(chunk) = answer.chunk().await.map_err(|error| failure(&error))? {
        let room = most - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            cut = true;
            break;
        }
    }
    let mut response = Response::new(body.freeze());
    *response.status_mut() = answer.status();
    *response.version_mut() = answer.version();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    if cut {
        response.extensions_mut().insert(Cut);
    }
    Ok(response)
}

/// The guard's own words where it refused; otherwise what kind of failure it was. The details go to the log.
fn failure(error: &reqwest::Error) -> Failure {
    let mut causes = std::iter::successors(error.source(), |cause| (*cause).source());
    if let Some(known) = causes.find_map(|cause| cause.downcast_ref::<Failure>()) {
        return *known;
    }
    tracing::debug!(?error, "a request failed");
    if error.is_timeout() {
        Failure::TimedOut
    } else if error.is_connect() {
        Failure::Unreachable
    } else {
        Failure::Broken
    }
}
