//! The customers' own pages: Ana chooses what she is contacted about, and ends a topic with one click.

use axum::{
    body::Body,
    http::{Request, header},
};
use customers::consent::{ContactChannel::Email, LinkSettings, TopicId};
use serde_json::{Value as Json, json};
use store::Vault;
use team::KeyRequest;
use testkit::{ANA, BRUNO, World, on_both};

use crate::world::{Answer, House, get};

/// The lamp shop with its topics, and Ana, whose number is 1.
async fn shop(world: &World) -> House {
    let links = LinkSettings {
        public_url: Some("https://cx.example.com/lamps".parse().unwrap()),
        vault: Vault::open(world.folder()).unwrap(),
    };
    let mut world = world.clone();
    world.customers = world.customers.with(links);
    let house = House::over(&world);
    for (id, name, basis) in [
        ("newsletter", "Newsletter <b>", "opt_in"),
        ("tips", "Tips", "opt_out"),
        ("delivery", "Deliveries", "transactional"),
    ] {
        let topic = json!({ "id": id, "name": name, "channels": ["email", "sms"], "basis": basis });
        assert_eq!(house.posts(&world.scope, "/api/v1/customers/topics", &topic).await.status, 201);
    }
    world.hears([ANA.does("page_viewed"), BRUNO.does("page_viewed")]).await;
    house
}

/// A link's path on this server, whatever stands before it.
fn path(link: &str) -> String {
    link.strip_prefix("https://cx.example.com/lamps").unwrap().to_owned()
}

impl House {
    async fn links_to_preferences(&self, world: &World) -> String {
        let made = self.posts(&world.scope, "/api/v1/customers/1/preference-links", &Json::Null).await;
        assert_eq!(made.status, 201, "{made:?}");
        path(made.json()["url"].as_str().unwrap())
    }

    async fn links_to_the_end_of(&self, world: &World, topic: &str) -> String {
        let customers = &self.rooms.customers;
        let topic = TopicId::new(topic).unwrap();
        let link = customers.unsubscribe_link(&world.scope, base::CustomerId(1), &topic, Email).await;
        path(link.unwrap().as_str())
    }

    /// Sends a form as a browser without scripts does, or a mail program without cookies.
    async fn fills(&self, path: &str, form: &'static str) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.asks(request.body(Body::from(form)).unwrap()).await
    }

    async fn stands(&self, world: &World, topic: &str, channel: &str) -> Json {
        let preferences = self.gets(&world.scope, "/api/v1/customers/1/preferences").await.json();
        let all = preferences["preferences"].as_array().unwrap();
        all.iter().find(|one| one["topic"] == topic && one["channel"] == channel).unwrap()["state"].clone()
    }

