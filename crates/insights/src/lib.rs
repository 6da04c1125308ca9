//! What it means: the metric catalogue and the one query shape, and what people keep beside the figures.
//!
//! Every number in the product is metric × filter × dimensions × time grain → rows of value, n and interval. A metric is
//! data; `lake` counts, `statistics` turns counts into figures.

mod annotations;
mod catalogue;
mod changes;
mod drill;
mod expression;
mod figures;
mod formula;
mod guard;
mod http;
mod journey;
mod metric;
mod query;
mod questions;
mod sql;

pub use annotations::{Annotation, AnnotationKind, NewAnnotation};
pub use catalogue::catalogue;
pub use changes::{Changes, ChangesQuery, Finding, Span};
pub use figures::{Currency, Figures, Incomplete, Keys, Row};
pub use formula::{Formula, IntervalMethod};
pub use http::routes;
pub use journey::{Journey, JourneyTemplate, NewJourney, NewTouchpoint, Touchpoint};
pub use metric::{Metric, Polarity, Unit};
pub use query::{Insights, Query};
pub use questions::{AskedGrain, AskedQuestion, NewQuestion, Question, QuestionChange, Shape};
pub use statistics::Warning;
