//! The journey as a workspace sees it: its stages in order, and the touchpoints with the stage that each belongs to.

mod http;
mod stages;
mod touchpoints;

use base::{Error, Result, Timestamp};
use sea_orm::{DatabaseTransaction, prelude::Uuid};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::{collections::BTreeSet, net::IpAddr};
use team::{
    Name, Scope,
    audit::{self, Entry},
};
use utoipa::ToSchema;

use crate::Insights;

pub(crate) use http::routes;

/// The stages of the customer journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Journey {
    /// The workspace's stages, in the order in which customers reach them.
    #[schema(example = json!(["awareness", "consideration", "purchase", "post_purchase", "loyalty"]))]
    pub stages: Vec<String>,
    /// The journeys that ship, to begin with.
    pub templates: Vec<JourneyTemplate>,
}

/// A journey that ships with the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct JourneyTemplate {
    /// What it is for.
    #[schema(example = "retail")]
    pub name: String,
    /// Its stages in their order.
    pub stages: Vec<String>,
}

/// The stages as they are to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJourney {
    /// The stages in their order, each once. One that a touchpoint belongs to has to stay.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 30, example = json!(["awareness", "purchase", "use"]))]
    pub stages: Vec<Name>,
}

/// A named point of contact.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Touchpoint {
    /// Its id.
    pub id: Uuid,
    /// What signals call it.
    #[schema(example = "checkout")]
    pub name: String,
    /// The channel on which it is met, where it is one.
    #[schema(example = "web")]
    pub channel: Option<String>,
    /// The stage of the journey that it belongs to.
    #[schema(example = "purchase")]
    pub stage: Option<String>,
    /// Who answers for it: a team or a role.
    #[schema(example = "Payments team")]
    pub owner: Option<String>,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A touchpoint as it is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTouchpoint {
    /// What signals call it; there is one of each name.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "checkout")]
    pub name: Name,
    /// The channel on which it is met.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, example = "web")]
    pub channel: Option<Name>,
    /// One of the workspace's stages.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, example = "purchase")]
    pub stage: Option<Name>,
    /// Who answers for it: a team or a role.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, example = "Payments team")]
    pub owner: Option<Name>,
}

/// The journey of a workspace that has said nothing, and one for what is used rather than bought once.
const TEMPLATES: [(&str, &[&str]); 2] = [
    ("retail", &["awareness", "consideration", "purchase", "post_purchase", "loyalty"]),
    ("service", &["awareness", "evaluation", "purchase", "use", "advocacy", "departure"]),
];

fn templates() -> Vec<JourneyTemplate> {
    let list = |stages: &[&str]| stages.iter().map(|stage| (*stage).to_owned()).collect();
    TEMPLATES.iter().map(|(name, stages)| JourneyTemplate { name: (*name).to_owned(), stages: list(stages) }).collect()
}

impl NewJourney {
    const MOST: usize = 30;

    fn check(self) -> Result<Vec<String>> {
        if !(1..=Self::MOST).contains(&self.stages.len()) {
            return Err(Error::invalid_field("stages", "length", "a journey has 1 to 30 stages"));
        }
        let stages: Vec<String> = self.stages.iter().map(Name::to_string).collect();
        let mut seen = BTreeSet::new();
        match stages.iter().find(|stage| !seen.insert(*stage)) {
            Some(twice) => Err(Error::invalid_field("stages", "duplicate", format!("'{twice}' is there twice"))),
            None => Ok(stages),
        }
    }
}

impl Insights {
    /// Notes in the audit log who changed what of the journey, and from where.
    async fn audit(
        &self,
        transaction: &DatabaseTransaction,
        scope: &Scope,
        from: Option<IpAddr>,
        action: &'static str,
        object: Option<String>,
        details: Json,
    ) -> Result<()> {
        let entry = Entry { action, object, details };
        audit::record(transaction, self.clock.now(), Some(scope.workspace()), scope.actor(), from, entry).await
    }
}
