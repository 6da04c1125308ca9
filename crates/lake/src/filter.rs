//! The filter language as the engine's expressions, with the semantics that `base::filter` states.
//!
//! A test of an absent value is null here and false there; both leave the row out. So positive parts stay as they are,
//! which lets their statistics skip files, row groups and pages, and only `not` has to turn null into a truth.

use base::{
    Field, Filter, Result,
    filter::{Column, Facts, Order, Test, Type, Value},
};
use datafusion::{
    common::ScalarValue,
    logical_expr::{
        Expr, lit,
        utils::{conjunction, disjunction},
    },
    prelude::ident,
};

use crate::{
    fields::{Fields, number_column},
    functions::{customers, properties, text},
};

impl Fields {
    /// An expression that is true exactly where the filter is.
    pub(crate) fn filter(&self, filter: &Filter) -> Result<Expr> {
        Ok(match filter {
            Filter::All => lit(true),
            Filter::And(parts) => conjunction(self.filters(parts)?).unwrap_or_else(|| lit(true)),
            Filter::Or(parts) => disjunction(self.filters(parts)?).unwrap_or_else(|| lit(false)),
            Filter::Not(inner) => Expr::IsNotTrue(Box::new(self.filter(inner)?)),
            Filter::Is(field, test) => self.test(field, test)?,
        })
    }

    fn filters(&self, parts: &[Filter]) -> Result<Vec<Expr>> {
        parts.iter().map(|part| self.filter(part)).collect()
    }

    fn test(&self, field: &Field, test: &Test) -> Result<Expr> {
        match field {
            Field::Column(column) => Ok(self.test_column(*column, test)),
            Field::Property(path) => {
                let filter = Filter::Is(field.clone(), test.clone());
                let passes = properties::passes(&filter.to_string(), path, move |value| filter.matches(&Only(value)));
                Ok(passes.call(vec![ident("properties")]))
            }
            Field::Trait(name) => {
                let filter = Filter::Is(field.clone(), test.clone());
                let test = |value: &Value| filter.matches(&Only(value.clone()));
                let passes = customers::trait_passes(&filter.to_string(), name, self.facts_with(name)?, test);
                Ok(passes.call(vec![ident("customer")]))
            }
        }
    }

    fn test_column(&self, column: Column, test: &Test) -> Expr {
        let value = match column.kind() {
            Type::Number => number_column(column),
            // Nobody is merged into nobody, so the bare column tells who is absent.
            Type::Customer if !matches!(test, Test::Present) => self.customer(),
            Type::Customer | Type::Text | Type::Time | Type::Any => ident(column.name()),
        };
        match test {
            Test::Present => value.is_not_null(),
            Test::OneOf(wanted) => one_of(value, wanted.iter().filter_map(|wanted| constant(column, wanted)).collect()),
            Test::Ordered(order, bound) => match constant(column, bound).filter(|_| column.kind() != Type::Customer) {
                None => lit(false),
                Some(bound) => match order {
                    Order::Below => value.lt(bound),
                    Order::AtMost => value.lt_eq(bound),
                    Order::Above => value.gt(bound),
                    Order::AtLeast => value.gt_eq(bound),
                },
            },
            Test::Contains(_) | Test::StartsWith(_) if column.kind() != Type::Text => lit(false),
            Test::Contains(part) => text::contains(part).call(vec![value]),
            Test::StartsWith(start) => text::starts_with(start).call(vec![value]),
        }
    }
}

/// One value, whatever field is asked for.
struct Only(Value);

impl Facts for Only {
    fn value(&self, _: &Field) -> Option<Value> {
        Some(self.0.clone())
    }
}

/// The constant as the column's type; `None` when no value of the column can equal it or be ordered against it.
fn constant(column: Column, value: &Value) -> Option<Expr> {
    let scalar = match (column.kind(), value) {
        (Type::Text, Value::Text(text)) => ScalarValue::Utf8View(Some(text.clone())),
        // As in the columns: the engine tells −0 from 0, the filter language does not.
        (Type::Number, Value::Number(number)) => ScalarValue::Float64(Some(number + 0.0)),
        (Type::Time, Value::Time(at)) => ScalarValue::TimestampMicrosecond(Some(at.micros()), Some("UTC".into())),
        (Type::Customer, value) => ScalarValue::Int64(Some(value.customer()?.0)),
        _ => return None,
    };
    Some(lit(scalar))
}

fn one_of(value: Expr, mut wanted: Vec<Expr>) -> Expr {
    match wanted.len() {
        0 => lit(false),
        1 => value.eq(wanted.remove(0)),
        _ => value.in_list(wanted, false),
    }
}

/// The kinds of signals that can pass a filter, where it names them.
pub(crate) fn kinds(filter: &Filter) -> Option<Vec<&str>> {
    match filter {
        Filter::Is(Field::Column(Column::Kind), Test::OneOf(kinds)) => Some(
            kinds
                .iter()
                .filter_map(|kind| if let Value::Text(kind) = kind { Some(kind.as_str()) } else { None })
                .collect(),
        ),
        Filter::And(parts) => parts.iter().find_map(kinds),
        Filter::Or(parts) => {
            let kinds: Option<Vec<Vec<&str>>> = parts.iter().map(kinds).collect();
            kinds.map(|kinds| kinds.concat())
        }
        Filter::All | Filter::Not(_) | Filter::Is(..) => None,
    }
}
