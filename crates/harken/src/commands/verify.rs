//! `harken verify`

use base::Result;
use clap::Args;
use insights::Incomplete;
use serde_json::json;
use std::process::ExitCode;

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// Check every file of the lake against its hash; exits 1 when one is damaged.
#[derive(Args)]
pub struct Verify {}

impl Verify {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let house = House::open(global, settings).await?;
        let damaged = house.lake.verify(&house.scope).await?;
        let files = house.lake.size(&house.scope).await?.files;
        let database = house.store.integrity().await?;
        let sound = damaged.is_empty() && database == "ok";
        if global.json {
            let damaged: Vec<_> = damaged.into_iter().map(Incomplete::from).collect();
            output::json(&json!({ "sound": sound, "files": files, "damaged": damaged, "database": database }));
        } else {
            if !damaged.is_empty() {
                let rows = damaged.into_iter().map(|found| {
                    let (from, to) = (found.from.to_string(), found.to.to_string());
                    vec![found.file, found.reason, from, to, output::count(found.rows)]
                });
                output::table(&["file", "damage", "from", "to", "signals"], rows, 4);
            }
            let verdict = if sound { "all sound" } else { "damage found" };
            output::line(format_args!("{files} files of the lake read, database {database}: {verdict}"));
        }
        Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
