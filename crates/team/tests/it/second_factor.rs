//! The second factor: setting it up, logging in with it, and losing it.

use serde_json::json;
use totp_rs::{Builder, Secret, Totp};

use crate::{
    browser::Browser,
    house::{ADA, House, Member, NEW_PASSWORD, OLGA, PASSWORD, on_both},
};

/// Somebody's telephone.
struct Authenticator(Totp);

impl Authenticator {
    /// Shows the code of so many steps from now.
    fn shows(&self, house: &House, steps: i64) -> String {
        let seconds = house.clock.now().micros() / 1_000_000 + 30 * steps;
        self.0.generate(u64::try_from(seconds).unwrap()).to_string()
    }
}

/// Sets a second factor up; answers the telephone and the recovery codes.
async fn enrols(house: &House, browser: &mut Browser) -> (Authenticator, Vec<String>) {
    let begun = browser.post("second-factor", json!({ "password": PASSWORD })).await.is(201);
    let secret = Secret::try_from_base32(begun.body["secret"].as_str().unwrap()).unwrap();
    let totp = Builder::new().with_secret(secret).with_account_name("x").with_issuer(Some("Harken")).build().unwrap();
    let authenticator = Authenticator(totp);
    let code = authenticator.shows(house, 0);
    let confirmed = browser.post("second-factor/confirmation", json!({ "code": code })).await.is(201);
    let codes = confirmed.body["recovery_codes"].as_array().unwrap();
    (authenticator, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

/// Gives the password, and answers a browser that waits for the second factor.
async fn half_way(house: &House, email: &str) -> Browser {
    let mut browser = house.browser();
    let step = browser.post("sessions", json!({ "email": email, "password": PASSWORD })).await.is(201);
    assert_eq!(step.body, json!({ "next": "second_factor" }));
    browser
}

async fn gives(browser: &mut Browser, code: &str) -> u16 {
    browser.post("session/second-factor", json!({ "code": code })).await.status.as_u16()
}

#[tokio::test]
async fn a_link_of_the_operator_stands_in_for_the_password_alone() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let (authenticator, _) = enrols(house, &mut olga).await;
        house.wait(60);
        let token = house.login_token(OLGA).await;
        let mut browser = house.browser();
        let step = browser.post("login-links/acceptance", json!({ "token": token })).await.is(201);
        assert_eq!(step.body, json!({ "next": "second_factor" }));
        assert!(!browser.is_in().await);
        assert_eq!(gives(&mut browser, &authenticator.shows(house, 0)).await, 201);
        assert!(browser.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn olga_sets_it_up_and_logs_in_with_it() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut phone = house.logs_in(OLGA).await;
        let (authenticator, codes) = enrols(house, &mut olga).await;
        assert_eq!(codes.len(), 10);
        assert!(olga.is_in().await && !phone.is_in().await, "other sessions end");
        assert_eq!(house.mail_to(OLGA).await, ["second_factor_changed"]);
        let shown = olga.get("second-factor").await.is(200);
        assert_eq!(shown.body, json!({ "enabled": true, "recovery_codes_left": 10, "needs_password": true }));
        olga.post("second-factor", json!({ "password": PASSWORD })).await.is(409);

        house.wait(60);
        let mut olga = half_way(house, OLGA).await;
        let before = olga.cookie.clone();
        assert_eq!(gives(&mut olga, &authenticator.shows(house, 0)).await, 201);
        assert!(olga.is_in().await && olga.cookie != before);
    })
    .await;
}

#[tokio::test]
async fn a_password_alone_opens_nothing_and_waits_five_minutes() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let (authenticator, _) = enrols(house, &mut olga).await;
        house.wait(60);
        let mut eve = half_way(house, OLGA).await;
        for path in ["me", "members", "workspaces", "sessions", "session", "second-factor"] {
            eve.get(path).await.is(401);
        }
        eve.post("second-factor/removal", json!({ "password": PASSWORD })).await.is(401);
        assert_eq!(olga.get("sessions").await.is(200).items().len(), 1);
        house.wait(5 * 60);
        assert_eq!(gives(&mut eve, &authenticator.shows(house, 0)).await, 401);
        let mut stranger = house.browser();
        assert_eq!(gives(&mut stranger, &authenticator.shows(house, 0)).await, 401);
        assert_eq!(gives(&mut olga, &authenticator.shows(house, 0)).await, 401, "a whole session is no half one");
    })
    .await;
}

