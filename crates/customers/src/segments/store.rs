//! Keeping segments.

use base::{Error, Result, Timestamp, WorkspaceId, Zone, filter::Audience};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, Order,
    sea_query::{Expr, Query, SelectStatement},
};
use serde_json::json;
use std::net::IpAddr;
use store::{all, failed, text::bytewise};
use team::Scope;

use super::{NewSegment, Segment, SegmentChange, SegmentId, definitions::Definitions};
use crate::Customers;

/// How many segments a workspace may have.
const MOST: i64 = 500;

impl Customers {
    /// The segments, in the order of their ids, from a place in that order on.
    pub async fn segments(&self, scope: &Scope, after: Option<String>, limit: u64) -> Result<Vec<Segment>> {
        let id = || bytewise(self.store.engine(), Expr::col("id"));
        let select = rows(scope.workspace())
            .and_where_option(after.map(|after| id().gt(after)))
            .order_by_expr(id(), Order::Asc)
            .limit(limit)
            .take();
        Ok(all::<Row>(self.store.read(), &select).await?.into_iter().map(Segment::from).collect())
    }

    /// One segment.
    pub async fn segment(&self, scope: &Scope, id: &SegmentId) -> Result<Segment> {
        find(self.store.read(), scope.workspace(), id).await?.ok_or_else(|| Error::not_found("segment"))
    }

    /// Makes a segment. Times in its definition are local to `zone`.
    pub async fn create_segment(
        &self,
        scope: &Scope,
        new: NewSegment,
        zone: Zone,
        from: Option<IpAddr>,
    ) -> Result<Segment> {
        let (by, at) = (scope.actor().to_string(), self.clock.now());
        let segment = Segment {
            id: new.id,
            name: new.name.to_string(),
            definition: normal(&new.definition, zone)?,
            version: 1,
            created_by: by.clone(),
            created_at: at,
            changed_by: by,
            changed_at: at,
        };
        let transaction = self.store.begin().await?;
        team::has_room(&transaction, scope, "segment", MOST).await?;
        if find(&transaction, scope.workspace(), &segment.id).await?.is_some() {
            let message = format!("there is a segment '{}' already", segment.id);
            return Err(Error::invalid_field("id", "duplicate", message));
        }
        holds_together(&transaction, scope, &segment).await?;
        let insert = Query::insert()
            .into_table("segment")
            .columns(["workspace", "id", "created_by", "created_at"].into_iter().chain(SAID))
            .values_panic(
                [
                    Expr::val(scope.workspace().0),
                    Expr::val(segment.id.as_str()),
                    Expr::val(segment.created_by.as_str()),
                    Expr::val(at.micros()),
                ]
                .into_iter()
                .chain(said(&segment)),
            )
            .take();
        transaction.execute(&insert).await.map_err(failed)?;
        self.finish_segment(transaction, scope, from, "segment.created", &segment).await?;
        Ok(segment)
    }

