//! Passwords: changing one, forgetting one; and addresses, which are changed much alike.

use serde_json::json;

use crate::house::{ADA, Member, NEW_PASSWORD, OLGA, PASSWORD, on_both};

#[tokio::test]
async fn olga_changes_her_password_with_the_one_before() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let change = |password: &str, new: &str| json!({ "password": password, "new_password": new });
        assert_eq!(
            olga.put("password", change(NEW_PASSWORD, NEW_PASSWORD)).await.is(400).wrong(),
            ("password", "wrong")
        );
        assert_eq!(
            olga.put("password", change(PASSWORD, "iloveyou")).await.is(400).wrong(),
            ("password", "too_common")
        );
        let before = olga.clone();
        olga.put("password", change(PASSWORD, NEW_PASSWORD)).await.is(201);
        assert!(olga.is_in().await && !before.clone().is_in().await);
        assert_eq!(house.mail_to(OLGA).await, ["password_changed"]);
        let mut again = house.browser();
        again.post("sessions", json!({ "email": OLGA, "password": PASSWORD })).await.is(401);
        again.post("sessions", json!({ "email": OLGA, "password": NEW_PASSWORD })).await.is(201);
    })
    .await;
}

#[tokio::test]
async fn olga_forgets_her_password_and_chooses_another_by_mail() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut stranger = house.browser();
        stranger.post("password-resets", json!({ "email": "OLGA@example.com" })).await.is(202);
        let token = house.mailed_token(OLGA, "password_reset").await;
        assert!(olga.is_in().await, "asking changes nothing");
        let reset = |password: &str| json!({ "token": token, "password": password });
        stranger.post("password-resets/acceptance", reset("12345678")).await.is(400);
        stranger.post("password-resets/acceptance", reset(NEW_PASSWORD)).await.is(204);
        assert!(!olga.is_in().await && !stranger.is_in().await, "she logs in with it, which nobody did yet");
        olga.post("sessions", json!({ "email": OLGA, "password": NEW_PASSWORD })).await.is(201);
        // The clock stands still, so which of the two came last is not told.
        assert!(house.mail_to(OLGA).await.contains(&"password_changed".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn nobody_buries_somebody_in_mail() {
    on_both(async |house| {
        house.olga().await;
        let mut asked = 0;
        loop {
            let mut stranger = house.browser().at(&format!("198.51.100.{asked}"));
            if stranger.post("password-resets", json!({ "email": OLGA })).await.status == 429 {
                break;
            }
            asked += 1;
            assert!(asked < 10);
        }
        assert!(asked >= 3);
    })
    .await;
}

#[tokio::test]
async fn a_person_whom_the_operator_made_chooses_a_password_by_the_link() {
    on_both(async |house| {
        house.olga().await;
        let ada = house.creates(ADA, team::Role::Agent).await;
        let mut browser = house.browser();
        browser.post("sessions", json!({ "email": ADA, "password": PASSWORD })).await.is(401);
        let link = house.team.password_link(ada.id, &"https://cx.example.com".parse().unwrap()).await.unwrap();
        let reset = json!({ "token": link.fragment(), "password": PASSWORD });
        browser.post("password-resets/acceptance", reset).await.is(204);
        house.logs_in(ADA).await;
    })
    .await;
}

#[tokio::test]
async fn olga_moves_to_another_address_once_she_has_proven_it() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let new = "olga@example.org";
        let ask = |password: &str| json!({ "email": new, "password": password });
        olga.post("email-changes", ask(NEW_PASSWORD)).await.is(400);
        olga.post("email-changes", ask(PASSWORD)).await.is(202);
        let token = house.mailed_token(new, "email_confirmation").await;
        assert_eq!(olga.get("me").await.body["email"], OLGA);
        house.browser().post("email-changes/acceptance", json!({ "token": token })).await.is(204);
        assert_eq!(olga.get("me").await.body["email"], new);
        assert_eq!(house.mail_to(OLGA).await, ["email_changed"]);
        house.logs_in(new).await;
        house.browser().post("sessions", json!({ "email": OLGA, "password": PASSWORD })).await.is(401);
    })
    .await;
}

#[tokio::test]
async fn nobody_moves_to_somebody_elses_address() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut ada = house.joins(&mut olga, ADA, "agent").await;
        let taken = ada.post("email-changes", json!({ "email": OLGA, "password": PASSWORD })).await.is(202);
        let free =
            ada.post("email-changes", json!({ "email": "free@example.com", "password": PASSWORD })).await.is(202);
        assert_eq!(taken.body, free.body, "who is there is told to nobody but the reader of that address");
        house.wait(1);
        ada.post("email-changes", json!({ "email": OLGA, "password": PASSWORD })).await.is(202);
        let token = house.mailed_token(OLGA, "email_confirmation").await;
        house.browser().post("email-changes/acceptance", json!({ "token": token })).await.is(409);
        assert_eq!(ada.get("me").await.body["email"], ADA);
    })
    .await;
}
