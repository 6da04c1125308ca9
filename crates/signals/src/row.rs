//! A signal as a row of the log, and back.

use base::{Amount, CustomerId, Error, Result, SignalId, Timestamp, WorkspaceId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, IntoActiveModel, Iterable, entity::prelude::*, sea_query::Query};
use store::failed;

use crate::{Body, Signal};

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

impl signal::Model {
    fn of(workspace: WorkspaceId, signal: &Signal) -> Self {
        let body = signal.body.clone();
        Self {
            seq: signal.seq,
            workspace: workspace.0,
            id: signal.id.0,
            message_id: signal.message_id.clone(),
            occurred_at: signal.occurred_at.micros(),
            received_at: signal.received_at.micros(),
            customer: signal.customer.map(|customer| customer.0),
            kind: signal.kind.clone(),
            channel: body.channel,
            touchpoint: body.touchpoint,
            stage: body.stage,
            source: body.source,
            scale: body.scale,
            score: body.score,
            amount: body.amount.map(Amount::units),
            currency: body.currency,
            text: body.text,
            language: body.language,
            sentiment: body.sentiment,
            emotion: body.emotion,
            risk: body.risk,
            properties: Json::Object(body.properties).to_string(),
        }
    }
}

impl TryFrom<signal::Model> for Signal {
    type Error = Error;

    fn try_from(row: signal::Model) -> Result<Self> {
        let properties = serde_json::from_str(&row.properties).map_err(|error| {
            Error::internal(format!("signal {} is damaged: its properties are not JSON: {error}", row.seq))
        })?;
        Ok(Self {
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
                properties,
            },
        })
    }
}

/// Row counts of one statement: a few fixed sizes, so that the database parses each once and keeps it prepared.
const CHUNKS: [usize; 4] = [256, 64, 8, 1];

/// Inserts signals into the log.
pub(crate) async fn insert(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    signals: &[Signal],
) -> Result<()> {
    let mut rest = signals;
    while !rest.is_empty() {
        let size = CHUNKS.into_iter().find(|size| *size <= rest.len()).unwrap_or(1);
        let (chunk, later) = rest.split_at(size);
        let mut insert = Query::insert().into_table(signal::Entity).columns(signal::Column::iter()).take();
        for signal in chunk {
            let mut row = signal::Model::of(workspace, signal).into_active_model();
            insert.values_panic(
                signal::Column::iter().map(|column| row.take(column).into_value().unwrap_or(Value::Bool(None)).into()),
            );
        }
        transaction.execute(&insert).await.map_err(failed)?;
        rest = later;
    }
    Ok(())
}