    /// Puts another definition in the place of the one of this segment, which holds from then on wherever it is named.
    pub async fn change_segment(
        &self,
        scope: &Scope,
        id: &SegmentId,
        change: SegmentChange,
        zone: Zone,
        from: Option<IpAddr>,
    ) -> Result<Segment> {
        let definition = normal(&change.definition, zone)?;
        let transaction = self.store.begin().await?;
        team::alone(&transaction, scope).await?;
        let found = find(&transaction, scope.workspace(), id).await?.ok_or_else(|| Error::not_found("segment"))?;
        let segment = found.changed(change, definition, scope.actor().to_string(), self.clock.now())?;
        holds_together(&transaction, scope, &segment).await?;
        let update = Query::update()
            .table("segment")
            .values(SAID.into_iter().zip(said(&segment)))
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("id").eq(id.as_str()))
            .take();
        transaction.execute(&update).await.map_err(failed)?;
        self.finish_segment(transaction, scope, from, "segment.changed", &segment).await?;
        Ok(segment)
    }

    /// Takes a segment away. Fails as a conflict where others are defined by it, and says which.
    pub async fn delete_segment(&self, scope: &Scope, id: &SegmentId, from: Option<IpAddr>) -> Result<()> {
        let transaction = self.store.begin().await?;
        team::alone(&transaction, scope).await?;
        let found = find(&transaction, scope.workspace(), id).await?.ok_or_else(|| Error::not_found("segment"))?;
        let definitions = definitions(&transaction, scope.workspace()).await?;
        let users = definitions.users(id.as_str());
        if !users.is_empty() {
            return Err(Error::conflict(format!("'{id}' is used by other segments: {}", users.join(", "))));
        }
        let delete = Query::delete()
            .from_table("segment")
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("id").eq(id.as_str()))
            .take();
        transaction.execute(&delete).await.map_err(failed)?;
        self.finish_segment(transaction, scope, from, "segment.deleted", &found).await
    }

    /// Notes it in the audit log, and commits.
    async fn finish_segment(
        &self,
        transaction: DatabaseTransaction,
        scope: &Scope,
        from: Option<IpAddr>,
        action: &'static str,
        segment: &Segment,
    ) -> Result<()> {
        // Not the definition, which may hold what is known of a person.
        let details = json!({ "version": segment.version });
        self.audit(&transaction, scope, from, action, Some(segment.id.to_string()), details).await?;
        transaction.commit().await.map_err(failed)
    }

    /// An audience that says what the segments say that it names.
    pub(super) async fn expanded(&self, scope: &Scope, audience: &Audience) -> Result<Audience> {
        if audience.segments().is_empty() {
            return Ok(audience.clone());
        }
        definitions(self.store.read(), scope.workspace()).await?.expand(audience)
    }
}

/// A definition as it is kept: in the one text form, which reads the same in every time zone.
fn normal(definition: &str, zone: Zone) -> Result<String> {
    let text = Audience::parse(definition, zone)?.to_string();
    // What is written out is a little longer and deeper than what was typed, and must be readable later, too.
    Audience::parse(&text, Zone::UTC)?;
    Ok(text)
}

/// That a segment, as it is to be, and every segment that is defined by it still say who is in them.
async fn holds_together(transaction: &DatabaseTransaction, scope: &Scope, segment: &Segment) -> Result<()> {
    let mut definitions = definitions(transaction, scope.workspace()).await?;
    definitions.put(segment.id.as_str(), &segment.definition)?;
    definitions.check(segment.id.as_str())
}

async fn definitions(connection: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Definitions> {
    let mut definitions = Definitions::default();
    for row in all::<Row>(connection, &rows(workspace)).await? {
        definitions.put(&row.id, &row.definition)?;
    }
    Ok(definitions)
}

async fn find(connection: &impl ConnectionTrait, workspace: WorkspaceId, id: &SegmentId) -> Result<Option<Segment>> {
    let select = rows(workspace).and_where(Expr::col("id").eq(id.as_str())).take();
    Ok(all::<Row>(connection, &select).await?.into_iter().next().map(Segment::from))
}

/// What a change says, in the order of [`said`].
const SAID: [&str; 5] = ["name", "definition", "version", "changed_by", "changed_at"];

fn said(segment: &Segment) -> [Expr; 5] {
    [
        Expr::val(segment.name.as_str()),
        Expr::val(segment.definition.as_str()),
        Expr::val(segment.version),
        Expr::val(segment.changed_by.as_str()),
        Expr::val(segment.changed_at.micros()),
    ]
}

fn rows(workspace: WorkspaceId) -> SelectStatement {
    Query::select()
        .columns(["id", "created_by", "created_at"].into_iter().chain(SAID))
        .from("segment")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .take()
}

#[derive(FromQueryResult)]
struct Row {
    id: String,
    name: String,
    definition: String,
    version: i64,
    created_by: String,
    created_at: i64,
    changed_by: String,
    changed_at: i64,
}

impl From<Row> for Segment {
    fn from(row: Row) -> Self {
        Self {
            id: SegmentId::stored(row.id),
            name: row.name,
            definition: row.definition,
            version: row.version,
            created_by: row.created_by,
            created_at: Timestamp::from_micros(row.created_at),
            changed_by: row.changed_by,
            changed_at: Timestamp::from_micros(row.changed_at),
        }
    }
}
