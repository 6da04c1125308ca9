//! Queries about memberships.

use base::{EmailAddress, Error, Result, Timestamp, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult, IntoActiveModel, Order, PaginatorTrait,
    entity::prelude::*,
    sea_query::{Condition, Query, SelectStatement},
};
use store::failed;

use super::{Holds, Member};
use crate::{
    Actor, Role, Scope,
    people::{self, Name},
};

pub(crate) mod membership {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "membership")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person: Uuid,
        pub role: String,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use membership::{Column, Entity};

/// A person's place in a workspace, and what the workspace asks of them.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) workspace: Uuid,
    pub(crate) role: Role,
    pub(crate) second_factor_required: bool,
}

#[derive(FromQueryResult)]
struct SeatRow {
    workspace: Uuid,
    role: String,
    require_second_factor: bool,
}

/// A person's place in this workspace.
pub(crate) async fn seat(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    person: Uuid,
) -> Result<Option<Seat>> {
    let select = seats(person).and_where(Expr::col(("membership", "workspace")).eq(workspace.0)).take();
    first_seat(connection, &select).await
}

/// A person's place in the workspace that they have been in for the longest.
pub(crate) async fn oldest_seat(connection: &impl ConnectionTrait, person: Uuid) -> Result<Option<Seat>> {
    first_seat(connection, &seats(person)).await
}

fn seats(person: Uuid) -> SelectStatement {
    Query::select()
        .columns([("membership", "workspace"), ("membership", "role"), ("workspace", "require_second_factor")])
        .from("membership")
        .inner_join("workspace", Expr::col(("workspace", "id")).equals(("membership", "workspace")))
        .and_where(Expr::col(("membership", "person")).eq(person))
        .order_by(("membership", "created_at"), Order::Asc)
        .order_by(("membership", "workspace"), Order::Asc)
        .limit(1)
        .take()
}

async fn first_seat(connection: &impl ConnectionTrait, select: &SelectStatement) -> Result<Option<Seat>> {
    let statement = connection.get_database_backend().build(select);
    let row = SeatRow::find_by_statement(statement).one(connection).await.map_err(failed)?;
    row.map(|row| {
        let second_factor_required = row.require_second_factor;
        Ok(Seat { workspace: row.workspace, role: read_role(&row.role)?, second_factor_required })
    })
    .transpose()
}

fn read_role(text: &str) -> Result<Role> {
    text.parse().map_err(|error: Error| Error::internal(format!("a membership is damaged: {error}")))
}

/// Locks who is in a workspace until the transaction ends. Whoever changes that holds this lock, so that of two owners who leave at
/// once one stays.
pub(crate) async fn lock(transaction: &DatabaseTransaction, workspace: WorkspaceId) -> Result<()> {
    let select = Query::select()
        .column("id")
        .from("workspace")
        .and_where(Expr::col("id").eq(workspace.0))
        .lock_exclusive()
        .take();
    let found = transaction.query_one(&select).await.map_err(failed)?;
    if found.is_none() { Err(Error::not_found("workspace")) } else { Ok(()) }
}

/// What the caller holds, as it stands now.
pub(crate) async fn holds(transaction: &DatabaseTransaction, scope: &Scope) -> Result<Holds> {
    match scope.actor() {
        Actor::Operator | Actor::System => Ok(Holds::Everything),
        Actor::Key(_) => Ok(Holds::Permissions(scope.permissions())),
        Actor::Person(person) => match role(transaction, scope.workspace(), person).await? {
            Some(role) => Ok(Holds::Role(role)),
            None => Err(Error::not_found("workspace")),
        },
    }
}

/// What a person is in a workspace; `None` where they are no member.
pub(crate) async fn role(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    person: Uuid,
) -> Result<Option<Role>> {
    let row = Entity::find_by_id((workspace.0, person)).one(connection).await.map_err(failed)?;
    row.map(|row| read_role(&row.role)).transpose()
}

/// What a person who may log in is in a workspace; `None` for anybody else.
pub(crate) async fn able_role(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    person: Uuid,
) -> Result<Option<Role>> {
    if people::store::is_able(connection, person).await? { role(connection, workspace, person).await } else { Ok(None) }
}

