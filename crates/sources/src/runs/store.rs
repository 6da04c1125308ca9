//! Keeping imports: who started which, and how far it is.

use base::{Error, Result, Timestamp, WorkspaceId, uuid_v7};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, Order, Value,
    prelude::Uuid,
    sea_query::{Expr, Query, SelectStatement},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, net::IpAddr};
use store::{
    all, failed,
    jobs::{NewJob, State, enqueue},
};
use team::{
    Scope,
    audit::{self, Entry},
};

use super::{
    Import, ImportDetails, ImportState, ImportedFile, NewImport, Ordered,
    job::{IMPORT_FILES, Payload},
};
use crate::{
    Sources,
    import::{Input, Map, Written, check_files},
    uploads,
};

/// How many files one import takes.
const MOST_FILES: usize = 20;
/// How long the rows that were kept out can be downloaded.
pub(super) const REJECTS_KEPT: i64 = 30 * Timestamp::DAY;
/// An import whose job is gone for so long will not go on.
const GONE_FOR: i64 = 60 * Timestamp::SECOND;

impl Sources {
    /// Starts an import: everything that can be known to be wrong about it is said before.
    pub async fn start_import(&self, scope: &Scope, new: NewImport, from: Option<IpAddr>) -> Result<ImportDetails> {
        let toml = Written::toml(&new.map)?;
        let inputs = self.inputs(scope, &new.uploads).await?;
        let files = check_files(Map::read(&toml)?, inputs).await?;
        let files: Vec<_> = files.into_iter().map(|(name, bytes)| ImportedFile::new(&name, bytes)).collect();
        let now = self.clock.now();
        let id = uuid_v7(now, rand::random());
        let transaction = self.store.begin().await?;
        uploads::hold(&transaction, scope, &new.uploads).await?;
        let job = NewJob::new(IMPORT_FILES, &Payload { import: id })?.in_workspace(scope.workspace());
        let job =
            enqueue(&transaction, job, now).await?.ok_or_else(|| Error::internal("a job without a key is refused"))?;
        let insert = Query::insert()
            .into_table("import_run")
            .columns(["workspace", "id", "state", "actor", "map", "files", "figures", "cancelled", "job", "created_at"])
            .values_panic([
                scope.workspace().0.into(),
                id.into(),
                ImportState::Waiting.name().into(),
                scope.actor().to_string().into(),
                text(&new.map)?.into(),
                text(&new.uploads)?.into(),
                text(&files)?.into(),
                false.into(),
                job.0.into(),
                now.micros().into(),
            ])
            .take();
        transaction.execute(&insert).await.map_err(failed)?;
        let details = json!({ "files": files.len(), "bytes": files.iter().map(|file| file.bytes).sum::<u64>() });
        let entry = Entry { action: "import.started", object: Some(id.to_string()), details };
        audit::record(&transaction, now, Some(scope.workspace()), scope.actor(), from, entry).await?;
        transaction.commit().await.map_err(failed)?;
        self.import_details(scope, id).await
    }

    /// Uploads of the workspace as an import reads them.
    pub(crate) async fn inputs(&self, scope: &Scope, ids: &[Uuid]) -> Result<Vec<Input>> {
        let wrong = |reason, message: String| Error::invalid_field("uploads", reason, message);
        if !(1..=MOST_FILES).contains(&ids.len()) {
            return Err(wrong("out_of_range", format!("an import has 1 to {MOST_FILES} files")));
        }
        let (mut inputs, mut names) = (Vec::new(), BTreeSet::new());
        for id in ids {
            let input = self.upload(scope, *id).await?.input(&self.files.folder)?;
            if !names.insert(input.name().to_owned()) {
                return Err(wrong(
                    "twice",
                    format!("two files are called '{}': the map could not tell them apart", input.name()),
                ));
            }
            inputs.push(input);
        }
        Ok(inputs)
    }

    /// The imports of the workspace, started last first.
    pub async fn imports(&self, scope: &Scope, before: Option<Uuid>, limit: u64) -> Result<Vec<Import>> {
        let mut select = rows();
        select.and_where(Expr::col("workspace").eq(scope.workspace().0)).order_by("id", Order::Desc).limit(limit);
        if let Some(before) = before {
            select.and_where(Expr::col("id").lt(before));
        }
        all::<Row>(self.store.read(), &select).await?.into_iter().map(TryInto::try_into).collect()
    }

