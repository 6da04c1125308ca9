//! Members: who is in the workspace, who may change that, and who has to stay.

use serde_json::json;
use uuid::Uuid;

use crate::{
    browser::Browser,
    house::{ADA, ADAM, ANA, House, MIA, Member, OLGA, VIK, on_both, url},
};

/// Olga and all the others.
async fn everybody(house: &House) -> [(&'static str, Browser); 6] {
    let mut olga = house.olga().await;
    let mut join = async |email, role: &'static str| {
        house.wait(1);
        (role, house.joins(&mut olga, email, role).await)
    };
    let others = [
        join(ADAM, "admin").await,
        join(MIA, "manager").await,
        join(ADA, "agent").await,
        join(ANA, "analyst").await,
        join(VIK, "viewer").await,
    ];
    let [adam, mia, ada, ana, vik] = others;
    [("owner", olga), adam, mia, ada, ana, vik]
}

#[tokio::test]
async fn everybody_sees_who_is_in_and_only_owners_and_admins_change_it() {
    on_both(async |house| {
        let mut people = everybody(house).await;
        let vik = people[5].1.id().await;
        for (role, person) in &mut people {
            let listed = person.get("members").await.is(200);
            let roles: Vec<_> = listed.items().iter().map(|member| member["role"].as_str().unwrap()).collect();
            assert_eq!(roles, ["owner", "admin", "manager", "agent", "analyst", "viewer"]);
            person.get(&format!("members/{vik}")).await.is(200);
            let may = matches!(*role, "owner" | "admin");
            let status = person.patch(&format!("members/{vik}"), json!({ "role": "viewer" })).await.status.as_u16();
            assert_eq!(status, if may { 200 } else { 403 }, "{role} changes a role");
            let status =
                person.post("invitations", json!({ "email": "new@example.com", "role": "viewer" })).await.status;
            assert_eq!(status.as_u16(), if may { 201 } else { 403 }, "{role} invites");
            let status = person.patch("workspace", json!({ "name": "Shop" })).await.status.as_u16();
            assert_eq!(status, if may { 200 } else { 403 }, "{role} changes the workspace");
        }
        let (_, mia) = &mut people[2];
        mia.delete(&format!("members/{vik}")).await.is(403);
        let (_, adam) = &mut people[1];
        adam.delete(&format!("members/{vik}")).await.is(204);
        adam.delete(&format!("members/{vik}")).await.is(404);
        let (_, vik) = &mut people[5];
        vik.get("members").await.is(404);
        assert!(vik.is_in().await, "he is a person still");
    })
    .await;
}

#[tokio::test]
async fn nobody_grants_more_than_they_hold() {
    on_both(async |house| {
        let [(_, mut olga), (_, mut adam), (_, mut mia), ..] = everybody(house).await;
        let (olgas, adams, mias) = (olga.id().await, adam.id().await, mia.id().await);
        adam.patch(&format!("members/{mias}"), json!({ "role": "owner" })).await.is(403);
        adam.patch(&format!("members/{adams}"), json!({ "role": "owner" })).await.is(403);
        adam.patch(&format!("members/{olgas}"), json!({ "role": "viewer" })).await.is(403);
        adam.delete(&format!("members/{olgas}")).await.is(403);
        adam.post("invitations", json!({ "email": "eve@example.com", "role": "owner" })).await.is(403);
        adam.patch(&format!("members/{mias}"), json!({ "role": "admin" })).await.is(200);
        olga.patch(&format!("members/{mias}"), json!({ "role": "owner" })).await.is(200);
        assert_eq!(olga.get(&format!("members/{mias}")).await.is(200).body["role"], "owner");
        // What a member is read as cannot be written back.
        let mut whole = olga.get(&format!("members/{adams}")).await.is(200).body;
        whole["role"] = json!("owner");
        adam.patch(&format!("members/{adams}"), whole).await.is(400);
        assert_eq!(adam.patch("me", json!({ "name": "Adam", "role": "owner" })).await.is(400).wrong().0, "role");
    })
    .await;
}

