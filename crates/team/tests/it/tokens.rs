//! Links: every kind of one-time token against everything that somebody tries with one (T1 to T8 of SECURITY.md).

use serde_json::json;

use crate::{
    browser::{Answer, Browser},
    house::{House, Member, NEW_PASSWORD, OLGA, PASSWORD, on_both, token, url},
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    SetUp,
    Invitation,
    PasswordReset,
    EmailChange,
    LogIn,
}

use Kind::{EmailChange, Invitation, LogIn, PasswordReset, SetUp};

const KINDS: [Kind; 5] = [SetUp, Invitation, PasswordReset, EmailChange, LogIn];
const NINA: &str = "nina@example.com";
const NEW_OLGA: &str = "olga.owner@example.org";

impl Kind {
    /// How long it works, in seconds.
    fn lasts(self) -> i64 {
        match self {
            Invitation => 7 * 86_400,
            LogIn => 900,
            SetUp | PasswordReset | EmailChange => 3_600,
        }
    }

    /// A house in which there can be such a link: Olga is there, but for set-up.
    async fn prepare(self, house: &House) -> Option<Browser> {
        if self == SetUp { None } else { Some(house.olga().await) }
    }

    /// A new link's token.
    async fn issue(self, house: &House, olga: Option<&mut Browser>) -> String {
        match (self, olga) {
            (SetUp, _) => token(&house.team.setup_link(&url("http://127.0.0.1:8788")).await.unwrap().unwrap()),
            (Invitation, Some(olga)) => {
                olga.post("invitations", json!({ "email": NINA, "role": "agent" })).await.is(201);
                house.mailed_token(NINA, "invitation").await
            }
            (PasswordReset, Some(_)) => {
                let olga = house.team.person(&OLGA.parse().unwrap()).await.unwrap();
                token(&house.team.password_link(olga.id, &url("https://cx.example.com")).await.unwrap())
            }
            (LogIn, Some(_)) => house.login_token(OLGA).await,
            (EmailChange, Some(olga)) => {
                olga.post("email-changes", json!({ "email": NEW_OLGA, "password": PASSWORD })).await.is(202);
                house.mailed_token(NEW_OLGA, "email_confirmation").await
            }
            _ => unreachable!("Olga is there"),
        }
    }

    /// Somebody follows the link.
    async fn follow(self, house: &House, token: &str) -> Answer {
        let mut browser = house.browser();
        match self {
            SetUp => {
                let owner = json!({ "token": token, "email": NINA, "name": "Nina", "password": NEW_PASSWORD });
                browser.post("setup", owner).await
            }
            Invitation => {
                let answer = json!({ "token": token, "name": "Nina", "password": NEW_PASSWORD });
                browser.post("invitations/acceptance", answer).await
            }
            PasswordReset => {
                let reset = json!({ "token": token, "password": NEW_PASSWORD });
                browser.post("password-resets/acceptance", reset).await
            }
            LogIn => browser.post("login-links/acceptance", json!({ "token": token })).await,
            EmailChange => browser.post("email-changes/acceptance", json!({ "token": token })).await,
        }
    }
}

async fn told_of_each(story: impl AsyncFn(&House, Kind)) {
    for kind in KINDS {
        eprintln!("{kind:?}");
        on_both(async |house| story(house, kind).await).await;
    }
}

#[tokio::test]
async fn t1_t6_t7_a_guessed_empty_or_cut_off_token_opens_nothing_and_is_answered_alike() {
    told_of_each(async |house, kind| {
        let mut olga = kind.prepare(house).await;
        let real = kind.issue(house, olga.as_mut()).await;
        let guess = "A".repeat(43);
        let expected = kind.follow(house, &guess).await.is(410);
        for wrong in [
            "",
            " ",
            &real[..42],
            &real[1..],
            &format!("{real}A"),
            &format!("{real}="),
            &real.to_lowercase(),
            "null",
            "%00",
        ] {
            let answer = kind.follow(house, wrong).await.is(410);
            assert_eq!(answer.body, expected.body, "{wrong:?}");
        }
        assert!(kind.follow(house, &real).await.status.is_success(), "the real one still works");
    })
    .await;
}

#[tokio::test]
async fn t2_a_token_works_once_even_for_two_at_the_same_moment() {
    told_of_each(async |house, kind| {
        let mut olga = kind.prepare(house).await;
        let token = kind.issue(house, olga.as_mut()).await;
        let both = [1, 2].map(|_| {
            let (house, token) = (house.clone(), token.clone());
            tokio::spawn(async move { kind.follow(&house, &token).await.status.as_u16() })
        });
        let mut statuses = Vec::new();
        for one in both {
            statuses.push(one.await.unwrap());
        }
        statuses.sort_unstable();
        assert!(statuses[0] < 300 && statuses[1] == 410, "{statuses:?}");
        kind.follow(house, &token).await.is(410);
    })
    .await;
}

