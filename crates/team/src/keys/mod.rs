//! API keys. A write key may append signals to one workspace and is no secret: it stands in web pages. A secret key may what
//! its scopes say, and never more than whoever made it.

mod http;
mod lookup;
mod secret;
mod store;

use base::{Error, Result, Timestamp};
use sea_orm::entity::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Permission, Permissions};

pub use http::routes;
pub(crate) use lookup::KnownKeys;

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// `wk_…`: appends signals and can do nothing else.
    Write,
    /// `hk_…`: does what its scopes say.
    Secret,
}

/// A key as it is listed: never with its secret.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Key {
    /// Its id.
    pub id: Uuid,
    /// What people call it.
    #[schema(example = "reporting")]
    pub name: String,
    /// What it is for.
    pub kind: KeyKind,
    /// Its first characters, by which it is recognised.
    #[schema(example = "hk_4fGk2")]
    pub prefix: String,
    /// What it was made for.
    #[schema(example = json!(["insights:read"]))]
    pub scopes: Vec<Permission>,
    /// The person who made it; absent where it was made at the server's command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maker: Option<Uuid>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it stops working, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
}

/// A key at the moment of its making: the only time its secret is known.
#[derive(Clone, Serialize, ToSchema)]
pub struct NewKey {
    /// How it is listed from now on.
    pub key: Key,
    /// What a client sends.
    #[schema(example = "hk_4fGk2xVt0QbYw7ZrNc1eUaLsD9mHpJ3i")]
    pub secret: String,
}

/// What a new key shall be.
#[derive(Clone, Debug)]
pub struct KeyRequest {
    /// What people call it: 1 to 200 characters.
    pub name: String,
    /// What it may do. Without any it is a write key.
    pub scopes: Permissions,
    /// When it stops working; `None` for never.
    pub expires_at: Option<Timestamp>,
}

impl KeyRequest {
    /// A write key that never expires.
    pub fn write(name: impl Into<String>) -> Self {
        Self { name: name.into(), scopes: Permissions::default(), expires_at: None }
    }

    /// A secret key with these scopes that never expires.
    pub fn secret(name: impl Into<String>, scopes: impl IntoIterator<Item = Permission>) -> Self {
        Self { scopes: scopes.into_iter().collect(), ..Self::write(name) }
    }

    fn kind(&self) -> KeyKind {
        if self.scopes == Permissions::default() { KeyKind::Write } else { KeyKind::Secret }
    }
}

impl KeyKind {
    /// How every secret of this kind begins.
    fn mark(self) -> &'static str {
        match self {
            Self::Write => "wk_",
            Self::Secret => "hk_",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Secret => "secret",
        }
    }
}

impl Key {
    /// Whether it works at this moment, its maker's permissions aside.
    pub fn works(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

pub(crate) mod api_key {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "api_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub workspace: Uuid,
        pub name: String,
        pub prefix: String,
        pub hash: Vec<u8>,
        pub created_at: i64,
        pub revoked_at: Option<i64>,
        pub kind: String,
        pub scopes: String,
        pub maker: Option<Uuid>,
        pub expires_at: Option<i64>,
        pub last_used_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<api_key::Model> for Key {
    type Error = Error;

    fn try_from(row: api_key::Model) -> Result<Self> {
        let damaged = |what: &str| Error::internal(format!("the {what} of key {} cannot be read", row.id));
        let kind = [KeyKind::Write, KeyKind::Secret].into_iter().find(|kind| kind.name() == row.kind);
        let names: Vec<String> = serde_json::from_str(&row.scopes).map_err(|_| damaged("scopes"))?;
        Ok(Self {
            id: row.id,
            kind: kind.ok_or_else(|| damaged("kind"))?,
            // A permission that a newer version has given up is none.
            scopes: names.iter().filter_map(|name| name.parse().ok()).collect(),
            name: row.name,
            prefix: row.prefix,
            maker: row.maker,
            created_at: Timestamp::from_micros(row.created_at),
            expires_at: row.expires_at.map(Timestamp::from_micros),
            last_used_at: row.last_used_at.map(Timestamp::from_micros),
            revoked_at: row.revoked_at.map(Timestamp::from_micros),
        })
    }
}
