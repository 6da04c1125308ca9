//! Formulas: what each asks the lake to count, and the figure it makes of the counts.

use base::{
    Field, Filter,
    filter::{Column, Order, Test, Type, Value},
};
use lake::{Condition, Measure, Operand, Per, UnitValue};
use serde::Serialize;
use statistics::{Estimate, Interval, Moments, Nps, Proportion, Warning};
use utoipa::ToSchema;

/// What a metric computes. Its text form stands in `expression`.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// Promoters minus detractors among scores of 0 to 10, in points.
    Nps,
    /// How many signals.
    Count,
    /// The sum of a field's numbers.
    Sum(Field),
    /// The mean of a field's numbers.
    Mean(Field),
    /// A quantile (0 to 1, type 7) of a field's numbers.
    Quantile(Field, f64),
    /// The share of signals for which an expression holds, in percent.
    ///
    /// A signal that has none of the fields whose values the expression tests cannot answer it and is not counted in n:
    /// an order without a delivery is neither late nor on time. Fields only tested for `null` do not matter for that.
    Rate(Filter),
    /// How many different values of a field.
    Unique(Field),
    /// The mean over units (orders, customers) of the sum of a field's numbers in each unit.
    Per {
        /// What makes a unit.
        unit: Field,
        /// What is summed up within it.
        field: Field,
    },
    /// The share of units with at least so many signals, in percent of units with any.
    Repeat {
        /// What makes a unit.
        unit: Field,
        /// From how many signals on.
        at_least: u32,
    },
    /// How many units have at least so many signals.
    Repeaters {
        /// What makes a unit.
        unit: Field,
        /// From how many signals on.
        at_least: u32,
    },
}

/// One figure, before it is put beside its keys.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    /// `None` for no data.
    pub(crate) value: Option<f64>,
    /// How many answers, signals or units it rests on.
    pub(crate) n: u64,
    pub(crate) interval: Option<Interval>,
    pub(crate) warning: Option<Warning>,
}

/// How the 95 % interval of a figure is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IntervalMethod {
    /// Wald's for a difference of shares, adjusted (Sauro & Lewis) below 30 answers and when all fall in one group.
    Wald,
    /// Wilson's score interval of a share.
    Wilson,
    /// Student's t of a mean.
    StudentT,
    /// The order statistics that enclose a quantile, whatever the distribution.
    OrderStatistics,
    /// None: it is counted, not sampled.
    None,
}

impl Formula {
    /// How its interval is computed.
    pub fn interval(&self) -> IntervalMethod {
        match self {
            Self::Nps => IntervalMethod::Wald,
            Self::Rate(_) | Self::Repeat { .. } => IntervalMethod::Wilson,
            Self::Mean(_) | Self::Per { .. } => IntervalMethod::StudentT,
            Self::Quantile(..) => IntervalMethod::OrderStatistics,
            Self::Count | Self::Sum(_) | Self::Unique(_) | Self::Repeaters { .. } => IntervalMethod::None,
        }
    }

    /// The fields it is computed from.
    pub(crate) fn fields(&self) -> Vec<&Field> {
        match self {
            Self::Nps | Self::Count => Vec::new(),
            Self::Sum(field) | Self::Mean(field) | Self::Quantile(field, _) | Self::Unique(field) => vec![field],
            Self::Rate(condition) => condition.fields().into_iter().collect(),
            Self::Per { unit, field } => vec![unit, field],
            Self::Repeat { unit, .. } | Self::Repeaters { unit, .. } => vec![unit],
        }
    }

    /// Which of the metric's signals can be counted at all.
    pub(crate) fn answerable(&self) -> Filter {
        match self {
            Self::Count | Self::Repeat { .. } | Self::Repeaters { .. } => Filter::All,
            Self::Nps => present(&Column::Score.into()),
            Self::Unique(field) => present(field),
            Self::Sum(field) | Self::Mean(field) | Self::Quantile(field, _) | Self::Per { field, .. } => numeric(field),
            Self::Rate(condition) => {
                let fields = tested(condition);
                match fields.as_slice() {
                    [] => Filter::All,
                    [field] => present(field),
                    _ => Filter::Or(fields.into_iter().map(present).collect()),
                }
            }
        }
    }

    /// The units to aggregate first, for a formula over units.
    pub(crate) fn per(&self) -> Option<Per> {
        match self {
            Self::Per { unit, field } => Some(Per { unit: unit.clone(), value: UnitValue::Sum(field.clone()) }),
            Self::Repeat { unit, .. } | Self::Repeaters { unit, .. } => {
                Some(Per { unit: unit.clone(), value: UnitValue::Count })
            }
            _ => None,
        }
    }

