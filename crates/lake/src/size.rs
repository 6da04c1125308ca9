//! How much the lake holds.

use base::Result;
use team::Scope;

use crate::Lake;

/// How much a workspace's table holds; the log's tail is not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Signals.
    pub signals: u64,
    /// Files.
    pub files: usize,
    /// Bytes of those files.
    pub bytes: u64,
    /// The last sequence number in it.
    pub watermark: i64,
}

impl Lake {
    /// How much the newest snapshot of the table holds.
    pub async fn size(&self, scope: &Scope) -> Result<Size> {
        let snapshot = self.room(scope).table.refresh().await?;
        let add = |size: Size, file: &crate::file::LiveFile| Size {
            signals: size.signals + file.facts.rows,
            files: size.files + 1,
            bytes: size.bytes + file.size,
            ..size
        };
        Ok(snapshot.files.iter().fold(Size { watermark: snapshot.watermark, ..Size::default() }, add))
    }
}
