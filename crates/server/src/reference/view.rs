//! What the page shows, taken from the description.

use serde::Serialize;
use serde_json::Value as Json;

use super::example::{example, kind, resolve};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The whole page.
#[derive(Serialize)]
pub(super) struct View {
    title: String,
    version: String,
    about: String,
    rooms: Vec<Room>,
    shapes: Vec<Shape>,
}

#[derive(Serialize)]
struct Room {
    name: String,
    about: String,
    operations: Vec<Operation>,
}

#[derive(Serialize)]
struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    about: String,
    callers: Vec<String>,
    parameters: Vec<Field>,
    body: Option<Body>,
    answers: Vec<Answer>,
    curl: String,
}

#[derive(Serialize)]
struct Field {
    name: String,
    place: String,
    shape: Type,
    required: bool,
    about: String,
}

/// A type in words; `of` is the shape it is made of, if it has a name.
#[derive(Serialize)]
struct Type {
    words: String,
    of: Option<String>,
    rules: String,
}

#[derive(Serialize)]
struct Body {
    shape: Type,
    fields: Vec<Field>,
    example: String,
}

#[derive(Serialize)]
struct Answer {
    status: String,
    about: String,
    shape: Option<Type>,
}

#[derive(Serialize)]
struct Shape {
    name: String,
    about: String,
    shape: Type,
    fields: Vec<Field>,
}

/// Takes the page from a description.
pub(super) fn view(document: &Json) -> View {
    let rooms = document["tags"].as_array().into_iter().flatten().map(|tag| Room {
        name: text(&tag["name"]),
        about: text(&tag["description"]),
        operations: operations(document, &tag["name"]),
    });
    let shapes = document["components"]["schemas"].as_object().into_iter().flatten().map(|(name, schema)| Shape {
        name: name.clone(),
        about: text(&schema["description"]),
        shape: words(schema),
        fields: fields(schema, document),
    });
    View {
        title: text(&document["info"]["title"]),
        version: text(&document["info"]["version"]),
        about: text(&document["info"]["description"]),
        rooms: rooms.collect(),
        shapes: shapes.collect(),
    }
}

fn operations(document: &Json, tag: &Json) -> Vec<Operation> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, item)| METHODS.iter().map(move |method| (path, *method, &item[*method])));
    let of_room = all.filter(|(_, _, operation)| operation["tags"].as_array().is_some_and(|tags| tags.contains(tag)));
    of_room.map(|(path, method, described)| operation(document, path, method, described)).collect()
}

