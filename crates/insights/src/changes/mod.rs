//! What changed most, and where it differs most: every group that there is, held against the time before and against all
//! others, with a test for each and a correction for their number.

mod candidate;
mod fields;
mod groups;
mod watched;

use base::{Error, Filter, Result, Timestamp};
use futures::{StreamExt, TryStreamExt, stream, try_join};
use lake::Sides;
use serde::Serialize;
use team::Scope;
use utoipa::ToSchema;

use crate::{Incomplete, Insights, Keys, Polarity, Row, Unit};
use candidate::{Against, Candidate, Cells, significant};

/// What is asked: a time, and which signals count.
#[derive(Clone, Debug)]
pub struct ChangesQuery {
    /// The earliest moment, inclusive.
    pub from: Timestamp,
    /// The latest moment, exclusive.
    pub to: Timestamp,
    /// Which signals count.
    pub filter: Filter,
}

/// A time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Span {
    /// The earliest moment, inclusive.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// The latest moment, exclusive.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
}

/// What changed most, and where it differs most.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Changes {
    /// The time whose groups are looked at.
    pub now: Span,
    /// What they are held against: the time before, or, where nothing is known of that, the first half.
    pub before: Span,
    /// The fields by whose values groups were made, each also at every touchpoint.
    pub fields: Vec<String>,
    /// How many groups were held against the time before.
    #[schema(minimum = 0)]
    pub compared: u64,
    /// Groups that changed, the surest first.
    pub changes: Vec<Finding>,
    /// How many groups were held against all others.
    #[schema(minimum = 0)]
    pub contrasted: u64,
    /// Groups that differ from all others, the surest first.
    pub contrasts: Vec<Finding>,
    /// Damaged files whose signals could have counted and did not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub incomplete: Vec<Incomplete>,
}

/// One group, and what it was held against.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Finding {
    /// The metric's name, or a formula: with `where` and the time it is the question that `row` answers.
    #[schema(example = "nps")]
    pub metric: String,
    /// What its values are.
    pub unit: Unit,
    /// Which way is better.
    pub polarity: Polarity,
    /// The group, by field; of a share, its value and the kind of signals that it is a share of.
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    pub keys: Keys,
    /// The signals of the metric that it rests on, as a filter.
    #[serde(rename = "where")]
    #[schema(example = "touchpoint = 'delivery' and customer.state = 'Bavaria'")]
    pub filter: String,
    /// The group's figure.
    pub row: Row,
    /// The figure of the time before; of a contrast, that of all other signals of the metric.
    pub against: Row,
    /// How probable so large a difference is by chance, after Holm's correction for all groups that were compared.
    #[schema(minimum = 0, maximum = 1)]
    pub p: f64,
    /// Whether the group is better than what it is held against; absent where neither direction is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub better: Option<bool>,
}

/// Which signals are looked through: the time that is asked about, and the one right before it.
struct Asked<'a> {
    filter: &'a Filter,
    before: Span,
    now: Span,
}

/// More would be a list, not an answer.
const MOST: usize = 6;
/// Of the significant ones so many are looked at; the others are less sure than any of them.
const LOOKED_AT: usize = 24;
/// Questions that are under way at the same time. Each uses every core; another one fills the time it waits.
const AT_ONCE: usize = 3;

impl Insights {
    /// Looks through every group of every score that was given, and of the reasons for contact.
    ///
    /// A group counts from 30 answers on both sides on. What a surer finding explains (without that one's signals nothing
    /// is left of it) is not told again.
    pub async fn changes(&self, scope: &Scope, query: &ChangesQuery) -> Result<Changes> {
        if query.from >= query.to {
            let message = format!("{} does not come after {}", query.to, query.from);
            return Err(Error::invalid_field("to", "out_of_range", message));
        }
        let (before, now) = self.sides(scope, query).await?;
        let asked = Asked { filter: &query.filter, before, now };
        let watched = self.watched(scope, &query.filter, now).await?;
        let asking: Vec<_> = watched.iter().map(|watched| self.groups(scope, watched, &asked)).collect();
        let answers: Vec<_> = stream::iter(asking).buffered(AT_ONCE).try_collect().await?;

        let mut incomplete = Vec::new();
        let (mut changes, mut contrasts) = (Vec::new(), Vec::new());
        for (watched, (groups, missing)) in watched.iter().zip(answers) {
            for Sides { before, now } in &groups {
                changes.extend(Candidate::changes(watched, before, now));
                contrasts.extend(Candidate::contrasts(watched, now));
            }
            incomplete.extend(missing);
        }
        incomplete.sort_by(|one: &lake::Missing, other| one.file.cmp(&other.file));
        incomplete.dedup();
        let (compared, contrasted) = (changes.len() as u64, contrasts.len() as u64);
        let (changes, contrasts) = try_join!(
            self.tell(scope, &asked, significant(changes), Against::Before),
            self.tell(scope, &asked, significant(contrasts), Against::Rest),
        )?;
        let mut fields: Vec<String> =
            watched.iter().flat_map(|watched| &watched.fields).map(ToString::to_string).collect();
        fields.sort();
        fields.dedup();
        let incomplete = incomplete.into_iter().map(Incomplete::from).collect();
        Ok(Changes { now, before, fields, compared, changes, contrasted, contrasts, incomplete })
    }

    /// The time before, as long as the one that is asked for and right before it; or, where hardly anything is known of
    /// that, the first half of the time. And what is held against it.
    async fn sides(&self, scope: &Scope, query: &ChangesQuery) -> Result<(Span, Span)> {
        let (from, to) = (query.from, query.to);
        let length = to.micros() - from.micros();
        let before = Span { from: from.plus(-length), to: from };
        // A workspace that began shortly before has no time before that could be compared.
        let early = Span { from: before.from, to: before.from.plus(length / 3) };
        if !self.sample(scope, &query.filter, early, 1).await?.is_empty() {
            return Ok((before, Span { from, to }));
        }
        let middle = from.plus(length / 2);
        Ok((Span { from, to: middle }, Span { from: middle, to }))
    }

    /// The surest findings, without those that a surer one explains.
    async fn tell(
        &self,
        scope: &Scope,
        asked: &Asked<'_>,
        candidates: Vec<Candidate<'_>>,
        against: Against,
    ) -> Result<Vec<Finding>> {
        let mut told: Vec<Candidate<'_>> = Vec::new();
        let mut cells = Cells::default();
        for candidate in candidates.into_iter().take(LOOKED_AT) {
            if told.len() == MOST {
                break;
            }
            let mut explained = false;
            for surer in told.iter().filter(|surer| surer.is_about_the_metric_of(&candidate)) {
                explained = explained || cells.explain(self, scope, asked, surer, &candidate, against).await?;
            }
            if !explained {
                told.push(candidate);
            }
        }
        Ok(told.into_iter().map(Candidate::into_finding).collect())
    }
}
