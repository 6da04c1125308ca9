//! `/metrics`, on a listener of its own: what it says is for operators and not for the internet.

use axum::{
    Router,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use base::Result;
use signals::{Projector, Signals};
use std::collections::BTreeMap;
use team::Team;

use crate::{Metrics, Sample};

/// The router of the metrics listener.
#[expect(clippy::disallowed_methods, reason = "it is no part of the API and of its description")]
pub fn scrape(metrics: Metrics) -> Router {
    Router::new().route("/metrics", get(show_metrics)).with_state(metrics)
}

async fn show_metrics(State(metrics): State<Metrics>) -> Response {
    let mut response = metrics.render().await.into_response();
    let text = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    response
}

/// Lets the log say how it does: what waits, what lags, and what became of everything received.
pub fn probe_log(metrics: &Metrics, team: Team, signals: Signals, projector: Projector) {
    metrics.probe(move || {
        let (team, signals, projector) = (team.clone(), signals.clone(), projector.clone());
        async move {
            samples(&team, &signals, &projector).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the log's figures cannot be read");
                Vec::new()
            })
        }
    });
}

async fn samples(team: &Team, signals: &Signals, projector: &Projector) -> Result<Vec<Sample>> {
    let sample = |name, help, labels, value| Sample { name, help, labels, value };
    let queue = signals.queue();
    let mut samples = vec![sample("harken_log_queue", "Signals that wait to be logged.", vec![], queue.waiting as f64)];
    let head = signals.head().await?;
    for behind in projector.progress().await? {
        let labels = vec![("projection", behind.name)];
        let help = "Signals that a projection has not taken in yet.";
        samples.push(sample("harken_projection_lag", help, labels, (head - behind.seq).max(0) as f64));
    }
    let (mut held, mut outcomes) = (0, BTreeMap::<_, i64>::new());
    for workspace in team.workspaces().await? {
        let scope = team.operator(workspace.id);
        held += signals.held(&scope).await?;
        for row in signals.tallies(&scope).await? {
            *outcomes.entry((row.outcome, row.reason)).or_default() += row.count;
        }
    }
    samples.push(sample("harken_lake_lag", "Signals in the log that are not in the lake yet.", vec![], held as f64));
    for ((outcome, reason), count) in outcomes {
        let labels = vec![("outcome", outcome), ("reason", reason)];
        let help = "What became of everything that was received.";
        samples.push(sample("harken_signals_received_total", help, labels, count as f64));
    }
    Ok(samples)
}
