//! What is counted and measured, in Prometheus' text format: the server's own figures, and those of its rooms as they
//! are when somebody looks.

use futures::future::BoxFuture;
use metrics::{Gauge, Key, KeyName, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};
use parking_lot::RwLock;
use std::{sync::Arc, time::Duration};

pub(crate) const REQUESTS: &str = "harken_http_requests_total";
pub(crate) const SECONDS: &str = "harken_http_request_seconds";
pub(crate) const IN_FLIGHT: &str = "harken_http_requests_in_flight";
pub(crate) const STREAMS: &str = "harken_http_streams";
pub(crate) const CONNECTIONS: &str = "harken_http_connections";
pub(crate) const TURNED_AWAY: &str = "harken_http_connections_turned_away_total";
pub(crate) const LIMITED: &str = "harken_http_requests_limited_total";

/// The names that the server itself counts under, each with its sentence.
const COUNTERS: [(&str, &str); 3] = [
    (REQUESTS, "Requests answered, by route, method and class of status."),
    (TURNED_AWAY, "Connections closed at once because their address had too many."),
    (LIMITED, "Requests answered with 429 before they reached their route, by class of limit."),
];
const GAUGES: [(&str, &str); 3] = [
    (IN_FLIGHT, "Requests that are being answered."),
    (STREAMS, "Streams of events that are open."),
    (CONNECTIONS, "Connections that are open."),
];

/// Upper ends of the latency histogram's buckets, in seconds.
const BUCKETS: [f64; 12] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];
/// How often samples of histograms are folded into their buckets; until then each takes a few bytes.
const FOLD: Duration = Duration::from_secs(5);

const METADATA: Metadata<'static> = Metadata::new("harken", Level::INFO, None);

/// All figures of one process; cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    recorder: PrometheusRecorder,
    probes: RwLock<Vec<Probe>>,
}

type Probe = Box<dyn Fn() -> BoxFuture<'static, Vec<Sample>> + Send + Sync>;

/// One figure of a room, read when somebody looks.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its name by Prometheus' rules: `harken_jobs_waiting`; one that ends in `_total` counts up.
    pub name: &'static str,
    /// What it says, in a sentence.
    pub help: &'static str,
    /// What tells it from others of its name; few and bounded, since each is a series of its own.
    pub labels: Vec<(&'static str, String)>,
    /// Its value now.
    pub value: f64,
}

impl Default for Metrics {
    fn default() -> Self {
        let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Full(SECONDS.into()), &BUCKETS);
        // The only error is an empty list of buckets.
        let recorder = builder.unwrap_or_default().build_recorder();
        for (name, help) in COUNTERS {
            recorder.describe_counter(KeyName::from_const_str(name), None, help.into());
        }
        for (name, help) in GAUGES {
            recorder.describe_gauge(KeyName::from_const_str(name), None, help.into());
        }
        let help = "Seconds from a request's header to its answer's last byte, by route and method.";
        recorder.describe_histogram(KeyName::from_const_str(SECONDS), None, help.into());
        Self(Arc::new(Inner { recorder, probes: RwLock::default() }))
    }
}

impl Metrics {
    /// Asks a room for its figures whenever somebody looks.
    pub fn probe<F: Future<Output = Vec<Sample>> + Send + 'static>(
        &self,
        probe: impl Fn() -> F + Send + Sync + 'static,
    ) {
        self.0.probes.write().push(Box::new(move || Box::pin(probe())));
    }

    /// Counts one more.
    pub(crate) fn count(&self, name: &'static str, labels: &[(&'static str, &str)]) {
        self.0.recorder.register_counter(&key(name, labels), &METADATA).increment(1);
    }

    /// Adds a measurement to a histogram.
    pub(crate) fn observe(&self, name: &'static str, labels: &[(&'static str, &str)], value: f64) {
        self.0.recorder.register_histogram(&key(name, labels), &METADATA).record(value);
    }

    /// One more as long as the answer is held.
    pub(crate) fn add_while_held(&self, name: &'static str) -> Held {
        let gauge = self.0.recorder.register_gauge(&key(name, &[]), &METADATA);
        gauge.increment(1.0);
        Held(gauge)
    }

    /// Everything in Prometheus' text format.
    pub async fn render(&self) -> String {
        let asked: Vec<_> = self.0.probes.read().iter().map(|probe| probe()).collect();
        for sample in futures::future::join_all(asked).await.into_iter().flatten() {
            let labels: Vec<_> = sample.labels.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let (key, name) = (key(sample.name, &labels), KeyName::from_const_str(sample.name));
            let recorder = &self.0.recorder;
            if sample.name.ends_with("_total") {
                recorder.describe_counter(name, None, sample.help.into());
                recorder.register_counter(&key, &METADATA).absolute(sample.value as u64);
            } else {
                recorder.describe_gauge(name, None, sample.help.into());
                recorder.register_gauge(&key, &METADATA).set(sample.value);
            }
        }
        self.0.recorder.handle().render()
    }

    /// Keeps the memory of what is measured small, whether somebody looks or not. Runs until it is dropped.
    pub async fn keep_small(self) {
        loop {
            tokio::time::sleep(FOLD).await;
            self.0.recorder.handle().run_upkeep();
        }
    }
}

/// Something that counts in a gauge until it is dropped.
pub(crate) struct Held(Gauge);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

fn key(name: &'static str, labels: &[(&'static str, &str)]) -> Key {
    let labels: Vec<Label> = labels.iter().map(|(name, value)| Label::new(*name, (*value).to_owned())).collect();
    Key::from_parts(name, labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_counted_is_rendered_with_what_the_rooms_say_now() {
        let metrics = Metrics::default();
        metrics.probe(|| async {
            let labels = vec![("queue", "mail".to_owned())];
            vec![Sample { name: "harken_jobs_waiting", help: "Jobs that wait.", labels, value: 3.0 }]
        });
        metrics.count(REQUESTS, &[("route", "/v1/batch"), ("method", "POST"), ("status", "2xx")]);
        metrics.observe(SECONDS, &[("route", "/v1/batch"), ("method", "POST")], 0.003);
        let open = metrics.add_while_held(CONNECTIONS);
        let text = metrics.render().await;
        for line in [
            r#"harken_http_requests_total{route="/v1/batch",method="POST",status="2xx"} 1"#,
            r#"harken_http_request_seconds_bucket{route="/v1/batch",method="POST",le="0.005"} 1"#,
            r#"harken_jobs_waiting{queue="mail"} 3"#,
            "harken_http_connections 1",
            "# HELP harken_jobs_waiting Jobs that wait.",
            "# TYPE harken_http_request_seconds histogram",
        ] {
            assert!(text.contains(line), "{line} is missing in:\n{text}");
        }
        drop(open);
        assert!(metrics.render().await.contains("harken_http_connections 0"));
    }
}
