//! The first run: nobody is there, and the terminal says how to become the first.

use serde_json::json;

use crate::house::{House, Member, OLGA, PASSWORD, on_both, token, url};

fn owner(token: &str) -> serde_json::Value {
    json!({ "token": token, "email": OLGA, "name": "Olga Owner", "password": PASSWORD })
}

#[tokio::test]
async fn olga_follows_the_link_on_the_terminal_and_owns_the_workspace() {
    on_both(async |house| {
        let link = house.team.setup_link(&url("http://127.0.0.1:8788")).await.unwrap().unwrap();
        assert!(link.as_str().starts_with("https://cx.example.com/set-up#"), "{link}");
        let mut olga = house.browser();
        let answer = olga.post("setup", owner(&token(&link))).await.is(201);
        assert_eq!(answer.body, json!({ "next": "done" }));
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        assert!(
            cookie.starts_with("__Host-harken=") && cookie.contains("; Secure; HttpOnly; SameSite=Lax"),
            "{cookie}"
        );
        let members = olga.get("members").await.is(200);
        assert_eq!(members.items().len(), 1);
        assert_eq!(members.items()[0]["role"], "owner");
        assert_eq!(members.items()[0]["email"], OLGA);
        assert_eq!(house.audited().await, ["team.set_up"]);
    })
    .await;
}

#[tokio::test]
async fn set_up_closes_for_ever_once_anybody_is_there() {
    on_both(async |house| {
        let server = url("http://127.0.0.1:8788");
        let unused = house.team.setup_link(&server).await.unwrap().unwrap();
        house.olga().await;
        assert_eq!(house.team.setup_link(&server).await.unwrap(), None);
        let mut eve = house.browser();
        eve.post("setup", owner(&token(&unused))).await.is(410);
        assert!(!eve.is_in().await);
    })
    .await;
}

#[tokio::test]
async fn of_two_who_set_up_at_once_one_owns_the_house() {
    on_both(async |house| {
        let server = url("http://127.0.0.1:8788");
        let links = [house.team.setup_link(&server).await.unwrap(), house.team.setup_link(&server).await.unwrap()];
        let race = links.map(|link| {
            let (house, token): (House, _) = (house.clone(), token(&link.unwrap()));
            tokio::spawn(async move {
                let email = format!("{}@example.com", &token[..6].replace(['-', '_'], "x"));
                let owner = json!({ "token": token, "email": email, "name": "Olga", "password": PASSWORD });
                house.browser().post("setup", owner).await.status.as_u16()
            })
        });
        let mut statuses = Vec::new();
        for one in race {
            statuses.push(one.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 410]);
        assert_eq!(house.team.people().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_common_password_is_refused_and_the_link_still_works() {
    on_both(async |house| {
        let link = token(&house.team.setup_link(&url("http://127.0.0.1:8788")).await.unwrap().unwrap());
        let mut olga = house.browser();
        for (password, reason) in [("short", "too_short"), ("password123", "too_common"), (OLGA, "too_common")] {
            let weak = json!({ "token": link, "email": OLGA, "name": "Olga", "password": password });
            assert_eq!(olga.post("setup", weak).await.is(400).wrong(), ("password", reason));
        }
        olga.post("setup", owner(&link)).await.is(201);
    })
    .await;
}
