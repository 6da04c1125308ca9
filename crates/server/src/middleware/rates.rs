//! Rate limits: each caller has a bucket of requests that fills again evenly (the generic cell rate algorithm).
//!
//! Buckets are told apart by write key, by person or API key, or by address, and are folded into a fixed number of slots
//! under a secret of this process: whoever comes with a million addresses takes no more memory than that.

use api::{ClientIp, Problem};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base::Error;
use governor::{
    NotUntil, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock, QuantaInstant},
    middleware::{StateInformationMiddleware, StateSnapshot},
    state::keyed::DashMapStateStore,
};
use std::{
    hash::{BuildHasher, Hash, RandomState},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use team::{Actor, Caller};
use uuid::Uuid;

use crate::{Metrics, client::prefix, metrics::LIMITED};

const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// So many requests in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests; as many may come at once.
    pub requests: NonZeroU32,
    /// Seconds after which an empty bucket is full again.
    pub seconds: NonZeroU32,
}

impl Rate {
    /// So many requests a minute.
    pub const fn per_minute(requests: NonZeroU32) -> Self {
        Self { requests, seconds: NonZeroU32::new(60).unwrap() }
    }

    fn quota(self) -> Quota {
        let window = Duration::from_secs(self.seconds.get().into());
        let quota = Quota::with_period(window / self.requests.get()).unwrap_or(Quota::per_second(self.requests));
        quota.allow_burst(self.requests)
    }

    /// Seconds until a bucket that has so many left is full.
    fn until_full(self, left: u32) -> u64 {
        let missing = u64::from(self.requests.get().saturating_sub(left));
        (missing * u64::from(self.seconds.get())).div_ceil(self.requests.get().into())
    }
}

/// How often callers may ask, each on its own.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Requests of one address to the API, before anybody knows who it is.
    pub address: Rate,
    /// Requests of one person or API key to the API.
    pub caller: Rate,
    /// Of these, requests that cost much: questions, searches, exports.
    pub heavy: Rate,
    /// Requests with one write key to the collect API; of one address where the key is not in the header.
    pub collect: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        let per_minute = |requests| Rate::per_minute(NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN));
        Self {
            address: per_minute(3_000),
            caller: per_minute(1_200),
            heavy: per_minute(240),
            // Ten thousand a second: what one process can log at most. It stops a runaway loop from taking all of it.
            collect: per_minute(600_000),
        }
    }
}

/// Routes that cost much, by their beginning, and as how many requests each counts. Those that ask many questions at once count
/// as a few: they come once a page.
const HEAVY: [(&str, u32); 6] = [
    ("/api/v1/insights/queries", 1),
    ("/api/v1/insights/query-batches", 4),
    ("/api/v1/insights/changes", 8),
    ("/api/v1/signals", 1),
    ("/api/v1/customers/segment-previews", 1),
    ("/api/v1/customers/segments/{segment}/", 1),
];

/// One class of limit and the buckets of all its callers.
struct Limiter {
    name: &'static str,
    rate: Rate,
    buckets: RateLimiter<u32, DashMapStateStore<u32>, DefaultClock, StateInformationMiddleware>,
    clock: DefaultClock,
    seed: RandomState,
    asked: AtomicU32,
}

/// Buckets at most; each takes some thirty bytes.
const SLOTS: u64 = 1 << 18;
/// Buckets that are full again are thrown away once in so many requests.
const SWEEP: u32 = 1 << 16;

impl Limiter {
    fn new(name: &'static str, rate: Rate) -> Self {
        let (clock, buckets) = (DefaultClock::default(), RateLimiter::dashmap(rate.quota()));
        Self {
            name,
            rate,
            buckets: buckets.with_middleware(),
            clock,
            seed: RandomState::new(),
            asked: AtomicU32::new(0),
        }
    }

