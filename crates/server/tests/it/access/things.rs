//! The things that requests are about, made anew for each of them.

use actions::{NewWebhook, WebhookId};
use base::CustomerId;
use customers::consent::{Contact, ContactChannel, TopicId};
use serde_json::json;
use signals::Refusal;
use store::jobs::{NewJob, enqueue};
use team::{KeyRequest, Role, Scope};
use testkit::says;

use super::{
    Town,
    callers::{Caller, Is},
};
use crate::world::get;

/// The words that stand for a thing of our workspace.
const OWNED: [&str; 19] = [
    "{annotation}",
    "{touchpoint}",
    "{question}",
    "{webhook}",
    "{delivery}",
    "{customer}",
    "{other_customer}",
    "{merge}",
    "{topic}",
    "{contact}",
    "{segment}",
    "{other_segment}",
    "{job}",
    "{upload}",
    "{import}",
    "{invitation}",
    "{key}",
    "{member}",
    "{session}",
];

/// The words of what is kept for its name alone, and where it is made.
const KEPT: [(&str, &str); 6] = [
    ("{annotation}", "/api/v1/insights/annotations"),
    ("{touchpoint}", "/api/v1/insights/touchpoints"),
    ("{question}", "/api/v1/insights/questions"),
    ("{topic}", TOPICS),
    ("{segment}", SEGMENTS),
    ("{other_segment}", SEGMENTS),
];

const TOPICS: &str = "/api/v1/customers/topics";
const SEGMENTS: &str = "/api/v1/customers/segments";

/// A request's texts: path, query and body, as the table and the description have them.
#[derive(Clone, Debug)]
pub struct Texts(pub [String; 3]);

impl Texts {
    /// Whether the request is about a thing of our workspace.
    pub fn is_about_ours(&self) -> bool {
        OWNED.iter().any(|word| self.mentions(word))
    }

    fn mentions(&self, word: &str) -> bool {
        self.0.iter().any(|text| text.contains(word))
    }

    fn put(&mut self, word: &str, value: &str) {
        self.0.iter_mut().for_each(|text| *text = text.replace(word, value));
    }
}

impl Town {
    /// Puts new things of our workspace into the words that stand for them. A session is one of whoever asks, where they are not
    /// from elsewhere.
    pub async fn fills(&self, mut texts: Texts, asks: &Caller) -> Texts {
        let rooms = &self.house.rooms;
        let own = if asks.is_foreign() { &self.theirs } else { &self.ours };
        texts.put("{new}", &self.word(own));
        texts.put("{metric}", "nps");
        texts.put("{provider}", "nobody");
        texts.put("{write_key}", "wk_guessed");
        texts.put("{user_id}", &self.user_id);
        texts.put("{somebody}", &self.somebody);
        for (word, path) in KEPT {
            if texts.mentions(word) {
                texts.put(word, &self.keeps(&self.ours, path).await);
            }
        }
        if texts.mentions("{webhook}") {
            let webhook = self.makes_webhook(&self.ours).await;
            texts.put("{webhook}", &webhook.to_string());
            if texts.mentions("{delivery}") {
                let delivery = rooms.actions.test_webhook(&self.ours, webhook).await.unwrap();
                texts.put("{delivery}", &delivery.id.to_string());
            }
        }
        if texts.mentions("{contact}") {
            let customer = self.makes_customer(&self.ours).await;
            texts.put("{contact}", &self.makes_contact(&self.ours, customer).await);
            texts.put("{customer}", &customer.to_string());
        }
        for word in ["{customer}", "{other_customer}"] {
            if texts.mentions(word) {
                texts.put(word, &self.makes_customer(&self.ours).await.to_string());
            }
        }
        if texts.mentions("{merge}") {
            texts.put("{merge}", &self.makes_merge(&self.ours).await);
        }
        if texts.mentions("{job}") {
            texts.put("{job}", &self.makes_job(&self.ours).await);
        }
        if texts.mentions("{upload}") {
            texts.put("{upload}", &self.uploads_file(&self.ours).await);
        }
        if texts.mentions("{import}") {
            texts.put("{import}", &self.starts_import(&self.ours).await);
        }
        if texts.mentions("{invitation}") {
            texts.put("{invitation}", &self.makes_invitation().await);
        }
        if texts.mentions("{key}") {
            let asked = KeyRequest::write(self.word(&self.ours));
            let key = rooms.team.create_key(&self.ours, asked, None).await.unwrap().key;
            texts.put("{key}", &key.id.to_string());
        }
        if texts.mentions("{member}") {
            let (member, _) = self.makes_person(&self.ours, Role::Agent).await;
            texts.put("{member}", &member.to_string());
        }
        if texts.mentions("{session}") {
            let whose = asks.email.as_ref().filter(|_| !asks.is_foreign()).unwrap_or(&self.somebody);
            let other = self.logs_in(Is::Stranger, whose).await.unwrap();
            let session = self.sends(&other.headers, get("/api/v1/team/session")).await.json();
            texts.put("{session}", session["id"].as_str().unwrap());
        }
        texts
    }

    pub async fn makes_webhook(&self, scope: &Scope) -> WebhookId {
        let asked = NewWebhook { url: format!("https://example.com/{}", self.word(scope)), ..NewWebhook::default() };
        let actions = &self.house.rooms.actions;
        // A workspace has at most a hundred: those of earlier requests go.
        for old in actions.webhooks(scope, None, 100).await.unwrap().iter().rev().skip(50) {
            actions.delete_webhook(scope, old.id, None).await.unwrap();
        }
        actions.create_webhook(scope, asked, None).await.unwrap().webhook.id
    }

