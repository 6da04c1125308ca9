//! What is known of customers, gathered by their number: whom they were merged into, and their traits.

use base::filter::Value;
use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, BooleanArray, Float64Array, UInt32Array},
        datatypes::{DataType, Int64Type},
    },
    logical_expr::ScalarUDF,
};
use std::sync::Arc;

use super::unary;
use crate::CustomerFacts;

/// A customer's number to that of the customer they were merged into.
pub(crate) fn canonical(facts: &Arc<CustomerFacts>) -> ScalarUDF {
    let facts = facts.clone();
    unary("merged", DataType::Int64, DataType::Int64, move |customers: &ArrayRef| {
        let merged = |number: i64| match at(&facts.canonical, number) {
            Some(0) | None => number,
            Some(into) => *into,
        };
        Ok(Arc::new(customers.as_primitive::<Int64Type>().unary::<_, Int64Type>(merged)))
    })
}

/// A customer's number to the code of their trait; null when they do not have it.
pub(crate) fn trait_code(name: &str, facts: &Arc<CustomerFacts>) -> ScalarUDF {
    let (facts, trait_name) = (facts.clone(), name.to_owned());
    unary(format!("trait({name})"), DataType::Int64, DataType::UInt32, move |customers: &ArrayRef| {
        let codes = codes(&facts, &trait_name);
        let customers = customers.as_primitive::<Int64Type>().iter();
        Ok(Arc::new(customers.map(|number| code(codes, number)).collect::<UInt32Array>()))
    })
}

/// A customer's number to their trait, where it is a number.
pub(crate) fn trait_number(name: &str, facts: &Arc<CustomerFacts>) -> ScalarUDF {
    let (facts, trait_name) = (facts.clone(), name.to_owned());
    let numbers: Vec<Option<f64>> = values(&facts, name)
        .iter()
        .map(|value| match value {
            Value::Number(number) => Some(*number),
            _ => None,
        })
        .collect();
    unary(format!("number({name})"), DataType::Int64, DataType::Float64, move |customers: &ArrayRef| {
        let codes = codes(&facts, &trait_name);
        let number = |customer| numbers.get(code(codes, customer)? as usize - 1).copied().flatten();
        Ok(Arc::new(customers.as_primitive::<Int64Type>().iter().map(number).collect::<Float64Array>()))
    })
}

/// Whether a customer's trait passes a test, which is taken once for each distinct value. Never null.
pub(crate) fn trait_passes(
    shown: &str,
    name: &str,
    facts: &Arc<CustomerFacts>,
    test: impl Fn(&Value) -> bool,
) -> ScalarUDF {
    let (facts, trait_name) = (facts.clone(), name.to_owned());
    let passing: Vec<bool> = values(&facts, name).iter().map(test).collect();
    unary(shown, DataType::Int64, DataType::Boolean, move |customers: &ArrayRef| {
        let codes = codes(&facts, &trait_name);
        let passes = |customer| code(codes, customer).and_then(|code| passing.get(code as usize - 1).copied());
        let rows = customers.as_primitive::<Int64Type>().iter().map(|customer| Some(passes(customer).unwrap_or(false)));
        Ok(Arc::new(rows.collect::<BooleanArray>()))
    })
}

/// The distinct values of a trait, by code less one.
pub(crate) fn values<'a>(facts: &'a CustomerFacts, name: &str) -> &'a [Value] {
    facts.traits.get(name).map_or(&[], |column| &column.values)
}

fn codes<'a>(facts: &'a CustomerFacts, name: &str) -> &'a [u32] {
    facts.traits.get(name).map_or(&[], |column| &column.codes)
}

fn code(codes: &[u32], customer: Option<i64>) -> Option<u32> {
    at(codes, customer?).copied().filter(|code| *code > 0)
}

fn at<T>(column: &[T], number: i64) -> Option<&T> {
    column.get(usize::try_from(number).ok()?)
}
