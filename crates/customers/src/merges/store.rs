//! Making, undoing and listing merges.

use base::{CustomerId, Error, Result, Timestamp};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, Order, Value,
    prelude::Uuid,
    sea_query::{Expr, Query, SelectStatement},
};
use serde_json::Value as Json;
use store::{Insert, all, failed};
use team::Scope;

use super::{Merge, MergeId};
use crate::{
    Customers, Profile, group,
    sql::{lock, numbers_of},
    unions::Unions,
};

impl Customers {
    /// Makes one customer of two, by a person's decision: also of two that each have a user id.
    ///
    /// `reason` is shown to whoever looks at the merge later. It is an error when one does not exist or both are one already.
    pub async fn merge(
        &self,
        scope: &Scope,
        customer: CustomerId,
        into: CustomerId,
        reason: &str,
        evidence: Json,
    ) -> Result<Merge> {
        let merge = Merge::new(customer, into, reason, evidence, self.clock.now());
        let transaction = self.store.begin().await?;
        lock(&transaction, scope.workspace()).await?;
        let customers =
            [self.canonical(&transaction, scope, customer).await?, self.canonical(&transaction, scope, into).await?];
        if customers[0] == customers[1] {
            return Err(Error::conflict("the two are one customer already"));
        }
        store(&transaction, scope, std::slice::from_ref(&merge)).await?;
        self.regroup(&transaction, scope, &customers).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(merge)
    }

    /// Undoes a merge: every signal, identity and trait goes back to the number it was logged under.
    ///
    /// The two numbers may stay one customer by way of other merges. They are never merged by themselves again.
    pub async fn undo(&self, scope: &Scope, merge: MergeId) -> Result<()> {
        let transaction = self.store.begin().await?;
        lock(&transaction, scope.workspace()).await?;
        let find = rows(scope).and_where(Expr::col("id").eq(merge.0)).take();
        let found =
            all::<Row>(&transaction, &find).await?.into_iter().next().ok_or_else(|| Error::not_found("merge"))?;
        if found.undone_at.is_some() {
            return Err(Error::conflict("the merge is undone already"));
        }
        let undo = Query::update()
            .table("merge")
            .value("undone_at", self.clock.now().micros())
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("id").eq(merge.0))
            .take();
        transaction.execute(&undo).await.map_err(failed)?;
        let customer = self.canonical(&transaction, scope, CustomerId(found.customer)).await?;
        self.regroup(&transaction, scope, &[customer]).await?;
        transaction.commit().await.map_err(failed)
    }

    /// The merges of a customer's numbers, undone ones too, newest first.
    pub async fn merges(&self, scope: &Scope, customer: CustomerId) -> Result<Vec<Merge>> {
        let reader = self.store.read();
        let canonical = self.canonical(reader, scope, customer).await?;
        let select = rows(scope)
            .and_where(
                Expr::col("customer")
                    .in_subquery(numbers_of(scope.workspace(), canonical))
                    .or(Expr::col("into_customer").in_subquery(numbers_of(scope.workspace(), canonical))),
            )
            .order_by("at", Order::Desc)
            .order_by("id", Order::Asc)
            .take();
        all::<Row>(reader, &select).await?.into_iter().map(Merge::try_from).collect()
    }

    /// The customer that a merge of these two would make. Nothing is changed.
    pub async fn preview(&self, scope: &Scope, customer: CustomerId, into: CustomerId) -> Result<Profile> {
        let reader = self.store.read();
        let one = self.canonical(reader, scope, customer).await?;
        let other = self.canonical(reader, scope, into).await?;
        self.profile_of(scope, &[one, other]).await
    }

    /// Puts the numbers of these customers under the canonical numbers that the standing merges say.
    async fn regroup(&self, transaction: &DatabaseTransaction, scope: &Scope, canonicals: &[CustomerId]) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Standing {
            customer: i64,
            into_customer: i64,
        }
        let mut members = std::collections::BTreeMap::new();
        let mut unions = Unions::default();
        for canonical in canonicals {
            members.append(&mut group::members(transaction, scope.workspace(), canonical.0).await?);
            let standing = Query::select()
                .columns(["customer", "into_customer"])
                .from("merge")
                .and_where(Expr::col("workspace").eq(scope.workspace().0))
                .and_where(Expr::col("undone_at").is_null())
                .and_where(Expr::col("customer").in_subquery(numbers_of(scope.workspace(), *canonical)))
                .take();
            for merge in all::<Standing>(transaction, &standing).await? {
                unions.unite(merge.customer, merge.into_customer);
            }
        }
        let change = group::next_change(transaction, scope.workspace()).await?;
        let gone = unions.gone();
        group::settle(&mut members, |member| gone.get(&member.id).copied().unwrap_or(member.id), change);
        group::store(transaction, scope.workspace(), members.into_values()).await
    }
}

/// Stores new merges.
pub(crate) async fn store(transaction: &DatabaseTransaction, scope: &Scope, merges: &[Merge]) -> Result<()> {
    static MERGE: Insert = Insert::new(7, || {
        Query::insert()
            .into_table("merge")
            .columns(["id", "workspace", "customer", "into_customer", "reason", "evidence", "at"])
            .take()
    });
    let values = merges.iter().flat_map(|merge| -> [Value; 7] {
        [
            merge.id.0.into(),
            scope.workspace().0.into(),
            merge.customer.0.into(),
            merge.into.0.into(),
            merge.reason.clone().into(),
            merge.evidence.to_string().into(),
            merge.at.micros().into(),
        ]
    });
    MERGE.run(transaction, values.collect()).await
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    customer: i64,
    into_customer: i64,
    reason: String,
    evidence: String,
    at: i64,
    undone_at: Option<i64>,
}

impl TryFrom<Row> for Merge {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let evidence = serde_json::from_str(&row.evidence)
            .map_err(|error| Error::internal(format!("the evidence of merge {} is damaged: {error}", row.id)))?;
        Ok(Self {
            id: MergeId(row.id),
            customer: CustomerId(row.customer),
            into: CustomerId(row.into_customer),
            reason: row.reason,
            evidence,
            at: Timestamp::from_micros(row.at),
            undone_at: row.undone_at.map(Timestamp::from_micros),
        })
    }
}

fn rows(scope: &Scope) -> SelectStatement {
    Query::select()
        .columns(["id", "customer", "into_customer", "reason", "evidence", "at", "undone_at"])
        .from("merge")
        .and_where(Expr::col("workspace").eq(scope.workspace().0))
        .take()
}
