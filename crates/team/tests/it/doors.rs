//! Keys and the audit log over HTTP: who may do what with them, and what a person's key may when the person may less.

use base::{ErrorKind, WorkspaceId};
use serde_json::{Value as Json, json};
use team::{Actor, Permission, Role, Scope};
use uuid::Uuid;

use crate::{
    browser::{Answer, Browser},
    house::{ADAM, House, MIA, Member, VIK, on_both},
};

/// Longer than a looked-up key is believed.
async fn believed_no_longer() {
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
}

fn reporting() -> Json {
    json!({ "name": "reporting", "scopes": ["insights:read", "keys:read"], "expires_in_days": 30 })
}

fn secret(made: &Answer) -> String {
    made.body["secret"].as_str().unwrap().to_owned()
}

fn key_id(made: &Answer) -> String {
    made.body["key"]["id"].as_str().unwrap().to_owned()
}

impl House {
    /// A program that sends a key.
    fn program(&self, key: &str) -> Browser {
        self.browser().without("origin").with("authorization", format!("Bearer {key}"))
    }

    async fn scope_of(&self, key: &str) -> base::Result<Scope> {
        self.team.scope_of_secret_key(key).await
    }
}

#[tokio::test]
async fn an_admin_makes_a_key_and_a_program_uses_it() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut adam = house.joins(&mut olga, ADAM, "admin").await;
        let made = adam.post("keys", reporting()).await.is(201);
        assert_eq!(made.body["key"]["maker"], adam.id().await);
        assert_eq!(made.body["key"]["expires_at"], "2026-04-01T09:00:00Z");
        let mut program = house.program(&secret(&made));
        let listed = program.get("keys").await.is(200);
        assert_eq!(listed.items()[0]["id"], key_id(&made));
        assert!(!listed.body.to_string().contains(&secret(&made)));
        assert_eq!(program.get(&format!("keys/{}", key_id(&made))).await.is(200).body["name"], "reporting");
        // What its scopes do not say, and what only a person may.
        program.delete(&format!("keys/{}", key_id(&made))).await.is(403);
        program.get("audit").await.is(403);
        program.post("keys", reporting()).await.is(403);
        adam.delete(&format!("keys/{}", key_id(&made))).await.is(204);
        program.get("keys").await.is(401);
        let shown = adam.get(&format!("keys/{}", key_id(&made))).await.is(200);
        assert_eq!(shown.body["revoked_at"], "2026-03-02T09:00:00Z");
    })
    .await;
}

#[tokio::test]
async fn a_key_makes_no_key_even_where_it_may_revoke() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let made = olga.post("keys", json!({ "name": "janitor", "scopes": ["keys:write"] })).await.is(201);
        let leaked = olga.post("keys", reporting()).await.is(201);
        let mut janitor = house.program(&secret(&made));
        janitor.post("keys", json!({ "name": "another", "scopes": ["keys:write"] })).await.is(403);
        janitor.post("keys", json!({ "name": "another" })).await.is(403);
        janitor.delete(&format!("keys/{}", key_id(&leaked))).await.is(204);
        let entries = house.team.audit(&house.scope, &Default::default(), None, 1).await.unwrap();
        assert_eq!((entries[0].action.as_str(), entries[0].actor.as_str()), ("key.revoked", "key"));
        assert_eq!(entries[0].actor_id.unwrap().to_string(), key_id(&made));
    })
    .await;
}

#[tokio::test]
async fn a_persons_key_may_never_more_than_the_person() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut adam = house.joins(&mut olga, ADAM, "admin").await;
        let id: Uuid = adam.id().await.parse().unwrap();
        let key = secret(&adam.post("keys", reporting()).await.is(201));
        let may = async || house.scope_of(&key).await.map(|scope| scope.permissions().iter().collect::<Vec<_>>());
        assert_eq!(may().await.unwrap(), [Permission::ReadInsights, Permission::ReadKeys]);
        house.team.change_role(&house.scope, id, Role::Viewer, None).await.unwrap();
        believed_no_longer().await;
        assert_eq!(may().await.unwrap(), [Permission::ReadInsights]);
        house.team.change_role(&house.scope, id, Role::Admin, None).await.unwrap();
        house.team.set_disabled(id, true).await.unwrap();
        believed_no_longer().await;
        assert_eq!(may().await.unwrap_err().kind, ErrorKind::Unauthenticated);
        house.team.set_disabled(id, false).await.unwrap();
        house.team.remove_member(&house.scope, id, None).await.unwrap();
        believed_no_longer().await;
        assert_eq!(may().await.unwrap_err().kind, ErrorKind::Unauthenticated);
    })
    .await;
}

