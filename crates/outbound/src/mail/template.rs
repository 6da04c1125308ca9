//! Templates: a room's words in the layout that all mails share.

use base::{Error, Result};
use minijinja::{Environment, UndefinedBehavior, Value, context, value::Serde};
use std::sync::LazyLock;
use url::Url;

/// What a mail says, as minijinja templates. It belongs to the room that posts it.
///
/// `text` begins with `{% extends "layout.txt" %}`, `html` with `{% extends "layout.html" %}`, and both fill
/// `{% block content %}`; `{% block footer %}` may say why the reader gets it. In HTML every value is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name in the log: `invitation`.
    pub name: &'static str,
    /// One line.
    pub subject: &'static str,
    /// For those who read plain text.
    pub text: &'static str,
    /// For everybody else.
    pub html: &'static str,
}

/// A mail's three texts.
#[derive(Debug)]
pub(super) struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// The longest subject, in characters.
const LONGEST_SUBJECT: usize = 250;

static LAYOUTS: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    // A mail whose link is missing must not leave.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, source) in [
        ("layout.html", include_str!("../../templates/layout.html")),
        ("layout.txt", include_str!("../../templates/layout.txt")),
    ] {
        if let Err(error) = environment.add_template(name, source) {
            // A test renders both: this is not reached.
            tracing::error!(name, %error, "a layout is broken");
        }
    }
    environment
});

impl Template {
    /// Fills the template; an error when a value is missing or the subject would not be one line.
    pub(super) fn render(&self, data: &serde_json::Value, unsubscribe: Option<&Url>) -> Result<Rendered> {
        let unsubscribe = unsubscribe.map(Url::as_str);
        let fill = |part: &str, source: &str, values: &Value| {
            let filled = LAYOUTS.render_named_str(&format!("{}.{part}", self.name), source, values);
            filled.map_err(|error| Error::internal(format!("the mail '{}' cannot be written: {error:#}", self.name)))
        };
        let data = Value::from(Serde(data));
        let subject = fill("subject", self.subject, &data)?;
        if subject.is_empty() || subject.chars().count() > LONGEST_SUBJECT || subject.contains(char::is_control) {
            return Err(Error::invalid_field("subject", "wrong_type", "a mail's subject is one line of text"));
        }
        let values = context! { subject => subject.as_str(), unsubscribe, ..data };
        let text = fill("txt", self.text, &values)?;
        let html = fill("html", self.html, &values)?;
        Ok(Rendered { subject, text: tidy(&text), html })
    }
}

/// Without the empty lines that unused blocks leave.
fn tidy(text: &str) -> String {
    let mut tidy = text.trim().to_owned();
    while tidy.contains("\n\n\n") {
        tidy = tidy.replace("\n\n\n", "\n\n");
    }
    tidy.push('\n');
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const INVITATION: Template = Template {
        name: "invitation",
        subject: "{{ inviter }} invites you to {{ workspace }}",
        text: "{% extends 'layout.txt' %}{% block content %}{{ inviter }} invites you.\n\n{{ link }}{% endblock %}",
        html: "{% extends 'layout.html' %}{% block content %}<h1>{{ inviter }} invites you</h1>\
               <p><a class=\"button\" href=\"{{ link }}\">Join</a></p>{% endblock %}",
    };

    #[test]
    fn a_name_is_text_in_html_and_the_layout_is_around_it() {
        let data = json!({ "inviter": "Ana <script>&", "workspace": "Shop", "link": "https://cx.example/i?a=1&b=2" });
        let stop = Url::parse("https://cx.example/stop?t=x").unwrap();
        let mail = INVITATION.render(&data, Some(&stop)).unwrap();
        assert_eq!(mail.subject, "Ana <script>& invites you to Shop");
        assert_eq!(
            mail.text,
            "Ana <script>& invites you.\n\nhttps://cx.example/i?a=1&b=2\n\n-- \nUnsubscribe: https://cx.example/stop?t=x\n"
        );
        assert!(mail.html.contains("<h1>Ana &lt;script&gt;&amp; invites you</h1>"), "{}", mail.html);
        assert!(mail.html.contains("lang=\"en\"") && mail.html.contains("prefers-color-scheme: dark"));
        assert!(mail.html.contains(">Unsubscribe</a>"));
        assert!(!mail.html.contains("<img") && !mail.html.contains("@import"));
        let plain = INVITATION.render(&data, None).unwrap();
        assert!(!plain.html.contains("Unsubscribe") && !plain.text.contains("Unsubscribe"));
    }

    #[test]
    fn a_mail_without_its_link_and_a_subject_of_two_lines_do_not_leave() {
        let error = INVITATION.render(&json!({ "inviter": "Ana", "workspace": "Shop" }), None).unwrap_err();
        assert!(error.message.contains("invitation"), "{error}");
        let data = json!({ "inviter": "Ana\r\nBcc: all@example.com", "workspace": "Shop", "link": "x" });
        assert_eq!(INVITATION.render(&data, None).unwrap_err().fields[0].field, "subject");
    }
}
