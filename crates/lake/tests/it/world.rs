//! A test's world: a log, a lake, one workspace, and customers who are named by their number.

use base::{Clock, CustomerId, Field, Filter, Result, Timestamp, WorkspaceId, Zone};
use lake::{Answer, CustomerFacts, Lake, Listed, Measure, Question};
use sea_orm::DatabaseTransaction;
use signals::{Body, Draft, Identity, LogSettings, Receipt, Recognise, Signal, Signals};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};
use store::Store;
use team::{Scope, Team};
use tempfile::TempDir;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

/// Fail points are of the whole process: whoever sets one waits until no other story runs.
static STORIES: std::sync::LazyLock<Arc<RwLock<()>>> = std::sync::LazyLock::new(Arc::default);

pub struct World {
    pub lake: Lake,
    pub signals: Signals,
    pub team: Team,
    pub scope: Scope,
    pub clock: Clock,
    pub customers: Arc<CustomerFacts>,
    pub folder: TempDir,
    _story: Option<OwnedRwLockReadGuard<()>>,
}

/// Customers bring their number as an identity.
struct ByNumber;

#[async_trait::async_trait]
impl Recognise for ByNumber {
    async fn recognise(
        &self,
        _: &DatabaseTransaction,
        _: &Scope,
        _: Timestamp,
        drafts: &[&Draft],
    ) -> Result<Vec<Option<CustomerId>>> {
        Ok(drafts
            .iter()
            .map(|draft| draft.identities.first().and_then(|identity| identity.value.parse().ok()))
            .collect())
    }
}

impl World {
    pub async fn new() -> Self {
        let story = STORIES.clone().read_owned().await;
        Self { _story: Some(story), ..Self::alone().await }
    }

    /// A world whose story holds `alone_in_the_process`.
    pub async fn alone() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::fixed(at("2026-06-01"));
        let store = Store::open(folder.path()).await.unwrap();
        let team = Team::new(store.clone(), clock.clone());
        let signals = Signals::start(store, clock.clone(), Arc::new(ByNumber), LogSettings::default());
        let lake = Lake::open(&folder.path().join("lake"), signals.clone(), clock.clone()).unwrap();
        let scope = team.operator(team.default_workspace().await.unwrap().id);
        Self { lake, signals, team, scope, clock, customers: Arc::default(), folder, _story: None }
    }

    /// The lake as another process would open it.
    pub fn reopened(&self) -> Lake {
        Lake::open(&self.folder.path().join("lake"), self.signals.clone(), self.clock.clone()).unwrap()
    }

    pub async fn log(&self, drafts: impl IntoIterator<Item = Draft>) {
        let drafts: Vec<Draft> = drafts.into_iter().collect();
        for drafts in drafts.chunks(5_000) {
            let receipts = self.signals.log(&self.scope, drafts.to_vec()).await.unwrap();
            assert!(receipts.iter().all(|receipt| matches!(receipt, Receipt::Logged { .. })), "{receipts:?}");
        }
    }

    pub async fn ask(&self, question: &Question) -> Answer {
        self.lake.ask(&self.scope, question, self.customers.clone()).await.unwrap()
    }

    pub async fn count(&self) -> u64 {
        let answer = self.ask(&question()).await;
        assert_eq!(answer.missing, []);
        answer.rows[0].measures[0].unwrap() as u64
    }

    pub async fn list(&self, filter: &Filter) -> Vec<Signal> {
        let Listed { signals, missing } =
            self.lake.list(&self.scope, filter, None, None, false, usize::MAX, self.customers.clone()).await.unwrap();
        assert_eq!(missing, []);
        signals
    }

    /// The workspace's folder of data files.
    pub fn table(&self) -> PathBuf {
        let WorkspaceId(id) = self.scope.workspace();
        self.folder.path().join("lake").join(id.to_string()).join("signals")
    }

    /// Data files under their final or a temporary name.
    pub fn files(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.table()) else { return Vec::new() };
        let mut files: Vec<PathBuf> =
            entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
        files.sort();
        files
    }
}

