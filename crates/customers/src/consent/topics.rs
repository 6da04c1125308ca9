//! Topics: what a workspace writes and calls about, and what has to be said before it may.

use base::{Error, Result, Timestamp, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, Order,
    sea_query::{Expr, Query, SelectStatement},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{fmt, net::IpAddr};
use store::{all, failed, text::bytewise};
use team::{
    Name, Scope,
    audit::{self, Entry},
};
use utoipa::ToSchema;

use super::ContactChannel;
use crate::{Customers, slug::slug};

/// How many topics a workspace may have.
const MOST: i64 = 200;

/// The name that senders use for a topic: 1 to 60 small letters, digits, underscores and hyphens. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct TopicId(String);

impl TopicId {
    /// Reads one.
    pub fn new(text: &str) -> Result<Self> {
        slug("topic", text).map(Self)
    }

    /// As senders write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TopicId {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(input)?).map_err(serde::de::Error::custom)
    }
}

/// What has to be said before a customer may be contacted about a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Nothing goes out before the customer has agreed.
    OptIn,
    /// It goes out until the customer says no.
    OptOut,
    /// What the customer is waiting for: receipts, deliveries, security. It always goes out, at any time, and counts in no
    /// budget.
    Transactional,
}

impl Basis {
    const ALL: [Self; 3] = [Self::OptIn, Self::OptOut, Self::Transactional];

    fn name(self) -> &'static str {
        match self {
            Self::OptIn => "opt_in",
            Self::OptOut => "opt_out",
            Self::Transactional => "transactional",
        }
    }
}

/// Something that customers are contacted about.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Topic {
    /// The name that senders use.
    #[schema(value_type = String, example = "newsletter")]
    pub id: TopicId,
    /// What customers read.
    #[schema(example = "Newsletter")]
    pub name: String,
    /// What it is about, for customers.
    #[schema(example = "New lamps and offers, twice a month.")]
    pub description: String,
    /// On which channels it goes out.
    pub channels: Vec<ContactChannel>,
    /// What has to be said before it may.
    pub basis: Basis,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// What is said of a topic.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicChange {
    /// What customers read; there is one topic of each name.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "Newsletter")]
    pub name: Name,
    /// What it is about, for customers.
    #[serde(default)]
    #[schema(max_length = 500, example = "New lamps and offers, twice a month.")]
    pub description: String,
    /// On which channels it goes out, each once.
    #[schema(min_items = 1, max_items = 7)]
    pub channels: Vec<ContactChannel>,
    /// What has to be said before it may.
    pub basis: Basis,
}

/// A topic that is to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTopic {
    /// The name that senders are to use: small letters, digits, `_` and `-`. It never changes.
    #[schema(value_type = String, pattern = "^[a-z0-9_-]{1,60}$", example = "newsletter")]
    pub id: TopicId,
    /// What customers read; there is one topic of each name.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "Newsletter")]
    pub name: Name,
    /// What it is about, for customers.
    #[serde(default)]
    #[schema(max_length = 500, example = "New lamps and offers, twice a month.")]
    pub description: String,
    /// On which channels it goes out, each once.
    #[schema(min_items = 1, max_items = 7)]
    pub channels: Vec<ContactChannel>,
    /// What has to be said before it may.
    pub basis: Basis,
}

impl TopicChange {
    fn check(self, id: TopicId, created_at: Timestamp) -> Result<Topic> {
        let description = self.description.trim().to_owned();
        if description.chars().count() > 500 || description.contains('\0') {
            let message = "a description has at most 500 characters";
            return Err(Error::invalid_field("description", "length", message));
        }
        let wrong = || {
            let message = "a topic goes out on at least one channel, and each is there once";
            Error::invalid_field("channels", "length", message)
        };
        let channels = ContactChannel::each_once(&self.channels).ok_or_else(wrong)?;
        Ok(Topic { id, name: self.name.to_string(), description, channels, basis: self.basis, created_at })
    }
}

impl Customers {
    /// The topics, in the order of their ids, from a place in that order on.
    pub async fn topics(&self, scope: &Scope, after: Option<String>, limit: u64) -> Result<Vec<Topic>> {
        let id = || bytewise(self.store.engine(), Expr::col("id"));
        let select = rows(scope.workspace())
            .and_where_option(after.map(|after| id().gt(after)))
            .order_by_expr(id(), Order::Asc)
            .limit(limit)
            .take();
        all::<Row>(self.store.read(), &select).await?.into_iter().map(Topic::try_from).collect()
    }

    /// Makes a topic.
    pub async fn create_topic(&self, scope: &Scope, new: NewTopic, from: Option<IpAddr>) -> Result<Topic> {
        let NewTopic { id, name, description, channels, basis } = new;
        let topic = TopicChange { name, description, channels, basis }.check(id, self.clock.now())?;
        let transaction = self.store.begin().await?;
        team::has_room(&transaction, scope, "topic", MOST).await?;
        if find(&transaction, scope.workspace(), &topic.id).await?.is_some() {
            let message = format!("there is a topic '{}' already", topic.id);
            return Err(Error::invalid_field("id", "duplicate", message));
        }
        is_alone_in_name(&transaction, scope, &topic).await?;
        let columns = ["workspace", "id", "created_at"].into_iter().chain(SAID);
        let key = [Expr::val(scope.workspace().0), Expr::val(topic.id.as_str()), Expr::val(topic.created_at.micros())];
        let values = key.into_iter().chain(said(&topic));
        let insert = Query::insert().into_table("topic").columns(columns).values_panic(values).take();
        transaction.execute(&insert).await.map_err(failed)?;
        self.finish(transaction, scope, from, "topic.created", &topic).await?;
        Ok(topic)
    }

