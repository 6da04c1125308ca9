//! Verifying: reads every byte of the lake and says what cannot be trusted.

use base::{Error, Result, Timestamp};
use signals::Tail;
use std::sync::Arc;
use team::Scope;

use crate::{Lake, Missing, table::Table};

impl Lake {
    /// Everything that is damaged: files that are missing, cut or changed, and the table's log itself.
    pub async fn verify(&self, scope: &Scope) -> Result<Vec<Missing>> {
        // A table of its own, so that the log is read from the disk and not from memory.
        let table = Arc::new(Table::at(self.room(scope).table.folder().to_owned()));
        let log_damage = |reason: String| Missing {
            file: "_delta_log".into(),
            reason,
            rows: 0,
            from: Timestamp::MIN,
            to: Timestamp::MAX,
        };
        let snapshot = match table.refresh().await {
            Ok(snapshot) => snapshot,
            Err(error) => return Ok(vec![log_damage(format!("it cannot be read: {error}"))]),
        };
        let mut findings = snapshot.damaged.clone();
        if let Tail::Pruned = self.signals.tail(scope, snapshot.watermark).await? {
            // Archiving may have moved on since the snapshot was taken; then a newer one holds what was pruned.
            let newer = table.refresh().await?;
            if newer.watermark == snapshot.watermark {
                findings.push(log_damage(format!(
                    "it ends at signal {}, but later ones were archived",
                    snapshot.watermark
                )));
            }
        }
        let trust = self.trust.clone();
        let checked = tokio::task::spawn_blocking(move || {
            let damage = |file| trust.check_again(table.folder(), file).err().map(|reason| file.missing(reason));
            snapshot.files.iter().filter_map(damage).collect::<Vec<_>>()
        });
        findings.extend(checked.await.map_err(|error| Error::internal(error.to_string()))?);
        Ok(findings)
    }
}
