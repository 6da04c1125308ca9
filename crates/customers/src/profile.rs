//! A customer as a whole: every identity and trait, from whichever of its numbers.

use base::{CustomerId, Error, Result, Timestamp};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, JoinType,
    sea_query::{Expr, Query, SelectStatement},
};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use signals::Identity;
use team::Scope;
use utoipa::ToSchema;

use store::all;

use crate::{Customers, group, strength::strongest_first, traits::Statements};

/// One person, merges taken into account.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Customer)]
pub struct Profile {
    /// The canonical number.
    #[schema(value_type = String, example = "1")]
    pub id: CustomerId,
    /// What points to this customer, the strongest first.
    pub identities: Vec<Identity>,
    /// The latest value of each trait.
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    pub traits: Map<String, Json>,
    /// The other numbers that this customer's signals are logged under.
    #[schema(value_type = Vec<String>)]
    pub merged_from: Vec<CustomerId>,
    /// When the first thing that is known of them happened.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Timestamp,
    /// When the last one did; `null` for the moment until their first signal has been taken in.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_seen: Option<Timestamp>,
}

impl Customers {
    /// The customer that an identity points to, merges taken into account.
    pub async fn find(&self, scope: &Scope, kind: &str, value: &str) -> Result<Option<CustomerId>> {
        let select = Query::select()
            .expr_as(Expr::col(("c", "canonical")), "canonical")
            .from_as("identity", "i")
            .join_as(
                JoinType::InnerJoin,
                "customer",
                "c",
                Expr::col(("c", "workspace"))
                    .eq(Expr::col(("i", "workspace")))
                    .and(Expr::col(("c", "id")).eq(Expr::col(("i", "customer")))),
            )
            .and_where(Expr::col(("i", "workspace")).eq(scope.workspace().0))
            .and_where(Expr::col(("i", "kind")).eq(kind))
            .and_where(Expr::col(("i", "value")).eq(value))
            .take();
        Ok(one(self.store.read(), &select).await?.map(CustomerId))
    }

    /// A customer by any of its numbers.
    pub async fn profile(&self, scope: &Scope, customer: CustomerId) -> Result<Profile> {
        let canonical = self.canonical(self.store.read(), scope, customer).await?;
        self.profile_of(scope, &[canonical]).await
    }

    /// How many customers there are, merged ones counted once.
    pub async fn count(&self, scope: &Scope) -> Result<u64> {
        let select = Query::select()
            .expr_as(Expr::col("id").count(), "canonical")
            .from("customer")
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("canonical").eq(Expr::col("id")))
            .take();
        let count = one(self.store.read(), &select).await?;
        Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
    }

    /// The customers with these canonical numbers as one.
    pub(crate) async fn profile_of(&self, scope: &Scope, canonicals: &[CustomerId]) -> Result<Profile> {
        #[derive(FromQueryResult)]
        struct Row {
            kind: String,
            value: String,
            first_seen: i64,
        }
        let (reader, workspace) = (self.store.read(), scope.workspace());
        let mut numbers = Vec::new();
        let mut traits = Statements::default();
        for canonical in canonicals {
            for member in group::members(reader, workspace, canonical.0).await?.into_values() {
                numbers.push(member.id);
                traits.join(&member.own);
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        let mut rows: Vec<Row> = Vec::new();
        for list in numbers.chunks(256) {
            let select = Query::select()
                .columns(["kind", "value", "first_seen"])
                .from("identity")
                .and_where(Expr::col("workspace").eq(workspace.0))
                .and_where(Expr::col("customer").is_in(list.iter().copied()))
                .take();
            rows.extend(all::<Row>(reader, &select).await?);
        }
        rows.sort_by(|one, other| {
            (one.first_seen, &one.kind, &one.value).cmp(&(other.first_seen, &other.kind, &other.value))
        });
        let received = rows.first().map_or(0, |row| row.first_seen);
        let ids: Vec<i64> = canonicals.iter().map(|canonical| canonical.0).collect();
        let seen = self.seen(scope, &ids).await?;
        let first_seen = seen.values().map(|seen| seen.first_at).min().unwrap_or(received);
        let last_seen = seen.values().map(|seen| seen.last_at).max();
        let identities: Vec<Identity> =
            rows.into_iter().map(|row| Identity { kind: row.kind, value: row.value }).collect();
        let (id, merged_from) = numbers.split_first().ok_or_else(|| Error::not_found("customer"))?;
        Ok(Profile {
            id: CustomerId(*id),
            identities: strongest_first(&identities).into_iter().cloned().collect(),
            traits: traits.view(),
            merged_from: merged_from.iter().copied().map(CustomerId).collect(),
            first_seen: Timestamp::from_micros(first_seen),
            last_seen: last_seen.map(Timestamp::from_micros),
        })
    }

    /// The canonical number of a customer number, or an error when nobody has it.
    pub(crate) async fn canonical(
        &self,
        connection: &impl ConnectionTrait,
        scope: &Scope,
        customer: CustomerId,
    ) -> Result<CustomerId> {
        let select = Query::select()
            .column("canonical")
            .from("customer")
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("id").eq(customer.0))
            .take();
        one(connection, &select).await?.map(CustomerId).ok_or_else(|| Error::not_found("customer"))
    }
}

/// The `canonical` of the first row.
async fn one(connection: &impl ConnectionTrait, select: &SelectStatement) -> Result<Option<i64>> {
    #[derive(FromQueryResult)]
    struct Canonical {
        canonical: i64,
    }
    Ok(all::<Canonical>(connection, select).await?.first().map(|row| row.canonical))
}
