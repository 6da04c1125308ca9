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

/// Check the lake, the database and the audit log: every file and every entry against its hash; exits 1 when one is damaged.
#[derive(Args)]
pub struct Verify {}

impl Verify {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let house = House::open(global, settings).await?;
        let damaged = house.lake.verify(&house.scope).await?;
        let files = house.lake.size(&house.scope).await?.files;
        let database = house.store.integrity().await?;
        let audit = house.team.verify_audit().await?;
        let sound = damaged.is_empty() && database == "ok" && audit.broken.is_empty();
        if global.json {
            let damaged: Vec<_> = damaged.into_iter().map(Incomplete::from).collect();
            let broken = audit.broken.iter().map(
                |chain| json!({ "workspace": chain.workspace.map(|id| id.0), "entry": chain.seq, "why": chain.why }),
            );
            let audit = json!({ "entries": audit.entries, "broken": broken.collect::<Vec<_>>() });
            output::json(
                &json!({ "sound": sound, "files": files, "damaged": damaged, "database": database, "audit": audit }),
            );
        } else {
            if !damaged.is_empty() {
                let rows = damaged.into_iter().map(|found| {
                    let (from, to) = (found.from.to_string(), found.to.to_string());
                    vec![found.file, found.reason, from, to, output::count(found.rows)]
                });
                output::table(&["file", "damage", "from", "to", "signals"], rows, 4);
            }
            if !audit.broken.is_empty() {
                let rows = audit.broken.into_iter().map(|chain| {
                    let whose = chain.workspace.map_or("installation".into(), |id| id.to_string());
                    vec![whose, chain.seq.to_string(), chain.why.into()]
                });
                output::table(&["audit log of", "entry", "what is wrong"], rows, 3);
            }
            let verdict = if sound { "all sound" } else { "damage found" };
            let entries = audit.entries;
            output::line(format_args!(
                "{files} files of the lake and {entries} entries of the audit log read, database {database}: {verdict}"
            ));
        }
        Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
