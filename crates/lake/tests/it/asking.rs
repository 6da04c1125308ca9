//! Questions and their answers, told with a shop's NPS, payments and page views.

use crate::world::{World, at, customer, field, filter, lines, nps, page_viewed, paid, question, traits};
use base::{ErrorKind, Grain, Timestamp, Zone, filter::Value};
use lake::{Breakdown, Condition, CustomerFacts, Measure, Operand, Per, Question, UnitValue};
use signals::Draft;
use std::sync::Arc;

/// Half of what is logged is archived, so that every answer is drawn from the lake and the log together.
async fn world_of(drafts: Vec<Draft>) -> World {
    let world = World::new().await;
    let half = drafts.len() / 2;
    world.log(drafts[..half].to_vec()).await;
    world.lake.archive(&world.scope).await.unwrap();
    world.log(drafts[half..].to_vec()).await;
    world
}

#[tokio::test]
async fn nps_by_month_and_touchpoint() {
    let world = world_of(vec![
        nps(1, at("2026-01-31T22:30:00Z"), "delivery", 10.0),
        nps(2, at("2026-01-31T23:30:00Z"), "delivery", 9.0),
        page_viewed(3),
        nps(4, at("2026-02-10"), "delivery", 3.0),
        nps(5, at("2026-02-11"), "checkout", 7.0),
        Draft { message_id: "6".into(), ..nps(6, at("2026-02-12"), "checkout", 0.0) },
    ])
    .await;
    let at_most_six = filter("score <= 6");
    let answer = world
        .ask(&Question {
            filter: filter("kind = 'survey_answered' and scale = 'nps'"),
            by: vec![field("touchpoint")],
            every: Some((Grain::Month, Zone::Europe__Berlin)),
            measures: vec![
                Measure::Count,
                Measure::CountIf(Condition::Filter(filter("score >= 9"))),
                Measure::CountIf(Condition::Filter(at_most_six)),
            ],
            ..question()
        })
        .await;
    // Half past eleven in Greenwich is already February in Berlin.
    assert_eq!(
        lines(&answer),
        [r#"2026-01 "delivery" 1 1 0"#, r#"2026-02 "checkout" 2 0 1"#, r#"2026-02 "delivery" 2 1 1"#]
    );
    assert_eq!(answer.rows[1].bucket.as_ref().unwrap().start, at("2026-01-31T23:00:00Z"));
}

#[tokio::test]
async fn money_is_summed_exactly_and_once_per_order() {
    let world = world_of(vec![
        paid(1, "o-1", "0.10"),
        paid(2, "o-1", "0.20"),
        paid(3, "o-2", "99999999999999.9999"),
        paid(4, "o-2", "-99999999999999.9999"),
        paid(5, "o-3", "0.30"),
        page_viewed(6),
    ])
    .await;
    let sums = Question { measures: vec![Measure::Count, Measure::Sum(Operand::Field(field("amount")))], ..question() };
    assert_eq!(lines(&world.ask(&sums).await), ["6 0.6"]);
    let per_order = Question {
        per: Some(Per { unit: field("properties.order_id"), value: UnitValue::Sum(field("amount")) }),
        measures: vec![
            Measure::Count,
            Measure::Sum(Operand::Unit),
            Measure::SumOfSquares(Operand::Unit),
            Measure::Quantile(Operand::Unit, 0.5),
            Measure::CountIf(Condition::UnitAtLeast(0.3)),
        ],
        ..question()
    };
    assert_eq!(lines(&world.ask(&per_order).await), ["3 0.6 0.18 0.3 - - 2"]);
    let per_customer = Question {
        per: Some(Per { unit: field("customer"), value: UnitValue::Count }),
        measures: vec![Measure::Count, Measure::Sum(Operand::Unit)],
        by: vec![field("kind")],
        ..question()
    };
    assert_eq!(lines(&world.ask(&per_customer).await), [r#""page_viewed" 1 1"#, r#""payment_made" 5 5"#]);
}

#[tokio::test]
async fn merged_customers_are_one_and_bring_their_traits() {
    let mut world = world_of((0..40).map(page_viewed).collect()).await;
    let text = |text: &str| Value::Text(text.into());
    world.customers = Arc::new(CustomerFacts {
        // Customer 3 was merged into 2; whoever lies beyond the end is themself.
        canonical: vec![0, 0, 0, 2],
        traits: traits(&[
            ("state", &[(1, text("SP")), (2, text("RJ")), (3, text("RJ")), (4, text("SP"))]),
            ("orders", &[(1, Value::Number(3.0)), (2, Value::Number(0.5)), (3, Value::Number(0.5)), (5, text("many"))]),
        ]),
    });
    let distinct = Question { measures: vec![Measure::Distinct(field("customer"))], ..question() };
    assert_eq!(lines(&world.ask(&distinct).await), ["9"]);
    let by_state = Question {
        by: vec![field("customer.state")],
        measures: vec![Measure::Count, Measure::Distinct(field("customer"))],
        ..question()
    };
    assert_eq!(lines(&world.ask(&by_state).await), [r#""RJ" 8 1"#, r#""SP" 8 2"#, "- 24 6"]);
    let by_customer = Question { by: vec![field("customer")], filter: filter("customer in (2, 3, 4)"), ..question() };
    assert_eq!(lines(&world.ask(&by_customer).await), [r#""2" 8"#, r#""4" 4"#]);
    let orders = Question {
        filter: filter("customer.state = 'SP' or customer.orders < 1"),
        measures: vec![
            Measure::Sum(Operand::Field(field("customer.orders"))),
            Measure::Present(field("customer.orders")),
        ],
        ..question()
    };
    assert_eq!(lines(&world.ask(&orders).await), ["16 12"]);
    assert_eq!(world.list(&filter("customer = 2")).await.len(), 8);
    let unknown = Question { by: vec![field("customer.plan")], ..question() };
    let refused = world.lake.ask(&world.scope, &unknown, world.customers.clone()).await.unwrap_err();
    assert!(refused.message.contains("plan"), "{refused}");
}

#[tokio::test]
async fn properties_group_by_value_and_type() {
    let with = |number: i64, json: serde_json::Value| {
        let mut draft = page_viewed(number);
        draft.body.properties = json.as_object().unwrap().clone();
        draft
    };
    let world = world_of(vec![
        with(1, serde_json::json!({"x": 1})),
        with(2, serde_json::json!({"x": 1.0})),
        with(3, serde_json::json!({"x": "1"})),
        with(4, serde_json::json!({"x": true, "deep": {"y": "a"}})),
        with(5, serde_json::json!({"x": -0.0})),
        with(6, serde_json::json!({"x": 0})),
        with(7, serde_json::json!({"x": null})),
        with(8, serde_json::json!({"deep": {"y": "a"}, "x": [1]})),
    ])
    .await;
    let by_x = Question {
        by: vec![field("properties.x")],
        measures: vec![
            Measure::Count,
            Measure::Sum(Operand::Field(field("properties.x"))),
            Measure::Present(field("properties.deep.y")),
        ],
        ..question()
    };
    assert_eq!(lines(&world.ask(&by_x).await), ["true 1 - 1", "0.0 2 0 0", "1.0 2 2 0", r#""1" 1 - 0"#, "- 2 - 1"]);
    let distinct = Question { measures: vec![Measure::Distinct(field("properties.x"))], ..question() };
    assert_eq!(lines(&world.ask(&distinct).await), ["4"]);
}

#[tokio::test]
async fn a_path_into_an_object_is_not_a_name_with_a_dot() {
    let mut draft = page_viewed(1);
    draft.body.properties = serde_json::json!({"a": {"b": 1}, "a.b": 2}).as_object().unwrap().clone();
    let world = world_of(vec![page_viewed(2), draft]).await;
    let (path, name) = (field("properties.a.b"), field("properties.\"a.b\""));
    let asked = Question {
        filter: filter("properties.a.b is not null"),
        by: vec![path.clone(), name.clone()],
        measures: vec![Measure::Sum(Operand::Field(path)), Measure::Sum(Operand::Field(name))],
        ..question()
    };
    assert_eq!(lines(&world.ask(&asked).await), ["1.0 2.0 1 2"]);
}

#[tokio::test]
async fn customers_come_in_the_order_of_their_numbers() {
    let drafts = [10, 9, 100, 1].map(|number| Draft { identities: vec![customer(number)], ..page_viewed(number) });
    let nobody = Draft { identities: Vec::new(), ..page_viewed(5) };
    let world = world_of(drafts.into_iter().chain([nobody]).collect()).await;
    let answer = world.ask(&Question { by: vec![field("customer")], ..question() }).await;
    assert_eq!(lines(&answer), [r#""1" 1"#, r#""9" 1"#, r#""10" 1"#, r#""100" 1"#, "- 1"]);
}

#[tokio::test]
async fn signals_of_the_first_and_the_last_year_hide_no_other() {
    let on = |number: i64, day: &str| Draft { occurred_at: at(day), ..page_viewed(number) };
    let world =
        world_of(vec![on(1, "9999-12-31"), on(2, "2026-01-01"), on(3, "0001-01-01"), on(4, "2026-01-01")]).await;
    let hourly = Question { every: Some((Grain::Hour, Zone::UTC)), ..question() };
    let expected = ["0001-01-01T00:00+00:00 1", "2026-01-01T00:00+00:00 2", "9999-12-31T00:00+00:00 1"];
    assert_eq!(lines(&world.ask(&hourly).await), expected);
    let since = Question { from: Some(at("2026-01-01")), ..hourly };
    assert_eq!(lines(&world.ask(&since).await), expected[1..]);
}

#[tokio::test]
async fn an_hour_that_the_clock_shows_twice_is_two_hours() {
    let on = |number: i64, moment: &str| Draft { occurred_at: at(moment), ..page_viewed(number) };
    let world = world_of(vec![on(1, "2026-10-25T01:30:00Z"), on(2, "2026-10-25T00:30:00Z")]).await;
    let hourly = Question { every: Some((Grain::Hour, Zone::Europe__Berlin)), ..question() };
    assert_eq!(lines(&world.ask(&hourly).await), ["2026-10-25T02:00+02:00 1", "2026-10-25T02:00+01:00 1"]);
}

#[tokio::test]
async fn a_time_range_takes_its_start_and_leaves_its_end() {
    let world = world_of((0..48).map(page_viewed).collect()).await;
    let ranged = |from: &str, to: &str| Question { from: Some(at(from)), to: Some(at(to)), ..question() };
    assert_eq!(lines(&world.ask(&ranged("2026-01-01T01:00:00Z", "2026-01-01T04:00:00Z")).await), ["3"]);
    assert_eq!(lines(&world.ask(&ranged("2026-01-01T04:00:00Z", "2026-01-01T01:00:00Z")).await), ["0"]);
    let daily = Question { every: Some((Grain::Day, Zone::UTC)), ..ranged("2026-01-01T12:00:00Z", "2030-01-01") };
    assert_eq!(lines(&world.ask(&daily).await), ["2026-01-01 12", "2026-01-02 24"]);
    let hourly = Question { every: Some((Grain::Hour, Zone::UTC)), ..question() };
    assert_eq!(world.ask(&hourly).await.rows.len(), 48);
    let nothing = Question { every: Some((Grain::Year, Zone::UTC)), filter: filter("none"), ..question() };
    assert_eq!(world.ask(&nothing).await.rows, []);
}

#[tokio::test]
async fn what_is_counted_without_reading_is_what_reading_counts() {
    let mut drafts: Vec<Draft> = (0..60).map(page_viewed).collect();
    drafts.extend((60..100).map(|hour| nps(hour, at("2026-01-03").plus(hour * Timestamp::HOUR), "delivery", 9.0)));
    let world = World::new().await;
    for part in drafts.chunks(24) {
        world.log(part.to_vec()).await;
        if world.lake.watermark(&world.scope).await.unwrap() < 70 {
            world.lake.archive(&world.scope).await.unwrap();
        }
    }
    for (from, to) in [(None, None), (Some("2026-01-01T00:00:00Z"), Some("2026-01-02T12:30:00Z"))] {
        for every in [None, Some(Grain::Day), Some(Grain::Year)] {
            for (by, kinds) in [(vec![], ""), (vec!["kind"], ""), (vec!["kind"], "not (kind = 'page_viewed')")] {
                let counted = Question {
                    filter: filter(kinds),
                    from: from.map(at),
                    to: to.map(at),
                    every: every.map(|grain| (grain, Zone::UTC)),
                    by: by.into_iter().map(field).collect(),
                    ..question()
                };
                // Every signal has a message id, which only reading can tell.
                let read = Question {
                    filter: counted.filter.clone().and(filter("message_id is not null")),
                    ..counted.clone()
                };
                assert_eq!(world.ask(&counted).await, world.ask(&read).await, "{counted:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_answer_has_bounds_and_says_what_makes_no_sense() {
    let world = world_of((0..20).map(page_viewed).collect()).await;
    let refusal = async |question: Question| world.lake.ask(&world.scope, &question, Arc::default()).await.unwrap_err();
    let many = Question { by: vec![field("message_id")], limit: 19, ..question() };
    let error = refusal(many).await;
    assert_eq!((error.kind, error.message.contains("more than 19 groups")), (ErrorKind::Invalid, true), "{error}");
    let text = refusal(Question { measures: vec![Measure::Sum(Operand::Field(field("kind")))], ..question() }).await;
    assert_eq!((text.kind, text.fields[0].field.as_str()), (ErrorKind::Invalid, "kind"));
    let unitless = refusal(Question { measures: vec![Measure::Sum(Operand::Unit)], ..question() }).await;
    assert_eq!(unitless.kind, ErrorKind::Invalid);
    let per = Per { unit: field("customer"), value: UnitValue::Count };
    let mixed =
        refusal(Question { per: Some(per), measures: vec![Measure::Present(field("score"))], ..question() }).await;
    assert_eq!(mixed.kind, ErrorKind::Invalid);
    let seconds = Question { from: Some(Timestamp::MIN), every: Some((Grain::Hour, Zone::UTC)), ..question() };
    assert_eq!(world.ask(&seconds).await.rows.len(), 20, "buckets cover what there is, not what might be");
}

#[tokio::test]
async fn a_breakdown_is_what_a_question_for_each_side_of_each_grouping_answers() {
    let drafts = (0..240).map(|number: i64| {
        let mut draft =
            nps(number, at("2026-03-01").plus(number * 7 % 90 * Timestamp::DAY), "web", (number % 11) as f64);
        // Absent values are groups, too; and none of them is the same as a field that a grouping lacks.
        draft.body.touchpoint = (number % 3 > 0).then(|| format!("touchpoint {}", number % 3));
        draft.body.sentiment = Some((number as f64 * 0.37).sin());
        draft.body.amount = Some(base::Amount::from_units(number * 333));
        let plan = ["club", "basic"].get(number as usize % 4);
        draft.body.properties = plan.map(|plan| ("plan".into(), (*plan).into())).into_iter().collect();
        draft.identities = vec![customer(number % 17)];
        draft
    });
    let mut world = world_of(drafts.collect()).await;
    let text = |text: &str| Value::Text(text.into());
    world.customers = Arc::new(CustomerFacts {
        canonical: vec![0, 0, 0, 2],
        traits: traits(&[("state", &[(1, text("SP")), (2, text("RJ")), (3, text("RJ")), (4, text("SP"))])]),
    });
    let breakdown = Breakdown {
        filter: filter("kind = 'survey_answered' and score > 0"),
        from: at("2026-03-11"),
        split: at("2026-04-10"),
        to: at("2026-05-10"),
        groupings: [
            vec!["channel", "touchpoint"],
            vec!["customer.state"],
            vec![],
            vec!["properties.plan", "touchpoint"],
        ]
        .map(|grouping| grouping.into_iter().map(field).collect())
        .to_vec(),
        measures: vec![
            Measure::Count,
            Measure::CountIf(Condition::Filter(filter("score >= 9"))),
            Measure::Sum(Operand::Field(field("sentiment"))),
            Measure::SumOfSquares(Operand::Field(field("sentiment"))),
            Measure::Sum(Operand::Field(field("amount"))),
            Measure::Quantile(Operand::Field(field("sentiment")), 0.9),
            Measure::Distinct(field("customer")),
        ],
        limit: 100,
    };
    let (answers, missing) = world.lake.break_down(&world.scope, &breakdown, world.customers.clone()).await.unwrap();
    assert_eq!((answers.len(), missing.len()), (4, 0));
    for (grouping, sides) in breakdown.groupings.iter().zip(answers) {
        for (from, to, rows) in
            [(breakdown.from, breakdown.split, sides.before), (breakdown.split, breakdown.to, sides.now)]
        {
            let alone = Question {
                filter: breakdown.filter.clone(),
                from: Some(from),
                to: Some(to),
                by: grouping.clone(),
                measures: breakdown.measures.clone(),
                ..question()
            };
            assert_eq!(rows, world.ask(&alone).await.rows, "{grouping:?} from {from}");
        }
    }
    let refusal = async |breakdown: Breakdown| {
        world.lake.break_down(&world.scope, &breakdown, world.customers.clone()).await.unwrap_err()
    };
    let many = refusal(Breakdown { limit: 5, ..breakdown.clone() }).await;
    assert_eq!((many.kind, many.message.contains("more than 5 groups")), (ErrorKind::Invalid, true), "{many}");
    let wide = (0..70).map(|number| vec![field(&format!("properties.p{number}"))]).collect();
    assert_eq!(refusal(Breakdown { groupings: wide, ..breakdown }).await.kind, ErrorKind::Invalid);
}

#[tokio::test]
async fn no_order_of_arrival_changes_an_answer() {
    let drafts: Vec<Draft> = (0..300)
        .map(|number: i64| {
            let mut draft =
                nps(number, at("2026-03-01").plus(number * 7 % 90 * Timestamp::DAY), "web", (number % 11) as f64);
            draft.body.sentiment = Some((number as f64 * 0.37).sin());
            draft.body.amount = Some(base::Amount::from_units(number * 333));
            draft.identities = vec![customer(number % 17)];
            draft
        })
        .collect();
    let asked = Question {
        by: vec![field("score")],
        every: Some((Grain::Month, Zone::UTC)),
        measures: vec![
            Measure::Sum(Operand::Field(field("sentiment"))),
            Measure::SumOfSquares(Operand::Field(field("sentiment"))),
            Measure::Sum(Operand::Field(field("amount"))),
            Measure::Quantile(Operand::Field(field("sentiment")), 0.9),
            Measure::Distinct(field("customer")),
        ],
        ..question()
    };
    let mut answers = Vec::new();
    for (stride, archived_every) in [(1, 300), (7, 41), (293, 100), (151, 299)] {
        let world = World::new().await;
        let shuffled: Vec<Draft> = (0..300).map(|place| drafts[place * stride % 300].clone()).collect();
        for part in shuffled.chunks(archived_every) {
            world.lake.archive(&world.scope).await.unwrap();
            world.log(part.to_vec()).await;
        }
        world.lake.compact(&world.scope).await.unwrap();
        answers.push(world.ask(&asked).await);
    }
    assert!(answers[0].rows.len() > 20);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}
