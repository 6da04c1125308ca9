//! Jobs that end together: the effects of many in one commit. Whatever waits while the last commit runs goes into the next
//! one, with no timer, as in the log.

use async_trait::async_trait;
use base::{Error, ErrorKind, Result};
use futures::FutureExt;
use sea_orm::DatabaseTransaction;
use std::panic::AssertUnwindSafe;
use tokio::sync::{mpsc, oneshot};

use super::Claimed;
use crate::{Store, failed};

/// What a job leaves in the store when it is done, see [`Claimed::done_with`].
///
/// Rows of this job alone belong in it: other jobs' effects are written in the same transaction, in any order. It is
/// written a second time, by itself, when the commit that it shared has failed.
#[async_trait]
pub trait Effects: Send + Sync + 'static {
    /// Writes it.
    async fn write(&self, transaction: &DatabaseTransaction) -> Result<()>;
}

/// Where the jobs of a worker end together; cheap to clone. Its writer stops when the last one is dropped.
#[derive(Clone, Debug)]
pub(super) struct Together(mpsc::UnboundedSender<Entry>);

/// So many jobs end in one commit at most.
const MOST: usize = 256;

struct Entry {
    job: Claimed,
    effects: Box<dyn Effects>,
    answer: oneshot::Sender<Result<()>>,
}

impl Together {
    /// Starts the writer.
    pub(super) fn start(store: Store) -> Self {
        let (queue, waiting) = mpsc::unbounded_channel();
        tokio::spawn(Writer(store).run(waiting));
        Self(queue)
    }

    /// Ends a job with these effects: when it answers, both are durable, or neither happened.
    pub(super) async fn end(&self, job: Claimed, effects: Box<dyn Effects>) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        let gone = || Error::unavailable("the worker has stopped");
        self.0.send(Entry { job, effects, answer }).map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

struct Writer(Store);

impl Writer {
    async fn run(self, mut waiting: mpsc::UnboundedReceiver<Entry>) {
        let mut entries = Vec::new();
        while waiting.recv_many(&mut entries, MOST).await > 0 {
            self.commit_and_answer(std::mem::take(&mut entries)).await;
        }
    }

    /// One commit for all; when one of them spoils it, each by itself, so that only that one fails.
    async fn commit_and_answer(&self, entries: Vec<Entry>) {
        match self.survive(&entries).await {
            Ok(results) => {
                for (entry, result) in entries.into_iter().zip(results) {
                    // Whoever has gone away does not need the answer.
                    let _ = entry.answer.send(result);
                }
            }
            Err(error) if entries.len() > 1 => {
                tracing::warn!(%error, jobs = entries.len(), "jobs could not end together; ending them one by one");
                for entry in entries {
                    let result = self.survive(std::slice::from_ref(&entry)).await;
                    let _ = entry.answer.send(result.and_then(|mut results| results.pop().unwrap_or(Ok(()))));
                }
            }
            Err(error) => {
                for entry in entries {
                    let _ = entry.answer.send(Err(error.clone()));
                }
            }
        }
    }

    /// One that panics spoils a commit like one that fails. Nothing is kept over it but what the database takes back.
    async fn survive(&self, entries: &[Entry]) -> Result<Vec<Result<()>>> {
        let panicked = |_| Err(Error::internal("writing what a job leaves panicked"));
        AssertUnwindSafe(self.commit(entries)).catch_unwind().await.unwrap_or_else(panicked)
    }

    /// What became of each: of a job that was taken over nothing is written, and the others are done all the same.
    async fn commit(&self, entries: &[Entry]) -> Result<Vec<Result<()>>> {
        let transaction = self.0.begin().await?;
        let mut results = Vec::with_capacity(entries.len());
        for entry in entries {
            let held = entry.job.mark_done(&transaction).await;
            match &held {
                Ok(()) => entry.effects.write(&transaction).await?,
                Err(error) if error.kind == ErrorKind::Conflict => {}
                Err(error) => return Err(error.clone()),
            }
            results.push(held);
        }
        let done = || entries.iter().zip(&results).filter(|(_, held)| held.is_ok()).map(|(entry, _)| &entry.job);
        // Said before the commit, as in `Claimed::done`.
        done().for_each(|job| job.say_done(true));
        transaction.commit().await.map_err(|error| {
            done().for_each(|job| job.say_done(false));
            failed(error)
        })?;
        Ok(results)
    }
}
