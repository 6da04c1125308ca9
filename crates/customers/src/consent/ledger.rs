//! The ledger: everything that was ever said about being contacted, with its proof. Entries are added and never changed.

use base::{CustomerId, Error, Result, Timestamp, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, Order, Value,
    sea_query::{Expr, Query, SelectStatement},
};
use serde::{Deserialize, Serialize};
use store::{Insert, all, failed};
use team::Scope;
use utoipa::ToSchema;

use super::{Basis, ContactChannel, Topic, TopicId, topics};
use crate::{
    Customers,
    sql::{lock, numbers},
};

/// What a customer said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Yes, to this topic.
    Granted,
    /// No.
    Withdrawn,
    /// Their browser asks everybody to leave them alone (Global Privacy Control), or they do so in as general words. It ends what
    /// was presumed, and nothing that they have said of a topic themselves.
    Objected,
}

impl Act {
    const ALL: [Self; 3] = [Self::Granted, Self::Withdrawn, Self::Objected];

    /// Its name in the database and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Withdrawn => "withdrawn",
            Self::Objected => "objected",
        }
    }
}

/// An entry of the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Consent {
    /// Its place in the workspace's ledger: later entries have greater ones.
    pub seq: i64,
    /// The customer's number that it was recorded for.
    #[schema(value_type = String, example = "1")]
    pub customer: CustomerId,
    /// What it is about; `null` for everything.
    #[schema(value_type = Option<String>, required)]
    pub topic: Option<TopicId>,
    /// The channel that it is about; `null` for all of them.
    #[schema(required)]
    pub channel: Option<ContactChannel>,
    /// What was said.
    pub act: Act,
    /// When it was said.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// When it was written down.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
    /// Who wrote it down: `customer` where they did so themselves, `person:…`, `key:…`, `operator` or `system`.
    #[schema(example = "customer")]
    pub actor: String,
    /// How it was said.
    #[schema(example = "preference_centre")]
    pub source: String,
    /// The words that they agreed to, or the name of their version.
    #[schema(required)]
    pub wording: Option<String>,
    /// Why somebody else wrote it down for them.
    #[schema(required)]
    pub note: Option<String>,
}

/// Something that a customer has said, with its proof.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsent {
    /// What it is about. Nobody agrees to everything at once, so `granted` names a topic; `withdrawn` without one ends
    /// everything but what is transactional.
    #[schema(value_type = Option<String>, pattern = "^[a-z0-9_-]{1,60}$", example = "newsletter")]
    pub topic: Option<TopicId>,
    /// The channel that it is about; left out, all of them.
    pub channel: Option<ContactChannel>,
    /// What was said. `objected` names neither topic nor channel.
    pub act: Act,
    /// When it was said; left out, now.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// How it was said: a form, a call, an import.
    #[schema(min_length = 1, max_length = 100, example = "sign-up form")]
    pub source: String,
    /// The words that they agreed to, or the name of their version.
    #[schema(max_length = 2000, example = "Yes, send me the newsletter. (2026-03)")]
    pub wording: Option<String>,
    /// Why somebody else writes it down for them.
    #[schema(max_length = 500, example = "She called and asked for it.")]
    pub note: Option<String>,
}

impl NewConsent {
    fn check(self, actor: String, now: Timestamp) -> Result<Draft> {
        let text = |field: &str, text: Option<String>, most: usize| {
            let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
            match text.as_ref().is_some_and(|text| text.chars().count() > most || text.contains('\0')) {
                true => {
                    Err(Error::invalid_field(field, "length", format!("this is text of at most {most} characters")))
                }
                false => Ok(text),
            }
        };
        let missing = || Error::invalid_field("source", "missing", "how it was said has 1 to 100 characters");
        let at = self.at.unwrap_or(now);
        if at > now {
            return Err(Error::invalid_field("at", "out_of_range", "nobody has said anything in the future"));
        }
        match self.act {
            Act::Granted if self.topic.is_none() => {
                return Err(Error::invalid_field("topic", "missing", "nobody agrees to everything: name a topic"));
            }
            Act::Objected if self.topic.is_some() || self.channel.is_some() => {
                let message = "an objection is to everything; to one topic or channel it is 'withdrawn'";
                return Err(Error::invalid_field("act", "out_of_range", message));
            }
            _ => {}
        }
        Ok(Draft {
            topic: self.topic,
            channel: self.channel,
            act: self.act,
            at,
            actor,
            source: text("source", Some(self.source), 100)?.ok_or_else(missing)?,
            wording: text("wording", self.wording, 2_000)?,
            note: text("note", self.note, 500)?,
        })
    }
}

/// An entry that is still to be numbered.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub topic: Option<TopicId>,
    pub channel: Option<ContactChannel>,
    pub act: Act,
    pub at: Timestamp,
    pub actor: String,
    pub source: String,
    pub wording: Option<String>,
    pub note: Option<String>,
}

impl Customers {
    /// Writes down what a customer has said. Its topic has to be one of the workspace's, and one that can be refused.
    pub async fn record_consent(&self, scope: &Scope, customer: CustomerId, new: NewConsent) -> Result<Consent> {
        let now = self.clock.now();
        let draft = new.check(scope.actor().to_string(), now)?;
        let transaction = self.store.begin().await?;
        if let Some(id) = &draft.topic {
            let unknown = || Error::invalid_field("topic", "unknown", format!("there is no topic '{id}'"));
            fits(&topics::find(&transaction, scope.workspace(), id).await?.ok_or_else(unknown)?, draft.channel)?;
        }
        let consent = append(&transaction, scope.workspace(), customer, draft, now).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(consent)
    }

