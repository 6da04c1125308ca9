//! What a step says: a draft in the making, to which the company adds its number and its time.

use base::{Amount, Timestamp};
use serde_json::{Map, Value};
use signals::{Body, Draft, Identity};

use crate::places::Place;

pub(crate) struct Said(Draft);

impl Said {
    pub(crate) fn new(kind: &str, identities: Vec<Identity>, channel: &str, place: Place) -> Self {
        let body = Body {
            channel: Some(channel.to_owned()),
            touchpoint: Some(place.touchpoint().to_owned()),
            stage: Some(place.stage().to_owned()),
            source: Some("simulate".to_owned()),
            ..Body::default()
        };
        Self(Draft {
            message_id: String::new(),
            occurred_at: Timestamp::MIN,
            identities,
            traits: Map::new(),
            kind: kind.to_owned(),
            body,
        })
    }

    pub(crate) fn with<const N: usize>(mut self, properties: [(&str, Value); N]) -> Self {
        self.0.body.properties.extend(properties.map(|(name, value)| (name.to_owned(), value)));
        self
    }

    pub(crate) fn traits(mut self, traits: Map<String, Value>) -> Self {
        self.0.traits = traits;
        self
    }

    pub(crate) fn amount(mut self, amount: Amount) -> Self {
        self.0.body.amount = Some(amount);
        self.0.body.currency = Some("EUR".to_owned());
        self
    }

    pub(crate) fn score(mut self, scale: &str, score: u8) -> Self {
        self.0.body.scale = Some(scale.to_owned());
        self.0.body.score = Some(f64::from(score));
        self
    }

    /// A verbatim in a language; an empty one is none.
    pub(crate) fn text(mut self, text: String, language: &str) -> Self {
        if !text.is_empty() {
            self.0.body.text = Some(text);
            self.0.body.language = Some(language.to_owned());
        }
        self
    }

    pub(crate) fn into_draft(self, message_id: String, at: i64) -> Draft {
        Draft { message_id, occurred_at: Timestamp::from_micros(at), ..self.0 }
    }
}
