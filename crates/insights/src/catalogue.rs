//! The metrics that ship with the product: one entry each.

use base::{
    Field, Filter,
    filter::{Column, Order, Test, Value},
};
use std::sync::LazyLock;

use crate::{Formula, Metric, Polarity, Unit};

/// All of them, in the order in which a page lists them.
pub fn catalogue() -> &'static [Metric] {
    static CATALOGUE: LazyLock<Vec<Metric>> = LazyLock::new(|| {
        use Polarity::{HigherIsBetter, LowerIsBetter, Neutral};
        use Unit::{Count, Money, Percent, Points, Score};

        let score = || Field::Column(Column::Score);
        let amount = || Field::Column(Column::Amount);
        let customer = || Field::Column(Column::Customer);
        let order_id = || Field::Property(vec!["order_id".to_owned()]);
        let orders = || is(Column::Kind, "order_completed");
        let present = |column: Column| Filter::Is(column.into(), Test::Present);
        // A new metric states its formula, its filter and its sentence; nothing else in the product knows of it.
        let metric = |name: &str, title: &str, formula, filter, unit, polarity, definition: &str| Metric {
            name: name.to_owned(),
            title: title.to_owned(),
            formula,
            filter,
            unit,
            polarity,
            version: 1,
            definition: definition.to_owned(),
        };
        let positive = |highest| score_from(statistics::top_two_from(highest));

        vec![
            metric(
                "nps",
                "Net Promoter Score",
                Formula::Nps,
                is(Column::Scale, "nps"),
                Points,
                HigherIsBetter,
                "Promoters (9 and 10) minus detractors (0 to 6) in percent of all answers, -100 to 100 (Reichheld 2003). \
                 Wald interval; adjusted Wald (Sauro & Lewis) below 30 answers and when all fall in one group.",
            ),
            metric(
                "csat",
                "Customer satisfaction",
                Formula::Rate(positive(5)),
                is(Column::Scale, "csat"),
                Percent,
                HigherIsBetter,
                "Answers of 4 and 5 on a scale of 1 to 5, in percent of all answers. Wilson interval.",
            ),
            metric(
                "csat7",
                "Customer satisfaction, 1 to 7",
                Formula::Rate(positive(7)),
                is(Column::Scale, "csat7"),
                Percent,
                HigherIsBetter,
                "Answers of 6 and 7 on a scale of 1 to 7, in percent of all answers. Wilson interval.",
            ),
            metric(
                "csat10",
                "Customer satisfaction, 0 to 10",
                Formula::Rate(positive(10)),
                is(Column::Scale, "csat10"),
                Percent,
                HigherIsBetter,
                "Answers of 9 and 10 on a scale of 0 to 10, in percent of all answers. Wilson interval.",
            ),
            metric(
                "ces",
                "Customer Effort Score",
                Formula::Mean(score()),
                is(Column::Scale, "ces"),
                Score,
                LowerIsBetter,
                "Mean answer to how much effort it took, 1 very low to 7 very high (the effort wording, after CEB 2010). \
                 Student's t interval. Never combined with 'ease', whose wording points the other way.",
            ),
            metric(
                "low_effort",
                "Low effort",
                Formula::Rate(Filter::Is(score(), Test::Ordered(Order::AtMost, Value::Number(3.0)))),
                is(Column::Scale, "ces"),
                Percent,
                HigherIsBetter,
                "Answers of 1 to 3 to how much effort it took, in percent of all answers. Wilson interval.",
            ),
            metric(
                "ease",
                "Ease (CES 2.0)",
                Formula::Mean(score()),
                is(Column::Scale, "ces2"),
                Score,
                HigherIsBetter,
                "Mean agreement that the company made it easy to handle the issue, 1 to 7 (CES 2.0: Dixon, Toman & DeLisi \
                 2013). Student's t interval.",
            ),
            metric(
                "easy",
                "Found it easy (CES 2.0)",
                Formula::Rate(score_from(5)),
                is(Column::Scale, "ces2"),
                Percent,
                HigherIsBetter,
                "Answers of 5 to 7 on the agreement wording, in percent of all answers. Wilson interval.",
            ),
            metric(
                "stars",
                "Stars",
                Formula::Mean(score()),
                is(Column::Scale, "stars"),
                Score,
                HigherIsBetter,
                "Mean number of stars. Student's t interval.",
            ),
            metric(
                "sentiment",
                "Sentiment",
                Formula::Mean(Column::Sentiment.into()),
                Filter::All,
                Unit::Number,
                HigherIsBetter,
                "Mean sentiment of verbatims, -1 to 1. Student's t interval.",
            ),
            metric(
                "responses",
                "Responses",
                Formula::Count,
                present(Column::Score),
                Count,
                HigherIsBetter,
                "How many signals carry a score.",
            ),
            metric("signals", "Signals", Formula::Count, Filter::All, Count, Neutral, "How many signals there are."),
            metric(
                "customers",
                "Customers",
                Formula::Unique(customer()),
                Filter::All,
                Count,
                HigherIsBetter,
                "How many different customers signals came from; merged customers count once.",
            ),
            metric(
                "orders",
                "Orders",
                Formula::Unique(order_id()),
                orders(),
                Count,
                HigherIsBetter,
                "How many different orders (properties.order_id) were completed.",
            ),
            metric(
                "revenue",
                "Revenue",
                Formula::Sum(amount()),
                orders(),
                Money,
                HigherIsBetter,
                "Sum of the amounts of completed orders, in one currency.",
            ),
            metric(
                "average_order_value",
                "Average order value",
                Formula::Per { unit: order_id(), field: amount() },
                orders(),
                Money,
                HigherIsBetter,
                "Mean over orders (properties.order_id) of the sum of their amounts. Student's t interval.",
            ),
            metric(
                "late_deliveries",
                "Late deliveries",
                Formula::Rate(Filter::Is(
                    Field::Property(vec!["late".to_owned()]),
                    Test::OneOf(vec![Value::Bool(true)]),
                )),
                is(Column::Kind, "order_delivered"),
                Percent,
                LowerIsBetter,
                "Deliveries after the promised day (properties.late), in percent of all deliveries that tell. Wilson \
                 interval.",
            ),
            metric(
                "repeat_rate",
                "Repeat rate",
                Formula::Repeat { unit: customer(), at_least: 2 },
                orders(),
                Percent,
                HigherIsBetter,
                "Customers with two or more completed orders, in percent of customers with any. Wilson interval.",
            ),
            metric(
                "repeat_customers",
                "Repeat customers",
                Formula::Repeaters { unit: customer(), at_least: 2 },
                orders(),
                Count,
                HigherIsBetter,
                "How many customers have two or more completed orders.",
            ),
        ]
    });
    &CATALOGUE
}

fn is(column: Column, text: &str) -> Filter {
    Filter::Is(column.into(), Test::OneOf(vec![Value::Text(text.to_owned())]))
}

fn score_from(lowest: u8) -> Filter {
    Filter::Is(Column::Score.into(), Test::Ordered(Order::AtLeast, Value::Number(f64::from(lowest))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_definitions_are_sentences() {
        let names: BTreeSet<_> = catalogue().iter().map(|metric| &metric.name).collect();
        assert_eq!(names.len(), catalogue().len());
        for metric in catalogue() {
            assert!(metric.definition.ends_with('.') && metric.version > 0, "{}", metric.name);
            assert_eq!(metric.filter.clone().checked().unwrap(), metric.filter, "{}", metric.name);
        }
    }

    #[test]
    fn both_wordings_of_effort_are_there_and_point_opposite_ways() {
        let polarity = |name: &str| catalogue().iter().find(|metric| metric.name == name).map(|metric| metric.polarity);
        assert_eq!(polarity("ces"), Some(Polarity::LowerIsBetter));
        assert_eq!(polarity("ease"), Some(Polarity::HigherIsBetter));
    }
}
