//! A test's world: a room over a fresh store, a write key, and a clock that stands still.

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use base::Clock;
use customers::Customers;
use serde_json::Value as Json;
use signals::{LogSettings, Signal, Signals};
use std::sync::Arc;
use store::Store;
use team::{Scope, Team};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::{FileSettings, Sources, collect};

pub(crate) struct World {
    pub(crate) sources: Sources,
    pub(crate) signals: Signals,
    pub(crate) clock: Clock,
    pub(crate) scope: Scope,
    pub(crate) write_key: String,
    pub(crate) folder: TempDir,
}

/// What the API answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: header::HeaderMap,
    pub(crate) body: Json,
}

impl World {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Box::pin(Store::open(folder.path())).await.unwrap();
        let clock = Clock::fixed("2026-03-01T12:00:00Z".parse().unwrap());
        let team = Team::new(store.clone(), clock.clone());
        let workspace = team.default_workspace().await.unwrap();
        let scope = team.operator(workspace.id);
        let write_key = team.create_key(&scope, team::KeyRequest::write("tests"), None).await.unwrap().secret;
        let customers = Arc::new(Customers::new(store.clone(), clock.clone()));
        let signals = Signals::start(store.clone(), clock.clone(), customers, LogSettings::default());
        let files = FileSettings { folder: folder.path().to_owned(), largest: 1 << 20 };
        let sources = Sources::new(signals.clone(), team, store, clock.clone(), files);
        Self { sources, signals, clock, scope, write_key, folder }
    }

    /// Everything in the log, in order.
    pub(crate) async fn logged(&self) -> Vec<Signal> {
        self.signals.after(&self.scope, 0, 1_000_000).await.unwrap()
    }

    pub(crate) fn api(&self) -> Router {
        collect(self.sources.clone()).into()
    }

    pub(crate) async fn answers(&self, request: Request<Body>) -> Answer {
        let response = self.api().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let body = if bytes.is_empty() { Json::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Posts a body with the write key in the header.
    pub(crate) async fn posts(&self, path: &str, body: impl Into<Body>) -> Answer {
        let key = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, format!("{}:", self.write_key));
        let request = Request::post(path).header(header::AUTHORIZATION, format!("Basic {key}"));
        self.answers(request.body(body.into()).unwrap()).await
    }
}
