//! `harken signals tail|count`

use base::{Filter, Result, Timestamp, Zone};
use clap::Subcommand;
use serde_json::json;
use std::{collections::HashSet, process::ExitCode, time::Duration};

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// The signals themselves.
#[derive(Subcommand)]
pub enum Signals {
    /// Show the latest signals, newest last.
    Tail {
        /// How many.
        #[arg(long, short = 'n', default_value_t = 20)]
        lines: usize,
        /// Only those that match: kind = 'review_posted' and customer.state in ('SP', 'RJ')
        #[arg(long = "where", value_name = "EXPR", default_value = "")]
        filter: String,
        /// Go on showing what comes in.
        #[arg(long, short)]
        follow: bool,
    },
    /// Count signals.
    Count {
        /// Only those that match.
        #[arg(long = "where", value_name = "EXPR", default_value = "")]
        filter: String,
    },
}

const LOOK_AGAIN: Duration = Duration::from_millis(300);
const MOST_AT_ONCE: usize = 10_000;

impl Signals {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let house = House::open(global, settings).await?;
        match self {
            Self::Count { filter } => {
                let filter = Filter::parse(&filter, house.workspace.zone)?;
                let count = house.insights.count(&house.scope, &filter).await?;
                if global.json { output::json(&json!({ "count": count })) } else { output::line(count) }
            }
            Self::Tail { lines, filter, follow } => {
                let filter = Filter::parse(&filter, house.workspace.zone)?;
                // Read before the latest are, so that nothing falls between them and what comes in.
                let mut seen = house.signals.head().await?;
                let mut latest = house.insights.latest(&house.scope, &filter, lines).await?;
                latest.signals.reverse();
                for signal in &latest.signals {
                    show(global, signal, house.workspace.zone);
                }
                for gap in &latest.missing {
                    let (file, reason) = (&gap.file, &gap.reason);
                    tracing::error!(file, reason, signals = gap.rows, "incomplete: a damaged file is left out");
                }
                if !follow {
                    return Ok(if latest.missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
                }
                // What was logged between the two looks was shown by the second.
                let shown: HashSet<i64> = latest.signals.iter().map(|signal| signal.seq).collect();
                loop {
                    tokio::time::sleep(LOOK_AGAIN).await;
                    for signal in house.insights.after(&house.scope, &filter, seen, MOST_AT_ONCE).await? {
                        seen = seen.max(signal.seq);
                        if !shown.contains(&signal.seq) {
                            show(global, &signal, house.workspace.zone);
                        }
                    }
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn show(global: &Global, signal: &signals::Signal, zone: Zone) {
    if global.json {
        return output::json(signal);
    }
    let body = &signal.body;
    let mut parts = vec![format!("{:>8}", signal.seq), clock(signal.occurred_at, zone), format!("{:<24}", signal.kind)];
    parts.extend(signal.customer.map(|customer| format!("customer {customer}")));
    parts.extend([&body.channel, &body.touchpoint].into_iter().flatten().cloned());
    parts.extend(body.score.map(|score| format!("{} {score}", body.scale.as_deref().unwrap_or("score"))));
    parts.extend(body.amount.map(|amount| format!("{amount} {}", body.currency.as_deref().unwrap_or(""))));
    parts.extend(body.text.as_ref().map(|text| format!("“{}”", text.chars().take(100).collect::<String>())));
    output::line(output::plain(&parts.join("  ")));
}

/// As the workspace's clocks showed it.
fn clock(at: Timestamp, zone: Zone) -> String {
    at.to_utc().with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string()
}
