//! Somebody's browser: it keeps its cookie and says where its requests come from.

use api::ClientIp;
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use serde_json::Value as Json;
use tower::ServiceExt;

/// Where the tests' server is reached.
pub const PUBLIC_URL: &str = "https://cx.example.com";

/// A browser, or whatever sends requests.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookie: Option<String>,
    pub headers: Vec<(&'static str, String)>,
    pub ip: ClientIp,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Json,
}

impl Browser {
    pub fn new(router: Router) -> Self {
        let headers = vec![("origin", PUBLIC_URL.to_owned()), ("user-agent", "Test/1.0".to_owned())];
        Self { router, cookie: None, headers, ip: ClientIp([203, 0, 113, 7].into()) }
    }

    /// The same with a header instead of any of this name.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    /// The same without a header.
    pub fn without(mut self, name: &'static str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    /// The same from elsewhere.
    pub fn at(mut self, ip: &str) -> Self {
        self.ip = ClientIp(ip.parse().unwrap());
        self
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn delete(&mut self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub async fn post(&mut self, path: &str, body: Json) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn put(&mut self, path: &str, body: Json) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&mut self, path: &str, body: Json) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// Sends a request and keeps the cookie that comes back.
    pub async fn send(&mut self, method: Method, path: &str, body: Option<Json>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1/team/{path}")).extension(self.ip);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let typed = self.headers.iter().any(|(name, _)| *name == "content-type");
        let body = match body {
            Some(body) => {
                if !typed {
                    request = request.header(header::CONTENT_TYPE, "application/json");
                }
                let body = body.to_string();
                request = request.header(header::CONTENT_LENGTH, body.len());
                Body::from(body)
            }
            None => Body::empty(),
        };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = || Json::String(String::from_utf8(bytes.to_vec()).unwrap());
        let body =
            if bytes.is_empty() { Json::Null } else { serde_json::from_slice(&bytes).unwrap_or_else(|_| text()) };
        if let Some(set) = head.headers.get(header::SET_COOKIE) {
            let (pair, attributes) = set.to_str().unwrap().split_once(';').unwrap();
            self.cookie = (!attributes.contains("Max-Age=0")).then(|| pair.to_owned());
        }
        Answer { status: head.status, headers: head.headers, body }
    }
}

impl Answer {
    /// Says what went wrong when it is another status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }

    /// The id in the body.
    pub fn id(&self) -> String {
        self.body["id"].as_str().unwrap().to_owned()
    }

    /// The items of a list.
    pub fn items(&self) -> &[Json] {
        self.body["items"].as_array().unwrap()
    }

    /// A problem's first field and its reason.
    pub fn wrong(&self) -> (&str, &str) {
        let error = &self.body["errors"][0];
        (error["field"].as_str().unwrap_or_default(), error["reason"].as_str().unwrap_or_default())
    }
}
