//! The measures of load that concern intake, one method each.

use serde::Deserialize;
use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    connection::Connection,
    event,
    latency::Latencies,
    load::{Load, Pace, Run},
    server::{Home, Server},
};
use crate::{
    Outcome,
    table::{Row, Target, median, remark},
};

/// What all measures share.
pub struct Bench {
    pub harken: PathBuf,
    pub folder: PathBuf,
    pub measured: Duration,
    pub warm_up: Duration,
    pub runs: usize,
}

/// Half of the goal for single events.
const HALF: u64 = 3_000;
const CONNECTIONS: u64 = 256;

/// Nothing moves to the lake by itself.
const NO_ARCHIVE: [(&str, &str); 2] =
    [("HARKEN__ARCHIVE__FROM", "1000000000"), ("HARKEN__ARCHIVE__AFTER_SECONDS", "1000000000")];

impl Bench {
    fn load(&self, name: &'static str, batch: u64, pace: Pace) -> Load {
        let Self { warm_up, measured, .. } = *self;
        Load { name, connections: CONNECTIONS, batch, pace, warm_up, measured }
    }

    async fn home(&self) -> Outcome<Home> {
        Home::make(&self.harken, &self.folder).await
    }

    /// One run on a new folder, after which as many signals must be there as were acknowledged.
    async fn once(&self, load: &Load, settings: &[(&str, &str)]) -> Outcome<Run> {
        let home = self.home().await?;
        let server = home.serve(settings).await?;
        let run = load.run(&server).await?;
        server.stop().await?;
        verify(&home, run.stored).await?;
        Ok(run)
    }

    async fn several(&self, load: &Load) -> Outcome<Vec<Run>> {
        let mut runs = Vec::new();
        for number in 1..=self.runs {
            let run = self.once(load, &[]).await?;
            remark(format_args!(
                "{} {number}/{}: {:.0} events/s, p50 {:.1} ms, p99 {:.1} ms, p99.9 {:.1} ms; {} acknowledged and stored; \
                 server {:.0} % and generator {:.0} % of a processor; server at most {:.0} MB",
                load.name,
                self.runs,
                run.rate,
                run.latencies.quantile(0.5),
                run.latencies.quantile(0.99),
                run.latencies.quantile(0.999),
                run.stored,
                100.0 * run.server,
                100.0 * run.generator,
                run.memory,
            ));
            runs.push(run);
        }
        Ok(runs)
    }

    /// The peer: the same binary, told to commit one request at a time; a quarter of the time is enough to see its rate.
    async fn one_commit_per_request(&self, load: &Load, commit: &str) -> Outcome<Run> {
        let load = Load { measured: (self.measured / 4).max(Duration::from_secs(5)), ..load.clone() };
        self.once(&load, &[("HARKEN__LOG__COMMIT", commit)]).await
    }

    /// L1 and the memory of L8.
    pub async fn single_events(&self) -> Outcome<Vec<Row>> {
        let load = self.load("L1", 1, Pace::Closed);
        let runs = self.several(&load).await?;
        let peer = self.one_commit_per_request(&load, "1").await?;
        let idle = self.idle_memory().await?;
        Ok(vec![
            Row::new("L1 single events, 256 connections", "events/s", median(&of(&runs, |run| run.rate)))
                .beside(peer.rate)
                .target(Target::AtLeast(6_000.0)),
            Row::new("L1, the worst run", "events/s", least(&runs, |run| run.rate)),
            Row::new("L8 memory, idle", "MB", idle).target(Target::AtMost(80.0)),
            Row::new("L8 memory, most under L1", "MB", most(&runs, |run| run.memory))
                .beside(peer.memory)
                .target(Target::AtMost(300.0)),
        ])
    }

    async fn idle_memory(&self) -> Outcome<f64> {
        let home = self.home().await?;
        let server = home.serve(&[]).await?;
        tokio::time::sleep(Duration::from_secs(5)).await;
        let memory = server.memory()?;
        server.stop().await?;
        Ok(memory)
    }

