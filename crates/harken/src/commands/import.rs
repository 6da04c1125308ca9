//! `harken import`

use base::{Error, Result};
use clap::Args;
use sources::{FileReport, FileState, ImportOptions, Map, Progress};
use std::{path::PathBuf, process::ExitCode};

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// Read CSV, JSON lines or Parquet files into customers and signals, as a map says (docs/sources.md).
///
/// The same file is read once: running an import again adds nothing, and one that was interrupted goes on where it was.
/// Bad rows are kept out, counted, and written to a file with their line and reason.
#[derive(Args)]
pub struct Import {
    /// The map: which column is what.
    #[arg(long, value_name = "MAP.toml")]
    map: PathBuf,
    /// The files, or folders that hold them.
    #[arg(required = true, value_name = "FOLDER|FILE")]
    inputs: Vec<PathBuf>,
    /// Where to write the bad rows; the folder `rejects` in the data folder when left out.
    #[arg(long, value_name = "DIR")]
    rejects: Option<PathBuf>,
    /// Read files again that were imported before.
    #[arg(long)]
    again: bool,
}

impl Import {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let shown = self.map.display();
        let text = std::fs::read_to_string(&self.map)
            .map_err(|error| Error::invalid(format!("the map {shown} cannot be read: {error}")))?;
        let map = Map::read(&text).map_err(|error| error.context(shown))?;
        let house = House::open(global, settings).await?;
        let rejects = self.rejects.unwrap_or_else(|| house.folder.join("rejects"));
        let options = ImportOptions { rejects, again: self.again };
        let bar = output::progress(global, 1, "reading");
        let progress = |at: Progress| {
            bar.set_length(at.bytes.max(1));
            bar.set_position(at.bytes_read.min(at.bytes));
            bar.set_message(format!("{} ({} rows)", at.file, output::count(at.rows)));
        };
        let report = house.sources.import(&house.scope, &map, &self.inputs, &options, &progress).await?;
        bar.set_message("moving to the lake");
        house.archive_all().await?;
        bar.finish_and_clear();
        if global.json {
            output::json(&report);
            return Ok(ExitCode::SUCCESS);
        }
        let header = ["file", "", "rows", "signals", "known before", "kept out"];
        output::table(&header, report.files.iter().map(row), 2);
        for file in report.files.iter().filter(|file| file.refused > 0) {
            let reasons: Vec<_> = file.reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
            let place = file.rejects.as_ref().map(|path| format!(": see {}", path.display())).unwrap_or_default();
            output::line(format_args!(
                "{}: {} rows kept out ({}){place}",
                file.name(),
                file.refused,
                reasons.join(", ")
            ));
        }
        for file in report.files.iter().filter(|file| file.reasons.contains_key("conflict")) {
            output::line(format_args!(
                "{}: rows in conflict have the message id of a signal of the last seven days that says something else, and \
                 that one was kept; a map that was changed after an import needs other message ids",
                file.name()
            ));
        }
        for file in report.files.iter().filter(|file| !file.never_seen.is_empty()) {
            let columns = file.never_seen.join(", ");
            output::line(format_args!("{}: no row has {columns}; does the map misspell it?", file.name()));
        }
        for name in &report.missing {
            output::line(format_args!("{name} is named by the map, and no file given is called so"));
        }
        if !report.ignored.is_empty() {
            let names: Vec<_> =
                report.ignored.iter().map(|path| path.file_name().unwrap_or_default().to_string_lossy()).collect();
            output::line(format_args!("not named by the map and left alone: {}", names.join(", ")));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn row(file: &FileReport) -> Vec<String> {
    let state = match file.state {
        FileState::Imported => "imported",
        FileState::Resumed => "went on",
        FileState::AlreadyImported => "imported before",
    };
    let counts = [file.rows, file.logged, file.duplicates, file.refused].map(output::count);
    [file.name().to_owned(), state.into()].into_iter().chain(counts).collect()
}
