//! Who may what: every operation of the description is asked for by everybody there is, in their own workspace and from
//! another one. `table.rs` says what they are to be answered.

mod callers;
mod table;
mod things;

use axum::{
    Router,
    body::Body,
    http::{HeaderName, Method, Request, header},
};
use customers::consent::LinkSettings;
use serde_json::Value as Json;
use server::{Rate, Rates};
use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};
use store::Vault;
use team::{Permissions, Role, Scope, TeamSettings};
use testkit::{World, on_both};

use crate::world::{Answer, House, answer, get};
use callers::{Caller, Is};
use table::{Row, Who, rows};
use things::Texts;

const PUBLIC_URL: &str = "https://cx.example.com";
const WORKSPACE: HeaderName = HeaderName::from_static("harken-workspace");

/// Whatever is written in our workspace holds this word, and whatever in theirs the other one.
const OURS: &str = "mango";
const THEIRS: &str = "papaya";

/// Two workspaces in one house.
struct Town {
    house: House,
    router: Router,
    ours: Scope,
    theirs: Scope,
    /// The user id of one of our customers.
    user_id: String,
    /// The address of one of our members.
    somebody: String,
    words: AtomicU32,
}

/// An operation as it is described.
struct Operation {
    method: Method,
    path: String,
    security: Json,
}

impl Town {
    async fn over(world: &World) -> Self {
        let settings = TeamSettings {
            public_url: Some(PUBLIC_URL.parse().unwrap()),
            vault: Some(Vault::open(world.folder()).unwrap()),
        };
        let mut world = world.clone();
        let links =
            LinkSettings { public_url: settings.public_url.clone(), vault: Vault::open(world.folder()).unwrap() };
        world.customers = world.customers.with(links);
        world.team = world.team.with(settings);
        let mut house = House::over(&world);
        let often = Rate::per_minute(NonZeroU32::new(60_000_000).unwrap());
        house.front.rates = Rates { address: often, caller: often, heavy: often, collect: often };
        let mut town = Self {
            router: house.router(),
            house,
            ours: world.scope.clone(),
            theirs: world.elsewhere().await.scope,
            user_id: String::new(),
            somebody: String::new(),
            words: AtomicU32::new(0),
        };
        town.furnishes(&town.theirs).await;
        town.furnishes(&town.ours).await;
        town.user_id = town.word(&town.ours);
        town.knows_customer(&town.ours, &town.user_id).await;
        town.somebody = town.makes_person(&town.ours, Role::Owner).await.1;
        town
    }

    /// A word that was never said before, and tells whose it is.
    fn word(&self, scope: &Scope) -> String {
        format!("{}-{}", self.fruit(scope), self.words.fetch_add(1, Ordering::Relaxed))
    }

    fn fruit(&self, scope: &Scope) -> &'static str {
        if scope.workspace() == self.ours.workspace() { OURS } else { THEIRS }
    }

    async fn sends(&self, headers: &[(HeaderName, String)], mut request: Request<Body>) -> Answer {
        for (name, value) in headers {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        answer(self.router.clone(), request).await
    }

    async fn asks(&self, caller: &Caller, operation: &Operation, texts: &Texts) -> Answer {
        let Texts([path, query, body]) = texts;
        let request = Request::builder().method(&operation.method).uri(format!("{path}?{query}"));
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body.clone().into());
        self.sends(&caller.headers, request.unwrap()).await
    }

    /// All that our workspace can read of itself, and of the things on this path.
    async fn reads_everything(
        &self,
        reader: &Caller,
        operations: &BTreeMap<String, Operation>,
        path: &str,
    ) -> Vec<String> {
        let mut read = Vec::new();
        for (end, _) in path.match_indices('/').skip(3).chain([(path.len(), "")]) {
            let answer = self.sends(&reader.headers, get(&path[..end])).await;
            read.push(format!("{}: {}", &path[..end], lasting(&answer)));
        }
        for (id, operation) in operations {
            // A key may ask for these. That something was exported is itself an entry.
            let may = operation.security[1]["key"].is_array() && !id.starts_with("export_");
            if may && operation.method == Method::GET && !operation.path.contains('{') {
                let texts = Texts([operation.path.clone(), String::new(), String::new()]);
                let answer = self.asks(reader, operation, &texts).await;
                read.push(format!("{id}: {}", lasting(&answer)));
            }
        }
        read
    }

    fn operations(&self) -> BTreeMap<String, Operation> {
        let description = serde_json::to_value(server::openapi(&self.house.rooms, &self.house.front)).unwrap();
        let paths = description["paths"].as_object().unwrap();
        let described = paths.iter().flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, operation)| {
                let id = operation["operationId"].as_str().unwrap().to_owned();
                let method = method.to_uppercase().parse().unwrap();
                (id, Operation { method, path: path.clone(), security: operation["security"].clone() })
            })
        });
        described.collect()
    }
}

impl Row {
    fn texts(&self, operation: &Operation) -> Texts {
        let body = self.body.as_ref().map(Json::to_string).unwrap_or_default();
        Texts([operation.path.clone(), self.query.to_owned(), body])
    }
}

/// What an answer says each time: a problem names its own occurrence, and so is never the same twice.
fn lasting(answer: &Answer) -> &str {
    if answer.status.is_success() { &answer.text } else { answer.status.as_str() }
}

