//! Moments to calendar buckets: the calendar is asked only where a row leaves the bucket of the row before.

use base::{Calendar, Timestamp};
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array},
        datatypes::{DataType, TimeUnit, TimestampMicrosecondType},
    },
    logical_expr::ScalarUDF,
};
use std::sync::Arc;

use super::unary;

/// `occurred_at` to the start of its bucket in microseconds UTC.
pub(crate) fn bucket(calendar: Calendar) -> ScalarUDF {
    let takes = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    unary("bucket", takes, DataType::Int64, move |times: &ArrayRef| {
        // Rows come sorted by time within a kind, so most lie in the bucket of the row before.
        let (mut start, mut end) = (i64::MAX, i64::MIN);
        let mut start_of = |at: i64| {
            if at < start || at >= end {
                let bucket = calendar.bucket(Timestamp::from_micros(at));
                (start, end) = (bucket.start.micros(), bucket.end.micros());
            }
            start
        };
        let times = times.as_primitive::<TimestampMicrosecondType>();
        let starts: Vec<i64> = times.values().iter().map(|at| start_of(*at)).collect();
        Ok(Arc::new(Int64Array::new(starts.into(), times.nulls().cloned())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Grain, Zone};
    use datafusion::{
        arrow::{
            array::TimestampMicrosecondArray,
            datatypes::{Field, Int64Type},
        },
        logical_expr::{ColumnarValue, ScalarFunctionArgs},
    };

    #[test]
    fn every_moment_falls_where_the_calendar_says() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let times = [
            "2026-03-01",
            "2026-02-28T22:59:59Z",
            "2026-02-28T23:00:00Z",
            "0001-01-01",
            "9999-12-31",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:30:00Z",
        ]
        .map(at);
        let array =
            TimestampMicrosecondArray::from_iter_values(times.iter().map(|at| at.micros())).with_timezone("UTC");
        let array: ArrayRef = Arc::new(array);
        for grain in Grain::ALL {
            let calendar = Calendar::new(grain, Zone::Europe__Berlin);
            let found = bucket(calendar).invoke_with_args(ScalarFunctionArgs {
                args: vec![ColumnarValue::Array(array.clone())],
                arg_fields: Vec::new(),
                number_rows: times.len(),
                return_field: Arc::new(Field::new("bucket", DataType::Int64, true)),
                config_options: Arc::default(),
            });
            let found = found.unwrap().into_array(times.len()).unwrap();
            let starts = times.map(|at| calendar.bucket(at).start.micros());
            assert_eq!(found.as_primitive::<Int64Type>().values().to_vec(), starts, "{grain:?}");
        }
    }
}
