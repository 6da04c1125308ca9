//! Files that hold a secret: what their owner alone can read.

use base::{Error, Result};
use secrecy::SecretString;
use std::{fs::File, io::Read, os::unix::fs::MetadataExt, path::Path};

/// Reads a secret from a file that nobody but its owner may read or change; `what` names it for people. The white space
/// around it is not part of it.
pub fn read_secret(path: &Path, what: &str) -> Result<SecretString> {
    let refused = |why: &str| Error::invalid(format!("{what} in {} is not used: {why}", path.display()));
    let mut file = File::open(path).map_err(|error| refused(&error.to_string()))?;
    let metadata = file.metadata().map_err(|error| refused(&error.to_string()))?;
    if metadata.mode() & 0o077 != 0 {
        return Err(refused("others than its owner may read or change it; `chmod 600` it"));
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(|error| refused(&error.to_string()))?;
    Ok(SecretString::from(text.trim()))
}
