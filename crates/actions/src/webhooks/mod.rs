//! Webhooks: endpoints of a workspace that hear of every signal they ask for.

mod deliver;
mod deliveries;
mod gate;
mod http;
mod judge;
mod matching;
mod payload;
mod store;

use base::{Error, Filter, Result, Timestamp, Zone, uuid_v7};
use outbound::Client;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) use deliver::DeliverWebhook;
pub use deliveries::{Attempt, Delivery, DeliveryDetails, DeliveryId, DeliveryState};
pub(crate) use http::routes;
pub(crate) use matching::Matching;

/// A webhook's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct WebhookId(pub Uuid);

impl fmt::Display for WebhookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether an endpoint is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    /// It hears of what happens from now on.
    Enabled,
    /// It hears of nothing but tests; what happens meanwhile is not kept for it.
    Disabled,
}

impl WebhookState {
    fn name(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }

    fn named(name: &str) -> Result<Self> {
        let found = [Self::Enabled, Self::Disabled].into_iter().find(|state| state.name() == name);
        found.ok_or_else(|| Error::internal(format!("a webhook cannot be {name}")))
    }
}

/// An endpoint and what it wants to hear of.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Where it is called.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String, format = "uri", example = "https://crm.example.com/hooks/harken")]
    pub url: Url,
    /// What people call it.
    #[schema(example = "The CRM")]
    pub description: String,
    /// The kinds of signal it hears of; of every kind, when there are none.
    #[schema(example = json!(["survey_answered", "order_completed"]))]
    pub kinds: Vec<String>,
    /// Of those, the signals that pass this filter; all of them, when there is none.
    #[serde(serialize_with = "filter_as_text")]
    #[schema(value_type = Option<String>, example = "score <= 6 and scale = 'nps'")]
    pub filter: Filter,
    /// Whether it gets ids alone instead of whole signals.
    pub thin: bool,
    /// Whether it is called.
    pub state: WebhookState,
    /// Why it was disabled, if not by a person.
    pub disabled_because: Option<String>,
    /// Since when nothing has reached it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub failing_since: Option<Timestamp>,
    /// When it was made. It hears of nothing that was received before.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl Webhook {
    /// Its URL as it may be told around: without the query, where some receivers have a token.
    fn place(&self) -> String {
        let mut place = self.url.clone();
        place.set_query(None);
        place.into()
    }

    /// Whether it wants to hear of a signal.
    fn wants(&self, signal: &signals::Signal) -> bool {
        signal.received_at >= self.created_at
            && (self.kinds.is_empty() || self.kinds.contains(&signal.kind))
            && self.filter.matches(signal)
    }
}

/// A webhook with the secret that its receiver checks signatures with.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookWithSecret {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// Shown here and never again.
    #[serde(serialize_with = "exposed")]
    #[schema(value_type = String, example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: secrecy::SecretString,
}

/// A webhook that is to be made.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// Where it is called: https, or http in your own network.
    #[schema(format = "uri", max_length = 2000, example = "https://crm.example.com/hooks/harken")]
    pub url: String,
    /// What people call it.
    #[serde(default)]
    #[schema(required = false, max_length = 200, example = "The CRM")]
    pub description: String,
    /// The kinds of signal it hears of; of every kind, when there are none.
    #[serde(default)]
    #[schema(required = false, max_items = 50, example = json!(["survey_answered"]))]
    pub kinds: Vec<String>,
    /// Of those, the signals that pass this filter. It may test everything but traits of the customer.
    #[serde(default)]
    #[schema(max_length = 4000, example = "score <= 6 and scale = 'nps'")]
    pub filter: Option<String>,
    /// Whether it gets ids alone instead of whole signals.
    #[serde(default)]
    #[schema(required = false)]
    pub thin: bool,
}

/// What is to be changed; what is left out stays as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookChange {
    /// Where it is called.
    #[schema(format = "uri", max_length = 2000, example = "https://crm.example.com/hooks/harken")]
    pub url: Option<String>,
    /// What people call it.
    #[schema(max_length = 200, example = "The new CRM")]
    pub description: Option<String>,
    /// The kinds of signal it hears of; an empty list means every kind.
    #[schema(max_items = 50, example = json!(["order_completed"]))]
    pub kinds: Option<Vec<String>>,
    /// The filter; an empty text means none.
    #[schema(max_length = 4000, example = "amount > 100")]
    pub filter: Option<String>,
    /// Whether it gets ids alone instead of whole signals.
    pub thin: Option<bool>,
    /// Enables it, which forgives what failed before, or disables it.
    pub state: Option<WebhookState>,
}

