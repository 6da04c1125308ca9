//! The rooms over an installation, opened in the test's own process for what no command does.

use base::Clock;
use customers::Customers;
use insights::Insights;
use lake::Lake;
use signals::{LogSettings, Signals};
use std::sync::Arc;
use store::Store;
use team::{Scope, Team};

use super::Installation;

pub struct Rooms {
    pub team: Team,
    pub signals: Signals,
    pub insights: Insights,
    /// The right to work on the installation's one workspace.
    pub scope: Scope,
}

impl Rooms {
    /// Opens them beside whatever else works on the installation.
    pub async fn open(installation: &Installation, clock: Clock) -> Self {
        let store = store(installation).await;
        let team = Team::new(store.clone(), clock.clone());
        let customers = Customers::new(store.clone(), clock.clone());
        let signals = Signals::start(store.clone(), clock.clone(), Arc::new(customers.clone()), LogSettings::default());
        let lake = Lake::open(&installation.data().join("lake"), signals.clone(), clock.clone()).unwrap();
        let scope = team.operator(team.default_workspace().await.unwrap().id);
        Self { team, signals, insights: Insights::new(lake, customers, store, clock), scope }
    }
}

/// The installation's database, opened beside whatever else works on it.
pub async fn store(installation: &Installation) -> Store {
    let store = match installation.database() {
        Some(url) => Store::connect(url).await,
        None => Store::open(installation.data()).await,
    };
    store.unwrap()
}
