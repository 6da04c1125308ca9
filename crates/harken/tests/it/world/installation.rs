//! One installation of the product: a data folder, a database, a write key, and the binary that works on them.

use serde_json::Value as Json;
use signals::Signal;
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
};
use tempfile::TempDir;
use testkit::Cluster;
use tokio::process::Command;

use super::{Server, programs::leashed};

const PUBLIC_URL: &str = "HARKEN__SERVER__PUBLIC_URL";

/// Everything is taken away when it is dropped.
pub struct Installation {
    /// Holds the servers' logs and, unless it lies elsewhere, the data folder.
    home: TempDir,
    data: PathBuf,
    database: Option<String>,
    settings: Vec<(&'static str, String)>,
    key: String,
}

/// What a command said before it ended.
#[derive(Debug)]
pub struct Said {
    pub success: bool,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Its standard output as JSON.
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }
}

impl Installation {
    /// A new one on SQLite in a temporary folder.
    pub async fn on_sqlite() -> Self {
        Self::prepare(None, None).await
    }

    /// A new one on PostgreSQL; nothing, said in one line, where no server can be started.
    pub async fn on_postgres() -> Option<Self> {
        let cluster = Cluster::shared()?;
        let database = cluster.url(&cluster.create_database().await);
        Some(Self::prepare(None, Some(database)).await)
    }

    /// A new one on SQLite in this folder.
    pub async fn in_folder(data: &Path) -> Self {
        Self::prepare(Some(data.to_owned()), None).await
    }

    async fn prepare(data: Option<PathBuf>, database: Option<String>) -> Self {
        let home = tempfile::Builder::new().prefix("harken-test-").tempdir().unwrap();
        let data = data.unwrap_or_else(|| home.path().join("data"));
        let mut installation = Self { home, data, database, settings: Vec::new(), key: String::new() };
        let made = installation.json(&["key", "create", "--json"]).await;
        installation.key = made["key"].as_str().unwrap().to_owned();
        installation
    }

    /// Another place with an empty database of the same engine, where nothing is yet, for a backup of this one.
    pub async fn elsewhere(&self) -> Self {
        let database = match (&self.database, Cluster::shared()) {
            (Some(_), Some(cluster)) => Some(cluster.url(&cluster.create_database().await)),
            _ => None,
        };
        let home = tempfile::Builder::new().prefix("harken-test-").tempdir().unwrap();
        let data = home.path().join("data");
        Self { home, data, database, settings: self.settings.clone(), key: self.key.clone() }
    }

    /// The same with a setting that differs from its default, as an environment variable.
    pub fn with(mut self, variable: &'static str, value: impl ToString) -> Self {
        self.settings.push((variable, value.to_string()));
        self
    }

    /// The same, found by people and their mail at an address of its own.
    pub fn public(self) -> Self {
        self.with(PUBLIC_URL, "https://cx.shop.example")
    }

    /// The site of a server's pages.
    pub fn origin(&self, server: &Server) -> String {
        let public = self.settings.iter().find(|(name, _)| *name == PUBLIC_URL);
        public.map_or_else(|| server.url(), |(_, url)| url.clone())
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    pub fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// A path beside the data folder at which there is nothing.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub fn server_log(&self) -> PathBuf {
        self.home.path().join("server.log")
    }

    /// The binary. `HARKEN_BINARY` names another build of it to be tried: one that is released, or one with a fault that these
    /// tests must find.
    pub fn binary() -> OsString {
        std::env::var_os("HARKEN_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_harken").into())
    }

    /// The binary, ready to run with these arguments and nothing from this process's environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = leashed(Self::binary());
        command.env_clear().env("RUST_BACKTRACE", "1").env("HARKEN_DATA", &self.data);
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        if let Some(url) = &self.database {
            command.env("HARKEN_DATABASE", url);
        }
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { success: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs a command that must succeed and reads what it prints.
    pub async fn json(&self, arguments: &[&str]) -> Json {
        let said = self.run(arguments).await;
        assert!(said.success, "harken {arguments:?}: {said:?}");
        said.json()
    }

    pub async fn serve(&self) -> Server {
        Server::start(self, None, "").await
    }

    /// Every signal that is stored, as `harken signals tail` tells it.
    pub async fn signals(&self) -> Vec<Signal> {
        let said = self.run(&["signals", "tail", "-n", "10000000", "--json"]).await;
        assert!(said.success, "{said:?}");
        let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        said.out.lines().map(read).collect()
    }

    /// How many signals pass a filter, as `harken signals count` tells it.
    pub async fn count(&self, filter: &str) -> u64 {
        self.json(&["signals", "count", "--where", filter, "--json"]).await["count"].as_u64().unwrap()
    }

    /// A metric's one value.
    pub async fn value(&self, metric: &str) -> Option<f64> {
        let figures = self.json(&["query", metric, "--json"]).await;
        figures["rows"][0]["value"].as_f64()
    }

    /// How often this became of something that was received: `logged`, `duplicate`, `conflict`, `refused`.
    pub async fn tally(&self, outcome: &str) -> u64 {
        let doctor = self.run(&["doctor", "--json"]).await.json();
        let rows = doctor["received"].as_array().unwrap();
        rows.iter().filter(|row| row["outcome"] == outcome).map(|row| row["count"].as_u64().unwrap()).sum()
    }

    /// Everything is in order: the database, every file of the lake, and all counts agree.
    pub async fn is_sound(&self) {
        for command in ["doctor", "verify"] {
            let said = self.run(&[command, "--json"]).await;
            assert!(said.success, "harken {command}: {said:?}");
        }
    }
}
