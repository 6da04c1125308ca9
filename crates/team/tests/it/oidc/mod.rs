//! Single sign-on: who is let in, as whom, and every way in which a provider's answer proves nothing.

mod provider;

use axum::{Router, body::Body, middleware};
use http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value as Json, json};
use std::{
    collections::{BTreeMap, HashMap},
    os::unix::fs::PermissionsExt,
    sync::{Arc, atomic::Ordering},
};
use store::Vault;
use team::{
    Name, Role, Team, TeamSettings,
    oidc::{HttpSend, ProviderSettings, SingleSignOn, routes},
};
use tempfile::TempDir;
use tower::ServiceExt;
use url::Url;

use crate::world::{World, on_both};
use provider::{CLIENT, FakeProvider, ISSUER, SECRET, Signing};

const PUBLIC: &str = "https://harken.example.com";
const SESSION: &str = "__Host-harken";
const ATTEMPT: &str = "__Host-harken-oidc";

/// A server that people log in to by the provider `acme`, and in all but one story by no other.
struct Door {
    world: World,
    router: Router,
    acme: Arc<FakeProvider>,
    _folder: TempDir,
}

impl Door {
    fn open(world: &World, change: impl FnOnce(&mut ProviderSettings)) -> Self {
        let folder = TempDir::new().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
        let mut settings: ProviderSettings = serde_json::from_value(json!({
            "issuer": ISSUER, "client_id": CLIENT, "client_secret_file": secret, "allow": ["example.com"],
            "roles": { "cx": "manager", "it": "admin" }, "default_role": "viewer",
        }))
        .unwrap();
        change(&mut settings);
        let other = ProviderSettings { issuer: "https://other.example.com".into(), ..settings.clone() };
        let providers = BTreeMap::from([("acme".into(), settings), ("other".into(), other)]);
        let (vault, public_url) = (Vault::open(folder.path()).unwrap(), Url::parse(PUBLIC).unwrap());
        let team = Team::new(world.store.clone(), world.clock.clone())
            .with(TeamSettings { public_url: Some(public_url.clone()), vault: Some(vault.clone()) });
        let acme = Arc::new(FakeProvider::new(world.clock.clone()));
        let network: Arc<dyn HttpSend> = acme.clone();
        let single_sign_on = SingleSignOn::new(team.clone(), vault, Some(public_url), providers, &network).unwrap();
        let routes = routes(single_sign_on).merge(team::routes(team.clone()));
        let router = Router::from(routes).layer(middleware::from_fn_with_state(team, team::authenticate));
        Self { world: world.clone(), router, acme, _folder: folder }
    }

    fn browser(&self) -> Browser<'_> {
        Browser { door: self, cookies: HashMap::new() }
    }

    /// Somebody goes through the door with these claims, in a new browser.
    async fn admits(&self, claims: Json) -> (Visit, Browser<'_>) {
        let mut browser = self.browser();
        let sent_to = browser.begins("acme", "/").await;
        let (code, state) = self.acme.lets_in(&sent_to, claims);
        let visit = browser.comes_back(&code, &state).await;
        (visit, browser)
    }

    async fn role_of(&self, email: &str) -> Option<Role> {
        let person = self.world.team.person(&email.parse().unwrap()).await.ok()?;
        let members = self.world.members().await;
        members.get(&person.id).copied()
    }
}

struct Browser<'d> {
    door: &'d Door,
    cookies: HashMap<String, String>,
}

/// A page as a browser gets it.
#[derive(Debug)]
struct Visit {
    status: StatusCode,
    location: Option<String>,
    text: String,
}