    /// L2.
    pub async fn batches(&self) -> Outcome<Vec<Row>> {
        let load = self.load("L2", 50, Pace::Closed);
        let runs = self.several(&load).await?;
        let peer = self.one_commit_per_request(&load, "50").await?;
        Ok(vec![
            Row::new("L2 batches of 50, 256 connections", "events/s", median(&of(&runs, |run| run.rate)))
                .beside(peer.rate)
                .target(Target::AtLeast(20_000.0)),
            Row::new("L2, the worst run", "events/s", least(&runs, |run| run.rate)),
            Row::new("L2 memory, most", "MB", most(&runs, |run| run.memory)).beside(peer.memory),
        ])
    }

    /// L3. There is no peer: one commit per request does not reach this rate at all.
    pub async fn latency(&self, sync_p99: f64) -> Outcome<Vec<Row>> {
        let runs = self.several(&self.load("L3", 1, Pace::Open(HALF))).await?;
        let at = |share: f64| median(&of(&runs, |run| run.latencies.quantile(share)));
        Ok(vec![
            Row::new("L3 at 3,000/s, p50", "ms", at(0.5)).target(Target::AtMost(10.0)),
            Row::new("L3 at 3,000/s, p99", "ms", at(0.99)).target(Target::AtMost(50.0)),
            Row::new("L3 at 3,000/s, p99 beside 2.5 × fdatasync p99 + 10 ms", "ms", at(0.99))
                .target(Target::AtMost(2.5 * sync_p99 + 10.0)),
            Row::new("L3 at 3,000/s, p99.9", "ms", at(0.999)).target(Target::AtMost(150.0)),
            Row::new("L3, p99 of the worst run", "ms", most(&runs, |run| run.latencies.quantile(0.99))),
        ])
    }

    /// L9, empty.
    pub async fn start_empty(&self) -> Outcome<Row> {
        let mut took = Vec::new();
        for _ in 0..5 {
            let home = self.home().await?;
            let server = home.serve(&[]).await?;
            took.push(server.ready_after.as_secs_f64());
            server.stop().await?;
        }
        Ok(Row::new("L9 start to ready, empty", "s", median(&took)).target(Target::AtMost(0.5)))
    }

    /// L9 after kill -9 with a backlog, then L10: its drain while more comes in.
    pub async fn drain(&self, backlog: u64) -> Outcome<Vec<Row>> {
        let home = self.home().await?;
        let server = home.serve(&NO_ARCHIVE).await?;
        let fill = Load { connections: 8, ..self.load("fill", 500, Pace::Fill(backlog)) };
        let mut stored = fill.run(&server).await?.stored;
        server.kill().await?;

        let server = home.serve(&[]).await?;
        let ready_after = server.ready_after.as_secs_f64();
        let start = Instant::now();
        let measured = Duration::from_secs(20);
        let load = Load { warm_up: Duration::ZERO, measured, ..self.load("L10", 1, Pace::Open(HALF)) };
        let (run, drained) = tokio::join!(load.run(&server), drained(&home, start));
        let run = run?;
        stored += run.stored;
        let drained = drained?;
        server.stop().await?;
        verify(&home, stored).await?;
        Ok(vec![
            Row::new(format!("L9 start to ready after kill -9, {backlog} unarchived"), "s", ready_after)
                .target(Target::AtMost(2.0)),
            Row::new(format!("L10 archive drain of {backlog} at 3,000/s"), "s", drained.as_secs_f64())
                .target(Target::AtMost(20.0)),
            Row::new("L10 p50 of intake meanwhile", "ms", run.latencies.quantile(0.5)).target(Target::AtMost(10.0)),
            Row::new("L10 p99 of intake meanwhile", "ms", run.latencies.quantile(0.99)).target(Target::AtMost(50.0)),
            Row::new("L10 p99.9 of intake meanwhile", "ms", run.latencies.quantile(0.999))
                .target(Target::AtMost(150.0)),
            Row::new("L8 memory, most while draining", "MB", run.memory).target(Target::AtMost(600.0)),
        ])
    }

