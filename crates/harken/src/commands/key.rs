//! `harken key create|list|revoke`

use base::Result;
use clap::Subcommand;
use serde_json::json;
use std::process::ExitCode;

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// Write keys.
#[derive(Subcommand)]
pub enum Key {
    /// Make a write key and print it: it is shown this once.
    Create {
        /// What people call it.
        #[arg(long, default_value = "write key")]
        name: String,
    },
    /// List the keys.
    List,
    /// Stop a key from working.
    Revoke {
        /// Its first characters, as listed.
        prefix: String,
    },
}

impl Key {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let house = House::open(global, settings).await?;
        match self {
            Self::Create { name } => {
                let made = house.team.create_key(&house.scope, &name).await?;
                if global.json {
                    output::json(&json!({ "id": made.key.id.to_string(), "name": made.key.name, "key": made.secret }));
                } else {
                    output::line(made.secret);
                }
            }
            Self::List => {
                let keys = house.team.keys(&house.scope).await?;
                if global.json {
                    let keys: Vec<_> = keys
                        .iter()
                        .map(|key| json!({ "id": key.id.to_string(), "name": key.name, "prefix": key.prefix, "created_at": key.created_at, "revoked_at": key.revoked_at }))
                        .collect();
                    output::json(&json!({ "items": keys }));
                } else if keys.is_empty() {
                    output::line("There are no write keys yet: harken key create --name website");
                } else {
                    let state =
                        |at: Option<_>| at.map_or("works".into(), |at: base::Timestamp| format!("revoked {at}"));
                    let rows = keys
                        .into_iter()
                        .map(|key| vec![key.prefix, key.name, key.created_at.to_string(), state(key.revoked_at)]);
                    output::table(&["prefix", "name", "made", "state"], rows, 4);
                }
            }
            Self::Revoke { prefix } => {
                house.team.revoke_key(&house.scope, &prefix).await?;
                if global.json {
                    output::json(&json!({ "revoked": prefix }));
                } else {
                    output::line(format_args!("{prefix} no longer works"));
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
