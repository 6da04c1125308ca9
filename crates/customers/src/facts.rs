//! What a query must know of customers, kept in memory: whom each was merged into, and the traits that were asked for.

use base::{Error, Result, WorkspaceId, filter::Value};
use lake::{CustomerFacts, TraitColumn};
use parking_lot::Mutex;
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, Order,
    sea_query::{Expr, Query},
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use team::Scope;

use store::all;

use crate::{Customers, group::last_change, traits::Statements};

/// What is known of each workspace. One reader at a time brings a workspace up to date; the others wait and find it so.
pub(crate) type Cache = Arc<Mutex<HashMap<WorkspaceId, Arc<tokio::sync::Mutex<Known>>>>>;

/// Columns kept for one workspace; beyond it those that are not asked for now are let go.
const MOST_COLUMNS: usize = 64;
const PAGE: usize = 20_000;

impl Customers {
    /// Whom every customer was merged into, and these traits of every customer, merges taken into account.
    ///
    /// Traits that are lists or objects are absent. Only what changed since the last call is read; a trait asked for the
    /// first time is read once for all customers.
    pub async fn facts(&self, scope: &Scope, traits: &[String]) -> Result<Arc<CustomerFacts>> {
        let known = self.known.lock().entry(scope.workspace()).or_default().clone();
        let mut known = known.lock().await;
        known.make_room_for(traits);
        known.refresh(self.store.read(), scope.workspace()).await?;
        Ok(known.facts.clone())
    }
}

/// What has been read of one workspace.
#[derive(Default)]
pub(crate) struct Known {
    facts: Arc<CustomerFacts>,
    /// For each column the code of each of its values.
    codes: HashMap<String, HashMap<Key, u32>>,
    /// The numbers that were merged into others.
    merged: BTreeSet<i64>,
    /// Every change up to this one is taken in.
    seen: i64,
}

/// A value by which equal ones are found.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Bool(bool),
    Number(u64),
    Text(String),
}

impl Key {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(truth) => Some(Self::Bool(*truth)),
            // Adding zero makes the two zeros one.
            Value::Number(number) => Some(Self::Number((number + 0.0).to_bits())),
            Value::Text(text) => Some(Self::Text(text.clone())),
            // JSON has no moments.
            Value::Time(_) => None,
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    canonical: i64,
    traits: String,
    changed: i64,
}

impl Known {
    /// Sees to it that there is a column for each of these traits; a new one is filled from the first change on.
    fn make_room_for(&mut self, traits: &[String]) {
        let held = &self.facts.traits;
        let missing: Vec<String> = traits.iter().filter(|name| !held.contains_key(*name)).cloned().collect();
        if missing.is_empty() {
            return;
        }
        let crowded = held.len() + missing.len() > MOST_COLUMNS;
        let facts = Arc::make_mut(&mut self.facts);
        facts.traits.retain(|name, _| !crowded || traits.contains(name));
        facts.traits.extend(missing.into_iter().map(|name| (name, TraitColumn::default())));
        self.seen = 0;
    }