#[tokio::test]
async fn the_last_owner_stays() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut adam = house.joins(&mut olga, ADAM, "admin").await;
        let (olgas, adams) = (olga.id().await, adam.id().await);
        olga.patch(&format!("members/{olgas}"), json!({ "role": "admin" })).await.is(409);
        olga.delete(&format!("members/{olgas}")).await.is(409);
        olga.delete("membership").await.is(409);
        let person = house.team.person(&OLGA.parse().unwrap()).await.unwrap();
        assert!(house.team.set_disabled(person.id, true).await.is_err());

        olga.patch(&format!("members/{adams}"), json!({ "role": "owner" })).await.is(200);
        house.team.set_disabled(adams.parse().unwrap(), true).await.unwrap();
        olga.delete("membership").await.is(409);
        house.team.set_disabled(adams.parse().unwrap(), false).await.unwrap();
        olga.delete("membership").await.is(204);
        assert_eq!(house.audited().await[0], "member.left");
    })
    .await;
}

#[tokio::test]
async fn owners_who_all_leave_at_once_leave_one_behind() {
    on_both(async |house| {
        for _ in 0..4 {
            let workspace = house.team.create_workspace("Race", house.clock.now()).await.unwrap();
            let scope = house.team.operator(workspace.id);
            let mut owners = Vec::new();
            for _ in 0..4 {
                let email = format!("{}@example.com", Uuid::new_v4()).parse().unwrap();
                let name = team::Name::new("An owner").unwrap();
                let server = url("https://cx.example.com");
                let made = house.team.create_person(&scope, &email, &name, team::Role::Owner, &server).await;
                owners.push(made.unwrap().0.id);
            }
            // Each in another way: leaving, being removed, made something else, disabled.
            let race: Vec<_> = owners
                .iter()
                .copied()
                .enumerate()
                .map(|(number, owner)| {
                    let (team, scope) = (house.team.clone(), scope.clone());
                    tokio::spawn(async move {
                        match number % 3 {
                            0 => team.remove_member(&scope, owner, None).await,
                            1 => team.change_role(&scope, owner, team::Role::Viewer, None).await,
                            _ => team.set_disabled(owner, true).await,
                        }
                    })
                })
                .collect();
            let mut refused = 0;
            for one in race {
                refused += usize::from(one.await.unwrap().is_err());
            }
            assert_eq!(refused, 1);
        }
    })
    .await;
}

#[tokio::test]
async fn members_of_another_workspace_are_not_there() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut vik = house.joins(&mut olga, VIK, "viewer").await;
        let viks = vik.id().await;
        house.wait(1);
        let second = olga.post("workspaces", json!({ "name": "Second shop" })).await.is(201).id();
        let mut elsewhere = olga.clone().with("harken-workspace", &second);
        assert_eq!(elsewhere.get("members").await.is(200).items().len(), 1);
        elsewhere.get(&format!("members/{viks}")).await.is(404);
        elsewhere.patch(&format!("members/{viks}"), json!({ "role": "owner" })).await.is(404);
        elsewhere.delete(&format!("members/{viks}")).await.is(404);
        for unknown in [second.as_str(), "00000000-0000-4000-8000-000000000000", "no-id", ""] {
            let mut vik = vik.clone().with("harken-workspace", unknown);
            vik.get("members").await.is(404);
            vik.get("workspace").await.is(404);
        }
    })
    .await;
}

