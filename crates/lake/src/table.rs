//! One workspace's Delta table: its log of commits, and the newest snapshot of it. Only this file speaks to delta-rs.

use base::{Error, Result, Timestamp};
use deltalake_core::{
    DeltaTable, DeltaTableBuilder, DeltaTableError, checkpoints,
    kernel::{
        Action, Transaction,
        transaction::{CommitBuilder, CommitProperties, TransactionError},
    },
    operations::create::CreateBuilder,
    protocol::{DeltaOperation, SaveMode},
    table::state::DeltaTableState,
};
use futures::TryStreamExt;
use parking_lot::RwLock;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::{Mutex, MutexGuard};
use url::Url;

use crate::{
    Missing,
    disk::{create_folder, durable_files, sync_folder},
    failure::{log_failed, while_doing},
    file::LiveFile,
    layout::delta_columns,
};

/// The application whose transaction version is the watermark: the last sequence number that was archived.
const APPLICATION: &str = "harken";

/// The name under which a commit says how many actions it holds beside itself.
const ACTIONS: &str = "harken.actions";

/// Commits between checkpoints of the log; a reader replays at most so many commits.
const CHECKPOINT_EVERY: u64 = 32;

/// A workspace's table.
pub(crate) struct Table {
    folder: PathBuf,
    delta: Mutex<Option<DeltaTable>>,
    newest: RwLock<Arc<Snapshot>>,
    archiving: Mutex<()>,
    compacting: Mutex<()>,
}

/// The table at one moment. The watermark and the files come from the same version of the log.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    state: Option<DeltaTableState>,
    /// The version of the log; `None` before the first archiving.
    pub version: Option<u64>,
    /// The last sequence number that is in the table.
    pub watermark: i64,
    /// The files that make it up.
    pub files: Vec<LiveFile>,
    /// Entries of the log that cannot be believed.
    pub damaged: Vec<Missing>,
}

/// Why a commit did not take place.
pub(crate) enum NotCommitted {
    /// Another writer was first: start again from a fresh snapshot.
    Conflict,
    /// Anything else. The commit may have taken place all the same.
    Failed(Error),
}

