//! Fields as the engine's expressions: to group by, to compute with, and back to plain values.

use base::{
    Error, Field, Result, Timestamp,
    filter::{Column, Type, Value},
};
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray},
        datatypes::{DataType, Float64Type, Int64Type, TimestampMicrosecondType, UInt32Type},
    },
    logical_expr::{Expr, ScalarUDF, cast},
    prelude::ident,
};
use std::sync::Arc;

use crate::{
    CustomerFacts,
    functions::{customers, properties},
};

/// Makes expressions for one question.
pub(crate) struct Fields {
    facts: Arc<CustomerFacts>,
    merged: Option<ScalarUDF>,
}

/// How a group's key becomes a plain value again.
pub(crate) enum Key {
    Text,
    Number,
    Time,
    Customer,
    Property,
    Trait(String),
}

impl Fields {
    /// With what is known of customers.
    pub(crate) fn new(facts: &Arc<CustomerFacts>) -> Self {
        // Where nobody was ever merged, the column itself will do.
        let merged = (!facts.canonical.is_empty()).then(|| customers::canonical(facts));
        Self { facts: facts.clone(), merged }
    }

    /// The customer, merges applied.
    pub(crate) fn customer(&self) -> Expr {
        match &self.merged {
            Some(merged) => merged.call(vec![ident("customer")]),
            None => ident("customer"),
        }
    }

    /// What is known of customers, once the trait is among it.
    pub(crate) fn facts_with(&self, name: &str) -> Result<&Arc<CustomerFacts>> {
        match self.facts.traits.contains_key(name) {
            true => Ok(&self.facts),
            false => Err(Error::internal(format!("the trait {name} was not loaded for this question"))),
        }
    }

    /// An expression that is equal where the field's values are, null where there is none.
    pub(crate) fn key(&self, field: &Field) -> Result<(Expr, Key)> {
        Ok(match field {
            Field::Column(column) => match column.kind() {
                Type::Text | Type::Any => (ident(column.name()), Key::Text),
                Type::Number => (number_column(*column), Key::Number),
                Type::Time => (ident(column.name()), Key::Time),
                Type::Customer => (self.customer(), Key::Customer),
            },
            Field::Property(path) => (properties::tagged(path).call(vec![ident("properties")]), Key::Property),
            Field::Trait(name) => {
                let code = customers::trait_code(name, self.facts_with(name)?);
                (code.call(vec![ident("customer")]), Key::Trait(name.clone()))
            }
        })
    }

    /// The field as a 64-bit float, null where it is absent or no number.
    pub(crate) fn number(&self, field: &Field) -> Result<Expr> {
        match field {
            Field::Column(column) if column.kind() == Type::Number => Ok(number_column(*column)),
            Field::Column(_) => {
                let message = format!("{field} is not a number, so nothing can be computed of it");
                Err(Error::invalid_field(field.to_string(), "wrong_type", message))
            }
            Field::Property(path) => Ok(properties::number(path).call(vec![ident("properties")])),
            Field::Trait(name) => {
                Ok(customers::trait_number(name, self.facts_with(name)?).call(vec![ident("customer")]))
            }
        }
    }

    /// A group's key as a plain value.
    pub(crate) fn value(&self, key: &Key, column: &ArrayRef, row: usize) -> Option<Value> {
        if column.is_null(row) {
            return None;
        }
        match key {
            Key::Text => Some(Value::Text(text(column, row)?.to_owned())),
            Key::Number => Some(Value::Number(column.as_primitive_opt::<Float64Type>()?.value(row))),
            Key::Time => Some(Value::Time(Timestamp::from_micros(
                column.as_primitive_opt::<TimestampMicrosecondType>()?.value(row),
            ))),
            Key::Customer => Some(Value::Text(column.as_primitive_opt::<Int64Type>()?.value(row).to_string())),
            Key::Property => properties::untagged(text(column, row)?),
            Key::Trait(name) => {
                let code = column.as_primitive_opt::<UInt32Type>()?.value(row);
                customers::values(&self.facts, name).get((code as usize).checked_sub(1)?).cloned()
            }
        }
    }
}

/// A numeric column as a float. Amounts are exact decimals; their nearest float is what the filter language compares.
pub(crate) fn number_column(column: Column) -> Expr {
    match column {
        Column::Amount => cast(ident("amount"), DataType::Float64),
        _ => ident(column.name()),
    }
}

fn text(column: &ArrayRef, row: usize) -> Option<&str> {
    Some(column.as_string_view_opt()?.value(row))
}