    /// What a customer has said, the latest first, from a place in the ledger on.
    pub async fn consents(
        &self,
        scope: &Scope,
        customer: CustomerId,
        before: Option<i64>,
        limit: u64,
    ) -> Result<Vec<Consent>> {
        let (reader, workspace) = (self.store.read(), scope.workspace());
        if numbers(reader, workspace, customer).await?.is_empty() {
            return Err(Error::not_found("customer"));
        }
        let own = Expr::col("said_as").in_subquery(crate::sql::numbers_of(workspace, customer));
        let select = rows(workspace, customer)
            .distinct()
            .and_where(Expr::col("act").ne(Act::Granted.name()).or(own))
            .and_where_option(before.map(|before| Expr::col("seq").lt(before)))
            .order_by("seq", Order::Desc)
            .limit(limit)
            .take();
        all::<Row>(reader, &select).await?.into_iter().map(Consent::try_from).collect()
    }
}

/// Writes an entry.
pub(super) async fn append(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    customer: CustomerId,
    draft: Draft,
    now: Timestamp,
) -> Result<Consent> {
    #[derive(FromQueryResult)]
    struct Last {
        seq: Option<i64>,
    }
    // Nobody else merges, and nobody else takes the next number.
    lock(transaction, workspace).await?;
    let numbers = numbers(transaction, workspace, customer).await?;
    if numbers.is_empty() {
        return Err(Error::not_found("customer"));
    }
    let last = Query::select()
        .expr_as(Expr::col("seq").max(), "seq")
        .from("consent")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .take();
    let last = all::<Last>(transaction, &last).await?.first().and_then(|last| last.seq).unwrap_or(0);
    let Draft { topic, channel, act, at, actor, source, wording, note } = draft;
    let recorded_at = now;
    let entry = Consent { seq: last + 1, customer, topic, channel, act, at, recorded_at, actor, source, wording, note };
    store(transaction, workspace, &entry, &numbers).await?;
    Ok(entry)
}

fn fits(topic: &Topic, channel: Option<ContactChannel>) -> Result<()> {
    if topic.basis == Basis::Transactional {
        let message = format!("'{}' is what customers are waiting for; it cannot be refused", topic.id);
        return Err(Error::invalid_field("topic", "out_of_range", message));
    }
    match channel.filter(|channel| !topic.channels.contains(channel)) {
        Some(channel) => {
            let message = format!("'{}' does not go out on the channel '{channel}'", topic.id);
            Err(Error::invalid_field("channel", "out_of_range", message))
        }
        None => Ok(()),
    }
}

const COLUMNS: [&str; 11] =
    ["seq", "said_as", "topic", "channel", "act", "at", "recorded_at", "actor", "source", "wording", "note"];

async fn store(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    entry: &Consent,
    numbers: &[i64],
) -> Result<()> {
    static CONSENT: Insert = Insert::new(13, || {
        let columns = ["workspace", "customer"].into_iter().chain(COLUMNS);
        Query::insert().into_table("consent").columns(columns).take()
    });
    let values = numbers.iter().flat_map(|number| -> [Value; 13] {
        [
            workspace.0.into(),
            (*number).into(),
            entry.seq.into(),
            entry.customer.0.into(),
            entry.topic.as_ref().map(TopicId::to_string).into(),
            entry.channel.map(|channel| channel.name().to_owned()).into(),
            entry.act.name().into(),
            entry.at.micros().into(),
            entry.recorded_at.micros().into(),
            entry.actor.clone().into(),
            entry.source.clone().into(),
            entry.wording.clone().into(),
            entry.note.clone().into(),
        ]
    });
    CONSENT.run(transaction, values.collect()).await
}

/// The rows of a customer's numbers.
fn rows(workspace: WorkspaceId, customer: CustomerId) -> SelectStatement {
    Query::select()
        .columns(COLUMNS)
        .from("consent")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .and_where(Expr::col("customer").in_subquery(crate::sql::numbers_of(workspace, customer)))
        .take()
}

/// An entry under one of a customer's numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    /// The number.
    pub under: i64,
    /// The entry.
    pub entry: Consent,
}

/// All that was said under any of a customer's numbers.
pub(super) async fn said(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    customer: CustomerId,
) -> Result<Vec<Said>> {
    #[derive(FromQueryResult)]
    struct Under {
        customer: i64,
        #[sea_orm(nested)]
        row: Row,
    }
    let select = rows(workspace, customer).column("customer").take();
    let rows = all::<Under>(connection, &select).await?;
    rows.into_iter().map(|Under { customer, row }| Ok(Said { under: customer, entry: row.try_into()? })).collect()
}

#[derive(FromQueryResult)]
struct Row {
    seq: i64,
    said_as: i64,
    topic: Option<String>,
    channel: Option<String>,
    act: String,
    at: i64,
    recorded_at: i64,
    actor: String,
    source: String,
    wording: Option<String>,
    note: Option<String>,
}

impl TryFrom<Row> for Consent {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let damaged = || Error::internal(format!("entry {} of the ledger of consents is damaged", row.seq));
        Ok(Self {
            seq: row.seq,
            customer: CustomerId(row.said_as),
            topic: row.topic.as_deref().map(TopicId::new).transpose().map_err(|_| damaged())?,
            channel: row.channel.as_deref().map(str::parse).transpose().map_err(|_| damaged())?,
            act: Act::ALL.into_iter().find(|act| act.name() == row.act).ok_or_else(damaged)?,
            at: Timestamp::from_micros(row.at),
            recorded_at: Timestamp::from_micros(row.recorded_at),
            actor: row.actor,
            source: row.source,
            wording: row.wording,
            note: row.note,
        })
    }
}
