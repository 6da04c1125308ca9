//! Figures that would mix what cannot be mixed are refused: scores of different scales, money of different currencies.
//!
//! Among the scales are the two wordings of the effort question, which point in opposite directions. Money that names no
//! currency is in the workspace's, which may be another one than those that are named.

use base::{
    Error, Field, Filter,
    filter::{Column, Test, Value},
};

use crate::{
    Formula,
    figures::{Currency, Keys},
    formula::tested,
};

impl Formula {
    /// Whether a figure means something only if `guard`, scale or currency, is the same in all of its signals: it
    /// computes with their scores, or with their amounts.
    pub(crate) fn rests_on(&self, guard: Column) -> bool {
        let measured = Field::Column(if guard == Column::Scale { Column::Score } else { Column::Amount });
        match self {
            Self::Nps => guard == Column::Scale,
            Self::Sum(field) | Self::Mean(field) | Self::Quantile(field, _) | Self::Per { field, .. } => {
                *field == measured
            }
            // A bound such as `score >= 4` is another one on each scale.
            Self::Rate(condition) => tested(condition).contains(&&measured),
            Self::Count | Self::Unique(_) | Self::Repeat { .. } | Self::Repeaters { .. } => false,
        }
    }
}

/// The only value of a column that a filter lets pass, where it says so.
pub(crate) fn pinned(filter: &Filter, column: Column) -> Option<&Value> {
    match filter {
        Filter::And(parts) => parts.iter().find_map(|part| pinned(part, column)),
        Filter::Is(Field::Column(tested), Test::OneOf(values)) if *tested == column => match values.as_slice() {
            [value] => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// The refusal of a figure with scores of several scales.
pub(crate) fn several_scales(keys: &Keys) -> Error {
    let group: String = keys
        .0
        .iter()
        .map(|(key, value)| format!(" {key} = {}", serde_json::to_string(value).unwrap_or_default()))
        .collect();
    let place = if group.is_empty() { String::new() } else { format!(" (at{group})") };
    let mix = "scores of several scales, which may even point in opposite directions";
    refusal(Column::Scale, &format!("{mix}{place}"))
}

/// The refusal of figures with amounts in several currencies.
pub(crate) fn several_currencies(found: &[Currency]) -> Error {
    let names: Vec<&str> = found
        .iter()
        .map(|currency| match currency {
            Currency::Workspace => "amounts that name none, which are in the workspace's",
            Currency::Code(code) => code.as_str(),
        })
        .collect();
    refusal(Column::Currency, &format!("amounts in several currencies ({})", names.join(", ")))
}

fn refusal(guard: Column, mix: &str) -> Error {
    let name = guard.name();
    let message = format!("this figure would mix {mix}; add --where \"{name} = '…'\" or --by {name}");
    Error::invalid_field(name, "mixed", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Zone;

    #[test]
    fn whatever_computes_with_scores_or_amounts_rests_on_their_scale_or_currency() {
        let rests = |formula: &str| {
            let formula = Formula::parse(formula, Zone::UTC).unwrap();
            [Column::Scale, Column::Currency].map(|guard| formula.rests_on(guard))
        };
        for formula in ["mean(score)", "median(score)", "nps(score)", "rate(score >= 4)", "per(customer, score)"] {
            assert_eq!(rests(formula), [true, false], "{formula}");
        }
        for formula in ["sum(amount)", "per(properties.order_id, amount)", "rate(not (amount < 5) and kind = 'x')"] {
            assert_eq!(rests(formula), [false, true], "{formula}");
        }
        assert_eq!(rests("rate(score > 3 or amount > 3)"), [true, true]);
        for formula in ["count", "mean(properties.days)", "rate(score is not null)", "unique(customer)"] {
            assert_eq!(rests(formula), [false, false], "{formula}");
        }
    }

    #[test]
    fn a_filter_pins_a_column_only_if_it_leaves_one_value() {
        let pin = |filter: &str| {
            let filter = Filter::parse(filter, Zone::UTC).unwrap();
            pinned(&filter, Column::Scale).cloned()
        };
        assert_eq!(pin("kind = 'x' and scale = 'ces'"), Some(Value::Text("ces".to_owned())));
        for open in ["", "kind = 'x' and scale in ('ces', 'ces2')", "not (scale = 'ces')", "scale = 'a' or kind = 'b'"]
        {
            assert_eq!(pin(open), None, "{open}");
        }
    }
}
