//! Programs that tests start: found on the PATH, and gone with the test that started them.

use std::{ffi::OsStr, path::PathBuf};
use tokio::process::Command;

/// A program that the kernel kills when its test ends, however it ends; where `setpriv` is missing, only a test that is
/// itself killed leaves it behind.
pub fn leashed(program: impl AsRef<OsStr>) -> Command {
    let mut command = match on_path("setpriv") {
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "KILL"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.kill_on_drop(true);
    command
}

/// Where a program is.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
