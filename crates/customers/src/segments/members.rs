//! Who is in an audience, found in one pass over log and lake.

use base::{
    CustomerId, Error, Field, Filter, Result, Timestamp,
    filter::{Audience, Facts, Span, Test, Value},
};
use lake::{CustomerFacts, Lake, Missing, TraitColumn, Watch};
use sea_orm::{
    ExprTrait, FromQueryResult,
    sea_query::{Expr, Query},
};
use std::collections::BTreeSet;
use store::all;
use team::Scope;

use super::crowd::Crowd;
use crate::Customers;

/// Who is in an audience.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Their canonical numbers, in order.
    pub members: Vec<CustomerId>,
    /// How many customers there are.
    pub of: usize,
    /// The traits that are asked for and that nobody has: perhaps they are misspelt.
    pub unknown_traits: Vec<String>,
    /// Damaged files whose signals could have mattered and did not.
    pub missing: Vec<Missing>,
}

impl Customers {
    /// Who is in an audience now. Everything that it asks of behaviour, and that the segments do which it names, is found in one
    /// pass over the signals.
    ///
    /// Fails as invalid where a segment that it names does not exist.
    pub async fn in_audience(&self, scope: &Scope, lake: &Lake, audience: &Audience) -> Result<Found> {
        let audience = &self.expanded(scope, audience).await?;
        let now = self.clock.now();
        let traits: BTreeSet<String> = audience.traits().into_iter().collect();
        let facts = self.facts(scope, &traits.iter().cloned().collect::<Vec<_>>()).await?;
        let last = self.last_number(scope).await?;
        let size = usize::try_from(last).map_err(|_| Error::internal("a customer's number is negative"))? + 1;
        let mut crowds = Vec::new();
        let mut watches = Vec::new();
        audience.leaves(&mut |leaf| {
            for watch in watched(leaf, now) {
                watches.push((watch, crowds.len()));
            }
            crowds.extend(Crowd::of(leaf, size));
        });
        let asked: Vec<Watch> = watches.iter().map(|(watch, _)| watch.clone()).collect();
        // The first watch of an omission is for its cause, the second for what was omitted.
        let second = |place: usize| place > 0 && watches[place].1 == watches[place - 1].1;
        let missing = lake
            .watch(scope, &asked, facts.clone(), |sight| {
                if let Some((_, crowd)) = watches.get(sight.watch) {
                    crowds[*crowd].take(&sight, second(sight.watch));
                }
            })
            .await?;
        let mut figures = crowds.into_iter().map(|crowd| crowd.holds(now));
        let inside = decide(audience, size, &facts, &mut figures);
        let is_own = |number: usize| facts.canonical.get(number).is_none_or(|into| *into == 0);
        let everybody = (1..size).filter(|number| is_own(*number));
        let members = everybody.clone().filter(|number| inside[*number]).map(|number| CustomerId(number as i64));
        let nobody_has = |name: &String| facts.traits.get(name).is_none_or(|column| column.values.is_empty());
        Ok(Found {
            members: members.collect(),
            of: everybody.count(),
            unknown_traits: traits.into_iter().filter(nobody_has).collect(),
            missing,
        })
    }

    /// The last number that was given to a customer: all up to it are customers' numbers.
    async fn last_number(&self, scope: &Scope) -> Result<i64> {
        #[derive(FromQueryResult)]
        struct Row {
            customers: i64,
        }
        let select = Query::select()
            .column("customers")
            .from("workspace")
            .and_where(Expr::col("id").eq(scope.workspace().0))
            .take();
        let rows: Vec<Row> = all(self.store.read(), &select).await?;
        rows.first().map(|row| row.customers).ok_or_else(|| Error::not_found("workspace"))
    }
}

/// What a condition must be told of.
fn watched(leaf: &Audience, now: Timestamp) -> Vec<Watch> {
    let from = |within: Option<Span>| within.map(|span| now.plus(1 - span.micros()));
    match leaf {
        Audience::Did(did) => {
            let number = did.figure.field().cloned();
            vec![Watch { filter: did.of.clone(), from: from(did.within), number }]
        }
        Audience::Omitted(omission) => [&omission.cause, &omission.omitted]
            .map(|filter| Watch { filter: filter.clone(), from: from(omission.within), number: None })
            .to_vec(),
        _ => Vec::new(),
    }
}

/// By customer number who is in it; `figures` has what each condition about behaviour came to, in their order.
fn decide(
    audience: &Audience,
    size: usize,
    facts: &CustomerFacts,
    figures: &mut impl Iterator<Item = Vec<bool>>,
) -> Vec<bool> {
    let mut joined = |parts: &[Audience], start: bool, join: fn(&mut bool, bool)| {
        let mut whole = vec![start; size];
        for part in parts {
            let part = decide(part, size, facts, figures);
            whole.iter_mut().zip(part).for_each(|(whole, part)| join(whole, part));
        }
        whole
    };
    match audience {
        Audience::All => vec![true; size],
        Audience::And(parts) => joined(parts, true, |whole, part| *whole &= part),
        Audience::Or(parts) => joined(parts, false, |whole, part| *whole |= part),
        Audience::Not(inner) => decide(inner, size, facts, figures).into_iter().map(|inside| !inside).collect(),
        Audience::Trait(name, test) => with_trait(name, test, size, facts.traits.get(name)),
        Audience::Did(_) | Audience::Omitted(_) => figures.next().unwrap_or_else(|| vec![false; size]),
        // What they say stands in their place.
        Audience::Member(_) => vec![false; size],
        Audience::Random(share) => (0..size).map(|number| share.takes(CustomerId(number as i64))).collect(),
    }
}

/// A trait is tested once for each of its values.
fn with_trait(name: &str, test: &Test, size: usize, column: Option<&TraitColumn>) -> Vec<bool> {
    struct Only<'a>(&'a Value);

    impl Facts for Only<'_> {
        fn value(&self, _: &Field) -> Option<Value> {
            Some(self.0.clone())
        }
    }

    let Some(column) = column else { return vec![false; size] };
    let filter = Filter::Is(Field::Trait(name.to_owned()), test.clone());
    let passing: Vec<bool> = column.values.iter().map(|value| filter.matches(&Only(value))).collect();
    let passes = |code: &u32| (*code as usize).checked_sub(1).is_some_and(|place| passing.get(place) == Some(&true));
    (0..size).map(|number| column.codes.get(number).is_some_and(passes)).collect()
}