    /// L11: from sending an event until a new `harken query` counts it, at 3,000/s of other events.
    pub async fn freshness(&self) -> Outcome<Vec<Row>> {
        const PROBES: u64 = 50;
        let home = self.home().await?;
        let server = Arc::new(home.serve(&[]).await?);
        let measured = Duration::from_secs(40);
        let load = Load { warm_up: Duration::ZERO, measured, ..self.load("L11", 1, Pace::Open(HALF)) };
        let background = tokio::spawn({
            let server = server.clone();
            async move { load.run(&server).await }
        });
        tokio::time::sleep(Duration::from_secs(5)).await;
        let mut took = Latencies::default();
        for probe in 0..PROBES {
            took.add(visible_after(&home, &server, probe).await?);
        }
        let stored = background.await??.stored + PROBES;
        let server = Arc::into_inner(server).ok_or("the server is still in use")?;
        server.stop().await?;
        verify(&home, stored).await?;
        Ok(vec![
            Row::new("L11 event to visible in `harken query`, p50", "s", took.quantile(0.5) / 1_000.0),
            Row::new("L11 event to visible in `harken query`, p99 of 50", "s", took.quantile(0.99) / 1_000.0)
                .target(Target::AtMost(2.0)),
        ])
    }
}

/// Fails unless the product counts as many signals as were acknowledged.
async fn verify(home: &Home, acknowledged: u64) -> Outcome<()> {
    let counted = home.count().await?;
    if counted == acknowledged {
        Ok(())
    } else {
        Err(format!("{acknowledged} events were acknowledged and {counted} are stored").into())
    }
}

async fn visible_after(home: &Home, server: &Server, probe: u64) -> Outcome<Duration> {
    #[derive(Deserialize)]
    struct Figures {
        rows: Vec<Row>,
    }
    #[derive(Deserialize)]
    struct Row {
        n: u64,
    }
    let mut connection = Connection::open(server.address, &server.key).await?;
    let id = format!("probe-{probe}");
    let filter = format!("message_id = '{id}'");
    let start = Instant::now();
    connection.post("/v1/track", event::single(&id, probe)).await?;
    loop {
        let figures: Figures = home.ask(&["query", "count", "--where", &filter]).await?;
        if figures.rows.iter().any(|row| row.n == 1) {
            return Ok(start.elapsed());
        }
    }
}

/// How long after `start` the log held so little that the archive had caught up.
async fn drained(home: &Home, start: Instant) -> Outcome<Duration> {
    /// A shorter tail waits in the log by itself.
    const TAIL: i64 = 60_000;
    let store = store::Store::open(home.path()).await?;
    let clock = base::Clock::system();
    let team = team::Team::new(store.clone(), clock.clone());
    let scope = team.operator(team.default_workspace().await?.id);
    let customers = Arc::new(customers::Customers::new(store.clone(), clock.clone()));
    let log = signals::Signals::start(store, clock, customers, signals::LogSettings::default());
    // The only workspace: what was numbered and not pruned is in the log. Counting it would cost the cores that are measured.
    while log.head().await? - log.pruned(&scope).await? > TAIL {
        if start.elapsed() > Duration::from_secs(600) {
            return Err("the archive has not caught up within ten minutes".into());
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    Ok(start.elapsed())
}

fn of(runs: &[Run], what: impl Fn(&Run) -> f64) -> Vec<f64> {
    runs.iter().map(what).collect()
}

fn least(runs: &[Run], what: impl Fn(&Run) -> f64) -> f64 {
    runs.iter().map(what).fold(f64::INFINITY, f64::min)
}

fn most(runs: &[Run], what: impl Fn(&Run) -> f64) -> f64 {
    runs.iter().map(what).fold(0.0, f64::max)
}