    /// Puts another topic in the place of the one of this id. What customers have said of it stays as it is.
    pub async fn change_topic(
        &self,
        scope: &Scope,
        id: TopicId,
        change: TopicChange,
        from: Option<IpAddr>,
    ) -> Result<Topic> {
        let transaction = self.store.begin().await?;
        team::alone(&transaction, scope).await?;
        let found = find(&transaction, scope.workspace(), &id).await?.ok_or_else(|| Error::not_found("topic"))?;
        let topic = change.check(id, found.created_at)?;
        is_alone_in_name(&transaction, scope, &topic).await?;
        let update = Query::update()
            .table("topic")
            .values(SAID.into_iter().zip(said(&topic)))
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("id").eq(topic.id.as_str()))
            .take();
        transaction.execute(&update).await.map_err(failed)?;
        self.finish(transaction, scope, from, "topic.changed", &topic).await?;
        Ok(topic)
    }

    /// Takes a topic away: nobody may be contacted about it. What was said of it stays in the ledger, and holds again should a
    /// topic of this id be made once more.
    pub async fn delete_topic(&self, scope: &Scope, id: &TopicId, from: Option<IpAddr>) -> Result<()> {
        let transaction = self.store.begin().await?;
        let delete = Query::delete()
            .from_table("topic")
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("id").eq(id.as_str()))
            .take();
        if transaction.execute(&delete).await.map_err(failed)?.rows_affected() == 0 {
            return Err(Error::not_found("topic"));
        }
        self.audit(&transaction, scope, from, "topic.deleted", Some(id.to_string()), json!({})).await?;
        transaction.commit().await.map_err(failed)
    }

    /// Notes it in the audit log, and commits.
    async fn finish(
        &self,
        transaction: DatabaseTransaction,
        scope: &Scope,
        from: Option<IpAddr>,
        action: &'static str,
        topic: &Topic,
    ) -> Result<()> {
        let details = json!({ "channels": topic.channels, "basis": topic.basis });
        self.audit(&transaction, scope, from, action, Some(topic.id.to_string()), details).await?;
        transaction.commit().await.map_err(failed)
    }

    /// Notes in the audit log who changed what may go out or who is in a segment, and from where.
    pub(crate) async fn audit(
        &self,
        transaction: &DatabaseTransaction,
        scope: &Scope,
        from: Option<IpAddr>,
        action: &'static str,
        object: Option<String>,
        details: serde_json::Value,
    ) -> Result<()> {
        let entry = Entry { action, object, details };
        audit::record(transaction, self.clock.now(), Some(scope.workspace()), scope.actor(), from, entry).await
    }
}

/// All topics, in the order of their ids.
pub(super) async fn list(connection: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Topic>> {
    let rows = all::<Row>(connection, &rows(workspace)).await?;
    let mut topics: Vec<Topic> = rows.into_iter().map(Topic::try_from).collect::<Result<_>>()?;
    topics.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(topics)
}

/// A topic by its id.
pub(super) async fn find(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: &TopicId,
) -> Result<Option<Topic>> {
    let select = rows(workspace).and_where(Expr::col("id").eq(id.as_str())).take();
    all::<Row>(connection, &select).await?.into_iter().next().map(Topic::try_from).transpose()
}

/// What is said of a topic, in the order of [`said`].
const SAID: [&str; 4] = ["name", "description", "channels", "basis"];

fn said(topic: &Topic) -> [Expr; 4] {
    [
        Expr::val(topic.name.as_str()),
        Expr::val(topic.description.as_str()),
        Expr::val(json!(topic.channels).to_string()),
        Expr::val(topic.basis.name()),
    ]
}

/// That no other topic has its name: customers could not tell them apart.
async fn is_alone_in_name(transaction: &DatabaseTransaction, scope: &Scope, topic: &Topic) -> Result<()> {
    let same = rows(scope.workspace())
        .and_where(Expr::col("name").eq(topic.name.as_str()))
        .and_where(Expr::col("id").ne(topic.id.as_str()))
        .take();
    match all::<Row>(transaction, &same).await?.is_empty() {
        true => Ok(()),
        false => {
            let message = format!("another topic is called '{}'", topic.name);
            Err(Error::invalid_field("name", "duplicate", message))
        }
    }
}

fn rows(workspace: WorkspaceId) -> SelectStatement {
    Query::select()
        .columns(["id", "name", "description", "channels", "basis", "created_at"])
        .from("topic")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .take()
}

#[derive(FromQueryResult)]
struct Row {
    id: String,
    name: String,
    description: String,
    channels: String,
    basis: String,
    created_at: i64,
}

impl TryFrom<Row> for Topic {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let damaged = || Error::internal(format!("the stored topic '{}' is damaged", row.id));
        Ok(Self {
            channels: serde_json::from_str(&row.channels).map_err(|_| damaged())?,
            basis: Basis::ALL.into_iter().find(|basis| basis.name() == row.basis).ok_or_else(damaged)?,
            id: TopicId(row.id),
            name: row.name,
            description: row.description,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}
