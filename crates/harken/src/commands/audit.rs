//! `harken audit`

use base::Result;
use clap::Args;
use serde_json::json;
use std::process::ExitCode;
use team::audit::{AuditFilter, Log};

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// List who did what, newest first.
#[derive(Args)]
pub struct Audit {
    /// The log of the installation, not of the workspace: logins that failed, sessions that were ended.
    #[arg(long)]
    installation: bool,
    /// Only entries with this action: key.created.
    #[arg(long)]
    action: Option<String>,
    /// How many at most.
    #[arg(short, default_value_t = 50)]
    n: u64,
    /// Only entries before this one.
    #[arg(long, value_name = "ENTRY")]
    before: Option<i64>,
}

impl Audit {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let house = House::open(global, settings).await?;
        let log = if self.installation { Log::Installation } else { Log::Workspace };
        let filter = AuditFilter { log, action: self.action, ..AuditFilter::default() };
        let entries = house.team.audit(&house.scope, &filter, self.before, self.n).await?;
        if global.json {
            output::json(&json!({ "items": entries }));
        } else if entries.is_empty() {
            output::line("Nothing of the kind was done");
        } else {
            let rows = entries.into_iter().map(|entry| {
                let who = [Some(entry.actor), entry.actor_id.map(|id| id.to_string())];
                let who = who.into_iter().flatten().collect::<Vec<_>>().join(" ");
                let (network, object) = (entry.network.unwrap_or_default(), entry.object.unwrap_or_default());
                let details = entry.details.to_string();
                vec![entry.seq.to_string(), entry.at.to_string(), who, network, entry.action, object, details]
            });
            output::table(&["entry", "when", "who", "from", "what", "to", "details"], rows, 7);
        }
        Ok(ExitCode::SUCCESS)
    }
}
