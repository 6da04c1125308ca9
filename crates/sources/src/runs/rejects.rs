//! The rows that an import kept out, as one table of all its files.

use axum::body::Bytes;
use base::{Error, Result};
use futures::{Stream, stream};
use sea_orm::prelude::Uuid;
use serde_json::json;
use std::{net::IpAddr, path::PathBuf};
use team::{Scope, audit::Entry};
use tokio::{
    fs::File,
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
};

use crate::{Sources, import::blocking, uploads::ids_in};

/// Bytes that are read at a time.
const PIECE: usize = 64 * 1024;

impl Sources {
    /// The table, piece by piece; that it was taken along is written into the audit log.
    pub async fn export_rejects(
        &self,
        scope: &Scope,
        id: Uuid,
        from: IpAddr,
    ) -> Result<impl Stream<Item = Result<Bytes>> + Send + use<>> {
        self.import_details(scope, id).await?;
        let folder = self.rejects_of(id);
        let tables = blocking(move || {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let mut tables: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
            tables.sort();
            Ok(tables)
        });
        let tables = tables.await?;
        if tables.is_empty() {
            return Err(Error::not_found("table of rejected rows"));
        }
        let entry = Entry { action: "import.rejects_exported", object: Some(id.to_string()), details: json!({}) };
        self.team.note(scope, from, entry).await?;
        Ok(one_table(tables))
    }

    /// Forgets the rejected rows of imports that ended long ago.
    pub async fn forget_rejects(&self) -> Result<()> {
        let folder = self.files.folder.join("rejects");
        for id in blocking(move || Ok(ids_in(&folder))).await? {
            if !self.keeps_rejects_of(id).await?
                && let Err(error) = tokio::fs::remove_dir_all(self.rejects_of(id)).await
            {
                tracing::warn!(%error, import = %id, "rejected rows were not removed; trying again later");
            }
        }
        Ok(())
    }
}

/// Tables with the same heading, one below the other.
fn one_table(tables: Vec<PathBuf>) -> impl Stream<Item = Result<Bytes>> + Send {
    let unread = |error: std::io::Error| Error::internal(format!("rejected rows cannot be read: {error}"));
    let start = (tables.into_iter(), None::<BufReader<File>>, true);
    stream::try_unfold(start, move |(mut tables, mut open, mut first)| async move {
        loop {
            let Some(reader) = &mut open else {
                let Some(path) = tables.next() else { return Ok(None) };
                let mut reader = BufReader::new(File::open(path).await.map_err(unread)?);
                if !std::mem::take(&mut first) {
                    reader.read_until(b'\n', &mut Vec::new()).await.map_err(unread)?;
                }
                open = Some(reader);
                continue;
            };
            let mut piece = vec![0; PIECE];
            let count = reader.read(&mut piece).await.map_err(unread)?;
            if count == 0 {
                open = None;
                continue;
            }
            piece.truncate(count);
            return Ok(Some((Bytes::from(piece), (tables, open, first))));
        }
    })
}
