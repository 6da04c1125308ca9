//! Annotations: moments that explain a chart, such as a release, an incident or a campaign.

mod http;
mod store;

use base::Timestamp;
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};
use team::Name;
use utoipa::ToSchema;

pub(crate) use http::routes;

/// A moment that explains a chart.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Annotation {
    /// Its id.
    pub id: Uuid,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What it was.
    pub kind: AnnotationKind,
    /// What it is called.
    #[schema(example = "New checkout")]
    pub title: String,
}

/// What an annotation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationKind {
    /// Something new that customers use.
    Release,
    /// Something went wrong.
    Incident,
    /// Customers were told something.
    Campaign,
    /// Anything else.
    Other,
}

impl AnnotationKind {
    const ALL: [Self; 4] = [Self::Release, Self::Incident, Self::Campaign, Self::Other];

    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Incident => "incident",
            Self::Campaign => "campaign",
            Self::Other => "other",
        }
    }
}

/// An annotation as it is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnnotation {
    /// When it happened: `2026-01-31`, which begins in the calendar of the workspace, or `2026-01-31T08:30:00Z`.
    #[schema(example = "2026-03-02", max_length = 40)]
    pub at: String,
    /// What it was.
    pub kind: AnnotationKind,
    /// What it is called.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "New checkout")]
    pub title: Name,
}
