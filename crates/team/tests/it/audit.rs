//! The audit log: what is in it stays in it, and whoever changes it is found out.

use base::{Result, WorkspaceId};
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::net::IpAddr;
use store::Engine;
use team::{
    Actor, Scope,
    audit::{AuditFilter, AuditReport, BrokenChain, Entry, record},
};
use uuid::Uuid;

use crate::world::{World, on_both};

/// Ada, an admin, who is known here by her id alone.
const ADA: Actor = Actor::Person(Uuid::from_u128(1));

impl World {
    async fn records(&self, workspace: Option<WorkspaceId>, actor: Actor, action: &'static str) {
        let transaction = self.store.begin().await.unwrap();
        let from: IpAddr = "203.0.113.77".parse().unwrap();
        let entry = Entry { action, object: Some("7".into()), details: json!({ "role": "agent" }) };
        record(&transaction, self.clock.now(), workspace, actor, Some(from), entry).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// What somebody does who holds the database itself.
    async fn tampers(&self, statement: &str) -> Result<(), String> {
        let transaction = self.store.begin().await.unwrap();
        let done = transaction.execute_unprepared(statement).await.map_err(|error| error.to_string());
        transaction.commit().await.unwrap();
        done.map(|_| ())
    }

    async fn without_triggers(&self) {
        let drop: &[&str] = match self.store.engine() {
            Engine::Sqlite => &["drop trigger audit_no_update", "drop trigger audit_no_delete"],
            Engine::Postgres => &["drop trigger audit_append_only on audit"],
        };
        for statement in drop {
            self.tampers(statement).await.unwrap();
        }
    }

    async fn first_broken(&self) -> Option<(Option<WorkspaceId>, i64)> {
        let report = self.team.verify_audit().await.unwrap();
        report.broken.first().map(|broken| (broken.workspace, broken.seq))
    }
}

#[tokio::test]
async fn an_entry_says_who_when_what_and_from_which_network() {
    on_both(async |world| {
        world.records(Some(world.scope.workspace()), ADA, "member.role_changed").await;
        let entries = world.team.audit(&world.scope, &AuditFilter::default(), None, 10).await.unwrap();
        let [entry] = &entries[..] else { panic!("{entries:?}") };
        assert_eq!((entry.seq, entry.at), (1, world.clock.now()));
        assert_eq!((entry.actor.as_str(), entry.actor_id), ("person", Some(Uuid::from_u128(1))));
        assert_eq!(entry.network.as_deref(), Some("203.0.113.0/24"));
        assert_eq!((entry.action.as_str(), entry.object.as_deref()), ("member.role_changed", Some("7")));
        assert_eq!(entry.details, json!({ "role": "agent" }));
        assert_eq!(entry.hash.len(), 64);
    })
    .await;
}

#[tokio::test]
async fn what_is_rolled_back_leaves_no_entry_and_no_gap() {
    on_both(async |world| {
        let workspace = Some(world.scope.workspace());
        world.records(workspace, ADA, "key.created").await;
        let transaction = world.store.begin().await.unwrap();
        let entry = Entry { action: "key.revoked", object: None, details: json!({}) };
        record(&transaction, world.clock.now(), workspace, ADA, None, entry).await.unwrap();
        drop(transaction);
        world.records(workspace, ADA, "key.created").await;
        assert_eq!(world.audited().await, ["key.created", "key.created"]);
        assert_eq!(world.team.verify_audit().await.unwrap(), AuditReport { entries: 2, broken: Vec::new() });
    })
    .await;
}

#[tokio::test]
async fn filters_and_pages_find_what_is_asked_for_and_nothing_of_another_workspace() {
    on_both(async |world| {
        let (here, elsewhere) = (Some(world.scope.workspace()), world.elsewhere().await);
        world.records(here, ADA, "a").await;
        world.wait(60);
        world.records(here, Actor::Operator, "b").await;
        world.records(Some(elsewhere.workspace()), ADA, "a").await;
        world.records(None, ADA, "a").await;
        world.wait(60);
        world.records(here, ADA, "b").await;
        let found = async |scope: &Scope, filter: AuditFilter, before: Option<i64>, most: u64| {
            let entries = world.team.audit(scope, &filter, before, most).await.unwrap();
            entries.into_iter().map(|entry| entry.seq).collect::<Vec<_>>()
        };
        let any = AuditFilter::default;
        assert_eq!(found(&world.scope, any(), None, 2).await, [3, 2]);
        assert_eq!(found(&world.scope, any(), Some(2), 2).await, [1]);
        assert_eq!(found(&world.scope, AuditFilter { action: Some("b".into()), ..any() }, None, 9).await, [3, 2]);
        assert_eq!(
            found(&world.scope, AuditFilter { actor: Some(Uuid::from_u128(1)), ..any() }, None, 9).await,
            [3, 1]
        );
        let (from, until) = (Some(world.clock.now().plus(-60_000_000)), Some(world.clock.now()));
        assert_eq!(found(&world.scope, AuditFilter { from, until, ..any() }, None, 9).await, [2]);
        assert_eq!(found(&elsewhere, any(), None, 9).await, [1]);
    })
    .await;
}

#[tokio::test]
async fn the_database_itself_refuses_to_change_the_log() {
    on_both(async |world| {
        let workspace = world.scope.workspace();
        world.records(Some(workspace), ADA, "member.removed").await;
        world.records(Some(workspace), ADA, "member.removed").await;
        let mut attempts = vec!["update audit set action = 'nothing'", "delete from audit where seq = 2"];
        match world.store.engine() {
            Engine::Sqlite => attempts.push("insert or replace into audit select * from audit where seq = 2"),
            Engine::Postgres => attempts.push("truncate audit"),
        }
        for attempt in attempts {
            let refused = world.tampers(attempt).await.unwrap_err();
            assert!(refused.contains("append-only"), "{refused}");
        }
        assert_eq!(world.team.verify_audit().await.unwrap(), AuditReport { entries: 2, broken: Vec::new() });
    })
    .await;
}

#[tokio::test]
async fn whoever_changes_the_log_behind_the_databases_back_is_found_out() {
    for (change, first) in [
        ("update audit set action = 'nothing' where seq = 2", 2),
        ("update audit set actor_id = null where seq = 1", 1),
        ("update audit set network = null where seq = 3", 3),
        ("update audit set details = '{}' where seq = 2", 2),
        ("update audit set at = at + 1 where seq = 1", 1),
        ("delete from audit where seq = 1", 1),
        ("delete from audit where seq = 2", 2),
        ("delete from audit where seq = 4", 4),
        ("delete from audit", 1),
        ("update audit set hash = (select hash from audit where seq = 1) where seq = 4", 4),
        ("update audit set seq = 5 where seq = 4", 4),
        ("delete from audit_head", 1),
    ] {
        on_both(async |world| {
            let workspace = Some(world.scope.workspace());
            for action in ["a", "b", "c", "d"] {
                world.records(workspace, ADA, action).await;
            }
            assert_eq!(world.first_broken().await, None);
            world.without_triggers().await;
            world.tampers(change).await.unwrap();
            assert_eq!(world.first_broken().await, Some((workspace, first)), "{change}");
        })
        .await;
    }
}

#[tokio::test]
async fn each_workspace_and_the_installation_has_a_chain_of_its_own() {
    on_both(async |world| {
        let elsewhere = world.elsewhere().await.workspace();
        for workspace in [None, Some(world.scope.workspace()), Some(elsewhere), None] {
            world.records(workspace, Actor::System, "a").await;
        }
        world.without_triggers().await;
        world.tampers("update audit set action = 'b' where seq = 2").await.unwrap();
        let report = world.team.verify_audit().await.unwrap();
        assert!(matches!(report.broken[..], [BrokenChain { workspace: None, seq: 2, .. }]), "{report:?}");
        assert_eq!(report.entries, 4);
    })
    .await;
}

#[tokio::test]
async fn many_who_write_at_once_make_one_chain() {
    on_both(async |world| {
        let workspace = Some(world.scope.workspace());
        let writers = (0..8).map(|_| {
            let world = world.clone();
            tokio::spawn(async move {
                for _ in 0..10 {
                    world.records(workspace, ADA, "a").await;
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        assert_eq!(world.team.verify_audit().await.unwrap(), AuditReport { entries: 80, broken: Vec::new() });
    })
    .await;
}
