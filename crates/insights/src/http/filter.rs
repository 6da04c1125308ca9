//! The filter's JSON form as the description shows it: `base::Filter` knows nothing of HTTP.
#![expect(dead_code, reason = "described, never made")]

use utoipa::ToSchema;

/// A condition on a signal and the customer behind it: `"all"`, or a tree of `and`, `or`, `not` and tests of fields.
#[derive(ToSchema)]
#[schema(as = Filter, rename_all = "snake_case")]
pub(crate) enum FilterTree {
    /// Everything.
    All,
    /// Every one of these.
    #[schema(no_recursion)]
    And(Vec<FilterTree>),
    /// At least one of these.
    #[schema(no_recursion)]
    Or(Vec<FilterTree>),
    /// The complement.
    #[schema(no_recursion)]
    Not(Box<FilterTree>),
    /// One field passes one test: `["score", {"ordered": ["below", 3]}]`.
    Is((String, FilterTest)),
}

/// What a field's value is held against. A test of an absent value is false.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum FilterTest {
    /// The value is there.
    Present,
    /// Equal to one of these: text, numbers, true or false.
    OneOf(Vec<serde_json::Value>),
    /// Ordered so against a constant.
    Ordered((FilterOrder, serde_json::Value)),
    /// Text that contains this, ASCII letters in either case.
    Contains(String),
    /// Text that starts with this, ASCII letters in either case.
    StartsWith(String),
}

/// An ordering between the field's value (left) and a constant (right).
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum FilterOrder {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}
