//! One event of the Segment specification as a draft of a signal. Pure: the clock and the random id are passed in.

use base::{FieldError, Result, Timestamp, Zone};
use serde_json::{Map, Value as Json};
use signals::{Body, Draft, Identity};

use super::{
    context,
    envelope::Shared,
    fields::{Fields, wrong},
    kinds, meaning,
};
use crate::{
    identity::{LONGEST, Unusable, identity},
    moment,
};

/// The source that these signals name.
pub(super) const SOURCE: &str = "collect";

/// The six calls of the Segment specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Track,
    Identify,
    Page,
    Screen,
    Group,
    Alias,
}

impl Call {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "track" => Self::Track,
            "identify" => Self::Identify,
            "page" => Self::Page,
            "screen" => Self::Screen,
            "group" => Self::Group,
            "alias" => Self::Alias,
            _ => return None,
        })
    }
}

/// Reads one event, or says which field is the first that is wrong: one event, one reason, so that the counts of what
/// was logged and what was refused add up to what was received.
///
/// `call` is given by the path of a single call, and by the event's own `type` in a batch. `made_id` is asked where the
/// client gave no message id; such an event cannot be recognised when it is sent again.
pub(super) fn draft(
    event: Map<String, Json>,
    call: Option<Call>,
    shared: &Shared,
    received_at: Timestamp,
    made_id: impl FnOnce() -> String,
) -> Result<Draft, FieldError> {
    let mut event = Fields::new(event)?;
    let call = match call {
        Some(call) => call,
        None => stated_call(&mut event)?,
    };
    let message_id = event.text("messageId", LONGEST)?.unwrap_or_else(made_id);
    let (occurred_at, corrected_from) = occurred_at(&mut event, shared, received_at)?;
    let mut context = context::merge(event.object("context")?, &shared.context);
    if let Some(original) = corrected_from {
        context.insert("original_timestamp".to_owned(), Json::String(original));
    }
    if occurred_at > received_at.plus(Timestamp::DAY) {
        context.insert("in_future".to_owned(), Json::Bool(true));
    }
    if shared.gpc {
        context.insert("gpc".to_owned(), Json::Bool(true));
    }
    let stated_channel = event.text("channel", LONGEST)?;
    let mut identities = who(&mut event)?;
    let mut traits = Map::new();
    let mut body = Body { source: Some(SOURCE.to_owned()), ..Body::default() };
    let kind = match call {
        Call::Track => track(&mut event, &mut body)?,
        Call::Identify => {
            traits = identify(&mut event, &mut context, &mut identities)?;
            "customer_identified".to_owned()
        }
        Call::Page => view(&mut event, &mut body, "page_viewed")?,
        Call::Screen => view(&mut event, &mut body, "screen_viewed")?,
        Call::Group => group(&mut event, &mut body)?,
        Call::Alias => alias(&mut event, &mut body, &mut identities)?,
    };
    if identities.is_empty() {
        return Err(wrong("userId", "missing", "the event needs a userId or an anonymousId"));
    }
    let in_properties = body.properties.get("channel").and_then(Json::as_str);
    body.channel = context::channel([in_properties, stated_channel.as_deref()], &context);
    if !context.is_empty() {
        body.properties.entry("context").or_insert(Json::Object(context));
    }
    Ok(Draft { message_id, occurred_at, identities, traits, kind, body })
}

fn stated_call(event: &mut Fields) -> Result<Call, FieldError> {
    let name = required(event, "type", LONGEST)?;
    Call::named(&name)
        .ok_or_else(|| wrong("type", "unknown", "type is one of track, identify, page, screen, group, alias"))
}

/// A client clock that is wrong by more than this is worth a note beside the corrected time.
const NOTABLE_SKEW: i64 = 60 * Timestamp::SECOND;

/// A clock that is wrong by more than ten years says nothing about the event's time, so nothing is corrected by it.
const MOST_SKEW: i64 = 3_653 * Timestamp::DAY;

/// When it happened, after the Segment specification: `receivedAt − (sentAt − timestamp)`, which takes the error of the
/// client's clock out; and the time as the client wrote it, where the correction was notable.
///
/// Times long ago or ahead stay as they are: the log keeps what was said, and a filter can leave it out. Only what lies
/// outside of the plausible years is refused.
fn occurred_at(
    event: &mut Fields,
    shared: &Shared,
    received_at: Timestamp,
) -> Result<(Timestamp, Option<String>), FieldError> {
    let (own, original) = (event.text("timestamp", LONGEST)?, event.text("originalTimestamp", LONGEST)?);
    let sent_at =
        shared.sent_at.or(event.text("sentAt", LONGEST)?.and_then(|text| Timestamp::parse(&text, Zone::UTC).ok()));
    let (field, text) = match (own, original) {
        (Some(own), _) => ("timestamp", own),
        (None, Some(original)) => ("originalTimestamp", original),
        (None, None) => return Ok((received_at, None)),
    };
    let wrong_time =
        |_| wrong(field, "not_a_time", format!("{field} must be a time of ISO 8601 such as 2026-01-31T08:30:00Z"));
    let at = Timestamp::parse(&text, Zone::UTC).map_err(wrong_time)?;
    let skew = sent_at.map_or(0, |sent_at| received_at.micros() - sent_at.micros());
    let skew = if skew.abs() > MOST_SKEW { 0 } else { skew };
    let corrected = at.plus(skew);
    if !moment::is_plausible(corrected) {
        return Err(wrong(field, "out_of_range", moment::MESSAGE));
    }
    Ok((corrected, (skew.abs() > NOTABLE_SKEW).then_some(text)))
}

