//! Properties: one path is read from the JSON text, the rest of it is skipped without being built.

use base::{Field, filter::Value};
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, StringViewBuilder},
        datatypes::DataType,
    },
    logical_expr::ScalarUDF,
};
use memchr::memmem::Finder;
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use std::{borrow::Cow, fmt, sync::Arc};

use super::unary;

/// A property as a text whose first letter is its type, so that `1`, `'1'` and `true` make different groups.
pub(crate) fn tagged(path: &[String]) -> ScalarUDF {
    let reader = Reader::new(path);
    unary(shown("property", path), DataType::Utf8View, DataType::Utf8View, move |texts: &ArrayRef| {
        let texts = texts.as_string_view();
        let mut builder = StringViewBuilder::with_capacity(texts.len());
        let mut buffer = String::new();
        for text in texts {
            match text.and_then(|text| reader.read(text)) {
                Some(value) => {
                    buffer.clear();
                    value.tag(&mut buffer);
                    builder.append_value(&buffer);
                }
                None => builder.append_null(),
            }
        }
        Ok(Arc::new(builder.finish()))
    })
}

/// What `tagged` made of a value, as a value again.
pub(crate) fn untagged(tagged: &str) -> Option<Value> {
    let (tag, rest) = tagged.split_at_checked(1)?;
    match tag {
        "t" => Some(Value::Text(rest.to_owned())),
        "n" => u64::from_str_radix(rest, 16).ok().map(|bits| Value::Number(f64::from_bits(bits))),
        "b" => Some(Value::Bool(rest == "1")),
        _ => None,
    }
}

/// A property, where it is a number.
pub(crate) fn number(path: &[String]) -> ScalarUDF {
    let reader = Reader::new(path);
    unary(shown("number", path), DataType::Utf8View, DataType::Float64, move |texts: &ArrayRef| {
        let number = |text: Option<&str>| match reader.read(text?)? {
            Scalar::Number(number) => Some(number),
            Scalar::Text(_) | Scalar::Bool(_) => None,
        };
        Ok(Arc::new(texts.as_string_view().iter().map(number).collect::<Float64Array>()))
    })
}

/// Whether a property is there and passes a test. Never null.
pub(crate) fn passes(shown: &str, path: &[String], test: impl Fn(Value) -> bool + Send + Sync + 'static) -> ScalarUDF {
    let reader = Reader::new(path);
    unary(shown, DataType::Utf8View, DataType::Boolean, move |texts: &ArrayRef| {
        let passes =
            |text: Option<&str>| text.and_then(|text| reader.read(text)).is_some_and(|value| test(value.into()));
        Ok(Arc::new(texts.as_string_view().iter().map(|text| Some(passes(text))).collect::<BooleanArray>()))
    })
}

/// A function's name in plans. Columns of the same name are taken for the same, so different paths look different.
fn shown(function: &str, path: &[String]) -> String {
    format!("{function}({})", Field::Property(path.to_vec()))
}

/// Reads one path from JSON objects.
struct Reader {
    path: Vec<String>,
    /// The last key as it stands in the text; most objects that lack it need not be parsed.
    last_key: Finder<'static>,
}

/// A scalar found in JSON.
#[derive(Debug, PartialEq)]
enum Scalar<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    Bool(bool),
}

impl Reader {
    fn new(path: &[String]) -> Self {
        // The text was written by the same library, so a key in it looks as that library writes it.
        let last = path.last().and_then(|key| serde_json::to_string(key).ok()).unwrap_or_default();
        Self { path: path.to_vec(), last_key: Finder::new(last.as_bytes()).into_owned() }
    }

    /// The scalar at the path; `None` for null, lists, objects and whatever is not there.
    fn read<'a>(&self, json: &'a str) -> Option<Scalar<'a>> {
        self.last_key.find(json.as_bytes())?;
        let mut input = serde_json::Deserializer::from_str(json);
        Seek(&self.path).deserialize(&mut input).ok().flatten()
    }
}

/// Looks for what is left of a path in the value that comes next.
struct Seek<'p>(&'p [String]);

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = Option<Scalar<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = Option<Scalar<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Some((wanted, rest)) = self.0.split_first() else {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(None);
        };
        let mut found = None;
        while let Some(is_wanted) = map.next_key_seed(Key(wanted))? {
            if is_wanted {
                // Of keys that repeat the last counts, as when the whole object is built.
                found = map.next_value_seed(Seek(rest))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(self.here(Scalar::Text(Cow::Borrowed(text))))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.here(Scalar::Text(Cow::Owned(text.to_owned()))))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(self.here(Scalar::Number(number as f64)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(self.here(Scalar::Number(number as f64)))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(self.here(Scalar::Number(number)))
    }

    fn visit_bool<E: Error>(self, bool: bool) -> Result<Self::Value, E> {
        Ok(self.here(Scalar::Bool(bool)))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

impl Seek<'_> {
    fn here<'de>(&self, scalar: Scalar<'de>) -> Option<Scalar<'de>> {
        self.0.is_empty().then_some(scalar)
    }
}

