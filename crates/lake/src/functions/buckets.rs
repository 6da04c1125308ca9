//! Moments to calendar buckets: a search among boundaries that were computed once for the question.

use base::Buckets;
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int32Array},
        datatypes::{DataType, TimeUnit, TimestampMicrosecondType},
    },
    logical_expr::ScalarUDF,
};
use std::sync::Arc;

use super::unary;

/// `occurred_at` to the number of its bucket; null outside of them.
pub(crate) fn bucket(buckets: &Buckets) -> ScalarUDF {
    let starts = buckets.starts().to_vec();
    let takes = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    unary("bucket", takes, DataType::Int32, move |times: &ArrayRef| {
        let times = times.as_primitive::<TimestampMicrosecondType>();
        // Rows come sorted by time within a kind, so most lie in the bucket of the row before.
        let mut memo = (i64::MAX, i64::MIN, None);
        let mut find = |at: i64| {
            if at < memo.0 || at >= memo.1 {
                let next = starts.partition_point(|start| *start <= at);
                let start = next.checked_sub(1).and_then(|index| starts.get(index));
                memo = match start {
                    Some(start) => {
                        (*start, starts.get(next).copied().unwrap_or(i64::MAX), i32::try_from(next - 1).ok())
                    }
                    None => (i64::MIN, starts.first().copied().unwrap_or(i64::MAX), None),
                };
            }
            memo.2
        };
        let buckets: Int32Array = match times.null_count() {
            // `occurred_at` is never null, so this is the way; one that no bucket holds is rare.
            0 => {
                let numbers: Vec<i32> =
                    times.values().iter().copied().map(&mut find).map(|found| found.unwrap_or(-1)).collect();
                let held = numbers.iter().all(|number| *number >= 0);
                let valid = (!held).then(|| numbers.iter().map(|number| *number >= 0).collect());
                Int32Array::new(numbers.into(), valid)
            }
            _ => times.iter().map(|at| at.and_then(&mut find)).collect(),
        };
        Ok(Arc::new(buckets))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Grain, Timestamp, Zone};
    use datafusion::{
        arrow::array::TimestampMicrosecondArray,
        common::ScalarValue,
        logical_expr::{ColumnarValue, ScalarFunctionArgs},
    };

    #[test]
    fn every_moment_falls_where_the_calendar_says() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let buckets =
            Buckets::covering(at("2026-01-15"), at("2026-04-02"), Grain::Month, Zone::Europe__Berlin).unwrap();
        let times =
            ["2026-03-01", "2026-02-28T22:59:59Z", "2026-02-28T23:00:00Z", "2025-06-01", "2026-04-01", "2027-01-01"]
                .map(at);
        let array =
            TimestampMicrosecondArray::from_iter_values(times.iter().map(|at| at.micros())).with_timezone("UTC");
        let udf = bucket(&buckets);
        let found = udf.invoke_with_args(ScalarFunctionArgs {
            args: vec![ColumnarValue::Array(Arc::new(array))],
            arg_fields: Vec::new(),
            number_rows: times.len(),
            return_field: Arc::new(datafusion::arrow::datatypes::Field::new("bucket", DataType::Int32, true)),
            config_options: Arc::default(),
        });
        let found = found.unwrap().into_array(times.len()).unwrap();
        for (row, at) in times.iter().enumerate() {
            let expected = ScalarValue::Int32(buckets.index(*at).map(|index| i32::try_from(index).unwrap()));
            assert_eq!(ScalarValue::try_from_array(&found, row).unwrap(), expected, "{at}");
        }
    }
}