    /// One import with its map.
    pub async fn import_details(&self, scope: &Scope, id: Uuid) -> Result<ImportDetails> {
        let row = find(self.store.read(), scope.workspace(), id).await?.ok_or_else(|| Error::not_found("import"))?;
        let map: Json = parsed(&row.map, row.id)?;
        let (toml, uploads) = (Written::toml(&map)?, parsed(&row.files, row.id)?);
        Ok(ImportDetails { import: row.try_into()?, uploads, map, toml })
    }

    /// Ends an import before its end. One that runs ends after the rows that are just being logged; what was logged stays.
    pub async fn cancel_import(&self, scope: &Scope, id: Uuid, from: Option<IpAddr>) -> Result<Import> {
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        let wish = Query::update()
            .table("import_run")
            .value("cancelled", true)
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("id").eq(id))
            .and_where(Expr::col("state").is_in([ImportState::Waiting.name(), ImportState::Running.name()]))
            .take();
        let going_on = transaction.execute(&wish).await.map_err(failed)?.rows_affected() == 1;
        let row = find(&transaction, scope.workspace(), id).await?.ok_or_else(|| Error::not_found("import"))?;
        if !going_on {
            return Err(Error::conflict("this import has ended"));
        }
        if row.state == ImportState::Waiting.name() {
            row.ordered(scope.workspace())?.end(&transaction, ImportState::Cancelled, None, now).await?;
        }
        let entry = Entry { action: "import.cancelled", object: Some(id.to_string()), details: json!({}) };
        audit::record(&transaction, now, Some(scope.workspace()), scope.actor(), from, entry).await?;
        let row = find(&transaction, scope.workspace(), id).await?.ok_or_else(|| Error::not_found("import"))?;
        transaction.commit().await.map_err(failed)?;
        row.try_into()
    }

    /// Ends the imports whose job was given up or discarded, so that none seems to run for ever.
    pub async fn settle_imports(&self) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Left {
            workspace: Uuid,
            id: Uuid,
        }
        let at_work = Query::select()
            .column("id")
            .from("job")
            .and_where(Expr::col("kind").eq(IMPORT_FILES))
            .and_where(Expr::col("state").is_in([State::Waiting.name(), State::Running.name()]))
            .take();
        let now = self.clock.now();
        let left = Query::select()
            .columns(["workspace", "id"])
            .from("import_run")
            .and_where(Expr::col("state").is_in([ImportState::Waiting.name(), ImportState::Running.name()]))
            .and_where(Expr::col("created_at").lt(now.plus(-GONE_FOR).micros()))
            .and_where(Expr::col("job").not_in_subquery(at_work))
            .take();
        for Left { workspace, id } in all::<Left>(self.store.read(), &left).await? {
            let workspace = WorkspaceId(workspace);
            let transaction = self.store.begin().await?;
            let Some(row) = find(&transaction, workspace, id).await? else { continue };
            let order = row.ordered(workspace)?;
            if !order.state.has_ended() {
                let why = "its job was given up; what was logged stays, and the same files with the same map go on from there";
                order.end(&transaction, ImportState::Failed, Some(why), now).await?;
                transaction.commit().await.map_err(failed)?;
            }
        }
        Ok(())
    }

    /// An import as its job needs it.
    pub(super) async fn ordered(&self, workspace: WorkspaceId, id: Uuid) -> Result<Option<Ordered>> {
        find(self.store.read(), workspace, id).await?.map(|row| row.ordered(workspace)).transpose()
    }

    /// Whether an import goes on, or ended not long ago.
    pub(super) async fn keeps_rejects_of(&self, id: Uuid) -> Result<bool> {
        let since = self.clock.now().plus(-REJECTS_KEPT).micros();
        let select = rows()
            .and_where(Expr::col("id").eq(id))
            .and_where(Expr::col("ended_at").is_null().or(Expr::col("ended_at").gte(since)))
            .take();
        Ok(!all::<Row>(self.store.read(), &select).await?.is_empty())
    }
}