#[tokio::test]
async fn members_come_page_by_page_in_the_order_in_which_they_came() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        for number in 0..4 {
            house.creates(&format!("person{number}@example.com"), team::Role::Viewer).await;
        }
        let (mut seen, mut path) = (Vec::new(), "members?limit=2".to_owned());
        loop {
            let page = olga.get(&path).await.is(200);
            assert!(page.items().len() <= 2);
            seen.extend(page.items().iter().map(|member| member["id"].clone()));
            let Some(next) = page.body["next_cursor"].as_str() else { break };
            path = format!("members?limit=2&cursor={next}");
        }
        assert_eq!(seen.len(), 5);
        let whole = olga.get("members").await.is(200);
        assert_eq!(seen, whole.items().iter().map(|member| member["id"].clone()).collect::<Vec<_>>());
        olga.get("members?cursor=nonsense").await.is(400);
        olga.get("members?limit=0").await.is(400);
    })
    .await;
}

#[tokio::test]
async fn an_api_key_manages_the_team_within_its_scopes_and_makes_no_owner() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut vik = house.joins(&mut olga, VIK, "viewer").await;
        let viks = vik.id().await;
        let key = async |olga: &mut Browser, scopes: serde_json::Value| {
            let made = olga.post("keys", json!({ "name": "robot", "scopes": scopes })).await.is(201);
            let secret = made.body["secret"].as_str().unwrap().to_owned();
            house.browser().without("origin").with("authorization", format!("Bearer {secret}"))
        };
        let mut reader = key(&mut olga, json!(["team:read"])).await;
        reader.get("members").await.is(200);
        reader.patch(&format!("members/{viks}"), json!({ "role": "viewer" })).await.is(403);
        reader.get("me").await.is(403);
        reader.clone().with("harken-workspace", "00000000-0000-4000-8000-000000000000").get("members").await.is(404);
        let mut writer = key(&mut olga, json!(["team:read", "team:write"])).await;
        writer.patch(&format!("members/{viks}"), json!({ "role": "manager" })).await.is(403);
        writer.patch(&format!("members/{viks}"), json!({ "role": "owner" })).await.is(403);
        // The key is as mighty as whoever made it, and no longer.
        let adam = house.joins(&mut olga, ADAM, "admin").await;
        let mut adams = key(&mut adam.clone(), json!(["team:read"])).await;
        adams.get("members").await.is(200);
        let id = adam.clone().id().await;
        olga.delete(&format!("members/{id}")).await.is(204);
        let fresh = house
            .browser()
            .without("origin")
            .with("authorization", adams.headers.iter().find(|(name, _)| *name == "authorization").unwrap().1.clone());
        tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
        fresh.clone().get("members").await.is(401);
    })
    .await;
}

#[tokio::test]
async fn what_somebody_was_denied_is_in_the_audit_log_and_a_flood_of_it_is_not() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut vik = house.joins(&mut olga, VIK, "viewer").await;
        let member = olga.id().await;
        vik.delete(&format!("members/{member}?reason=%2F")).await.is(403);
        let entry = house.audit().await.remove(0);
        let details = json!({ "method": "DELETE", "route": "/api/v1/team/members/{member}" });
        assert_eq!((entry.action.as_str(), &entry.details), ("request.denied", &details));
        assert_eq!(entry.actor_id.map(|id| id.to_string()), Some(vik.id().await));
        assert_eq!(entry.network.as_deref(), Some("203.0.113.0/24"));
        for _ in 0..50 {
            vik.get("keys").await.is(403);
        }
        let denied = async || {
            let entries = house.audit().await;
            entries.into_iter().filter(|entry| entry.action == "request.denied").collect::<Vec<_>>()
        };
        let written = denied().await;
        assert_eq!(written.len(), 20);
        assert_eq!(written[0].details["further"], "not written for an hour");
        // Others are written down as before, and what is not there is no denial.
        let mut mia = house.joins(&mut olga, MIA, "manager").await;
        mia.get("keys").await.is(403);
        mia.delete(&format!("members/{}", Uuid::nil())).await.is(403);
        olga.get(&format!("members/{}", Uuid::nil())).await.is(404);
        house.browser().get("keys").await.is(401);
        assert_eq!(denied().await.len(), 22);
    })
    .await;
}
