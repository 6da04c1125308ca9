//! Sessions: how long they live, and how they end.

use serde_json::json;

use crate::house::{ADA, Member, NEW_PASSWORD, OLGA, PASSWORD, on_both};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

#[tokio::test]
async fn a_session_ends_when_it_is_idle_for_twelve_hours() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        house.wait(12 * HOUR - 1);
        assert!(olga.is_in().await);
        house.wait(12 * HOUR - 1);
        assert!(olga.is_in().await, "it was used meanwhile");
        house.wait(12 * HOUR);
        assert!(!olga.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_however_much_it_is_used() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        for _ in 0..60 {
            house.wait(DAY / 2 - 60);
            assert!(olga.is_in().await);
        }
        house.wait(HOUR);
        assert!(!olga.is_in().await);
        house.team.forget_expired().await.unwrap();
        assert!(!olga.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn olga_sees_where_she_is_logged_in_and_ends_what_she_does_not_know() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        house.wait(90);
        let mut phone = house.browser().at("2001:db8:7:1::9").with("user-agent", "Phone/2");
        phone.post("sessions", json!({ "email": OLGA, "password": PASSWORD })).await.is(201);
        let mut laptop = house.logs_in(OLGA).await;
        let listed = phone.get("sessions").await.is(200);
        assert_eq!(listed.items().len(), 3);
        let mine = listed.items().iter().find(|session| session["current"] == true).unwrap();
        assert_eq!((mine["network"].as_str(), mine["agent"].as_str()), (Some("2001:db8:7::/48"), Some("Phone/2")));
        assert_eq!(mine, &phone.get("session").await.is(200).body);
        assert!(!listed.body.to_string().contains("2001:db8:7:1"), "no more of the address is kept");

        let phones = mine["id"].as_str().unwrap();
        olga.delete(&format!("sessions/{phones}")).await.is(204);
        olga.delete(&format!("sessions/{phones}")).await.is(404);
        assert!(!phone.is_in().await && laptop.is_in().await);
        olga.delete("sessions").await.is(204);
        assert!(!laptop.is_in().await && olga.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_session_is_not_there() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut ada = house.joins(&mut olga, ADA, "admin").await;
        let olgas = olga.get("session").await.is(200).id();
        ada.delete(&format!("sessions/{olgas}")).await.is(404);
        ada.delete("sessions/no-id").await.is(404);
        assert!(olga.is_in().await);
        assert!(!ada.get("sessions").await.is(200).body.to_string().contains(&olgas));
    })
    .await;
}

#[tokio::test]
async fn logging_in_ends_the_session_that_the_browser_had() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut before = olga.clone();
        olga.post("sessions", json!({ "email": OLGA, "password": PASSWORD })).await.is(201);
        assert_ne!(olga.cookie, before.cookie);
        assert!(olga.is_in().await && !before.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_password_or_role_and_disabling_end_every_session_at_once() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut ada = house.joins(&mut olga, ADA, "agent").await;
        let id = ada.id().await;

        let mut phone = house.logs_in(ADA).await;
        ada.put("password", json!({ "password": PASSWORD, "new_password": NEW_PASSWORD })).await.is(201);
        assert!(ada.is_in().await && !phone.is_in().await);
        ada.put("password", json!({ "password": NEW_PASSWORD, "new_password": PASSWORD })).await.is(201);

        olga.patch(&format!("members/{id}"), json!({ "role": "manager" })).await.is(200);
        assert!(!ada.is_in().await);
        let mut ada = house.logs_in(ADA).await;
        let person = house.team.person(&ADA.parse().unwrap()).await.unwrap();
        house.team.set_disabled(person.id, true).await.unwrap();
        assert!(!ada.is_in().await);
        ada.post("sessions", json!({ "email": ADA, "password": PASSWORD })).await.is(401);
        house.team.set_disabled(person.id, false).await.unwrap();
        assert!(!ada.is_in().await);
        house.logs_in(ADA).await;
    })
    .await;
}

#[tokio::test]
async fn no_cookie_that_is_not_ours_opens_anything() {
    on_both(async |house| {
        let olga = house.olga().await;
        let real = olga.cookie.clone().unwrap();
        let value = real.strip_prefix("__Host-harken=").unwrap();
        for wrong in [
            String::new(),
            "__Host-harken=".into(),
            format!("__Host-harken={}", &value[..42]),
            format!("__Host-harken={value}A"),
            format!("__Host-harken={}", "A".repeat(43)),
            format!("harken={value}"),
            format!("__host-harken={value}"),
            format!("__Host-harken=\"{value}\""),
        ] {
            let mut eve = olga.clone();
            eve.cookie = Some(wrong.clone());
            assert!(!eve.is_in().await, "{wrong}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_says_how_sessions_end() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut laptop = house.logs_in(OLGA).await;
        let session = laptop.get("session").await.is(200).id();
        olga.delete(&format!("sessions/{session}")).await.is(204);
        olga.delete(&format!("sessions/{session}")).await.is(404);
        olga.delete("sessions").await.is(204);
        let person = olga.id().await;
        olga.delete("session").await.is(204);
        let entries = house.audit_of_installation().await;
        let ended: Vec<_> = entries.iter().filter(|entry| entry.action == "session.ended").collect();
        let details: Vec<_> = ended.iter().map(|entry| &entry.details).collect();
        assert_eq!(
            details,
            [
                &json!({ "by": "log_out" }),
                &json!({ "by": "another_session", "all": true }),
                &json!({ "by": "another_session" })
            ]
        );
        for entry in ended {
            assert_eq!(entry.actor_id.map(|id| id.to_string()), Some(person.clone()));
            assert_eq!((entry.object.as_ref(), entry.network.as_deref()), (Some(&person), Some("203.0.113.0/24")));
        }
        assert!(house.team.verify_audit().await.unwrap().broken.is_empty());
    })
    .await;
}
