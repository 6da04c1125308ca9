//! The rooms that webhooks need over one database, with a clock that stands still.

use actions::{Actions, Delivery, DeliveryState, NewWebhook, WebhookId, WebhookWithSecret};
use async_trait::async_trait;
use base::{Clock, CustomerId, Result, Timestamp};
use outbound::{
    Client, Limits, SystemResolver,
    mail::{Mailer, SendMail, Settings as MailSettings},
};
use sea_orm::DatabaseTransaction;
use secrecy::ExposeSecret;
use signals::{Body, Draft, LogSettings, Projector, Recognise, Signals};
use std::{sync::Arc, time::Duration};
use store::{
    Vault,
    jobs::{Claimed, Failure, Handler, Policy, Worker},
};
use team::{Name, Role, Scope, Team};
use testkit::{Database, databases};
use tokio::task::JoinHandle;

use crate::receiver::Receiver;

/// Nobody is recognised: these stories are not about customers.
struct Strangers;

#[async_trait]
impl Recognise for Strangers {
    async fn recognise(
        &self,
        _: &DatabaseTransaction,
        _: &Scope,
        _: Timestamp,
        drafts: &[&Draft],
    ) -> Result<Vec<Option<CustomerId>>> {
        Ok(vec![None; drafts.len()])
    }
}

pub struct World {
    pub database: Database,
    pub clock: Clock,
    pub team: Team,
    pub scope: Scope,
    pub signals: Signals,
    pub projector: Projector,
    pub actions: Actions,
}

/// Works as the product does, but takes a silent worker's job over soon.
struct Quick(Arc<dyn Handler>);

#[async_trait]
impl Handler for Quick {
    fn kind(&self) -> &'static str {
        self.0.kind()
    }

    fn policy(&self) -> Policy {
        Policy { lease: Duration::from_secs(2), first: Duration::ZERO, ..self.0.policy() }
    }

    async fn run(&self, job: &Claimed) -> Result<(), Failure> {
        self.0.run(job).await
    }
}

/// A webhook and what its receiver was told.
pub struct SetUp {
    pub id: WebhookId,
    pub secret: String,
}

impl From<WebhookWithSecret> for SetUp {
    fn from(made: WebhookWithSecret) -> Self {
        Self { id: made.webhook.id, secret: made.secret.expose_secret().to_owned() }
    }
}

/// Tells a story that needs these receivers to a fresh world on each database.
pub async fn on_both(receivers: &[&Receiver], story: impl AsyncFn(&World)) {
    for database in databases().await {
        eprintln!("on {}", database.name);
        let world = Box::pin(World::over(database, receivers)).await;
        story(&world).await;
        world.database.dispose().await;
    }
}

impl World {
    pub async fn over(database: Database, receivers: &[&Receiver]) -> Self {
        let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
        let store = database.store.clone();
        let team = Team::new(store.clone(), clock.clone());
        let scope = team.operator(team.default_workspace().await.unwrap().id);
        let (olga, name) = ("olga@shop.example".parse().unwrap(), Name::new("Olga").unwrap());
        let server = "https://cx.shop.example".parse().unwrap();
        team.create_person(&scope, &olga, &name, Role::Owner, &server).await.unwrap();
        let signals = Signals::start(store.clone(), clock.clone(), Arc::new(Strangers), LogSettings::default());
        // What the operator of a shop with servers in its own network would write into the config file.
        let allow = receivers.iter().map(|receiver| receiver.address.to_string().parse().unwrap()).collect();
        let settings = outbound::Settings { ports: Vec::new(), allow };
        let limits = Limits { connect: Duration::from_millis(500), total: Duration::from_secs(1), ..Limits::default() };
        let client = Client::with(settings, Arc::new(SystemResolver), limits);
        let vault = Vault::open(database.folder.path()).unwrap();
        let actions = Actions::new(store.clone(), clock.clone(), vault, client, team.clone());
        let projector = Projector::register(store, actions.projections()).await.unwrap();
        Self { database, clock, team, scope, signals, projector, actions }
    }

    pub fn waits(&self, seconds: i64) {
        self.clock.set(self.clock.now().plus(seconds * Timestamp::SECOND));
    }

    /// Makes a webhook.
    pub async fn sets_up(&self, webhook: NewWebhook) -> SetUp {
        self.actions.create_webhook(&self.scope, webhook, None).await.unwrap().into()
    }

    /// Makes a webhook that hears of everything.
    pub async fn tells(&self, receiver: &Receiver) -> SetUp {
        self.sets_up(NewWebhook { url: receiver.url(), ..NewWebhook::default() }).await
    }

    /// Logs what happened, and has the projections take it in.
    pub async fn happens(&self, kinds: impl IntoIterator<Item = &str>) {
        self.logs(kinds.into_iter().map(|kind| (kind, Body::default()))).await;
    }

    pub async fn logs(&self, said: impl IntoIterator<Item = (&str, Body)>) {
        let draft = |(kind, body): (&str, Body)| Draft {
            message_id: uuid::Uuid::new_v4().to_string(),
            occurred_at: self.clock.now(),
            identities: Vec::new(),
            traits: serde_json::Map::new(),
            kind: kind.to_owned(),
            body,
        };
        self.signals.log(&self.scope, said.into_iter().map(draft).collect()).await.unwrap();
        self.projector.catch_up().await.unwrap();
    }

    /// Where mail is written.
    pub fn mail(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.database.folder.path().join("mail")) else { return Vec::new() };
        entries.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    }

    /// A worker, as the server runs one.
    pub fn works(&self) -> JoinHandle<()> {
        let (store, clock) = (self.database.store.clone(), self.clock.clone());
        let mailer = Mailer::new(&MailSettings::default(), &self.database.folder.path().join("mail")).unwrap();
        let mut handlers = self.actions.handlers();
        handlers.push(Arc::new(SendMail::new(store.clone(), clock.clone(), mailer)) as Arc<dyn Handler>);
        let handlers = handlers.into_iter().map(|handler| Arc::new(Quick(handler)) as Arc<dyn Handler>).collect();
        let worker = Worker::new(store, clock, handlers, Arc::new(Vec::new())).unwrap();
        tokio::spawn(worker.run(std::future::pending(), Duration::ZERO))
    }

    /// Lets a worker work until something is as wanted.
    pub async fn works_until(&self, wanted: impl AsyncFn() -> bool) {
        let worker = self.works();
        for _ in 0..3_000 {
            if wanted().await {
                worker.abort();
                let _ = worker.await;
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it never was as wanted");
    }

    /// A webhook's deliveries, newest first.
    pub async fn log_of(&self, webhook: &SetUp) -> Vec<Delivery> {
        self.actions.deliveries(&self.scope, webhook.id, None, None, 1_000).await.unwrap()
    }

    /// Whether all of a webhook's deliveries have come to an end.
    pub async fn is_done_with(&self, webhook: &SetUp) -> bool {
        let log = self.log_of(webhook).await;
        !log.is_empty() && log.iter().all(|delivery| delivery.state != DeliveryState::Waiting)
    }

    /// Lets a worker work until a webhook's deliveries have come to an end.
    pub async fn delivers(&self, webhook: &SetUp) {
        self.works_until(async || self.is_done_with(webhook).await).await;
    }
}
