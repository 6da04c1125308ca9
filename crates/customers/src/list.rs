//! The list of customers, the latest first, and the search in it.
//!
//! Without a search a page is read off an index. A search looks at a bounded number of identities and names, so that it
//! costs the same however many customers there are.

use base::{CustomerId, Result, Timestamp};
use sea_orm::{
    ExprTrait, FromQueryResult, JoinType, Order,
    sea_query::{Cond, Expr, Query, SelectStatement},
};
use serde::{Deserialize, Serialize};
use signals::Identity;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::{all, lists, text::bytewise};
use team::Scope;
use utoipa::ToSchema;

use crate::{Customers, Profile, names::typed, strength::strongest_first, traits::Statements};

/// How many identities and how many names a search looks at.
const LOOKED_AT: u64 = 1_000;

/// What the list is sorted by; the latest comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListedBy {
    /// When they were heard from last.
    #[default]
    LastSeen,
    /// When they were heard from first.
    FirstSeen,
}

impl ListedBy {
    fn column(self) -> &'static str {
        match self {
            Self::LastSeen => "last_at",
            Self::FirstSeen => "first_at",
        }
    }
}

/// A place in the list: a moment, and the number that was heard from then.
pub(crate) type Place = (i64, i64);

/// A customer's place and canonical number.
#[derive(Clone, Copy, Debug, FromQueryResult)]
struct Entry {
    at: i64,
    number: i64,
    canonical: i64,
}

impl Customers {
    /// The customers, merged ones once, from a place in the list on; each with the place that the next page begins after.
    ///
    /// With `search` those of whom an identity or a name begins so, the latter in either case. Of each customer the
    /// identities that last are there; orders and the like stand in the profile alone.
    pub(crate) async fn list(
        &self,
        scope: &Scope,
        search: Option<&str>,
        by: ListedBy,
        after: Option<Place>,
        limit: u64,
    ) -> Result<Vec<(Place, Profile)>> {
        let entries = match search {
            None => self.listed(scope, by, after, limit).await?,
            Some(search) => self.found(scope, search, by, after, limit).await?,
        };
        let canonicals: Vec<i64> = entries.iter().map(|entry| entry.canonical).collect();
        let mut profiles = self.summaries(scope, &canonicals).await?;
        let with_place = |entry: Entry| Some(((entry.at, entry.number), profiles.remove(&entry.canonical)?));
        Ok(entries.into_iter().filter_map(with_place).collect())
    }

    async fn listed(&self, scope: &Scope, by: ListedBy, after: Option<Place>, limit: u64) -> Result<Vec<Entry>> {
        let column = by.column();
        let place = |table: &'static str| Expr::tuple([Expr::col((table, column)), Expr::col((table, "customer"))]);
        // Of several numbers that are one customer the one stands for it whose moment decides.
        let better = match by {
            ListedBy::LastSeen => place("t").gt(place("s")),
            ListedBy::FirstSeen => place("t").lt(place("s")),
        };
        let other = Query::select()
            .expr(Expr::val(1))
            .from_as("customer", "o")
            .join_as(JoinType::CrossJoin, "sighting", "t", Cond::all())
            .and_where(Expr::col(("t", "workspace")).eq(Expr::col(("o", "workspace"))))
            .and_where(Expr::col(("t", "customer")).eq(Expr::col(("o", "id"))))
            .and_where(Expr::col(("o", "workspace")).eq(Expr::col(("c", "workspace"))))
            .and_where(Expr::col(("o", "canonical")).eq(Expr::col(("c", "canonical"))))
            .and_where(better)
            .take();
        // Joined crosswise, here and above: SQLite then goes along the index of sightings, and from a customer to its few
        // numbers, whatever it thinks of the tables' sizes.
        let mut select = Query::select()
            .expr_as(Expr::col(("s", column)), "at")
            .expr_as(Expr::col(("s", "customer")), "number")
            .expr_as(Expr::col(("c", "canonical")), "canonical")
            .from_as("sighting", "s")
            .join_as(JoinType::CrossJoin, "customer", "c", Cond::all())
            .and_where(Expr::col(("s", "workspace")).eq(scope.workspace().0))
            .and_where(Expr::col(("c", "workspace")).eq(Expr::col(("s", "workspace"))))
            .and_where(Expr::col(("c", "id")).eq(Expr::col(("s", "customer"))))
            .and_where(Expr::exists(other).not())
            .order_by(("s", column), Order::Desc)
            .order_by(("s", "customer"), Order::Desc)
            .limit(limit)
            .take();
        if let Some((at, number)) = after {
            select.and_where(place("s").lt(Expr::tuple([at.into(), number.into()])));
        }
        all(self.store.read(), &select).await
    }

