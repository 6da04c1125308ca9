//! A moment by which something must have happened.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long something may take. Its moment only ever moves away, so its timer is only made when somebody waits for it, and only
/// moved when it goes off too early: most things happen in time.
pub(crate) struct Deadline {
    patience: Duration,
    due: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    /// It is not set yet.
    pub(crate) fn after(patience: Duration) -> Self {
        Self { patience, due: None, timer: None }
    }

    /// Sets it, unless it is set.
    pub(crate) fn set(&mut self) {
        self.due.get_or_insert_with(|| Instant::now() + self.patience);
    }

    /// Puts it off, where it is set, and at most until so long from now.
    pub(crate) fn put_off(&mut self, by: Duration, most: Duration) {
        if let Some(due) = &mut self.due {
            *due = (*due + by).min(Instant::now() + most).max(*due);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.due = None;
    }

    /// Ready when its moment has come; never, where it is not set.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(due) = self.due else { return Poll::Pending };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
        loop {
            ready!(timer.as_mut().poll(context));
            if timer.deadline() >= due {
                return Poll::Ready(());
            }
            timer.as_mut().reset(due);
        }
    }
}
