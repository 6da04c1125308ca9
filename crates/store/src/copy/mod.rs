//! Whole databases, row by row and independent of the engine: what a backup keeps, and what a restored database is made of.

mod dump;
mod fill;

use base::{Error, Result};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use sea_orm::{QueryResult, Value, prelude::Uuid};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::failed;

pub use dump::Dump;
pub(crate) use dump::names;
pub use fill::Fill;

/// A table's name and columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of a row's values.
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub holds: Holds,
}

/// What a column holds, whatever its engine calls that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// Ids.
    Uuid,
    /// Text.
    Text,
    /// Whole numbers of 64 bits.
    Integer,
    /// Floating-point numbers of 64 bits.
    Real,
    /// Bytes.
    Bytes,
    /// Yes or no.
    Boolean,
}

impl Holds {
    /// Reads the name that an engine has for a type.
    fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let has = |part: &str| name.contains(part);
        // `uuid_text` and `varbinary_blob` are what SQLite's tables are made with.
        Some(match () {
            () if name.starts_with("uuid") => Self::Uuid,
            () if has("blob") || has("binary") || has("bytea") => Self::Bytes,
            () if has("bool") => Self::Boolean,
            () if has("text") || has("char") => Self::Text,
            () if has("double") || has("real") => Self::Real,
            () if has("int") => Self::Integer,
            () => return None,
        })
    }

    /// A row's value as JSON.
    fn read(self, row: &QueryResult, index: usize) -> Result<Json> {
        Ok(match self {
            Self::Uuid => row.try_get_by_index::<Option<Uuid>>(index).map_err(failed)?.map(|id| id.to_string()).into(),
            Self::Text => row.try_get_by_index::<Option<String>>(index).map_err(failed)?.into(),
            Self::Integer => match row.try_get_by_index::<Option<i64>>(index) {
                Ok(number) => number.into(),
                // PostgreSQL tells its small integers from its large ones.
                Err(_) => row.try_get_by_index::<Option<i32>>(index).map_err(failed)?.into(),
            },
            Self::Real => row.try_get_by_index::<Option<f64>>(index).map_err(failed)?.into(),
            Self::Bytes => row
                .try_get_by_index::<Option<Vec<u8>>>(index)
                .map_err(failed)?
                .map(|bytes| BASE64_STANDARD.encode(bytes))
                .into(),
            Self::Boolean => row.try_get_by_index::<Option<bool>>(index).map_err(failed)?.into(),
        })
    }

    /// The reverse of `read`; nothing when it cannot be one of these.
    fn write(self, value: &Json) -> Option<Value> {
        let null = value.is_null();
        Some(match self {
            Self::Uuid if null => Value::Uuid(None),
            Self::Uuid => value.as_str()?.parse::<Uuid>().ok()?.into(),
            Self::Text if null => Value::String(None),
            Self::Text => value.as_str()?.into(),
            Self::Integer if null => Value::BigInt(None),
            Self::Integer => value.as_i64()?.into(),
            Self::Real if null => Value::Double(None),
            Self::Real => value.as_f64()?.into(),
            Self::Bytes if null => Value::Bytes(None),
            Self::Bytes => BASE64_STANDARD.decode(value.as_str()?).ok()?.into(),
            Self::Boolean if null => Value::Bool(None),
            Self::Boolean => value.as_bool()?.into(),
        })
    }
}

fn unknown_type(table: &str, column: &str, name: &str) -> Error {
    Error::internal(format!("the column {table}.{column} is of the type {name}, which cannot be copied"))
}