impl Table {
    /// The table in this folder; nothing is touched yet.
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self {
            folder,
            delta: Mutex::default(),
            newest: RwLock::default(),
            archiving: Mutex::default(),
            compacting: Mutex::default(),
        }
    }

    /// Where its files lie.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lets one archiving at a time run in this process. Those of other processes meet at the commit.
    pub(crate) async fn begin_archiving(&self) -> MutexGuard<'_, ()> {
        self.archiving.lock().await
    }

    /// The same for compacting and vacuuming, which run beside archiving.
    pub(crate) async fn begin_compacting(&self) -> MutexGuard<'_, ()> {
        self.compacting.lock().await
    }

    /// The newest snapshot seen so far; it may be old.
    pub(crate) fn newest(&self) -> Arc<Snapshot> {
        self.newest.read().clone()
    }

    /// Reads what was committed since and answers the newest snapshot.
    pub(crate) async fn refresh(&self) -> Result<Arc<Snapshot>> {
        let mut slot = self.delta.lock().await;
        match slot.as_mut() {
            Some(table) => table.update_state().await.map_err(log_failed)?,
            None if !self.has_log()? => return Ok(self.newest()),
            None => {
                let mut table = self.builder()?.build().map_err(log_failed)?;
                table.load().await.map_err(log_failed)?;
                *slot = Some(table);
            }
        }
        let Some(table) = slot.as_ref() else { return Ok(self.newest()) };
        let version = table.version();
        let newest = self.newest();
        if newest.version == version {
            return Ok(newest);
        }
        let mut snapshot = Snapshot::read(table).await?;
        snapshot.damaged.extend(self.cut_commits()?);
        let snapshot = Arc::new(snapshot);
        *self.newest.write() = snapshot.clone();
        Ok(snapshot)
    }

    /// Makes the table if it does not exist yet.
    pub(crate) async fn create(&self) -> Result<()> {
        if self.has_log()? {
            return Ok(());
        }
        create_folder(&self.folder).map_err(while_doing("cannot make the lake's folder"))?;
        let log_store = self.builder()?.build_storage().map_err(log_failed)?;
        let quietly = CommitProperties::default().with_create_checkpoint(false).with_cleanup_expired_logs(Some(false));
        let create = CreateBuilder::new()
            .with_log_store(log_store)
            .with_columns(delta_columns())
            .with_save_mode(SaveMode::Ignore)
            .with_commit_properties(quietly)
            .with_configuration([("delta.logRetentionDuration", Some("interval 7 days"))]);
        create.await.map_err(log_failed)?;
        self.sync_log(0)
    }

    /// Adds one commit to the log on top of a snapshot. With a watermark it fails if another archiver was first.
    pub(crate) async fn commit(
        &self,
        on: &Snapshot,
        actions: Vec<Action>,
        operation: DeltaOperation,
        watermark: Option<(i64, Timestamp)>,
    ) -> Result<u64, NotCommitted> {
        let state = on
            .state
            .as_ref()
            .ok_or_else(|| NotCommitted::Failed(Error::internal("the lake's table does not exist")))?;
        let transaction =
            watermark.map(|(seq, at)| Transaction::new_with_last_update(APPLICATION, seq, Some(at.micros() / 1_000)));
        let count = actions.len() + usize::from(transaction.is_some());
        let properties = CommitProperties::default()
            .with_create_checkpoint(false)
            .with_cleanup_expired_logs(Some(false))
            .with_metadata([(ACTIONS.to_owned(), count.into())])
            .with_application_transactions(transaction.into_iter().collect());
        let log_store = self
            .builder()
            .and_then(|builder| builder.build_storage().map_err(log_failed))
            .map_err(NotCommitted::Failed)?;
        let commit = CommitBuilder::from(properties).with_actions(actions).build(Some(state), log_store, operation);
        match commit.await {
            Ok(done) => Ok(done.version()),
            Err(DeltaTableError::Transaction { source }) if is_conflict(&source) => Err(NotCommitted::Conflict),
            Err(DeltaTableError::VersionAlreadyExists(_)) => Err(NotCommitted::Conflict),
            Err(error) => Err(NotCommitted::Failed(log_failed(error))),
        }
    }

    /// Makes a commit durable, whoever made it: what the log of signals forgets next must not depend on the page cache.
    pub(crate) fn sync_log(&self, version: u64) -> Result<()> {
        let log = self.log_folder();
        let sync = || {
            match fs::File::open(log.join(format!("{version:020}.json"))) {
                Ok(commit) => commit.sync_all()?,
                // Old commits are cleaned up once a checkpoint holds them, which is synced when it is put.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            sync_folder(&log)
        };
        sync().map_err(while_doing("cannot sync the lake's log"))
    }

    /// Sums the log up now and then, so that it stays short. Failing to is no harm.
    pub(crate) async fn checkpoint(&self, version: u64) {
        if !(version + 1).is_multiple_of(CHECKPOINT_EVERY) {
            return;
        }
        let slot = self.delta.lock().await;
        if let Some(table) = slot.as_ref().filter(|table| table.version() == Some(version)) {
            let done = checkpoints::create_checkpoint(table, None).await;
            let done = match done {
                Ok(()) => checkpoints::cleanup_metadata(table, None).await.map(drop),
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                tracing::warn!(%error, version, "the lake's log could not be summed up");
            }
        }
    }

    /// Files that were removed from the table and when, in microseconds UTC.
    pub(crate) async fn removed(&self, snapshot: &Snapshot) -> Result<Vec<(String, i64)>> {
        let Some(state) = &snapshot.state else { return Ok(Vec::new()) };
        let log_store = self.builder()?.build_storage().map_err(log_failed)?;
        let removed = state.all_tombstones(&log_store).map_ok(|file| {
            (file.path().into_owned(), file.deletion_timestamp().unwrap_or(i64::MAX / 1_000).saturating_mul(1_000))
        });
        removed.try_collect().await.map_err(log_failed)
    }

    fn builder(&self) -> Result<DeltaTableBuilder> {
        if self.folder.to_str().is_none() {
            return Err(Error::invalid("the data folder's path is not UTF-8"));
        }
        // Made from the path, not from its text, in which a `%` would be taken for an escape.
        let url = Url::from_directory_path(&self.folder)
            .map_err(|()| Error::internal("the data folder's path is not absolute"))?;
        let builder = DeltaTableBuilder::from_url(url.clone()).map_err(log_failed)?;
        Ok(builder.with_storage_backend(durable_files(), url))
    }

    /// Commits that hold fewer actions than they say, or nothing at all. The log's reader takes what is left of them for
    /// all there was, and the files that the rest added would be missing from every answer without a word.
    ///
    /// What a checkpoint has summed up is not read any more, so only later commits are looked at.
    fn cut_commits(&self) -> Result<Vec<Missing>> {
        let failed = |error| while_doing("cannot read the lake's log")(error);
        let entries = fs::read_dir(self.log_folder()).and_then(|entries| {
            entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<io::Result<Vec<_>>>()
        });
        let names = entries.map_err(failed)?;
        let version = |name: &str| name.get(..20).and_then(|digits| digits.parse::<u64>().ok());
        let summed_up = names.iter().filter(|name| name.ends_with(".parquet")).filter_map(|name| version(name)).max();
        let mut cut = Vec::new();
        for name in names.iter().filter(|name| name.ends_with(".json")) {
            if version(name).is_none_or(|version| summed_up.is_some_and(|summed_up| version <= summed_up)) {
                continue;
            }
            let text = match fs::read_to_string(self.log_folder().join(name)) {
                Ok(text) => text,
                // Cleaned up meanwhile, because a checkpoint holds it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(failed(error)),
            };
            if let Err(reason) = is_whole(&text) {
                cut.push(Missing {
                    file: format!("_delta_log/{name}"),
                    reason: reason.into(),
                    rows: 0,
                    from: Timestamp::MIN,
                    to: Timestamp::MAX,
                });
            }
        }
        Ok(cut)
    }

    fn log_folder(&self) -> PathBuf {
        self.folder.join("_delta_log")
    }

    fn has_log(&self) -> Result<bool> {
        match fs::read_dir(self.log_folder()) {
            Ok(mut entries) => Ok(entries.any(|entry| {
                entry.is_ok_and(|entry| {
                    entry.file_name().to_string_lossy().starts_with(|first: char| first.is_ascii_digit())
                })
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(while_doing("cannot read the lake's log")(error)),
        }
    }
}

impl Snapshot {
    async fn read(table: &DeltaTable) -> Result<Self> {
        let state = table.snapshot().map_err(log_failed)?.clone();
        let watermark = state.transaction_version(table.log_store().as_ref(), APPLICATION).await.map_err(log_failed)?;
        let mut snapshot = Self { version: table.version(), watermark: watermark.unwrap_or(0), ..Self::default() };
        for view in state.snapshot().try_log_data().map_err(log_failed)?.iter() {
            #[expect(deprecated, reason = "the only way to read an entry's tags")]
            match LiveFile::read(&view.add_action()) {
                Ok(file) => snapshot.files.push(file),
                Err(damaged) => snapshot.damaged.push(damaged),
            }
        }
        // The same table gives the same plan, whichever order its log was replayed in.
        snapshot.files.sort_by(|left, right| left.path.cmp(&right.path));
        // Every move commits its last signal's number as the watermark, and merging keeps it: another one was not written by us.
        let last = snapshot.files.iter().map(|file| file.facts.seqs.1).max().unwrap_or(0);
        if snapshot.damaged.is_empty() && last != snapshot.watermark {
            snapshot.damaged.push(Missing {
                file: "_delta_log".into(),
                reason: format!("its watermark is {}, but its files end at signal {last}", snapshot.watermark),
                rows: 0,
                from: Timestamp::MIN,
                to: Timestamp::MAX,
            });
        }
        snapshot.state = Some(state);
        Ok(snapshot)
    }
}

/// Whether a commit, one action a line with the one about the commit first, holds all the actions it was made with. One
/// that does not say how many they are was made by another program.
fn is_whole(commit: &str) -> Result<(), &'static str> {
    let mut lines = commit.lines().filter(|line| !line.is_empty());
    let first = lines.next().ok_or("the commit is empty")?;
    let info: serde_json::Value = serde_json::from_str(first).map_err(|_| "the commit cannot be read")?;
    match info["commitInfo"][ACTIONS].as_u64() {
        Some(count) if count != lines.count() as u64 => Err("the commit was cut short"),
        _ => Ok(()),
    }
}

fn is_conflict(error: &TransactionError) -> bool {
    matches!(
        error,
        TransactionError::CommitConflict(_)
            | TransactionError::VersionAlreadyExists(_)
            | TransactionError::MaxCommitAttempts(_)
    )
}
