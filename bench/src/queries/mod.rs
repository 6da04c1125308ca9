//! Queries: seven metrics of many simulated signals, beside DuckDB asked the same of the same signals.

mod asked;
mod data;
mod duckdb;
mod rooms;

use base::Clock;
use clap::Args;
use std::{path::PathBuf, time::Instant};

use crate::{
    Outcome,
    table::{self, Row, Target, median, remark},
};
use asked::{ASKED, Answer, Asked};
use duckdb::{Layout, Peer};
use rooms::Rooms;

/// Ask seven metrics of simulated signals, beside DuckDB on Parquet files and on its own table.
#[derive(Args)]
pub struct Queries {
    /// How many signals.
    #[arg(long, default_value_t = 10_000_000)]
    signals: u64,
    /// Where the loaded data stay, to be used again by the next run.
    #[arg(long, value_name = "DIR", default_value = "target/bench-queries")]
    keep: PathBuf,
    /// How often each query is asked once it is warm; the median is shown.
    #[arg(long, default_value_t = 7)]
    runs: usize,
}

/// As good as equal: sums of many floating-point numbers depend on their order in the last digits.
const TOLERANCE: f64 = 1e-9;

impl Queries {
    pub async fn run(self) -> Outcome<()> {
        let folder = data::load(&self.keep, self.signals).await?;
        let mut peer = Peer::start(&self.keep, &folder).await?;
        let rooms = Rooms::open(&folder, Clock::system()).await?;
        let (mut on_parquet, mut on_table) = (Vec::new(), Vec::new());
        for asked in &ASKED {
            let (took, answer) = self.ask(&rooms, asked).await?;
            for (layout, rows) in [(Layout::Parquet, &mut on_parquet), (Layout::Table, &mut on_table)] {
                let theirs = peer.ask(layout, asked.name, self.runs).await?;
                asked::compare(asked.name, &answer, &theirs.answer, TOLERANCE)?;
                let what = format!("{} ({} rows)", asked.title, answer.len());
                let row = Row::new(what, "ms", took).beside(theirs.median_ms);
                rows.push(if layout == Layout::Parquet { row.target(Target::NoMoreThanPeer) } else { row });
            }
            if let Some(most) = asked.most_ms {
                on_parquet.push(Row::new(asked.title, "ms", took).target(Target::AtMost(most)));
            }
        }
        remark(format_args!("{} signals; both engines have two threads; {}", self.signals, peer.version()));
        remark("");
        table::print("DuckDB on Parquet", &on_parquet);
        remark("");
        table::print("DuckDB on its table", &on_table);
        Ok(())
    }

    /// The median of its time in milliseconds, and the answer, which the first and unmeasured time gives.
    async fn ask(&self, rooms: &Rooms, asked: &Asked) -> Outcome<(f64, Answer)> {
        let query = asked.query()?;
        let figures = rooms.insights.query(&rooms.scope, &query).await?;
        if !figures.incomplete.is_empty() {
            return Err(format!("{}: damaged files were left out", asked.name).into());
        }
        let mut took = Vec::new();
        for _ in 0..self.runs.max(1) {
            let start = Instant::now();
            rooms.insights.query(&rooms.scope, &query).await?;
            took.push(start.elapsed().as_secs_f64() * 1_000.0);
        }
        Ok((median(&took), asked::answer(&figures)))
    }
}
