//! Which customer numbers are one: a union-find in which the smallest number stands for all.

use std::collections::BTreeMap;

/// Numbers that were merged away, each with a smaller one that it was merged into.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unions(BTreeMap<i64, i64>);

impl Unions {
    /// Makes one of two; `None` when they are one already, else the number that stands and the one that is gone.
    pub(crate) fn unite(&mut self, one: i64, other: i64) -> Option<(i64, i64)> {
        let (one, other) = (self.root(one), self.root(other));
        let (kept, gone) = (one.min(other), one.max(other));
        if kept == gone {
            return None;
        }
        self.0.insert(gone, kept);
        Some((kept, gone))
    }

    /// The number that stands for all that this one is merged with.
    pub(crate) fn root(&self, mut number: i64) -> i64 {
        while let Some(into) = self.0.get(&number) {
            number = *into;
        }
        number
    }

    /// Every number that is gone, with the one that stands for it.
    pub(crate) fn gone(&self) -> BTreeMap<i64, i64> {
        let mut roots: BTreeMap<i64, i64> = BTreeMap::new();
        // What a number was merged into is smaller, so its root is known already: one pass, however long the chain.
        for (gone, into) in &self.0 {
            let root = roots.get(into).copied().unwrap_or(*into);
            roots.insert(*gone, root);
        }
        roots
    }
}

impl FromIterator<(i64, i64)> for Unions {
    fn from_iter<T: IntoIterator<Item = (i64, i64)>>(pairs: T) -> Self {
        pairs.into_iter().fold(Self::default(), |mut unions, (one, other)| {
            unions.unite(one, other);
            unions
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_smallest_of_everything_that_is_connected_stands_for_it(pairs in prop::collection::vec((1_i64..12, 1_i64..12), 0..20)) {
            let unions: Unions = pairs.iter().copied().collect();
            let gone = unions.gone();
            for number in 1..12 {
                let mut reached = std::collections::BTreeSet::from([number]);
                loop {
                    let before = reached.len();
                    for (one, other) in &pairs {
                        if reached.contains(one) || reached.contains(other) {
                            reached.extend([*one, *other]);
                        }
                    }
                    if reached.len() == before {
                        break;
                    }
                }
                prop_assert_eq!(Some(&unions.root(number)), reached.first());
                prop_assert_eq!(gone.get(&number).copied().unwrap_or(number), unions.root(number));
            }
        }
    }
}
