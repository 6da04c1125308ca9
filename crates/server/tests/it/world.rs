//! The lamp shop's house with its front door: all rooms behind the router that serves them.

use actions::Actions;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use base::WorkspaceId;
use customers::Segments;
use insights::Insights;
use lake::Lake;
use parking_lot::Mutex;
use serde_json::Value as Json;
use server::{Front, Limits, Rooms};
use sources::{FileSettings, Sources};
use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::Arc,
};
use store::Vault;
use team::{
    KeyRequest, Permission, Scope,
    oidc::{HttpSend, SingleSignOn},
};
use testkit::World;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tower::ServiceExt;

/// The largest file that it takes.
pub const LARGEST_FILE: u64 = 1 << 20;

/// The house over a world.
pub struct House {
    pub rooms: Rooms,
    pub front: Front,
    /// The key that was made for each workspace.
    keys: Mutex<HashMap<WorkspaceId, String>>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl House {
    pub fn over(world: &World) -> Self {
        let lake = Lake::open(&world.folder().join("lake"), world.signals.clone(), world.clock.clone()).unwrap();
        let vault = Vault::open(world.folder()).unwrap();
        let client = outbound::Client::new(outbound::Settings::default());
        let network: Arc<dyn HttpSend> = Arc::new(client.clone());
        let single_sign_on =
            SingleSignOn::new(world.team.clone(), vault.clone(), None, BTreeMap::new(), &network).unwrap();
        let rooms = Rooms {
            actions: Actions::new(world.store.clone(), world.clock.clone(), vault, client, world.team.clone()),
            single_sign_on,
            store: world.store.clone(),
            team: world.team.clone(),
            signals: world.signals.clone(),
            customers: world.customers.clone(),
            segments: Segments::new(world.customers.clone(), lake.clone(), world.team.clone()),
            sources: Sources::new(
                world.signals.clone(),
                world.team.clone(),
                world.store.clone(),
                world.clock.clone(),
                FileSettings { folder: world.folder().to_owned(), largest: LARGEST_FILE },
            ),
            insights: Insights::new(lake, world.customers.clone(), world.store.clone(), world.clock.clone()),
        };
        Self { rooms, front: Front::new(world.clock.clone()), keys: Mutex::default() }
    }

    pub fn router(&self) -> Router {
        server::router(&self.rooms, &self.front)
    }

    /// Asks as nobody.
    pub async fn asks(&self, request: Request<Body>) -> Answer {
        answer(self.router(), request).await
    }

    /// Asks with a key to this scope's workspace that may do everything.
    pub async fn asks_as(&self, scope: &Scope, request: Request<Body>) -> Answer {
        let known = self.keys.lock().get(&scope.workspace()).cloned();
        let secret = match known {
            Some(secret) => secret,
            None => self.key(scope, Permission::ALL).await,
        };
        self.keys.lock().insert(scope.workspace(), secret.clone());
        answer(self.router(), self.with_key(&secret, request)).await
    }

    /// A new key with these permissions.
    pub async fn key(&self, scope: &Scope, permissions: &[Permission]) -> String {
        let asked = KeyRequest::secret("tests", permissions.iter().copied());
        self.rooms.team.create_key(scope, asked, None).await.unwrap().secret
    }

    /// A request that carries a key.
    pub fn with_key(&self, secret: &str, mut request: Request<Body>) -> Request<Body> {
        request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {secret}").parse().unwrap());
        request
    }

    pub async fn gets(&self, scope: &Scope, path: &str) -> Answer {
        self.asks_as(scope, get(path)).await
    }

    pub async fn posts(&self, scope: &Scope, path: &str, body: &Json) -> Answer {
        self.asks_as(scope, post(path, body)).await
    }

    /// Serves on a free port, with these limits.
    pub async fn serves(mut self, limits: Limits) -> Serving {
        self.front.limits = limits;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let end = async { drop(stopped.await) };
        let task = tokio::spawn(server::serve(listener, self.router(), self.front.clone(), end));
        Serving { address, stop: Some(stop), task }
    }
}

/// A server on its port.
pub struct Serving {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Serving {
    /// Tells it to stop.
    pub fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits until it has.
    pub async fn ends(self) {
        self.task.await.unwrap();
    }
}

pub fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

pub fn post(path: &str, body: &Json) -> Request<Body> {
    Request::post(path).header(header::CONTENT_TYPE, "application/json").body(body.to_string().into()).unwrap()
}

/// What somebody is answered; a stream of events, which has no end, counts for its beginning.
pub async fn answer(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (parts, mut body) = response.into_parts();
    if parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream") {
        body = Body::empty();
    }
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}
