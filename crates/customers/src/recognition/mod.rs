//! Recognition: whom a signal is about, decided from its identities alone. The rules stand here, their tables in `store`.

mod store;
#[cfg(test)]
mod tests;

use base::{CustomerId, Timestamp};
use serde::Serialize;
use signals::{Draft, Identity};
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{
    merges::Merge,
    strength::{ANONYMOUS_ID, USER_ID, strongest_first},
    unions::Unions,
};

/// What is known of the identities of a batch, and what the batch adds to it.
#[derive(Debug, Default)]
struct Register {
    /// The customer number that each identity points to, for good: merges never change it.
    numbers: HashMap<Identity, i64>,
    /// The canonical number of each customer number, where they differ before this batch.
    canonical: HashMap<i64, i64>,
    /// Canonical numbers that are one since this batch.
    merged: Unions,
    /// Canonical numbers of customers that have a user id.
    named: HashSet<i64>,
    /// Pairs of canonical numbers whose merge somebody has undone.
    apart: Vec<(i64, i64)>,
    /// The last number given out.
    last: i64,
    news: News,
}

/// What a batch adds.
#[derive(Debug, Default)]
struct News {
    /// Identities seen for the first time, and the number they point to from now on.
    identities: Vec<(Identity, i64)>,
    /// Merges, in the order they were made.
    merges: Vec<Union>,
    /// How often two customers were kept apart although a signal named both, by the signal's source and the reason.
    kept_apart: BTreeMap<(String, KeptApart), i64>,
    /// How many traits there was no room for, by the signal's source.
    left_out: BTreeMap<String, i64>,
}

/// Two customers that turned out to be one.
#[derive(Debug, PartialEq)]
struct Union {
    customer: i64,
    into: i64,
    reason: &'static str,
    evidence: Evidence,
}

/// The signal whose identities pointed to both.
#[derive(Debug, PartialEq, Serialize)]
struct Evidence {
    message_id: String,
    of: Identity,
    with: Identity,
}

impl Union {
    fn made(self, at: Timestamp) -> Merge {
        // Plain text in a plain structure always serialises.
        let evidence = serde_json::to_value(&self.evidence).unwrap_or_default();
        Merge::new(CustomerId(self.customer), CustomerId(self.into), self.reason, evidence, at)
    }
}

/// Why two customers named by one signal were not merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum KeptApart {
    /// Both have a user id: two people share a device, or one person has two accounts. Only a person can tell.
    TwoUserIds,
    /// Somebody has undone this merge before, and knew better.
    Undone,
}

impl KeptApart {
    fn reason(self) -> &'static str {
        match self {
            Self::TwoUserIds => "two_user_ids",
            Self::Undone => "undone_before",
        }
    }
}

/// An identity of a signal that is already known.
struct Clue {
    identity: Identity,
    number: i64,
}

impl Register {
    /// The number that a signal is logged under; `None` for a signal without identities.
    ///
    /// It is the number of the strongest identity itself, not the canonical one, so that an undone merge puts every
    /// timeline right again. What the identities say beyond that is kept in `news`.
    fn recognise(&mut self, draft: &Draft) -> Option<CustomerId> {
        let stated = strongest_first(&draft.identities);
        let strongest = *stated.first()?;
        let alias = is_alias(draft);
        let clues = self.clues(draft, &stated);
        let home = match self.numbers.get(strongest) {
            Some(number) => *number,
            None => clues.iter().find(|clue| self.may_join(strongest, clue, alias)).map_or_else(
                || {
                    self.last += 1;
                    self.last
                },
                |clue| clue.number,
            ),
        };
        self.attach(draft, &stated, home, alias);
        for clue in clues {
            self.join(draft, clue, home, strongest);
        }
        Some(CustomerId(home))
    }

