//! The description of the API (OpenAPI 3.1): what the routes say of themselves, and what is true of all of them.

use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Content, InfoBuilder, License, ObjectBuilder, OpenApi, Ref, RefOr, ResponseBuilder,
        path::{Operation, ParameterBuilder, ParameterIn, PathItem},
        schema::{Components, Type},
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::TagBuilder,
    },
};

/// What the description begins with.
const ABOUT: &str = include_str!("../assets/api.md");

/// The rooms, in the order in which the reference shows them.
const ROOMS: [(&str, &str); 9] = [
    (
        "collect",
        "Where websites, apps and servers send what happened: the Segment protocol. Addresses are outside `/api/v1`, because trackers expect them there.",
    ),
    ("sources", "Where signals come from, and what was refused."),
    ("signals", "The signals themselves: immutable facts about customers."),
    ("customers", "Who it was: identities, traits and merges that can be undone."),
    ("insights", "What it means: metrics, and the one query that answers every number."),
    ("actions", "What is done about it."),
    ("team", "Workspaces, members, keys and the audit log."),
    ("jobs", "Work that is waiting, running, or was given up."),
    ("server", "Whether the server is alive and ready."),
];

/// Adds what is true of every route.
pub(crate) fn complete(mut api: OpenApi) -> OpenApi {
    api.info = InfoBuilder::new()
        .title("Harken")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(License::new("Apache-2.0")))
        .build();
    let components = api.components.get_or_insert_with(Components::default);
    for (name, scheme) in schemes() {
        components.security_schemes.insert(name.into(), scheme.into());
    }
    let mut shapes = vec![(api::ProblemDetails::name().into_owned(), api::ProblemDetails::schema())];
    api::ProblemDetails::schemas(&mut shapes);
    components.schemas.extend(shapes);
    let mut tags = Vec::new();
    for (path, item) in &mut api.paths.paths {
        let api = path.starts_with("/api/v1/");
        for (method, operation) in operations(item) {
            complete_operation(operation, method, api);
            tags.extend(operation.tags.iter().flatten().cloned());
        }
    }
    let used = ROOMS.iter().filter(|(room, _)| tags.iter().any(|tag| tag == room));
    let rooms = used.map(|(room, about)| TagBuilder::new().name(*room).description(Some(*about)).build());
    api.tags = Some(rooms.collect());
    api
}

/// A path's operations, each with its method.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn schemes() -> [(&'static str, SecurityScheme); 3] {
    let session = ApiKeyValue::with_description(
        "__Host-harken",
        "The cookie of a person who is logged in. Requests that change something need an `Origin` of this server.",
    );
    let bearer = |about: &str| HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about)).build();
    let mut write_key = Http::new(HttpAuthScheme::Basic);
    write_key.description =
        Some("A write key as the user name, without a password. It may log signals and nothing else.".into());
    [
        ("session", SecurityScheme::ApiKey(ApiKey::Cookie(session))),
        (
            "key",
            SecurityScheme::Http(bearer("An API key, `hk_…`. A route names the permission that the key must have.")),
        ),
        ("write_key", SecurityScheme::Http(write_key)),
    ]
}

/// Adds the answers that an operation shares with others like it, unless it describes them itself.
fn complete_operation(operation: &mut Operation, method: &str, api: bool) {
    let public = operation.security.iter().flatten().any(|one| *one == Default::default());
    // It is a headline.
    operation.summary = operation.summary.take().map(|summary| summary.trim_end_matches('.').to_owned());
    let writes = method != "get";
    let parameters = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(&parameter.parameter_in),
        RefOr::Ref(_) => None,
    });
    let in_path = parameters.clone().any(|place| *place == ParameterIn::Path);
    let in_query = parameters.clone().any(|place| *place == ParameterIn::Query);
    let body = operation.request_body.is_some();
    let once = api && method == "post" && !public;
    if once {
        operation.parameters.get_or_insert_default().push(idempotency_key().into());
    }
    let shared = [
        (400, body || in_query || once, "Something in the request is wrong; `errors` names the fields."),
        (401, !public, "Nobody is logged in, and no key came along that works."),
        (403, api && !public, "Whoever asks may not do this."),
        (404, in_path, "There is no such thing in this workspace."),
        (408, body, "The body did not come in in time."),
        (
            409,
            once,
            "It contradicts what is stored, or the first request with this `Idempotency-Key` is still being answered.",
        ),
        (413, body, "The body is larger than this path takes."),
        (415, api && body, "The body is packed (`Content-Encoding`)."),
        (422, once, "This `Idempotency-Key` belongs to another request."),
        (429, api || body, "Too many requests; `Retry-After` says when to come back."),
        (500, true, "A defect of the server; its log knows the `instance`."),
        (503, true, "The server cannot now; try again."),
        (507, writes, "The disk is nearly full; nothing was stored."),
    ];
    for (status, applies, description) in shared {
        let responses = &mut operation.responses.responses;
        if applies && !responses.contains_key(&status.to_string()) {
            responses.insert(status.to_string(), problem(description));
        }
    }
    // Nobody has read such a request far enough to say more.
    let too_long = ResponseBuilder::new().description("The request's line and headers are longer than 32 KiB.");
    operation.responses.responses.insert("431".into(), too_long.build().into());
}

fn problem(description: &str) -> RefOr<utoipa::openapi::Response> {
    let content = Content::new(Some(Ref::from_schema_name("ProblemDetails")));
    ResponseBuilder::new().description(description).content("application/problem+json", content).build().into()
}

fn idempotency_key() -> utoipa::openapi::path::Parameter {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(257))
        .pattern(Some(r#"^("[!#-~]{1,255}"|[!#-~]{1,255})$"#))
        .build();
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .description(Some(
            "Sent again with the same key within a day, the request is not carried out again but answered the same. A \
             UUID is a good key.",
        ))
        .schema(Some(text))
        .example(Some(json!("8e03978e-40d5-43dd-bc93-6894a57f9324")))
        .build()
}
