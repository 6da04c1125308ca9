//! File systems of a test's own, for faults of disks: a small one that fills up, and one whose power can be cut.

use std::{
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

use super::say;

/// A mounted file system; unmounted when dropped.
pub struct Mount {
    folder: TempDir,
    image: Option<PathBuf>,
}

impl Mount {
    /// A file system in memory of so many megabytes; nothing, said in one line, for whoever may not mount.
    pub fn in_memory(megabytes: u64) -> Option<Self> {
        let mount = Self { folder: folder(), image: None };
        let size = format!("size={megabytes}m");
        let mounted = run("mount", &["-t", "tmpfs", "-o", &size, "tmpfs", &mount.shown()]);
        mount.unless_refused(mounted, "the full disk")
    }

    /// An ext4 in a file.
    pub fn on_a_loop_device(megabytes: u64, image: &Path) -> Option<Self> {
        let mount = Self { folder: folder(), image: Some(image.to_owned()) };
        let file = image.display().to_string();
        let mounted = run("truncate", &["-s", &format!("{megabytes}M"), &file])
            .and_then(|()| run("mkfs.ext4", &["-q", &file]))
            .and_then(|()| mount.attach());
        mount.unless_refused(mounted, "the power cut")
    }

    fn unless_refused(self, mounted: Result<(), String>, what: &str) -> Option<Self> {
        match mounted {
            Ok(()) => Some(self),
            Err(why) => {
                say(format_args!("{what} is left out, since nothing can be mounted here: {why}"));
                None
            }
        }
    }

    fn attach(&self) -> Result<(), String> {
        let image = self.image.as_ref().map(|image| image.display().to_string()).unwrap_or_default();
        run("mount", &["-o", "loop", &image, &self.shown()])
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn shown(&self) -> String {
        self.folder.path().display().to_string()
    }

    /// Cuts the power: what the file system has not made durable is gone, and nothing more is written. Needs Python,
    /// the one way to this call of the kernel that is installed everywhere the other tests run.
    pub fn cut_power(&self) -> Result<(), String> {
        // EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH.
        let call = "import fcntl, os, struct, sys; fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))";
        run("python3", &["-c", call, &self.shown()])
    }

    /// Power is back: the journal is replayed.
    pub fn restore_power(&self) {
        run("umount", &[&self.shown()]).and_then(|()| self.attach()).unwrap();
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["--lazy", &self.shown()]).output();
    }
}

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("harken-mount-").tempdir().unwrap()
}

fn run(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
    if output.status.success() { Ok(()) } else { Err(format!("{program}: {said}")) }
}
