//! The worker of a process: claims what is due, runs it, keeps its leases, and lets schedules tick.

use base::{Clock, Error, Result, Timestamp};
use std::{
    any::Any,
    collections::HashMap,
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::watch,
    task::{JoinError, JoinSet},
};

use super::{
    Claimed, Failure, Handler, Timetable,
    claim::{Ending, claim, is_due},
    enqueue::bell,
    pace::{Look, Pace},
    schedule::Ticker,
    together::Together,
    watch::Watch,
};
use crate::Store;

/// Runs the jobs of some kinds. Several processes may, on one PostgreSQL.
pub struct Worker {
    store: Store,
    clock: Clock,
    handlers: Vec<Arc<dyn Handler>>,
    timetable: Arc<dyn Timetable>,
}

/// How often the database is asked when nothing rings: what another process enqueued, or what has become due.
const LOOK: Duration = Duration::from_secs(1);
/// The bell rings before the caller commits, so it is followed by several looks, the first ones soon.
const AFTER_THE_BELL: [Duration; 4] =
    [Duration::from_millis(1), Duration::from_millis(10), Duration::from_millis(50), Duration::from_millis(250)];
/// How often the timetable is asked which schedules there are.
const RELOAD: Duration = Duration::from_secs(30);
/// How often the end of a job is written, when the database does not answer, before its lease is left to run out.
const TRIES: u32 = 5;

/// What the worker tells those who attend to its running jobs.
#[derive(Clone, Copy)]
struct Word {
    horizon: Timestamp,
    give_back: bool,
}

impl Worker {
    /// A worker for the kinds of these handlers, which must differ.
    pub fn new(
        store: Store,
        clock: Clock,
        handlers: Vec<Arc<dyn Handler>>,
        timetable: Arc<dyn Timetable>,
    ) -> Result<Self> {
        let kinds: std::collections::HashSet<_> = handlers.iter().map(|handler| handler.kind()).collect();
        if kinds.len() < handlers.len() {
            return Err(Error::internal("two handlers are for the same kind of job"));
        }
        Ok(Self { store, clock, handlers, timetable })
    }

    /// Runs until `stop` resolves. Jobs that run then have `drain` to end; those that do not are given back, to be run by
    /// another process or the next one. When the future is dropped instead, others find that out by their leases.
    pub async fn run(self, stop: impl Future<Output = ()>, drain: Duration) {
        let mut stop = std::pin::pin!(stop);
        let mut bell = bell();
        let mut pace = Pace::start(self.clock.now(), Instant::now());
        let mut rounds = Rounds::new(&self);
        let (word, _) = watch::channel(Word { horizon: self.clock.now(), give_back: false });
        let together = Together::start(self.store.clone());
        let mut running = Running::default();
        let mut looks = AFTER_THE_BELL.iter();
        let patience = LOOK.min(rounds.watch.period());
        loop {
            let look = pace.look(self.clock.now(), Instant::now());
            word.send_modify(|word| word.horizon = look.horizon);
            rounds.make(look).await;
            if let Err(error) = self.claim(look.horizon, &mut running, &together, &word).await {
                tracing::error!(%error, "claiming jobs; trying again");
            }
            tokio::select! {
                () = &mut stop => break,
                // Its sender is never dropped.
                _ = bell.changed() => looks = AFTER_THE_BELL.iter(),
                () = running.one_ended() => {}
                () = tokio::time::sleep(looks.next().copied().unwrap_or(patience)) => {}
            }
        }
        if tokio::time::timeout(drain, running.all_ended()).await.is_err() {
            word.send_modify(|word| word.give_back = true);
            running.all_ended().await;
        }
    }

    /// Claims what is due and has a place, and begins it.
    async fn claim(
        &self,
        horizon: Timestamp,
        running: &mut Running,
        together: &Together,
        word: &watch::Sender<Word>,
    ) -> Result<()> {
        for handler in &self.handlers {
            let (kind, most) = (handler.kind(), handler.policy().concurrency);
            let places = most.saturating_sub(running.of(kind));
            if places == 0 || !is_due(&self.store, kind, horizon).await? {
                continue;
            }
            for job in claim(&self.store, &self.clock, together, kind, places, horizon).await? {
                running.begin(kind, attend(self.store.clone(), handler.clone(), job, word.subscribe()));
            }
        }
        Ok(())
    }
}

/// What is done beside claiming: watching leases, asking for schedules and letting them tick.
struct Rounds {
    watch: Watch,
    ticker: Ticker,
    watched: Option<Instant>,
    loaded: Option<Instant>,
}

impl Rounds {
    fn new(worker: &Worker) -> Self {
        let policies = worker.handlers.iter().map(|handler| (handler.kind(), handler.policy())).collect();
        let watch = Watch::new(worker.store.clone(), worker.clock.clone(), policies);
        let ticker = Ticker::new(worker.store.clone(), worker.clock.clone(), worker.timetable.clone());
        Self { watch, ticker, watched: None, loaded: None }
    }

