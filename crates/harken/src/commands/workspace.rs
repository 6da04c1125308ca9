//! `harken workspace show|set`

use base::{Error, Result, Zone};
use clap::Subcommand;
use serde_json::json;
use std::process::ExitCode;
use team::WorkspaceSettings;

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// The workspace.
#[derive(Subcommand)]
pub enum Workspace {
    /// Show it.
    Show,
    /// Change it; what is not named stays.
    Set {
        /// What people call it.
        #[arg(long)]
        name: Option<String>,
        /// The calendar that days and months are counted in: Europe/Berlin.
        #[arg(long, value_parser = parse_zone)]
        zone: Option<Zone>,
        /// ISO 4217: EUR.
        #[arg(long)]
        currency: Option<String>,
        /// Whether members without a second factor have to set one up before anything else.
        #[arg(long, value_name = "true|false")]
        require_second_factor: Option<bool>,
    },
}

fn parse_zone(text: &str) -> Result<Zone> {
    text.parse().map_err(|_| Error::invalid(format!("'{text}' is no IANA time zone; write Europe/Berlin, UTC, …")))
}

impl Workspace {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let house = House::open(global, settings).await?;
        if let Self::Set { name, zone, currency, require_second_factor } = self {
            let settings = WorkspaceSettings { name, zone, currency, require_second_factor };
            house.team.change_workspace(&house.scope, settings).await?;
        }
        let workspace = house.team.default_workspace().await?;
        if global.json {
            let id = workspace.id;
            output::json(
                &json!({ "id": id, "name": workspace.name, "zone": workspace.zone.name(), "currency": workspace.currency }),
            );
        } else {
            let row = vec![workspace.name, workspace.zone.name().into(), workspace.currency, workspace.id.to_string()];
            output::table(&["name", "time zone", "currency", "id"], [row], 4);
        }
        Ok(ExitCode::SUCCESS)
    }
}
