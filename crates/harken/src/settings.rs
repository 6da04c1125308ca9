//! Settings: flags before environment before `harken.toml` in the data folder before defaults.

use base::{Error, Result};
use clap::Args;
use config::{Config, Environment, File, FileFormat};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    num::NonZeroU32,
    path::PathBuf,
};
use team::oidc::ProviderSettings;
use url::{Host, Url};

/// What every command understands.
#[derive(Args, Clone, Debug)]
pub struct Global {
    /// The data folder; made if it does not exist.
    #[arg(long, global = true, env = "HARKEN_DATA", default_value = "harken-data", value_name = "DIR")]
    pub data: PathBuf,
    /// PostgreSQL instead of the SQLite file in the data folder: postgres://user@host/database.
    #[arg(long, global = true, env = "HARKEN_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// Print JSON instead of tables.
    #[arg(long, global = true)]
    pub json: bool,
    /// How the log on standard error is written.
    #[arg(long, global = true, env = "HARKEN_LOG_FORMAT", value_enum, default_value_t, value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// Say less: errors alone.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Say more; twice for even more.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One object a line.
    Json,
}

/// What `harken.toml` and `HARKEN__SECTION__KEY` variables may set.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// As `--database`.
    #[serde(serialize_with = "redacted")]
    pub database: Option<String>,
    /// The file with the master key that seals secrets; `master.key` in the data folder by default.
    pub master_key_file: Option<PathBuf>,
    /// The server.
    pub server: ServerSettings,
    /// The log.
    pub log: LogSettings,
    /// The move from log to lake.
    pub archive: ArchiveSettings,
    /// Files that people send.
    pub imports: ImportSettings,
    /// What may be called beside the public internet.
    pub outbound: outbound::Settings,
    /// How mail leaves.
    pub mail: outbound::mail::Settings,
    /// Single sign-on: `[oidc.NAME]` for each provider.
    pub oidc: BTreeMap<String, ProviderSettings>,
}

/// `[server]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// Where to listen.
    pub listen: String,
    /// Where people and their mail find the server. Links are made from it and from nothing that a request says.
    pub public_url: Option<Url>,
    /// Proxies whose word about a client's address is taken: networks and addresses.
    pub trusted_proxies: Vec<String>,
    /// Connections at the same time.
    pub connections: usize,
    /// Connections of one address at the same time.
    pub connections_per_address: usize,
    /// Where `/metrics` is listened for; nowhere by default.
    pub metrics: Option<String>,
    /// A collector that takes traces by OTLP over HTTP; as `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub traces: Option<Url>,
    /// Seconds between readiness going red and connections being refused, once the server is told to stop.
    pub notice_seconds: u64,
    /// How often callers may ask.
    pub requests_per_minute: RateSettings,
}

/// `[server.requests_per_minute]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateSettings {
    /// To the API, from one address.
    pub address: NonZeroU32,
    /// To the API, by one person or API key.
    pub caller: NonZeroU32,
    /// Questions, searches and exports of one caller.
    pub heavy: NonZeroU32,
    /// To the collect API, with one write key.
    pub collect: NonZeroU32,
}

/// `[log]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// Signals that may wait for the writer.
    pub queue: usize,
    /// Signals in one commit.
    pub commit: usize,
}

/// `[archive]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ArchiveSettings {
    /// A shorter tail waits in the log …
    pub from: u64,
    /// … until it is this many seconds old.
    pub after_seconds: u64,
}

/// `[imports]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportSettings {
    /// The largest file that is taken over the network, in millions of bytes.
    pub largest_mb: u64,
}

impl Default for ServerSettings {
    fn default() -> Self {
        let limits = server::Limits::default();
        Self {
            listen: "127.0.0.1:8788".into(),
            public_url: None,
            trusted_proxies: Vec::new(),
            connections: limits.connections,
            connections_per_address: limits.connections_per_address,
            metrics: None,
            traces: None,
            notice_seconds: limits.notice.as_secs(),
            requests_per_minute: RateSettings::default(),
        }
    }
}

