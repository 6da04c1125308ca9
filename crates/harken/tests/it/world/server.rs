//! A running server: the real binary, which can be killed, stopped and started again where it was.

use std::{
    fs::{File, OpenOptions},
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Child,
};

use super::{Installation, say};

/// How long anything may take that ends by itself; a test that waits longer has hung.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// It is killed when dropped. A test that fails shows the end of its log.
pub struct Server {
    child: Child,
    address: SocketAddr,
    metrics: Option<String>,
    setup: Option<String>,
    log: PathBuf,
}

impl Server {
    /// Starts it on a free port, or where one was before, with fail points as the `fail` crate reads them.
    pub async fn start(installation: &Installation, address: Option<SocketAddr>, fail_points: &str) -> Self {
        let started = tokio::time::timeout(PATIENCE, async {
            loop {
                match Self::try_start(installation, address, fail_points).await {
                    Ok(server) => return server,
                    // Another process may hold the port for a moment.
                    Err(log) if log.contains("cannot listen") => tokio::time::sleep(Duration::from_millis(100)).await,
                    Err(log) => panic!("the server did not start:\n{log}"),
                }
            }
        });
        started.await.expect("the server did not start in time")
    }

    async fn try_start(
        installation: &Installation,
        address: Option<SocketAddr>,
        fail_points: &str,
    ) -> Result<Self, String> {
        let log = installation.server_log();
        let begins = std::fs::metadata(&log).map_or(0, |file| file.len());
        let listen = address.map_or_else(|| "127.0.0.1:0".to_owned(), |address| address.to_string());
        let mut command = installation.command(&["serve", "--json", "--listen", &listen]);
        command.env("FAILPOINTS", fail_points).stdout(Stdio::piped()).stderr(open(&log));
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        match lines.next_line().await.unwrap() {
            Some(line) => {
                let said: serde_json::Value = serde_json::from_str(&line).unwrap();
                let address = said["listening"].as_str().unwrap().trim_start_matches("http://").parse().unwrap();
                let text = |name: &str| said[name].as_str().map(str::to_owned);
                let (metrics, setup) = (text("metrics"), text("setup"));
                Ok(Self { child, address, metrics, setup, log })
            }
            None => {
                let said = std::fs::read_to_string(&log).unwrap();
                Err(said.get(usize::try_from(begins).unwrap()..).unwrap_or_default().to_owned())
            }
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where its metrics are scraped, which a setting must say.
    pub fn metrics(&self) -> &str {
        self.metrics.as_deref().expect("server.metrics is not set")
    }

    /// The link that it printed, by which the first owner is made.
    pub fn setup_link(&self) -> Option<&str> {
        self.setup.as_deref()
    }

    pub fn pid(&self) -> u32 {
        self.child.id().expect("the server has ended by itself")
    }

    /// kill -9. Answers where it listened, for the next one.
    pub async fn kill(mut self) -> SocketAddr {
        if let Some(status) = self.child.try_wait().unwrap() {
            panic!("the server has ended by itself: {status}");
        }
        self.child.kill().await.unwrap();
        self.address
    }

    /// Tells it to stop, which it does when its requests are answered.
    pub async fn stop(mut self) -> SocketAddr {
        let told = std::process::Command::new("sh").args(["-c", "kill -TERM $0", &self.pid().to_string()]).status();
        assert!(told.unwrap().success());
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("the server did not stop");
        assert!(ended.unwrap().success());
        self.address
    }

    /// What all servers of this installation have logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

fn open(log: &PathBuf) -> File {
    OpenOptions::new().create(true).append(true).open(log).unwrap()
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            say(format_args!("the server's last words:\n{}", lines[lines.len().saturating_sub(20)..].join("\n")));
        }
    }
}