    /// What the lake counts of the answerable signals; `figure` reads it in the same order.
    pub(crate) fn measures(&self) -> Vec<Measure> {
        let score =
            |order, bound| Filter::Is(Column::Score.into(), Test::Ordered(order, Value::Number(f64::from(bound))));
        let count_if = |filter| Measure::CountIf(Condition::Filter(filter));
        let mut measures = vec![Measure::Count];
        match self {
            Self::Count => {}
            Self::Nps => measures.extend([
                count_if(score(Order::AtLeast, Nps::PROMOTER_MIN)),
                count_if(score(Order::AtMost, Nps::DETRACTOR_MAX)),
            ]),
            Self::Sum(field) => measures.push(Measure::Sum(Operand::Field(field.clone()))),
            Self::Mean(field) => measures.extend([
                Measure::Sum(Operand::Field(field.clone())),
                Measure::SumOfSquares(Operand::Field(field.clone())),
            ]),
            Self::Quantile(field, p) => measures.push(Measure::Quantile(Operand::Field(field.clone()), *p)),
            Self::Rate(condition) => measures.push(count_if(condition.clone())),
            Self::Unique(field) => measures.push(Measure::Distinct(field.clone())),
            Self::Per { .. } => measures.extend([Measure::Sum(Operand::Unit), Measure::SumOfSquares(Operand::Unit)]),
            Self::Repeat { at_least, .. } | Self::Repeaters { at_least, .. } => {
                measures.push(Measure::CountIf(Condition::UnitAtLeast(f64::from(*at_least))));
            }
        }
        measures
    }

    /// What `measures` say, for a test against another group; `None` for formulas that no test here is made for.
    pub(crate) fn estimate(&self, measures: &[f64]) -> Option<Estimate> {
        let number = |place: usize| measures.get(place).copied().unwrap_or(0.0);
        let count = |place: usize| number(place) as u64;
        match self {
            Self::Nps => {
                let (n, promoters, detractors) = (count(0), count(1), count(2));
                Nps { promoters, passives: n.saturating_sub(promoters + detractors), detractors }.estimate()
            }
            Self::Mean(_) => Moments { n: count(0), sum: number(1), sum_of_squares: number(2) }.estimate(),
            Self::Rate(_) => {
                let share = Proportion { k: count(1), n: count(0) }.estimate()?;
                Some(Estimate { value: 100.0 * share.value, standard_error: 100.0 * share.standard_error, n: share.n })
            }
            _ => None,
        }
    }

    /// The figure that `measures` make.
    pub(crate) fn figure(&self, measures: &[Option<f64>]) -> Figure {
        let number = |place: usize| measures.get(place).copied().flatten();
        let count = |place: usize| number(place).unwrap_or(0.0) as u64;
        let n = count(0);
        let sampled = |value, interval| Figure { value, n, interval, warning: Warning::of(n) };
        // What is counted is known exactly and 0 is a figure like any other; of a sum of nothing there is no data.
        let counted = |value: u64| Figure { value: Some(value as f64), n, interval: None, warning: None };
        match self {
            Self::Count => counted(n),
            Self::Unique(_) | Self::Repeaters { .. } => counted(count(1)),
            Self::Sum(_) => Figure {
                value: number(1).filter(|_| n > 0),
                n,
                interval: None,
                warning: Warning::of(n).filter(|warning| *warning == Warning::NoData),
            },
            Self::Nps => {
                let (promoters, detractors) = (count(1), count(2));
                let nps = Nps { promoters, passives: n.saturating_sub(promoters + detractors), detractors };
                sampled(nps.score(), nps.interval())
            }
            Self::Mean(_) | Self::Per { .. } => {
                let (sum, sum_of_squares) = (number(1).unwrap_or(0.0), number(2).unwrap_or(0.0));
                let moments = Moments { n, sum, sum_of_squares };
                sampled(moments.mean(), moments.interval())
            }
            // The lake answers a quantile with its interval.
            Self::Quantile(..) => {
                let interval = number(2).zip(number(3)).map(|(low, high)| Interval { low, high });
                sampled(number(1).filter(|_| n > 0), interval)
            }
            Self::Rate(_) | Self::Repeat { .. } => {
                let share = Proportion { k: count(1), n };
                sampled(share.percent(), share.wilson().map(|interval| interval.scaled(100.0)))
            }
        }
    }
}

fn present(field: &Field) -> Filter {
    Filter::Is(field.clone(), Test::Present)
}

