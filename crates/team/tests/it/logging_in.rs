//! Logging in by a password, and what a stranger learns from trying.

use base::Clock;
use serde_json::json;

use crate::{
    browser::Answer,
    house::{House, Member, OLGA, PASSWORD, on_both},
};

/// Everything that a stranger sees of an answer.
fn seen(answer: &Answer) -> (u16, String, Vec<String>) {
    let headers = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}"));
    (answer.status.as_u16(), answer.body.to_string(), headers.collect())
}

async fn tries(house: &House, ip: &str, email: &str, password: &str) -> Answer {
    let mut stranger = house.browser().at(ip);
    stranger.post("sessions", json!({ "email": email, "password": password })).await
}

#[tokio::test]
async fn olga_logs_in_in_any_spelling_of_her_address_and_out_again() {
    on_both(async |house| {
        house.olga().await;
        let mut olga = house.browser();
        assert!(!olga.is_in().await);
        let spelled = json!({ "email": " OLGA@Example.COM", "password": PASSWORD });
        assert_eq!(olga.post("sessions", spelled).await.is(201).body, json!({ "next": "done" }));
        assert!(olga.is_in().await);
        let cookie = olga.cookie.clone();
        let out = olga.delete("session").await.is(204);
        assert!(out.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
        assert!(!olga.is_in().await);
        olga.cookie = cookie;
        assert!(!olga.is_in().await, "the cookie is worth nothing now");
    })
    .await;
}

#[tokio::test]
async fn the_operator_lets_olga_in_by_a_link_and_it_is_told() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let token = house.login_token(OLGA).await;
        let mut elsewhere = house.logs_in(OLGA).await;
        let before = elsewhere.clone();
        let step = elsewhere.post("login-links/acceptance", json!({ "token": token })).await.is(201);
        assert_eq!(step.body, json!({ "next": "done" }));
        assert!(elsewhere.is_in().await && olga.is_in().await);
        assert!(!before.clone().is_in().await, "the session that the browser had is over");
        assert_eq!(house.audited().await[0], "login_link.created");
        assert_eq!(house.team.verify_audit().await.unwrap().broken, []);

        let token = house.login_token(OLGA).await;
        let person = house.team.person(&OLGA.parse().unwrap()).await.unwrap();
        let nina = house.creates("nina@example.com", team::Role::Owner).await;
        house.team.set_disabled(person.id, true).await.unwrap();
        assert_ne!(nina.id, person.id);
        house.browser().post("login-links/acceptance", json!({ "token": token })).await.is(410);
    })
    .await;
}

