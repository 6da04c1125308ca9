//! The events that are sent: about 400 bytes each, as a shop's web page sends them.

use std::fmt::Write;

/// So many people take turns, as a site has many more events than visitors.
const VISITORS: u64 = 20_000;

/// One event of the Segment protocol, without the type that a batch adds.
fn fields(id: &str, number: u64) -> String {
    let visitor = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % VISITORS;
    format!(
        r#""messageId":"{id}","userId":"u{visitor}","anonymousId":"a{visitor}","event":"Product Viewed","context":{{"library":{{"name":"bench","version":"1"}},"page":{{"path":"/products/{product}","url":"https://shop.example/products/{product}","title":"A page"}},"locale":"de-DE"}},"properties":{{"product_id":"p{product}","name":"Polaris rain jacket","category":"jackets","price":189.90,"currency":"EUR","touchpoint":"product","position":{position}}}"#,
        product = number % 500,
        position = number % 12,
    )
}

/// The body of `POST /v1/track`.
pub fn single(id: &str, number: u64) -> String {
    format!("{{{}}}", fields(id, number))
}

/// The body of `POST /v1/batch` with `size` events; their ids are numbered from `{id}.0`.
pub fn batch(id: &str, number: u64, size: u64) -> String {
    let mut body = String::with_capacity(450 * size as usize);
    body.push_str(r#"{"batch":["#);
    for place in 0..size {
        let separator = if place == 0 { "" } else { "," };
        let fields = fields(&format!("{id}.{place}"), number * size + place);
        // Writing to a string cannot fail.
        let _ = write!(body, r#"{separator}{{"type":"track",{fields}}}"#);
    }
    body.push_str("]}");
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn an_event_is_json_of_about_400_bytes() {
        let body = single("bench-1-1", 42);
        assert!((380..460).contains(&body.len()), "{}", body.len());
        let event: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(event["messageId"], "bench-1-1");
    }

    #[test]
    fn a_batch_has_ids_of_its_own() {
        let batch: Value = serde_json::from_str(&batch("b", 7, 50)).unwrap();
        let events = batch["batch"].as_array().unwrap();
        assert_eq!((events.len(), &events[49]["messageId"]), (50, &Value::from("b.49")));
    }
}
