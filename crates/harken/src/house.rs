//! The dependency graph of the product: which room stands on which.

use actions::Actions;
use base::{Clock, Error, Result, Timestamp};
use customers::{Customers, Segments, consent::LinkSettings};
use insights::Insights;
use lake::Lake;
use outbound::mail::Mailer;
use server::projections;
use signals::{Projector, Signals};
use sources::{FileSettings, Sources};
use std::{
    fs::{File, TryLockError},
    path::PathBuf,
    sync::Arc,
};
use store::{Engine, Store, Vault};
use team::{
    Scope, Team, TeamSettings, Workspace,
    oidc::{HttpSend, SingleSignOn},
};

use crate::{
    backup::MARKER,
    settings::{Global, Settings},
};

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
        refuse_wrong_clock(clock.now())?;
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
        let links = LinkSettings { public_url: settings.server.public_url.clone(), vault: vault.clone() };
        let customers = Customers::new(store.clone(), clock.clone()).with(links);
        let log = signals::LogSettings { queue: settings.log.queue, commit: settings.log.commit, ..Default::default() };
        let signals = Signals::start(store.clone(), clock.clone(), Arc::new(customers.clone()), log);
        let lake = Lake::open(&folder.join("lake"), signals.clone(), clock.clone())?;
        let files = FileSettings { folder: folder.clone(), largest: settings.imports.largest_mb * 1_000_000 };
        let sources = Sources::new(signals.clone(), team.clone(), store.clone(), clock.clone(), files);
        let insights = Insights::new(lake.clone(), customers.clone(), store.clone(), clock.clone());
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
            segments: Segments::new(self.customers.clone(), self.lake.clone(), self.team.clone()),
            sources: self.sources.clone(),
            insights: self.insights.clone(),
            actions: self.actions.clone(),
        }
    }

    /// Makes sure that what was sealed can be read: a master key that was lost or exchanged is noticed at the start, not when
    /// somebody cannot log in.
    pub async fn ensure_secrets(&self) -> Result<()> {
        let factors = self.team.unreadable_second_factors().await?;
        let webhooks = self.actions.unreadable_webhooks().await?;
        if factors + webhooks == 0 {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "the master key is not the one by which {factors} second factors and {webhooks} webhooks' secrets were sealed; put that one back, or start with --master-key-lost"
        )))
    }

    /// Makes sure that no other server runs over the same SQLite; the lock is held until the file is dropped. Commands may
    /// work beside a server, but two servers would each archive, project and run jobs for themselves.
    pub fn serve_alone(&self) -> Result<Option<File>> {
        if self.store.engine() != Engine::Sqlite {
            return Ok(None);
        }
        let path = self.folder.join("serving");
        let failed = |error| Error::invalid(format!("{} cannot be locked: {error}", path.display()));
        let file = File::options().create(true).append(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::Error(error)) => Err(failed(error)),
            Err(TryLockError::WouldBlock) => Err(Error::conflict(format!(
                "another server already runs over {}; several need PostgreSQL",
                self.folder.display()
            ))),
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
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    let shown = global.data.display();
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&global.data)
        .map_err(|error| Error::invalid(format!("the data folder {shown} cannot be made: {error}")))?;
    let unusable = |error| Error::invalid(format!("the data folder {shown} cannot be opened: {error}"));
    let folder = global.data.canonicalize().map_err(unusable)?;
    let others = folder.metadata().map_err(unusable)?.mode() & 0o002 != 0;
    if others {
        return Err(Error::invalid(format!(
            "everybody on this machine may write to the data folder {shown}; `chmod 700` it"
        )));
    }
    if folder.join(MARKER).exists() {
        return Err(Error::invalid(format!(
            "restoring into {shown} was begun and did not end; empty the folder and restore again"
        )));
    }
    Ok(folder)
}

/// Signals and ids carry the time, so a machine that does not know it must not write any.
fn refuse_wrong_clock(now: Timestamp) -> Result<()> {
    const OLDEST: i64 = 1_577_836_800;
    if now.micros() < OLDEST * Timestamp::SECOND {
        return Err(Error::invalid(format!("this machine's clock says {now}; set it first")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_does_not_know_the_time_is_refused() {
        let refused = |now: &str| refuse_wrong_clock(now.parse().unwrap()).is_err();
        assert!(refused("1970-01-01T00:00:07Z") && refused("2019-12-31T23:59:59Z"));
        assert!(!refused("2020-01-01T00:00:00Z") && !refused("2026-11-24T20:00:00Z"));
    }
}
