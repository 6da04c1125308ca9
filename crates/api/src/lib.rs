//! What every HTTP door shares: problem details, JSON bodies that name the wrong field, pages of lists, request ids.

pub mod answers;
mod body;
mod client_ip;
mod gather;
mod page;
mod problem;
mod request_id;
mod shown_once;
mod table;

pub use body::{Body, Params, Query};
pub use client_ip::ClientIp;
pub use gather::gather;
pub use page::{Cursor, Linked, Page, Paging};
pub use problem::{Problem, ProblemDetails, WrongField};
pub use request_id::RequestId;
pub use shown_once::{Secret, ShownOnce};
pub use table::csv;
