//! The public clients that `scripts/prepare-tests` installed, as programs that can be run.

use std::path::{Path, PathBuf};
use tokio::process::Command;

use super::{
    programs::{leashed, on_path},
    say,
};

/// Where the repository begins.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A program under `e2e/clients`, or nothing, said in one line, where what it needs is not installed.
pub fn client(program: &str) -> Option<Command> {
    let (language, _) = program.split_once('/')?;
    let interpreter = match language {
        "python" => Path::new(env!("CARGO_TARGET_TMPDIR")).join("../clients/python/bin/python"),
        _ => on_path("node")?,
    };
    let ready = match language {
        "python" => interpreter.exists(),
        _ => clients().join("node_modules/.installed-lock.json").exists(),
    };
    if !ready {
        say(format_args!("{program} is left out: scripts/prepare-tests has not installed it"));
        return None;
    }
    let mut command = leashed(interpreter);
    command.arg(clients().join(program));
    Some(command)
}

/// A walk through the console, one of the files in `e2e/console`, or nothing, said in one line, where what it needs is not
/// installed.
pub fn walk(file: &str) -> Option<Command> {
    let folder = Path::new(ROOT).join("e2e/console");
    let (chromium, node) = (chromium()?, on_path("node"));
    let Some(node) = node.filter(|_| folder.join("node_modules/.installed-lock.json").exists()) else {
        say(format_args!("{file} is left out: scripts/prepare-tests has not installed what e2e/console needs"));
        return None;
    };
    let mut command = leashed(node);
    command.current_dir(folder).args(["--test", "--test-reporter=spec", file]).env("CHROMIUM", chromium);
    Some(command)
}

/// Debian's Chromium, or nothing, said in one line.
pub fn chromium() -> Option<PathBuf> {
    let found = on_path("chromium");
    if found.is_none() {
        say("what needs a browser is left out: chromium is not installed");
    }
    found
}

fn clients() -> PathBuf {
    Path::new(ROOT).join("e2e/clients")
}
