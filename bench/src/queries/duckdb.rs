//! DuckDB as the peer: its published Python package in an environment of its own, asked line by line.

use serde::Deserialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use super::asked::Answer;
use crate::Outcome;

/// The published version that is measured.
const VERSION: &str = "2.0.0";

/// How DuckDB keeps the signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Parquet files as DuckDB writes them, in the order of arrival.
    Parquet,
    /// Its own table, in the order of arrival.
    Table,
}

pub struct Peer {
    _process: Child,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    version: String,
}

/// What came of one query.
pub struct Asked {
    pub median_ms: f64,
    pub answer: Answer,
}

#[derive(Deserialize)]
struct Answered {
    median_ms: f64,
    rows: BTreeMap<String, (Option<f64>, u64)>,
}

impl Peer {
    /// Installs DuckDB where it is missing, copies the signals of `folder` into its layouts where they are missing, and
    /// waits for questions.
    pub async fn start(keep: &Path, folder: &Path) -> Outcome<Self> {
        let python = install(keep).await?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("duckdb_peer.py");
        let mut process = Command::new(python)
            .arg(script)
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let questions = process.stdin.take().ok_or("DuckDB has no standard input")?;
        let answers = process.stdout.take().ok_or("DuckDB has no standard output")?;
        let mut answers = BufReader::new(answers).lines();
        let version = answers.next_line().await?.ok_or("DuckDB could not copy the signals")?;
        Ok(Self { _process: process, questions, answers, version })
    }

    /// Which DuckDB it is.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub async fn ask(&mut self, layout: Layout, name: &str, runs: usize) -> Outcome<Asked> {
        let layout = match layout {
            Layout::Parquet => "parquet",
            Layout::Table => "table",
        };
        self.questions.write_all(format!("{layout} {name} {runs}\n").as_bytes()).await?;
        let line = self.answers.next_line().await?.ok_or_else(|| format!("DuckDB did not answer {name}"))?;
        let answered: Answered = serde_json::from_str(&line)?;
        let rows = answered.rows.into_iter().map(|(keys, (value, n))| (keys, (value.unwrap_or(f64::NAN), n)));
        Ok(Asked { median_ms: answered.median_ms, answer: rows.collect() })
    }
}

/// An environment of its own with DuckDB in it, made where it is missing.
async fn install(keep: &Path) -> Outcome<PathBuf> {
    let environment = keep.join("venv");
    let python = environment.join("bin/python");
    let wanted = format!("import duckdb; assert duckdb.__version__ == '{VERSION}'");
    let check = Command::new(&python).args(["-c", &wanted]).stderr(Stdio::null()).status().await;
    if !check.is_ok_and(|status| status.success()) {
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment)).await?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", &format!("duckdb=={VERSION}")])).await?;
    }
    Ok(python)
}

async fn run(command: &mut Command) -> Outcome<()> {
    let status = command.status().await?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed: {status}").into()) }
}
