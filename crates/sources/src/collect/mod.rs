//! Collect: the Segment tracking protocol, read event by event: the good ones are logged, the bad ones counted and named.

mod body;
pub(crate) mod context;
mod envelope;
mod event;
mod fields;
mod http;
pub(crate) mod kinds;
mod meaning;
#[cfg(test)]
mod tests;

use base::{FieldError, Result, Timestamp};
use serde::Serialize;
use signals::{Draft, Receipt, Refusal};
use team::Scope;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Sources;
use envelope::Envelope;
use event::Call;

pub use http::collect;

/// Drafts that are handed to the log at once.
const AT_ONCE: usize = 2_000;
/// How much of a refused event is kept for whoever mends its sender, in bytes.
const EXCERPT: usize = 500;

/// What became of the events of one request. All of it is durable by the time it is told, and none of it needs to be
/// sent again: `success` says so, as trackers expect.
#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
struct Collected {
    /// Nothing needs to be sent again.
    success: bool,
    /// Events that were logged now.
    accepted: usize,
    /// Events that had been logged before, under the same message id.
    duplicates: usize,
    /// Events that were not logged, each with the first field at fault; in the order of the batch.
    #[schema(value_type = Vec<api::WrongField>)]
    errors: Vec<FieldError>,
}

/// The events of a request, sorted into those that the log takes and those that it is spared.
#[derive(Default)]
struct Sorted {
    /// Each with its place in the batch.
    drafts: Vec<(usize, Draft)>,
    errors: Vec<FieldError>,
    refusals: Vec<Refusal>,
}

/// Reads all events of an envelope; none of them can spoil another.
fn sort(envelope: &Envelope<'_>, call: Option<Call>, received_at: Timestamp) -> Sorted {
    let mut sorted = Sorted::default();
    for (index, raw) in envelope.events.iter().enumerate() {
        let made_id = || Uuid::new_v4().to_string();
        let read =
            envelope::event(raw).and_then(|event| event::draft(event, call, &envelope.shared, received_at, made_id));
        match read {
            Ok(draft) => sorted.drafts.push((index, draft)),
            Err(error) => {
                let excerpt = raw.get().get(..raw.get().floor_char_boundary(EXCERPT)).unwrap_or_default().to_owned();
                let FieldError { field, reason, message, .. } = error.clone();
                sorted.refusals.push(Refusal { reason, field, message, excerpt });
                sorted.errors.push(FieldError { index: Some(index), ..error });
            }
        }
    }
    sorted
}

impl Sources {
    /// Logs what is good and counts what is not. An error means that the client has to send everything again, which
    /// doubles nothing: what was already logged is recognised by its message id.
    async fn log_sorted(&self, scope: &Scope, sorted: Sorted) -> Result<Collected> {
        let Sorted { mut drafts, mut errors, refusals } = sorted;
        let (mut accepted, mut duplicates) = (0, 0);
        while !drafts.is_empty() {
            let rest = drafts.split_off(drafts.len().min(AT_ONCE));
            let (places, slice): (Vec<usize>, Vec<Draft>) = drafts.into_iter().unzip();
            for (index, receipt) in places.into_iter().zip(self.signals.log(scope, slice).await?) {
                match receipt {
                    Receipt::Logged { .. } => accepted += 1,
                    Receipt::Duplicate => duplicates += 1,
                    // The log has counted it.
                    Receipt::Conflict => errors.push(conflict(index)),
                }
            }
            drafts = rest;
        }
        self.signals.refuse(scope, event::SOURCE, refusals).await?;
        errors.sort_by_key(|error| error.index);
        Ok(Collected { success: true, accepted, duplicates, errors })
    }
}

const CONFLICT: &str = "conflict";

fn conflict(index: usize) -> FieldError {
    let message = "another event was logged under this messageId in the last seven days; that one is kept";
    let error = fields::wrong("messageId", CONFLICT, message);
    FieldError { index: Some(index), ..error }
}