impl ServerSettings {
    /// Where a browser finds the server: `public_url`, or the address it listens on.
    pub fn reached_at(&self) -> Result<Url> {
        match &self.public_url {
            Some(url) => Ok(url.clone()),
            None => Url::parse(&format!("http://{}", self.listen))
                .map_err(|error| Error::invalid_field("server.listen", "wrong_type", error.to_string())),
        }
    }
}

impl Default for RateSettings {
    fn default() -> Self {
        let server::Rates { address, caller, heavy, collect } = server::Rates::default();
        let [address, caller, heavy, collect] = [address, caller, heavy, collect].map(|rate| rate.requests);
        Self { address, caller, heavy, collect }
    }
}

impl Default for LogSettings {
    fn default() -> Self {
        let log = signals::LogSettings::default();
        Self { queue: log.queue, commit: log.commit }
    }
}

impl Default for ImportSettings {
    fn default() -> Self {
        Self { largest_mb: 1_000 }
    }
}

impl Default for ArchiveSettings {
    fn default() -> Self {
        Self { from: 50_000, after_seconds: 60 }
    }
}

impl Settings {
    /// Reads the file and the environment; a misspelt key is an error that names it.
    pub fn load(global: &Global) -> Result<Self> {
        let file = File::from(global.data.join("harken.toml")).format(FileFormat::Toml).required(false);
        let environment = Environment::with_prefix("HARKEN")
            .prefix_separator("__")
            .separator("__")
            .list_separator(",")
            .with_list_parse_key("server.trusted_proxies")
            .with_list_parse_key("outbound.allow")
            .with_list_parse_key("outbound.ports")
            .try_parsing(true)
            .source(Some(environment()?));
        let settings = Config::builder().add_source(file).add_source(environment).build();
        let unreadable = |error| Error::invalid(format!("the settings cannot be read: {error}"));
        let settings = settings.map_err(unreadable)?;
        let listens = settings.get_string("server.listen").is_ok();
        let mut settings: Self = settings.try_deserialize().map_err(unreadable)?;
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        // As platforms have it that give a program its port and send it requests from outside.
        if let Some(port) = variable("PORT").filter(|_| !listens) {
            settings.server.listen = format!("0.0.0.0:{port}");
        }
        if let Some(endpoint) = variable("OTEL_EXPORTER_OTLP_ENDPOINT").filter(|_| settings.server.traces.is_none()) {
            let wrong = |_| Error::invalid(format!("OTEL_EXPORTER_OTLP_ENDPOINT is no URL: {endpoint}"));
            settings.server.traces = Some(endpoint.parse().map_err(wrong)?);
        }
        settings.database = match (&global.database, variable("HARKEN_DATABASE_FILE")) {
            (Some(url), _) => Some(url.clone()),
            (None, Some(path)) => Some(secret("HARKEN_DATABASE_FILE", &path)?),
            (None, None) => settings.database.or_else(|| variable("DATABASE_URL")),
        };
        settings.check()?;
        Ok(settings)
    }

    /// Refuses what cannot be meant or would not be safe.
    fn check(&self) -> Result<()> {
        let server = &self.server;
        for (key, value, most) in [
            ("server.connections", server.connections, 1_000_000),
            ("server.connections_per_address", server.connections_per_address, 1_000_000),
            ("log.queue", self.log.queue, 10_000_000),
            ("log.commit", self.log.commit, 1_000_000),
        ] {
            if !(1..=most).contains(&value) {
                return Err(Error::invalid_field(key, "out_of_range", format!("{key} must lie between 1 and {most}")));
            }
        }
        if !(1..=1_000_000).contains(&self.imports.largest_mb) {
            let message = "imports.largest_mb must lie between 1 and 1000000";
            return Err(Error::invalid_field("imports.largest_mb", "out_of_range", message));
        }
        if server.notice_seconds > 60 {
            let message = "server.notice_seconds must lie between 0 and 60";
            return Err(Error::invalid_field("server.notice_seconds", "out_of_range", message));
        }
        server::Proxies::parse(&server.trusted_proxies)?;
        server.public_url.as_ref().map_or(Ok(()), check_public_url)
    }
}

