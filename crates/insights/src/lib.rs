//! What it means: the metric catalogue and the one query shape.
//!
//! Every number in the product is metric × filter × dimensions × time grain → rows of value, n and interval. A metric is
//! data; `lake` counts, `statistics` turns counts into figures.

mod catalogue;
mod changes;
mod drill;
mod expression;
mod figures;
mod formula;
mod guard;
mod http;
mod metric;
mod query;

pub use catalogue::catalogue;
pub use changes::{Changes, ChangesQuery, Finding, Span};
pub use figures::{Currency, Figures, Incomplete, Keys, Row};
pub use formula::Formula;
pub use http::routes;
pub use metric::{Metric, Polarity, Unit};
pub use query::{Insights, Query};
pub use statistics::Warning;
