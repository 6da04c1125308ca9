//! The rooms of the product over a folder, wired as its binary wires them.

use base::Clock;
use customers::Customers;
use insights::Insights;
use lake::Lake;
use signals::{LogSettings, Signals};
use std::{path::Path, sync::Arc};
use store::Store;
use team::{Scope, Team};

use crate::Outcome;

pub struct Rooms {
    pub signals: Signals,
    pub lake: Lake,
    pub insights: Insights,
    pub scope: Scope,
}

impl Rooms {
    pub async fn open(folder: &Path, clock: Clock) -> Outcome<Self> {
        let store = Store::open(folder).await?;
        let team = Team::new(store.clone(), clock.clone());
        let scope = team.operator(team.default_workspace().await?.id);
        let customers = Customers::new(store.clone(), clock.clone());
        let signals = Signals::start(store.clone(), clock.clone(), Arc::new(customers.clone()), LogSettings::default());
        let lake = Lake::open(&folder.join("lake"), signals.clone(), clock.clone())?;
        let insights = Insights::new(lake.clone(), customers, store, clock);
        Ok(Self { signals, lake, insights, scope })
    }
}
