//! People who are logged in, as their browsers send it.

use hyper::{Method, header::SET_COOKIE};
use serde_json::{Value as Json, json};
use team::Role;

use super::{Answer, Connection, Installation, Server};

/// Everybody's.
pub const PASSWORD: &str = "staple of long sentences";

/// Somebody's browser at a server.
pub struct Browser {
    connection: Connection,
    email: String,
    origin: String,
    cookie: String,
}

impl Browser {
    /// Somebody new chooses a password by the link that the operator sends, and logs in.
    pub async fn of(name: &str, role: Role, installation: &Installation, server: &Server) -> Self {
        let email = format!("{name}@example.com");
        let create = ["user", "create", &email, "--name", name, "--role", role.name(), "--json"];
        let made = installation.json(&create).await;
        let (_, token) = made["link"].as_str().unwrap().split_once('#').unwrap();
        let mut browser = Self {
            connection: Connection::to(server.address()),
            email,
            origin: installation.origin(server),
            cookie: String::new(),
        };
        let chosen = json!({ "token": token, "password": PASSWORD });
        browser.does(Method::POST, "/api/v1/team/password-resets/acceptance", chosen).await;
        browser.logs_in().await;
        browser
    }

    /// Begins another session, which it has from now on.
    pub async fn logs_in(&mut self) {
        let credentials = json!({ "email": self.email, "password": PASSWORD });
        let answer = self.sends(Method::POST, "/api/v1/team/sessions", credentials).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let cookie = answer.headers[SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().clone_into(&mut self.cookie);
    }

    /// Its session, as the header `Cookie` has it.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// The site that its pages come from.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Looks at something that is there.
    pub async fn sees(&mut self, path: &str) -> Json {
        self.does(Method::GET, path, Json::Null).await
    }

    /// Makes something.
    pub async fn makes(&mut self, path: &str, what: Json) -> Json {
        self.does(Method::POST, path, what).await
    }

    /// Asks for something to be made that may be refused.
    pub async fn tries(&mut self, path: &str, what: Json) -> Answer {
        self.sends(Method::POST, path, what).await
    }

    /// Sends a piece of a file.
    pub async fn sends_bytes(&mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Json {
        let answer = self.tries_bytes(path, bytes).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }

    /// The same, where it may be refused.
    pub async fn tries_bytes(&mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Answer {
        let kind = ("content-type", "application/octet-stream");
        let headers = [("origin", self.origin.as_str()), ("cookie", &self.cookie), kind];
        self.connection.ask(Method::PATCH, path, &headers, bytes.into()).await.unwrap()
    }

    async fn does(&mut self, method: Method, path: &str, body: Json) -> Json {
        let answer = self.sends(method, path, body).await;
        assert!((200..300).contains(&answer.status), "{path}: {answer:?}");
        answer.body
    }

    async fn sends(&mut self, method: Method, path: &str, body: Json) -> Answer {
        let mut headers = vec![("origin", self.origin.as_str()), ("cookie", &self.cookie)];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        if !body.is_empty() {
            headers.push(("content-type", "application/json"));
        }
        self.connection.ask(method, path, &headers, body).await.unwrap()
    }
}
