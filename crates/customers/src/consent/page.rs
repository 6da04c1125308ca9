//! The customers' own pages: their preferences, and the end of a topic with one click. Plain forms that need no script, no cookie
//! and no login; the link says who it is.

use api::Problem;
use axum::{
    Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use base::{Error, ErrorKind, Result, WorkspaceId};
use minijinja::{Environment, Value, context, value::Serde};
use sea_orm::{
    DatabaseTransaction, ExprTrait, FromQueryResult,
    sea_query::{Expr, Query},
};
use serde::Serialize;
use std::{collections::BTreeSet, sync::LazyLock};
use store::{all, failed};
use url::form_urlencoded;

use super::{
    Act, Basis, ContactChannel, Topic,
    ledger::{self, Draft},
    links::{Bearer, Unsubscriber},
    standing, topics,
};
use crate::{Customers, sql::numbers};

const STYLE: &str = include_str!("../../assets/preferences.css");

static PAGES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, source) in [
        ("layout.html", include_str!("../../templates/layout.html")),
        ("preferences.html", include_str!("../../templates/preferences.html")),
        ("unsubscribe.html", include_str!("../../templates/unsubscribe.html")),
        ("gone.html", include_str!("../../templates/gone.html")),
    ] {
        if let Err(error) = environment.add_template(name, source) {
            // A test renders each: this is not reached.
            tracing::error!(name, %error, "a page is broken");
        }
    }
    environment
});

/// The pages, and the one file that they need.
#[expect(clippy::disallowed_methods, reason = "customers' pages are no part of the API's description")]
pub(crate) fn pages(customers: Customers) -> Router {
    Router::new()
        .route("/preferences/{token}", get(show_preferences).post(change_preferences))
        .route("/unsubscribe/{token}", get(ask_to_unsubscribe).post(unsubscribe))
        .route("/preferences.css", get(async || file("text/css; charset=utf-8", STYLE)))
        .with_state(customers)
}

fn file(kind: &'static str, text: impl Into<String>) -> Response {
    let mut response = text.into().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// What went wrong, as a page.
struct Refused(Error);

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let message = match self.0.kind {
            ErrorKind::Internal => "Something went wrong here. Please try again later.".to_owned(),
            _ => self.0.message.clone(),
        };
        let status = Problem::from(self.0).into_response().status();
        let mut response = page("gone.html", context! { message });
        *response.status_mut() = status;
        response
    }
}

