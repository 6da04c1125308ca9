//! `harken jobs list|show|retry|discard|kinds`

use base::Result;
use clap::Subcommand;
use serde_json::json;
use std::process::ExitCode;
use store::jobs::{Job, JobId, Jobs as Stored, Reach, Search, State};

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// Work that is waiting, running, done, or was given up.
#[derive(Subcommand)]
pub enum Jobs {
    /// List the jobs of all workspaces and the house's own, asked for last first.
    List {
        /// Only those in this state: waiting, running, done, dead.
        #[arg(long)]
        state: Option<State>,
        /// Only those of this kind.
        #[arg(long)]
        kind: Option<String>,
        /// How many at most.
        #[arg(short, default_value_t = 50)]
        n: u64,
        /// Only those asked for before this one.
        #[arg(long, value_name = "JOB")]
        before: Option<JobId>,
    },
    /// Show a job.
    Show {
        /// Its id.
        job: JobId,
    },
    /// Let a dead job run again, at once and with all its attempts.
    Retry {
        /// Its id.
        job: JobId,
    },
    /// Take away a job that waits or is dead: it will not be run.
    Discard {
        /// Its id.
        job: JobId,
    },
    /// List the kinds of jobs, and how many there are in each state.
    Kinds,
}

impl Jobs {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let house = House::open(global, settings).await?;
        let jobs = Stored::new(house.store.clone(), house.clock.clone());
        match self {
            Self::List { state, kind, n, before } => {
                let found = jobs.list(Reach::House, &Search { state, kind, before, limit: n }).await?;
                list(global, &found);
            }
            Self::Show { job } => show(global, &jobs.get(Reach::House, job).await?),
            Self::Retry { job } => {
                let retried = jobs.retry(Reach::House, job).await?;
                if global.json {
                    output::json(&retried);
                } else {
                    output::line(format_args!("{job} waits to be run"));
                }
            }
            Self::Discard { job } => {
                jobs.discard(Reach::House, job).await?;
                if global.json {
                    output::json(&json!({ "discarded": job }));
                } else {
                    output::line(format_args!("{job} is gone"));
                }
            }
            Self::Kinds => kinds(global, settings, &house, &jobs).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn list(global: &Global, found: &[Job]) {
    if global.json {
        return output::json(&json!({ "items": found }));
    }
    if found.is_empty() {
        return output::line("There are no such jobs");
    }
    let row = |job: &Job| {
        let reason = job.reason.clone().unwrap_or_default();
        vec![job.id.to_string(), job.kind.clone(), job.state.to_string(), job.due_at.to_string(), reason]
    };
    output::table(&["job", "kind", "state", "due", "failed last because"], found.iter().map(row), 5);
}

fn show(global: &Global, job: &Job) {
    if global.json {
        return output::json(job);
    }
    let workspace = job.workspace.map_or("none: the house's own".into(), |workspace| workspace.to_string());
    let moment = |at: Option<base::Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let rows = [
        ("job", job.id.to_string()),
        ("kind", job.kind.clone()),
        ("workspace", workspace),
        ("state", job.state.to_string()),
        ("attempts", job.attempt.to_string()),
        ("due", job.due_at.to_string()),
        ("failed last because", job.reason.clone().unwrap_or_default()),
        ("unique key", job.unique_key.clone().unwrap_or_default()),
        ("asked for", job.created_at.to_string()),
        ("ended", moment(job.ended_at)),
        ("payload", job.payload.to_string()),
    ];
    output::table(&["", ""], rows.into_iter().map(|(name, value)| vec![name.into(), value]), 2);
}

async fn kinds(global: &Global, settings: &Settings, house: &House, jobs: &Stored) -> Result<()> {
    let counts = jobs.counts().await?;
    let mut kinds = server::kinds(&house.rooms(), &house.mailer(settings)?, &house.clock);
    // One that this version does not know any more may still be in the database.
    kinds.extend(counts.iter().map(|row| row.kind.as_str()));
    kinds.sort_unstable();
    kinds.dedup();
    let count = |kind: &str, state: State| {
        let found = counts.iter().find(|row| row.kind == kind && row.state == state.name());
        found.map_or(0, |row| row.count)
    };
    if global.json {
        let item = |kind: &str| {
            let [waiting, running, done, dead] = State::ALL.map(|state| count(kind, state));
            json!({ "kind": kind, "waiting": waiting, "running": running, "done": done, "dead": dead })
        };
        output::json(&json!({ "items": kinds.into_iter().map(item).collect::<Vec<_>>() }));
    } else {
        let row = |kind: &str| {
            let counts = State::ALL.map(|state| count(kind, state).to_string());
            [kind.to_owned()].into_iter().chain(counts).collect()
        };
        output::table(&["kind", "waiting", "running", "done", "dead"], kinds.into_iter().map(row), 1);
    }
    Ok(())
}
