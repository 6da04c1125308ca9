//! Customer numbers as they are stored: each with what was said of it, all of one customer under its canonical number.

use base::{Result, Timestamp, WorkspaceId};
use sea_orm::{
    DatabaseTransaction, ExprTrait, FromQueryResult, Value,
    sea_query::{Expr, OnConflict, Query, SelectStatement},
};
use std::collections::BTreeMap;
use store::{Insert, all, lists};

use crate::{names, traits::Statements};

/// One customer number on its way to being stored.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// The number.
    pub(crate) id: i64,
    /// The number that stands for the whole customer: the smallest of all that are merged.
    pub(crate) canonical: i64,
    /// What was said of this very number.
    pub(crate) own: Statements,
    /// The traits of the whole customer as JSON at the canonical number, empty elsewhere.
    traits: String,
    /// They as they are stored.
    stored: String,
    /// When it was seen first; kept as it was where the number is stored already.
    created_at: i64,
    changed: i64,
    stale: bool,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    canonical: i64,
    own: String,
    traits: String,
    created_at: i64,
    changed: i64,
}

impl TryFrom<Row> for Member {
    type Error = base::Error;

    fn try_from(row: Row) -> Result<Self> {
        let Row { id, canonical, own, traits, created_at, changed } = row;
        let (own, stored) = (Statements::parse(&own)?, traits.clone());
        Ok(Self { id, canonical, own, traits, stored, created_at, changed, stale: false })
    }
}

impl Member {
    /// A number that is not stored yet, or of which nothing but its canonical number is.
    pub(crate) fn blank(id: i64, canonical: i64, at: Timestamp, changed: i64) -> Self {
        let (own, traits) = (Statements::default(), Statements::NONE.to_owned());
        Self { id, canonical, own, stored: traits.clone(), traits, created_at: at.micros(), changed, stale: true }
    }

    /// Takes in what a signal of this moment says; how many traits there was no room for.
    pub(crate) fn say(&mut self, traits: &serde_json::Map<String, serde_json::Value>, at: Timestamp) -> i64 {
        let heard = self.own.say(traits, at);
        self.stale |= heard.changed;
        heard.left_out
    }
}

/// Puts every member under the canonical number that `root` says, and the whole customer's traits there.
pub(crate) fn settle(members: &mut BTreeMap<i64, Member>, root: impl Fn(&Member) -> i64, change: i64) {
    let mut whole: BTreeMap<i64, Statements> = BTreeMap::new();
    for member in members.values() {
        whole.entry(root(member)).or_default().join(&member.own);
    }
    for member in members.values_mut() {
        let canonical = root(member);
        let traits = match whole.remove(&member.id) {
            Some(statements) if member.id == canonical => serde_json::Value::Object(statements.view()).to_string(),
            _ => Statements::NONE.to_owned(),
        };
        if member.canonical != canonical || member.traits != traits {
            (member.canonical, member.traits, member.changed, member.stale) = (canonical, traits, change, true);
        }
    }
}

/// The numbers of these customers that have anything to say: the canonical ones and those with statements of their own.
pub(crate) async fn speaking(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    canonicals: impl IntoIterator<Item = i64>,
) -> Result<BTreeMap<i64, Member>> {
    let mut members = BTreeMap::new();
    for list in lists(canonicals) {
        let mut select = rows(workspace, list);
        let speaks = Expr::col("own").ne(Statements::NONE).or(Expr::col("id").eq(Expr::col("canonical")));
        read(transaction, select.and_where(speaks), &mut members).await?;
    }
    Ok(members)
}

/// Every number of one customer.
pub(crate) async fn members(
    connection: &impl sea_orm::ConnectionTrait,
    workspace: WorkspaceId,
    canonical: i64,
) -> Result<BTreeMap<i64, Member>> {
    let mut members = BTreeMap::new();
    read(connection, &rows(workspace, vec![canonical]), &mut members).await?;
    Ok(members)
}

fn rows(workspace: WorkspaceId, canonicals: Vec<i64>) -> SelectStatement {
    Query::select()
        .columns(["id", "canonical", "own", "traits", "created_at", "changed"])
        .from("customer")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .and_where(Expr::col("canonical").is_in(canonicals))
        .take()
}

async fn read(
    connection: &impl sea_orm::ConnectionTrait,
    select: &SelectStatement,
    members: &mut BTreeMap<i64, Member>,
) -> Result<()> {
    for row in all::<Row>(connection, select).await? {
        members.insert(row.id, row.try_into()?);
    }
    Ok(())
}

/// Stores what differs from what is stored.
pub(crate) async fn store(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    members: impl IntoIterator<Item = Member>,
) -> Result<()> {
    static CUSTOMER: Insert = Insert::new(7, || {
        Query::insert()
            .into_table("customer")
            .columns(["workspace", "id", "canonical", "own", "traits", "created_at", "changed"])
            .on_conflict(
                OnConflict::columns(["workspace", "id"])
                    .update_columns(["canonical", "own", "traits", "changed"])
                    .to_owned(),
            )
            .take()
    });
    let stale: Vec<Member> = members.into_iter().filter(|member| member.stale).collect();
    let renamed: Vec<(i64, &str, &str)> = stale
        .iter()
        .filter(|member| member.traits != member.stored)
        .map(|member| (member.id, &*member.stored, &*member.traits))
        .collect();
    names::store(transaction, workspace, &renamed).await?;
    let values = stale.into_iter().flat_map(|member| -> [Value; 7] {
        [
            workspace.0.into(),
            member.id.into(),
            member.canonical.into(),
            member.own.to_text().into(),
            member.traits.into(),
            member.created_at.into(),
            member.changed.into(),
        ]
    });
    CUSTOMER.run(transaction, values.collect()).await
}

/// The number that this transaction's changes carry; needs the lock.
pub(crate) async fn next_change(transaction: &DatabaseTransaction, workspace: WorkspaceId) -> Result<i64> {
    Ok(last_change(transaction, workspace).await? + 1)
}

/// The number of the latest change.
pub(crate) async fn last_change(connection: &impl sea_orm::ConnectionTrait, workspace: WorkspaceId) -> Result<i64> {
    #[derive(FromQueryResult)]
    struct Last {
        changed: Option<i64>,
    }
    let select = Query::select()
        .expr_as(Expr::col("changed").max(), "changed")
        .from("customer")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .take();
    let last: Vec<Last> = all(connection, &select).await?;
    Ok(last.first().and_then(|last| last.changed).unwrap_or(0))
}
