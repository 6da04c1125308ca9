//! The reference page of the API, rendered from its description: one page that works without JavaScript.

mod example;
mod prose;
mod view;

use axum::{
    Router,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use minijinja::{Environment, value::Serde};
use serde_json::Value as Json;
use utoipa::openapi::OpenApi;

const PAGE: &str = include_str!("../../templates/reference.html");
const STYLE: &str = include_str!("../../assets/reference.css");

/// The description as JSON and as a page. Both are made once: they only change with the program.
#[expect(clippy::disallowed_methods, reason = "the pages that show the description are no part of it")]
pub(crate) fn routes(api: &OpenApi) -> Router {
    let description = serde_json::to_value(api).unwrap_or_default();
    let files = [
        ("/api/openapi.json", "application/json", Bytes::from(description.to_string())),
        ("/api/reference", "text/html; charset=utf-8", Bytes::from(page(&description))),
        ("/api/reference.css", "text/css; charset=utf-8", Bytes::from_static(STYLE.as_bytes())),
    ];
    files
        .into_iter()
        .fold(Router::new(), |router, (path, kind, bytes)| router.route(path, get(async move || file(kind, bytes))))
}

fn file(kind: &'static str, bytes: Bytes) -> Response {
    let mut response = bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// The page. A template that cannot be rendered is a defect; a test renders it, so the words here are never read.
fn page(description: &Json) -> String {
    let mut environment = Environment::new();
    environment.add_filter("prose", prose::prose);
    let rendered = environment
        .template_from_named_str("reference.html", PAGE)
        .and_then(|page| page.render(Serde(view::view(description))));
    rendered.unwrap_or_else(|error| {
        tracing::error!(%error, "the reference cannot be rendered");
        "The reference cannot be rendered.".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn small() -> Json {
        json!({
            "info": {"title": "Harken", "version": "1.2.3", "description": "All of `it`.\n\n**Errors** are <b>problems</b>."},
            "tags": [{"name": "team", "description": "Who."}],
            "paths": {"/api/v1/team/members/{member}": {"patch": {
                "operationId": "change_member", "tags": ["team"], "summary": "Change a member", "description": "Roles.",
                "security": [{"session": []}, {"key": ["team:write"]}],
                "parameters": [{"name": "member", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}}],
                "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Change"}}}},
                "responses": {"204": {"description": "Changed."}, "404": {"description": "Nobody.", "content":
                    {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}},
            }}},
            "components": {"schemas": {
                "Change": {"type": "object", "required": ["role"], "properties": {
                    "role": {"type": "string", "enum": ["owner", "viewer"], "description": "The <new> role."},
                    "note": {"type": ["string", "null"], "maxLength": 20, "example": "o'clock"},
                }},
                "Problem": {"type": "object", "properties": {"detail": {"type": "string"}}},
            }},
        })
    }

    #[test]
    fn the_page_shows_whom_what_and_how_for_each_operation() {
        let page = page(&small());
        for piece in [
            "<h1>Harken API</h1>",
            r##"<a href="#change_member">"##,
            r#"<section class="operation" id="change_member">"#,
            "team:write",
            "member",
            "string (uuid)",
            "The &lt;new&gt; role.",
            "at most 20 characters",
            r##"<a href="#shape-Problem">Problem</a>"##,
            "curl -X PATCH",
            r#"-d &#x27;{&quot;note&quot;:&quot;o&#x27;\&#x27;&#x27;clock&quot;,&quot;role&quot;:&quot;owner&quot;}&#x27;"#,
            "All of <code>it</code>.",
            "<strong>Errors</strong> are &lt;b&gt;problems&lt;&#x2f;b&gt;.",
        ] {
            assert!(page.contains(piece), "{piece} is missing in:\n{page}");
        }
    }

    #[test]
    fn the_page_obeys_its_own_policy() {
        let page = page(&small());
        for forbidden in ["<script", "<style", " style=", " onclick", "http://", "https://fonts"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
    }
}
