//! What a tracker says about the situation: kept for the analyst, without the address of the machine.

use serde_json::{Map, Value as Json};

/// The event's own context, its gaps filled from the batch's. The IP address is dropped: it identifies a person and
/// answers no question of ours.
pub(super) fn merge(mut own: Map<String, Json>, shared: &Map<String, Json>) -> Map<String, Json> {
    for (name, value) in shared {
        own.entry(name.as_str()).or_insert_with(|| value.clone());
    }
    own.remove("ip");
    own
}

/// The channels that a signal may name.
pub(crate) const CHANNELS: [&str; 10] =
    ["web", "mobile", "email", "sms", "chat", "phone", "social", "review", "store", "device"];

/// Where it happened: what the event itself says, in its properties or beside them, else what its library runs on. A
/// server's library says nothing about where the customer was.
pub(super) fn channel(stated: [Option<&str>; 2], context: &Map<String, Json>) -> Option<String> {
    let known = |name: &str| {
        CHANNELS.iter().find(|channel| name.eq_ignore_ascii_case(channel)).map(|channel| (*channel).to_owned())
    };
    stated
        .into_iter()
        .flatten()
        .find_map(known)
        .or_else(|| of_library(context.get("library")?.get("name")?.as_str()?).map(str::to_owned))
}

fn of_library(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let runs_on = |libraries: &[&str]| libraries.iter().any(|library| name.contains(library));
    if runs_on(&["ios", "swift", "cocoa", "android", "kotlin", "react-native", "react_native", "flutter", "unity"]) {
        return Some("mobile");
    }
    (runs_on(&["analytics.js", "analytics-next", "javascript", "rudderlabs js", "rudder-sdk-js"])).then_some("web")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_address_is_dropped_and_the_event_knows_better_than_its_batch() {
        let own = json!({"ip": "203.0.113.7", "locale": "de-DE"});
        let shared = json!({"locale": "en", "timezone": "Europe/Berlin", "ip": "203.0.113.8"});
        let merged = merge(own.as_object().unwrap().clone(), shared.as_object().unwrap());
        assert_eq!(Json::Object(merged), json!({"locale": "de-DE", "timezone": "Europe/Berlin"}));
    }

    #[test]
    fn the_channel_is_what_is_stated_or_what_the_library_runs_on() {
        let library = |name: &str| json!({"library": {"name": name}}).as_object().unwrap().clone();
        assert_eq!(channel([Some("Email"), None], &library("analytics.js")).as_deref(), Some("email"));
        assert_eq!(channel([None, Some("server")], &library("analytics-python")), None);
        for (name, expected) in
            [("analytics.js", Some("web")), ("analytics-kotlin", Some("mobile")), ("@segment/analytics-node", None)]
        {
            assert_eq!(channel([None, None], &library(name)).as_deref(), expected, "{name}");
        }
    }
}
