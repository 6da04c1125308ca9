//! `harken openapi`

use base::{Clock, Error, Result};
use clap::Args;
use server::Front;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// Print the description of the API (OpenAPI 3.1), as the server has it at /api/openapi.json.
#[derive(Args)]
pub struct OpenApi {
    /// Print nothing, and exit with 1 where this file differs.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "docs/openapi.json")]
    check: Option<PathBuf>,
}

impl OpenApi {
    pub async fn run(self, global: &Global) -> Result<ExitCode> {
        let description = describe(global).await?;
        let Some(file) = self.check else {
            output::line(description);
            return Ok(ExitCode::SUCCESS);
        };
        let shown = file.display();
        let kept = std::fs::read_to_string(&file);
        let kept = kept.map_err(|error| Error::invalid(format!("{shown} cannot be read: {error}")))?;
        if kept.trim_end() == description {
            return Ok(ExitCode::SUCCESS);
        }
        let line = kept.lines().zip(description.lines()).take_while(|(kept, now)| kept == now).count() + 1;
        Err(Error::conflict(format!(
            "{shown} is not what the routes say, from line {line} on; renew it: harken openapi > {shown}"
        )))
    }
}

/// The routes' description. It comes from the very router that serves, over an empty house that is gone afterwards.
async fn describe(global: &Global) -> Result<String> {
    let folder = Scratch(std::env::temp_dir().join(format!("harken-openapi-{}", std::process::id())));
    let global = Global { data: folder.0.clone(), database: None, ..global.clone() };
    let house = House::open(&global, &Settings::default()).await?;
    let description = server::openapi(&house.rooms(), &Front::new(Clock::system()));
    house.store.close().await;
    description.to_pretty_json().map_err(|error| Error::internal(format!("the description cannot be written: {error}")))
}

/// A folder that is taken away when it is dropped.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        if Path::exists(&self.0)
            && let Err(error) = std::fs::remove_dir_all(&self.0)
        {
            tracing::warn!(%error, folder = %self.0.display(), "a folder could not be taken away");
        }
    }
}
