//! An installation with jobs: a table of effects, handlers that fill it, and processes that can be stopped and killed.

use async_trait::async_trait;
use base::{Clock, Timestamp, WorkspaceId};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, prelude::Uuid, sea_query::Query};
use std::{collections::BTreeMap, future::Future, pin::Pin, sync::Arc, time::Duration};
use store::{
    Store,
    jobs::{
        Claimed, Failure, Handler, Job, JobId, Jobs, NewJob, Policy, Reach, Schedule, Search, State, Worker, enqueue,
    },
};
use testkit::{Database, databases};
use tokio::{sync::oneshot, task::JoinHandle};

/// Quick to fail, quick to be taken over.
pub const QUICK: Policy = Policy {
    attempts: 3,
    first: Duration::from_millis(1),
    longest: Duration::from_millis(4),
    lease: Duration::from_millis(400),
    limit: Duration::from_secs(60),
    concurrency: 4,
};

/// How long anything may take that ends by itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// One database and what its jobs have done.
pub struct World {
    pub database: Database,
    pub store: Store,
    pub clock: Clock,
    pub jobs: Jobs,
}

/// Tells a story to SQLite, and to PostgreSQL where its server is installed.
pub async fn on_both(story: impl AsyncFn(&World)) {
    for database in databases().await {
        eprintln!("on {}", database.name);
        let world = World::over(database).await;
        story(&world).await;
        world.database.dispose().await;
    }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub const MARTA: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
pub const NILS: WorkspaceId = WorkspaceId(Uuid::from_u128(2));

impl World {
    pub async fn over(database: Database) -> Self {
        let store = database.store.clone();
        let clock = Clock::fixed(at("2026-03-02T09:00:00Z"));
        let transaction = store.begin().await.unwrap();
        // Without a key, so that an effect that happens twice is there twice.
        transaction.execute_unprepared("create table effect (what text not null)").await.unwrap();
        transaction.commit().await.unwrap();
        let jobs = Jobs::new(store.clone(), clock.clone());
        Self { database, store, clock, jobs }
    }

    /// Enqueues a job in a transaction of its own.
    pub async fn asks(&self, job: NewJob) -> Option<JobId> {
        let transaction = self.store.begin().await.unwrap();
        let id = enqueue(&transaction, job, self.clock.now()).await.unwrap();
        transaction.commit().await.unwrap();
        id
    }

    /// Enqueues jobs whose effects are these.
    pub async fn asks_for(&self, kind: &'static str, effects: impl IntoIterator<Item = String>) {
        let transaction = self.store.begin().await.unwrap();
        for effect in effects {
            enqueue(&transaction, NewJob::new(kind, &effect).unwrap(), self.clock.now()).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }

    pub fn waits(&self, micros: i64) {
        self.clock.set(self.clock.now().plus(micros));
    }

    /// How often each effect happened.
    pub async fn effects(&self) -> BTreeMap<String, usize> {
        #[derive(FromQueryResult)]
        struct Row {
            what: String,
        }
        let reader = self.store.read();
        let select = Query::select().column("what").from("effect").take();
        let statement: Statement = reader.get_database_backend().build(&select);
        let mut effects = BTreeMap::new();
        for row in Row::find_by_statement(statement).all(reader).await.unwrap() {
            *effects.entry(row.what).or_default() += 1;
        }
        effects
    }

    pub async fn all(&self) -> Vec<Job> {
        let search = Search { state: None, kind: None, before: None, limit: 100_000 };
        self.jobs.list(Reach::House, &search).await.unwrap()
    }

    pub async fn job(&self, id: JobId) -> Job {
        self.jobs.get(Reach::House, id).await.unwrap()
    }

    /// Waits until a job is in a state.
    pub async fn until(&self, id: JobId, state: State) -> Job {
        self.eventually(async || Some(self.job(id).await).filter(|job| job.state == state)).await
    }

    /// Waits until every job of a kind has ended.
    pub async fn until_all_ended(&self, kind: &str) {
        let open = |job: &Job| job.kind == kind && job.ended_at.is_none();
        self.in_time(async || (!self.all().await.iter().any(open)).then_some(())).await;
    }

    /// The same while time passes, as jobs need that wait to be tried again.
    pub async fn in_time<T>(&self, look: impl AsyncFn() -> Option<T>) -> T {
        let pass = async || {
            self.waits(4_000);
            look().await
        };
        self.eventually(pass).await
    }

    pub async fn eventually<T>(&self, look: impl AsyncFn() -> Option<T>) -> T {
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(found) = look().await {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        match found.await {
            Ok(found) => found,
            Err(_) => panic!("it never happened on {}: {:#?}", self.database.name, self.all().await),
        }
    }

    /// Starts a process with these handlers.
    pub fn starts(&self, handlers: Vec<Arc<dyn Handler>>) -> Process {
        Process::start(self.store.clone(), self.clock.clone(), handlers, Vec::new())
    }

    /// The same with schedules.
    pub fn starts_with(&self, handlers: Vec<Arc<dyn Handler>>, schedules: Vec<Schedule>) -> Process {
        Process::start(self.store.clone(), self.clock.clone(), handlers, schedules)
    }
}

/// A worker at work.
pub struct Process {
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl Process {
    pub fn start(store: Store, clock: Clock, handlers: Vec<Arc<dyn Handler>>, schedules: Vec<Schedule>) -> Self {
        let worker = Worker::new(store, clock, handlers, Arc::new(schedules)).unwrap();
        let (stop, stopped) = oneshot::channel();
        let stopped = async move { drop(stopped.await) };
        Self { stop, running: tokio::spawn(worker.run(stopped, Duration::from_millis(200))) }
    }

    /// Tells it to stop and waits until it has.
    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        self.running.await.unwrap();
    }

    /// It is gone, in the middle of whatever it did.
    pub async fn kill(self) {
        self.running.abort();
        let _ = self.running.await;
    }
}

type Work = dyn for<'a> Fn(&'a Claimed) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>> + Send + Sync;

/// A handler that does what the test says.
pub struct Does {
    kind: &'static str,
    policy: Policy,
    work: Box<Work>,
}

/// A handler for a kind; `work` boxes its future.
pub fn does<F>(kind: &'static str, policy: Policy, work: F) -> Arc<dyn Handler>
where
    F: for<'a> Fn(&'a Claimed) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>
        + Send
        + Sync
        + 'static,
{
    Arc::new(Does { kind, policy, work: Box::new(work) })
}

#[async_trait]
impl Handler for Does {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn policy(&self) -> Policy {
        self.policy
    }

    async fn run(&self, job: &Claimed) -> Result<(), Failure> {
        (self.work)(job).await
    }
}

/// The handler of `write`: makes the effect that its payload names, once.
pub fn writes(store: &Store) -> Arc<dyn Handler> {
    writes_by(QUICK, store)
}

/// The same by another policy.
pub fn writes_by(policy: Policy, store: &Store) -> Arc<dyn Handler> {
    let store = store.clone();
    does("write", policy, move |job| {
        let store = store.clone();
        Box::pin(async move { write_once(&store, job).await })
    })
}

/// Makes the effect and marks the job done in one transaction.
pub async fn write_once(store: &Store, job: &Claimed) -> Result<(), Failure> {
    let transaction = job.begin(store).await?;
    effect(&transaction, &job.payload::<String>()?).await;
    Ok(job.done(transaction).await?)
}

pub async fn effect(connection: &impl ConnectionTrait, what: &str) {
    let insert = Query::insert().into_table("effect").columns(["what"]).values_panic([what.into()]).take();
    connection.execute(&insert).await.unwrap();
}

/// Effects that each happened once.
pub fn once(effects: impl IntoIterator<Item = String>) -> BTreeMap<String, usize> {
    effects.into_iter().map(|effect| (effect, 1)).collect()
}

pub fn numbered(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("digest {number}"))
}
