//! API keys: what they open, and everything that they do not.

use base::{ErrorKind, Timestamp};
use team::{Actor, KeyKind, KeyRequest, Permission, Permissions, Scope};

use crate::world::{World, on_both};

impl World {
    async fn secret_key(&self, scopes: impl IntoIterator<Item = Permission>) -> team::NewKey {
        self.team.create_key(&self.scope, KeyRequest::secret("reporting", scopes), None).await.unwrap()
    }

    async fn opens_nothing(&self, key: &str) {
        for lookup in [self.team.scope_of_secret_key(key).await, self.team.scope_of_write_key(key).await] {
            let error = lookup.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Unauthenticated, "{key}");
            assert!(!error.message.contains(key) || key.is_empty(), "an error repeats no key: {error}");
        }
    }

    async fn last_used(&self, key: &team::NewKey) -> Option<Timestamp> {
        self.team.key(&self.scope, key.key.id).await.unwrap().last_used_at
    }
}

#[tokio::test]
async fn a_secret_key_opens_its_workspace_as_far_as_its_scopes_say() {
    on_both(async |world| {
        let made = world.secret_key([Permission::ReadInsights, Permission::ReadSignals]).await;
        assert!(made.secret.starts_with("hk_") && made.secret.starts_with(&made.key.prefix));
        assert_eq!((made.key.kind, made.secret.len()), (KeyKind::Secret, 35));
        let scope = world.team.scope_of_secret_key(&made.secret).await.unwrap();
        assert_eq!((scope.workspace(), scope.actor()), (world.scope.workspace(), Actor::Key(made.key.id)));
        assert_eq!(scope.permissions(), [Permission::ReadInsights, Permission::ReadSignals].into_iter().collect());
    })
    .await;
}

