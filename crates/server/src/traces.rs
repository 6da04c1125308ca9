//! Traces: one span for each request, sent to a collector by OTLP over HTTP where one is configured.

use axum::http::{HeaderMap, Request, Response};
use base::{Error, Result};
use bytes::Bytes;
use futures::future::BoxFuture;
use opentelemetry::{
    Context, KeyValue,
    propagation::TextMapPropagator,
    trace::{Span, SpanKind, Status, TraceContextExt, TraceId, Tracer, TracerProvider},
};
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use std::{fmt, sync::Arc};

/// Carries a request to the collector: the one HTTP client of the product, which lives in a room of its own.
pub trait Courier: Send + Sync + 'static {
    /// Sends a request and brings its answer, whatever its status; an error says in a sentence why there is none.
    fn carry(&self, request: Request<Bytes>) -> BoxFuture<'static, Result<Response<Bytes>>>;
}

impl Courier for outbound::Client {
    fn carry(&self, request: Request<Bytes>) -> BoxFuture<'static, Result<Response<Bytes>>> {
        let client = self.clone();
        Box::pin(async move { client.send(request).await.map_err(Error::from) })
    }
}

/// Where spans go; cheap to clone. By default nowhere.
#[derive(Clone, Debug, Default)]
pub struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// To a collector: `http://localhost:4318`. Call it within the runtime that the courier works in.
    pub fn to(collector: &str, courier: Arc<dyn Courier>) -> Result<Self> {
        let endpoint = format!("{}/v1/traces", collector.trim_end_matches('/'));
        let client = Client { courier, runtime: tokio::runtime::Handle::current() };
        let exporter = SpanExporter::builder().with_http().with_http_client(client).with_endpoint(endpoint).build();
        let exporter = exporter.map_err(|error| {
            Error::invalid_field("server.traces", "not_a_collector", format!("traces cannot be sent: {error}"))
        })?;
        let resource = Resource::builder().with_service_name("harken").build();
        Ok(Self(Some(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())))
    }

    /// The span of a request, as a child of what its `traceparent` says.
    pub(crate) fn begin(&self, name: String, parent: &Parent) -> Trace {
        let span = self.0.as_ref().map(|provider| {
            let tracer = provider.tracer("harken");
            tracer.span_builder(name).with_kind(SpanKind::Server).start_with_context(&tracer, &parent.0)
        });
        Trace { id: parent.trace(), span }
    }

    /// Sends what waits. It blocks, so give it a thread that may.
    pub fn flush(&self) {
        if let Some(Err(error)) = self.0.as_ref().map(SdkTracerProvider::shutdown) {
            tracing::warn!(%error, "some traces were not sent");
        }
    }
}

/// The caller's span, as W3C Trace Context has it.
pub(crate) struct Parent(Context);

impl Parent {
    /// What `traceparent` and `tracestate` say; nothing where they are missing or wrong.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self(TraceContextPropagator::new().extract_with_context(&Context::new(), &HeaderExtractor(headers)))
    }

    fn trace(&self) -> Option<TraceId> {
        let span = self.0.span().span_context().clone();
        span.is_valid().then(|| span.trace_id())
    }
}

/// One request's span, if spans are sent, and the trace it belongs to, if it is known.
pub(crate) struct Trace {
    id: Option<TraceId>,
    span: Option<opentelemetry_sdk::trace::Span>,
}

impl Trace {
    /// The trace's id in hexadecimal.
    pub(crate) fn id(&self) -> Option<String> {
        let own = self.span.as_ref().map(|span| span.span_context().trace_id());
        own.or(self.id).map(|id| id.to_string())
    }

    /// The request is answered.
    pub(crate) fn end(&mut self, attributes: impl IntoIterator<Item = KeyValue>, failed: bool) {
        if let Some(span) = &mut self.span {
            span.set_attributes(attributes);
            if failed {
                span.set_status(Status::error("the server could not do this"));
            }
            span.end();
        }
    }
}

/// The exporter's client. It is polled on a thread of the exporter's, outside the runtime that the courier needs.
struct Client {
    courier: Arc<dyn Courier>,
    runtime: tokio::runtime::Handle,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl HttpClient for Client {
    fn send_bytes<'client, 'answer>(
        &'client self,
        request: Request<Bytes>,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'answer>>
    where
        'client: 'answer,
    {
        let carried = self.runtime.spawn(self.courier.carry(request));
        Box::pin(async move { carried.await?.map_err(HttpError::from) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parking_lot::Mutex;

    /// Keeps what it was given to carry.
    #[derive(Clone, Default)]
    struct Pigeon(Arc<Mutex<Vec<(String, usize)>>>);

    impl Courier for Pigeon {
        fn carry(&self, request: Request<Bytes>) -> BoxFuture<'static, Result<Response<Bytes>>> {
            self.0.lock().push((request.uri().to_string(), request.body().len()));
            Box::pin(async { Ok(Response::new(Bytes::new())) })
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn spans_are_carried_to_the_collector_and_continue_the_caller_s_trace() {
        let pigeon = Pigeon::default();
        let traces = Traces::to("http://collector.test:4318/", Arc::new(pigeon.clone())).unwrap();
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let headers = HeaderMap::from_iter([("traceparent".parse().unwrap(), parent.parse().unwrap())]);
        let mut trace = traces.begin("GET /healthz".into(), &Parent::of(&headers));
        assert_eq!(trace.id().as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        trace.end([KeyValue::new("http.response.status_code", 204)], false);
        tokio::task::spawn_blocking(move || traces.flush()).await.unwrap();
        let carried = pigeon.0.lock().clone();
        assert_eq!(carried.len(), 1, "{carried:?}");
        assert_eq!(carried[0].0, "http://collector.test:4318/v1/traces");
        assert!(carried[0].1 > 0);
    }

    #[test]
    fn a_traceparent_that_makes_no_sense_is_nobody_s() {
        for nonsense in ["", "00-zz-00f067aa0ba902b7-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01"] {
            let headers = HeaderMap::from_iter([("traceparent".parse().unwrap(), nonsense.parse().unwrap())]);
            assert_eq!(Traces::default().begin("GET".into(), &Parent::of(&headers)).id(), None);
        }
    }
}
