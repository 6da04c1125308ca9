//! What holds for a customer now: derived from the ledger, never stored.

use base::{CustomerId, Error, Result, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use team::Scope;
use utoipa::ToSchema;

use super::{
    Act, Basis, Consent, ContactChannel, Topic, TopicId,
    ledger::{self, Said},
    quiet, topics,
};
use crate::{Customers, sql::numbers};

/// How a customer stands to a topic on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// They said yes.
    Granted,
    /// They said no.
    Withdrawn,
    /// They have said nothing of it, but object in general.
    Objected,
    /// They have said nothing, and the topic needs no word.
    Presumed,
    /// They have said nothing, and the topic needs their word.
    Missing,
    /// It is transactional.
    Always,
}

impl State {
    /// Whether the customer may be contacted.
    pub fn allows(self) -> bool {
        matches!(self, Self::Granted | Self::Presumed | Self::Always)
    }
}

/// How a customer stands to a topic on a channel, and by which entry of the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Preference {
    /// The topic.
    #[schema(value_type = String, example = "newsletter")]
    pub topic: TopicId,
    /// The channel.
    pub channel: ContactChannel,
    /// How they stand to it.
    pub state: State,
    /// Whether they may be contacted about it, quiet hours and budgets aside.
    pub allowed: bool,
    /// Since when, where they have said so.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub since: Option<Timestamp>,
    /// The ledger's entry that decides.
    #[schema(required)]
    pub entry: Option<i64>,
}

/// How a customer stands to everything that they could be contacted about.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Preferences {
    /// Each topic on each of its channels.
    pub preferences: Vec<Preference>,
    /// When they first objected in general; `null` where they have not.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub objected_at: Option<Timestamp>,
    /// The zone that their quiet hours are counted in.
    #[schema(example = "Europe/Berlin")]
    pub timezone: String,
    /// Whether that is their own; where it is not known, it is the workspace's.
    pub timezone_known: bool,
}

/// How whoever has these numbers stands to a topic on a channel, and the entry that says so.
///
/// Under each number the last word counts: the one that was said last, and of two of one moment the one recorded last. Where numbers
/// disagree, no is stronger than yes. A yes that was said while numbers were merged holds for all of them as long as they are.
pub(super) fn state<'a>(
    said: &'a [Said],
    numbers: &[i64],
    topic: &Topic,
    channel: ContactChannel,
) -> (State, Option<&'a Consent>) {
    if topic.basis == Basis::Transactional {
        return (State::Always, None);
    }
    let about = |entry: &Consent| {
        entry.topic.as_ref().is_none_or(|about| *about == topic.id) && entry.channel.is_none_or(|on| on == channel)
    };
    let counts = |entry: &Consent| entry.act == Act::Withdrawn || numbers.contains(&entry.customer.0);
    let mut last: BTreeMap<i64, &Consent> = BTreeMap::new();
    let own_words = said.iter().filter(|said| said.entry.act != Act::Objected);
    for Said { under, entry } in own_words.filter(|said| about(&said.entry) && counts(&said.entry)) {
        let standing = last.entry(*under).or_insert(entry);
        if (entry.at, entry.seq) > (standing.at, standing.seq) {
            *standing = entry;
        }
    }
    let latest =
        |act| last.values().copied().filter(|entry| entry.act == act).max_by_key(|entry| (entry.at, entry.seq));
    if let Some(no) = latest(Act::Withdrawn) {
        return (State::Withdrawn, Some(no));
    }
    if let Some(yes) = latest(Act::Granted) {
        return (State::Granted, Some(yes));
    }
    match topic.basis {
        Basis::OptIn => (State::Missing, None),
        _ => objection(said).map_or((State::Presumed, None), |objection| (State::Objected, Some(objection))),
    }
}

/// The first objection.
pub(super) fn objection(said: &[Said]) -> Option<&Consent> {
    let objections = said.iter().map(|said| &said.entry).filter(|entry| entry.act == Act::Objected);
    objections.min_by_key(|entry| (entry.at, entry.seq))
}

impl Customers {
    /// How a customer stands to everything that they could be contacted about.
    pub async fn preferences(&self, scope: &Scope, customer: CustomerId) -> Result<Preferences> {
        let (reader, workspace) = (self.store.read(), scope.workspace());
        let numbers = numbers(reader, workspace, customer).await?;
        let canonical = *numbers.first().ok_or_else(|| Error::not_found("customer"))?;
        let said = ledger::said(reader, workspace, customer).await?;
        let mut preferences = Vec::new();
        for topic in topics::list(reader, workspace).await? {
            for channel in &topic.channels {
                let (state, entry) = state(&said, &numbers, &topic, *channel);
                preferences.push(Preference {
                    topic: topic.id.clone(),
                    channel: *channel,
                    state,
                    allowed: state.allows(),
                    since: entry.map(|entry| entry.at),
                    entry: entry.map(|entry| entry.seq),
                });
            }
        }
        let (zone, timezone_known) = quiet::zone(reader, workspace, canonical).await?;
        Ok(Preferences {
            preferences,
            objected_at: objection(&said).map(|objection| objection.at),
            timezone: zone.name().to_owned(),
            timezone_known,
        })
    }
}
