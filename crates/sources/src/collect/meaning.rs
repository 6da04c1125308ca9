//! What a tracked event's properties say in the signal's own fields: money, a score, a verbatim, a touchpoint.

use base::{Amount, FieldError, Result};
use serde_json::{Map, Value as Json};
use signals::Body;

use super::fields::wrong;
use crate::{currency::currency, scale};

/// The longest name of a touchpoint, in bytes.
const LONGEST_TOUCHPOINT: usize = 255;

/// Fills the body's own fields from its properties. The properties stay as they were sent, except for the verbatim,
/// which is moved: a person's words stand in one place.
pub(super) fn read(kind: &str, body: &mut Body) -> Result<(), FieldError> {
    body.amount = amount(&body.properties)?;
    if body.amount.is_some() {
        body.currency = stated_currency(&body.properties)?;
    }
    if let Some((scale, score)) = score(kind, &body.properties)? {
        (body.scale, body.score) = (Some(scale), Some(score));
    }
    body.text = verbatim(&mut body.properties);
    body.touchpoint = touchpoint(&body.properties)?;
    Ok(())
}

/// `properties.touchpoint`, where it is text.
pub(super) fn touchpoint(properties: &Map<String, Json>) -> Result<Option<String>, FieldError> {
    match properties.get("touchpoint").and_then(Json::as_str).map(str::trim) {
        Some(name) if name.len() > LONGEST_TOUCHPOINT => {
            Err(wrong("properties.touchpoint", "too_long", format!("a touchpoint may have {LONGEST_TOUCHPOINT} bytes")))
        }
        name => Ok(name.filter(|name| !name.is_empty()).map(str::to_owned)),
    }
}

/// `total`, else `revenue`: the Segment specification makes them money, so anything else is refused. `value` means many
/// things and is money only where it is a number.
fn amount(properties: &Map<String, Json>) -> Result<Option<Amount>, FieldError> {
    for name in ["total", "revenue"] {
        if let Some(value) = properties.get(name).filter(|value| !value.is_null()) {
            let amount = number_text(value).and_then(|text| text.parse().ok());
            let refuse = || {
                wrong(
                    format!("properties.{name}"),
                    "not_an_amount",
                    format!("{name} must be an amount of money such as 12.50"),
                )
            };
            return amount.map(Some).ok_or_else(refuse);
        }
    }
    Ok(properties.get("value").filter(|value| value.is_number()).and_then(|value| value.to_string().parse().ok()))
}

fn number_text(value: &Json) -> Option<String> {
    match value {
        Json::Number(number) => Some(number.to_string()),
        Json::String(text) => Some(text.clone()),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

fn stated_currency(properties: &Map<String, Json>) -> Result<Option<String>, FieldError> {
    let Some(stated) = properties.get("currency").filter(|value| !value.is_null()) else { return Ok(None) };
    let known = stated.as_str().and_then(currency);
    known.map(Some).ok_or_else(|| {
        wrong("properties.currency", "not_a_currency", "currency must be a code of ISO 4217 such as EUR")
    })
}

/// `scale` with `score`; else a property named `nps`, `csat`, `ces` or `ces2`; else, for a review, its `rating` in stars.
fn score(kind: &str, properties: &Map<String, Json>) -> Result<Option<(String, f64)>, FieldError> {
    let (name, field) = match properties.get("scale").and_then(Json::as_str) {
        Some(name) if properties.contains_key("score") => (name, "score"),
        _ => match ["nps", "csat", "ces", "ces2"]
            .into_iter()
            .find(|name| properties.get(*name).is_some_and(Json::is_number))
        {
            Some(name) => (name, name),
            None if kind == "review_posted" => ("stars", "rating"),
            None => return Ok(None),
        },
    };
    let Some(value) = properties.get(field).filter(|value| !value.is_null()) else { return Ok(None) };
    let path = || format!("properties.{field}");
    let number = number_text(value).and_then(|text| text.trim().parse().ok());
    let number = number.ok_or_else(|| wrong(path(), "not_a_number", format!("{field} must be a number")))?;
    let name = name.trim().to_lowercase();
    if name.is_empty() || name.len() > scale::LONGEST_NAME {
        return Err(wrong(
            "properties.scale",
            "too_long",
            format!("a scale is named in 1 to {} bytes", scale::LONGEST_NAME),
        ));
    }
    let score = scale::check(&name, number).map_err(|message| wrong(path(), "out_of_range", message))?;
    Ok(Some((name, score)))
}

/// A customer's own words: the first of `text`, `comment` and `review_body` that is text.
fn verbatim(properties: &mut Map<String, Json>) -> Option<String> {
    let spoken = |value: Option<&Json>| value.and_then(Json::as_str).is_some_and(|text| !text.trim().is_empty());
    let name = ["text", "comment", "review_body"].into_iter().find(|name| spoken(properties.get(*name)))?;
    match properties.remove(name) {
        Some(Json::String(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_from(kind: &str, properties: &Json) -> Result<Body, FieldError> {
        let mut body = Body { properties: properties.as_object().unwrap().clone(), ..Body::default() };
        read(kind, &mut body).map(|()| body)
    }

    #[test]
    fn an_order_has_its_total_in_its_currency() {
        let body = read_from("order_completed", &json!({"total": 27.5, "revenue": 25, "currency": "usd"})).unwrap();
        assert_eq!((body.amount.unwrap().to_string().as_str(), body.currency.as_deref()), ("27.50", Some("USD")));
        assert_eq!(body.properties["total"], 27.5);
        let body = read_from("lead_scored", &json!({"value": "high", "currency": "?"})).unwrap();
        assert_eq!((body.amount, body.currency), (None, None));
        for (properties, field, reason) in [
            (json!({"total": "a lot"}), "properties.total", "not_an_amount"),
            (json!({"revenue": 1e300}), "properties.revenue", "not_an_amount"),
            (json!({"revenue": 3, "currency": "EURO"}), "properties.currency", "not_a_currency"),
        ] {
            let error = read_from("order_completed", &properties).unwrap_err();
            assert_eq!((error.field.as_str(), error.reason.as_str()), (field, reason));
        }
    }

    #[test]
    fn an_answer_has_its_score_on_its_scale() {
        let of = |kind, properties: Json| read_from(kind, &properties).map(|body| (body.scale, body.score));
        assert_eq!(
            of("survey_answered", json!({"scale": "CSAT", "score": "4"})),
            Ok((Some("csat".to_owned()), Some(4.0)))
        );
        assert_eq!(of("survey_answered", json!({"nps": 0})), Ok((Some("nps".to_owned()), Some(0.0))));
        assert_eq!(of("review_posted", json!({"rating": 4.5})), Ok((Some("stars".to_owned()), Some(4.5))));
        assert_eq!(of("product_viewed", json!({"rating": 4.5})), Ok((None, None)));
        assert_eq!(of("survey_answered", json!({"nps": 11})).unwrap_err().reason, "out_of_range");
        assert_eq!(of("survey_answered", json!({"scale": "nps", "score": []})).unwrap_err().reason, "not_a_number");
    }

    #[test]
    fn a_persons_words_are_moved_not_copied() {
        let body =
            read_from("review_posted", &json!({"comment": "Arrived late", "text": " ", "touchpoint": "delivery"}))
                .unwrap();
        assert_eq!((body.text.as_deref(), body.touchpoint.as_deref()), (Some("Arrived late"), Some("delivery")));
        assert_eq!(Json::Object(body.properties), json!({"text": " ", "touchpoint": "delivery"}));
    }
}
