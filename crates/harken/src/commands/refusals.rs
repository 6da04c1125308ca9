//! `harken refusals list`

use base::Result;
use clap::Subcommand;
use serde_json::json;
use std::process::ExitCode;

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// What sources refused.
#[derive(Subcommand)]
pub enum Refusals {
    /// List the latest refused items, newest first. The thousand latest are kept; `harken doctor` counts all of them.
    List {
        /// How many at most.
        #[arg(short, default_value_t = 20)]
        n: u64,
    },
}

impl Refusals {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let house = House::open(global, settings).await?;
        let Self::List { n } = self;
        let items = house.signals.refusals(&house.scope, None, n).await?;
        if global.json {
            output::json(&json!({ "items": items }));
        } else if items.is_empty() {
            output::line("Nothing was refused");
        } else {
            let rows = items.into_iter().map(|item| {
                let excerpt = item.excerpt.chars().take(120).collect();
                vec![item.at.to_string(), item.source, item.reason, item.field, item.message, excerpt]
            });
            output::table(&["when", "source", "reason", "field", "what is wrong", "it begins"], rows, 6);
        }
        Ok(ExitCode::SUCCESS)
    }
}
