//! Finding out who calls: by the cookie of a session, or by an API key.

pub(crate) mod origin;

use api::{ClientIp, Problem};
use axum::{
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::Response,
};
use base::{Error, Result, Timestamp, WorkspaceId};
use store::failed;

use crate::{
    Actor, Caller, LoggedIn, Scope, Team, members, second_factor,
    secret::SecretHash,
    sessions::{self, cookie, life},
};

/// Names the workspace that a request is about.
const WORKSPACE: &str = "harken-workspace";

/// Middleware that finds out who calls and leaves it with the request, for the extractors [`crate::May`] and [`LoggedIn`]. A caller
/// whom it does not know goes on as nobody: what is open to everybody stays so. That somebody known was denied something goes to
/// the audit log.
pub async fn authenticate(State(team): State<Team>, mut request: Request, next: Next) -> Response {
    let Some(caller) = team.caller(request.method(), request.headers()).await.transpose() else {
        return next.run(request).await;
    };
    request.extensions_mut().insert::<Result<Caller>>(caller.clone());
    let asked = (request.method().clone(), request.extensions().get::<MatchedPath>().cloned());
    let from = request.extensions().get().copied().unwrap_or(ClientIp::UNKNOWN);
    let response = next.run(request).await;
    if let (Ok(caller), StatusCode::FORBIDDEN, (method, Some(route))) = (caller, response.status(), asked) {
        team.record_denial(&caller, method.as_str(), route.as_str(), from.0).await;
    }
    response
}

impl Team {
    /// Who calls; `None` for nobody.
    async fn caller(&self, method: &Method, headers: &HeaderMap) -> Result<Option<Caller>> {
        let workspace = Asked::read(headers);
        if let Some(key) = bearer(headers) {
            let scope = self.scope_of_secret_key(key).await?;
            let asked = match workspace {
                Asked::ForAny => true,
                Asked::For(asked) => asked == scope.workspace(),
                Asked::ForNone => false,
            };
            let scope = if asked { Ok(scope) } else { Err(Error::not_found("workspace")) };
            return Ok(Some(Caller { scope, person: None }));
        }
        if !cookie::is_there(headers) {
            return Ok(None);
        }
        origin::ensure_meant(method, headers, self.settings.public_url.as_ref())?;
        match cookie::read(headers) {
            Some(session) => self.caller_by_session(session, workspace).await.map(Some),
            None => Err(logged_out()),
        }
    }

    async fn caller_by_session(&self, cookie: SecretHash, workspace: Asked) -> Result<Caller> {
        let (now, reader) = (self.clock.now(), self.store.read());
        let (session, person) = sessions::store::find(reader, cookie, false, now).await?.ok_or_else(logged_out)?;
        if now.micros() - session.last_used_at >= life::WRITTEN_EVERY {
            self.write_that_used(session.id, now).await;
        }
        let seat = match workspace {
            Asked::ForAny => members::store::oldest_seat(reader, person.id).await?,
            Asked::For(workspace) => members::store::seat(reader, workspace, person.id).await?,
            Asked::ForNone => None,
        };
        let scope = match seat {
            None => Err(Error::not_found("workspace")),
            Some(seat)
                if seat.second_factor_required && !second_factor::store::is_confirmed(reader, person.id).await? =>
            {
                Err(second_factor::required())
            }
            Some(seat) => {
                Ok(Scope::new(WorkspaceId(seat.workspace), Actor::Person(person.id), seat.role.permissions()))
            }
        };
        Ok(Caller { scope, person: Some(LoggedIn { person: person.id, session: session.id }) })
    }

    /// A session that cannot be written to, on a full disk say, goes on until it is idle for too long.
    async fn write_that_used(&self, session: uuid::Uuid, now: Timestamp) {
        let written = async {
            let transaction = self.store.begin().await?;
            sessions::store::touch(&transaction, session, now).await?;
            transaction.commit().await.map_err(failed)
        };
        if let Err(error) = written.await {
            tracing::warn!(%error, "writing that a session is used");
        }
    }
}

fn logged_out() -> Error {
    Error::unauthenticated("you are not logged in, or your session has ended")
}

/// The workspace that a request is about.
enum Asked {
    /// It does not say.
    ForAny,
    For(WorkspaceId),
    /// What it says is no workspace's id.
    ForNone,
}

impl Asked {
    fn read(headers: &HeaderMap) -> Self {
        let Some(text) = headers.get(WORKSPACE) else { return Self::ForAny };
        let id = text.to_str().ok().and_then(|text| text.parse().ok());
        id.map_or(Self::ForNone, |id| Self::For(WorkspaceId(id)))
    }
}

/// The key in `Authorization: Bearer hk_…`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// A request that no other site's page made a browser send: for what is open to everybody and yet gives a session, like logging in.
pub(crate) struct SameOrigin;

impl FromRequestParts<Team> for SameOrigin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, team: &Team) -> Result<Self, Problem> {
        match origin::of(&parts.headers, team.settings.public_url.as_ref()) {
            origin::From::OurPage | origin::From::Unknown => Ok(Self),
            origin::From::Elsewhere => Err(Error::forbidden("this must come from this server's own pages").into()),
        }
    }
}
