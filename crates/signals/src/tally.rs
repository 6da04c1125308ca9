//! What became of everything that was received: nothing is dropped silently, it is counted by reason.

use base::{Result, Timestamp};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, IntoActiveModel, QueryOrder, QuerySelect,
    entity::prelude::*,
    sea_query::{OnConflict, Query},
};
use serde::Serialize;
use std::collections::BTreeMap;
use store::failed;
use team::Scope;
use utoipa::ToSchema;

use crate::Signals;

/// One counter: what became of what a source sent on a day (UTC).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tally {
    workspace: Uuid,
    day: i64,
    source: String,
    outcome: &'static str,
    reason: String,
}

impl Tally {
    /// The counter of an outcome now.
    pub fn new(
        scope: &Scope,
        now: Timestamp,
        source: impl Into<String>,
        outcome: &'static str,
        reason: impl Into<String>,
    ) -> Self {
        let day = now.micros().div_euclid(Timestamp::DAY);
        Self { workspace: scope.workspace().0, day, source: source.into(), outcome, reason: reason.into() }
    }
}

/// An item that was not logged, and why; kept for whoever mends its sender.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// A short code that is counted: `too_long`.
    pub reason: String,
    /// The field at fault, as the sender wrote it; empty when the whole item is.
    pub field: String,
    /// A sentence.
    pub message: String,
    /// The beginning of the item itself.
    pub excerpt: String,
}

/// A refused item as it was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefusedItem {
    /// Its id.
    pub id: Uuid,
    /// When it was refused.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Which source sent it.
    #[schema(example = "http")]
    pub source: String,
    /// A short code.
    #[schema(example = "too_long")]
    pub reason: String,
    /// The field at fault, as the sender wrote it; empty when the whole item is.
    #[schema(example = "messageId")]
    pub field: String,
    /// A sentence.
    pub message: String,
    /// The beginning of the item itself.
    pub excerpt: String,
}

impl From<entity::refusal::Model> for RefusedItem {
    fn from(row: entity::refusal::Model) -> Self {
        Self {
            id: row.id,
            at: Timestamp::from_micros(row.at),
            source: row.source,
            reason: row.reason,
            field: row.field,
            message: row.message,
            excerpt: row.excerpt,
        }
    }
}

/// What became of what was received, counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Tally)]
pub struct Refused {
    /// `logged`, `duplicate`, `conflict`, `refused`, …
    pub outcome: String,
    /// Why.
    pub reason: String,
    /// Which source sent it.
    pub source: String,
    /// How many.
    pub count: i64,
}

impl Refused {
    pub(crate) const DUPLICATE: &str = "duplicate";
    pub(crate) const CONFLICT: &str = "conflict";
    const REFUSED: &str = "refused";
}

mod entity {
    pub mod tally {
        use sea_orm::{self, entity::prelude::*};

        #[sea_orm::model]
        #[derive(Clone, Debug, DeriveEntityModel)]
        #[sea_orm(table_name = "tally")]
        pub struct Model {
            #[sea_orm(primary_key, auto_increment = false)]
            pub workspace: Uuid,
            #[sea_orm(primary_key, auto_increment = false)]
            pub day: i64,
            #[sea_orm(primary_key, auto_increment = false)]
            pub source: String,
            #[sea_orm(primary_key, auto_increment = false)]
            pub outcome: String,
            #[sea_orm(primary_key, auto_increment = false)]
            pub reason: String,
            pub count: i64,
        }

        impl ActiveModelBehavior for ActiveModel {}
    }

    pub mod refusal {
        use sea_orm::{self, entity::prelude::*};

        #[sea_orm::model]
        #[derive(Clone, Debug, DeriveEntityModel)]
        #[sea_orm(table_name = "refusal")]
        pub struct Model {
            #[sea_orm(primary_key, auto_increment = false)]
            pub id: Uuid,
            pub workspace: Uuid,
            pub at: i64,
            pub source: String,
            pub reason: String,
            pub field: String,
            pub message: String,
            pub excerpt: String,
        }

        impl ActiveModelBehavior for ActiveModel {}
    }
}

/// Adds to one counter within a transaction of another room.
pub async fn tally(transaction: &DatabaseTransaction, tally: Tally, count: i64) -> Result<()> {
    add_tallies(transaction, BTreeMap::from([(tally, count)])).await
}

