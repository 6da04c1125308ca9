//! Workspaces: making them, changing them, choosing one.

use serde_json::json;

use crate::house::{ADAM, MIA, Member, on_both};

#[tokio::test]
async fn an_owner_makes_another_workspace_and_works_in_either() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        house.wait(1);
        let second = olga.post("workspaces", json!({ "name": "Second shop" })).await.is(201);
        assert_eq!(second.body["currency"], "EUR");
        let mine = olga.get("workspaces").await.is(200);
        assert_eq!(mine.items().len(), 2);
        assert!(mine.items()[0]["permissions"].as_array().unwrap().contains(&json!("keys:write")));
        assert_eq!(olga.get("workspace").await.is(200).body["name"], "Default");
        let mut there = olga.clone().with("harken-workspace", second.id());
        assert_eq!(there.get("workspace").await.is(200).body["name"], "Second shop");
        let change = json!({ "name": "Laden", "zone": "Europe/Berlin", "currency": "CHF" });
        let changed = there.patch("workspace", change).await.is(200);
        assert_eq!((&changed.body["name"], &changed.body["zone"]), (&json!("Laden"), &json!("Europe/Berlin")));
        assert_eq!(olga.get("workspace").await.is(200).body["zone"], "UTC");
        let mut adam = house.joins(&mut olga, ADAM, "admin").await;
        adam.post("workspaces", json!({ "name": "Adam's" })).await.is(403);
        let mut mia = house.joins(&mut olga, MIA, "manager").await;
        mia.post("workspaces", json!({ "name": "Mia's" })).await.is(403);
    })
    .await;
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        for (change, field) in [
            (json!({ "name": "" }), "name"),
            (json!({ "name": "x".repeat(101) }), "name"),
            (json!({ "zone": "Europe/Atlantis" }), "zone"),
            (json!({ "currency": "eur" }), "currency"),
            (json!({ "currency": "EURO" }), "currency"),
            (json!({ "require_second_factor": "yes" }), "require_second_factor"),
            (json!({ "id": "00000000-0000-4000-8000-000000000000" }), "id"),
            (json!({ "customers": 7 }), "customers"),
        ] {
            assert_eq!(olga.patch("workspace", change.clone()).await.is(400).wrong().0, field, "{change}");
        }
        olga.patch("workspace", json!({})).await.is(200);
        assert_eq!(olga.get("workspace").await.body["name"], "Default");
    })
    .await;
}

#[tokio::test]
async fn whoever_is_in_no_workspace_sees_none() {
    on_both(async |house| {
        let mut olga = house.olga().await;
        let mut mia = house.joins(&mut olga, MIA, "manager").await;
        mia.delete("membership").await.is(204);
        assert!(mia.is_in().await);
        assert!(mia.get("workspaces").await.is(200).items().is_empty());
        for path in ["workspace", "members", "invitations", "keys", "audit"] {
            mia.get(path).await.is(404);
        }
        mia.post("workspaces", json!({ "name": "Mia's" })).await.is(404);
    })
    .await;
}
