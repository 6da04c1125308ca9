//! Somebody who holds the database itself changes the audit log, and `harken verify` says which entry.

use sea_orm::ConnectionTrait;
use serde_json::json;
use store::{Engine, Store};

use crate::world::{Installation, on_both_databases};

/// What an administrator of the database can do, whatever its triggers say.
async fn tampers(installation: &Installation) {
    let store = match installation.database() {
        Some(url) => Store::connect(url).await,
        None => Store::open(installation.data()).await,
    };
    let store = store.unwrap();
    let trigger = match store.engine() {
        Engine::Sqlite => "drop trigger audit_no_update",
        Engine::Postgres => "drop trigger audit_append_only on audit",
    };
    let transaction = store.begin().await.unwrap();
    for statement in [trigger, "update audit set details = '{}' where action = 'member.role_changed'"] {
        transaction.execute_unprepared(statement).await.unwrap();
    }
    transaction.commit().await.unwrap();
    store.close().await;
}

on_both_databases! {
    async fn a_row_that_was_changed_behind_the_products_back_is_named(installation: Installation) {
        for command in [
            ["user", "create", "ada@example.com", "--name", "Ada", "--role", "agent"].as_slice(),
            &["user", "role", "ada@example.com", "admin"],
            &["key", "create", "--name", "website"],
        ] {
            assert!(installation.run(command).await.success);
        }
        installation.is_sound().await;
        let made = installation.json(&["audit", "--action", "key.created", "--json"]).await;
        assert_eq!((&made["items"][0]["seq"], &made["items"][0]["actor"]), (&json!(4), &json!("operator")), "{made}");
        tampers(&installation).await;
        let said = installation.run(&["verify", "--json"]).await;
        assert!(!said.success, "{said:?}");
        let found = said.json();
        let broken = found["audit"]["broken"].as_array().unwrap();
        assert_eq!((&found["sound"], broken.len()), (&json!(false), 1), "{found}");
        // Two entries tell of a key and of Ada, the third of her role, and the fourth is as it was.
        assert_eq!((&found["audit"]["entries"], &broken[0]["entry"]), (&json!(3), &json!(3)), "{found}");
        let said = installation.run(&["verify"]).await;
        assert!(!said.success && said.out.contains("not what was written"), "{said:?}");
        assert!(installation.run(&["user", "disable", "ada@example.com"]).await.success);
        let of_the_house = installation.json(&["audit", "--installation", "--json"]).await;
        assert_eq!(of_the_house["items"][0]["action"], "person.disabled", "{of_the_house}");
        let said = installation.run(&["audit", "-n", "1"]).await;
        assert!(said.success && said.out.contains("key.created") && !said.out.contains("person."), "{said:?}");
    }
}