    /// The known identities of a signal, the strongest first.
    fn clues(&self, draft: &Draft, stated: &[&Identity]) -> Vec<Clue> {
        let former = former_anonymous_ids(draft).filter(|identity| !stated.contains(&identity));
        let all = stated.iter().map(|identity| (*identity).clone()).chain(former);
        all.filter_map(|identity| Some(Clue { number: *self.numbers.get(&identity)?, identity })).collect()
    }

    /// Whether an identity seen for the first time may belong to the customer that a clue points to.
    ///
    /// A second user id does not, unless the sender says in an alias that its two user ids are one person.
    fn may_join(&self, unknown: &Identity, clue: &Clue, alias: bool) -> bool {
        unknown.kind != USER_ID
            || !self.named.contains(&self.canonical(clue.number))
            || (alias && clue.identity.kind == USER_ID)
    }

    /// Lets the identities seen for the first time point to `home`.
    fn attach(&mut self, draft: &Draft, stated: &[&Identity], home: i64, alias: bool) {
        for (position, identity) in stated.iter().enumerate() {
            if self.numbers.contains_key(*identity) {
                continue;
            }
            if identity.kind == USER_ID {
                // The first one has chosen its home; a further one is another person's unless an alias says otherwise.
                if position > 0 && !alias {
                    self.keep_apart(draft, KeptApart::TwoUserIds);
                    continue;
                }
                // The alias's former id is known already, as an anonymous one.
                if position > 0 && self.numbers.contains_key(&anonymous(identity)) {
                    continue;
                }
                self.named.insert(self.canonical(home));
            }
            self.numbers.insert((*identity).clone(), home);
            self.news.identities.push(((*identity).clone(), home));
        }
    }

    /// Merges the customer that a clue points to into the signal's, unless there is a reason not to.
    fn join(&mut self, draft: &Draft, clue: Clue, home: i64, strongest: &Identity) {
        let (from, into) = (self.canonical(clue.number), self.canonical(home));
        if from == into {
            return;
        }
        if self.named.contains(&from) && self.named.contains(&into) {
            return self.keep_apart(draft, KeptApart::TwoUserIds);
        }
        if self.undone_before(from, into) {
            return self.keep_apart(draft, KeptApart::Undone);
        }
        if let Some((kept, gone)) = self.merged.unite(from, into)
            && self.named.contains(&gone)
        {
            self.named.insert(kept);
        }
        self.news.merges.push(Union {
            customer: clue.number,
            into: home,
            reason: if is_alias(draft) { "alias" } else { "one_signal" },
            evidence: Evidence { message_id: draft.message_id.clone(), of: clue.identity, with: strongest.clone() },
        });
    }

    fn undone_before(&self, left: i64, right: i64) -> bool {
        self.apart.iter().any(|&(one, other)| {
            let pair = (self.merged.root(one), self.merged.root(other));
            pair == (left, right) || pair == (right, left)
        })
    }

    fn keep_apart(&mut self, draft: &Draft, reason: KeptApart) {
        let source = draft.body.source.clone().unwrap_or_default();
        *self.news.kept_apart.entry((source, reason)).or_insert(0) += 1;
    }

    /// The number that stands for the whole customer at this point of the batch.
    fn canonical(&self, number: i64) -> i64 {
        self.merged.root(self.canonical.get(&number).copied().unwrap_or(number))
    }
}

/// The sender's own statement that two ids are one person.
fn is_alias(draft: &Draft) -> bool {
    draft.kind == "customer_aliased"
}

/// The anonymous ids that an alias may mean: its former id is sent without saying of which kind it is.
fn former_anonymous_ids(draft: &Draft) -> impl Iterator<Item = Identity> {
    let aliased: &[Identity] = if is_alias(draft) { &draft.identities } else { &[] };
    aliased.iter().filter(|identity| identity.kind == USER_ID).map(anonymous)
}

fn anonymous(user_id: &Identity) -> Identity {
    Identity { kind: ANONYMOUS_ID.into(), value: user_id.value.clone() }
}