impl Browser<'_> {
    async fn visits(&mut self, path: &str) -> Visit {
        self.sends(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends what one of our own pages sends, and reads the answer.
    async fn posts(&mut self, path: &str, body: Json) -> (u16, Json) {
        let request = Request::post(format!("/api/v1/team/{path}"))
            .header(header::ORIGIN, PUBLIC)
            .header(header::CONTENT_TYPE, "application/json");
        let visit = self.sends(request.body(body.to_string().into()).unwrap()).await;
        (visit.status.as_u16(), serde_json::from_str(&visit.text).unwrap_or_default())
    }

    async fn sends(&mut self, mut request: Request<Body>) -> Visit {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        let response: Response<Body> = self.door.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.contains("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        let location = response.headers().get(header::LOCATION).map(|value| value.to_str().unwrap().to_owned());
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Visit { status, location, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    async fn begins(&mut self, provider: &str, return_to: &str) -> Url {
        let query: String = url::form_urlencoded::byte_serialize(return_to.as_bytes()).collect();
        let visit = self.visits(&format!("/auth/oidc/{provider}/login?return_to={query}")).await;
        assert_eq!(visit.status, StatusCode::SEE_OTHER, "{visit:?}");
        assert!(self.cookies.contains_key(ATTEMPT));
        Url::parse(&visit.location.unwrap()).unwrap()
    }

    async fn comes_back(&mut self, code: &str, state: &str) -> Visit {
        self.visits(&format!("/auth/oidc/acme/callback?code={code}&state={state}")).await
    }

    fn has_session(&self) -> bool {
        self.cookies.contains_key(SESSION)
    }

    async fn is_logged_in(&mut self) -> bool {
        self.visits("/api/v1/team/session").await.status == StatusCode::OK
    }
}

impl World {
    async fn members(&self) -> HashMap<uuid::Uuid, Role> {
        use sea_orm::{ConnectionTrait, sea_query::Query};
        let select = Query::select().columns(["person", "role"]).from("membership").take();
        let rows = self.store.read().query_all(&select).await.unwrap();
        let read = |row: &sea_orm::QueryResult| {
            let role: String = row.try_get("", "role").unwrap();
            (row.try_get("", "person").unwrap(), role.parse().unwrap())
        };
        rows.iter().map(read).collect()
    }

    async fn has(&self, email: &str, role: Role) -> team::Person {
        let name = Name::new("Somebody").unwrap();
        let server = Url::parse(PUBLIC).unwrap();
        self.team.create_person(&self.scope, &email.parse().unwrap(), &name, role, &server).await.unwrap().0
    }

    async fn installation_audit(&self) -> Vec<String> {
        use sea_orm::{
            ConnectionTrait, Order,
            sea_query::{Expr, ExprTrait, Query},
        };
        let select = Query::select()
            .column("action")
            .from("audit")
            .and_where(Expr::col("workspace").eq(uuid::Uuid::nil()))
            .order_by("seq", Order::Asc)
            .take();
        let rows = self.store.read().query_all(&select).await.unwrap();
        rows.iter().map(|row| row.try_get("", "action").unwrap()).collect()
    }
}

fn nia() -> Json {
    json!({ "sub": "nia-7", "email": "Nia@example.com", "email_verified": true, "name": "Nia Okoye", "groups": ["cx", "all"] })
}

/// Nia, with some claims said otherwise; null takes one away.
fn nia_but(change: Json) -> Json {
    let mut claims = nia();
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

#[tokio::test]
async fn somebody_new_becomes_a_member_with_the_role_of_their_groups_and_is_logged_in() {
    for signing in [Signing::es256(), Signing::rs256()] {
        on_both(async |world| {
            let door = Door::open(world, |_| ());
            door.acme.changes_key("first", &signing, true);
            let mut browser = door.browser();
            let sent_to = browser.begins("acme", "/surveys/7?tab=answers").await;
            assert!(sent_to.as_str().starts_with("https://id.example.com/authorize?"));
            let (code, state) = door.acme.lets_in(&sent_to, nia());
            let visit = browser.comes_back(&code, &state).await;
            assert_eq!(
                (visit.status, visit.location.as_deref()),
                (StatusCode::SEE_OTHER, Some("/surveys/7?tab=answers"))
            );
            assert!(browser.is_logged_in().await);
            assert!(!browser.cookies.contains_key(ATTEMPT), "an attempt that is over is not carried on");
            let person = world.team.person(&"nia@example.com".parse().unwrap()).await.unwrap();
            assert_eq!(
                (person.name.as_str(), door.role_of("nia@example.com").await),
                ("Nia Okoye", Some(Role::Manager))
            );
            assert_eq!(world.installation_audit().await, ["person.created", "session.begun"]);
            assert_eq!(world.audited().await, ["member.joined"]);
            assert_eq!(world.team.verify_audit().await.unwrap().broken, []);
        })
        .await;
    }
}

#[tokio::test]
async fn somebody_is_recognised_by_the_providers_own_name_for_them() {
    on_both(async |world| {
        let door = Door::open(world, |_| ());
        let ada = world.has("ada@example.com", Role::Agent).await;
        let link = json!({ "sub": "ada-1", "email": "ADA@example.com", "groups": ["cx"] });
        assert_eq!(door.admits(nia_but(link)).await.0.status, StatusCode::SEE_OTHER);
        assert_eq!(world.team.people().await.unwrap().len(), 1, "the address was Ada's");
        assert_eq!(world.members().await[&ada.id], Role::Manager);
        // She marries, and the provider gives her another address; somebody new gets the old one.
        let renamed = json!({ "sub": "ada-1", "email": "ada.king@example.com" });
        let (_, mut browser) = door.admits(nia_but(renamed)).await;
        assert!(browser.visits("/api/v1/team/me").await.text.contains(&ada.id.to_string()));
        assert_eq!(world.team.people().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_token_that_proves_nothing_lets_nobody_in() {
    let expired = json!({ "exp": 1_000_000_000 });
    let foreign = Signing::es256();
    let shared = Signing::Hs256(SECRET.into());
    let public = Signing::Hs256(Signing::es256().public_text());
    let honest = json!({});
    for (why, claims, key) in [
        ("another nonce", json!({ "nonce": "another" }), None),
        ("no nonce", json!({ "nonce": null }), None),
        ("another audience", json!({ "aud": "another" }), None),
        ("a second audience", json!({ "aud": [CLIENT, "another"] }), None),
        ("issued to another", json!({ "azp": "another" }), None),
        ("no audience", json!({ "aud": [] }), None),
        ("expired", expired, None),
        ("issued in the future", json!({ "iat": 4_000_000_000_u64, "exp": 4_000_000_300_u64 }), None),
        ("another issuer", json!({ "iss": "https://evil.example" }), None),
        ("an issuer with a slash", json!({ "iss": format!("{ISSUER}/") }), None),
        ("no subject", json!({ "sub": null }), None),
        ("alg none", honest.clone(), Some(("first", &Signing::None))),
        ("signed by the shared secret", honest.clone(), Some(("first", &shared))),
        ("signed by the public key as a secret", honest.clone(), Some(("first", &public))),
        ("signed by a key of the same name", honest.clone(), Some(("first", &foreign))),
        ("signed by a key that is not published", honest, Some(("second", &foreign))),
    ] {
        on_both(async |world| {
            let door = Door::open(world, |_| ());
            if let Some((kid, signing)) = key {
                door.acme.changes_key(kid, signing, false);
            }
            let (visit, mut browser) = door.admits(nia_but(claims.clone())).await;
            assert_eq!(visit.status, StatusCode::UNAUTHORIZED, "{why}: {visit:?}");
            assert!(visit.text.contains("You are not logged in") && visit.location.is_none(), "{why}");
            assert!(!browser.has_session() && !browser.is_logged_in().await, "{why}");
            assert!(world.team.people().await.unwrap().is_empty(), "{why}");
            assert_eq!(world.installation_audit().await, ["session.refused"], "{why}");
        })
        .await;
    }
}

#[tokio::test]
async fn an_answer_is_taken_by_the_browser_that_asked_once_and_in_time() {
    on_both(async |world| {
        let door = Door::open(world, |_| ());
        let mut victim = door.browser();
        let sent_to = victim.begins("acme", "/").await;
        let (code, state) = door.acme.lets_in(&sent_to, nia());
        // Somebody else's browser, without an attempt and with one of its own.
        let mut other = door.browser();
        assert_eq!(other.comes_back(&code, &state).await.status, StatusCode::UNAUTHORIZED);
        other.begins("acme", "/").await;
        assert_eq!(other.comes_back(&code, &state).await.status, StatusCode::UNAUTHORIZED);
        assert!(!other.has_session());
        // The right browser with a state that is wrong, missing or sent twice.
        for answer in
            [format!("code={code}&state=wrong"), format!("code={code}"), format!("code={code}&state={state}&state=x")]
        {
            let mut browser = Browser { door: &door, cookies: victim.cookies.clone() };
            let visit = browser.visits(&format!("/auth/oidc/acme/callback?{answer}")).await;
            assert_eq!(visit.status, StatusCode::UNAUTHORIZED, "{answer}");
        }
        // Another provider's answer, and one that another issuer says is its own.
        let mut mixed = Browser { door: &door, cookies: victim.cookies.clone() };
        let visit = mixed.visits(&format!("/auth/oidc/other/callback?code={code}&state={state}")).await;
        assert_eq!(visit.status, StatusCode::UNAUTHORIZED);
        let mut mixed = Browser { door: &door, cookies: victim.cookies.clone() };
        let evil = format!("/auth/oidc/acme/callback?code={code}&state={state}&iss=https://evil.example");
        assert_eq!(mixed.visits(&evil).await.status, StatusCode::UNAUTHORIZED);
        // The provider said no.
        let mut refused = Browser { door: &door, cookies: victim.cookies.clone() };
        let no = format!("/auth/oidc/acme/callback?error=access_denied&error_description=%3Cb%3E&state={state}");
        let visit = refused.visits(&no).await;
        assert!(visit.status == StatusCode::UNAUTHORIZED && !visit.text.contains("<b>"));

        // Once, even where the provider would take the code again.
        door.acme.forgiving.store(true, Ordering::SeqCst);
        let mut again = Browser { door: &door, cookies: victim.cookies.clone() };
        assert_eq!(victim.comes_back(&code, &state).await.status, StatusCode::SEE_OTHER);
        let visit = again.comes_back(&code, &state).await;
        assert!(visit.status == StatusCode::UNAUTHORIZED && visit.text.contains("completed before"), "{visit:?}");
        assert!(!again.has_session());

        let mut late = door.browser();
        let sent_to = late.begins("acme", "/").await;
        let (code, state) = door.acme.lets_in(&sent_to, nia());
        world.wait(600);
        assert_eq!(late.comes_back(&code, &state).await.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn a_code_is_exchanged_once() {
    on_both(async |world| {
        let door = Door::open(world, |_| ());
        let (mut first, mut second) = (door.browser(), door.browser());
        let sent_to = first.begins("acme", "/").await;
        let (code, state) = door.acme.lets_in(&sent_to, nia());
        assert_eq!(first.comes_back(&code, &state).await.status, StatusCode::SEE_OTHER);
        // In an attempt of its own the code is worth nothing any more, and without its verifier it never was.
        let sent_to = second.begins("acme", "/").await;
        let (_, own) = door.acme.lets_in(&sent_to, nia());
        assert_eq!(second.comes_back(&code, &own).await.status, StatusCode::UNAUTHORIZED);
        assert!(!second.has_session());
    })
    .await;
}

#[tokio::test]
async fn a_code_that_was_stolen_lacks_its_verifier() {
    on_both(async |world| {
        let door = Door::open(world, |_| ());
        let (mut victim, mut thief) = (door.browser(), door.browser());
        let (stolen, _) = door.acme.lets_in(&victim.begins("acme", "/").await, nia());
        let (_, own) = door.acme.lets_in(&thief.begins("acme", "/").await, nia());
        assert_eq!(thief.comes_back(&stolen, &own).await.status, StatusCode::UNAUTHORIZED);
        assert!(!thief.has_session());
    })
    .await;
}

#[tokio::test]
async fn a_new_key_is_looked_for_once() {
    on_both(async |world| {
        let door = Door::open(world, |_| ());
        assert_eq!(door.admits(nia()).await.0.status, StatusCode::SEE_OTHER);
        door.admits(nia()).await;
        assert_eq!(door.acme.asked_for_keys.load(Ordering::SeqCst), 1);
        door.acme.changes_key("second", &Signing::es256(), true);
        assert_eq!(door.admits(nia()).await.0.status, StatusCode::SEE_OTHER);
        assert_eq!(door.acme.asked_for_keys.load(Ordering::SeqCst), 2);
        door.acme.changes_key("third", &Signing::es256(), false);
        assert_eq!(door.admits(nia()).await.0.status, StatusCode::UNAUTHORIZED);
        assert_eq!(door.acme.asked_for_keys.load(Ordering::SeqCst), 3);
    })
    .await;
}

#[tokio::test]
async fn whoever_the_operator_does_not_mean_is_told_so() {
    on_both(async |world| {
        let door = Door::open(world, |settings| settings.default_role = None);
        let boss = world.has("boss@partner.example", Role::Admin).await;
        for (why, claims) in [
            ("says nothing of it", json!({ "email_verified": null })),
            ("not verified", json!({ "email_verified": false })),
            ("another domain", json!({ "email": "nia@partner.example" })),
            ("a domain that ends like it", json!({ "email": "nia@evil-example.com" })),
            ("somebody's address in another domain", json!({ "email": "boss@partner.example" })),
            ("no group of use", json!({ "groups": ["all"] })),
            ("no groups", json!({ "groups": [] })),
        ] {
            let (visit, browser) = door.admits(nia_but(claims)).await;
            assert_eq!(visit.status, StatusCode::FORBIDDEN, "{why}: {visit:?}");
            assert!(!browser.has_session(), "{why}");
        }
        assert_eq!(world.team.people().await.unwrap().len(), 1);
        assert_eq!(world.members().await, HashMap::from([(boss.id, Role::Admin)]));
        // Whoever is disabled stays out.
        assert_eq!(door.admits(nia()).await.0.status, StatusCode::SEE_OTHER);
        let nia_here = world.team.person(&"nia@example.com".parse().unwrap()).await.unwrap();
        world.team.set_disabled(nia_here.id, true).await.unwrap();
        let (visit, browser) = door.admits(nia()).await;
        assert!(visit.status == StatusCode::FORBIDDEN && !browser.has_session());
    })
    .await;
}

#[tokio::test]
async fn another_group_is_another_role_and_ends_the_sessions_of_the_old_one() {
    on_both(async |world| {
        let door = Door::open(world, |_| ());
        let (_, mut before) = door.admits(nia_but(json!({ "groups": ["it"] }))).await;
        assert!(before.is_logged_in().await);
        assert_eq!(door.role_of("nia@example.com").await, Some(Role::Admin));
        // A single group without its brackets.
        let (_, mut after) = door.admits(nia_but(json!({ "groups": "cx" }))).await;
        assert_eq!(door.role_of("nia@example.com").await, Some(Role::Manager));
        assert!(after.is_logged_in().await && !before.is_logged_in().await);
        door.admits(nia_but(json!({ "groups": null }))).await;
        assert_eq!(door.role_of("nia@example.com").await, Some(Role::Manager), "what is not said changes nothing");
        door.admits(nia_but(json!({ "groups": [] }))).await;
        assert_eq!(door.role_of("nia@example.com").await, Some(Role::Viewer));
        let ada = world.has("ada@example.com", Role::Owner).await;
        door.admits(json!({ "sub": "ada-1", "email": "ada@example.com", "email_verified": true, "groups": ["cx"] }))
            .await;
        assert_eq!(world.members().await[&ada.id], Role::Owner, "no group takes a workspace from its owner");
    })
    .await;
}

#[tokio::test]
async fn nobody_is_led_to_another_site() {
    on_both(async |world| {
        let door = Door::open(world, |_| ());
        for (number, wish) in
            ["https://evil.example", "//evil.example", "/\\evil.example", "/%0d%0aSet-Cookie:a=b", "/a\r\nb"]
                .into_iter()
                .enumerate()
        {
            let mut browser = door.browser();
            let sent_to = browser.begins("acme", wish).await;
            let (code, state) = door.acme.lets_in(&sent_to, nia_but(json!({ "sub": format!("nia-{number}") })));
            let visit = browser.comes_back(&code, &state).await;
            let target = Url::parse(PUBLIC).unwrap().join(&visit.location.unwrap()).unwrap();
            assert_eq!(target.host_str(), Some("harken.example.com"), "{wish}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_the_token_does_not_say_the_provider_is_asked_for() {
    on_both(async |world| {
        let door = Door::open(world, |_| ());
        let silent = json!({ "email": null, "email_verified": null, "name": null, "groups": null });
        *door.acme.user_info.lock().unwrap() = nia();
        assert_eq!(door.admits(nia_but(silent.clone())).await.0.status, StatusCode::SEE_OTHER);
        assert_eq!(door.role_of("nia@example.com").await, Some(Role::Manager));
        // An answer about somebody else.
        *door.acme.user_info.lock().unwrap() = nia_but(json!({ "sub": "eve-6" }));
        assert_eq!(door.admits(nia_but(silent)).await.0.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_down_or_another_one_says_so_and_nobody_gets_in() {
    on_both(async |world| {
        let door = Door::open(world, |_| ());
        let mut browser = door.browser();
        // `other` answers with the document of `acme`.
        assert_eq!(browser.visits("/auth/oidc/other/login").await.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(browser.visits("/auth/oidc/nobody/login").await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.visits("/auth/oidc/nobody/callback?code=a&state=b").await.status, StatusCode::NOT_FOUND);
        let sent_to = browser.begins("acme", "/").await;
        let (code, state) = door.acme.lets_in(&sent_to, nia());
        door.acme.down.store(true, Ordering::SeqCst);
        let visit = browser.comes_back(&code, &state).await;
        assert!(!browser.has_session() && visit.location.is_none(), "{visit:?}");
        world.wait(3_600);
        assert_eq!(browser.visits("/auth/oidc/acme/login").await.status, StatusCode::SERVICE_UNAVAILABLE);
    })
    .await;
}

#[tokio::test]
async fn a_second_factor_is_asked_for_all_the_same() {
    use sea_orm::{ConnectionTrait, sea_query::Query};
    on_both(async |world| {
        let door = Door::open(world, |_| ());
        let ada = world.has("ada@example.com", Role::Agent).await;
        let factor = Query::insert()
            .into_table("second_factor")
            .columns(["person", "secret", "created_at", "confirmed_at", "last_step"])
            .values_panic([ada.id.into(), vec![0_u8].into(), 1.into(), 1.into(), 0.into()])
            .take();
        let transaction = world.store.begin().await.unwrap();
        transaction.execute(&factor).await.unwrap();
        transaction.commit().await.unwrap();
        let (visit, mut browser) = door.admits(nia_but(json!({ "sub": "ada-1", "email": "ada@example.com" }))).await;
        assert_eq!(visit.status, StatusCode::SEE_OTHER);
        assert!(browser.has_session() && !browser.is_logged_in().await);
    })
    .await;
}

#[tokio::test]
async fn who_has_no_password_sets_a_second_factor_up_within_ten_minutes_of_the_provider() {
    on_both(async |world| {
        let door = Door::open(world, |_| ());
        let needs_password = async |browser: &mut Browser<'_>| {
            let shown: Json = serde_json::from_str(&browser.visits("/api/v1/team/second-factor").await.text).unwrap();
            shown["needs_password"].as_bool().unwrap()
        };
        let (_, mut browser) = door.admits(nia()).await;
        world.wait(10 * 60);
        assert!(needs_password(&mut browser).await);
        let (status, problem) = browser.posts("second-factor", json!({})).await;
        assert_eq!((status, &problem["errors"][0]["reason"]), (400, &json!("stale")), "{problem}");

        let (_, mut browser) = door.admits(nia()).await;
        assert!(!needs_password(&mut browser).await);
        world.wait(10 * 60 - 1);
        // Whoever does give a password must give the right one.
        assert_eq!(browser.posts("second-factor", json!({ "password": "guessed" })).await.0, 400);
        let (status, begun) = browser.posts("second-factor", json!({})).await;
        assert_eq!(status, 201, "{begun}");
        let secret = totp_rs::Secret::try_from_base32(begun["secret"].as_str().unwrap()).unwrap();
        let builder = totp_rs::Builder::new().with_secret(secret).with_account_name("x").with_issuer(Some("Harken"));
        let totp = builder.build().unwrap();
        let code = |world: &World| totp.generate(u64::try_from(world.clock.now().micros()).unwrap() / 1_000_000);
        let first = json!({ "code": code(world).to_string() });
        assert_eq!(browser.posts("second-factor/confirmation", first).await.0, 201);
        world.wait(60);
        assert_eq!(browser.posts("second-factor/removal", json!({})).await.0, 400, "by now it is too late");

        let (_, mut browser) = door.admits(nia()).await;
        assert!(!browser.is_logged_in().await, "from now on it is asked for");
        let next = json!({ "code": code(world).to_string() });
        assert_eq!(browser.posts("session/second-factor", next).await.0, 201);
        assert_eq!(browser.posts("second-factor/recovery-codes", json!({})).await.0, 201);
        assert_eq!(browser.posts("second-factor/removal", json!({})).await.0, 204);
        world.wait(10 * 60);
        assert_eq!(browser.posts("second-factor", json!({})).await.0, 400);
    })
    .await;
}

#[tokio::test]
async fn the_providers_are_listed_and_lead_out_again() {
    on_both(async |world| {
        let door = Door::open(world, |_| ());
        let mut browser = door.browser();
        let listed: Json = serde_json::from_str(&browser.visits("/api/v1/team/providers").await.text).unwrap();
        assert_eq!(listed["items"][0], json!({ "name": "acme", "login": "/auth/oidc/acme/login" }));
        let goodbye = browser.visits("/auth/oidc/acme/logout").await.location.unwrap();
        assert!(goodbye.starts_with("https://id.example.com/goodbye?client_id=harken&post_logout_redirect_uri=https"));
    })
    .await;
}
