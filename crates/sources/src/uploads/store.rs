//! Keeping uploads: their rows, and their bytes in the data folder.

use axum::body::Bytes;
use base::{Error, Result, Timestamp, uuid_v7};
use futures::{Stream, StreamExt};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult,
    prelude::Uuid,
    sea_query::{Expr, Query, SelectStatement},
};
use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
    str::FromStr,
};
use store::{all, failed};
use team::Scope;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::{FileName, NewUpload, Upload};
use crate::{Sources, import::blocking};

/// How many files of a workspace may wait here at the same time.
const MOST: i64 = 1_000;
/// How often the free space is looked at while bytes come in.
const LOOK_AGAIN: u64 = 8 << 20;

impl Sources {
    /// Makes room for a file. Its bytes come in pieces.
    pub async fn announce_upload(&self, scope: &Scope, new: NewUpload) -> Result<Upload> {
        let largest = self.files.largest;
        if new.bytes > largest {
            let message = format!(
                "a file may have {largest} bytes ({} MB); split it, or raise imports.largest_mb",
                largest / 1_000_000
            );
            return Err(Error {
                fields: Error::invalid_field("bytes", "too_large", &message).fields,
                ..Error::too_large(message)
            });
        }
        let packed = [".gz", ".zip", ".zst", ".bz2", ".xz", ".7z", ".xlsx", ".xls", ".ods"];
        if packed.iter().any(|ending| new.name.as_ref().to_ascii_lowercase().ends_with(ending)) {
            let message = "the file is packed or a spreadsheet; send it unpacked, as CSV, JSON lines or Parquet";
            return Err(Error::invalid_field("name", "wrong_format", message));
        }
        if new.bytes == 0 {
            return Err(Error::invalid_field("bytes", "out_of_range", "the file is empty"));
        }
        self.ensure_room(new.bytes)?;
        let now = self.clock.now();
        let upload = Upload {
            id: uuid_v7(now, rand::random()),
            name: new.name,
            bytes: new.bytes,
            received: 0,
            created_at: now,
            forgotten_at: now.plus(Upload::KEPT),
        };
        let insert = Query::insert()
            .into_table("upload")
            .columns(["workspace", "id", "name", "bytes", "received", "held", "created_at", "used_at"])
            .values_panic([
                scope.workspace().0.into(),
                upload.id.into(),
                upload.name.as_ref().into(),
                i64::try_from(upload.bytes).unwrap_or(i64::MAX).into(),
                0.into(),
                false.into(),
                now.micros().into(),
                now.micros().into(),
            ])
            .take();
        let transaction = self.store.begin().await?;
        team::has_room(&transaction, scope, "upload", MOST).await?;
        transaction.execute(&insert).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(upload)
    }

    /// An upload of the workspace.
    pub async fn upload(&self, scope: &Scope, id: Uuid) -> Result<Upload> {
        find(self.store.read(), scope, id).await
    }

    /// Takes the piece that begins at a byte of the file: as it comes in, it goes to the disk. All of it is durable before
    /// it counts as received; a piece that breaks off counts for nothing.
    pub async fn take_piece<E>(
        &self,
        scope: &Scope,
        id: Uuid,
        at: u64,
        piece: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
    ) -> Result<Upload> {
        find(self.store.read(), scope, id).await?;
        let place = self.place(id);
        let file = blocking(move || open_alone(&place)).await?;
        // Asked once more, now that nobody else writes.
        let upload = find(self.store.read(), scope, id).await?;
        if at != upload.received {
            let message = format!("{} bytes of the file are here: the next piece begins there", upload.received);
            return Err(Error::conflict(message));
        }
        let came = self.write(file, &upload, piece).await?;
        let now = self.clock.now();
        let received = upload.received + came;
        let update = Query::update()
            .table("upload")
            .value("received", i64::try_from(received).unwrap_or(i64::MAX))
            .value("used_at", now.micros())
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("id").eq(id))
            .take();
        let transaction = self.store.begin().await?;
        let written = transaction.execute(&update).await.map_err(failed)?.rows_affected();
        transaction.commit().await.map_err(failed)?;
        if written == 0 {
            return Err(Error::not_found("upload"));
        }
        Ok(Upload { received, forgotten_at: now.plus(Upload::KEPT), ..upload })
    }

    /// Writes a piece behind what is there; answers how many bytes it had.
    async fn write<E>(
        &self,
        file: File,
        upload: &Upload,
        mut piece: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<u64> {
        let mut file = tokio::fs::File::from_std(file);
        // What an earlier attempt left behind has no say.
        file.set_len(upload.received).await.map_err(full)?;
        file.seek(io::SeekFrom::Start(upload.received)).await.map_err(full)?;
        let (mut came, mut looked) = (0, 0);
        while let Some(bytes) = piece.next().await {
            let bytes = bytes.map_err(|_| Error::invalid("the body could not be read to its end"))?;
            came += bytes.len() as u64;
            if upload.received + came > upload.bytes {
                let message = format!("the file was announced with {} bytes, and these are more", upload.bytes);
                return Err(Error::too_large(message));
            }
            if came >= looked {
                self.ensure_room(bytes.len() as u64)?;
                looked = came + LOOK_AGAIN;
            }
            file.write_all(&bytes).await.map_err(full)?;
        }
        file.flush().await.map_err(full)?;
        file.sync_data().await.map_err(full)?;
        Ok(came)
    }

    /// Deletes a file that is not needed.
    pub async fn delete_upload(&self, scope: &Scope, id: Uuid) -> Result<()> {
        let transaction = self.store.begin().await?;
        let delete = Query::delete()
            .from_table("upload")
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("id").eq(id))
            .and_where(Expr::col("held").eq(false))
            .take();
        let deleted = transaction.execute(&delete).await.map_err(failed)?.rows_affected();
        if deleted == 0 {
            find(&transaction, scope, id).await?;
            return Err(Error::conflict("an import is reading this file; cancel it first"));
        }
        transaction.commit().await.map_err(failed)?;
        self.remove_file(id).await;
        Ok(())
    }

    /// Removes the bytes of an upload that has no row any more. What cannot be removed now is by [`Sources::forget_uploads`].
    pub(crate) async fn remove_file(&self, id: Uuid) {
        let place = self.place(id);
        match tokio::fs::remove_file(&place).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, upload = %id, "an uploaded file was not removed; trying again later");
            }
            _ => {}
        }
    }

    /// Forgets the uploads that nobody used for a day, and whatever lies in their folder without a row.
    pub async fn forget_uploads(&self) -> Result<()> {
        let before = self.clock.now().plus(-Upload::KEPT).micros();
        let delete = Query::delete()
            .from_table("upload")
            .and_where(Expr::col("held").eq(false))
            .and_where(Expr::col("used_at").lt(before))
            .take();
        let transaction = self.store.begin().await?;
        transaction.execute(&delete).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        let folder = self.files.folder.join("uploads");
        for id in blocking(move || Ok(ids_in(&folder))).await? {
            #[derive(FromQueryResult)]
            struct Known {
                #[expect(dead_code, reason = "that there is a row is all")]
                id: Uuid,
            }
            let known = Query::select().column("id").from("upload").and_where(Expr::col("id").eq(id)).take();
            if all::<Known>(self.store.read(), &known).await?.is_empty() {
                self.remove_file(id).await;
            }
        }
        Ok(())
    }

    fn ensure_room(&self, bytes: u64) -> Result<()> {
        if store::room(&self.files.folder)? < bytes {
            return Err(Error::full("the data disk has no room for this file; nothing of it was kept"));
        }
        Ok(())
    }
}

