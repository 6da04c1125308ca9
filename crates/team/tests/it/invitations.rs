//! Invitations: how people come into a workspace.

use serde_json::json;

use crate::house::{ADA, ADAM, MIA, Member, OLGA, PASSWORD, VIK, on_both};

#[tokio::test]
async fn ada_gets_a_mail_chooses_a_password_and_is_in() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let invited = olga.post("invitations", json!({ "email": "Ada@Example.com", "role": "agent" })).await.is(201);
        assert_eq!(invited.body["role"], "agent");
        assert!(!invited.body.to_string().contains("token"));
        assert_eq!(olga.get("invitations").await.is(200).items().len(), 1);
        let token = house.mailed_token("Ada@example.com", "invitation").await;
        let mut ada = house.browser();
        for (body, wrong) in [
            (json!({ "token": token }), ("password", "missing")),
            (json!({ "token": token, "name": "Ada" }), ("password", "missing")),
            (json!({ "token": token, "password": PASSWORD }), ("name", "missing")),
            (json!({ "token": token, "name": "Ada", "password": "password1" }), ("password", "too_common")),
        ] {
            assert_eq!(ada.post("invitations/acceptance", body).await.is(400).wrong(), wrong);
        }
        let answer = json!({ "token": token, "name": "Ada", "password": PASSWORD });
        ada.post("invitations/acceptance", answer).await.is(201);
        assert!(ada.is_in().await);
        assert!(olga.get("invitations").await.is(200).items().is_empty());
        house.logs_in(ADA).await;
        assert_eq!(house.audited().await, ["member.joined", "invitation.written", "team.set_up"]);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_a_person_already_joins_as_who_they_are() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut vik = house.joins(&mut olga, VIK, "viewer").await;
        let mut mia = house.joins(&mut olga, MIA, "manager").await;
        house.wait(1);
        let second = olga.post("workspaces", json!({ "name": "Second shop" })).await.is(201).id();
        let mut there = olga.clone().with("harken-workspace", &second);
        house.wait(1);
        there.post("invitations", json!({ "email": VIK, "role": "admin" })).await.is(201);
        let token = house.mailed_token(VIK, "invitation").await;
        let accept = json!({ "token": token });
        house.browser().post("invitations/acceptance", accept.clone()).await.is(401);
        // Nobody takes an account over by an invitation to it.
        let over = json!({ "token": token, "name": "Eve", "password": "eve's own password" });
        house.browser().post("invitations/acceptance", over).await.is(401);
        mia.post("invitations/acceptance", accept.clone()).await.is(403);
        vik.post("invitations/acceptance", accept.clone()).await.is(204);
        vik.post("invitations/acceptance", accept).await.is(410);
        let mine = vik.get("workspaces").await.is(200);
        let roles: Vec<_> = mine.items().iter().map(|mine| (&mine["name"], &mine["role"])).collect();
        assert_eq!(roles, [(&json!("Default"), &json!("viewer")), (&json!("Second shop"), &json!("admin"))]);
        vik.with("harken-workspace", &second).get("keys").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn an_invitation_that_is_taken_back_is_dead() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let id = olga.post("invitations", json!({ "email": ADA, "role": "agent" })).await.is(201).id();
        let token = house.mailed_token(ADA, "invitation").await;
        olga.delete(&format!("invitations/{id}")).await.is(204);
        olga.delete(&format!("invitations/{id}")).await.is(404);
        let answer = json!({ "token": token, "name": "Ada", "password": PASSWORD });
        house.browser().post("invitations/acceptance", answer).await.is(410);
        olga.post("invitations", json!({ "email": OLGA, "role": "agent" })).await.is(409);
    })
    .await;
}

#[tokio::test]
async fn a_member_is_not_made_less_by_an_older_invitation() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let id = olga.post("invitations", json!({ "email": ADAM, "role": "viewer" })).await.is(201).id();
        let token = house.mailed_token(ADAM, "invitation").await;
        house.creates(ADAM, team::Role::Admin).await;
        let answer = json!({ "token": token, "name": "Adam", "password": PASSWORD });
        house.browser().post("invitations/acceptance", answer).await.is(401);
        assert_eq!(house.team.people().await.unwrap().len(), 2);
        olga.delete(&format!("invitations/{id}")).await.is(204);
    })
    .await;
}
