//! What recognition reads and writes, within one transaction of the log.

use base::{CustomerId, Result, Timestamp};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, JoinType, Value,
    sea_query::{CaseStatement, Cond, Expr, Query, SelectStatement},
};
use signals::{Draft, Identity, Recognise, Tally};
use std::collections::{BTreeMap, BTreeSet};
use store::{Insert, all, failed, lists};
use team::Scope;

use super::{Register, former_anonymous_ids};
use crate::{
    Customers,
    group::{self, Member},
    merges,
    sql::lock,
    strength::USER_ID,
};

#[async_trait::async_trait]
impl Recognise for Customers {
    async fn recognise(
        &self,
        transaction: &DatabaseTransaction,
        scope: &Scope,
        at: Timestamp,
        drafts: &[&Draft],
    ) -> Result<Vec<Option<CustomerId>>> {
        if drafts.iter().all(|draft| draft.identities.is_empty()) {
            return Ok(vec![None; drafts.len()]);
        }
        let mut register = Register::load(transaction, scope, drafts).await?;
        let first_new = register.last + 1;
        let customers: Vec<Option<CustomerId>> = drafts.iter().map(|draft| register.recognise(draft)).collect();
        let said = drafts.iter().zip(&customers).filter(|(draft, _)| !draft.traits.is_empty());
        let said: Vec<(i64, &Draft)> = said.filter_map(|(draft, customer)| Some(((*customer)?.0, *draft))).collect();
        register.store_members(transaction, scope, at, first_new, &said).await?;
        register.store_news(transaction, scope, at).await?;
        Ok(customers)
    }
}

#[derive(FromQueryResult)]
struct Known {
    value: String,
    customer: i64,
    canonical: i64,
}

impl Register {
    /// What is known of the identities of these drafts.
    async fn load(transaction: &DatabaseTransaction, scope: &Scope, drafts: &[&Draft]) -> Result<Self> {
        let mut register = Self { last: lock(transaction, scope.workspace()).await?, ..Self::default() };
        let former: Vec<Identity> = drafts.iter().copied().flat_map(former_anonymous_ids).collect();
        let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for identity in drafts.iter().flat_map(|draft| &draft.identities).chain(&former) {
            wanted.entry(&identity.kind).or_default().insert(&identity.value);
        }
        for (kind, values) in wanted {
            for list in lists(values) {
                for row in all::<Known>(transaction, &known(scope, kind, list)).await? {
                    if row.canonical != row.customer {
                        register.canonical.insert(row.customer, row.canonical);
                    }
                    register.numbers.insert(Identity { kind: kind.to_owned(), value: row.value }, row.customer);
                }
            }
        }
        for list in lists(register.contested(drafts)) {
            register.load_named(transaction, scope, list.clone()).await?;
            register.load_apart(transaction, scope, list).await?;
        }
        Ok(register)
    }

    /// The customers, by their canonical number, that drafts with several identities may join or merge.
    fn contested(&self, drafts: &[&Draft]) -> BTreeSet<i64> {
        let mut contested = BTreeSet::new();
        for draft in drafts {
            let former: Vec<Identity> = former_anonymous_ids(draft).collect();
            let stated = draft.identities.iter().chain(&former);
            let known: Vec<Option<i64>> =
                stated.map(|identity| self.numbers.get(identity).map(|number| self.canonical(*number))).collect();
            if known.iter().any(|customer| Some(customer) != known.first()) {
                contested.extend(known.into_iter().flatten());
            }
        }
        contested
    }

