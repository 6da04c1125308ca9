//! What the lamp shop wants to know, told to both databases, before and after its signals have moved to the lake.

use insights::{Currency, Unit};
use testkit::{ANA, BRUNO, CHIDI, Saying, on_both, says};

use crate::shop::{Shop, Words, query};

/// Ana buys twice, once in two payments; Bruno buys once; Chidi only looks.
fn orders() -> Vec<Saying> {
    let order = |saying: Saying, id: &str, amount: &str| {
        let amount = amount.parse().unwrap();
        saying.with("order_id", id).saying(move |body| {
            (body.amount, body.currency) = (Some(amount), Some("EUR".to_owned()));
        })
    };
    vec![
        order(ANA.does("order_completed").at("2026-01-10T10:00:00Z"), "o-1", "30.10").with_trait("state", "SP"),
        order(ANA.does("order_completed").at("2026-03-10T10:00:00Z"), "o-2", "10"),
        order(ANA.does("order_completed").at("2026-03-10T10:00:01Z"), "o-2", "20"),
        order(BRUNO.does("order_completed").at("2026-03-31T23:30:00Z"), "o-3", "29.90").with_trait("state", "RJ"),
        CHIDI.does("product_viewed").at("2026-03-01T10:00:00Z"),
    ]
}

fn deliveries() -> Vec<Saying> {
    let delivered = |id: &str, days: f64| says("order_delivered").with("order_id", id).with("days", days);
    vec![
        delivered("o-1", 2.0).with("late", false),
        delivered("o-2", 5.0).with("late", true),
        delivered("o-3", 11.0).with("late", false),
        // Still under way, and one whose days somebody sent as text.
        says("order_delivered").with("order_id", "o-4"),
        says("order_delivered").with("order_id", "o-5").with("days", "7"),
    ]
}

fn answers(scale: &str, scores: &[u8]) -> Vec<Saying> {
    scores.iter().map(|score| says("survey_answered").scored(scale, f64::from(*score))).collect()
}