fn page(name: &str, values: Value) -> Response {
    match PAGES.get_template(name).and_then(|template| template.render(values)) {
        Ok(text) => file("text/html; charset=utf-8", text),
        Err(error) => {
            tracing::error!(name, %error, "a page cannot be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A topic as a customer sees it.
#[derive(Serialize)]
struct Shown {
    name: String,
    description: String,
    choices: Vec<Choice>,
}

#[derive(Serialize)]
struct Choice {
    /// `newsletter:email`.
    value: String,
    label: &'static str,
    on: bool,
}

async fn show_preferences(
    State(customers): State<Customers>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let bearer = customers.open_preferences(&token).await?;
    let topics = customers.chosen(bearer).await?;
    let shown = |chosen: Chosen| Shown {
        choices: chosen
            .channels
            .iter()
            .map(|(channel, on)| Choice { value: value(&chosen.topic, *channel), label: label(*channel), on: *on })
            .collect(),
        name: chosen.topic.name,
        description: chosen.topic.description,
    };
    let topics: Vec<Shown> = topics.into_iter().map(shown).collect();
    let any = topics.iter().any(|topic| topic.choices.iter().any(|choice| choice.on));
    let workspace = name(&customers, bearer.workspace).await?;
    let saved = query.as_deref() == Some("saved");
    Ok(page("preferences.html", context! { workspace, topics => Serde(topics), any, saved }))
}

/// The form says what it showed, so that what was changed elsewhere meanwhile, or made only now, is left alone.
async fn change_preferences(
    State(customers): State<Customers>,
    Path(token): Path<String>,
    body: Bytes,
) -> Result<Response, Refused> {
    let bearer = customers.open_preferences(&token).await?;
    let (mut shown, mut wanted, mut nothing) = (Vec::new(), BTreeSet::new(), false);
    for (name, value) in form_urlencoded::parse(&body) {
        match &*name {
            "shown" => shown.push(value.into_owned()),
            "yes" => drop(wanted.insert(value.into_owned())),
            "nothing" => nothing = true,
            _ => {}
        }
    }
    if nothing {
        customers.ends_everything(bearer).await?;
    } else {
        let changed = |entry: &String| {
            let (value, was) = entry.rsplit_once(':')?;
            let on = wanted.contains(value);
            (on != (was == "on")).then(|| (value.to_owned(), on))
        };
        customers.chooses(bearer, &shown.iter().filter_map(changed).collect::<Vec<_>>()).await?;
    }
    Ok(Redirect::to("?saved").into_response())
}

/// Whoever follows the link is asked: programs that look at links in mails must not end anything.
async fn ask_to_unsubscribe(
    State(customers): State<Customers>,
    Path(token): Path<String>,
) -> Result<Response, Refused> {
    let unsubscriber = customers.open_unsubscribe(&token).await?;
    customers.show_unsubscribe(unsubscriber, false).await
}

/// Ends the topic, however often it is asked to: by a mail program that sends `List-Unsubscribe=One-Click` (RFC 8058), or by the form.
async fn unsubscribe(
    State(customers): State<Customers>,
    Path(token): Path<String>,
    body: Bytes,
) -> Result<Response, Refused> {
    let unsubscriber = customers.open_unsubscribe(&token).await?;
    let by_program = body.windows(ONE_CLICK.len()).any(|part| part == ONE_CLICK);
    customers.ends(&unsubscriber, if by_program { "one_click" } else { "unsubscribe_page" }).await?;
    customers.show_unsubscribe(unsubscriber, true).await
}

/// In a form's text; as a part of a multipart body the two stand apart, and the source is told as the page's.
const ONE_CLICK: &[u8] = b"List-Unsubscribe=One-Click";

/// A topic that can be refused, and whether its channels are on.
struct Chosen {
    topic: Topic,
    channels: Vec<(ContactChannel, bool)>,
}

impl Customers {
    async fn chosen(&self, bearer: Bearer) -> Result<Vec<Chosen>> {
        let transaction = self.store.snapshot().await?;
        chosen(&transaction, bearer).await
    }

    /// Writes down what is not so already.
    async fn chooses(&self, bearer: Bearer, changed: &[(String, bool)]) -> Result<()> {
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        for Chosen { topic, channels } in chosen(&transaction, bearer).await? {
            for (channel, on) in channels {
                let wanted = changed.iter().find(|(changed, _)| *changed == value(&topic, channel));
                let Some((_, wanted)) = wanted.filter(|(_, wanted)| *wanted != on) else { continue };
                let draft = Draft {
                    topic: Some(topic.id.clone()),
                    channel: Some(channel),
                    act: if *wanted { Act::Granted } else { Act::Withdrawn },
                    wording: Some(format!("{}: {} ({})", topic.name, topic.description, label(channel))),
                    ..by_themselves("preference_centre", now)
                };
                ledger::append(&transaction, bearer.workspace, bearer.id(), draft, now).await?;
            }
        }
        transaction.commit().await.map_err(failed)
    }

    /// Ends everything, topics that are made later too.
    async fn ends_everything(&self, bearer: Bearer) -> Result<()> {
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        let draft = by_themselves("preference_centre", now);
        ledger::append(&transaction, bearer.workspace, bearer.id(), draft, now).await?;
        transaction.commit().await.map_err(failed)
    }

    /// Ends a topic on a channel, unless that has been said already.
    async fn ends(&self, unsubscriber: &Unsubscriber, source: &str) -> Result<()> {
        let Unsubscriber { bearer, topic, channel } = unsubscriber;
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        let found = chosen(&transaction, *bearer).await?.into_iter().find(|chosen| chosen.topic.id == *topic);
        let on = found.is_none_or(|chosen| chosen.channels.iter().any(|(other, on)| other == channel && *on));
        if on {
            let draft = Draft { topic: Some(topic.clone()), channel: Some(*channel), ..by_themselves(source, now) };
            ledger::append(&transaction, bearer.workspace, bearer.id(), draft, now).await?;
        }
        transaction.commit().await.map_err(failed)
    }

    async fn show_unsubscribe(&self, unsubscriber: Unsubscriber, done: bool) -> Result<Response, Refused> {
        let Unsubscriber { bearer, topic, channel } = unsubscriber;
        let found = topics::find(self.store.read(), bearer.workspace, &topic).await?;
        let topic = found.map_or_else(|| topic.to_string(), |found| found.name);
        let workspace = name(self, bearer.workspace).await?;
        let preferences = format!("../preferences/{}", self.preferences_token(bearer)?);
        let channel = label(channel);
        Ok(page("unsubscribe.html", context! { workspace, topic, channel, preferences, done }))
    }
}

/// What a customer says of themselves; with no more to it, that everything shall end.
fn by_themselves(source: &str, now: base::Timestamp) -> Draft {
    Draft {
        topic: None,
        channel: None,
        act: Act::Withdrawn,
        at: now,
        actor: "customer".into(),
        source: source.to_owned(),
        wording: None,
        note: None,
    }
}

async fn chosen(transaction: &DatabaseTransaction, bearer: Bearer) -> Result<Vec<Chosen>> {
    let numbers = numbers(transaction, bearer.workspace, bearer.id()).await?;
    let said = ledger::said(transaction, bearer.workspace, bearer.id()).await?;
    let topics = topics::list(transaction, bearer.workspace).await?;
    let refusable = topics.into_iter().filter(|topic| topic.basis != Basis::Transactional);
    let on = |topic: &Topic, channel| standing::state(&said, &numbers, topic, channel).0.allows();
    Ok(refusable
        .map(|topic| Chosen {
            channels: topic.channels.iter().map(|channel| (*channel, on(&topic, *channel))).collect(),
            topic,
        })
        .collect())
}

/// How a form names a topic on a channel.
fn value(topic: &Topic, channel: ContactChannel) -> String {
    format!("{}:{channel}", topic.id)
}

fn label(channel: ContactChannel) -> &'static str {
    match channel {
        ContactChannel::Email => "E-mail",
        ContactChannel::Sms => "Text message",
        ContactChannel::Phone => "Phone call",
        ContactChannel::Mobile => "App notification",
        ContactChannel::Chat => "Chat message",
        ContactChannel::Social => "Social network",
        ContactChannel::Web => "On our website",
    }
}

/// What customers call the workspace.
async fn name(customers: &Customers, workspace: WorkspaceId) -> Result<String> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
    }
    let select = Query::select().column("name").from("workspace").and_where(Expr::col("id").eq(workspace.0)).take();
    let rows = all::<Row>(customers.store.read(), &select).await?;
    rows.into_iter().next().map(|row| row.name).ok_or_else(|| Error::not_found("workspace"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_can_be_rendered_and_a_name_is_no_markup() {
        let choice = Choice { value: "tips:email".into(), label: "E-mail", on: true };
        let topics = vec![Shown { name: "<b>Tips".into(), description: "\"Each\" week".into(), choices: vec![choice] }];
        let text = |name: &str, values: Value| PAGES.get_template(name).unwrap().render(values).unwrap();
        let workspace = "Lamps & <script>";
        let shown =
            text("preferences.html", context! { workspace, topics => Serde(topics), any => true, saved => true });
        for piece in
            ["&lt;b&gt;Tips", r#"value="tips:email" checked"#, r#"value="tips:email:on""#, "everything", "saved"]
        {
            assert!(shown.contains(piece), "{piece} is missing in:\n{shown}");
        }
        let (topic, channel, preferences) = ("Tips", "E-mail", "../preferences/x");
        let asked = text("unsubscribe.html", context! { workspace, topic, channel, preferences, done => false });
        let done = text("unsubscribe.html", context! { workspace, topic, channel, preferences, done => true });
        assert!(asked.contains("<form method=\"post\">") && !done.contains("<form"));
        let gone = text("gone.html", context! { message => "this link does not work" });
        for page in [shown, asked, done, gone] {
            for forbidden in ["<script", "<style", " style=", " onclick", "http://", "https://"] {
                assert!(!page.contains(forbidden), "{forbidden} in {page}");
            }
        }
    }
}
