//! A house with its door: the routes behind authentication, the people who come in, and their mail.

use async_trait::async_trait;
use axum::{Router, middleware::from_fn_with_state};
use base::{Clock, Timestamp, WorkspaceId};
use sea_orm::{
    FromQueryResult, Order,
    sea_query::{Expr, ExprTrait, Query},
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use store::{
    Store, Vault,
    jobs::{Schedule, Worker},
};
use team::{Name, Person, ResetPassword, Role, Scope, Team, TeamSettings, audit::AuditEntry};
use testkit::databases;
use tokio::task::JoinHandle;
use url::Url;
use uuid::Uuid;

use crate::browser::{Browser, PUBLIC_URL};

/// The house, its clock standing still.
#[derive(Clone)]
pub struct House {
    pub store: Store,
    pub team: Team,
    pub clock: Clock,
    /// The default workspace, as its operator sees it.
    pub scope: Scope,
    router: Router,
}

pub const PASSWORD: &str = "correct horse battery";
pub const NEW_PASSWORD: &str = "staple of long sentences";
pub const OLGA: &str = "olga@example.com";
pub const ADAM: &str = "adam@example.com";
pub const MIA: &str = "mia@example.com";
pub const ADA: &str = "ada@example.com";
pub const ANA: &str = "ana@example.com";
pub const VIK: &str = "vik@example.com";

/// Tells a story to SQLite, and to PostgreSQL where its server is installed. Nobody is in the house yet.
pub async fn on_both(story: impl AsyncFn(&House)) {
    for database in databases().await {
        eprintln!("on {}", database.name);
        let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
        let settings = TeamSettings {
            public_url: Some(PUBLIC_URL.parse().unwrap()),
            vault: Some(Vault::open(database.folder.path()).unwrap()),
        };
        let house = House::over(database.store.clone(), clock, settings).await;
        let worker = house.works();
        story(&house).await;
        worker.abort();
        let _ = worker.await;
        drop(house);
        database.dispose().await;
    }
}

#[derive(FromQueryResult)]
struct Mail {
    template: String,
    text: String,
}

impl House {
    pub async fn over(store: Store, clock: Clock, settings: TeamSettings) -> Self {
        let team = Team::new(store.clone(), clock.clone()).with(settings);
        let scope = team.operator(team.default_workspace().await.unwrap().id);
        let (router, _) = team::routes(team.clone()).split_for_parts();
        let router = router.layer(from_fn_with_state(team.clone(), team::authenticate));
        Self { store, team, clock, scope, router }
    }

    fn works(&self) -> JoinHandle<()> {
        let handler = Arc::new(ResetPassword(self.team.clone()));
        let timetable: Vec<Schedule> = Vec::new();
        let worker = Worker::new(self.store.clone(), self.clock.clone(), vec![handler], Arc::new(timetable)).unwrap();
        tokio::spawn(worker.run(std::future::pending(), Duration::ZERO))
    }

    /// A browser nobody has logged in with.
    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    /// Lets time go by.
    pub fn wait(&self, seconds: i64) {
        self.clock.set(self.clock.now().plus(seconds * Timestamp::SECOND));
    }

    /// Olga sets the house up and is logged in.
    pub async fn olga(&self) -> Browser {
        let link = self.team.setup_link(&url("http://127.0.0.1:8788")).await.unwrap().unwrap();
        let mut olga = self.browser();
        let owner = json!({ "token": token(&link), "email": OLGA, "name": "Olga Owner", "password": PASSWORD });
        olga.post("setup", owner).await.is(201);
        olga
    }

    /// Somebody whom another invites, and who has accepted.
    pub async fn joins(&self, inviter: &mut Browser, email: &str, role: &str) -> Browser {
        inviter.post("invitations", json!({ "email": email, "role": role })).await.is(201);
        let mut newcomer = self.browser();
        let token = self.mailed_token(email, "invitation").await;
        let answer = json!({ "token": token, "name": name_of(email), "password": PASSWORD });
        newcomer.post("invitations/acceptance", answer).await.is(201);
        newcomer
    }

    /// Somebody whom the operator makes at the command line; they have no password yet.
    pub async fn creates(&self, email: &str, role: Role) -> Person {
        let (email, name) = (email.parse().unwrap(), Name::new(&name_of(email)).unwrap());
        let made = self.team.create_person(&self.scope, &email, &name, role, &url(PUBLIC_URL)).await;
        made.unwrap().0
    }

    /// Somebody logs in with another browser.
    pub async fn logs_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        browser.post("sessions", json!({ "email": email, "password": PASSWORD })).await.is(201);
        browser
    }

    /// The token of a link that logs somebody in, made at the command line.
    pub async fn login_token(&self, email: &str) -> String {
        let person = self.team.person(&email.parse().unwrap()).await.unwrap();
        token(&self.team.login_link(&self.scope, person.id, &url(PUBLIC_URL)).await.unwrap())
    }

    /// The token in the latest mail of this kind to somebody; waits for it.
    pub async fn mailed_token(&self, email: &str, template: &str) -> String {
        for _ in 0..2_000 {
            if let Some(mail) = self.mails_to(email).await.into_iter().find(|mail| mail.template == template) {
                let link = mail.text.split_whitespace().find(|word| word.starts_with(PUBLIC_URL)).unwrap();
                return token(&url(link));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{email} got no {template}");
    }

    /// The kinds of mail that somebody got, the latest first.
    pub async fn mail_to(&self, email: &str) -> Vec<String> {
        self.mails_to(email).await.into_iter().map(|mail| mail.template).collect()
    }

    async fn mails_to(&self, email: &str) -> Vec<Mail> {
        let reader = self.store.read();
        let select = Query::select()
            .columns(["template", "text"])
            .from("mail")
            .and_where(Expr::col("recipient").eq(email))
            .order_by("created_at", Order::Desc)
            .order_by("id", Order::Desc)
            .take();
        let statement = reader.get_database_backend().build(&select);
        Mail::find_by_statement(statement).all(reader).await.unwrap()
    }

    /// The actions in the audit log of the workspace, newest first.
    pub async fn audited(&self) -> Vec<String> {
        self.entries(&self.scope).await.into_iter().map(|entry| entry.action).collect()
    }

    /// The audit log of the workspace, newest first.
    pub async fn audit(&self) -> Vec<AuditEntry> {
        self.entries(&self.scope).await
    }

    /// The audit log of what belongs to no workspace, newest first.
    pub async fn audit_of_installation(&self) -> Vec<AuditEntry> {
        self.entries(&self.team.operator(WorkspaceId(Uuid::nil()))).await
    }

    async fn entries(&self, scope: &Scope) -> Vec<AuditEntry> {
        self.team.audit(scope, &Default::default(), None, 100).await.unwrap()
    }
}

pub fn url(text: &str) -> Url {
    text.parse().unwrap()
}

/// What stands after the `#` of a link.
pub fn token(link: &Url) -> String {
    link.fragment().unwrap().to_owned()
}

fn name_of(email: &str) -> String {
    format!("{} Example", email.split('@').next().unwrap())
}

/// What can be done with a browser of somebody who is logged in.
#[async_trait]
pub trait Member {
    /// Their person's id.
    async fn id(&mut self) -> String;
    /// Whether they are logged in.
    async fn is_in(&mut self) -> bool;
}

#[async_trait]
impl Member for Browser {
    async fn id(&mut self) -> String {
        self.get("me").await.is(200).id()
    }

    async fn is_in(&mut self) -> bool {
        match self.get("me").await.status.as_u16() {
            200 => true,
            401 => false,
            other => panic!("{other}"),
        }
    }
}
