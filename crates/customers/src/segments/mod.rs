//! Segments: named audiences, and who is in them, found in one pass over log and lake.

mod crowd;
mod definitions;
mod http;
mod members;
mod segment;
mod store;

pub use http::Segments;
pub use members::Found;
pub use segment::{NewSegment, Segment, SegmentChange, SegmentId};

pub(crate) use http::routes;
