//! `[mail]` in `harken.toml`: through which server mail leaves, from whom, and signed with which key.

use base::{Error, Result};
use lettre::message::{
    dkim::{DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey},
    header::HeaderName,
};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// `[mail]`. Without `url`, mails are written into the folder `mail` of the data folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `smtps://host` (TLS from the first byte, port 465), `smtp://host` (STARTTLS or nothing is sent, port 587), or
    /// `smtp://host:25?tls=none` in a network that is trusted.
    pub url: Option<String>,
    /// As whom to log in there …
    pub user: Option<String>,
    /// … and a file with the password.
    pub password_file: Option<PathBuf>,
    /// Who writes: `Harken <harken@example.com>`.
    pub from: String,
    /// Who is answered, if that is somebody else.
    pub reply_to: Option<String>,
    /// Signs what leaves.
    pub dkim: Option<Dkim>,
}

impl Default for Settings {
    fn default() -> Self {
        let from = "Harken <harken@localhost.localdomain>".into();
        Self { url: None, user: None, password_file: None, from, reply_to: None, dkim: None }
    }
}

/// `[mail.dkim]`: DomainKeys Identified Mail (RFC 6376).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    /// The domain that signs: the one in `from`.
    pub domain: String,
    /// The key's name: its public half stands in the DNS under `<selector>._domainkey.<domain>`.
    pub selector: String,
    /// A file with the private key: PKCS#1 PEM for RSA, 32 bytes in base64 for Ed25519.
    pub key_file: PathBuf,
    /// How it signs.
    #[serde(default)]
    pub algorithm: DkimAlgorithm,
}

/// How DKIM signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DkimAlgorithm {
    /// RSA with SHA-256, which every receiver checks.
    #[default]
    Rsa,
    /// Ed25519 with SHA-256 (RFC 8463).
    Ed25519,
}

/// What is signed beside the body. One-click unsubscription counts only where its headers are (RFC 8058, section 4).
/// `Content-Type` is not: lettre keeps it with the parts, where its signer does not look.
const SIGNED: [&str; 9] = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];

impl Dkim {
    pub(super) fn read(&self) -> Result<DkimConfig> {
        let algorithm = match self.algorithm {
            DkimAlgorithm::Rsa => DkimSigningAlgorithm::Rsa,
            DkimAlgorithm::Ed25519 => DkimSigningAlgorithm::Ed25519,
        };
        let key = read("mail.dkim.key_file", &self.key_file)?;
        let key = DkimSigningKey::new(key.trim(), algorithm).map_err(|error| {
            let message = format!("{} holds no {algorithm} key: {error}", self.key_file.display());
            Error::invalid_field("mail.dkim.key_file", "wrong_type", message)
        })?;
        let relaxed = DkimCanonicalizationType::Relaxed;
        Ok(DkimConfig::new(
            self.selector.clone(),
            self.domain.clone(),
            key,
            SIGNED.map(HeaderName::new_from_ascii_str).into(),
            DkimCanonicalization { header: relaxed, body: relaxed },
        ))
    }
}

/// A secret's file, without the line end that editors leave.
pub(super) fn read(field: &str, path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| {
        Error::invalid_field(field, "unreadable", format!("{} cannot be read: {error}", path.display()))
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
