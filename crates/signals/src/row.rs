//! A signal as a row of the log, and back.

use base::{Amount, CustomerId, Error, Result, SignalId, Timestamp, WorkspaceId};
use sea_orm::{DatabaseTransaction, Iterable, entity::prelude::*, sea_query::Query};
use serde_json::Map;
use store::Insert;

use crate::{Body, Signal, ready::Ready};

pub(crate) mod signal {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "signal")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        pub workspace: Uuid,
        pub id: Uuid,
        pub message_id: String,
        pub occurred_at: i64,
        pub received_at: i64,
        pub customer: Option<i64>,
        pub kind: String,
        pub channel: Option<String>,
        pub touchpoint: Option<String>,
        pub stage: Option<String>,
        pub source: Option<String>,
        pub scale: Option<String>,
        pub score: Option<f64>,
        pub amount: Option<i64>,
        pub currency: Option<String>,
        pub text: Option<String>,
        pub language: Option<String>,
        pub sentiment: Option<f64>,
        pub emotion: Option<String>,
        pub risk: Option<String>,
        pub properties: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A signal as the log keeps it: who only carries it further need not understand its properties.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The signal without its properties.
    pub signal: Signal,
    /// Its properties, as the text of a JSON object.
    pub properties: String,
}

impl From<signal::Model> for Stored {
    fn from(row: signal::Model) -> Self {
        let signal = Signal {
            seq: row.seq,
            id: SignalId(row.id),
            message_id: row.message_id,
            occurred_at: Timestamp::from_micros(row.occurred_at),
            received_at: Timestamp::from_micros(row.received_at),
            customer: row.customer.map(CustomerId),
            kind: row.kind,
            body: Body {
                channel: row.channel,
                touchpoint: row.touchpoint,
                stage: row.stage,
                source: row.source,
                scale: row.scale,
                score: row.score,
                amount: row.amount.map(Amount::from_units),
                currency: row.currency,
                text: row.text,
                language: row.language,
                sentiment: row.sentiment,
                emotion: row.emotion,
                risk: row.risk,
                properties: Map::new(),
            },
        };
        Self { signal, properties: row.properties }
    }
}

impl TryFrom<Stored> for Signal {
    type Error = Error;

    fn try_from(Stored { mut signal, properties }: Stored) -> Result<Self> {
        signal.body.properties = serde_json::from_str(&properties).map_err(|error| {
            Error::internal(format!("signal {} is damaged: its properties are not JSON: {error}", signal.seq))
        })?;
        Ok(signal)
    }
}

/// A signal about to be stored.
pub(crate) struct NewRow<'a> {
    pub(crate) seq: i64,
    pub(crate) id: SignalId,
    pub(crate) received_at: Timestamp,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) said: &'a Ready,
}

/// How many columns the table has.
const COLUMNS: usize = 22;

impl NewRow<'_> {
    /// In the order of the columns.
    fn values(&self, workspace: WorkspaceId) -> [Value; COLUMNS] {
        let Ready { draft, properties, .. } = self.said;
        let body = &draft.body;
        [
            self.seq.into(),
            workspace.0.into(),
            self.id.0.into(),
            draft.message_id.clone().into(),
            draft.occurred_at.micros().into(),
            self.received_at.micros().into(),
            self.customer.map(|customer| customer.0).into(),
            draft.kind.clone().into(),
            body.channel.clone().into(),
            body.touchpoint.clone().into(),
            body.stage.clone().into(),
            body.source.clone().into(),
            body.scale.clone().into(),
            body.score.into(),
            body.amount.map(Amount::units).into(),
            body.currency.clone().into(),
            body.text.clone().into(),
            body.language.clone().into(),
            body.sentiment.into(),
            body.emotion.clone().into(),
            body.risk.clone().into(),
            properties.clone().into(),
        ]
    }
}

/// Inserts signals into the log.
pub(crate) async fn insert(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    rows: &[NewRow<'_>],
) -> Result<()> {
    static SIGNAL: Insert =
        Insert::new(COLUMNS, || Query::insert().into_table(signal::Entity).columns(signal::Column::iter()).take());
    SIGNAL.run(transaction, rows.iter().flat_map(|row| row.values(workspace)).collect()).await
}
