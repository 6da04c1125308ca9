//! Figures that would mix what cannot be mixed are refused: scores of different scales, money of different currencies.
//!
//! Among the scales are the two wordings of the effort question, which point in opposite directions.

use base::{
    Error, Field, Filter,
    filter::{Column, Test},
};

use crate::{Formula, figures::Keys};

impl Formula {
    /// The column that must have one value in all signals of a figure, where the question does not already see to it.
    pub(crate) fn guard(&self, filter: &Filter, by: &[Field]) -> Option<Column> {
        let (Self::Sum(field) | Self::Mean(field) | Self::Quantile(field, _) | Self::Per { field, .. }) = self else {
            return None;
        };
        let column = match field {
            Field::Column(Column::Score) => Column::Scale,
            Field::Column(Column::Amount) => Column::Currency,
            _ => return None,
        };
        (!by.contains(&column.into()) && !pins(filter, column)).then_some(column)
    }
}

/// Whether a filter lets only one value of a column pass.
fn pins(filter: &Filter, column: Column) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().any(|part| pins(part, column)),
        Filter::Is(Field::Column(tested), Test::OneOf(values)) => *tested == column && values.len() == 1,
        _ => false,
    }
}

/// The refusal of a figure in which a guarded column has several values.
pub(crate) fn refusal(column: Column, keys: &Keys) -> Error {
    let name = column.name();
    let what = match column {
        Column::Scale => "scores of several scales, which may even point in opposite directions",
        _ => "amounts in several currencies",
    };
    let group: String = keys
        .0
        .iter()
        .map(|(key, value)| format!(" {key} = {}", serde_json::to_string(value).unwrap_or_default()))
        .collect();
    let place = if group.is_empty() { String::new() } else { format!(" (at{group})") };
    let message = format!("this figure would mix {what}{place}; add --where \"{name} = '…'\" or --by {name}");
    Error::invalid_field(name, "mixed", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Zone;

    #[test]
    fn scores_and_amounts_are_guarded_unless_the_question_pins_them() {
        let guard = |formula: &str, filter: &str, by: &[Field]| {
            let filter = Filter::parse(filter, Zone::UTC).unwrap();
            Formula::parse(formula, Zone::UTC).unwrap().guard(&filter, by)
        };
        assert_eq!(guard("mean(score)", "", &[]), Some(Column::Scale));
        assert_eq!(guard("mean(score)", "kind = 'x' and scale in ('ces', 'ces2')", &[]), Some(Column::Scale));
        assert_eq!(guard("mean(score)", "kind = 'x' and scale = 'ces'", &[]), None);
        assert_eq!(guard("median(score)", "", &[Column::Scale.into()]), None);
        assert_eq!(guard("per(properties.order_id, amount)", "", &[]), Some(Column::Currency));
        assert_eq!(guard("sum(amount)", "not (currency = 'EUR')", &[]), Some(Column::Currency));
        assert_eq!(guard("mean(properties.days)", "", &[]), None);
        assert_eq!(guard("count", "", &[]), None);
    }
}
