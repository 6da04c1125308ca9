//! A handler for work that needs to be told nothing and may be done twice: forgetting what is old, and the like.

use async_trait::async_trait;
use base::Result;
use futures::{FutureExt, future::BoxFuture};
use std::{future::Future, sync::Arc};
use store::jobs::{Claimed, Failure, Handler, Policy};

/// A chore of the house.
pub(super) struct Chore {
    kind: &'static str,
    task: Box<dyn Fn() -> BoxFuture<'static, Result<()>> + Send + Sync>,
}

impl Chore {
    pub(super) fn handler<F>(kind: &'static str, task: impl Fn() -> F + Send + Sync + 'static) -> Arc<dyn Handler>
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        Arc::new(Self { kind, task: Box::new(move || task().boxed()) })
    }
}

#[async_trait]
impl Handler for Chore {
    fn kind(&self) -> &'static str {
        self.kind
    }

    /// It comes again anyway, so a few attempts are enough.
    fn policy(&self) -> Policy {
        Policy { attempts: 3, concurrency: 1, ..Policy::default() }
    }

    async fn run(&self, _: &Claimed) -> Result<(), Failure> {
        Ok((self.task)().await?)
    }
}
