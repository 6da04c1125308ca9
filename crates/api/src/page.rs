//! Pages of lists: `?limit=&cursor=` and `{items, next_cursor}`. A cursor is opaque to whoever carries it.

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use base::{Error, Result};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

/// Which page of a list is asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// How many items at most: 1 to 200; 50 where it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A place in a list's order, from which the next page goes on: the key of the last item before it.
pub trait Cursor: Serialize + DeserializeOwned {}
impl<T: Serialize + DeserializeOwned> Cursor for T {}

impl Paging {
    const MOST: u64 = 200;
    const USUAL: u64 = 50;

    /// For a list whose parameters say more than which page.
    pub fn new(limit: Option<u64>, cursor: Option<String>) -> Self {
        Self { limit, cursor }
    }

    /// How many items the page holds at most.
    pub fn limit(&self) -> Result<u64> {
        match self.limit.unwrap_or(Self::USUAL) {
            limit @ 1..=Self::MOST => Ok(limit),
            _ => Err(Error::invalid_field("limit", "out_of_range", "a page has 1 to 200 items")),
        }
    }

    /// Where the page begins; `None` at the list's beginning.
    pub fn after<C: Cursor>(&self) -> Result<Option<C>> {
        let wrong = || Error::invalid_field("cursor", "unknown", "the cursor is not one that this list gave");
        let Some(text) = &self.cursor else { return Ok(None) };
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
        serde_json::from_slice(&bytes).map(Some).map_err(|_| wrong())
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page from up to `limit + 1` items: the one too many shows that there is a next page and is left for it.
    pub fn cut<C: Cursor>(mut items: Vec<T>, limit: u64, key: impl FnOnce(&T) -> C) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(key);
        let next_cursor =
            next.and_then(|key| serde_json::to_vec(&key).ok()).map(|key| BASE64_URL_SAFE_NO_PAD.encode(key));
        Self { items, next_cursor }
    }

    /// A list that is short enough to be one page.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        Linked { next: self.next_cursor.clone(), body: self }.into_response()
    }
}

/// An answer with a link to the next page, for pages that say more than their items.
#[derive(Clone, Debug)]
pub struct Linked<T> {
    /// The next page's cursor, if there is one.
    pub next: Option<String>,
    /// The answer itself, as JSON.
    pub body: T,
}

impl<T: Serialize> IntoResponse for Linked<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.body).into_response();
        let next = self.next.map(|cursor| HeaderValue::try_from(format!("<?cursor={cursor}>; rel=\"next\"")));
        if let Some(Ok(next)) = next {
            response.headers_mut().insert(header::LINK, next);
        }
        response
    }
}
