//! Identities in one spelling, so that the same e-mail address from two sources points to the same customer.

use signals::Identity;

/// The longest value of an identity, in bytes.
pub(crate) const LONGEST: usize = 255;

/// What broken clients send where they know nobody. Taken as an identity it would merge everybody into one customer.
const NOBODY: [&str; 7] =
    ["null", "undefined", "nan", "none", "nil", "[object object]", "00000000-0000-0000-0000-000000000000"];

/// Why a value cannot be an identity.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// Empty, or a placeholder such as `undefined`: nobody is meant.
    Nobody,
    /// More than `LONGEST` bytes.
    TooLong,
}

/// One spelling for each kind: e-mail addresses in lower case; telephone numbers as their digits after a leading `+`
/// where one was written; everything else without surrounding white space.
pub(crate) fn identity(kind: &str, value: &str) -> Result<Identity, Unusable> {
    let trimmed = value.trim();
    let value = match kind {
        "email" => trimmed.to_lowercase(),
        "phone" => phone(trimmed),
        _ => trimmed.to_owned(),
    };
    if value.is_empty() || NOBODY.iter().any(|nobody| value.eq_ignore_ascii_case(nobody)) {
        return Err(Unusable::Nobody);
    }
    if value.len() > LONGEST {
        return Err(Unusable::TooLong);
    }
    Ok(Identity { kind: kind.to_owned(), value })
}

/// Digits only, E.164's `+` kept; `00` at the front means the same `+`.
fn phone(written: &str) -> String {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    match (written.starts_with('+'), digits.strip_prefix("00")) {
        (true, _) if !digits.is_empty() => format!("+{digits}"),
        (false, Some(rest)) if !rest.is_empty() => format!("+{rest}"),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_spelled_one_way() {
        let value = |kind, value| identity(kind, value).map(|identity| identity.value);
        assert_eq!(value("email", " Ada@Example.ORG "), Ok("ada@example.org".to_owned()));
        assert_eq!(value("phone", "+49 (30) 123-45"), value("phone", "0049 3012345"));
        assert_eq!(value("user_id", " Ada "), Ok("Ada".to_owned()));
    }

    #[test]
    fn placeholders_of_broken_clients_are_nobody() {
        for value in ["", "  ", "undefined", "NULL", "[object Object]"] {
            assert_eq!(identity("user_id", value), Err(Unusable::Nobody), "{value}");
        }
        assert_eq!(identity("phone", "unknown"), Err(Unusable::Nobody));
        assert_eq!(identity("user_id", &"x".repeat(256)), Err(Unusable::TooLong));
    }
}