#[tokio::test]
async fn orders_add_up_to_revenue_order_values_and_repeat_customers() {
    on_both(async |world| {
        let shop = Shop::with(world, orders()).await;
        for archived in [false, true] {
            if archived {
                shop.archives().await;
            }
            assert_eq!(shop.table(&query("revenue")).await, ["90 of 4"]);
            assert_eq!(shop.table(&query("orders")).await, ["3 of 4"]);
            assert_eq!(shop.table(&query("average_order_value")).await, ["30 of 3 [29.8, 30.2] too_few"]);
            assert_eq!(shop.table(&query("customers")).await, ["3 of 5"]);
            assert_eq!(shop.table(&query("repeat_customers")).await, ["1 of 2"]);
            assert_eq!(shop.table(&query("repeat_rate")).await, ["50 of 2 [9.5, 90.5] too_few"]);
            assert_eq!(shop.table(&query("repeaters(customer, 3)")).await, ["1 of 3"]);
            assert_eq!(
                shop.table(&query("count").by("kind").by("customer.state")).await,
                ["order_completed RJ: 1 of 1", "order_completed SP: 3 of 3", "product_viewed -: 1 of 1",]
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_series_follows_the_zone_and_shows_a_gap_as_a_gap() {
    on_both(async |world| {
        let shop = Shop::with(world, orders()).await;
        let mut monthly = query("revenue").every("month");
        assert_eq!(shop.table(&monthly).await, ["2026-01: 30.1 of 1", "2026-03: 59.9 of 3"]);
        // In Lisbon, Bruno's order of half past eleven in the evening belongs to April.
        monthly.zone = "Europe/Lisbon".parse().unwrap();
        assert_eq!(shop.table(&monthly).await, ["2026-01: 30.1 of 1", "2026-03: 30 of 2", "2026-04: 29.9 of 1"]);
        monthly.from = Some("2026-03-10T10:00:01Z".parse().unwrap());
        monthly.to = Some("2026-03-31T23:30:00Z".parse().unwrap());
        assert_eq!(shop.table(&monthly).await, ["2026-03: 20 of 1"]);
    })
    .await;
}

#[tokio::test]
async fn late_deliveries_are_counted_among_those_that_can_be_late() {
    on_both(async |world| {
        let shop = Shop::with(world, deliveries()).await;
        assert_eq!(shop.table(&query("rate(properties.late = true)")).await, ["33.3 of 3 [6.1, 79.2] too_few"]);
        assert_eq!(shop.table(&query("rate(properties.days is not null)")).await, ["80 of 5 [37.6, 96.4] too_few"]);
        assert_eq!(shop.table(&query("median(properties.days)")).await, ["5 of 3 too_few"]);
        assert_eq!(shop.table(&query("percentile(properties.days, 0.9)")).await, ["9.8 of 3 too_few"]);
        assert_eq!(shop.table(&query("mean(properties.days)").filtered("properties.late = false")).await, {
            ["6.5 of 2 [-50.7, 63.7] too_few"]
        });
    })
    .await;
}

#[tokio::test]
async fn a_quantile_stands_between_the_order_statistics_of_its_group() {
    on_both(async |world| {
        let answered = |month: u32, days: i32| {
            says("order_delivered").at(&format!("2026-{month:02}-15T12:00:00Z")).with("days", f64::from(days))
        };
        let january = (1..=25).map(|days| answered(1, days));
        let february = (101..=110).map(|days| answered(2, days));
        let shop = Shop::with(world, january.chain(february)).await;
        assert_eq!(
            shop.table(&query("median(properties.days)").every("month")).await,
            ["2026-01: 13 of 25 [8, 18] low_sample", "2026-02: 105.5 of 10 [102, 109] low_sample",]
        );
        assert_eq!(shop.table(&query("median(properties.days)").by("channel")).await, ["-: 18 of 35 [12, 24]"]);
    })
    .await;
}

#[tokio::test]
async fn answers_become_scores_with_their_intervals_and_warnings() {
    on_both(async |world| {
        let shop = Shop::with(world, answers("nps", &[10, 9, 9, 8, 7, 6, 0])).await;
        shop.archives().await;
        world.hears(answers("csat", &[5, 4, 3, 1])).await;
        world.hears(answers("ces", &[1, 2, 6])).await;
        assert_eq!(shop.table(&query("nps")).await, ["14.3 of 7 [-39.6, 59.6] too_few"]);
        assert_eq!(shop.table(&query("nps(score)").filtered("scale = 'nps'")).await, shop.table(&query("nps")).await);
        assert_eq!(shop.table(&query("csat")).await, ["50 of 4 [15, 85] too_few"]);
        assert_eq!(shop.table(&query("ces")).await, ["3 of 3 [-3.6, 9.6] too_few"]);
        assert_eq!(shop.table(&query("low_effort")).await, ["66.7 of 3 [20.8, 93.9] too_few"]);
        assert_eq!(shop.table(&query("ease")).await, ["no data of 0 no_data"]);
        assert_eq!(shop.table(&query("responses").by("scale")).await, ["ces: 3 of 3", "csat: 4 of 4", "nps: 7 of 7"]);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_mixed_is_refused() {
    on_both(async |world| {
        let shop =
            Shop::with(world, answers("ces", &[2]).into_iter().chain(answers("ces2", &[6])).chain(orders())).await;
        world
            .hears([ANA.does("order_completed").with("order_id", "o-9").saying(|body| {
                (body.amount, body.currency) = ("5".parse().ok(), Some("BRL".to_owned()));
            })])
            .await;
        for (metric, field) in [
            ("mean(score)", "scale"),
            ("nps(score)", "scale"),
            ("rate(score >= 4)", "scale"),
            ("revenue", "currency"),
            ("average_order_value", "currency"),
            ("rate(amount > 10)", "currency"),
        ] {
            let error = shop.asks(&query(metric)).await.unwrap_err();
            assert_eq!((error.fields[0].field.as_str(), error.fields[0].reason.as_str()), (field, "mixed"), "{metric}");
        }
        assert_eq!(
            shop.table(&query("mean(score)").by("scale")).await,
            ["ces: 2 of 1 too_few", "ces2: 6 of 1 too_few"]
        );
        assert_eq!(shop.table(&query("revenue").by("currency")).await, ["BRL: 5 of 1", "EUR: 90 of 4"]);
        assert_eq!(shop.table(&query("revenue").filtered("currency = 'BRL'")).await, ["5 of 1"]);
        let twice = shop.asks(&query("count").by("kind").by("kind")).await.unwrap_err();
        assert_eq!(twice.message, "kind is a dimension twice");
    })
    .await;
}

#[tokio::test]
async fn money_names_its_currency_and_none_is_one_of_its_own() {
    on_both(async |world| {
        let paid = |amount: &str, currency: Option<&str>| {
            let (amount, currency) = (amount.parse().ok(), currency.map(str::to_owned));
            ANA.does("order_completed").with("order_id", amount.map_or(0, base::Amount::units)).saying(move |body| {
                (body.amount, body.currency) = (amount, currency);
            })
        };
        let shop = Shop::with(world, [paid("5", None), CHIDI.does("product_viewed")]).await;
        let revenue = shop.asks(&query("revenue")).await.unwrap();
        assert_eq!((revenue.unit, revenue.currency), (Unit::Money, Some(Currency::Workspace)));
        world.hears([paid("7", Some("EUR"))]).await;
        for archived in [false, true] {
            if archived {
                shop.archives().await;
            }
            for metric in ["revenue", "average_order_value", "median(amount)"] {
                let error = shop.asks(&query(metric)).await.unwrap_err();
                assert!(error.message.contains("amounts that name none, which are in the workspace's"), "{error}");
            }
            let euros = shop.asks(&query("revenue").filtered("properties.order_id = 70000")).await.unwrap();
            assert_eq!((euros.rows[0].value, euros.currency), (Some(7.0), Some(Currency::Code("EUR".to_owned()))));
            let pinned = shop.asks(&query("revenue").filtered("currency = 'EUR'")).await.unwrap();
            assert_eq!((pinned.rows[0].value, pinned.currency), (Some(7.0), Some(Currency::Code("EUR".to_owned()))));
            let others = shop.asks(&query("revenue").filtered("currency is null")).await.unwrap();
            assert_eq!((others.rows[0].value, others.currency), (Some(5.0), Some(Currency::Workspace)));
            let each = shop.asks(&query("revenue").by("currency")).await.unwrap();
            assert_eq!((each.rows.len(), each.currency), (2, None));
            let orders = shop.asks(&query("orders")).await.unwrap();
            assert_eq!((orders.unit, orders.currency), (Unit::Count, None));
        }
    })
    .await;
}

#[tokio::test]
async fn a_figure_can_be_followed_down_to_its_signals() {
    on_both(async |world| {
        let shop = Shop::with(world, orders()).await;
        let filter = query("count").filtered("customer.state = 'SP' or kind = 'product_viewed'").filter;
        let (insights, scope) = (&shop.insights, &world.scope);
        assert_eq!(insights.count(scope, &filter).await.unwrap(), 4);
        shop.archives().await;
        assert_eq!(insights.count(scope, &filter).await.unwrap(), 4);
        let latest = insights.latest(scope, &filter, 2).await.unwrap();
        let times: Vec<_> = latest.signals.iter().map(|signal| signal.occurred_at.to_string()).collect();
        assert_eq!(times, ["2026-03-10T10:00:01Z", "2026-03-10T10:00:00Z"]);
        let seen = world.signals.head().await.unwrap();
        assert_eq!(insights.after(scope, &filter, seen, 10).await.unwrap(), []);
        world.hears([CHIDI.does("product_viewed").at("2025-12-01T00:00:00Z"), BRUNO.does("product_viewed")]).await;
        for archived in [false, true] {
            for (limit, told) in [(10, vec![1, 2]), (1, vec![1])] {
                let new = insights.after(scope, &filter, seen, limit).await.unwrap();
                let new: Vec<_> = new.iter().map(|signal| signal.seq - seen).collect();
                assert_eq!(new, told, "archived: {archived}");
            }
            shop.archives().await;
        }
    })
    .await;
}
