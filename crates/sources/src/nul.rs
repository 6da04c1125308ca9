//! U+0000, which PostgreSQL cannot store; both databases refuse what one of them must.

use serde_json::Value as Json;

/// What is said of it.
pub(crate) const MESSAGE: &str = "text may not contain the character U+0000";

/// The path of the first U+0000 in a value or in the names inside it, `name` being its own.
///
/// Recursive: callers bound the depth before.
pub(crate) fn find(name: &str, value: &Json) -> Option<String> {
    if name.contains('\0') {
        return Some(name.replace('\0', "\u{fffd}"));
    }
    let inside = match value {
        Json::String(text) => return text.contains('\0').then(|| name.to_owned()),
        Json::Array(list) => list.iter().enumerate().find_map(|(index, value)| find(&index.to_string(), value)),
        Json::Object(object) => object.iter().find_map(|(name, value)| find(name, value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => None,
    };
    inside.map(|path| format!("{name}.{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_one_is_found_wherever_it_hides() {
        assert_eq!(find("a", &json!({"b": [1, "x\u{0}"]})), Some("a.b.1".to_owned()));
        assert_eq!(find("a", &json!({"b\u{0}": 1})), Some("a.b\u{fffd}".to_owned()));
        assert_eq!(find("a", &json!({"b": ["\\u0000", null]})), None);
    }
}
