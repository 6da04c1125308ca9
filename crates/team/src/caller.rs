//! Who calls, as a handler's arguments ask for it: `May<ReadTeam>` is a caller with that permission, `LoggedIn` somebody who
//! is logged in.

use api::Problem;
use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::request::Parts,
};
use base::Error;
use std::{convert::Infallible, marker::PhantomData, ops::Deref};
use uuid::Uuid;

use crate::{Permits, Scope};

/// What authentication found out about a request; put there by [`crate::authenticate`] and by nothing else. Where it is
/// missing, nobody is known.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What they may see and do, and where; or why they may not.
    pub(crate) scope: Result<Scope, Error>,
    /// The logged-in person; `None` for an API key.
    pub(crate) person: Option<LoggedIn>,
}

impl Caller {
    /// What they may see and do, and where.
    pub fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref().ok()
    }

    /// The logged-in person.
    pub fn person(&self) -> Option<LoggedIn> {
        self.person
    }
}

impl From<Scope> for Caller {
    /// A caller who is known by their scope alone, as an API key is.
    fn from(scope: Scope) -> Self {
        Self { scope: Ok(scope), person: None }
    }
}

/// A person and the session they are logged in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoggedIn {
    /// The person.
    pub person: Uuid,
    /// Their session.
    pub session: Uuid,
}

/// A caller who has this permission in the workspace that the request is about. It stands for their [`Scope`].
#[derive(Clone, Debug)]
pub struct May<P: Permits> {
    scope: Scope,
    /// The session that the person is logged in by; `None` for an API key.
    pub(crate) session: Option<Uuid>,
    permission: PhantomData<P>,
}

impl<P: Permits> Deref for May<P> {
    type Target = Scope;

    fn deref(&self) -> &Scope {
        &self.scope
    }
}

fn caller(parts: &Parts) -> Result<Caller, Problem> {
    let found = parts.extensions.get::<Result<Caller, Error>>().cloned();
    Ok(found.unwrap_or_else(|| Err(Error::unauthenticated("log in, or send an API key")))?)
}

impl<P: Permits, S: Send + Sync> FromRequestParts<S> for May<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Caller { scope, person } = caller(parts)?;
        let scope = scope?;
        if !scope.may(P::PERMISSION) {
            return Err(Error::forbidden(format!("this needs the permission {}", P::PERMISSION)).into());
        }
        Ok(Self { scope, session: person.map(|person| person.session), permission: PhantomData })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for LoggedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match caller(parts)?.person {
            Some(person) => Ok(person),
            None => Err(Error::forbidden("this is for people who are logged in, not for API keys").into()),
        }
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for LoggedIn {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(caller(parts).ok().and_then(|caller| caller.person))
    }
}
