//! `harken key create|list|revoke`

use base::{Clock, Error, Result, Timestamp, Zone};
use clap::Subcommand;
use serde_json::json;
use std::process::ExitCode;
use team::{KeyKind, KeyRequest, Permission};

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// API keys: write keys for websites, secret keys with scopes for programs.
#[derive(Subcommand)]
pub enum Key {
    /// Make a key and print it: it is shown this once. Without a scope it is a write key.
    Create {
        /// What people call it.
        #[arg(long)]
        name: Option<String>,
        /// Make a secret key that may do this; several times for more: insights:read.
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<Permission>,
        /// When it stops working: 2027-01-31, in the workspace's time zone.
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
    },
    /// List the keys.
    List,
    /// Stop a key from working.
    Revoke {
        /// Its first characters as listed, or its id.
        key: String,
    },
}

/// How many keys are read at a time.
const STEP: u64 = 200;

impl Key {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let house = House::open(global, settings).await?;
        match self {
            Self::Create { name, scopes, expires } => {
                let usual = if scopes.is_empty() { "write key" } else { "secret key" };
                let expires_at = expires.map(|text| expiry(&text, house.workspace.zone)).transpose()?;
                let name = name.unwrap_or_else(|| usual.into());
                let request = KeyRequest { name, scopes: scopes.into_iter().collect(), expires_at };
                let made = house.team.create_key(&house.scope, request, None).await?;
                if global.json {
                    let (id, name, scopes) = (made.key.id, made.key.name, made.key.scopes);
                    output::json(&json!({ "id": id, "name": name, "scopes": scopes, "key": made.secret }));
                } else {
                    output::line(made.secret);
                }
            }
            Self::List => {
                let keys = all(&house).await?;
                if global.json {
                    output::json(&json!({ "items": keys }));
                } else if keys.is_empty() {
                    output::line("There are no keys yet: harken key create --name website");
                } else {
                    let header = ["prefix", "name", "may", "made", "last used", "state"];
                    output::table(&header, keys.into_iter().map(row), header.len());
                }
            }
            Self::Revoke { key } => {
                let named = |found: &team::Key| found.prefix == key || found.id.to_string() == key;
                let (mut working, now) = (all(&house).await?, Clock::system().now());
                working.retain(|found| named(found) && found.works(now));
                match &working[..] {
                    [one] => house.team.revoke_key(&house.scope, one.id, None).await?,
                    [] => return Err(Error::not_found("working key")),
                    _ => return Err(Error::conflict(format!("several keys begin with {key}; name one by its id"))),
                }
                if global.json {
                    output::json(&json!({ "revoked": key }));
                } else {
                    output::line(format_args!("{key} no longer works"));
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn all(house: &House) -> Result<Vec<team::Key>> {
    let mut keys: Vec<team::Key> = Vec::new();
    loop {
        let last = keys.last().map(|key| (key.created_at.micros(), key.id));
        let mut step = house.team.keys(&house.scope, last, STEP).await?;
        if step.is_empty() {
            return Ok(keys);
        }
        keys.append(&mut step);
    }
}

fn expiry(text: &str, zone: Zone) -> Result<Timestamp> {
    Timestamp::parse(text, zone).map_err(|error| Error::invalid_field("expires", "not_a_time", error.message))
}

fn row(key: team::Key) -> Vec<String> {
    let may = match key.kind {
        KeyKind::Write => "append signals".into(),
        KeyKind::Secret => key.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" "),
    };
    let state = match (key.revoked_at, key.expires_at) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(end)) if key.works(Clock::system().now()) => format!("works until {end}"),
        (None, Some(end)) => format!("expired {end}"),
        (None, None) => "works".into(),
    };
    let used = key.last_used_at.map_or("never".into(), |at| at.to_string());
    vec![key.prefix, key.name, may, key.created_at.to_string(), used, state]
}
