//! `harken archive`

use base::Result;
use clap::Args;
use serde_json::json;
use std::process::ExitCode;

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// Move the log to the lake now, merge its small files and remove the replaced ones.
#[derive(Args)]
pub struct Archive {}

impl Archive {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let house = House::open(global, settings).await?;
        let moved = house.archive_all().await?;
        let merged = house.compact_all().await?;
        let removed = house.lake.vacuum(&house.scope).await?;
        if global.json {
            output::json(&json!({ "signals": moved, "files_merged": merged, "files_removed": removed }));
        } else {
            let moved = output::count(moved);
            output::line(format_args!(
                "{moved} signals moved to the lake, {merged} files merged, {removed} old files removed"
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}
