//! `harken doctor`

use base::Result;
use clap::Args;
use serde::Serialize;
use serde_json::json;
use std::process::ExitCode;

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// Look whether everything is in order; exits 1 when something is not.
#[derive(Args)]
pub struct Doctor {}

/// One thing that was looked at.
#[derive(Serialize)]
pub struct Check {
    what: &'static str,
    sound: bool,
    found: String,
}

fn check(what: &'static str, sound: bool, found: impl Into<String>) -> Check {
    Check { what, sound, found: found.into() }
}

impl Doctor {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let house = House::open(global, settings).await?;
        let checks = look(&house).await?;
        let tallies = house.signals.tallies(&house.scope).await?;
        let sound = checks.iter().all(|check| check.sound);
        if global.json {
            output::json(&json!({ "sound": sound, "checks": checks, "received": tallies }));
        } else {
            Self::show(checks);
            if !tallies.is_empty() {
                let rows = tallies
                    .into_iter()
                    .map(|row| vec![row.outcome, row.reason, row.source, output::number(row.count as f64, 0)]);
                output::table(&["received and", "because", "from", "count"], rows, 3);
            }
        }
        Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Whether an installation is in order, and what was looked at.
    pub async fn look_at(global: &Global, settings: &Settings) -> Result<(bool, Vec<Check>)> {
        let house = House::open(global, settings).await?;
        let checks = look(&house).await?;
        house.store.close().await;
        Ok((checks.iter().all(|check| check.sound), checks))
    }

    /// Shows what was looked at.
    pub fn show(checks: Vec<Check>) {
        let sign = |sound| if sound { "✓ fine" } else { "✗ look" };
        let rows = checks.into_iter().map(|check| vec![sign(check.sound).into(), check.what.into(), check.found]);
        output::table(&["", "what", "found"], rows, 3);
    }
}

async fn look(house: &House) -> Result<Vec<Check>> {
    let head = house.signals.head().await?;
    house.projector.catch_up().await?;
    let integrity = house.store.integrity().await?;
    let pending = store::pending(&house.store).await?;
    let room = house.store.ensure_room();
    let behind = house.projector.progress().await?;
    let lake = house.lake.size(&house.scope).await?;
    // What has moved and is not yet pruned is in both, and counts once.
    let log = house.signals.held_after(&house.scope, lake.watermark).await?;
    let stored = lake.signals + log;
    let counted = house.signals.volume(&house.scope).await?;
    let damaged = house.lake.verify(&house.scope).await?.len();
    let projections =
        behind.iter().map(|row| format!("{} at {} of {head}", row.name, row.seq)).collect::<Vec<_>>().join(", ");
    Ok(vec![
        check("data folder", true, house.folder.display().to_string()),
        check("database", integrity == "ok", format!("{}, integrity {integrity}", house.store.version().await?)),
        check(
            "tables",
            pending == 0,
            if pending == 0 { "up to date".into() } else { format!("{pending} steps behind") },
        ),
        check("disk", room.is_ok(), room.map_or_else(|error| error.message, |()| "has room".into())),
        check("projections", behind.iter().all(|row| row.seq >= head), projections),
        check("log", true, format!("{} signals wait for the lake", output::count(log))),
        check("lake", true, format!("{} signals in {} files", output::count(lake.signals), lake.files)),
        check(
            "counts agree",
            stored == counted,
            format!("{} stored, {} counted", output::count(stored), output::count(counted)),
        ),
        check("files", damaged == 0, format!("{} read, {damaged} damaged", lake.files)),
        check("customers", true, output::count(house.customers.count(&house.scope).await?)),
    ])
}
