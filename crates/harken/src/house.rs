//! The dependency graph of the product: which room stands on which.

use actions::Actions;
use base::{Clock, Error, Result};
use customers::Customers;
use insights::Insights;
use lake::Lake;
use outbound::mail::Mailer;
use server::projections;
use signals::{Projector, Signals};
use sources::Sources;
use std::{path::PathBuf, sync::Arc};
use store::{Store, Vault};
use team::{
    Scope, Team, TeamSettings, Workspace,
    oidc::{HttpSend, SingleSignOn},
};

use crate::settings::{Global, Settings};

/// All rooms over one data folder.
#[derive(Clone)]
pub struct House {
    pub folder: PathBuf,
    pub store: Store,
    pub team: Team,
    pub single_sign_on: SingleSignOn,
    pub customers: Customers,
    pub signals: Signals,
    pub lake: Lake,
    pub sources: Sources,
    pub insights: Insights,
    pub actions: Actions,
    pub projector: Projector,
    pub clock: Clock,
    /// The workspace that a command at the terminal works on.
    pub workspace: Workspace,
    /// The right to do so.
    pub scope: Scope,
}

impl House {
    /// Opens the data folder, making it where it does not exist, and everything on top of it.
    pub async fn open(global: &Global, settings: &Settings) -> Result<Self> {
        let clock = Clock::system();
        let folder = make_folder(global)?;
        let store = match &settings.database {
            Some(url) => Store::connect(url).await?,
            None => Store::open(&folder).await?,
        };
        let vault = match &settings.master_key_file {
            Some(path) => Vault::read(path)?,
            None => Vault::open(&folder)?,
        };
        let client = outbound::Client::new(settings.outbound.clone());
        let public_url = settings.server.public_url.clone();
        let team =
            Team::new(store.clone(), clock.clone()).with(TeamSettings { public_url, vault: Some(vault.clone()) });
        let network: Arc<dyn HttpSend> = Arc::new(client.clone());
        let single_sign_on = SingleSignOn::new(
            team.clone(),
            vault.clone(),
            settings.server.public_url.clone(),
            settings.oidc.clone(),
            &network,
        )?;
        let customers = Customers::new(store.clone(), clock.clone());
        let log = signals::LogSettings { queue: settings.log.queue, commit: settings.log.commit, ..Default::default() };
        let signals = Signals::start(store.clone(), clock.clone(), Arc::new(customers.clone()), log);
        let lake = Lake::open(&folder.join("lake"), signals.clone(), clock.clone())?;
        let sources = Sources::new(signals.clone(), team.clone(), store.clone(), clock.clone());
        let insights = Insights::new(lake.clone(), customers.clone());
        let actions = Actions::new(store.clone(), clock.clone(), vault, client, team.clone());
        let projector = Projector::register(store.clone(), projections(&actions)).await?;
        let workspace = team.default_workspace().await?;
        let scope = team.operator(workspace.id);
        Ok(Self {
            folder,
            store,
            team,
            single_sign_on,
            customers,
            signals,
            lake,
            sources,
            insights,
            actions,
            projector,
            clock,
            workspace,
            scope,
        })
    }

    /// The way out for mail, as the settings say.
    pub fn mailer(&self, settings: &Settings) -> Result<Mailer> {
        Mailer::new(&settings.mail, &self.folder.join("mail"))
    }

    /// What the routes stand on.
    pub fn rooms(&self) -> server::Rooms {
        server::Rooms {
            store: self.store.clone(),
            team: self.team.clone(),
            single_sign_on: self.single_sign_on.clone(),
            signals: self.signals.clone(),
            customers: self.customers.clone(),
            sources: self.sources.clone(),
            insights: self.insights.clone(),
            actions: self.actions.clone(),
        }
    }

    /// Moves everything in the log to the lake, once all projections have taken it in; answers how many signals.
    ///
    /// What is logged after the call began may stay: a server that takes signals all the time would never let it end.
    pub async fn archive_all(&self) -> Result<u64> {
        self.projector.catch_up().await?;
        let end = self.signals.head().await?;
        let mut moved = 0;
        loop {
            let step = self.lake.archive(&self.scope).await?;
            moved += step.signals;
            if step.signals == 0 || step.up_to >= end {
                return Ok(moved);
            }
        }
    }

    /// Merges the lake's small files until there is nothing left to merge; answers how many were.
    pub async fn compact_all(&self) -> Result<usize> {
        let mut merged = 0;
        loop {
            match self.lake.compact(&self.scope).await?.files {
                0 => return Ok(merged),
                files => merged += files,
            }
        }
    }
}

/// The data folder, for its owner alone.
fn make_folder(global: &Global) -> Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt;
    let shown = global.data.display();
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&global.data)
        .map_err(|error| Error::invalid(format!("the data folder {shown} cannot be made: {error}")))?;
    global
        .data
        .canonicalize()
        .map_err(|error| Error::invalid(format!("the data folder {shown} cannot be opened: {error}")))
}
