//! The people of the tests' one company, a lamp shop, and what they do.

use base::Timestamp;
use serde_json::{Map, Value as Json};
use signals::{Body, Draft, Identity};
use std::sync::atomic::{AtomicU64, Ordering};

/// A customer of the shop.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// What the shop's database calls them.
    pub user_id: &'static str,
    /// Their address.
    pub email: &'static str,
    /// What their laptop's browser calls itself.
    pub laptop: &'static str,
    /// What their phone's browser calls itself.
    pub phone: &'static str,
}

/// Buys lamps and says what she thinks of them.
pub const ANA: Person =
    Person { user_id: "u-ana", email: "ana@example.com", laptop: "laptop-of-ana", phone: "phone-of-ana" };
/// Shares Ana's laptop.
pub const BRUNO: Person =
    Person { user_id: "u-bruno", email: "bruno@example.com", laptop: "laptop-of-ana", phone: "phone-of-bruno" };
/// Browses for weeks before he signs up.
pub const CHIDI: Person =
    Person { user_id: "u-chidi", email: "chidi@example.com", laptop: "laptop-of-chidi", phone: "phone-of-chidi" };

impl Person {
    /// Something they do while logged in.
    pub fn does(self, kind: &str) -> Saying {
        says(kind).of("user_id", self.user_id)
    }

    /// Something they do on their laptop without logging in.
    pub fn browses(self, kind: &str) -> Saying {
        says(kind).of("anonymous_id", self.laptop)
    }

    /// They log in on their laptop.
    pub fn logs_in(self) -> Saying {
        self.does("customer_identified").of("anonymous_id", self.laptop)
    }
}

/// A draft in the making; turns into a [`Draft`].
#[derive(Clone, Debug)]
pub struct Saying(Draft);

/// A signal about nobody yet, with a message id of its own, at the moment the tests' clock starts at.
pub fn says(kind: &str) -> Saying {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    Saying(Draft {
        message_id: format!("message-{}", NEXT.fetch_add(1, Ordering::SeqCst)),
        occurred_at: crate::world::start(),
        identities: Vec::new(),
        traits: Map::new(),
        kind: kind.to_owned(),
        body: Body { source: Some("test".into()), ..Body::default() },
    })
}

impl Saying {
    /// Also by this identity.
    #[must_use]
    pub fn of(mut self, kind: &str, value: &str) -> Self {
        self.0.identities.push(Identity { kind: kind.into(), value: value.into() });
        self
    }

    /// At this moment: `2026-03-01T08:00:00Z`.
    #[must_use]
    pub fn at(mut self, moment: &str) -> Self {
        self.0.occurred_at = moment.parse().unwrap_or_else(|error| panic!("{error}"));
        self
    }

    /// So many seconds later than it was.
    #[must_use]
    pub fn later(mut self, seconds: i64) -> Self {
        self.0.occurred_at = self.0.occurred_at.plus(seconds * Timestamp::SECOND);
        self
    }

    /// With this message id.
    #[must_use]
    pub fn as_message(mut self, id: &str) -> Self {
        self.0.message_id = id.to_owned();
        self
    }

    /// Says this about the customer; null takes it back.
    #[must_use]
    pub fn with_trait(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.0.traits.insert(name.to_owned(), value.into());
        self
    }

    /// With this property.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.0.body.properties.insert(name.to_owned(), value.into());
        self
    }

    /// An answer on a scale.
    #[must_use]
    pub fn scored(mut self, scale: &str, score: f64) -> Self {
        (self.0.body.scale, self.0.body.score) = (Some(scale.to_owned()), Some(score));
        self
    }

    /// Whatever else a signal says.
    #[must_use]
    pub fn saying(mut self, change: impl FnOnce(&mut Body)) -> Self {
        change(&mut self.0.body);
        self
    }
}

impl From<Saying> for Draft {
    fn from(saying: Saying) -> Self {
        saying.0
    }
}