#[tokio::test]
async fn who_made_a_write_key_may_leave_and_the_website_goes_on() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut adam = house.joins(&mut olga, ADAM, "admin").await;
        let id: Uuid = adam.id().await.parse().unwrap();
        let made = adam.post("keys", json!({ "name": "website" })).await.is(201);
        assert_eq!(made.body["key"]["kind"], "write");
        house.team.remove_member(&house.scope, id, None).await.unwrap();
        believed_no_longer().await;
        house.team.scope_of_write_key(&secret(&made)).await.unwrap();
        house.program(&secret(&made)).get("keys").await.is(401);
    })
    .await;
}

#[tokio::test]
async fn only_admins_see_keys_and_the_log() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let key = key_id(&olga.post("keys", reporting()).await.is(201));
        for (email, role) in [(MIA, "manager"), (VIK, "viewer")] {
            let mut member = house.joins(&mut olga, email, role).await;
            for path in ["keys", &format!("keys/{key}"), "audit", "audit/export"] {
                member.get(path).await.is(403);
            }
            member.post("keys", json!({ "name": "mine" })).await.is(403);
            member.delete(&format!("keys/{key}")).await.is(403);
        }
        let mut nobody = house.browser();
        for path in ["keys", &format!("keys/{key}"), "audit", "audit/export"] {
            nobody.get(path).await.is(401);
        }
        nobody.post("keys", json!({ "name": "mine" })).await.is(401);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_key_is_said_by_field() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        for (body, field) in [
            (json!({ "name": "" }), "name"),
            (json!({ "name": "x".repeat(201) }), "name"),
            (json!({ "name": "a", "scopes": ["everything"] }), "scopes[0]"),
            (json!({ "name": "a", "expires_in_days": 0 }), "expires_in_days"),
            (json!({ "name": "a", "expires_in_days": 3651 }), "expires_in_days"),
            (json!({ "name": "a", "expires_in_days": -1 }), "expires_in_days"),
            (json!({ "name": "a", "workspace": Uuid::nil() }), "workspace"),
            (json!({ "name": "a", "maker": Uuid::nil() }), "maker"),
        ] {
            assert_eq!(olga.post("keys", body.clone()).await.is(400).wrong().0, field, "{body}");
        }
        olga.get("keys?limit=0").await.is(400);
        olga.get("keys?cursor=nonsense").await.is(400);
        olga.get("keys/nonsense").await.is(404);
        assert!(olga.get("keys").await.is(200).items().is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_log_is_read_page_by_page_and_exported_whole() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        for number in 0..5 {
            olga.post("keys", json!({ "name": format!("={number}") })).await.is(201);
        }
        let first = olga.get("audit?action=key.created&limit=3").await.is(200);
        assert_eq!(first.items().len(), 3);
        let cursor = first.body["next_cursor"].as_str().unwrap();
        let second = olga.get(&format!("audit?action=key.created&limit=3&cursor={cursor}")).await.is(200);
        assert_eq!((second.items().len(), second.body.get("next_cursor")), (2, None));
        assert_eq!(first.items()[0]["network"], "203.0.113.0/24");
        assert_eq!(first.items()[0]["actor_id"], olga.id().await);
        for wrong in
            ["audit?limit=201", "audit?actor=olga", "audit?from=yesterday", "audit?order=up", "audit/export?format=xml"]
        {
            olga.get(wrong).await.is(400);
        }

        let exported = olga.get("audit/export?format=csv").await.is(200);
        assert_eq!(exported.headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(exported.headers["content-disposition"], "attachment; filename=\"audit.csv\"");
        let table = exported.body.as_str().unwrap();
        assert_eq!(table.lines().next().unwrap(), "seq,at,actor,actor_id,network,action,object,details,hash");
        assert_eq!(table.lines().filter(|line| line.contains(",key.created,")).count(), 5);
        assert!(table.lines().last().unwrap().contains("audit.exported"), "an export is an entry too: {table}");
        let exported = olga.get("audit/export?action=key.created").await.is(200);
        let lines: Vec<Json> =
            exported.body.as_str().unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let seqs: Vec<_> = lines.iter().map(|line| line["seq"].as_i64().unwrap()).collect();
        assert!(seqs.len() == 5 && seqs.is_sorted());
    })
    .await;
}