/// The file for writing, by nobody else at the same time.
fn open_alone(place: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).map_err(full)?;
    }
    let file = options.open(place).map_err(full)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::conflict("another piece of this file is just coming in")),
        Err(TryLockError::Error(error)) => Err(full(error)),
    }
}

/// The names in a folder that are ids.
pub(crate) fn ids_in(folder: &Path) -> Vec<Uuid> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| Uuid::from_str(entry.file_name().to_str()?).ok()).collect()
}

fn full(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Error::full("the data disk is full; nothing of this piece was kept")
        }
        _ => Error::internal(format!("an uploaded file: {error}")),
    }
}

/// Has an import hold uploads, each of which no other may hold.
pub(crate) async fn hold(transaction: &DatabaseTransaction, scope: &Scope, ids: &[Uuid]) -> Result<()> {
    for id in ids {
        let update = Query::update()
            .table("upload")
            .value("held", true)
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("id").eq(*id))
            .and_where(Expr::col("held").eq(false))
            .take();
        if transaction.execute(&update).await.map_err(failed)?.rows_affected() == 0 {
            return Err(Error::conflict("another import is reading one of these files"));
        }
    }
    Ok(())
}

/// Lets go of uploads when their import has ended; from now on they are kept for a day, or not at all.
pub(crate) async fn release(
    transaction: &DatabaseTransaction,
    workspace: Uuid,
    ids: &[Uuid],
    kept: bool,
    now: Timestamp,
) -> Result<()> {
    let these = || Expr::col("workspace").eq(workspace).and(Expr::col("id").is_in(ids.iter().copied()));
    if kept {
        let update = Query::update()
            .table("upload")
            .value("held", false)
            .value("used_at", now.micros())
            .and_where(these())
            .take();
        transaction.execute(&update).await.map_err(failed)?;
    } else {
        let delete = Query::delete().from_table("upload").and_where(these()).take();
        transaction.execute(&delete).await.map_err(failed)?;
    }
    Ok(())
}

/// One upload of the workspace.
pub(crate) async fn find(connection: &impl ConnectionTrait, scope: &Scope, id: Uuid) -> Result<Upload> {
    let select = rows(scope).and_where(Expr::col("id").eq(id)).take();
    let row = all::<Row>(connection, &select).await?.into_iter().next();
    row.ok_or_else(|| Error::not_found("upload"))?.try_into()
}

fn rows(scope: &Scope) -> SelectStatement {
    Query::select()
        .columns(["id", "name", "bytes", "received", "created_at", "used_at"])
        .from("upload")
        .and_where(Expr::col("workspace").eq(scope.workspace().0))
        .take()
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    name: String,
    bytes: i64,
    received: i64,
    created_at: i64,
    used_at: i64,
}

impl TryFrom<Row> for Upload {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let bytes = |count: i64| u64::try_from(count).unwrap_or(0);
        Ok(Self {
            id: row.id,
            name: FileName::try_from(row.name)
                .map_err(|error| Error::internal(format!("the upload {}: {error}", row.id)))?,
            bytes: bytes(row.bytes),
            received: bytes(row.received),
            created_at: Timestamp::from_micros(row.created_at),
            forgotten_at: Timestamp::from_micros(row.used_at).plus(Self::KEPT),
        })
    }
}
