//! The page that somebody sees who could not be logged in. It needs nothing from anywhere and runs nothing.

use api::Problem;
use axum::{
    http::header,
    response::{Html, IntoResponse, Response},
};
use base::{Error, ErrorKind};

/// What went wrong, in a sentence, and the way back.
pub(super) fn refused(error: Error) -> Response {
    let sentence = match error.kind {
        ErrorKind::Internal => "Something went wrong here; the server's log says what.".into(),
        _ => text(&error.message),
    };
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Not logged in</title>\n<h1>You are not logged in</h1>\n<p>{sentence}</p>\n<p><a href=\"/\">Back to Harken</a></p>\n</html>\n"
    );
    let status = Problem::from(error).into_response().status();
    (status, [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")], Html(page))
        .into_response()
}

/// Text that is nothing but text.
fn text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_sentence_is_no_markup() {
        assert_eq!(text("<b a=\"1\">&"), "&lt;b a=&quot;1&quot;&gt;&amp;");
    }
}