    async fn ledger(&self, world: &World) -> Vec<Json> {
        let consents = self.gets(&world.scope, "/api/v1/customers/1/consents").await.json();
        consents["items"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn ana_chooses_by_a_link_without_logging_in_and_what_she_chose_is_proven() {
    on_both(async |world| {
        let house = shop(world).await;
        let link = house.links_to_preferences(world).await;
        let page = house.asks(get(&link)).await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
        assert!(page.header("content-security-policy").contains("form-action 'self'"));
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert!(page.text.contains("Newsletter &lt;b&gt;") && !page.text.contains("Deliveries"), "{}", page.text);
        assert!(page.text.contains(r#"value="newsletter:email">"#), "nothing that needs a yes is ticked: {}", page.text);
        assert!(page.text.contains(r#"value="tips:email" checked>"#));
        assert!(house.ledger(world).await.is_empty(), "looking changes nothing");
        let form = "shown=newsletter%3Aemail%3Aoff&yes=newsletter%3Aemail&shown=tips%3Aemail%3Aon&shown=tips%3Asms%3Aon&yes=tips%3Asms";
        for _ in 0..2 {
            let answer = house.fills(&link, form).await;
            assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "?saved"));
        }
        assert!(house.asks(get(&format!("{link}?saved"))).await.text.contains("Your choices are saved"));
        assert_eq!(house.stands(world, "newsletter", "email").await, "granted");
        assert_eq!(house.stands(world, "newsletter", "sms").await, "missing", "what was not shown was not chosen");
        assert_eq!(house.stands(world, "tips", "email").await, "withdrawn");
        assert_eq!(house.stands(world, "tips", "sms").await, "presumed", "what was left alone was not said");
        let ledger = house.ledger(world).await;
        assert_eq!(ledger.len(), 2, "sent twice, written once");
        assert_eq!(ledger[1]["actor"], "customer");
        assert_eq!(ledger[1]["source"], "preference_centre");
        assert_eq!(ledger[1]["wording"], "Newsletter <b>:  (E-mail)");
        house.fills(&link, "nothing=true").await;
        assert_eq!(house.stands(world, "newsletter", "email").await, "withdrawn");
        assert_eq!(house.stands(world, "delivery", "email").await, "always");
    })
    .await;
}

#[tokio::test]
async fn one_click_ends_a_topic_without_cookies_and_looking_never_does() {
    on_both(async |world| {
        let house = shop(world).await;
        let link = house.links_to_the_end_of(world, "tips").await;
        let looked = house.asks(get(&link)).await;
        assert!(looked.status == 200 && looked.text.contains("<form method=\"post\">"), "{looked:?}");
        assert_eq!(house.stands(world, "tips", "email").await, "presumed");
        for _ in 0..3 {
            let done = house.fills(&link, "List-Unsubscribe=One-Click").await;
            assert!(done.status == 200 && done.text.contains("You are unsubscribed"), "{done:?}");
        }
        assert_eq!(house.stands(world, "tips", "email").await, "withdrawn");
        assert_eq!(house.stands(world, "tips", "sms").await, "presumed");
        let ledger = house.ledger(world).await;
        assert_eq!((ledger.len(), ledger[0]["source"].as_str()), (1, Some("one_click")));
        let gone = house.links_to_the_end_of(world, "newsletter").await;
        house.rooms.customers.delete_topic(&world.scope, &TopicId::new("newsletter").unwrap(), None).await.unwrap();
        assert_eq!(house.fills(&gone, "").await.status, 200, "it is said even where the topic is gone");
        let customers = &house.rooms.customers;
        let delivery = TopicId::new("delivery").unwrap();
        assert!(customers.unsubscribe_link(&world.scope, base::CustomerId(1), &delivery, Email).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_link_that_was_guessed_taken_away_or_meant_for_something_else_does_not_work() {
    on_both(async |world| {
        let house = shop(world).await;
        let (preferences, end) =
            (house.links_to_preferences(world).await, house.links_to_the_end_of(world, "tips").await);
        let token = |link: &str| link.rsplit('/').next().unwrap().to_owned();
        let (choose, stop) = (token(&preferences), token(&end));
        let mut damaged = choose.clone().into_bytes();
        let middle = damaged.len() / 2;
        damaged[middle] = if damaged[middle] == b'A' { b'B' } else { b'A' };
        let damaged = String::from_utf8(damaged).unwrap();
        for wrong in [
            format!("/preferences/{stop}"),
            format!("/unsubscribe/{choose}"),
            format!("/preferences/{damaged}"),
            format!("/preferences/{}", &choose[..choose.len() - 1]),
            "/preferences/AAAA".to_owned(),
            "/preferences/%20".to_owned(),
        ] {
            for answer in [house.asks(get(&wrong)).await, house.fills(&wrong, "nothing=true").await] {
                assert_eq!(answer.status, 410, "{wrong}: {answer:?}");
                assert!(answer.text.contains("This page is not there"));
            }
        }
        assert!(house.ledger(world).await.is_empty());
        let revoke = Request::delete("/api/v1/customers/1/preference-links").body(Body::empty()).unwrap();
        assert_eq!(house.asks_as(&world.scope, revoke).await.status, 204);
        for old in [preferences, end] {
            assert_eq!(house.asks(get(&old)).await.status, 410, "{old}");
        }
        let new = house.links_to_preferences(world).await;
        assert_eq!(house.asks(get(&new)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_asks_for_privacy_is_heard_by_the_collect_api() {
    on_both(async |world| {
        let house = shop(world).await;
        let key = house.rooms.team.create_key(&world.scope, KeyRequest::write("shop"), None).await.unwrap().secret;
        let views = async |person: testkit::Person, privacy: &str| {
            let event = json!({ "writeKey": key, "userId": person.user_id, "name": "cart" });
            let request = Request::post("/v1/page").header("sec-gpc", privacy).body(Body::from(event.to_string()));
            assert_eq!(house.asks(request.unwrap()).await.status, 200);
        };
        views(ANA, "1").await;
        views(BRUNO, "0").await;
        house.catches_up(world).await;
        assert_eq!(house.stands(world, "tips", "email").await, "objected");
        let bruno = house.gets(&world.scope, "/api/v1/customers/2/preferences").await.json();
        assert_eq!(bruno["objected_at"], Json::Null);
        let ana = house.gets(&world.scope, "/api/v1/customers/1/preferences").await.json();
        assert!(ana["objected_at"].is_string());
        let link = house.links_to_preferences(world).await;
        house.fills(&link, "shown=tips%3Aemail%3Aoff&yes=tips%3Aemail").await;
        views(ANA, "1").await;
        house.catches_up(world).await;
        assert_eq!(house.stands(world, "tips", "email").await, "granted", "what she says herself stands");
    })
    .await;
}
