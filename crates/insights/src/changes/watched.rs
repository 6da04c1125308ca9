//! What is looked through: the scores of the catalogue that were given, and the reasons for contact.

use base::{
    Field, Filter, Result,
    filter::{Column, Test, Value},
};
use futures::{StreamExt, TryStreamExt, stream};
use team::Scope;

use super::{AT_ONCE, Span};
use crate::{Formula, Insights, Metric, catalogue};

/// A metric, and the fields by whose values its groups are made.
pub(super) struct Watched {
    pub(super) metric: Metric,
    /// Its groups are shares: how many of its signals have each value of this field.
    pub(super) share: Option<Field>,
    pub(super) fields: Vec<Field>,
}

/// Scores and shares; counts and amounts go with the season, and nothing tests a quantile.
const METRICS: [&str; 9] = ["nps", "csat", "csat7", "csat10", "ces", "ease", "stars", "sentiment", "late_deliveries"];
/// So many of a metric's signals show by which properties they can be grouped.
const SAMPLE: usize = 200;
/// Why customers get in touch.
const CONTACT: &str = "conversation_opened";
const REASON: &str = "reason";

impl Insights {
    /// Everything that has enough signals in a time.
    pub(super) async fn watched(&self, scope: &Scope, filter: &Filter, span: Span) -> Result<Vec<Watched>> {
        let traits = self.few_valued_traits(scope).await?;
        let scores = catalogue().iter().filter(|metric| METRICS.contains(&metric.name.as_str()));
        let scores = scores.map(|metric| Watched { metric: metric.clone(), share: None, fields: Vec::new() });
        let filling: Vec<_> =
            scores.chain([reasons()]).map(|watched| self.fill(scope, watched, filter, span, &traits)).collect();
        let filled: Vec<Option<Watched>> = stream::iter(filling).buffered(AT_ONCE).try_collect().await?;
        Ok(filled.into_iter().flatten().collect())
    }

    async fn fill(
        &self,
        scope: &Scope,
        mut watched: Watched,
        filter: &Filter,
        span: Span,
        traits: &[Field],
    ) -> Result<Option<Watched>> {
        let counted = watched.metric.filter.clone().and(filter.clone());
        let sample = self.sample(scope, &counted, span, SAMPLE).await?;
        if sample.is_empty() {
            return Ok(None);
        }
        if watched.share.is_none() {
            watched.fields.push(Column::Channel.into());
            watched.fields.extend(traits.iter().cloned());
            // What a rate tests is no group of its own.
            let tested = watched.metric.formula.fields().into_iter().cloned().collect::<Vec<_>>();
            let properties = super::fields::few_valued_properties(&sample);
            watched.fields.extend(properties.into_iter().filter(|field| !tested.contains(field)));
        }
        Ok(Some(watched))
    }
}

fn reasons() -> Watched {
    let field = Field::Property(vec![REASON.to_owned()]);
    let of_contacts = Filter::Is(Column::Kind.into(), Test::OneOf(vec![Value::Text(CONTACT.to_owned())]));
    let metric = Metric { filter: of_contacts, ..Metric::from_formula(Formula::Count) };
    Watched { metric, fields: vec![field.clone()], share: Some(field) }
}

/// How many of a metric's signals have one value of a field, as a metric: `rate(properties.reason = 'returns')`.
pub(super) fn share_of(field: &Field, value: &Value) -> Formula {
    Formula::Rate(Filter::Is(field.clone(), Test::OneOf(vec![value.clone()])))
}
