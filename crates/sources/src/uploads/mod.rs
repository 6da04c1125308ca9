//! Uploads: files that people send in pieces. They lie in the data folder, under their ids, until an import has read them or
//! nobody wanted them for a day.

mod http;
mod store;

use base::{Error, Result, Timestamp};
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use utoipa::ToSchema;

use crate::{Sources, import::Input};

pub(crate) use http::routes;
pub(crate) use store::{hold, ids_in, release};

/// Where files are kept, and how large they may be.
#[derive(Clone, Debug)]
pub struct FileSettings {
    /// The data folder.
    pub folder: PathBuf,
    /// The largest file in bytes.
    pub largest: u64,
}

/// A file that was sent, or of which some pieces were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Upload {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    #[schema(value_type = String, example = "orders.csv")]
    pub name: FileName,
    /// How many bytes it has.
    pub bytes: u64,
    /// How many of them are here: the next piece begins there.
    pub received: u64,
    /// When it was announced.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it is forgotten, unless somebody uses it until then.
    #[schema(value_type = String, format = DateTime)]
    pub forgotten_at: Timestamp,
}

/// A file that is to be sent.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUpload {
    /// Its name, without any folder: by it the map knows the file, and its ending tells the format.
    #[schema(value_type = String, min_length = 1, max_length = 100, pattern = r"^[^/\\\x00-\x1f\x7f]+$", example = "orders.csv")]
    name: FileName,
    /// How many bytes it has.
    #[schema(minimum = 1, example = 48)]
    bytes: u64,
}

/// What somebody calls a file: text, and never a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct FileName(String);

impl FileName {
    const LONGEST: usize = 100;
}

impl TryFrom<String> for FileName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let length = name.chars().count();
        if !(1..=Self::LONGEST).contains(&length) {
            return Err(format!("a file's name has 1 to {} characters", Self::LONGEST));
        }
        if name.chars().any(|letter| letter == '/' || letter == '\\' || letter.is_ascii_control()) {
            return Err("a file's name has no folder in it, and no control character".into());
        }
        Ok(Self(name))
    }
}

impl AsRef<str> for FileName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Upload {
    /// How long it is kept when nobody uses it.
    const KEPT: i64 = Timestamp::DAY;

    /// It as what an import reads; an error while pieces are missing.
    pub(crate) fn input(&self, folder: &Path) -> Result<Input> {
        let name = self.name.as_ref();
        if self.received < self.bytes {
            let message =
                format!("of '{name}' {} of {} bytes are here; send the rest first", self.received, self.bytes);
            return Err(Error::conflict(message));
        }
        let path = place(folder, self.id);
        if !path.is_file() {
            return Err(Error::gone(format!("'{name}' is no longer here; send it again")));
        }
        Ok(Input::uploaded(name.to_owned(), path))
    }
}

/// Where a file lies: under its id, whatever it is called.
fn place(folder: &Path, id: Uuid) -> PathBuf {
    folder.join("uploads").join(id.to_string())
}

impl Sources {
    fn place(&self, id: Uuid) -> PathBuf {
        place(&self.files.folder, id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_s_name_is_text_and_never_a_path() {
        for good in ["orders.csv", "Bestellungen März (2).csv", "..", "=cmd|x.csv", "订单.parquet"] {
            assert!(FileName::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", "../orders.csv", "a\\b.csv", "a\0.csv", "a\n.csv", &"x".repeat(101)] {
            assert!(FileName::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
        let place = place(Path::new("/data"), Uuid::nil());
        assert_eq!(place, Path::new("/data/uploads/00000000-0000-0000-0000-000000000000"));
    }
}
