//! The accept loop: hyper with timeouts for headers, idle connections and slow readers, caps on connections, and a
//! graceful end.
//!
//! `axum::serve` installs none of these, so that a client that sends its header one byte at a time, or never reads its
//! answer, would hold a connection for ever.

mod complaint;
mod draining;
mod patient;
mod phase;
mod places;

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, header},
};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use std::{
    convert::Infallible,
    future::Future,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower::ServiceExt;

use crate::{Front, metrics, middleware::Pace};
use complaint::Complaint;
pub use draining::Draining;
use patient::Patient;
use phase::Phase;
use places::{Place, Places};

/// What one server allows.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at the same time; further ones wait in the kernel's queue.
    pub connections: usize,
    /// Connections from one address (of IPv6 from one /64) at the same time; further ones are closed at once. The
    /// machine itself and trusted proxies are not counted.
    pub connections_per_address: usize,
    /// How long a request's header may take from its first byte on; a new connection has as long for its first header.
    pub header: Duration,
    /// How long a connection may lie idle between two requests.
    pub keep_alive: Duration,
    /// Bytes of a request's line and header together.
    pub header_bytes: usize,
    /// What a body may take.
    pub body: Pace,
    /// How long a client may leave an answer unread.
    pub stalled: Duration,
    /// How long a server that is told to stop goes on taking connections, its readiness red, for balancers to notice.
    pub notice: Duration,
    /// How long requests in flight may take to end after that.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            connections: 4_096,
            connections_per_address: 256,
            header: seconds(10),
            keep_alive: seconds(60),
            header_bytes: 32 << 10,
            body: Pace { grace: seconds(10), rate: 4_000, idle: seconds(30) },
            stalled: seconds(30),
            notice: seconds(1),
            drain: seconds(8),
        }
    }
}

/// The other end of a request's connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Serves until `stop` resolves; then readiness goes red, and after a moment's notice requests in flight end.
pub async fn serve(listener: TcpListener, router: Router, front: Front, stop: impl Future<Output = ()>) {
    let limits = front.limits;
    let (room, places) = (Arc::new(Semaphore::new(limits.connections)), Places::default());
    let (graceful, mut complaint) = (GracefulShutdown::new(), Complaint::default());
    let mut end = std::pin::pin!(async {
        stop.await;
        front.draining.begin();
        tokio::time::sleep(limits.notice).await;
    });
    loop {
        let permit = tokio::select! {
            () = &mut end => break,
            // It is never closed.
            permit = room.clone().acquire_owned() => match permit { Ok(permit) => permit, Err(_) => break },
        };
        let (stream, peer) = tokio::select! {
            () = &mut end => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of descriptors, or a connection that was gone before it was taken: others still hold theirs.
                    complaint.about(&error);
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        let address = peer.ip().to_canonical();
        let uncounted = address.is_loopback() || front.proxies.trusts(address);
        let most = if uncounted { usize::MAX } else { limits.connections_per_address };
        let Some(place) = places.take(address, most) else {
            front.metrics.count(metrics::TURNED_AWAY, &[]);
            continue;
        };
        let connection = Connection { stream, peer, router: router.clone(), front: front.clone() };
        tokio::spawn(connection.run(&graceful, (permit, place)));
    }
    drop(listener);
    if tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

/// An accepted connection and what answers its requests.
struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    front: Front,
}

impl Connection {
    /// Serves it to its end; it is watched from now on, so that a graceful end waits for it.
    fn run(self, graceful: &GracefulShutdown, held: (OwnedSemaphorePermit, Place)) -> impl Future<Output = ()> + use<> {
        let Self { stream, peer, router, front } = self;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "setting TCP_NODELAY");
        }
        let limits = front.limits;
        let phase = Phase::default();
        let stream = Patient::new(stream, phase.clone(), limits.header, limits.stalled);
        let (metrics, draining) = (front.metrics, front.draining);
        let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            phase.begin_request();
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer.ip().to_canonical()));
            let (router, phase, draining) = (router.clone(), phase.clone(), draining.clone());
            async move {
                let mut response = router.oneshot(request).await?;
                if draining.has_begun() {
                    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response.map(|body| phase.end_with(body)))
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            // hyper counts from the end of the request before; the header itself is timed by `Patient`.
            .header_read_timeout(limits.keep_alive)
            .max_buf_size(limits.header_bytes)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        async move {
            let _open = metrics.add_while_held(metrics::CONNECTIONS);
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(held);
        }
    }
}