    async fn load_named(
        &mut self,
        transaction: &DatabaseTransaction,
        scope: &Scope,
        customers: Vec<i64>,
    ) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Named {
            canonical: i64,
        }
        // The kind is counted, not asked for: an index by kind would lead through every user id of the workspace.
        let user_ids = CaseStatement::new().case(Expr::col(("i", "kind")).eq(USER_ID), 1).finally(0);
        let select = members(scope, customers)
            .column(("c", "canonical"))
            .cross_join_as("identity", "i", same(("i", "customer"), ("c", "id")))
            .group_by_col(("c", "canonical"))
            .and_having(Expr::max(user_ids.into()).eq(1))
            .take();
        self.named.extend(all::<Named>(transaction, &select).await?.into_iter().map(|row| row.canonical));
        Ok(())
    }

    async fn load_apart(
        &mut self,
        transaction: &DatabaseTransaction,
        scope: &Scope,
        customers: Vec<i64>,
    ) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Undone {
            one: i64,
            other: i64,
        }
        let select = members(scope, customers)
            .expr_as(Expr::col(("c", "canonical")), "one")
            .expr_as(Expr::col(("o", "canonical")), "other")
            .cross_join_as("merge", "m", same(("m", "customer"), ("c", "id")))
            .cross_join_as("customer", "o", same(("o", "id"), ("m", "into_customer")))
            .and_where(Expr::col(("m", "undone_at")).is_not_null())
            .take();
        self.apart.extend(all::<Undone>(transaction, &select).await?.into_iter().map(|row| (row.one, row.other)));
        Ok(())
    }

    /// Stores new numbers, what was said of customers, and which of them are one by now.
    async fn store_members(
        &mut self,
        transaction: &DatabaseTransaction,
        scope: &Scope,
        at: Timestamp,
        first_new: i64,
        said: &[(i64, &Draft)],
    ) -> Result<()> {
        let workspace = scope.workspace();
        let gone = self.merged.gone();
        if self.last < first_new && said.is_empty() && gone.is_empty() {
            return Ok(());
        }
        let change = group::next_change(transaction, workspace).await?;
        let before = |number: i64| self.canonical.get(&number).copied().unwrap_or(number);
        let touched =
            said.iter().map(|(number, _)| before(*number)).chain(gone.iter().flat_map(|(gone, into)| [*gone, *into]));
        let touched: BTreeSet<i64> = touched.filter(|canonical| *canonical < first_new).collect();
        let mut members = group::speaking(transaction, workspace, touched).await?;
        for id in first_new..=self.last {
            members.insert(id, Member::blank(id, id, at, change));
        }
        for (number, draft) in said {
            let blank = || Member::blank(*number, before(*number), at, change);
            let left_out = members.entry(*number).or_insert_with(blank).say(&draft.traits, draft.occurred_at);
            if left_out > 0 {
                let source = draft.body.source.clone().unwrap_or_default();
                *self.news.left_out.entry(source).or_insert(0) += left_out;
            }
        }
        move_members(transaction, scope, &gone, change).await?;
        group::settle(&mut members, |member| self.merged.root(member.canonical), change);
        group::store(transaction, workspace, members.into_values()).await
    }

    /// Stores new identities and merges, the last number given out, and how often customers were kept apart.
    async fn store_news(self, transaction: &DatabaseTransaction, scope: &Scope, at: Timestamp) -> Result<()> {
        let workspace = scope.workspace().0;
        if !self.news.identities.is_empty() {
            let count = Query::update()
                .table("workspace")
                .value("customers", self.last)
                .and_where(Expr::col("id").eq(workspace))
                .take();
            transaction.execute(&count).await.map_err(failed)?;
        }
        static IDENTITY: Insert = Insert::new(5, || {
            Query::insert()
                .into_table("identity")
                .columns(["workspace", "kind", "value", "customer", "first_seen"])
                .take()
        });
        let identities = self.news.identities.into_iter().flat_map(|(identity, customer)| -> [Value; 5] {
            [workspace.into(), identity.kind.into(), identity.value.into(), customer.into(), at.micros().into()]
        });
        IDENTITY.run(transaction, identities.collect()).await?;
        let merges: Vec<merges::Merge> = self.news.merges.into_iter().map(|union| union.made(at)).collect();
        merges::store(transaction, scope, &merges).await?;
        for ((source, reason), count) in self.news.kept_apart {
            signals::tally(transaction, Tally::new(scope, at, source, "kept_apart", reason.reason()), count).await?;
        }
        for (source, count) in self.news.left_out {
            signals::tally(transaction, Tally::new(scope, at, source, "trait_left_out", "too_many"), count).await?;
        }
        Ok(())
    }
}

/// Points every number of the customers that are gone to what stands for them, those that `group::speaking` left out too.
async fn move_members(
    transaction: &DatabaseTransaction,
    scope: &Scope,
    gone: &BTreeMap<i64, i64>,
    change: i64,
) -> Result<()> {
    let mut moves: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (gone, into) in gone {
        moves.entry(*into).or_default().push(*gone);
    }
    for (canonical, gone) in moves {
        for list in lists(gone) {
            let update = Query::update()
                .table("customer")
                .values([("canonical", canonical.into()), ("changed", change.into())])
                .and_where(Expr::col("workspace").eq(scope.workspace().0))
                .and_where(Expr::col("canonical").is_in(list))
                .take();
            transaction.execute(&update).await.map_err(failed)?;
        }
    }
    Ok(())
}

fn known(scope: &Scope, kind: &str, values: Vec<&str>) -> SelectStatement {
    Query::select()
        .columns([("i", "value"), ("i", "customer"), ("c", "canonical")])
        .from_as("identity", "i")
        .cross_join_as("customer", "c", same(("c", "id"), ("i", "customer")))
        .and_where(Expr::col(("i", "workspace")).eq(scope.workspace().0))
        .and_where(Expr::col(("i", "kind")).eq(kind))
        .and_where(Expr::col(("i", "value")).is_in(values))
        .take()
}

/// Joins a table to what stands before it. SQLite, which has no statistics here, runs cross joins in the order they are
/// written: from the few customers outward, never through a whole table of the workspace.
trait CrossJoin {
    fn cross_join_as(&mut self, table: &'static str, alias: &'static str, on: Expr) -> &mut Self;
}

impl CrossJoin for SelectStatement {
    fn cross_join_as(&mut self, table: &'static str, alias: &'static str, on: Expr) -> &mut Self {
        self.join_as(JoinType::CrossJoin, table, alias, Cond::all()).and_where(on)
    }
}

/// Two columns of one workspace are equal.
fn same(left: (&'static str, &'static str), right: (&'static str, &'static str)) -> Expr {
    let workspace = Expr::col((left.0, "workspace")).eq(Expr::col((right.0, "workspace")));
    workspace.and(Expr::col(left).eq(Expr::col(right)))
}

/// All numbers of these customers, as `c`.
fn members(scope: &Scope, canonicals: Vec<i64>) -> SelectStatement {
    Query::select()
        .from_as("customer", "c")
        .and_where(Expr::col(("c", "workspace")).eq(scope.workspace().0))
        .and_where(Expr::col(("c", "canonical")).is_in(canonicals))
        .take()
}