    /// Takes in what changed since the last time.
    async fn refresh(&mut self, connection: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<()> {
        let latest = if self.seen == 0 { self.start_over(connection, workspace).await? } else { 0 };
        let (mut place, mut changed) = ((self.seen, i64::MAX), false);
        loop {
            let rows = page(connection, workspace, place, self.seen == 0).await?;
            let last = rows.len() < PAGE;
            for row in rows {
                place = (row.changed, row.id);
                self.take(&row)?;
                changed = true;
            }
            if last {
                break;
            }
        }
        if changed {
            self.spread();
        }
        self.seen = Ord::max(place.0, latest);
        Ok(())
    }

    /// Forgets everything but the names of the columns, and answers which change is the latest.
    ///
    /// Where nothing is known, customers that were never merged and have no traits say nothing and need not be read, so
    /// the latest change may be one that is not seen.
    async fn start_over(&mut self, connection: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<i64> {
        let columns = self.facts.traits.keys().map(|name| (name.clone(), TraitColumn::default())).collect();
        *self = Self { facts: Arc::new(CustomerFacts { canonical: Vec::new(), traits: columns }), ..Self::default() };
        last_change(connection, workspace).await
    }

    /// Takes in one customer number as it is stored now.
    fn take(&mut self, row: &Row) -> Result<()> {
        let facts = Arc::make_mut(&mut self.facts);
        let place = usize::try_from(row.id).map_err(|_| Error::internal("a customer's number is negative"))?;
        if row.canonical == row.id {
            if self.merged.remove(&row.id)
                && let Some(canonical) = facts.canonical.get_mut(place)
            {
                *canonical = 0;
            }
        } else {
            self.merged.insert(row.id);
            set(&mut facts.canonical, place, row.canonical);
        }
        if facts.traits.is_empty() {
            return Ok(());
        }
        let traits = Statements::read_view(&row.traits)?;
        for (name, column) in &mut facts.traits {
            let value = traits.get(name).and_then(signals::scalar);
            let codes = self.codes.entry(name.clone()).or_default();
            let code = value.and_then(|value| code_of(value, column, codes)).unwrap_or(0);
            // Absence is not stored beyond the end.
            if code != 0 || place < column.codes.len() {
                set(&mut column.codes, place, code);
            }
        }
        Ok(())
    }

    /// Gives every merged number what is known of the customer it belongs to.
    fn spread(&mut self) {
        let facts = Arc::make_mut(&mut self.facts);
        if self.merged.is_empty() {
            // Nothing is merged any more; an empty list spares queries from looking.
            facts.canonical.clear();
        }
        for (name, column) in &mut facts.traits {
            for number in self.merged.iter().filter_map(|number| usize::try_from(*number).ok()) {
                let canonical = facts.canonical.get(number).and_then(|canonical| usize::try_from(*canonical).ok());
                let code = canonical.and_then(|canonical| column.codes.get(canonical)).copied().unwrap_or(0);
                if code != 0 || number < column.codes.len() {
                    set(&mut column.codes, number, code);
                }
            }
            compact(column, self.codes.entry(name.clone()).or_default());
        }
    }
}

fn set<T: Clone + Default>(list: &mut Vec<T>, place: usize, value: T) {
    if list.len() <= place {
        list.resize(place + 1, T::default());
    }
    list[place] = value;
}

/// The code of a value in a column, given now if it is new.
fn code_of(value: Value, column: &mut TraitColumn, codes: &mut HashMap<Key, u32>) -> Option<u32> {
    let next = u32::try_from(column.values.len() + 1).ok()?;
    let code = *codes.entry(Key::of(&value)?).or_insert(next);
    if code == next {
        column.values.push(value);
    }
    Some(code)
}

/// Forgets values that no customer has any more, once they are the most: of a trait that changes all the time.
fn compact(column: &mut TraitColumn, codes: &mut HashMap<Key, u32>) {
    const FEW: usize = 1_000;
    if column.values.len() <= 2 * column.codes.len() + FEW {
        return;
    }
    let old = std::mem::take(&mut column.values);
    codes.clear();
    for place in 0..column.codes.len() {
        let value = usize::try_from(column.codes[place]).ok().and_then(|code| old.get(code.checked_sub(1)?)).cloned();
        column.codes[place] = value.and_then(|value| code_of(value, column, codes)).unwrap_or(0);
    }
}

/// The customer numbers that changed after a place, in the order of their changes.
async fn page(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    (changed, id): (i64, i64),
    first_reading: bool,
) -> Result<Vec<Row>> {
    let place = Expr::tuple([Expr::col("changed"), Expr::col("id")]);
    let mut select = Query::select()
        .columns(["id", "canonical", "traits", "changed"])
        .from("customer")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .and_where(place.gt(Expr::tuple([changed.into(), id.into()])))
        .order_by("changed", Order::Asc)
        .order_by("id", Order::Asc)
        .limit(PAGE as u64)
        .take();
    if first_reading {
        let speaks = Expr::col("canonical").ne(Expr::col("id")).or(Expr::col("traits").ne(Statements::NONE));
        select.and_where(speaks);
    }
    all(connection, &select).await
}