#[tokio::test]
async fn t3_a_token_works_until_its_time_is_over() {
    told_of_each(async |house, kind| {
        let mut olga = kind.prepare(house).await;
        let late = kind.issue(house, olga.as_mut()).await;
        house.wait(kind.lasts());
        kind.follow(house, &late).await.is(410);
        let mut olga = match kind {
            SetUp => None,
            _ => Some(house.logs_in(OLGA).await),
        };
        let in_time = kind.issue(house, olga.as_mut()).await;
        house.wait(kind.lasts() - 1);
        assert!(kind.follow(house, &in_time).await.status.is_success());
    })
    .await;
}

#[tokio::test]
async fn t4_a_token_is_good_for_its_own_purpose_alone() {
    told_of_each(async |house, kind| {
        let mut olga = kind.prepare(house).await;
        let token = kind.issue(house, olga.as_mut()).await;
        for other in KINDS.into_iter().filter(|other| *other != kind) {
            other.follow(house, &token).await.is(410);
        }
        // Nor is it a session, or a key.
        let mut browser = house.browser();
        browser.cookie = Some(format!("__Host-harken={token}"));
        assert!(!browser.is_in().await);
        house.browser().with("authorization", format!("Bearer {token}")).get("members").await.is(401);
        assert!(kind.follow(house, &token).await.status.is_success());
    })
    .await;
}

#[tokio::test]
async fn t5_an_invitation_opens_the_workspace_that_wrote_it_whatever_the_request_says() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        house.wait(1);
        let second = olga.post("workspaces", json!({ "name": "Second shop" })).await.is(201).id();
        let token = Invitation.issue(house, Some(&mut olga)).await;
        let listed = olga.get("invitations").await.is(200);
        let invitation = listed.items()[0]["id"].as_str().unwrap();
        // In the other workspace it is not there.
        let mut elsewhere = olga.clone().with("harken-workspace", &second);
        assert!(elsewhere.get("invitations").await.is(200).items().is_empty());
        elsewhere.delete(&format!("invitations/{invitation}")).await.is(404);
        let mut nina = house.browser().with("harken-workspace", &second);
        let answer = json!({ "token": token, "name": "Nina", "password": PASSWORD });
        nina.post("invitations/acceptance", answer).await.is(201);
        nina.get("members").await.is(404);
        let mut nina = nina.without("harken-workspace");
        assert_eq!(nina.get("members").await.is(200).items().len(), 2);
        assert_eq!(nina.get("workspaces").await.is(200).items().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn t8_after_a_change_of_password_the_links_from_before_are_dead() {
    on_both(async |house| {
        for kind in [PasswordReset, EmailChange, LogIn] {
            let mut olga = if house.team.people().await.unwrap().is_empty() {
                house.olga().await
            } else {
                house.logs_in(OLGA).await
            };
            let token = kind.issue(house, Some(&mut olga)).await;
            let change = json!({ "password": PASSWORD, "new_password": NEW_PASSWORD });
            olga.put("password", change).await.is(201);
            kind.follow(house, &token).await.is(410);
            let back = json!({ "password": NEW_PASSWORD, "new_password": PASSWORD });
            olga.put("password", back).await.is(201);
        }
    })
    .await;
}

#[tokio::test]
async fn a_newer_link_replaces_the_one_before() {
    for kind in [Invitation, PasswordReset, EmailChange, LogIn] {
        on_both(async |house| {
            let mut olga = kind.prepare(house).await;
            let first = kind.issue(house, olga.as_mut()).await;
            house.wait(1);
            let second = kind.issue(house, olga.as_mut()).await;
            assert_ne!(first, second);
            kind.follow(house, &first).await.is(410);
            assert!(kind.follow(house, &second).await.status.is_success());
        })
        .await;
    }
}

#[tokio::test]
async fn a_disabled_persons_links_are_dead() {
    on_both(async |house| {
        house.olga().await;
        let nina = house.creates(NINA, team::Role::Agent).await;
        let before = house.team.password_link(nina.id, &url("https://cx.example.com")).await.unwrap();
        house.team.set_disabled(nina.id, true).await.unwrap();
        PasswordReset.follow(house, &token(&before)).await.is(410);
        let after = house.team.password_link(nina.id, &url("https://cx.example.com")).await.unwrap();
        PasswordReset.follow(house, &token(&after)).await.is(410);
        house.team.set_disabled(nina.id, false).await.unwrap();
        assert!(PasswordReset.follow(house, &token(&after)).await.status.as_u16() == 410, "enabling revokes it, too");
    })
    .await;
}
