//! How an operation that fails answers, for its description: `responses((status = 200, body = Member), Forbidden, NotFound)`.

use std::collections::BTreeMap;
use utoipa::{
    IntoResponses,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder},
};

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident $status:literal $when:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    described($status, $when)
                }
            }
        )*
    };
}

answers! {
    /// 400
    Invalid "400" "The request is wrong; `errors` names the fields.";
    /// 401
    Unauthenticated "401" "Nobody has proven who they are.";
    /// 403
    Forbidden "403" "Who asks is known and may not.";
    /// 404
    NotFound "404" "There is no such thing in this workspace.";
    /// 409
    Conflict "409" "It contradicts what is stored.";
    /// 410
    Gone "410" "It was there and is no more.";
    /// 429
    TooMany "429" "Too often; `Retry-After` says when it may be tried again.";
}

fn described(status: &str, when: &str) -> BTreeMap<String, RefOr<Response>> {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemDetails"))).build();
    let response = ResponseBuilder::new().description(when).content("application/problem+json", body).build();
    BTreeMap::from([(status.to_owned(), response.into())])
}
