//! The files of a snapshot as a table of the engine: an explicit list of files, in pieces that two cores can share.

use async_trait::async_trait;
use chrono::DateTime;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::{Session, TableProvider},
    common::{DFSchema, Result},
    config::TableParquetOptions,
    datasource::{
        listing::PartitionedFile,
        object_store::ObjectStoreUrl,
        physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource, parquet::CachedParquetFileReaderFactory},
        source::DataSourceExec,
    },
    logical_expr::{Expr, TableProviderFilterPushDown, TableType, utils::conjunction},
    physical_plan::ExecutionPlan,
};
use object_store::{ObjectMeta, path::Path as StorePath};
use std::{fmt, path::Path, sync::Arc};

use crate::{
    file::LiveFile,
    layout::{ROW_GROUP, SCHEMA},
};

/// Row groups in one piece of a file. Sorted files hold what is asked for in few neighbouring row groups, so pieces are
/// small enough to be shared out and large enough to be worth opening.
const PIECE: u64 = 2 * ROW_GROUP as u64;

/// Some files of a table.
pub(crate) struct Files {
    pieces: Vec<PartitionedFile>,
    reading: Reading,
}

/// What rows are read for, which decides when they are filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Figures, from few narrow columns: fastest decoded whole and filtered after.
    Figures,
    /// The rows themselves, usually few: filtered while the filter's columns are decoded, the others only where it held.
    Rows,
}

impl Files {
    /// These files of this folder.
    pub(crate) fn new(folder: &Path, files: &[LiveFile], reading: Reading) -> Result<Self> {
        let mut pieces = Vec::new();
        for file in files {
            let whole = whole_file(folder, file)?;
            let count = file.facts.rows.div_ceil(PIECE).max(1);
            let cut = |piece: u64| i64::try_from(file.size * piece / count).unwrap_or(i64::MAX);
            pieces.extend((0..count).map(|piece| whole.clone().with_range(cut(piece), cut(piece + 1))));
        }
        Ok(Self { pieces, reading })
    }
}

/// A file of this folder as the engine names it.
///
/// It goes by the path itself: made from a text, the path's special characters would be escaped once more.
pub(crate) fn whole_file(folder: &Path, file: &LiveFile) -> Result<PartitionedFile> {
    Ok(PartitionedFile::new_from_meta(ObjectMeta {
        location: StorePath::from_absolute_path(folder.join(&file.path))?,
        // Files never change once they have their name.
        last_modified: DateTime::UNIX_EPOCH,
        size: file.size,
        e_tag: None,
        version: None,
    }))
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} pieces of files", self.pieces.len())
    }
}

#[async_trait]
impl TableProvider for Files {
    fn schema(&self) -> SchemaRef {
        SCHEMA.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        // Filters skip what statistics can skip; the rest is filtered again above the scan.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let url = ObjectStoreUrl::local_filesystem();
        let runtime = session.runtime_env();
        let footers = runtime.cache_manager.get_file_metadata_cache();
        let readers = CachedParquetFileReaderFactory::new(runtime.object_store(&url)?, footers);
        let options =
            TableParquetOptions { global: session.config_options().execution.parquet.clone(), ..Default::default() };
        let mut source = ParquetSource::new(SCHEMA.clone())
            .with_table_parquet_options(options)
            .with_parquet_file_reader_factory(Arc::new(readers))
            .with_pushdown_filters(self.reading == Reading::Rows);
        if let Some(filter) = conjunction(filters.to_vec()) {
            let schema = DFSchema::try_from(SCHEMA.clone())?;
            source = source.with_predicate(session.create_physical_expr(filter, &schema)?);
        }
        // Idle cores take the next piece from a shared queue, so how the pieces are dealt out matters little.
        let cores = session.config().target_partitions().min(self.pieces.len()).max(1);
        let groups =
            (0..cores).map(|core| FileGroup::new(self.pieces.iter().skip(core).step_by(cores).cloned().collect()));
        let config = FileScanConfigBuilder::new(url, Arc::new(source))
            .with_file_groups(groups.collect())
            .with_projection_indices(projection.cloned())?
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{rows::to_batch, write::Draft};
    use base::{CustomerId, SignalId, Timestamp};
    use datafusion::{
        arrow::array::RecordBatch,
        datasource::provider_as_source,
        logical_expr::LogicalPlanBuilder,
        physical_plan::collect,
        prelude::{ident, lit},
    };
    use signals::{Body, Signal, Stored};

    /// A few thousand signals of one kind, an hour apart.
    fn batch(kind: &str, number: i64) -> RecordBatch {
        let first = Timestamp::from_micros(1_767_225_600_000_000);
        let signal = |seq: i64| Signal {
            seq,
            id: SignalId::new(first, [0; 10]),
            message_id: seq.to_string(),
            occurred_at: first.plus(seq * Timestamp::HOUR),
            received_at: first,
            customer: Some(CustomerId(1)),
            kind: kind.into(),
            body: Body { score: Some(9.0), ..Body::default() },
        };
        let stored = |seq| Stored { signal: signal(seq), properties: "{}".into() };
        to_batch(&(number * 8_192..(number + 1) * 8_192).map(stored).collect::<Vec<_>>()).unwrap()
    }

    #[tokio::test]
    async fn a_question_of_one_kind_and_time_decodes_neither_other_kinds_nor_other_columns() {
        let folder = tempfile::tempdir().unwrap();
        let mut draft = Draft::begin(folder.path()).unwrap();
        for kind in ["page_viewed", "survey_answered", "vital_measured"] {
            (0..16).for_each(|number| draft.write(&batch(kind, number)).unwrap());
        }
        let file = draft.finish().unwrap().publish().unwrap();
        assert_eq!(file.facts.rows, 3 * ROW_GROUP as u64);
        let engine = crate::engine::session(folder.path()).unwrap();
        let decoded = async |filter: Expr| {
            let files = Files::new(folder.path(), std::slice::from_ref(&file), Reading::Figures).unwrap();
            let plan = LogicalPlanBuilder::scan("lake", provider_as_source(Arc::new(files)), None).unwrap();
            let plan = plan.filter(filter).unwrap().project([ident("score")]).unwrap().build().unwrap();
            let plan = engine.state().create_physical_plan(&plan).await.unwrap();
            collect(plan.clone(), engine.task_ctx()).await.unwrap();
            let mut leaf = plan;
            while let Some(child) = leaf.children().first().map(|child| Arc::clone(child)) {
                leaf = child;
            }
            let columns: Vec<String> = leaf.schema().fields().iter().map(|field| field.name().clone()).collect();
            (leaf.metrics().and_then(|metrics| metrics.output_rows()), columns.join(" "))
        };
        let one_kind = ident("kind").eq(lit("survey_answered"));
        assert_eq!(decoded(one_kind.clone()).await, (Some(ROW_GROUP), "kind score".into()));
        let end =
            datafusion::common::ScalarValue::TimestampMicrosecond(Some(1_767_225_600_000_000), Some("UTC".into()));
        let (rows, columns) = decoded(one_kind.and(ident("occurred_at").lt_eq(lit(end)))).await;
        assert!(rows.is_some_and(|rows| rows <= 20_480), "pages of other times are skipped too: {rows:?}");
        assert_eq!(columns, "occurred_at kind score");
        assert_eq!(decoded(ident("kind").eq(lit("call_ended"))).await.0, Some(0));
    }
}