#[tokio::test]
async fn a_code_is_accepted_once_and_about_now() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let (authenticator, _) = enrols(house, &mut olga).await;
        let used = authenticator.shows(house, 0);
        assert_eq!(gives(&mut half_way(house, OLGA).await, &used).await, 401, "it was used to confirm");
        house.wait(90);
        for (steps, status) in [(-2, 401), (2, 401), (0, 201), (0, 401), (-1, 401), (1, 201), (1, 401)] {
            let code = authenticator.shows(house, steps);
            assert_eq!(gives(&mut half_way(house, OLGA).await, &code).await, status, "{steps} steps from now");
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_who_send_the_same_code_at_once_one_gets_in() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let (authenticator, codes) = enrols(house, &mut olga).await;
        house.wait(60);
        for code in [authenticator.shows(house, 0), codes[0].clone()] {
            let browsers = [half_way(house, OLGA).await, half_way(house, OLGA).await];
            let race = browsers.map(|mut browser| {
                let code = code.clone();
                tokio::spawn(async move { gives(&mut browser, &code).await })
            });
            let mut statuses = Vec::new();
            for one in race {
                statuses.push(one.await.unwrap());
            }
            statuses.sort_unstable();
            assert_eq!(statuses, [201, 401], "{code}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_stands_in_once_and_new_ones_replace_all() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let (_, codes) = enrols(house, &mut olga).await;
        let typed = codes[3].to_uppercase().replace('-', " ");
        assert_eq!(gives(&mut half_way(house, OLGA).await, &typed).await, 201);
        assert_eq!(gives(&mut half_way(house, OLGA).await, &codes[3]).await, 401);
        assert_eq!(olga.get("second-factor").await.body["recovery_codes_left"], 9);
        let renewed = olga.post("second-factor/recovery-codes", json!({ "password": PASSWORD })).await.is(201);
        assert_eq!(gives(&mut half_way(house, OLGA).await, &codes[4]).await, 401);
        let fresh = renewed.body["recovery_codes"][0].as_str().unwrap();
        assert_eq!(gives(&mut half_way(house, OLGA).await, fresh).await, 201);
    })
    .await;
}

#[tokio::test]
async fn guessing_codes_has_to_wait() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let (authenticator, _) = enrols(house, &mut olga).await;
        house.wait(60);
        let mut eve = half_way(house, OLGA).await;
        let mut guesses = 0;
        while gives(&mut eve, "000000").await != 429 {
            guesses += 1;
            assert!(guesses < 20);
        }
        assert!(guesses > 5);
        assert_eq!(gives(&mut eve, &authenticator.shows(house, 0)).await, 429, "a right one waits as long");
    })
    .await;
}

#[tokio::test]
async fn taking_it_away_needs_the_password_and_the_operator_can_for_whoever_lost_it() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        enrols(house, &mut olga).await;
        let wrong = olga.post("second-factor/removal", json!({ "password": NEW_PASSWORD })).await.is(400);
        assert_eq!(wrong.wrong(), ("password", "wrong"));
        assert_eq!(olga.post("second-factor/removal", json!({})).await.is(400).wrong(), ("password", "missing"));
        olga.post("second-factor/removal", json!({ "password": PASSWORD })).await.is(204);
        house.logs_in(OLGA).await;
        house.wait(60);
        enrols(house, &mut olga).await;
        let id = house.team.person(&OLGA.parse().unwrap()).await.unwrap().id;
        house.team.reset_second_factor(id).await.unwrap();
        assert!(!olga.is_in().await);
        let mut olga = house.browser();
        let step = olga.post("sessions", json!({ "email": OLGA, "password": PASSWORD })).await.is(201);
        assert_eq!(step.body, json!({ "next": "done" }));
        assert_eq!(house.mail_to(OLGA).await, ["second_factor_changed"; 4]);
    })
    .await;
}

#[tokio::test]
async fn where_owners_require_it_members_set_it_up_before_anything_else() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut ada = house.joins(&mut olga, ADA, "admin").await;
        let require = json!({ "require_second_factor": true });
        ada.patch("workspace", require.clone()).await.is(403);
        olga.patch("workspace", require.clone()).await.is(409);
        enrols(house, &mut olga).await;
        olga.patch("workspace", require).await.is(200);

        let refused = ada.get("members").await.is(403);
        assert_eq!(refused.wrong(), ("second_factor", "required"));
        ada.post("workspaces", json!({ "name": "Ada's" })).await.is(403);
        assert!(ada.is_in().await);
        house.wait(60);
        enrols(house, &mut ada).await;
        assert_eq!(ada.get("members").await.is(200).items().len(), 2);
        ada.post("second-factor/removal", json!({ "password": PASSWORD })).await.is(204);
        ada.get("members").await.is(403);
    })
    .await;
}