    pub async fn makes_customer(&self, scope: &Scope) -> CustomerId {
        self.knows_customer(scope, &self.word(scope)).await
    }

    /// A customer with this user id, who has done something.
    pub async fn knows_customer(&self, scope: &Scope, user_id: &str) -> CustomerId {
        let did = says(&format!("{}_bought", self.fruit(scope))).of("user_id", user_id);
        self.house.rooms.signals.log(scope, vec![did.into()]).await.unwrap();
        self.house.rooms.customers.find(scope, "user_id", user_id).await.unwrap().unwrap()
    }

    pub async fn makes_merge(&self, scope: &Scope) -> String {
        let (one, other) = (self.makes_customer(scope).await, self.makes_customer(scope).await);
        let reason = self.word(scope);
        let merge = self.house.rooms.customers.merge(scope, one, other, &reason, json!({})).await.unwrap();
        merge.id.to_string()
    }

    async fn makes_contact(&self, scope: &Scope, customer: CustomerId) -> String {
        let topic = TopicId::new(&self.keeps(scope, TOPICS).await).unwrap();
        let customers = &self.house.rooms.customers;
        match customers.reserve_contact(scope, customer, &topic, ContactChannel::Email).await.unwrap() {
            Contact::Allowed(contact) => contact.to_string(),
            refused => panic!("{refused:?}"),
        }
    }

    pub async fn makes_job(&self, scope: &Scope) -> String {
        let store = &self.house.rooms.store;
        let job = NewJob::new("matrix", &json!({ "about": self.word(scope) })).unwrap();
        let transaction = store.begin().await.unwrap();
        let made = enqueue(&transaction, job.in_workspace(scope.workspace()), self.house.front.clock.now()).await;
        transaction.commit().await.unwrap();
        made.unwrap().unwrap().0.to_string()
    }

    /// A file that is here.
    async fn uploads_file(&self, scope: &Scope) -> String {
        let (sources, word) = (&self.house.rooms.sources, self.word(scope));
        let content = format!("x,y\n{word},1\n");
        let announced = serde_json::from_value(json!({ "name": format!("{word}.csv"), "bytes": content.len() }));
        let upload = sources.announce_upload(scope, announced.unwrap()).await.unwrap();
        let piece = futures::stream::iter([Ok::<_, std::convert::Infallible>(content.into())]);
        sources.take_piece(scope, upload.id, 0, piece).await.unwrap();
        upload.id.to_string()
    }

    async fn starts_import(&self, scope: &Scope) -> String {
        let upload = self.uploads_file(scope).await;
        let signal =
            json!({ "kind": "seen", "time": { "constant": "2026-01-01" }, "anonymous": true, "properties": ["x"] });
        let map = json!({ "file": [{ "file": "*.csv", "signal": [signal] }] });
        let asked = serde_json::from_value(json!({ "uploads": [upload], "map": map })).unwrap();
        self.house.rooms.sources.start_import(scope, asked, None).await.unwrap().import.id.to_string()
    }

    /// A thing that is kept for its name alone.
    async fn keeps(&self, scope: &Scope, path: &str) -> String {
        let name = self.word(scope);
        let asked = match path {
            "/api/v1/insights/annotations" => json!({ "at": "2026-03-01", "kind": "release", "title": name }),
            "/api/v1/insights/questions" => json!({ "name": name, "asked": { "metric": "nps" }, "shared": true }),
            TOPICS => json!({ "id": name, "name": name, "channels": ["email"], "basis": "opt_out" }),
            SEGMENTS => json!({ "id": name, "name": name, "definition": "all" }),
            _ => json!({ "name": name }),
        };
        let made = self.house.posts(scope, path, &asked).await;
        made.json()["id"].as_str().unwrap_or_else(|| panic!("{path}: {made:?}")).to_owned()
    }

    async fn makes_invitation(&self) -> String {
        let asked = json!({ "email": format!("{}@example.com", self.word(&self.ours)), "role": "viewer" });
        let made = self.house.posts(&self.ours, "/api/v1/team/invitations", &asked).await;
        made.json()["id"].as_str().unwrap().to_owned()
    }

    /// One of everything in a workspace.
    pub async fn furnishes(&self, scope: &Scope) {
        let rooms = &self.house.rooms;
        let (word, fruit) = (self.word(scope), self.fruit(scope));
        let settings = team::WorkspaceSettings { name: Some(word.clone()), ..Default::default() };
        rooms.team.change_workspace(scope, settings).await.unwrap();
        let webhook = self.makes_webhook(scope).await;
        rooms.actions.test_webhook(scope, webhook).await.unwrap();
        self.makes_merge(scope).await;
        self.makes_job(scope).await;
        self.starts_import(scope).await;
        for (_, path) in KEPT {
            self.keeps(scope, path).await;
        }
        let asked = json!({ "email": format!("{word}-invited@example.com"), "role": "viewer" });
        assert_eq!(self.house.posts(scope, "/api/v1/team/invitations", &asked).await.status, 201);
        let refusal = Refusal {
            reason: format!("too_{fruit}"),
            field: "messageId".into(),
            message: "is wrong".into(),
            excerpt: word,
        };
        rooms.signals.refuse(scope, "collect", vec![refusal]).await.unwrap();
    }
}