    async fn make(&mut self, look: Look) {
        let Look { horizon, back } = look;
        let due = |last: Option<Instant>, period| last.is_none_or(|last| last.elapsed() >= period);
        if back || self.watched.is_none() {
            complain("bringing jobs forward", self.watch.bring_forward(horizon).await);
        }
        if due(self.watched, self.watch.period()) {
            complain("watching leases", self.watch.look(horizon, Instant::now()).await);
            self.watched = Some(Instant::now());
        }
        if back {
            complain("starting the schedules over", self.ticker.start_over(horizon).await);
        } else if due(self.loaded, RELOAD) {
            complain("reading the schedules", self.ticker.reload(horizon).await);
            self.loaded = Some(Instant::now());
        }
        complain("enqueuing what is scheduled", self.ticker.tick(horizon).await);
    }
}

fn complain(doing: &str, result: Result<()>) {
    if let Err(error) = result {
        tracing::error!(%error, "{doing}; trying again");
    }
}

/// The jobs that run, counted by kind.
#[derive(Default)]
struct Running {
    tasks: JoinSet<&'static str>,
    kinds: HashMap<&'static str, usize>,
}

impl Running {
    fn of(&self, kind: &str) -> usize {
        self.kinds.get(kind).copied().unwrap_or(0)
    }

    fn begin(&mut self, kind: &'static str, attending: impl Future<Output = ()> + Send + 'static) {
        *self.kinds.entry(kind).or_default() += 1;
        self.tasks.spawn(async move {
            attending.await;
            kind
        });
    }

    /// Resolves when a job has ended; never, while none runs.
    async fn one_ended(&mut self) {
        match self.tasks.join_next().await {
            Some(ended) => self.note(ended),
            None => std::future::pending().await,
        }
        // Whatever ended together is replaced by one claim.
        while let Some(ended) = self.tasks.try_join_next() {
            self.note(ended);
        }
    }

    async fn all_ended(&mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            self.note(ended);
        }
    }

    fn note(&mut self, ended: Result<&'static str, JoinError>) {
        // Attending does not panic: the handler, which may, is a task of its own.
        if let Some(count) = ended.ok().and_then(|kind| self.kinds.get_mut(kind)) {
            *count = count.saturating_sub(1);
        }
    }
}

/// Runs one job to its end, with signs of life meanwhile.
async fn attend(store: Store, handler: Arc<dyn Handler>, job: Claimed, mut word: watch::Receiver<Word>) {
    let policy = handler.policy();
    let job = Arc::new(job);
    // A task of its own: neither its panic nor its long computation keeps the signs of life from being given.
    let mut work = JoinSet::new();
    let (at_work, its_job) = (handler.clone(), job.clone());
    work.spawn(async move { at_work.run(&its_job).await });
    let mut limit = std::pin::pin!(tokio::time::sleep(policy.limit));
    let ended = loop {
        tokio::select! {
            Some(ended) = work.join_next() => break ended.unwrap_or_else(|error| Err(panicked(error))),
            () = &mut limit => {
                work.shutdown().await;
                break Err(Failure::again(format!("it did not end within {} seconds", policy.limit.as_secs())));
            }
            () = told_to_give_back(&mut word) => {
                work.shutdown().await;
                return settle(&store, &job, Ending::GivenBack).await;
            }
            () = tokio::time::sleep(policy.beat()) => match job.beat(&store).await {
                Ok(false) if !job.is_done() => {
                    tracing::warn!(kind = job.kind, job = %job.id, "another worker has taken this job over");
                    return;
                }
                Ok(_) => {}
                // It may still be held; if not, the next sign of life or the end finds out.
                Err(error) => tracing::warn!(kind = job.kind, job = %job.id, %error, "a sign of life was not written"),
            },
        }
    };
    let ending = match ended {
        Ok(()) => Ending::Done,
        Err(failure) => {
            tracing::warn!(kind = job.kind, job = %job.id, attempt = job.attempt, ?failure, "a job failed");
            Ending::Failed { failure, policy, horizon: word.borrow().horizon }
        }
    };
    settle(&store, &job, ending).await;
}

async fn told_to_give_back(word: &mut watch::Receiver<Word>) {
    // An error means that the worker is gone, and this task with it.
    let _ = word.wait_for(|word| word.give_back).await;
}

/// Writes how a job ended, unless its handler did.
async fn settle(store: &Store, job: &Claimed, ending: Ending) {
    for _ in 0..TRIES {
        if job.is_done() {
            return;
        }
        match job.end(store, &ending).await {
            Ok(true) => return,
            Ok(false) => {
                return tracing::warn!(kind = job.kind, job = %job.id, "another worker had taken this job over");
            }
            Err(error) => tracing::error!(kind = job.kind, job = %job.id, %error, "the end of a job was not written"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn panicked(error: JoinError) -> Failure {
    let text = |panic: &dyn Any| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word").to_owned()
    };
    let why = error.try_into_panic().map_or_else(|error| error.to_string(), |panic| text(&*panic));
    Failure::again(format!("it panicked: {why}"))
}