impl Ordered {
    /// Changes what is known of the import, unless it has ended meanwhile; answers whether it goes on.
    pub(super) async fn goes_on(
        &self,
        transaction: &DatabaseTransaction,
        values: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Result<bool> {
        self.change(transaction, values).await?;
        let row = find(transaction, self.workspace, self.id).await?;
        Ok(row.is_some_and(|row| row.ended_at.is_none()))
    }

    /// Changes what is known of the import.
    pub(super) async fn change(
        &self,
        transaction: &DatabaseTransaction,
        values: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Result<()> {
        let values = values.into_iter().map(|(column, value)| (column, Expr::val(value)));
        let update = Query::update()
            .table("import_run")
            .values(values)
            .and_where(Expr::col("workspace").eq(self.workspace.0))
            .and_where(Expr::col("id").eq(self.id))
            .take();
        transaction.execute(&update).await.map_err(failed)?;
        Ok(())
    }

    /// Notes how far its files are; answers whether somebody wants it to end.
    pub(super) async fn note(&self, transaction: &DatabaseTransaction, files: &[ImportedFile]) -> Result<bool> {
        self.change(transaction, [("figures", text(&files)?.into())]).await?;
        Ok(find(transaction, self.workspace, self.id).await?.is_some_and(|row| row.cancelled))
    }

    /// Ends it, and lets go of its files: those of one that succeeded are not needed any more.
    pub(super) async fn end(
        &self,
        transaction: &DatabaseTransaction,
        state: ImportState,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        let values: [(_, Value); 3] = [
            ("state", state.name().into()),
            ("reason", reason.map(|reason| reason.replace('\0', "\u{fffd}")).into()),
            ("ended_at", now.micros().into()),
        ];
        self.change(transaction, values).await?;
        let kept = state != ImportState::Done;
        uploads::release(transaction, self.workspace.0, &self.uploads, kept, now).await
    }
}

pub(super) fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal(format!("an import is no JSON: {error}")))
}

fn parsed<T: DeserializeOwned>(text: &str, id: Uuid) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::internal(format!("the import {id} is damaged: {error}")))
}

async fn find(connection: &impl ConnectionTrait, workspace: WorkspaceId, id: Uuid) -> Result<Option<Row>> {
    let select = rows().and_where(Expr::col("workspace").eq(workspace.0)).and_where(Expr::col("id").eq(id)).take();
    Ok(all::<Row>(connection, &select).await?.into_iter().next())
}

fn rows() -> SelectStatement {
    Query::select()
        .columns([
            "id",
            "state",
            "actor",
            "map",
            "files",
            "figures",
            "reason",
            "cancelled",
            "created_at",
            "started_at",
            "ended_at",
        ])
        .from("import_run")
        .take()
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    state: String,
    actor: String,
    map: String,
    files: String,
    figures: String,
    reason: Option<String>,
    cancelled: bool,
    created_at: i64,
    started_at: Option<i64>,
    ended_at: Option<i64>,
}

impl Row {
    fn state(&self) -> Result<ImportState> {
        let found = ImportState::ALL.into_iter().find(|state| state.name() == self.state);
        found.ok_or_else(|| Error::internal(format!("the import {} is damaged", self.id)))
    }

    fn ordered(self, workspace: WorkspaceId) -> Result<Ordered> {
        Ok(Ordered {
            workspace,
            id: self.id,
            state: self.state()?,
            cancelled: self.cancelled,
            uploads: parsed(&self.files, self.id)?,
            files: parsed(&self.figures, self.id)?,
            map: self.map,
        })
    }
}

impl TryFrom<Row> for Import {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let files: Vec<ImportedFile> = parsed(&row.figures, row.id)?;
        let kept_out = files.iter().any(|file| file.refused > 0);
        let (actor, actor_id) = row.actor.split_once(':').unwrap_or((&row.actor, ""));
        Ok(Self {
            id: row.id,
            state: row.state()?,
            cancelled: row.cancelled,
            actor: actor.to_owned(),
            actor_id: actor_id.parse().ok(),
            files,
            reason: row.reason,
            rejects_until: row.ended_at.filter(|_| kept_out).map(|at| Timestamp::from_micros(at).plus(REJECTS_KEPT)),
            created_at: Timestamp::from_micros(row.created_at),
            started_at: row.started_at.map(Timestamp::from_micros),
            ended_at: row.ended_at.map(Timestamp::from_micros),
        })
    }
}
