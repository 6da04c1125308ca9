//! What a handler reads from a request, with errors that name the field: JSON bodies, query strings, path parameters.

use axum::{
    RequestExt,
    extract::{FromRequest, FromRequestParts, Path, Query as AxumQuery, Request},
    http::{header, request::Parts},
};
use base::Error;
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;
use std::error::Error as _;

use crate::{Problem, gather};

/// A JSON body. Its content type must say so: that is what a foreign page's form cannot do.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

/// The parameters of the query string.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

/// The parameters of the path. One that cannot be read names nothing that exists.
#[derive(Clone, Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.and_then(|value| value.split(';').next()).map(str::trim).unwrap_or_default();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Error::invalid_field("content-type", "wrong_type", "the body must be application/json").into());
        }
        let bytes = gather(request.into_limited_body()).await.map_err(|error| match error.source() {
            Some(cause) if cause.is::<LengthLimitError>() => {
                Error::too_large("the body is larger than this path takes")
            }
            _ => Error::invalid("the body could not be read to its end"),
        })?;
        let mut deserializer = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let field = error.path().to_string();
            let cause = error.into_inner();
            let reason = if cause.is_data() { "wrong_type" } else { "not_json" };
            Error::invalid_field(if field == "." { "body".into() } else { field }, reason, cause.to_string())
        })?;
        deserializer.end().map_err(|error| Error::invalid_field("body", "not_json", error.to_string()))?;
        Ok(Self(value))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = AxumQuery::from_request_parts(parts, state).await;
        let AxumQuery(value) =
            read.map_err(|rejection| Error::invalid_field("query", "wrong_type", rejection.body_text()))?;
        Ok(Self(value))
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::from_request_parts(parts, state).await;
        let Path(value) = read.map_err(|_| Error::not_found("thing"))?;
        Ok(Self(value))
    }
}
