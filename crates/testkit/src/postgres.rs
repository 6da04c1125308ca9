//! A private PostgreSQL, started from the installed server binaries as an ordinary user and gone with the test process.

use sea_orm::{ConnectionTrait, Database};
use std::{
    io::Write,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{ChildStdin, Command, Output, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Whether what the server acknowledges survives a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fsync {
    /// As in production; for tests that are about durability.
    On,
    /// Much faster; for all other tests.
    Off,
}

/// A running server that listens only on a socket in its own folder.
pub struct Cluster {
    folder: PathBuf,
    databases: AtomicU32,
    /// The server runs for as long as this pipe is open. The kernel closes it when the process ends, however it ends.
    _leash: ChildStdin,
}

/// Waits for the test process to let go of the pipe, then stops the server at once and takes its folder away.
const WATCHDOG: &str = r#"
"$@" >log 2>&1 </dev/null &
read -r _
kill -QUIT $! && wait $!
cd / && rm -rf "$OLDPWD"
"#;

const PATIENCE: Duration = Duration::from_secs(60);
/// Debian and its kin keep each version in a folder of its own here.
const VERSIONS: &str = "/usr/lib/postgresql";

impl Cluster {
    /// The one server that all plain tests of this process share, or nothing, said in one line, where none can be started.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
        let start = || match Self::start(Fsync::Off) {
            Ok(cluster) => Some(cluster),
            Err(why) => {
                // Not `eprintln`, which the test harness would swallow.
                let _ = writeln!(std::io::stderr(), "PostgreSQL is left out of these tests: {why}");
                None
            }
        };
        SHARED.get_or_init(start).as_ref()
    }

    /// Makes a new cluster and starts its server, or says why it cannot.
    pub fn start(fsync: Fsync) -> Result<Self, String> {
        let binaries = binaries().ok_or("its server (`postgres`, `initdb`) is not installed")?;
        let folder =
            TempDir::with_prefix("harken-postgres-").map_err(|error| format!("no temporary folder: {error}"))?;
        let user = User::ordinary(folder.path())?;
        user.owns(folder.path())?;
        user.runs(&binaries.join("initdb"), folder.path())
            .args(["-D", "data", "-U", "harken", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"])
            // A collation that is not the order of bytes, so that a query that forgot to say its own is found out.
            .args(["--locale=C", "--locale-provider=icu", "--icu-locale=en-US"])
            .output()
            .map_err(|error| error.to_string())
            .and_then(succeeded)?;
        let mut watchdog = user.runs(Path::new("/bin/sh"), folder.path());
        watchdog.args(["-c", WATCHDOG, "watchdog"]).arg(binaries.join("postgres"));
        watchdog.args(["-D", "data", "-h", "", "-p", "5432", "-c", "max_connections=300", "-k"]).arg(folder.path());
        if fsync == Fsync::Off {
            watchdog.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
        }
        // In a group of its own it outlives a Ctrl-C at the terminal long enough to clean up.
        watchdog.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let leash =
            watchdog.spawn().map_err(|error| error.to_string())?.stdin.take().ok_or("no pipe to its watchdog")?;
        let cluster = Self { folder: folder.keep(), databases: AtomicU32::new(0), _leash: leash };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://harken@localhost/{database}?host={}", self.folder.display())
    }

    /// Makes an empty database and answers its name.
    pub async fn create_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::SeqCst));
        self.administers(&format!("create database {name}")).await;
        name
    }

    /// Drops a database and whoever is still connected to it.
    pub async fn drop_database(&self, name: &str) {
        self.administers(&format!("drop database {name} with (force)")).await;
    }

    async fn administers(&self, command: &str) {
        let run = async || {
            // Connecting is a large future, and everybody's story would carry it along.
            let connection = Box::pin(Database::connect(self.url("postgres"))).await?;
            connection.execute_unprepared(command).await?;
            connection.close().await
        };
        if let Err(error) = run().await {
            panic!("`{command}`: {error}");
        }
    }

    /// The last line of its pid file tells the state, as `pg_ctl --wait` reads it.
    fn wait_until_ready(&self) -> Result<(), String> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let state = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
            if state.lines().last().is_some_and(|line| line.trim() == "ready") {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(format!("it did not start: {}", log.lines().last().unwrap_or("it said nothing")))
    }
}

fn succeeded(output: Output) -> Result<(), String> {
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("initdb: {}", said.trim().replace('\n', "; "))) }
}

/// Where the server's programs are: on the PATH, or else the newest version beside it.
fn binaries() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut versions: Vec<PathBuf> =
        std::fs::read_dir(VERSIONS).into_iter().flatten().flatten().map(|version| version.path().join("bin")).collect();
    versions.sort();
    std::env::split_paths(&path)
        .chain(versions.into_iter().rev())
        .find(|folder| folder.join("postgres").is_file() && folder.join("initdb").is_file())
}

/// Who runs the server, which refuses to be run by root.
enum User {
    Ourselves,
    Other { uid: u32, gid: u32 },
}

impl User {
    /// Ourselves; for root, who owns the folder it just made, `postgres` or else `nobody`.
    fn ordinary(folder: &Path) -> Result<Self, String> {
        let ours = std::fs::metadata(folder).map_err(|error| error.to_string())?.uid();
        if ours != 0 {
            return Ok(Self::Ourselves);
        }
        let users = std::fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| users.lines().find_map(|line| Self::named(name, line)))
            .ok_or_else(|| "root may not run it, and there is neither a user `postgres` nor `nobody`".to_owned())
    }

    fn named(name: &str, line: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let found = fields.next()? == name;
        let (uid, gid) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
        found.then_some(Self::Other { uid, gid })
    }

    fn owns(&self, folder: &Path) -> Result<(), String> {
        match self {
            Self::Ourselves => Ok(()),
            Self::Other { uid, gid } => chown(folder, Some(*uid), Some(*gid))
                .map_err(|error| format!("its folder cannot be handed over: {error}")),
        }
    }

    /// A program run by this user in a folder, with nothing in its environment that would change what the server does.
    fn runs(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin");
        if let Self::Other { uid, gid } = self {
            command.uid(*uid).gid(*gid);
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_durable_server_syncs_and_is_gone_with_its_owner() {
        if Cluster::shared().is_none() {
            return;
        }
        let cluster = Cluster::start(Fsync::On).unwrap();
        let database = cluster.create_database().await;
        let connection = Box::pin(Database::connect(cluster.url(&database))).await.unwrap();
        let fsync =
            connection.query_one_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, "show fsync"));
        let fsync: String = fsync.await.unwrap().unwrap().try_get_by_index(0).unwrap();
        assert_eq!(fsync, "on");
        let folder = cluster.folder.clone();
        drop(cluster);
        let started = Instant::now();
        while folder.exists() && started.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(!folder.exists());
    }

    #[test]
    fn a_user_is_found_by_name_alone() {
        let line = "postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash";
        assert!(matches!(User::named("postgres", line), Some(User::Other { uid: 101, gid: 104 })));
        assert!(User::named("nobody", line).is_none());
    }
}