/// `userId` and `anonymousId`, in this order; placeholders of broken clients count as absent.
fn who(event: &mut Fields) -> Result<Vec<Identity>, FieldError> {
    let mut identities = Vec::with_capacity(2);
    for (field, kind) in [("userId", "user_id"), ("anonymousId", "anonymous_id")] {
        if let Some(value) = event.text(field, LONGEST)? {
            identities.extend(identity(kind, &value));
        }
    }
    Ok(identities)
}

/// Whatever the client names; what its properties say in the signal's own fields is read from them.
fn track(event: &mut Fields, body: &mut Body) -> Result<String, FieldError> {
    let name = required(event, "event", usize::MAX)?;
    let unusable = || wrong("event", "unusable", "the event's name has no letter and no digit");
    let (kind, cut) = kinds::kind(&name).ok_or_else(unusable)?;
    body.properties = event.object("properties")?;
    if cut {
        body.properties.entry("event").or_insert(Json::String(name));
    }
    meaning::read(&kind, body)?;
    Ok(kind)
}

fn required(event: &mut Fields, field: &str, longest: usize) -> Result<String, FieldError> {
    event.text(field, longest)?.ok_or_else(|| wrong(field, "missing", format!("the event needs {field}")))
}

/// The customer's traits; an e-mail address and a telephone number among them are identities too.
fn identify(
    event: &mut Fields,
    context: &mut Map<String, Json>,
    identities: &mut Vec<Identity>,
) -> Result<Map<String, Json>, FieldError> {
    let mut traits = event.object("traits")?;
    // Some clients of the protocol put the traits into the context instead.
    if let Some(Json::Object(beside)) = context.remove("traits")
        && traits.is_empty()
    {
        traits = beside;
    }
    for kind in ["email", "phone"] {
        let Some(value) = traits.get(kind).and_then(Json::as_str) else { continue };
        match identity(kind, value) {
            Ok(identity) if kind != "email" || identity.value.contains('@') => identities.push(identity),
            Ok(_) | Err(Unusable::Nobody) => {}
            Err(Unusable::TooLong) => {
                return Err(wrong(format!("traits.{kind}"), "too_long", format!("{kind} may have {LONGEST} bytes")));
            }
        }
    }
    Ok(traits)
}

/// A page or a screen; its category, else its name, is the touchpoint unless the properties name one.
fn view(event: &mut Fields, body: &mut Body, kind: &str) -> Result<String, FieldError> {
    body.properties = event.object("properties")?;
    for field in ["name", "category"] {
        if let Some(value) = event.text(field, LONGEST)? {
            body.properties.entry(field).or_insert(Json::String(value));
        }
    }
    let named = |field: &str| {
        let name = body.properties.get(field).and_then(Json::as_str).map(kinds::snake_case);
        name.filter(|name| !name.is_empty() && name.len() <= LONGEST)
    };
    let touchpoint = meaning::touchpoint(&body.properties)?.or_else(|| named("category")).or_else(|| named("name"));
    body.touchpoint = touchpoint;
    Ok(kind.to_owned())
}

/// A customer belongs to an account; the traits are the account's.
fn group(event: &mut Fields, body: &mut Body) -> Result<String, FieldError> {
    let group = required(event, "groupId", LONGEST)?;
    body.properties.insert("group_id".to_owned(), Json::String(group));
    body.properties.insert("traits".to_owned(), Json::Object(event.object("traits")?));
    Ok("account_joined".to_owned())
}

/// Two ids are one customer. The former may be a user id or an anonymous id; whoever recognises the customer knows which
/// of them exists.
fn alias(event: &mut Fields, body: &mut Body, identities: &mut Vec<Identity>) -> Result<String, FieldError> {
    let previous = required(event, "previousId", LONGEST)?;
    let former = identity("user_id", &previous);
    identities.push(former.map_err(|_| wrong("previousId", "unusable", "previousId names nobody"))?);
    body.properties.insert("previous_id".to_owned(), Json::String(previous));
    Ok("customer_aliased".to_owned())
}