/// Signals whose field holds a number. A property may hold anything; only numbers are ordered against a number.
fn numeric(field: &Field) -> Filter {
    match field.kind() {
        Type::Number => present(field),
        _ => Filter::Is(field.clone(), Test::Ordered(Order::AtLeast, Value::Number(f64::MIN))),
    }
}

/// The fields whose values a condition tests, each once; testing for `null` looks at no value.
pub(crate) fn tested(condition: &Filter) -> Vec<&Field> {
    let mut fields = Vec::new();
    collect_tested(condition, &mut fields);
    fields
}

fn collect_tested<'a>(condition: &'a Filter, into: &mut Vec<&'a Field>) {
    match condition {
        Filter::All | Filter::Is(_, Test::Present) => {}
        Filter::Not(inner) => collect_tested(inner, into),
        Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| collect_tested(part, into)),
        Filter::Is(field, _) if into.contains(&field) => {}
        Filter::Is(field, _) => into.push(field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Zone;

    fn formula(text: &str) -> Formula {
        Formula::parse(text, Zone::UTC).unwrap()
    }

    fn figure(text: &str, measures: &[f64]) -> Figure {
        formula(text).figure(&measures.iter().copied().map(Some).collect::<Vec<_>>())
    }

    #[test]
    fn counts_become_an_nps_with_the_interval_that_its_size_asks_for() {
        let nps = Nps { promoters: 120, passives: 90, detractors: 60 };
        let found = figure("nps(score)", &[270.0, 120.0, 60.0]);
        assert_eq!((found.value, found.n, found.interval, found.warning), (nps.score(), 270, nps.wald(), None));
        let few = figure("nps(score)", &[7.0, 3.0, 2.0]);
        assert_eq!(few.warning, Some(Warning::TooFew));
        assert_eq!(
            few.interval,
            Nps { promoters: 3, passives: 2, detractors: 2 }.adjusted().map(|found| found.interval)
        );
    }

    #[test]
    fn no_signals_are_no_data_but_a_count_of_zero() {
        for text in
            ["nps(score)", "sum(amount)", "mean(score)", "median(score)", "rate(score > 3)", "per(touchpoint, amount)"]
        {
            let found = formula(text).figure(&[Some(0.0), None, None]);
            assert_eq!((found.value, found.n, found.interval), (None, 0, None), "{text}");
            assert_eq!(found.warning, Some(Warning::NoData), "{text}");
        }
        for text in ["count", "unique(customer)", "repeaters(customer, 2)"] {
            let found = formula(text).figure(&[Some(0.0), Some(0.0)]);
            assert_eq!((found.value, found.warning), (Some(0.0), None), "{text}");
        }
    }

    #[test]
    fn shares_are_in_percent_with_wilson_and_means_with_student() {
        let rate = figure("rate(score >= 4)", &[400.0, 250.0]);
        assert_eq!((rate.value, rate.n, rate.warning), (Some(62.5), 400, None));
        assert_eq!(rate.interval, Proportion { k: 250, n: 400 }.wilson().map(|interval| interval.scaled(100.0)));
        assert_eq!(figure("repeat(customer, 2)", &[400.0, 5.0]).value, Some(1.25));
        // The same three values through a mean of signals and a mean of units.
        for text in ["mean(score)", "per(properties.order_id, amount)"] {
            let mean = figure(text, &[3.0, 6.0, 14.0]);
            assert_eq!((mean.value, mean.warning), (Some(2.0), Some(Warning::TooFew)));
            assert!((mean.interval.unwrap().high - 4.484_137_7).abs() < 1e-6);
        }
    }

    #[test]
    fn a_signal_that_cannot_answer_is_not_counted() {
        for (text, answerable) in [
            ("count", "all"),
            ("repeat(customer, 2)", "all"),
            ("mean(score)", "score is not null"),
            ("unique(properties.order_id)", "properties.order_id is not null"),
            ("rate(properties.late = true)", "properties.late is not null"),
            ("rate(text is not null)", "all"),
            ("rate(score >= 4 and text is not null)", "score is not null"),
            ("rate(score >= 4 or not (score < 2 and sentiment > 0))", "score is not null or sentiment is not null"),
        ] {
            assert_eq!(formula(text).answerable().to_string(), answerable, "{text}");
        }
        // Text in a property that mostly holds numbers is no number.
        let numbers = formula("mean(properties.days)").answerable();
        struct Days(Value);
        impl base::filter::Facts for Days {
            fn value(&self, _: &Field) -> Option<Value> {
                Some(self.0.clone())
            }
        }
        assert!(numbers.matches(&Days(Value::Number(-1e300))));
        assert!(!numbers.matches(&Days(Value::Text("3".to_owned()))));
    }
}
