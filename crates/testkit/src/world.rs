//! The rooms over one database, with a clock that stands still, and the way a story is told to both engines.

use base::{Clock, CustomerId, Timestamp};
use customers::Customers;
use signals::{Draft, LogSettings, Receipt, Signal, Signals};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use store::Store;
use team::{Scope, Team};

use crate::{Database, databases};

/// An empty house: one workspace, nobody in it.
#[derive(Clone)]
pub struct World {
    /// The store.
    pub store: Store,
    /// The workspaces.
    pub team: Team,
    /// The customers.
    pub customers: Customers,
    /// The log, which recognises those customers.
    pub signals: Signals,
    /// Stands still until a test moves it.
    pub clock: Clock,
    /// The one workspace.
    pub scope: Scope,
    folder: PathBuf,
}

/// When the tests' clock starts.
pub(crate) fn start() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap_or(Timestamp::MIN)
}

/// Tells a story to a fresh world on SQLite, and to another on PostgreSQL where its server is installed.
pub async fn on_both(story: impl AsyncFn(&World)) {
    for database in databases().await {
        eprintln!("on {}", database.name);
        let world = World::over(&database).await;
        story(&world).await;
        drop(world);
        database.dispose().await;
    }
}

impl World {
    /// The rooms over an empty database.
    pub async fn over(database: &Database) -> Self {
        let (store, clock) = (database.store.clone(), Clock::fixed(start()));
        let team = Team::new(store.clone(), clock.clone());
        let workspace = team.default_workspace().await.unwrap_or_else(|error| panic!("the workspace: {error}"));
        let scope = team.operator(workspace.id);
        let customers = Customers::new(store.clone(), clock.clone());
        let recognise = Arc::new(customers.clone());
        let signals = Signals::start(store.clone(), clock.clone(), recognise, LogSettings::default());
        Self { store, team, customers, signals, clock, scope, folder: database.folder.path().to_owned() }
    }

    /// The same house seen from another, empty workspace.
    pub async fn elsewhere(&self) -> Self {
        let workspace = self.team.create_workspace("Elsewhere", self.clock.now()).await;
        let scope = self.team.operator(workspace.unwrap_or_else(|error| panic!("the workspace: {error}")).id);
        Self { scope, ..self.clone() }
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Logs what was said, in one call.
    pub async fn hears<S: Into<Draft>>(&self, said: impl IntoIterator<Item = S>) -> Vec<Receipt> {
        let drafts = said.into_iter().map(Into::into).collect();
        self.signals.log(&self.scope, drafts).await.unwrap_or_else(|error| panic!("logging: {error}"))
    }

    /// The signals in the log, in order.
    pub async fn logged(&self) -> Vec<Signal> {
        let all = self.signals.after(&self.scope, 0, 1_000_000).await;
        all.unwrap_or_else(|error| panic!("reading the log: {error}"))
    }

    /// The customer that an identity points to.
    pub async fn knows(&self, kind: &str, value: &str) -> Option<CustomerId> {
        self.customers.find(&self.scope, kind, value).await.unwrap_or_else(|error| panic!("finding: {error}"))
    }

    /// Moves the clock.
    pub fn waits(&self, seconds: i64) {
        self.clock.set(self.clock.now().plus(seconds * Timestamp::SECOND));
    }
}
