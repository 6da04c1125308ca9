//! The ledger of imports: how far each file has been taken in, so that a second run adds nothing and an interrupted one
//! goes on where it stopped, however long ago it was.

use base::{Error, Result, Timestamp};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, entity::prelude::*, sea_query::OnConflict};
use std::{io::Read, sync::Arc};
use store::{Store, failed};
use team::Scope;

use super::{
    decode,
    inputs::Input,
    map::{FileMap, hex},
};

mod entity {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "import")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub fingerprint: String,
        pub position: i64,
        pub logged: i64,
        pub duplicates: i64,
        pub refused: i64,
        pub finished: bool,
        pub updated_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// How far one file has been taken in through one map.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    fingerprint: String,
    /// Rows that are done with, good and bad.
    pub(super) position: u64,
    /// Signals that were logged.
    pub(super) logged: u64,
    /// Signals that had been logged before.
    pub(super) duplicates: u64,
    /// Rows that were kept out.
    pub(super) refused: u64,
    /// Whether the last row is done with.
    pub(super) finished: bool,
}

impl Entry {
    /// A short name for files that belong to this import.
    pub(super) fn name(&self) -> &str {
        self.fingerprint.get(..12).unwrap_or(&self.fingerprint)
    }
}

/// How long the log itself tells a message id from a new one, with a day to spare.
const LOG_REMEMBERS: i64 = 6 * Timestamp::DAY;

/// What the file and its part of the map are called in the ledger: the hash of the content, then the map's, in which the
/// files that it looks up in have their part: with others, the rows say something else.
pub(super) fn fingerprint(input: &Input, map: &FileMap, lookups: &[Input]) -> Result<String> {
    let content = hash(input)?;
    if lookups.is_empty() {
        return Ok(format!("{content}:{}", map.fingerprint));
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(map.fingerprint.as_bytes());
    for lookup in lookups {
        hasher.update(hash(lookup)?.as_bytes());
    }
    Ok(format!("{content}:{}", hex(&hasher.finalize().as_bytes()[..16])))
}

/// The hash of what a file holds, unpacked.
fn hash(input: &Input) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut bytes = decode::open(input, Some("utf-8"), Arc::default())?;
    let mut piece = vec![0; 64 * 1024];
    loop {
        let count = bytes
            .read(&mut piece)
            .map_err(|error| Error::invalid(format!("{} cannot be read: {error}", input.shown())))?;
        if count == 0 {
            return Ok(hex(&hasher.finalize().as_bytes()[..16]));
        }
        hasher.update(piece.get(..count).unwrap_or_default());
    }
}

/// What the ledger knows of a file; a new entry where it knows nothing.
///
/// The log remembers message ids for seven days only. A file that was imported through another map before that would
/// be counted twice, which is refused unless the caller insists.
pub(super) async fn open(
    store: &Store,
    scope: &Scope,
    fingerprint: String,
    again: bool,
    now: Timestamp,
) -> Result<Entry> {
    let new = Entry { fingerprint: fingerprint.clone(), ..Entry::default() };
    if again {
        return Ok(new);
    }
    let content = fingerprint.split_once(':').map_or(fingerprint.as_str(), |(content, _)| content);
    let rows = entity::Entity::find()
        .filter(entity::Column::Workspace.eq(scope.workspace().0))
        .filter(entity::Column::Fingerprint.starts_with(content))
        .all(store.read())
        .await
        .map_err(failed)?;
    if let Some(row) = rows.iter().find(|row| row.fingerprint == fingerprint) {
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        return Ok(Entry {
            position: count(row.position),
            logged: count(row.logged),
            duplicates: count(row.duplicates),
            refused: count(row.refused),
            finished: row.finished,
            ..new
        });
    }
    let forgotten = now.plus(-LOG_REMEMBERS).micros();
    match rows.iter().filter(|row| row.logged > 0 && row.updated_at < forgotten).map(|row| row.updated_at).max() {
        None => Ok(new),
        Some(at) => Err(Error::conflict(format!(
            "this file was imported through another map on {} (or with another file to look up in); importing it again \
             would count it twice",
            Timestamp::from_micros(at)
        ))),
    }
}

/// Writes down how far a file has been taken in.
pub(super) async fn save(
    transaction: &DatabaseTransaction,
    scope: &Scope,
    entry: &Entry,
    now: Timestamp,
) -> Result<()> {
    use entity::Column;
    let count = |number: u64| Set(i64::try_from(number).unwrap_or(i64::MAX));
    let row = entity::ActiveModel {
        workspace: Set(scope.workspace().0),
        fingerprint: Set(entry.fingerprint.clone()),
        position: count(entry.position),
        logged: count(entry.logged),
        duplicates: count(entry.duplicates),
        refused: count(entry.refused),
        finished: Set(entry.finished),
        updated_at: Set(now.micros()),
    };
    let newer = OnConflict::columns([Column::Workspace, Column::Fingerprint])
        .update_columns([
            Column::Position,
            Column::Logged,
            Column::Duplicates,
            Column::Refused,
            Column::Finished,
            Column::UpdatedAt,
        ])
        .to_owned();
    entity::Entity::insert(row).on_conflict(newer).exec_without_returning(transaction).await.map_err(failed)?;
    Ok(())
}
