//! The log's signals that are not yet in the lake, as columns, kept between questions.

use base::Result;
use datafusion::arrow::{
    array::{AsArray, RecordBatch},
    compute::concat_batches,
    datatypes::Int64Type,
};
use signals::Stored;

use crate::{failure::failed, layout::SCHEMA, rows::to_batch};

/// Rows that are gathered into one batch before the next begins.
const BATCH: usize = 8_192;

/// Every signal of one workspace after the watermark of some snapshot and up to `end`, in order.
///
/// The log only ever grows at its end, so what was read once is not read again; what a newer snapshot holds is dropped.
#[derive(Debug, Default)]
pub(crate) struct TailRows {
    batches: Vec<RecordBatch>,
    end: i64,
}

impl TailRows {
    /// The last sequence number that is known: the log is read after it.
    pub(crate) fn end(&self) -> i64 {
        self.end
    }

    /// Appends what the log holds after `end`.
    pub(crate) fn push(&mut self, signals: &[Stored]) -> Result<()> {
        for slice in signals.chunks(BATCH) {
            let Some(last) = slice.last() else { continue };
            let batch = to_batch(slice)?;
            match self.batches.last_mut().filter(|open| open.num_rows() + batch.num_rows() <= BATCH) {
                Some(open) => {
                    *open = concat_batches(&SCHEMA, [&*open, &batch]).map_err(|error| failed(error.into()))?
                }
                None => self.batches.push(batch),
            }
            self.end = last.signal.seq;
        }
        Ok(())
    }

    /// Drops what the lake holds up to its watermark.
    pub(crate) fn drop_up_to(&mut self, watermark: i64) {
        self.batches.retain_mut(|batch| {
            let seqs = seqs(batch);
            let kept_from = seqs.partition_point(|seq| *seq <= watermark);
            let kept = seqs.len() - kept_from;
            if kept_from > 0 && kept > 0 {
                *batch = batch.slice(kept_from, kept);
            }
            kept > 0
        });
        self.end = self.end.max(watermark);
    }

    /// All rows.
    pub(crate) fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }
}

fn seqs(batch: &RecordBatch) -> &[i64] {
    let column = batch.column_by_name("seq").and_then(|column| column.as_primitive_opt::<Int64Type>());
    column.map_or(&[], |seqs| seqs.values())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{SignalId, Timestamp};
    use signals::{Body, Signal};

    fn signals(seqs: std::ops::RangeInclusive<i64>) -> Vec<Stored> {
        let at = Timestamp::from_micros(0);
        let signal = |seq| Signal {
            seq,
            id: SignalId::new(at, [0; 10]),
            message_id: seq.to_string(),
            occurred_at: at.plus(seq),
            received_at: at,
            customer: None,
            kind: "page_viewed".into(),
            body: Body::default(),
        };
        seqs.map(|seq| Stored { signal: signal(seq), properties: "{}".into() }).collect()
    }

    fn held(tail: &TailRows) -> Vec<i64> {
        tail.batches().iter().flat_map(|batch| seqs(batch).to_vec()).collect()
    }

    #[test]
    fn the_tail_grows_at_its_end_and_is_dropped_from_its_start() {
        let mut tail = TailRows::default();
        tail.push(&signals(1..=3)).unwrap();
        tail.push(&signals(7..=9)).unwrap();
        assert_eq!((held(&tail), tail.batches().len()), (vec![1, 2, 3, 7, 8, 9], 1));
        tail.drop_up_to(7);
        assert_eq!((held(&tail), tail.end()), (vec![8, 9], 9));
        tail.drop_up_to(20);
        assert_eq!((held(&tail), tail.end()), (vec![], 20));
        tail.push(&signals(21..=20_000)).unwrap();
        assert_eq!(held(&tail).len(), 19_980);
        assert!(tail.batches().iter().all(|batch| batch.num_rows() <= BATCH));
    }
}