fn operation(document: &Json, path: &str, method: &str, described: &Json) -> Operation {
    let parameters = described["parameters"].as_array().into_iter().flatten();
    let body = described["requestBody"]["content"].as_object().and_then(|content| content.values().next());
    let body = body.map(|content| {
        let schema = &content["schema"];
        let example = content.get("example").cloned().unwrap_or_else(|| example(schema, document));
        (schema, example)
    });
    let answers = described["responses"].as_object().into_iter().flatten().map(|(status, answer)| Answer {
        status: status.clone(),
        about: text(&answer["description"]),
        shape: answer["content"]
            .as_object()
            .and_then(|content| content.values().next())
            .map(|content| words(&content["schema"])),
    });
    Operation {
        id: text(&described["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&described["summary"]),
        about: text(&described["description"]),
        callers: callers(described),
        parameters: parameters
            .map(|parameter| Field {
                name: text(&parameter["name"]),
                place: text(&parameter["in"]),
                shape: words(&parameter["schema"]),
                required: parameter["required"] == true,
                about: text(&parameter["description"]),
            })
            .collect(),
        curl: curl(path, method, described, body.as_ref().map(|(_, example)| example)),
        body: body.map(|(schema, example)| Body {
            shape: words(schema),
            fields: fields(resolve(schema, document), document),
            example: serde_json::to_string_pretty(&example).unwrap_or_default(),
        }),
        answers: answers.collect(),
    }
}

/// Who may ask, one line for each way.
fn callers(described: &Json) -> Vec<String> {
    let ways = described["security"].as_array().into_iter().flatten();
    ways.flat_map(|way| {
        let way = way.as_object().cloned().unwrap_or_default();
        if way.is_empty() {
            return vec!["Anybody".to_owned()];
        }
        way.into_iter()
            .map(|(scheme, scopes)| {
                let scopes: Vec<&str> = scopes.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
                let who = match scheme.as_str() {
                    "session" => "A person who is logged in",
                    "key" => "An API key",
                    "write_key" => "A write key",
                    other => other,
                };
                if scopes.is_empty() { who.to_owned() } else { format!("{who} with `{}`", scopes.join("`, `")) }
            })
            .collect()
    })
    .collect()
}

fn fields(schema: &Json, document: &Json) -> Vec<Field> {
    let parts = schema["allOf"].as_array().into_iter().flatten().map(|part| resolve(part, document));
    let all = std::iter::once(schema).chain(parts);
    all.flat_map(|schema| {
        let required = schema["required"].as_array();
        let properties = schema["properties"].as_object().into_iter().flatten();
        properties.map(move |(name, field)| Field {
            name: name.clone(),
            place: String::new(),
            shape: words(field),
            required: required.is_some_and(|names| names.iter().any(|needed| needed == name)),
            about: text(&field["description"]),
        })
    })
    .collect()
}

/// A schema in words: `list of Member`, `string (uuid)`, `one of owner, admin`.
fn words(schema: &Json) -> Type {
    if let Some(name) = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next()) {
        return Type { words: name.to_owned(), of: Some(name.to_owned()), rules: String::new() };
    }
    for either in ["oneOf", "anyOf", "allOf"] {
        let mut options = schema[either].as_array().into_iter().flatten().filter(|option| option["type"] != "null");
        if let Some(option) = options.next() {
            let first = words(option);
            let others = options.map(|option| format!(" or {}", words(option).words)).collect::<String>();
            return Type { words: if either == "allOf" { first.words } else { first.words + &others }, ..first };
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> =
            values.iter().map(|value| value.as_str().map_or(value.to_string(), str::to_owned)).collect();
        return Type { words: format!("one of {}", values.join(", ")), of: None, rules: String::new() };
    }
    let (name, of) = match kind(schema) {
        "array" => {
            let item = words(&schema["items"]);
            (format!("list of {}", item.words), item.of)
        }
        "" => ("anything".to_owned(), None),
        kind => (kind.to_owned(), None),
    };
    let format = schema["format"].as_str().map(|format| format!(" ({format})"));
    Type { words: name + &format.unwrap_or_default(), of, rules: rules(schema) }
}

fn rules(schema: &Json) -> String {
    let rule = |name: &str, before: &str, after: &str| {
        schema
            .get(name)
            .filter(|value| !value.is_null())
            .map(|value| format!("{before}{}{after}", value.as_str().map_or(value.to_string(), str::to_owned)))
    };
    let rules = [
        rule("minLength", "at least ", " characters"),
        rule("maxLength", "at most ", " characters"),
        rule("minimum", "at least ", ""),
        rule("maximum", "at most ", ""),
        rule("minItems", "at least ", " items"),
        rule("maxItems", "at most ", " items"),
        rule("pattern", "of the form ", ""),
        rule("default", "", " if it is left out"),
    ];
    rules.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The same request at a terminal.
fn curl(path: &str, method: &str, described: &Json, body: Option<&Json>) -> String {
    let mut lines =
        vec![if method == "get" { "curl".to_owned() } else { format!("curl -X {}", method.to_uppercase()) }];
    let ways: Vec<&Json> = described["security"].as_array().into_iter().flatten().collect();
    if ways.iter().any(|way| way.get("key").is_some()) {
        lines.push(r#"-H "Authorization: Bearer $HARKEN_KEY""#.to_owned());
    } else if ways.iter().any(|way| way.get("write_key").is_some()) {
        lines.push(r#"-u "$HARKEN_WRITE_KEY:""#.to_owned());
    } else if ways.iter().any(|way| way.get("session").is_some()) {
        lines.push(r#"-b "$HARKEN_COOKIES" -H "Origin: $HARKEN_URL""#.to_owned());
    }
    if let Some(body) = body {
        lines.push("-H 'Content-Type: application/json'".to_owned());
        lines.push(format!("-d '{}'", body.to_string().replace('\'', r"'\''")));
    }
    lines.push(format!(r#""$HARKEN_URL{path}""#));
    lines.join(" \\\n  ")
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