    async fn found(
        &self,
        scope: &Scope,
        search: &str,
        by: ListedBy,
        after: Option<Place>,
        limit: u64,
    ) -> Result<Vec<Entry>> {
        let (numbers, name) = (self.identified(scope, search).await?, typed(search));
        let numbers = numbers.into_iter().chain(self.begins(scope, "customer_name", "name", &name).await?);
        let mut canonicals = BTreeSet::new();
        for list in lists(numbers.collect::<BTreeSet<i64>>()) {
            let select = Query::select()
                .column("canonical")
                .from("customer")
                .and_where(Expr::col("workspace").eq(scope.workspace().0))
                .and_where(Expr::col("id").is_in(list))
                .take();
            #[derive(FromQueryResult)]
            struct Row {
                canonical: i64,
            }
            canonicals.extend(all::<Row>(self.store.read(), &select).await?.into_iter().map(|row| row.canonical));
        }
        let mut entries: Vec<Entry> = Vec::new();
        for (canonical, seen) in self.seen(scope, &canonicals.into_iter().collect::<Vec<_>>()).await? {
            let at = match by {
                ListedBy::LastSeen => seen.last_at,
                ListedBy::FirstSeen => seen.first_at,
            };
            entries.push(Entry { at, number: canonical, canonical });
        }
        entries.sort_unstable_by_key(|entry| std::cmp::Reverse((entry.at, entry.number)));
        entries.retain(|entry| after.is_none_or(|after| (entry.at, entry.number) < after));
        entries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(entries)
    }

    /// The numbers of customers of whom an identity begins so: as it was typed, and in lower case, as e-mail addresses are.
    async fn identified(&self, scope: &Scope, search: &str) -> Result<Vec<i64>> {
        let lower = search.to_lowercase();
        let mut numbers = self.begins(scope, "identity", "value", search).await?;
        if lower != search {
            numbers.extend(self.begins(scope, "identity", "value", &lower).await?);
        }
        Ok(numbers)
    }

    async fn begins(&self, scope: &Scope, table: &'static str, column: &'static str, start: &str) -> Result<Vec<i64>> {
        #[derive(FromQueryResult)]
        struct Row {
            customer: i64,
        }
        let text = || bytewise(self.store.engine(), Expr::col(column));
        let select = Query::select()
            .column("customer")
            .from(table)
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(text().gte(start))
            // No text that begins so comes after this: it is the greatest character there is.
            .and_where(text().lt(format!("{start}{}", char::MAX)))
            .order_by_expr(text(), Order::Asc)
            .limit(LOOKED_AT)
            .take();
        let rows: Vec<Row> = all(self.store.read(), &select).await?;
        Ok(rows.into_iter().map(|row| row.customer).collect())
    }

    /// When these customers, by their canonical numbers, were heard from.
    pub(crate) async fn seen(&self, scope: &Scope, canonicals: &[i64]) -> Result<HashMap<i64, Seen>> {
        let mut seen = HashMap::new();
        for list in lists(canonicals.iter().copied()) {
            let select = Query::select()
                .expr_as(Expr::col(("c", "canonical")), "canonical")
                .expr_as(Expr::col(("s", "first_at")).min(), "first_at")
                .expr_as(Expr::col(("s", "last_at")).max(), "last_at")
                .from_as("customer", "c")
                .join_as(
                    JoinType::InnerJoin,
                    "sighting",
                    "s",
                    Expr::col(("s", "workspace"))
                        .eq(Expr::col(("c", "workspace")))
                        .and(Expr::col(("s", "customer")).eq(Expr::col(("c", "id")))),
                )
                .and_where(Expr::col(("c", "workspace")).eq(scope.workspace().0))
                .and_where(Expr::col(("c", "canonical")).is_in(list))
                .group_by_col(("c", "canonical"))
                .take();
            seen.extend(all::<Seen>(self.store.read(), &select).await?.into_iter().map(|row| (row.canonical, row)));
        }
        Ok(seen)
    }