#[tokio::test]
async fn a_write_key_permits_nothing_but_appending() {
    on_both(async |world| {
        let made = world.team.create_key(&world.scope, KeyRequest::write("website"), None).await.unwrap();
        assert!(made.secret.starts_with("wk_"));
        let scope = world.team.scope_of_write_key(&made.secret).await.unwrap();
        assert_eq!((scope.workspace(), scope.permissions()), (world.scope.workspace(), Permissions::default()));
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_guessed_empty_cut_off_or_of_the_other_kind_opens_nothing() {
    on_both(async |world| {
        let secret = world.secret_key([Permission::ReadInsights]).await.secret;
        let write = world.team.create_key(&world.scope, KeyRequest::write("website"), None).await.unwrap().secret;
        let longer = format!("{secret}x");
        for key in ["", "hk_", "wk_", &secret[..34], &longer, &secret[3..], &"hk_0".repeat(4), "hk_\0", "Bearer"] {
            world.opens_nothing(key).await;
        }
        // Each with the other's mark, and each at the other's door.
        world.opens_nothing(&format!("wk_{}", &secret[3..])).await;
        world.opens_nothing(&format!("hk_{}", &write[3..])).await;
        assert!(world.team.scope_of_write_key(&secret).await.is_err());
        assert!(world.team.scope_of_secret_key(&write).await.is_err());
        assert!(world.team.scope_of_secret_key(&secret).await.is_ok());
        // Also when it was looked up a moment ago.
        assert!(world.team.scope_of_write_key(&secret).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_from_then_on() {
    on_both(async |world| {
        let made = world.secret_key([Permission::ReadInsights]).await;
        world.team.scope_of_secret_key(&made.secret).await.unwrap();
        world.team.revoke_key(&world.scope, made.key.id, None).await.unwrap();
        world.opens_nothing(&made.secret).await;
        assert_eq!(world.team.key(&world.scope, made.key.id).await.unwrap().revoked_at, Some(world.clock.now()));
        world.team.revoke_key(&world.scope, made.key.id, None).await.unwrap();
        assert_eq!(world.audited().await, ["key.revoked", "key.created"]);
    })
    .await;
}

#[tokio::test]
async fn another_process_believes_a_revoked_key_for_two_seconds_at_most() {
    on_both(async |world| {
        let made = world.secret_key([Permission::ReadInsights]).await;
        let other = world.another_process();
        other.scope_of_secret_key(&made.secret).await.unwrap();
        world.team.revoke_key(&world.scope, made.key.id, None).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        assert!(other.scope_of_secret_key(&made.secret).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn an_expired_key_opens_nothing() {
    on_both(async |world| {
        let end = world.clock.now().plus(Timestamp::DAY);
        let request = KeyRequest { expires_at: Some(end), ..KeyRequest::secret("trial", [Permission::ReadTeam]) };
        let made = world.team.create_key(&world.scope, request, None).await.unwrap();
        world.wait(86_399);
        world.team.scope_of_secret_key(&made.secret).await.unwrap();
        world.wait(1);
        assert!(world.another_process().scope_of_secret_key(&made.secret).await.is_err());
        let request = KeyRequest { expires_at: Some(world.clock.now()), ..KeyRequest::write("never") };
        let error = world.team.create_key(&world.scope, request, None).await.err().unwrap();
        assert_eq!(error.fields[0].field, "expires_at");
    })
    .await;
}

#[tokio::test]
async fn the_last_use_is_noted_once_a_minute() {
    on_both(async |world| {
        let made = world.secret_key([Permission::ReadTeam]).await;
        assert_eq!(world.last_used(&made).await, None);
        let first = world.clock.now();
        world.team.scope_of_secret_key(&made.secret).await.unwrap();
        assert_eq!(world.last_used(&made).await, Some(first));
        world.wait(59);
        world.another_process().scope_of_secret_key(&made.secret).await.unwrap();
        assert_eq!(world.last_used(&made).await, Some(first));
        world.wait(1);
        world.another_process().scope_of_secret_key(&made.secret).await.unwrap();
        assert_eq!(world.last_used(&made).await, Some(world.clock.now()));
    })
    .await;
}

#[tokio::test]
async fn a_key_of_another_workspace_is_not_there() {
    on_both(async |world| {
        let made = world.secret_key([Permission::ReadTeam]).await;
        let elsewhere = world.elsewhere().await;
        let shown = world.team.key(&elsewhere, made.key.id).await.unwrap_err();
        let revoked = world.team.revoke_key(&elsewhere, made.key.id, None).await.unwrap_err();
        assert_eq!((shown.kind, revoked.kind), (ErrorKind::NotFound, ErrorKind::NotFound));
        assert_eq!(world.team.keys(&elsewhere, None, 10).await.unwrap(), []);
        world.team.scope_of_secret_key(&made.secret).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn nobody_gives_a_key_more_than_they_have_and_a_key_makes_no_keys() {
    on_both(async |world| {
        let scopes = [Permission::WriteKeys, Permission::ReadTeam];
        let parent = world.secret_key(scopes).await;
        let scope: Scope = world.team.scope_of_secret_key(&parent.secret).await.unwrap();
        for request in [KeyRequest::secret("child", [Permission::ReadTeam]), KeyRequest::write("child")] {
            let error = world.team.create_key(&scope, request, None).await.err().unwrap();
            assert_eq!(error.kind, ErrorKind::Forbidden);
        }
        assert_eq!(world.audited().await, ["key.created"]);
    })
    .await;
}

#[tokio::test]
async fn a_name_is_one_readable_line() {
    on_both(async |world| {
        for name in ["", "   ", "two\nlines", "nul\0", &"x".repeat(201)] {
            let error = world.team.create_key(&world.scope, KeyRequest::write(name), None).await.err().unwrap();
            assert_eq!(error.fields[0].field, "name", "{name:?}");
        }
        let made = world.team.create_key(&world.scope, KeyRequest::write(" Zoë’s shop "), None).await.unwrap();
        assert_eq!(made.key.name, "Zoë’s shop");
    })
    .await;
}

#[tokio::test]
async fn the_list_goes_on_page_by_page_and_never_shows_a_secret() {
    on_both(async |world| {
        let mut made = Vec::new();
        for name in ["one", "two", "three"] {
            made.push(world.team.create_key(&world.scope, KeyRequest::write(name), None).await.unwrap());
        }
        let mut names = Vec::new();
        let mut after = None;
        while let [key] = &world.team.keys(&world.scope, after, 1).await.unwrap()[..] {
            names.push(key.name.clone());
            after = Some((key.created_at.micros(), key.id));
            let shown = serde_json::to_string(key).unwrap();
            assert!(made.iter().all(|new| !shown.contains(&new.secret)));
        }
        names.sort();
        assert_eq!(names, ["one", "three", "two"]);
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_says_what_a_key_was_made_for_and_not_its_secret() {
    on_both(async |world| {
        let made = world.secret_key([Permission::ReadTeam]).await;
        let entries = world.team.audit(&world.scope, &Default::default(), None, 10).await.unwrap();
        assert_eq!(entries[0].object, Some(made.key.id.to_string()));
        assert_eq!(entries[0].details["scopes"], serde_json::json!(["team:read"]));
        assert!(!serde_json::to_string(&entries).unwrap().contains(&made.secret[8..]));
    })
    .await;
}