/// Adds to many counters, in their order, so that two writers never wait for each other crosswise.
pub(crate) async fn add_tallies(transaction: &DatabaseTransaction, tallies: BTreeMap<Tally, i64>) -> Result<()> {
    use entity::tally::Column;
    for (tally, count) in tallies {
        let add = Query::insert()
            .into_table("tally")
            .columns([Column::Workspace, Column::Day, Column::Source, Column::Outcome, Column::Reason, Column::Count])
            .values_panic([
                tally.workspace.into(),
                tally.day.into(),
                tally.source.into(),
                tally.outcome.into(),
                tally.reason.into(),
                count.into(),
            ])
            .on_conflict(
                OnConflict::columns([Column::Workspace, Column::Day, Column::Source, Column::Outcome, Column::Reason])
                    .value(Column::Count, Expr::col((entity::tally::Entity, Column::Count)).add(count))
                    .to_owned(),
            )
            .take();
        transaction.execute(&add).await.map_err(failed)?;
    }
    Ok(())
}

/// The latest refused items that are kept whole, for each workspace.
const KEPT: u64 = 1_000;
const EXCERPT: usize = 2_048;
/// Items of one call that are kept whole; the rest is only counted.
const KEPT_OF_ONE_CALL: usize = 100;

impl Signals {
    /// Counts items that a source refused, and keeps the latest of them.
    pub async fn refuse(&self, scope: &Scope, source: &str, refusals: Vec<Refusal>) -> Result<()> {
        if refusals.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let mut tallies = BTreeMap::new();
        for refusal in &refusals {
            *tallies.entry(Tally::new(scope, now, source, Refused::REFUSED, &*refusal.reason)).or_insert(0) += 1;
        }
        let rows: Vec<_> = refusals
            .into_iter()
            .take(KEPT_OF_ONE_CALL)
            .map(|refusal| row(scope, now, source, refusal).into_active_model())
            .collect();
        let latest = entity::refusal::Entity::find()
            .select_only()
            .column(entity::refusal::Column::At)
            .filter(entity::refusal::Column::Workspace.eq(scope.workspace().0))
            .order_by_desc(entity::refusal::Column::At)
            .offset(KEPT)
            .into_tuple::<i64>()
            .one(self.store.read())
            .await
            .map_err(failed)?;
        let transaction = self.store.begin().await?;
        add_tallies(&transaction, tallies).await?;
        entity::refusal::Entity::insert_many(rows).exec_without_returning(&transaction).await.map_err(failed)?;
        if let Some(oldest) = latest {
            let old = entity::refusal::Entity::delete_many()
                .filter(entity::refusal::Column::Workspace.eq(scope.workspace().0))
                .filter(entity::refusal::Column::At.lte(oldest));
            old.exec(&transaction).await.map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)
    }

    /// What became of everything received, by outcome, reason and source, over all days.
    pub async fn tallies(&self, scope: &Scope) -> Result<Vec<Refused>> {
        use entity::tally::Column;
        let rows = entity::tally::Entity::find()
            .filter(Column::Workspace.eq(scope.workspace().0))
            .all(self.store.read())
            .await;
        let mut sums: BTreeMap<(String, String, String), i64> = BTreeMap::new();
        for row in rows.map_err(failed)? {
            *sums.entry((row.outcome, row.reason, row.source)).or_insert(0) += row.count;
        }
        Ok(sums
            .into_iter()
            .map(|((outcome, reason, source), count)| Refused { outcome, reason, source, count })
            .collect())
    }

    /// The latest refused items, newest first, from after one of them on.
    pub async fn refusals(
        &self,
        scope: &Scope,
        after: Option<(Timestamp, Uuid)>,
        limit: u64,
    ) -> Result<Vec<RefusedItem>> {
        use entity::refusal::Column;
        let mut find = entity::refusal::Entity::find().filter(Column::Workspace.eq(scope.workspace().0));
        if let Some((at, id)) = after {
            let older = Column::At.lt(at.micros());
            find = find.filter(older.or(Column::At.eq(at.micros()).and(Column::Id.lt(id))));
        }
        let rows = find.order_by_desc(Column::At).order_by_desc(Column::Id).limit(limit).all(self.store.read()).await;
        Ok(rows.map_err(failed)?.into_iter().map(RefusedItem::from).collect())
    }
}

fn row(scope: &Scope, now: Timestamp, source: &str, refusal: Refusal) -> entity::refusal::Model {
    // PostgreSQL stores no NUL, and an excerpt is for reading.
    let readable = |text: String, most: usize| {
        text.chars().map(|c| if c == '\0' { '\u{FFFD}' } else { c }).take(most).collect::<String>()
    };
    entity::refusal::Model {
        id: Uuid::new_v4(),
        workspace: scope.workspace().0,
        at: now.micros(),
        source: source.to_owned(),
        reason: readable(refusal.reason, 100),
        field: readable(refusal.field, 200),
        message: readable(refusal.message, 1_000),
        excerpt: readable(refusal.excerpt, EXCERPT),
    }
}