/// What is wrong with an answer, if anything is.
fn wrong(caller: &Caller, answer: &Answer, expected: &[u16]) -> Option<String> {
    let status = answer.status.as_u16();
    if !expected.contains(&status) {
        return Some(format!("{status} instead of {expected:?}: {}", answer.text));
    }
    let own = match caller.is {
        Is::Member(_) | Is::Key(_) => Some(OURS),
        Is::Foreigner { .. } => Some(THEIRS),
        // Who was a member still has the name and address that they had.
        Is::Homeless => Some(OURS),
        Is::Stranger | Is::WriteKey => None,
    };
    let said = format!("{:?} {}", answer.headers, answer.text);
    let leaked = [OURS, THEIRS].into_iter().find(|fruit| own != Some(*fruit) && said.contains(fruit));
    leaked.map(|fruit| format!("{status} tells of {fruit}: {}", answer.text))
}

#[tokio::test]
async fn every_operation_has_a_row_that_says_who_may_ask_as_its_description_does() {
    let database = testkit::Database::sqlite().await;
    let town = Town::over(&World::over(&database).await).await;
    let (operations, rows) = (town.operations(), rows());
    let described: BTreeSet<&str> = operations.keys().map(String::as_str).collect();
    let in_table: BTreeSet<&str> = rows.iter().map(|row| row.id).collect();
    assert_eq!(in_table.len(), rows.len(), "an operation has two rows");
    let without: Vec<_> = described.difference(&in_table).collect();
    assert!(without.is_empty(), "operations without a row in access/table.rs: {without:?}");
    let gone: Vec<_> = in_table.difference(&described).collect();
    assert!(gone.is_empty(), "rows of access/table.rs without an operation: {gone:?}");
    for row in rows {
        assert_eq!(operations[row.id].security, row.who.described(), "{}: what it says and its row differ", row.id);
    }
}

#[tokio::test]
async fn everybody_gets_what_they_may_and_nobody_anything_else() {
    on_both(async |world| {
        let town = Town::over(world).await;
        let operations = town.operations();
        let everybody = town.everybody().await;
        let everything = Permissions::all();
        let reader = town.holds_key(&town.ours, Is::Key(everything), everything).await;
        let mut keys = BTreeMap::new();
        for permission in everything.iter() {
            keys.insert(permission, town.keys_around(permission).await);
        }
        // Reading everything, it is denied much, which is written into the very log that is compared: twenty times an hour.
        for _ in 0..20 {
            town.sends(&reader.headers, get("/api/v1/team/me")).await;
        }
        let (mut asked, mut failures) = (0, Vec::new());
        for row in rows() {
            let operation = &operations[row.id];
            let texts = row.texts(operation);
            let owned = texts.is_about_ours();
            let around: &[Caller] = match row.who {
                Who::May(permission) | Who::MayOverAgents(permission) | Who::PersonMay(permission) => {
                    &keys[&permission]
                }
                _ => std::slice::from_ref(&reader),
            };
            for caller in everybody.iter().filter(|caller| !caller.is_foreign()).chain(around) {
                let caller = town.like(caller, &row).await;
                let filled = town.fills(texts.clone(), &caller).await;
                let answer = town.asks(&caller, operation, &filled).await;
                asked += 1;
                let found = wrong(&caller, &answer, caller.expects(&row, owned));
                failures.extend(found.map(|what| format!("{} by {caller}: {what}", row.id)));
                // The test would notice nothing of a workspace that has nothing to tell.
                if caller.is == Is::Member(Role::Owner)
                    && matches!(row.who, Who::May(_))
                    && operation.method == Method::GET
                    && !row.nameless
                    && !answer.text.contains(OURS)
                {
                    failures.push(format!("{} tells the owner nothing of their own: {}", row.id, answer.text));
                }
            }
            let mut foreigners = Vec::new();
            for caller in everybody.iter().filter(|caller| caller.is_foreign()) {
                foreigners.push(town.like(caller, &row).await);
            }
            let filled = town.fills(texts.clone(), &foreigners[0]).await;
            let before = town.reads_everything(&reader, &operations, &filled.0[0]).await;
            for caller in foreigners {
                // About a thing of ours they ask for the same; what they make for themselves bears a name of its own.
                let filled = if owned { filled.clone() } else { town.fills(texts.clone(), &caller).await };
                let answer = town.asks(&caller, operation, &filled).await;
                asked += 1;
                let found = wrong(&caller, &answer, caller.expects(&row, owned));
                failures.extend(found.map(|what| format!("{} by {caller}: {what}", row.id)));
            }
            if operation.method != Method::GET {
                let after = town.reads_everything(&reader, &operations, &filled.0[0]).await;
                let changed = before.iter().zip(&after).find(|(before, after)| before != after);
                let changed = changed.map(|(before, after)| format!("\n{before}\n{after}"));
                failures.extend(changed.map(|what| format!("{} changes something from elsewhere: {what}", row.id)));
            }
        }
        eprintln!("{asked} requests");
        assert!(failures.is_empty(), "{} of {asked}:\n{}", failures.len(), failures.join("\n"));
    })
    .await;
}
