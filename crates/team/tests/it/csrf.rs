//! Requests that somebody else's page makes Olga's browser send.

use axum::http::Method;
use serde_json::json;

use crate::{
    browser::Browser,
    house::{Member, OLGA, PASSWORD, on_both},
};

/// Everything that changes something for whoever is logged in.
fn changes() -> Vec<(Method, &'static str, Option<serde_json::Value>)> {
    let nobody = "00000000-0000-4000-8000-000000000000";
    let path = |path: &str| -> &'static str { Box::leak(format!("{path}/{nobody}").into_boxed_str()) };
    vec![
        (Method::PATCH, "me", Some(json!({ "name": "Eve" }))),
        (Method::PUT, "password", Some(json!({ "password": PASSWORD, "new_password": "eve's own password" }))),
        (Method::POST, "email-changes", Some(json!({ "email": "eve@example.com", "password": PASSWORD }))),
        (Method::POST, "second-factor", Some(json!({ "password": PASSWORD }))),
        (Method::POST, "second-factor/confirmation", Some(json!({ "code": "123456" }))),
        (Method::POST, "second-factor/recovery-codes", Some(json!({ "password": PASSWORD }))),
        (Method::POST, "second-factor/removal", Some(json!({ "password": PASSWORD }))),
        (Method::PATCH, "workspace", Some(json!({ "name": "Eve's" }))),
        (Method::POST, "workspaces", Some(json!({ "name": "Eve's" }))),
        (Method::POST, "invitations", Some(json!({ "email": "eve@example.com", "role": "owner" }))),
        (Method::DELETE, path("invitations"), None),
        (Method::PATCH, path("members"), Some(json!({ "role": "viewer" }))),
        (Method::DELETE, path("members"), None),
        (Method::DELETE, "membership", None),
        (Method::DELETE, path("sessions"), None),
        (Method::DELETE, "sessions", None),
        (Method::DELETE, "session", None),
    ]
}

#[tokio::test]
async fn nothing_is_changed_by_another_sites_page() {
    on_both(async |house| {
        let olga = house.olga().await;
        let foreign: Vec<(&str, Browser)> = vec![
            ("another site", olga.clone().with("origin", "https://evil.example")),
            ("a sibling", olga.clone().with("origin", "https://evil.cx.example.com")),
            ("no encryption", olga.clone().with("origin", "http://cx.example.com")),
            ("another port", olga.clone().with("origin", "https://cx.example.com:8443")),
            ("a sandbox", olga.clone().with("origin", "null")),
            ("cross-site", olga.clone().without("origin").with("sec-fetch-site", "cross-site")),
            ("same-site", olga.clone().without("origin").with("sec-fetch-site", "same-site")),
            ("a bookmark", olga.clone().without("origin").with("sec-fetch-site", "none")),
            ("no word", olga.clone().without("origin")),
            ("its own host", olga.clone().with("origin", "https://evil.example").with("host", "evil.example")),
        ];
        for (whence, mut browser) in foreign {
            for (method, path, body) in changes() {
                let answer = browser.send(method.clone(), path, body).await;
                assert_eq!(answer.status, 403, "{method} {path} from {whence}");
            }
            assert!(browser.is_in().await, "reading changes nothing and is allowed from {whence}");
        }
        let mut ours = olga.without("origin").with("sec-fetch-site", "same-origin");
        ours.patch("me", json!({ "name": "Olga herself" })).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn a_form_cannot_send_what_is_no_form() {
    on_both(async |house| {
        let olga = house.olga().await;
        for kind in
            ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx"]
        {
            let mut form = olga.clone().with("content-type", kind);
            for (method, path, body) in changes().into_iter().filter(|(_, _, body)| body.is_some()) {
                assert_eq!(form.send(method.clone(), path, body).await.status, 400, "{method} {path} as {kind}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_is_logged_in_by_another_sites_page() {
    on_both(async |house| {
        house.olga().await;
        let eve = house.browser().with("origin", "https://evil.example");
        let whoever = json!({ "email": OLGA, "password": PASSWORD });
        for (path, body) in [
            ("sessions", whoever.clone()),
            ("session/second-factor", json!({ "code": "123456" })),
            ("setup", json!({ "token": "", "email": OLGA, "name": "Olga", "password": PASSWORD })),
            ("password-resets", json!({ "email": OLGA })),
            ("password-resets/acceptance", json!({ "token": "", "password": PASSWORD })),
            ("invitations/acceptance", json!({ "token": "" })),
            ("email-changes/acceptance", json!({ "token": "" })),
        ] {
            let answer = eve.clone().post(path, body).await;
            assert!(answer.status == 403 && !answer.headers.contains_key("set-cookie"), "{path}");
        }
        // What is no browser says nothing of where it is.
        house.browser().without("origin").post("sessions", whoever).await.is(201);
    })
    .await;
}
