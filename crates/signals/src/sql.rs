//! The filter language compiled to the relational store: the same answer as in memory, on both engines.

use base::{
    Field, Filter, Result, Timestamp,
    filter::{Column, Order, Test, Type, Value},
};
use sea_orm::{
    EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use store::{Engine, JsonValue, failed, text};
use team::Scope;

use crate::{Signal, Signals, Stored, row::signal};

/// The condition on a row of table `signal`, which the query must name so, with its customer's traits.
///
/// It is true, or it is false or null: a `where` takes both for false, and `not` is compiled to `is not true`.
pub fn condition(engine: Engine, filter: &Filter) -> Expr {
    match filter {
        Filter::All => constant(true),
        Filter::And(parts) => balanced(engine, parts, Expr::and).unwrap_or_else(|| constant(true)),
        Filter::Or(parts) => balanced(engine, parts, Expr::or).unwrap_or_else(|| constant(false)),
        Filter::Not(inner) => condition(engine, inner).is_not(constant(true)),
        Filter::Is(field, test) => passes(engine, field, test),
    }
}

impl Signals {
    /// At most `limit` signals of the log itself after a sequence number that pass a filter, in order.
    pub async fn matching(&self, scope: &Scope, filter: &Filter, after: i64, limit: usize) -> Result<Vec<Signal>> {
        let rows = signal::Entity::find()
            .filter(own("workspace").eq(scope.workspace().0))
            .filter(own("seq").gt(after))
            .filter(condition(self.store.engine(), filter))
            .order_by_asc(signal::Column::Seq)
            // Both engines take a signed number.
            .limit(i64::try_from(limit).unwrap_or(i64::MAX).unsigned_abs())
            .all(self.store.read())
            .await;
        rows.map_err(failed)?.into_iter().map(|row| Signal::try_from(Stored::from(row))).collect()
    }
}

fn constant(truth: bool) -> Expr {
    Expr::Constant(truth.into())
}

/// Joins conditions as a balanced tree: a thousand in a row would be deeper than SQLite parses.
fn balanced(engine: Engine, parts: &[Filter], join: fn(Expr, Expr) -> Expr) -> Option<Expr> {
    match parts {
        [] => None,
        [part] => Some(condition(engine, part)),
        parts => {
            let (left, right) = parts.split_at(parts.len() / 2);
            Some(join(balanced(engine, left, join)?, balanced(engine, right, join)?))
        }
    }
}

fn passes(engine: Engine, field: &Field, test: &Test) -> Expr {
    match field {
        Field::Column(Column::Customer) => customer_passes(test),
        Field::Column(column) => test_of(engine, test, &Typed::column(*column)),
        Field::Property(path) => {
            let value = JsonValue::at(engine, own("properties"), path.iter().map(String::as_str));
            test_of(engine, test, &Typed::json(&value))
        }
        Field::Trait(name) => {
            let value = JsonValue::at(engine, Expr::col(("canonical_customer", "traits")), [name.as_str()]);
            let canonical = Expr::col(("canonical_customer", "workspace"))
                .eq(own("workspace"))
                .and(Expr::col(("canonical_customer", "id")).eq(Expr::col(("logged_customer", "canonical"))));
            let select = logged_customer()
                .join_as(sea_orm::JoinType::InnerJoin, "customer", "canonical_customer", canonical)
                .and_where(test_of(engine, test, &Typed::json(&value)))
                .take();
            Expr::exists(select)
        }
    }
}

/// A customer is compared by its canonical number.
fn customer_passes(test: &Test) -> Expr {
    match test {
        Test::Present => own("customer").is_not_null(),
        Test::OneOf(values) => {
            let wanted = values.iter().filter_map(Value::customer).map(|customer| customer.0);
            let canonical = Expr::col(("logged_customer", "canonical")).is_in(wanted);
            Expr::exists(logged_customer().and_where(canonical).take())
        }
        Test::Ordered(..) | Test::Contains(_) | Test::StartsWith(_) => constant(false),
    }
}

/// The row of the customer that the signal was logged under.
fn logged_customer() -> SelectStatement {
    Query::select()
        .expr(Expr::Constant(1.into()))
        .from_as("customer", "logged_customer")
        .and_where(Expr::col(("logged_customer", "workspace")).eq(own("workspace")))
        .and_where(Expr::col(("logged_customer", "id")).eq(own("customer")))
        .take()
}

fn own(column: &'static str) -> Expr {
    Expr::col(("signal", column))
}

/// A field's value once for each type it may have; null where it is of another type or absent.
#[derive(Default)]
struct Typed {
    text: Option<Expr>,
    number: Option<Expr>,
    time: Option<Expr>,
    boolean: Option<Expr>,
    present: Option<Expr>,
}

impl Typed {
    fn column(column: Column) -> Self {
        let value = match column {
            // Money is stored in ten-thousandths and compared as a number.
            Column::Amount => own(column.name()).cast_as("double precision").div(10_000.0),
            column => own(column.name()),
        };
        let present = Some(value.clone().is_not_null());
        match column.kind() {
            Type::Text => Self { text: Some(value), present, ..Self::default() },
            Type::Number => Self { number: Some(value), present, ..Self::default() },
            Type::Time => Self { time: Some(value), present, ..Self::default() },
            // A customer goes by its canonical number, and no column holds values of any type.
            Type::Customer | Type::Any => Self::default(),
        }
    }

    fn json(value: &JsonValue) -> Self {
        let (text, number, boolean) = (value.text(), value.number(), value.boolean());
        Self {
            text: Some(text),
            number: Some(number),
            boolean: Some(boolean),
            present: Some(value.is_scalar()),
            time: None,
        }
    }
}

fn test_of(engine: Engine, test: &Test, typed: &Typed) -> Expr {
    let text = |pass: &dyn Fn(Expr) -> Expr| typed.text.clone().map(pass);
    let passed = match test {
        Test::Present => typed.present.clone(),
        Test::OneOf(values) => one_of(values, typed),
        Test::Ordered(order, bound) => ordered(engine, *order, bound, typed),
        Test::Contains(part) => text(&|value| text::contains(engine, value, part)),
        Test::StartsWith(start) => text(&|value| text::starts_with(engine, value, start)),
    };
    passed.unwrap_or_else(|| constant(false))
}

/// One list for each type among the values.
fn one_of(values: &[Value], typed: &Typed) -> Option<Expr> {
    let list = |of: &Option<Expr>, wanted: Vec<sea_orm::Value>| {
        of.clone().filter(|_| !wanted.is_empty()).map(|value| value.is_in(wanted))
    };
    let wanted = |read: &dyn Fn(&Value) -> Option<sea_orm::Value>| values.iter().filter_map(read).collect();
    let lists = [
        list(
            &typed.text,
            wanted(&|value| if let Value::Text(text) = value { Some(text.as_str().into()) } else { None }),
        ),
        list(
            &typed.number,
            wanted(&|value| if let Value::Number(number) = value { Some((*number).into()) } else { None }),
        ),
        list(&typed.time, wanted(&|value| if let Value::Time(at) = value { Some(at.micros().into()) } else { None })),
        list(
            &typed.boolean,
            wanted(&|value| if let Value::Bool(truth) = value { Some((*truth).into()) } else { None }),
        ),
    ];
    lists.into_iter().flatten().reduce(Expr::or)
}

fn ordered(engine: Engine, order: Order, bound: &Value, typed: &Typed) -> Option<Expr> {
    let (value, bound): (Expr, Expr) = match bound {
        Value::Text(bound) => (text::bytewise(engine, typed.text.clone()?), bound.as_str().into()),
        Value::Number(bound) => (typed.number.clone()?, (*bound).into()),
        Value::Time(bound) => (typed.time.clone()?, Timestamp::micros(*bound).into()),
        Value::Bool(_) => return None,
    };
    Some(match order {
        Order::Below => value.lt(bound),
        Order::AtMost => value.lte(bound),
        Order::Above => value.gt(bound),
        Order::AtLeast => value.gte(bound),
    })
}
