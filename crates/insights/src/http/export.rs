//! Signals as a file for a spreadsheet.

use api::{ClientIp, Problem, Query};
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use base::{Error, Result};
use futures::{StreamExt, stream};
use serde_json::{Value as Json, json};
use signals::Signal;
use std::borrow::Cow;
use team::{May, ReadSignals, audit::Entry};

use super::{
    Asking,
    signals::{Sought, filter},
};

/// The columns, by their names in a signal's JSON.
const COLUMNS: [&str; 21] = [
    "seq",
    "id",
    "message_id",
    "occurred_at",
    "received_at",
    "customer",
    "kind",
    "channel",
    "touchpoint",
    "stage",
    "source",
    "scale",
    "score",
    "amount",
    "currency",
    "text",
    "language",
    "sentiment",
    "emotion",
    "risk",
    "properties",
];

/// Download signals
///
/// All that match, those that happened last first, as comma-separated values with a header; properties are one cell of JSON.
/// Cells that a spreadsheet would take for a formula begin with an apostrophe. That it was downloaded is written in the audit log.
#[utoipa::path(
    get,
    path = "/api/v1/signals/export",
    tag = "signals",
    params(Sought),
    responses((status = 200, description = "The table.", content((String = "text/csv")))),
    security(("session" = []), ("key" = ["signals:read"]))
)]
pub(super) async fn export_signals(
    State(asking): State<Asking>,
    caller: May<ReadSignals>,
    ClientIp(from): ClientIp,
    Query(sought): Query<Sought>,
) -> Result<Response, Problem> {
    let filter = filter(&sought.text, asking.zone(&caller).await?)?;
    let busy = |_| Error::unavailable("several exports are being written; try again when one of them has ended");
    let place = asking.exports.clone().try_acquire_owned().map_err(busy)?;
    let entry = Entry { action: "signals.exported", object: None, details: json!({}) };
    asking.team.note(&caller, from, entry).await?;
    let (signals, missing) = asking.insights.stream(&caller, &filter).await?;
    if let Some(file) = missing.first() {
        let message = format!("{} is damaged ({}), so that the table would not be whole", file.file, file.reason);
        return Err(Error::unavailable(message).into());
    }
    let head = stream::iter([api::csv([COLUMNS.map(Cow::from)]).map(Bytes::from)]);
    let rows = signals.map(move |signals| {
        // Held as long as anybody reads.
        let _ = &place;
        rows(&signals?).map(Bytes::from)
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"signals.csv\""),
    ];
    Ok((headers, Body::from_stream(head.chain(rows))).into_response())
}

fn rows(signals: &[Signal]) -> Result<Vec<u8>> {
    let mut rows = Vec::with_capacity(signals.len());
    for signal in signals {
        let unwritten = |error| Error::internal(format!("signal {} cannot be written: {error}", signal.seq));
        let Json::Object(fields) = serde_json::to_value(signal).map_err(unwritten)? else { continue };
        rows.push(COLUMNS.map(|column| match fields.get(column) {
            None | Some(Json::Null) => Cow::from(""),
            Some(Json::String(text)) => Cow::from(text.clone()),
            Some(other) => Cow::from(other.to_string()),
        }));
    }
    api::csv(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_customer_wrote_is_no_formula() {
        let signal = json!({
            "seq": 7, "id": "019a0000-0000-7000-8000-000000000000", "message_id": "m", "customer": null, "kind": "survey_answered",
            "occurred_at": "2026-03-02T09:00:00Z", "received_at": "2026-03-02T09:00:01Z", "text": "=HYPERLINK(\"http://x\")",
            "score": 9.0, "properties": { "plan": "club" },
        });
        let signal: Signal = serde_json::from_value(signal).unwrap();
        let written = String::from_utf8(rows(&[signal]).unwrap()).unwrap();
        assert!(written.starts_with("7,019a0000-0000-7000-8000-000000000000,m,2026-03-02T09:00:00Z,"), "{written}");
        assert!(written.contains(",\"'=HYPERLINK(\"\"http://x\"\")\","), "{written}");
        assert!(written.ends_with(",\"{\"\"plan\"\":\"\"club\"\"}\"\r\n"), "{written}");
    }
}