    /// These customers, by their canonical numbers, as a list shows them, in the order of their numbers.
    pub(crate) async fn in_short(&self, scope: &Scope, customers: &[CustomerId]) -> Result<Vec<Profile>> {
        let canonicals: Vec<i64> = customers.iter().map(|customer| customer.0).collect();
        Ok(self.summaries(scope, &canonicals).await?.into_values().collect())
    }

    /// These customers in short, by their canonical numbers.
    async fn summaries(&self, scope: &Scope, canonicals: &[i64]) -> Result<BTreeMap<i64, Profile>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: i64,
            canonical: i64,
            traits: String,
        }
        #[derive(FromQueryResult)]
        struct Pointer {
            canonical: i64,
            kind: String,
            value: String,
        }
        let of = |list: Vec<i64>| -> SelectStatement {
            Query::select()
                .from_as("customer", "c")
                .and_where(Expr::col(("c", "workspace")).eq(scope.workspace().0))
                .and_where(Expr::col(("c", "canonical")).is_in(list))
                .take()
        };
        let seen = self.seen(scope, canonicals).await?;
        let mut profiles: BTreeMap<i64, Profile> = BTreeMap::new();
        for list in lists(canonicals.iter().copied()) {
            let mut numbers = of(list.clone());
            numbers.columns([("c", "id"), ("c", "canonical"), ("c", "traits")]);
            let mut rows = all::<Row>(self.store.read(), &numbers).await?;
            // The canonical number is the smallest, so it comes before those that were merged into it. Sorted here: asked to
            // sort, SQLite goes through the whole workspace in that order instead of looking these few up.
            rows.sort_unstable_by_key(|row| row.id);
            for row in rows {
                match profiles.get_mut(&row.canonical) {
                    Some(profile) if row.id != row.canonical => profile.merged_from.push(CustomerId(row.id)),
                    _ => {
                        let seen = seen.get(&row.canonical);
                        let profile = Profile {
                            id: CustomerId(row.canonical),
                            identities: Vec::new(),
                            traits: Statements::read_view(&row.traits)?,
                            merged_from: Vec::new(),
                            first_seen: Timestamp::from_micros(seen.map_or(0, |seen| seen.first_at)),
                            last_seen: seen.map(|seen| Timestamp::from_micros(seen.last_at)),
                        };
                        profiles.insert(row.canonical, profile);
                    }
                }
            }
            let mut pointers = of(list);
            pointers
                .columns([("c", "canonical"), ("i", "kind"), ("i", "value")])
                .join_as(JoinType::CrossJoin, "identity", "i", Cond::all())
                .and_where(Expr::col(("i", "workspace")).eq(Expr::col(("c", "workspace"))))
                .and_where(Expr::col(("i", "customer")).eq(Expr::col(("c", "id"))))
                .and_where(Expr::col(("i", "kind")).is_in(crate::strength::LASTING));
            for row in all::<Pointer>(self.store.read(), &pointers).await? {
                if let Some(profile) = profiles.get_mut(&row.canonical) {
                    profile.identities.push(Identity { kind: row.kind, value: row.value });
                }
            }
        }
        for profile in profiles.values_mut() {
            profile.identities = strongest_first(&profile.identities).into_iter().cloned().collect();
        }
        Ok(profiles)
    }
}

/// When a customer was heard from first and last.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(crate) struct Seen {
    canonical: i64,
    pub(crate) first_at: i64,
    pub(crate) last_at: i64,
}
