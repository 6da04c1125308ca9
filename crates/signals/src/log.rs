//! The log's handle and its one writer: whatever queued while the last commit ran goes into the next one, with no timer.

use base::{Clock, Error, Result};
use fail::fail_point;
use std::{sync::Arc, time::Duration};
use store::{Store, failed};
use team::Scope;
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::{Draft, Recognise, commit, ready::Ready};

/// The room's handle; cheap to clone.
#[derive(Clone)]
pub struct Signals {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    queue: mpsc::UnboundedSender<Entry>,
    room: Arc<Semaphore>,
    settings: LogSettings,
}

/// How much may wait for the writer and how much one commit carries.
#[derive(Clone, Copy, Debug)]
pub struct LogSettings {
    /// Drafts in the queue before callers wait, and after `patience` are refused.
    pub queue: usize,
    /// Drafts in one commit; what one caller sends stays together, so a larger call is a commit by itself.
    pub commit: usize,
    /// How long a caller waits for room in the queue.
    pub patience: Duration,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { queue: 50_000, commit: 8_000, patience: Duration::from_secs(2) }
    }
}

/// How full the queue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Drafts that wait for the writer or are being written.
    pub waiting: usize,
    /// Drafts that there is room for.
    pub room: usize,
}

/// What became of a draft. Whatever it is, it is durable by the time it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// Stored now, under this sequence number.
    Logged {
        /// Its place in the log.
        seq: i64,
    },
    /// Already stored: the same message id said the same within the last seven days.
    Duplicate,
    /// The same message id said something else within the last seven days; the first one is kept.
    Conflict,
}

/// One caller's drafts on their way through the writer.
pub(crate) struct Entry {
    pub(crate) scope: Scope,
    pub(crate) drafts: Vec<Ready>,
    answer: oneshot::Sender<Result<Vec<Receipt>>>,
    /// Gives the queue its room back when the entry is done with, whatever became of it.
    _room: tokio::sync::OwnedSemaphorePermit,
}

impl Signals {
    /// Opens the log and starts its writer, which stops when the last handle is dropped.
    pub fn start(store: Store, clock: Clock, recognise: Arc<dyn Recognise>, settings: LogSettings) -> Self {
        let (queue, waiting) = mpsc::unbounded_channel();
        let room = Arc::new(Semaphore::new(settings.queue));
        let writer = Writer { store: store.clone(), clock: clock.clone(), recognise, most: settings.commit };
        tokio::spawn(writer.run(waiting));
        Self { store, clock, queue, room, settings }
    }

    /// How full the queue is now.
    pub fn queue(&self) -> Queue {
        let room = self.settings.queue;
        Queue { waiting: room.saturating_sub(self.room.available_permits()), room }
    }

    /// Logs drafts and answers after the commit that holds them: one receipt for each, in order.
    ///
    /// The drafts of one call are committed together. An error means that none of them is known to be stored; sending
    /// them again with the same message ids is always safe.
    pub async fn log(&self, scope: &Scope, drafts: Vec<Draft>) -> Result<Vec<Receipt>> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        self.store.ensure_room()?;
        let size = u32::try_from(drafts.len().min(self.settings.queue)).unwrap_or(u32::MAX);
        let busy = || Error::unavailable("too much is waiting to be logged; try again");
        let room = tokio::time::timeout(self.settings.patience, self.room.clone().acquire_many_owned(size));
        let room = room.await.map_err(|_| busy())?.map_err(|_| busy())?;
        let drafts = drafts.into_iter().map(Ready::from).collect();
        let (answer, answered) = oneshot::channel();
        let gone = || Error::unavailable("the log has stopped");
        self.queue.send(Entry { scope: scope.clone(), drafts, answer, _room: room }).map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

struct Writer {
    store: Store,
    clock: Clock,
    recognise: Arc<dyn Recognise>,
    most: usize,
}

impl Writer {
    async fn run(self, mut waiting: mpsc::UnboundedReceiver<Entry>) {
        let mut held_over = None;
        loop {
            let first = match held_over.take() {
                Some(entry) => entry,
                None => match waiting.recv().await {
                    Some(entry) => entry,
                    None => return,
                },
            };
            let mut drafts = first.drafts.len();
            let mut entries = vec![first];
            while let Ok(entry) = waiting.try_recv() {
                drafts += entry.drafts.len();
                if drafts > self.most {
                    held_over = Some(entry);
                    break;
                }
                entries.push(entry);
            }
            self.commit_and_answer(entries).await;
        }
    }

    /// One commit for all; when a defect spoils it, each entry alone, so that only the one at fault is refused.
    async fn commit_and_answer(&self, entries: Vec<Entry>) {
        match self.commit(&entries).await {
            Ok(receipts) => {
                for (entry, receipts) in entries.into_iter().zip(receipts) {
                    // A caller that has gone away does not need its answer.
                    let _ = entry.answer.send(Ok(receipts));
                }
            }
            Err(error) if error.kind == base::ErrorKind::Internal && entries.len() > 1 => {
                tracing::warn!(%error, entries = entries.len(), "a commit failed; committing its entries one by one");
                for entry in entries {
                    let result = self.commit(std::slice::from_ref(&entry)).await;
                    let _ = entry.answer.send(result.map(|mut receipts| receipts.pop().unwrap_or_default()));
                }
            }
            Err(error) => {
                if error.kind == base::ErrorKind::Full {
                    self.store.release_reserve();
                }
                for entry in entries {
                    let _ = entry.answer.send(Err(error.clone()));
                }
            }
        }
    }

    async fn commit(&self, entries: &[Entry]) -> Result<Vec<Vec<Receipt>>> {
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        let receipts = commit::commit(&transaction, &*self.recognise, entries, now).await?;
        transaction.commit().await.map_err(failed)?;
        fail_point!("log::committed");
        Ok(receipts)
    }
}