impl Webhook {
    /// Makes one of what was asked for, or says which field cannot be meant.
    fn new(asked: NewWebhook, client: &Client, now: Timestamp) -> Result<Self> {
        Ok(Self {
            id: WebhookId(uuid_v7(now, rand::random())),
            url: read_url(&asked.url, client)?,
            description: read_description(asked.description)?,
            kinds: read_kinds(asked.kinds)?,
            filter: read_filter(asked.filter.as_deref().unwrap_or_default())?,
            thin: asked.thin,
            state: WebhookState::Enabled,
            disabled_because: None,
            failing_since: None,
            created_at: now,
        })
    }

    /// Changes it as asked, or says which field cannot be meant.
    fn change(&mut self, asked: WebhookChange, client: &Client) -> Result<()> {
        if let Some(url) = asked.url {
            self.url = read_url(&url, client)?;
        }
        if let Some(description) = asked.description {
            self.description = read_description(description)?;
        }
        if let Some(kinds) = asked.kinds {
            self.kinds = read_kinds(kinds)?;
        }
        if let Some(filter) = asked.filter {
            self.filter = read_filter(&filter)?;
        }
        self.thin = asked.thin.unwrap_or(self.thin);
        if let Some(state) = asked.state {
            self.state = state;
            self.disabled_because = None;
            self.failing_since = None;
        }
        Ok(())
    }
}

fn read_url(text: &str, client: &Client) -> Result<Url> {
    let wrong = |why: &str| Error::invalid_field("url", "wrong_type", why);
    if text.len() > 2_000 {
        return Err(wrong("a URL has at most 2000 bytes"));
    }
    let mut url = Url::parse(text).map_err(|_| wrong("this is no URL"))?;
    url.set_fragment(None);
    client.check(&url)?;
    Ok(url)
}

fn read_description(text: String) -> Result<String> {
    if text.chars().count() > 200 || text.contains(char::is_control) {
        return Err(Error::invalid_field(
            "description",
            "length",
            "a description is one line of at most 200 characters",
        ));
    }
    Ok(text)
}

fn read_kinds(kinds: Vec<String>) -> Result<Vec<String>> {
    let fits = |kind: &String| (1..=255).contains(&kind.len()) && !kind.contains(char::is_control);
    if kinds.len() > 50 || !kinds.iter().all(fits) {
        return Err(Error::invalid_field("kinds", "length", "there are at most 50 kinds, each of 1 to 255 bytes"));
    }
    Ok(kinds)
}

fn read_filter(text: &str) -> Result<Filter> {
    if text.trim().is_empty() {
        return Ok(Filter::All);
    }
    if text.len() > 4_000 {
        return Err(Error::invalid_field("filter", "length", "a filter has at most 4000 bytes"));
    }
    let filter =
        Filter::parse(text, Zone::UTC).map_err(|error| Error::invalid_field("filter", "wrong_type", error.message))?;
    if !filter.traits().is_empty() {
        return Err(Error::invalid_field(
            "filter",
            "not_allowed",
            "a webhook's filter cannot test traits of the customer",
        ));
    }
    Ok(filter)
}

/// A filter as it is stored and shown: nothing for the one that everything passes.
fn filter_text(filter: &Filter) -> Option<String> {
    (*filter != Filter::All).then(|| filter.to_string())
}

fn as_text<S: Serializer>(value: &impl fmt::Display, out: S) -> std::result::Result<S::Ok, S::Error> {
    out.collect_str(value)
}

fn filter_as_text<S: Serializer>(filter: &Filter, out: S) -> std::result::Result<S::Ok, S::Error> {
    filter_text(filter).serialize(out)
}

fn exposed<S: Serializer>(secret: &secrecy::SecretString, out: S) -> std::result::Result<S::Ok, S::Error> {
    out.serialize_str(secret.expose_secret())
}