/// The owners of a workspace who may log in.
pub(crate) async fn owners(connection: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<EmailAddress>> {
    let select = Query::select()
        .column(("person", "email"))
        .from("membership")
        .inner_join("person", Expr::col(("person", "id")).equals(("membership", "person")))
        .and_where(Expr::col(("membership", "workspace")).eq(workspace.0))
        .and_where(Expr::col(("membership", "role")).eq(Role::Owner.name()))
        .and_where(Expr::col(("person", "disabled_at")).is_null())
        .order_by(("membership", "created_at"), Order::Asc)
        .take();
    let rows = connection.query_all(&select).await.map_err(failed)?;
    rows.iter().map(|row| row.try_get_by_index::<String>(0).map_err(failed)?.parse()).collect()
}

/// The workspaces in which a person is an owner, in the order in which they are to be locked.
pub(crate) async fn owned_by(connection: &impl ConnectionTrait, person: Uuid) -> Result<Vec<WorkspaceId>> {
    let find = Entity::find().filter(Column::Person.eq(person)).filter(Column::Role.eq(Role::Owner.name()));
    let mut workspaces: Vec<_> =
        find.all(connection).await.map_err(failed)?.into_iter().map(|row| WorkspaceId(row.workspace)).collect();
    workspaces.sort_unstable();
    Ok(workspaces)
}

/// Whether a workspace has an owner who can log in, besides this person.
pub(crate) async fn has_other_owner(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    person: Uuid,
) -> Result<bool> {
    let able = Query::select().column("id").from("person").and_where(Expr::col("disabled_at").is_null()).take();
    let others = Entity::find()
        .filter(Column::Workspace.eq(workspace.0))
        .filter(Column::Role.eq(Role::Owner.name()))
        .filter(Column::Person.ne(person))
        .filter(Column::Person.in_subquery(able));
    Ok(others.count(transaction).await.map_err(failed)? > 0)
}

/// Adds a member; who is one already stays what they are.
pub(crate) async fn insert(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    person: Uuid,
    role: Role,
    at: Timestamp,
) -> Result<()> {
    let row = membership::Model { workspace: workspace.0, person, role: role.name().into(), created_at: at.micros() };
    let insert = Entity::insert(row.into_active_model().reset_all());
    insert.on_conflict_do_nothing().exec_without_returning(transaction).await.map_err(failed)?;
    Ok(())
}

/// Makes a member something else.
pub(crate) async fn set_role(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    person: Uuid,
    role: Role,
) -> Result<()> {
    let change = Entity::update_many()
        .filter(Column::Workspace.eq(workspace.0))
        .filter(Column::Person.eq(person))
        .col_expr(Column::Role, role.name().into());
    change.exec(transaction).await.map_err(failed)?;
    Ok(())
}

/// Takes a member out of a workspace.
pub(crate) async fn delete(transaction: &DatabaseTransaction, workspace: WorkspaceId, person: Uuid) -> Result<()> {
    Entity::delete_by_id((workspace.0, person)).exec(transaction).await.map_err(failed)?;
    Ok(())
}

#[derive(FromQueryResult)]
struct MemberRow {
    id: Uuid,
    name: String,
    email: String,
    role: String,
    created_at: i64,
    disabled_at: Option<i64>,
    confirmed_at: Option<i64>,
}

impl TryFrom<MemberRow> for Member {
    type Error = Error;

    fn try_from(row: MemberRow) -> Result<Self> {
        let damaged = |error: Error| Error::internal(format!("person {} is damaged: {error}", row.id));
        Ok(Self {
            id: row.id,
            name: Name::new(&row.name).map_err(damaged)?,
            email: row.email.parse().map_err(damaged)?,
            role: read_role(&row.role)?,
            since: Timestamp::from_micros(row.created_at),
            second_factor: row.confirmed_at.is_some(),
            disabled: row.disabled_at.is_some(),
        })
    }
}

/// Up to `limit` members who came after this one, in the order in which they came.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    scope: &Scope,
    after: Option<(i64, Uuid)>,
    limit: u64,
) -> Result<Vec<Member>> {
    let mut select = members(scope);
    if let Some((created_at, person)) = after {
        let since = Expr::col(("membership", "created_at"));
        let later = Condition::any()
            .add(since.clone().gt(created_at))
            .add(since.eq(created_at).and(Expr::col(("membership", "person")).gt(person)));
        select.cond_where(later);
    }
    let statement = connection.get_database_backend().build(select.limit(limit));
    let rows = MemberRow::find_by_statement(statement).all(connection).await.map_err(failed)?;
    rows.into_iter().map(Member::try_from).collect()
}

/// One member.
pub(crate) async fn find(connection: &impl ConnectionTrait, scope: &Scope, person: Uuid) -> Result<Member> {
    let select = members(scope).and_where(Expr::col(("membership", "person")).eq(person)).take();
    let statement = connection.get_database_backend().build(&select);
    let row = MemberRow::find_by_statement(statement).one(connection).await.map_err(failed)?;
    row.ok_or_else(|| Error::not_found("member"))?.try_into()
}

fn members(scope: &Scope) -> SelectStatement {
    Query::select()
        .columns([("person", "id"), ("person", "name"), ("person", "email"), ("person", "disabled_at")])
        .columns([("membership", "role"), ("membership", "created_at")])
        .column(("second_factor", "confirmed_at"))
        .from("membership")
        .inner_join("person", Expr::col(("person", "id")).equals(("membership", "person")))
        .left_join("second_factor", Expr::col(("second_factor", "person")).equals(("membership", "person")))
        .and_where(Expr::col(("membership", "workspace")).eq(scope.workspace().0))
        .order_by(("membership", "created_at"), Order::Asc)
        .order_by(("membership", "person"), Order::Asc)
        .take()
}
