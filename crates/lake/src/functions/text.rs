//! Text search as the filter language means it: ASCII letters match in either case, everything else byte by byte.

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, BooleanArray},
        datatypes::DataType,
    },
    logical_expr::ScalarUDF,
};
use memchr::memmem::Finder;
use std::sync::Arc;

use super::unary;

/// Whether a text contains a part; null for null.
pub(crate) fn contains(part: &str) -> ScalarUDF {
    let finder = Finder::new(part.to_ascii_lowercase().as_bytes()).into_owned();
    unary(format!("contains({part})"), DataType::Utf8View, DataType::Boolean, move |texts: &ArrayRef| {
        let mut lower = Vec::new();
        let found = texts.as_string_view().iter().map(|text| {
            lower.clear();
            lower.extend_from_slice(text?.as_bytes());
            lower.make_ascii_lowercase();
            Some(finder.find(&lower).is_some())
        });
        Ok(Arc::new(found.collect::<BooleanArray>()))
    })
}

/// Whether a text starts so; null for null.
pub(crate) fn starts_with(start: &str) -> ScalarUDF {
    let wanted = start.as_bytes().to_vec();
    unary(format!("starts_with({start})"), DataType::Utf8View, DataType::Boolean, move |texts: &ArrayRef| {
        let starts =
            |text: &str| text.as_bytes().get(..wanted.len()).is_some_and(|front| front.eq_ignore_ascii_case(&wanted));
        Ok(Arc::new(texts.as_string_view().iter().map(|text| text.map(starts)).collect::<BooleanArray>()))
    })
}
