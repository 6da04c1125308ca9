//! The files of a snapshot as a table of the engine: an explicit list of files, in pieces that two cores can share.

use async_trait::async_trait;
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
use object_store::path::Path as StorePath;
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
            let path = StorePath::from_absolute_path(folder.join(&file.path))?;
            let count = file.facts.rows.div_ceil(PIECE).max(1);
            let cut = |piece: u64| i64::try_from(file.size * piece / count).unwrap_or(i64::MAX);
            pieces.extend(
                (0..count).map(|piece| {
                    PartitionedFile::new(path.to_string(), file.size).with_range(cut(piece), cut(piece + 1))
                }),
            );
        }
        Ok(Self { pieces, reading })
    }
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