    fn take(&self, who: impl Hash, requests: u32) -> Result<StateSnapshot, NotUntil<QuantaInstant>> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.buckets.retain_recent();
        }
        let slot = u32::try_from(self.seed.hash_one(who) % SLOTS).unwrap_or_default();
        // Whatever the limit is, a full bucket lets every request through.
        let requests = NonZeroU32::new(requests.min(self.rate.requests.get())).unwrap_or(NonZeroU32::MIN);
        match self.buckets.check_key_n(&slot, requests) {
            Ok(taken) => taken,
            Err(_) => self.buckets.check_key(&slot),
        }
    }

    /// Lets a request through, or answers it with 429; what is left stands in the answer's headers (draft-ietf-httpapi-ratelimit-headers-11).
    async fn pass(
        &self,
        metrics: &Metrics,
        (who, requests): (impl Hash, u32),
        request: Request,
        next: Next,
    ) -> Response {
        let (mut response, left, seconds) = match self.take(who, requests) {
            Ok(state) => {
                let left = state.remaining_burst_capacity();
                (next.run(request).await, left, self.rate.until_full(left))
            }
            Err(until) => {
                metrics.count(LIMITED, &[("limit", self.name)]);
                let wait = until.wait_time_from(self.clock.now()).as_secs_f64().ceil().max(1.0) as u64;
                let Rate { requests, seconds } = self.rate;
                let message =
                    format!("more than {requests} requests in {seconds} seconds; try again in {wait} seconds");
                (Problem::from(Error::too_many(message, wait)).into_response(), 0, wait)
            }
        };
        let (name, Rate { requests, seconds: window }) = (self.name, self.rate);
        // The innermost limit speaks: it is the one that is about this very caller.
        for (header, value) in [
            (RATELIMIT, format!(r#""{name}";r={left};t={seconds}"#)),
            (RATELIMIT_POLICY, format!(r#""{name}";q={requests};w={window}"#)),
        ] {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().entry(header).or_insert(value);
            }
        }
        response
    }
}

/// The limiters of one server; cheap to clone.
#[derive(Clone)]
pub(crate) struct Limiters(Arc<Classes>);

struct Classes {
    address: Limiter,
    caller: Limiter,
    heavy: Limiter,
    collect: Limiter,
    metrics: Metrics,
}

impl Limiters {
    pub(crate) fn new(rates: Rates, metrics: Metrics) -> Self {
        Self(Arc::new(Classes {
            address: Limiter::new("address", rates.address),
            caller: Limiter::new("caller", rates.caller),
            heavy: Limiter::new("heavy", rates.heavy),
            collect: Limiter::new("collect", rates.collect),
            metrics,
        }))
    }
}

/// Who asked, for the log: left in the answer's extensions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker {
    pub(crate) workspace: Option<Uuid>,
    pub(crate) actor: Uuid,
}

impl Asker {
    pub(crate) fn of(caller: &Caller) -> Option<Self> {
        let workspace = caller.scope().map(|scope| scope.workspace().0);
        let actor = match (caller.scope().map(team::Scope::actor), caller.person()) {
            (Some(Actor::Person(id) | Actor::Key(id)), _) => id,
            (_, Some(person)) => person.person,
            _ => return None,
        };
        Some(Self { workspace, actor })
    }
}

/// Middleware, before authentication: whoever guesses keys is slowed down before a key is looked up.
pub(crate) async fn limit_addresses(State(limiters): State<Limiters>, request: Request, next: Next) -> Response {
    let classes = &*limiters.0;
    let address = address(&request);
    classes.address.pass(&classes.metrics, (address, 1), request, next).await
}

/// Middleware, after authentication. Whoever is not known has been limited by address.
pub(crate) async fn limit_callers(State(limiters): State<Limiters>, request: Request, next: Next) -> Response {
    let classes = &*limiters.0;
    let caller = request.extensions().get::<Result<Caller, Error>>().and_then(|caller| caller.as_ref().ok());
    let Some(asker) = caller.and_then(Asker::of) else { return next.run(request).await };
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let (limiter, requests) = match HEAVY.iter().find(|(beginning, _)| route.starts_with(beginning)) {
        Some((_, requests)) => (&classes.heavy, *requests),
        None => (&classes.caller, 1),
    };
    let mut response = limiter.pass(&classes.metrics, (asker.actor, requests), request, next).await;
    response.extensions_mut().insert(asker);
    response
}

/// Middleware of the collect API.
pub(crate) async fn limit_collecting(State(limiters): State<Limiters>, request: Request, next: Next) -> Response {
    let classes = &*limiters.0;
    match request.headers().get(header::AUTHORIZATION).cloned() {
        Some(key) => classes.collect.pass(&classes.metrics, (key.as_bytes(), 1), request, next).await,
        None => {
            let address = address(&request);
            classes.collect.pass(&classes.metrics, (address, 1), request, next).await
        }
    }
}

fn address(request: &Request) -> std::net::IpAddr {
    prefix(request.extensions().get().copied().unwrap_or(ClientIp::UNKNOWN).0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, middleware::from_fn_with_state, routing::get};
    use tower::ServiceExt;

    fn number(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number).unwrap()
    }

    #[expect(clippy::disallowed_methods, reason = "no part of the product")]
    fn limited(requests: u32) -> Router {
        let rates = Rates { address: Rate { requests: number(requests), seconds: number(60) }, ..Rates::default() };
        let limiters = Limiters::new(rates, Metrics::default());
        Router::new().route("/", get(async || "hello")).layer(from_fn_with_state(limiters, limit_addresses))
    }

    async fn ask(router: &Router, from: &str) -> Response {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(ClientIp(from.parse().unwrap()));
        router.clone().oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn whoever_asks_too_often_is_told_when_to_come_back_and_nobody_else_is() {
        let router = limited(2);
        let first = ask(&router, "198.51.100.7").await;
        assert_eq!(first.headers()["ratelimit-policy"], r#""address";q=2;w=60"#);
        assert_eq!(first.headers()["ratelimit"], r#""address";r=1;t=30"#);
        assert_eq!(ask(&router, "198.51.100.7").await.status(), 200);
        let third = ask(&router, "198.51.100.7").await;
        assert_eq!(third.status(), 429);
        assert_eq!(third.headers()["content-type"], "application/problem+json");
        let wait: u64 = third.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=30).contains(&wait), "{wait}");
        assert_eq!(third.headers()["ratelimit"], format!(r#""address";r=0;t={wait}"#));
        assert_eq!(ask(&router, "203.0.113.9").await.status(), 200);
    }

    #[tokio::test]
    async fn an_ipv6_network_is_one_caller() {
        let router = limited(1);
        assert_eq!(ask(&router, "2001:db8:1:2::1").await.status(), 200);
        assert_eq!(ask(&router, "2001:db8:1:2:3::4").await.status(), 429);
    }

    #[test]
    fn a_flood_of_addresses_takes_no_more_memory_than_there_are_slots() {
        let limiter = Limiter::new("address", Rates::default().address);
        for address in 0..u32::try_from(SLOTS).unwrap() * 2 {
            let _ = limiter.take(address, 1);
        }
        assert!(limiter.buckets.len() as u64 <= SLOTS);
    }
}
