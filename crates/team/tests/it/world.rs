//! A team over one database, with a clock that stands still until a story moves it.

use base::{Clock, Timestamp};
use store::Store;
use team::{Scope, Team};
use testkit::databases;

/// An empty house: one workspace, nobody in it.
#[derive(Clone)]
pub struct World {
    pub store: Store,
    pub team: Team,
    pub clock: Clock,
    /// The workspace, as its operator sees it.
    pub scope: Scope,
}

/// Tells a story on SQLite, and on PostgreSQL where its server is installed.
pub async fn on_both(story: impl AsyncFn(&World)) {
    for database in databases().await {
        eprintln!("on {}", database.name);
        let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
        let team = Team::new(database.store.clone(), clock.clone());
        let scope = team.operator(team.default_workspace().await.unwrap().id);
        let world = World { store: database.store.clone(), team, clock, scope };
        story(&world).await;
        drop(world);
        database.dispose().await;
    }
}

impl World {
    /// Lets time go by.
    pub fn wait(&self, seconds: i64) {
        self.clock.set(self.clock.now().plus(seconds * Timestamp::SECOND));
    }

    /// Another process on the same database.
    pub fn another_process(&self) -> Team {
        Team::new(self.store.clone(), self.clock.clone())
    }

    /// The operator's scope of another, empty workspace.
    pub async fn elsewhere(&self) -> Scope {
        self.team.operator(self.team.create_workspace("Elsewhere", self.clock.now()).await.unwrap().id)
    }

    /// The actions in the audit log, newest first.
    pub async fn audited(&self) -> Vec<String> {
        let entries = self.team.audit(&self.scope, &Default::default(), None, 100).await.unwrap();
        entries.into_iter().map(|entry| entry.action).collect()
    }
}
