//! SQLite's checkpoints: what is committed moves from the WAL into the database file beside the writer, not in its way.
//!
//! Left to itself SQLite does this within a commit, which then takes as long as thousands of scattered pages take to be
//! written and synced. Here a reading connection does nearly all of it while commits go on. The WAL can only begin anew
//! once all of it has been moved, so what the writer has added meanwhile is moved in a pause of the writer, when it is
//! little.

use sea_orm::{ConnAcquireErr, ConnectionTrait, DatabaseConnection, DbErr, Statement, TryGetable};
use std::time::Duration;
use tokio::task::JoinHandle;

/// How often the WAL is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// From this many pages on the WAL shall begin anew.
const LONG: i64 = 4_000;
/// So many pages, a few milliseconds' work, may be moved while the writer waits.
const FEW: i64 = 500;
/// From this many pages on the writer waits whatever it takes: a WAL without end would fill the disk.
const TOO_LONG: i64 = 64_000;
/// How often what the writer has added meanwhile is moved before it is left for the next look.
const PASSES: usize = 4;

/// How long the WAL is, and how much of it has been moved, in pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wal {
    pages: i64,
    moved: i64,
}

/// Keeps the WAL of these connections' database short, until it is stopped or the connections are closed.
pub(crate) fn keep_short(reader: DatabaseConnection, writer: DatabaseConnection) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut failing = false;
        loop {
            tokio::time::sleep(LOOK).await;
            match shorten(&reader, &writer).await {
                Ok(()) => failing = false,
                Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)) => return,
                // Said once, not twice a second: a full disk stays full for a while.
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        tracing::warn!(%error, "the WAL could not be moved into the database file; trying again");
                    }
                }
            }
        }
    })
}

async fn shorten(reader: &DatabaseConnection, writer: &DatabaseConnection) -> Result<(), DbErr> {
    for _ in 0..PASSES {
        let wal = move_pages(reader).await?;
        if wal.pages < LONG {
            return Ok(());
        }
        if wal.pages - wal.moved <= FEW || wal.pages >= TOO_LONG {
            // Nobody else has the one writing connection meanwhile, so all of it is moved and the next commit begins a
            // new WAL, unless a reader still looks into the old one; then the next look tries again.
            move_pages(writer).await?;
            return Ok(());
        }
    }
    Ok(())
}

/// Moves what no reader needs any more from the WAL; waits for nobody.
async fn move_pages(connection: &DatabaseConnection) -> Result<Wal, DbErr> {
    let checkpoint = Statement::from_string(connection.get_database_backend(), "pragma wal_checkpoint(passive)");
    let row = connection.query_one_raw(checkpoint).await?.ok_or(DbErr::RecordNotFound("wal_checkpoint".into()))?;
    let number = |place: usize| i64::try_get_by(&row, place).map_err(DbErr::from);
    Ok(Wal { pages: number(1)?, moved: number(2)? })
}
