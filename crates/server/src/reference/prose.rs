//! The little Markdown that descriptions use: paragraphs, `code` and **emphasis**. Everything else is text.

use minijinja::{HtmlEscape, Value};

/// Text as HTML; what is no markup of ours is escaped.
pub(super) fn prose(text: String) -> Value {
    let paragraphs = text.split("\n\n").map(|paragraph| format!("<p>{}</p>", inline(paragraph)));
    Value::from_safe_string(paragraphs.collect())
}

fn inline(text: &str) -> String {
    let mut html = String::new();
    for (place, piece) in text.split('`').enumerate() {
        if place % 2 == 1 {
            html.push_str(&format!("<code>{}</code>", HtmlEscape(piece)));
            continue;
        }
        for (place, piece) in piece.split("**").enumerate() {
            let escaped = HtmlEscape(piece);
            html.push_str(&if place % 2 == 1 { format!("<strong>{escaped}</strong>") } else { escaped.to_string() });
        }
    }
    html
}
