//! The channels on which a customer can be contacted.

use base::{Error, Result};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use utoipa::ToSchema;

/// A way to a customer: those of the product's channels on which somebody can be spoken to first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactChannel {
    /// Mail to an address.
    Email,
    /// A text message to a telephone.
    Sms,
    /// A call.
    Phone,
    /// A notice on a telephone or tablet.
    Mobile,
    /// A message in a chat.
    Chat,
    /// A message on a social network.
    Social,
    /// Something that opens on a page while somebody is there.
    Web,
}

impl ContactChannel {
    /// All of them, in the order in which people are shown them.
    pub const ALL: [Self; 7] = [Self::Email, Self::Sms, Self::Phone, Self::Mobile, Self::Chat, Self::Social, Self::Web];

    /// These in the order of `ALL`; `None` where there is none of them, or one is there twice.
    pub(super) fn each_once(channels: &[Self]) -> Option<Vec<Self>> {
        let found: Vec<Self> = Self::ALL.into_iter().filter(|channel| channels.contains(channel)).collect();
        (!found.is_empty() && found.len() == channels.len()).then_some(found)
    }

    /// Its name in the database and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Phone => "phone",
            Self::Mobile => "mobile",
            Self::Chat => "chat",
            Self::Social => "social",
            Self::Web => "web",
        }
    }
}

impl fmt::Display for ContactChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ContactChannel {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|channel| channel.name() == text);
        found.ok_or_else(|| Error::invalid_field("channel", "unknown", format!("'{text}' is no channel")))
    }
}
