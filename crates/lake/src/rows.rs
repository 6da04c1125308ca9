//! Signals as columns, and back.

use base::{Amount, CustomerId, Error, Result, SignalId, Timestamp};
use datafusion::arrow::{
    array::{
        Array, ArrayRef, BinaryArray, BinaryBuilder, Decimal128Array, Float64Array, Int64Array, RecordBatch,
        StringViewArray, StringViewBuilder, TimestampMicrosecondArray,
    },
    error::ArrowError,
};
use signals::{Body, Signal, Stored};
use std::sync::Arc;

use crate::layout::SCHEMA;

/// Columns of these signals, in the same order.
pub(crate) fn to_batch(signals: &[Stored]) -> Result<RecordBatch> {
    let time = |of: fn(&Signal) -> Timestamp| -> ArrayRef {
        let micros = signals.iter().map(|stored| of(&stored.signal).micros());
        Arc::new(TimestampMicrosecondArray::from_iter_values(micros).with_timezone("UTC"))
    };
    let text = |of: for<'a> fn(&'a Signal) -> Option<&'a str>| -> ArrayRef {
        let mut builder = StringViewBuilder::with_capacity(signals.len());
        signals.iter().for_each(|stored| builder.append_option(of(&stored.signal)));
        Arc::new(builder.finish())
    };
    // Adding zero turns −0 into 0: the engine tells them apart where the filter language does not.
    let number = |of: fn(&Signal) -> Option<f64>| -> ArrayRef {
        Arc::new(signals.iter().map(|stored| of(&stored.signal).map(|number| number + 0.0)).collect::<Float64Array>())
    };
    let mut ids = BinaryBuilder::with_capacity(signals.len(), signals.len() * 16);
    signals.iter().for_each(|stored| ids.append_value(stored.signal.id.0.as_bytes()));
    let amounts = signals.iter().map(|stored| stored.signal.body.amount.map(|amount| i128::from(amount.units())));
    let amounts = amounts.collect::<Decimal128Array>().with_precision_and_scale(18, 4).map_err(broken)?;
    let properties = StringViewArray::from_iter_values(signals.iter().map(|stored| &stored.properties));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(signals.iter().map(|stored| stored.signal.seq))),
        Arc::new(ids.finish()),
        text(|signal| Some(&signal.message_id)),
        time(|signal| signal.occurred_at),
        time(|signal| signal.received_at),
        Arc::new(
            signals.iter().map(|stored| stored.signal.customer.map(|customer| customer.0)).collect::<Int64Array>(),
        ),
        text(|signal| Some(&signal.kind)),
        text(|signal| signal.body.channel.as_deref()),
        text(|signal| signal.body.touchpoint.as_deref()),
        text(|signal| signal.body.stage.as_deref()),
        text(|signal| signal.body.source.as_deref()),
        text(|signal| signal.body.scale.as_deref()),
        number(|signal| signal.body.score),
        Arc::new(amounts),
        text(|signal| signal.body.currency.as_deref()),
        text(|signal| signal.body.text.as_deref()),
        text(|signal| signal.body.language.as_deref()),
        number(|signal| signal.body.sentiment),
        text(|signal| signal.body.emotion.as_deref()),
        text(|signal| signal.body.risk.as_deref()),
        Arc::new(properties),
    ];
    RecordBatch::try_new(SCHEMA.clone(), columns).map_err(broken)
}

