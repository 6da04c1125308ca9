//! A server under test: its process, its data folder and its key.

use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use super::connection::Connection;
use crate::Outcome;

/// A data folder with a write key, while no server runs on it.
pub struct Home {
    harken: PathBuf,
    folder: TempDir,
    key: String,
}

/// A running server.
pub struct Server {
    pub address: SocketAddr,
    pub key: String,
    /// From starting the process until it said that it is ready.
    pub ready_after: Duration,
    process: Child,
}

impl Home {
    pub async fn make(harken: &Path, folder: &Path) -> Outcome<Self> {
        #[derive(Deserialize)]
        struct Made {
            key: String,
        }
        let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(folder)?;
        let home = Self { harken: harken.to_owned(), folder, key: String::new() };
        let Made { key } = home.ask(&["key", "create"]).await?;
        Ok(Self { key, ..home })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.harken);
        command.arg("--data").arg(self.folder.path()).args(["--json", "--quiet"]).args(arguments);
        command.stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
        command
    }

    /// Runs a command of the product on this folder and reads what it prints.
    pub async fn ask<T: for<'de> Deserialize<'de>>(&self, arguments: &[&str]) -> Outcome<T> {
        let output = self.command(arguments).output().await?;
        if !output.status.success() {
            return Err(format!("harken {} failed: {}", arguments.join(" "), output.status).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// How many signals the product counts, in log and lake together.
    pub async fn count(&self) -> Outcome<u64> {
        #[derive(Deserialize)]
        struct Counted {
            count: u64,
        }
        Ok(self.ask::<Counted>(&["signals", "count"]).await?.count)
    }

    /// Starts a server with these settings and waits until it is ready.
    pub async fn serve(&self, settings: &[(&str, &str)]) -> Outcome<Server> {
        #[derive(Deserialize)]
        struct Listening {
            listening: String,
        }
        let start = Instant::now();
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut process = command.envs(settings.iter().copied()).stdout(Stdio::piped()).spawn()?;
        let said = process.stdout.take().ok_or("the server has no standard output")?;
        let mut lines = BufReader::new(said).lines();
        let first = lines.next_line().await?.ok_or("the server ended before it listened")?;
        let Listening { listening } = serde_json::from_str(&first)?;
        let address = listening.trim_start_matches("http://").parse()?;
        let mut connection = Connection::open(address, &self.key).await?;
        while !connection.succeeds("/readyz").await? {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(Server { address, key: self.key.clone(), ready_after: start.elapsed(), process })
    }
}

impl Server {
    /// Asks it to stop and waits until it has.
    pub async fn stop(mut self) -> Outcome<()> {
        kill_process(self.pid()?, Signal::TERM)?;
        let status = self.process.wait().await?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}").into()) }
    }

    /// Ends it with SIGKILL, as a crash does.
    pub async fn kill(mut self) -> Outcome<()> {
        Ok(self.process.kill().await?)
    }

    fn pid(&self) -> Outcome<Pid> {
        let pid = self.process.id().ok_or("the server has ended")?;
        Ok(Pid::from_raw(i32::try_from(pid)?).ok_or("no process has the id 0")?)
    }

    /// Memory in use now, in MB.
    pub fn memory(&self) -> Outcome<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()?.as_raw_nonzero()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no memory is reported")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes / 1024.0)
    }

    /// Processor time used so far.
    pub fn processor(&self) -> Outcome<Duration> {
        processor(&self.pid()?.as_raw_nonzero().to_string())
    }
}

/// Processor time used so far by the process itself that runs this.
pub fn own_processor() -> Outcome<Duration> {
    processor("self")
}

fn processor(process: &str) -> Outcome<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in parentheses may hold anything; the fields after it are numbers, of which the 12th and 13th are time.
    let (_, fields) = stat.rsplit_once(')').ok_or("no processor time is reported")?;
    let mut times = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    let (user, system) = times.next().zip(times.next()).ok_or("no processor time is reported")?;
    Ok(Duration::from_secs_f64((user? + system?) as f64 / rustix::param::clock_ticks_per_second() as f64))
}
