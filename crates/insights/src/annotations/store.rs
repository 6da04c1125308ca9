//! Keeping annotations.

use base::{Error, Result, Timestamp, uuid_v7};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, Order,
    prelude::Uuid,
    sea_query::{Expr, Query},
};
use store::{all, failed};
use team::Scope;

use super::{Annotation, AnnotationKind};
use crate::{Insights, sql};

/// How many annotations a workspace keeps.
const MOST: i64 = 10_000;

impl Insights {
    /// The annotations of a time, the latest first, from a place in that order on.
    pub async fn annotations(
        &self,
        scope: &Scope,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        after: Option<(Timestamp, Uuid)>,
        limit: u64,
    ) -> Result<Vec<Annotation>> {
        let place = Expr::tuple([Expr::col("at"), Expr::col("id")]);
        let before = after.map(|(at, id)| place.lt(Expr::tuple([at.micros().into(), id.into()])));
        let select = Query::select()
            .columns(["id", "at", "kind", "title"])
            .from("annotation")
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where_option(from.map(|from| Expr::col("at").gte(from.micros())))
            .and_where_option(to.map(|to| Expr::col("at").lt(to.micros())))
            .and_where_option(before)
            .order_by("at", Order::Desc)
            .order_by("id", Order::Desc)
            .limit(limit)
            .take();
        all::<Row>(self.store.read(), &select).await?.into_iter().map(Annotation::try_from).collect()
    }

    /// Notes a moment.
    pub async fn annotate(
        &self,
        scope: &Scope,
        at: Timestamp,
        kind: AnnotationKind,
        title: String,
    ) -> Result<Annotation> {
        let now = self.clock.now();
        let annotation = Annotation { id: uuid_v7(now, rand::random()), at, kind, title };
        let insert = Query::insert()
            .into_table("annotation")
            .columns(["workspace", "id", "at", "kind", "title", "created_at"])
            .values_panic([
                scope.workspace().0.into(),
                annotation.id.into(),
                at.micros().into(),
                kind.name().into(),
                annotation.title.clone().into(),
                now.micros().into(),
            ])
            .take();
        let transaction = self.store.begin().await?;
        team::has_room(&transaction, scope, "annotation", MOST).await?;
        transaction.execute(&insert).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(annotation)
    }

    /// Puts another annotation in the place of one.
    pub async fn change_annotation(&self, scope: &Scope, annotation: Annotation) -> Result<Annotation> {
        let update = Query::update()
            .table("annotation")
            .values([
                ("at", annotation.at.micros().into()),
                ("kind", annotation.kind.name().into()),
                ("title", annotation.title.clone().into()),
            ])
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("id").eq(annotation.id))
            .take();
        let transaction = self.store.begin().await?;
        if transaction.execute(&update).await.map_err(failed)?.rows_affected() == 0 {
            return Err(Error::not_found("annotation"));
        }
        transaction.commit().await.map_err(failed)?;
        Ok(annotation)
    }

    /// Takes an annotation away.
    pub async fn delete_annotation(&self, scope: &Scope, id: Uuid) -> Result<()> {
        let transaction = self.store.begin().await?;
        if !sql::delete(&transaction, scope, "annotation", id).await? {
            return Err(Error::not_found("annotation"));
        }
        transaction.commit().await.map_err(failed)
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    at: i64,
    kind: String,
    title: String,
}

impl TryFrom<Row> for Annotation {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let kind = AnnotationKind::ALL.into_iter().find(|kind| kind.name() == row.kind);
        let kind = kind.ok_or_else(|| Error::internal(format!("an annotation cannot be of the kind {}", row.kind)))?;
        Ok(Self { id: row.id, at: Timestamp::from_micros(row.at), kind, title: row.title })
    }
}
