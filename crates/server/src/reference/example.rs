//! An example of a shape: what it says itself, and plain values where it says nothing.

use serde_json::{Map, Value as Json, json};

/// Shapes within shapes; one that holds itself ends here.
const DEEPEST: usize = 6;

/// An example of a schema. What is optional and has no example of its own is left out.
pub(super) fn example(schema: &Json, document: &Json) -> Json {
    of(schema, document, 0)
}

fn of(schema: &Json, document: &Json, depth: usize) -> Json {
    let schema = resolve(schema, document);
    let said = schema.get("example").or_else(|| schema.get("examples")?.get(0)).or_else(|| schema.get("default"));
    if let Some(example) = said.or_else(|| schema.get("enum")?.get(0)).or_else(|| schema.get("const")) {
        return example.clone();
    }
    if depth >= DEEPEST {
        return Json::Null;
    }
    for either in ["oneOf", "anyOf"] {
        let options = schema.get(either).and_then(Json::as_array).into_iter().flatten();
        if let Some(option) = options.into_iter().find(|option| option["type"] != "null") {
            return of(option, document, depth + 1);
        }
    }
    if let Some(parts) = schema.get("allOf").and_then(Json::as_array) {
        let all = parts.iter().map(|part| of(part, document, depth + 1));
        let fields = all.filter_map(|part| part.as_object().cloned()).flatten();
        return Json::Object(fields.collect());
    }
    match (kind(schema), schema["format"].as_str()) {
        ("object", _) => Json::Object(fields(schema, document, depth)),
        ("array", _) => json!([of(&schema["items"], document, depth + 1)]),
        ("integer", _) => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        ("number", _) => json!(1.5),
        ("boolean", _) => json!(true),
        ("string", Some("uuid")) => json!("0198c7f0-5a1e-7c32-9d4b-3f6a2b1c0d9e"),
        ("string", Some("date-time")) => json!("2026-03-02T09:00:00Z"),
        ("string", _) => json!("text"),
        _ => Json::Null,
    }
}

fn fields(schema: &Json, document: &Json, depth: usize) -> Map<String, Json> {
    let required = schema["required"].as_array();
    let needed = |name: &str, field: &Json| {
        let required = required.is_some_and(|names| names.iter().any(|needed| needed == name));
        required || field.get("example").is_some() || field.get("examples").is_some()
    };
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .filter(|(name, field)| needed(name, field))
        .map(|(name, field)| (name.clone(), of(field, document, depth + 1)))
        .collect()
}

/// A schema's type; of several the first that is not null.
pub(super) fn kind(schema: &Json) -> &str {
    match &schema["type"] {
        Json::String(kind) => kind,
        Json::Array(kinds) => kinds.iter().filter_map(Json::as_str).find(|kind| *kind != "null").unwrap_or_default(),
        _ if schema.get("properties").is_some() => "object",
        _ => "",
    }
}

/// The schema behind a reference.
pub(super) fn resolve<'a>(schema: &'a Json, document: &'a Json) -> &'a Json {
    let target = schema["$ref"].as_str().and_then(|target| document.pointer(target.trim_start_matches('#')));
    target.unwrap_or(schema)
}