/// Waits until no other story runs, and keeps others from beginning.
#[cfg(feature = "failpoints")]
pub async fn alone_in_the_process() -> tokio::sync::OwnedRwLockWriteGuard<()> {
    STORIES.clone().write_owned().await
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn field(text: &str) -> Field {
    Field::parse(text).unwrap()
}

pub fn filter(text: &str) -> Filter {
    Filter::parse(text, Zone::UTC).unwrap()
}

/// How many signals there are.
pub fn question() -> Question {
    Question {
        filter: Filter::All,
        from: None,
        to: None,
        by: Vec::new(),
        every: None,
        per: None,
        measures: vec![Measure::Count],
        limit: 10_000,
    }
}

/// A page view by customer `number % 10`, one an hour.
pub fn page_viewed(number: i64) -> Draft {
    Draft {
        message_id: format!("page-{number}"),
        occurred_at: at("2026-01-01").plus(number * Timestamp::HOUR),
        identities: vec![customer(number % 10)],
        traits: serde_json::Map::new(),
        kind: "page_viewed".into(),
        body: Body { channel: Some("web".into()), ..Body::default() },
    }
}

/// An answer to "how likely are you to recommend us" after some touchpoint.
pub fn nps(number: i64, occurred_at: Timestamp, touchpoint: &str, score: f64) -> Draft {
    let body =
        Body { touchpoint: Some(touchpoint.into()), scale: Some("nps".into()), score: Some(score), ..Body::default() };
    Draft {
        message_id: format!("nps-{number}"),
        occurred_at,
        kind: "survey_answered".into(),
        body,
        ..page_viewed(number)
    }
}

/// Part of an order.
pub fn paid(number: i64, order: &str, amount: &str) -> Draft {
    let body = Body {
        amount: Some(amount.parse().unwrap()),
        currency: Some("BRL".into()),
        properties: serde_json::json!({ "order_id": order }).as_object().unwrap().clone(),
        ..Body::default()
    };
    Draft { message_id: format!("paid-{number}"), kind: "payment_made".into(), body, ..page_viewed(number) }
}

pub fn customer(number: i64) -> Identity {
    Identity { kind: "customer".into(), value: number.to_string() }
}

/// An answer's rows as lines: bucket, keys and measures, absent ones as a dash.
pub fn lines(answer: &Answer) -> Vec<String> {
    let dash = || "-".to_owned();
    let line = |row: &lake::AnswerRow| {
        let bucket = row.bucket.iter().map(|bucket| bucket.label.clone());
        let keys = row.keys.iter().map(|key| key.as_ref().map_or_else(dash, |key| serde_json::to_string(key).unwrap()));
        let measures = row.measures.iter().map(|measure| measure.map_or_else(dash, |measure| measure.to_string()));
        bucket.chain(keys).chain(measures).collect::<Vec<_>>().join(" ")
    };
    answer.rows.iter().map(line).collect()
}

/// Traits by name, each a list of (customer, value).
pub fn traits(traits: &[(&str, &[(usize, base::filter::Value)])]) -> BTreeMap<String, lake::TraitColumn> {
    let column = |pairs: &[(usize, base::filter::Value)]| {
        let mut column = lake::TraitColumn::default();
        for (customer, value) in pairs {
            let known = column.values.iter().position(|known| known == value);
            let index = known.unwrap_or_else(|| {
                column.values.push(value.clone());
                column.values.len() - 1
            });
            if column.codes.len() <= *customer {
                column.codes.resize(customer + 1, 0);
            }
            column.codes[*customer] = u32::try_from(index + 1).unwrap();
        }
        column
    };
    traits.iter().map(|(name, pairs)| ((*name).to_owned(), column(pairs))).collect()
}