/// People log in there: over a network only by HTTPS.
fn check_public_url(url: &Url) -> Result<()> {
    let own_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let secure = url.scheme() == "https" || (url.scheme() == "http" && own_machine);
    let whole = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let message = match (secure, whole) {
        (true, true) => return Ok(()),
        (false, _) => "server.public_url must begin with https://, or be of this machine: http://localhost:8788",
        (true, false) => "server.public_url ends with its host or port: https://harken.example.com",
    };
    Err(Error::invalid_field("server.public_url", "unsafe", message))
}

/// Settings that are files' names themselves: their variables are no other setting's file.
const FILES: [&str; 4] = ["MASTER_KEY_FILE", "PASSWORD_FILE", "KEY_FILE", "CLIENT_SECRET_FILE"];

/// The variables of this program. `HARKEN__SECTION__KEY_FILE` names a file that holds the value of `HARKEN__SECTION__KEY`.
fn environment() -> Result<HashMap<String, String>> {
    let mut variables = HashMap::new();
    for (name, value) in std::env::vars_os() {
        let (Ok(name), Ok(value)) = (name.into_string(), value.into_string()) else { continue };
        let is_setting = name.rsplit("__").next().is_some_and(|key| FILES.contains(&key));
        match name.strip_suffix("_FILE").filter(|_| name.starts_with("HARKEN__") && !is_setting) {
            Some(key) => variables.insert(key.to_owned(), secret(&name, &value)?),
            None => variables.insert(name, value),
        };
    }
    Ok(variables)
}

/// What a file holds, without the end of its last line.
fn secret(variable: &str, path: &str) -> Result<String> {
    let read = std::fs::read_to_string(path);
    let text =
        read.map_err(|error| Error::invalid(format!("{variable} names {path}, which cannot be read: {error}")))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// A database's URL without its password.
#[expect(clippy::ref_option, reason = "serde gives it so")]
fn redacted<S: serde::Serializer>(url: &Option<String>, out: S) -> Result<S::Ok, S::Error> {
    let Some(text) = url else { return out.serialize_none() };
    match Url::parse(text) {
        Ok(mut url) => {
            if url.password().is_some() && url.set_password(Some("***")).is_err() {
                return out.serialize_str("***");
            }
            // A password may stand among the parameters, too.
            url.set_query(url.query().map(|_| "***"));
            out.serialize_str(url.as_str())
        }
        Err(_) => out.serialize_str("***"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_come_by_https_or_are_at_the_machine_itself() {
        for good in [
            "https://harken.example.com",
            "https://harken.example.com:8443/",
            "http://localhost:8788",
            "http://[::1]:1",
        ] {
            check_public_url(&good.parse().unwrap()).unwrap_or_else(|error| panic!("{good}: {error}"));
        }
        for bad in [
            "http://harken.example.com",
            "ftp://localhost",
            "https://harken.example.com/app",
            "https://me@harken.example.com",
        ] {
            assert!(check_public_url(&bad.parse().unwrap()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        for url in ["postgres://ana:s3cret@db/harken", "postgres://db/harken?password=s3cret", "s3cret"] {
            let settings = Settings { database: Some(url.into()), ..Settings::default() };
            let printed = toml::to_string(&settings).unwrap();
            assert!(!printed.contains("s3cret") && printed.contains("***"), "{printed}");
        }
    }

    #[test]
    fn what_is_printed_can_be_read_again() {
        let settings = Settings::default();
        let printed = toml::to_string(&settings).unwrap();
        let read: Settings = toml::from_str(&printed).unwrap();
        assert_eq!(toml::to_string(&read).unwrap(), printed);
    }
}