/// Whether the key that comes next is this one.
struct Key<'p>(&'p str);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<bool, D::Error> {
        input.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

impl Scalar<'_> {
    fn tag(&self, into: &mut String) {
        use fmt::Write;
        // Writing to a string cannot fail. Adding zero makes one group of 0 and −0, which are equal.
        let _ = match self {
            Self::Text(text) => write!(into, "t{text}"),
            Self::Number(number) => write!(into, "n{:x}", (number + 0.0).to_bits()),
            Self::Bool(bool) => write!(into, "b{}", u8::from(*bool)),
        };
    }
}

impl From<Scalar<'_>> for Value {
    fn from(scalar: Scalar<'_>) -> Self {
        match scalar {
            Scalar::Text(text) => Self::Text(text.into_owned()),
            Scalar::Number(number) => Self::Number(number),
            Scalar::Bool(bool) => Self::Bool(bool),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Map, Value as Json, json};

    fn path(text: &str) -> Vec<String> {
        text.split('/').map(str::to_owned).collect()
    }

    fn read(json: &Json, at: &str) -> Option<Value> {
        Reader::new(&path(at)).read(&json.to_string()).map(Value::from)
    }

    #[test]
    fn one_path_is_read_with_its_type() {
        let json = json!({"plan": "pro \"x\" ü", "days": 3, "big": u64::MAX, "late": false, "none": null,
            "address": {"city": "São Paulo", "plan": {"plan": 1.5}}, "tags": ["plan"], "a.b": "dotted"});
        assert_eq!(read(&json, "plan"), Some(Value::Text("pro \"x\" ü".into())));
        assert_eq!(read(&json, "days"), Some(Value::Number(3.0)));
        assert_eq!(read(&json, "big"), Some(Value::Number(u64::MAX as f64)));
        assert_eq!(read(&json, "late"), Some(Value::Bool(false)));
        assert_eq!(read(&json, "address/city"), Some(Value::Text("São Paulo".into())));
        assert_eq!(read(&json, "address/plan/plan"), Some(Value::Number(1.5)));
        assert_eq!(read(&json, "a.b"), Some(Value::Text("dotted".into())));
        for absent in ["none", "tags", "address", "city", "address/plan", "plan/x", "tags/plan", "a/b"] {
            assert_eq!(read(&json, absent), None, "{absent}");
        }
    }

    #[test]
    fn of_repeated_keys_the_last_counts() {
        assert_eq!(Reader::new(&path("a/b")).read(r#"{"a":{"b":1},"a":{"c":"b"}}"#), None);
        assert_eq!(Reader::new(&path("a")).read(r#"{"a":1,"a":"x"}"#), Some(Scalar::Text("x".into())));
    }

    #[test]
    fn tags_keep_types_apart_and_read_back() {
        let values = [
            Value::Text("1".into()),
            Value::Number(1.0),
            Value::Bool(true),
            Value::Text(String::new()),
            Value::Number(-0.5),
        ];
        let tags = values.clone().map(|value| {
            let mut text = String::new();
            match value {
                Value::Text(text) => Scalar::Text(text.into()),
                Value::Number(number) => Scalar::Number(number),
                Value::Bool(bool) => Scalar::Bool(bool),
                Value::Time(_) => unreachable!("not JSON"),
            }
            .tag(&mut text);
            text
        });
        assert_eq!(tags.clone().map(|tag| untagged(&tag).unwrap()), values);
        assert_eq!(std::collections::BTreeSet::from(tags).len(), values.len());
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            "[ab\"\\\\é\n]{0,3}".prop_map(Json::from),
        ];
        leaf.prop_recursive(3, 20, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
                prop::collection::btree_map("[ab\"é]{0,2}", inner, 0..3)
                    .prop_map(|map| Json::Object(map.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #[test]
        fn reading_one_path_equals_building_the_whole(json in any_json(), at in prop::collection::vec("[ab\"é]{0,2}", 1..3)) {
            let text = json.to_string();
            // Some floats print so that they read back one bit off; the text is what both readers start from.
            let json: Json = serde_json::from_str(&text).unwrap();
            let built = at.iter().try_fold(&json, |value, key| value.as_object()?.get(key)).and_then(signals::scalar);
            prop_assert_eq!(Reader::new(&at).read(&text).map(Value::from), built);
        }
    }
}