/// The signals of these columns, in the same order.
pub(crate) fn to_signals(batch: &RecordBatch) -> Result<Vec<Signal>> {
    let columns = Columns(batch);
    let seq = columns.of::<Int64Array>("seq")?;
    let id = columns.of::<BinaryArray>("id")?;
    let message_id = columns.text("message_id")?;
    let occurred_at = columns.of::<TimestampMicrosecondArray>("occurred_at")?;
    let received_at = columns.of::<TimestampMicrosecondArray>("received_at")?;
    let customer = columns.of::<Int64Array>("customer")?;
    let kind = columns.text("kind")?;
    let channel = columns.text("channel")?;
    let touchpoint = columns.text("touchpoint")?;
    let stage = columns.text("stage")?;
    let source = columns.text("source")?;
    let scale = columns.text("scale")?;
    let score = columns.of::<Float64Array>("score")?;
    let amount = columns.of::<Decimal128Array>("amount")?;
    let currency = columns.text("currency")?;
    let text = columns.text("text")?;
    let language = columns.text("language")?;
    let sentiment = columns.of::<Float64Array>("sentiment")?;
    let emotion = columns.text("emotion")?;
    let risk = columns.text("risk")?;
    let properties = columns.text("properties")?;
    let owned = |column: &StringViewArray, row: usize| column.is_valid(row).then(|| column.value(row).to_owned());
    let damaged =
        |row: usize, what: String| Error::internal(format!("signal {} is damaged in the lake: {what}", seq.value(row)));
    (0..batch.num_rows())
        .map(|row| {
            let units = amount.is_valid(row).then(|| i64::try_from(amount.value(row))).transpose();
            let properties = serde_json::from_str(properties.value(row));
            Ok(Signal {
                seq: seq.value(row),
                id: SignalId(uuid::Uuid::from_slice(id.value(row)).map_err(|error| damaged(row, error.to_string()))?),
                message_id: message_id.value(row).to_owned(),
                occurred_at: Timestamp::from_micros(occurred_at.value(row)),
                received_at: Timestamp::from_micros(received_at.value(row)),
                customer: customer.is_valid(row).then(|| CustomerId(customer.value(row))),
                kind: kind.value(row).to_owned(),
                body: Body {
                    channel: owned(channel, row),
                    touchpoint: owned(touchpoint, row),
                    stage: owned(stage, row),
                    source: owned(source, row),
                    scale: owned(scale, row),
                    score: score.is_valid(row).then(|| score.value(row)),
                    amount: units.map_err(|error| damaged(row, error.to_string()))?.map(Amount::from_units),
                    currency: owned(currency, row),
                    text: owned(text, row),
                    language: owned(language, row),
                    sentiment: sentiment.is_valid(row).then(|| sentiment.value(row)),
                    emotion: owned(emotion, row),
                    risk: owned(risk, row),
                    properties: properties.map_err(|error| damaged(row, error.to_string()))?,
                },
            })
        })
        .collect()
}

/// A batch's columns by name and type.
struct Columns<'a>(&'a RecordBatch);

impl<'a> Columns<'a> {
    fn of<T: Array + 'static>(&self, name: &str) -> Result<&'a T> {
        let column = self.0.column_by_name(name).and_then(|column| column.as_any().downcast_ref::<T>());
        column.ok_or_else(|| Error::internal(format!("the lake's column {name} is missing or has another type")))
    }

    fn text(&self, name: &str) -> Result<&'a StringViewArray> {
        self.of(name)
    }
}

fn broken(error: ArrowError) -> Error {
    Error::internal(format!("the lake's columns: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    #[test]
    fn a_signal_comes_back_from_columns_as_it_went_in() {
        let full = Signal {
            seq: 7,
            id: SignalId(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001)),
            message_id: "m-7".into(),
            occurred_at: "2026-03-01T02:00:00.123456Z".parse().unwrap(),
            received_at: "2026-03-01T02:00:01Z".parse().unwrap(),
            customer: Some(CustomerId(17)),
            kind: "review_posted".into(),
            body: Body {
                channel: Some("web".into()),
                score: Some(-0.0),
                amount: Some("-12.5".parse().unwrap()),
                text: Some("Never arrived, ça va".into()),
                sentiment: Some(-0.7),
                properties: json!({"order": {"id": "o-1", "late": true}, "days": 3.5}).as_object().unwrap().clone(),
                ..Body::default()
            },
        };
        let bare = Signal { seq: 8, customer: None, body: Body::default(), ..full.clone() };
        let signals = [full, bare];
        let stored = signals.clone().map(|mut signal| {
            let properties = Json::Object(std::mem::take(&mut signal.body.properties)).to_string();
            Stored { signal, properties }
        });
        assert_eq!(to_signals(&to_batch(&stored).unwrap()).unwrap(), signals);
    }
}
