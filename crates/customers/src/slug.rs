//! Ids that people choose and that never change: what senders call a topic, what other segments call a segment.

use base::{Error, Result};

/// Reads an id of 1 to 60 small letters, digits, underscores and hyphens; `thing` is what it is the id of, and the field.
pub(crate) fn slug(thing: &str, text: &str) -> Result<String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    if !(1..=60).contains(&text.len()) || !text.bytes().all(plain) {
        let message = format!("a {thing}'s id has 1 to 60 small letters, digits, underscores and hyphens");
        return Err(Error::invalid_field(thing, "wrong_type", message));
    }
    Ok(text.to_owned())
}