#[tokio::test]
async fn a_stranger_cannot_tell_who_is_there() {
    on_both(async |house| {
        house.olga().await;
        let nina = house.creates("nina@example.com", team::Role::Viewer).await;
        house.team.set_disabled(nina.id, true).await.unwrap();
        let known = tries(house, "198.51.100.1", OLGA, "wrong horse battery").await.is(401);
        for (ip, email) in [("198.51.100.2", "nobody@example.com"), ("198.51.100.3", "nina@example.com")] {
            assert_eq!(seen(&tries(house, ip, email, "wrong horse battery").await), seen(&known), "{email}");
        }
        let reset = async |ip: &str, email: &str| {
            house.browser().at(ip).post("password-resets", json!({ "email": email })).await.is(202)
        };
        let known = reset("198.51.100.4", OLGA).await;
        for (ip, email) in [("198.51.100.5", "nobody@example.com"), ("198.51.100.6", "nina@example.com")] {
            assert_eq!(seen(&reset(ip, email).await), seen(&known), "{email}");
        }
        house.mailed_token(OLGA, "password_reset").await;
        assert!(house.mail_to("nobody@example.com").await.is_empty());
        assert!(house.mail_to("nina@example.com").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn guessing_has_to_wait_for_known_and_unknown_accounts_alike_and_others_do_not() {
    on_both(async |house| {
        house.olga().await;
        for email in [OLGA, "nobody@example.com"] {
            let mut guesses = 0;
            // Each from another network: it is the account that is slowed down.
            while tries(house, &format!("198.51.100.{guesses}"), email, "wrong horse battery").await.status != 429 {
                guesses += 1;
                assert!(guesses < 20, "{email}");
            }
            assert!(guesses > 5, "fingers slip");
            let slowed = tries(house, "198.51.100.99", email, PASSWORD).await.is(429);
            assert!(slowed.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
        }
        let mut other = house.browser();
        let nobody = json!({ "email": "somebody@example.com", "password": "wrong horse battery" });
        other.post("sessions", nobody).await.is(401);
    })
    .await;
}

#[tokio::test]
async fn one_network_that_tries_many_accounts_has_to_wait() {
    on_both(async |house| {
        let guess = async |host: usize| {
            // One household's addresses differ in their last 64 bits.
            let ip = format!("2001:db8::{host:x}");
            tries(house, &ip, &format!("person{host}@example.com"), "wrong horse battery").await.status
        };
        let mut guesses = 0;
        while guess(guesses).await != 429 {
            guesses += 1;
            assert!(guesses < 40);
        }
        assert!(guesses > 20);
        tries(house, "2001:db8:0:1::1", "somebody@example.com", "wrong horse battery").await.is(401);
    })
    .await;
}

#[tokio::test]
async fn bad_bodies_are_refused_by_the_field() {
    on_both(async |house| {
        let mut eve = house.browser();
        for (body, field) in [
            (json!({ "email": "no address", "password": PASSWORD }), "email"),
            (json!({ "email": OLGA, "password": "" }), "password"),
            (json!({ "email": OLGA, "password": "x".repeat(129) }), "password"),
            (json!({ "email": OLGA, "password": PASSWORD, "role": "owner" }), "role"),
            (json!({ "email": OLGA }), "body"),
            (json!([]), "body"),
        ] {
            let refused = eve.post("sessions", body.clone()).await.is(400);
            assert_eq!(refused.wrong().0, field, "{body}");
        }
        eve.with("content-type", "text/plain")
            .post("sessions", json!({ "email": OLGA, "password": PASSWORD }))
            .await
            .is(400);
    })
    .await;
}

#[tokio::test]
async fn without_a_public_url_people_still_log_in_where_they_are() {
    for database in testkit::databases().await {
        let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
        let house = House::over(database.store.clone(), clock, Default::default()).await;
        let link = house.team.setup_link(&"http://127.0.0.1:8788".parse().unwrap()).await.unwrap().unwrap();
        assert!(link.as_str().starts_with("http://127.0.0.1:8788/set-up#"));
        let mut olga = house.browser().with("origin", "http://127.0.0.1:8788").with("host", "127.0.0.1:8788");
        let owner = json!({ "token": link.fragment(), "email": OLGA, "name": "Olga", "password": PASSWORD });
        olga.post("setup", owner).await.is(201);
        olga.patch("me", json!({ "name": "Olga Owner" })).await.is(200);
        olga.post("invitations", json!({ "email": "adam@example.com", "role": "admin" })).await.is(409);
        olga.with("origin", "http://evil.example").patch("me", json!({ "name": "Eve" })).await.is(403);
        drop(house);
        database.dispose().await;
    }
}

/// The middle of a list, and by the U test (Mann and Whitney 1947) how many standard deviations two lists are apart.
fn compare(known: &mut [f64], unknown: &mut [f64]) -> (f64, f64, f64) {
    let median = |list: &mut [f64]| {
        list.sort_by(f64::total_cmp);
        list[list.len() / 2]
    };
    let medians = (median(known), median(unknown));
    let (n, m) = (known.len() as f64, unknown.len() as f64);
    let below: usize = known.iter().map(|one| unknown.partition_point(|other| other < one)).sum();
    let deviation = (n * m * (n + m + 1.0) / 12.0).sqrt();
    (medians.0, medians.1, (below as f64 - n * m / 2.0) / deviation)
}

#[tokio::test]
#[ignore = "a measurement of some minutes: prints both medians and how far they are from chance"]
async fn how_long_a_stranger_waits_for_known_and_unknown_addresses() {
    let database = testkit::Database::sqlite().await;
    let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
    let settings = team::TeamSettings { public_url: Some(crate::house::url(crate::browser::PUBLIC_URL)), vault: None };
    let house = House::over(database.store.clone(), clock, settings).await;
    for person in 0..340 {
        let made = house.creates(&format!("known{person}@example.com"), team::Role::Viewer).await;
        if person < 200 {
            let link = house.team.password_link(made.id, &crate::house::url(crate::browser::PUBLIC_URL)).await.unwrap();
            let chosen = json!({ "token": crate::house::token(&link), "password": PASSWORD });
            house.browser().post("password-resets/acceptance", chosen).await.is(204);
        }
    }
    for (path, people, each) in [("sessions", 200, 5), ("password-resets", 340, 3)] {
        let mut seconds = [Vec::new(), Vec::new()];
        // Known and unknown take turns. Each try comes from a network of its own, and none has to wait.
        for (number, list) in (0..people * each * 2).map(|number| (number, number % 2)) {
            let name = ["known", "unknown"][list];
            let email = format!("{name}{}@example.com", number / 2 % people);
            let body = match path {
                "sessions" => json!({ "email": email, "password": "wrong horse battery" }),
                _ => json!({ "email": email }),
            };
            let mut stranger = house.browser().at(&format!("2001:db8:{:x}:{:x}::1", number >> 8, number & 255));
            let begun = std::time::Instant::now();
            let answer = stranger.post(path, body).await;
            seconds[list].push(begun.elapsed().as_secs_f64());
            assert!([401, 202].contains(&answer.status.as_u16()), "{answer:?}");
        }
        let [known, unknown] = &mut seconds;
        let (known, unknown, apart) = compare(known, unknown);
        eprintln!(
            "{path}: medians {:.3} ms known, {:.3} ms unknown; z = {apart:.2} (p > 0.01 within 2.58)",
            known * 1e3,
            unknown * 1e3
        );
    }
    drop(house);
    database.dispose().await;
}