#[tokio::test]
async fn the_installations_log_is_for_who_owns_all_of_its_workspaces() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut adam = house.joins(&mut olga, ADAM, "admin").await;
        let mut laptop = house.logs_in(ADAM).await;
        laptop.delete("session").await.is(204);
        let seen = olga.get("audit?log=installation&action=session.ended").await.is(200);
        assert_eq!(seen.items()[0]["object"], adam.id().await);
        assert!(!olga.get("audit").await.is(200).body.to_string().contains("session.ended"));
        let exported = olga.get("audit/export?log=installation").await.is(200).body.to_string();
        assert!(exported.contains("session.ended") && !exported.contains("audit.exported"), "{exported}");
        let noted = olga.get("audit?action=audit.exported").await.is(200);
        assert_eq!(noted.items()[0]["details"], json!({ "log": "installation" }));
        olga.get("audit?log=theirs").await.is(400);

        // An admin does not own the workspace, and a key is nobody who owns anything.
        let key = olga.post("keys", json!({ "name": "auditor", "scopes": ["audit:read"] })).await.is(201);
        let mut program = house.program(&secret(&key));
        program.get("audit").await.is(200);
        for path in ["audit?log=installation", "audit/export?log=installation"] {
            adam.get(path).await.is(403);
            program.get(path).await.is(403);
        }
        // Another owner has a workspace of their own: neither of the two owns both now.
        let mut mia = house.joins(&mut olga, MIA, "owner").await;
        mia.get("audit?log=installation").await.is(200);
        mia.post("workspaces", json!({ "name": "Elsewhere" })).await.is(201);
        mia.get("audit?log=installation").await.is(200);
        olga.get("audit?log=installation").await.is(403);
        olga.get("audit/export?log=installation").await.is(403);
    })
    .await;
}

#[tokio::test]
async fn another_workspace_sees_neither_keys_nor_entries() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let made = olga.post("keys", reporting()).await.is(201);
        let elsewhere = olga.post("workspaces", json!({ "name": "Elsewhere" })).await.is(201).id();
        let mut there = olga.clone().with("harken-workspace", elsewhere.clone());
        assert!(there.get("keys").await.is(200).items().is_empty());
        there.get(&format!("keys/{}", key_id(&made))).await.is(404);
        there.delete(&format!("keys/{}", key_id(&made))).await.is(404);
        let seen = there.get("audit").await.is(200).body.to_string();
        assert!(!seen.contains("key.created") && !seen.contains(&key_id(&made)), "{seen}");
        let exported = there.get("audit/export").await.is(200).body.to_string();
        assert!(!exported.contains("key.created"), "{exported}");
        // The key opens its own workspace, whatever its sender asks for.
        house.program(&secret(&made)).with("harken-workspace", elsewhere.clone()).get("keys").await.is(404);
        house.program(&secret(&made)).get("keys").await.is(200);
        let scope = house.scope_of(&secret(&made)).await.unwrap();
        assert_ne!(scope.workspace(), WorkspaceId(elsewhere.parse().unwrap()));
        assert_eq!(scope.actor(), Actor::Key(key_id(&made).parse().unwrap()));
    })
    .await;
}
