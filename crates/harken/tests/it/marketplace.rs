//! A published marketplace's tables, from the files to the figures: read in by the example's map, asked at the terminal.
//! Tables and figures stand beside the checkout; the figures were computed by others from the tables themselves.

use serde_json::{Value as Json, json};
use std::{collections::HashMap, fs, path::Path};

use crate::world::{Installation, say};

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_of_a_marketplace_are_those_that_others_computed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Ok(figures) = fs::read_to_string(root.join("../shared/fixtures/e2e-01-olist.json")) else {
        return say("skipped: the marketplace's tables are not here");
    };
    let figures: Json = serde_json::from_str(&figures).unwrap();
    let expected = &figures["expected"];
    let Some(installation) = Installation::on_postgres().await else { return };
    for installation in [Installation::on_sqlite().await, installation] {
        reads_and_answers(&installation, &root, expected).await;
    }
}

async fn reads_and_answers(installation: &Installation, root: &Path, expected: &Json) {
    let (map, tables) = (root.join("examples/olist.toml"), root.join("../shared/data/olist"));
    let import = ["import", "--json", "--map", map.to_str().unwrap(), tables.to_str().unwrap()];
    installation.json(&import).await;
    let all = installation.count("").await;
    installation.json(&import).await;
    assert_eq!(installation.count("").await, all, "a second run adds nothing");

    let (placed, paid) = ("kind = 'order_completed'", "kind = 'payment_made'");
    let (delivered, reviewed) = ("kind = 'order_delivered'", "kind = 'review_posted'");
    for (figure, metric, filter) in [
        ("orders", "orders", ""),
        ("customers_unique", "customers", placed),
        ("repeat_customers", "repeat_customers", ""),
        ("repeat_rate_pct", "repeat_rate", ""),
        ("payments_total", "sum(amount)", paid),
        ("average_order_value", "average_order_value", ""),
        ("items", "count", "kind = 'product_ordered'"),
        ("delivered", "count", delivered),
        ("late_pct", "rate(properties.late = true)", delivered),
        ("delivery_days_median", "median(properties.delivery_days)", delivered),
        ("delivery_days_p90", "percentile(properties.delivery_days, 0.9)", delivered),
        ("reviews", "count", reviewed),
        ("reviews_distinct_orders", "unique(properties.order_id)", reviewed),
        ("csat_pct", "csat", ""),
        ("mean_score", "mean(score)", reviewed),
        ("reviews_with_comment", "count", "kind = 'review_posted' and properties.with_comment = true"),
        ("review_answer_hours_median", "median(properties.answer_hours)", reviewed),
    ] {
        let mut words = vec!["query", metric, "--json"];
        if !filter.is_empty() {
            words.extend(["--where", filter]);
        }
        let answer = installation.json(&words).await;
        is_close(&answer["rows"][0]["value"], &expected[figure], figure);
    }

    let types = ["unique(properties.order_id)", "--by", "properties.payment_type", "--where", paid];
    for (figure, question) in
        [("orders_by_status", ["orders", "--by", "properties.status"].as_slice()), ("payment_type_orders", &types)]
    {
        let found = groups(installation, question).await;
        for (group, orders) in expected[figure].as_object().unwrap() {
            assert_eq!(found[group]["value"], json!(orders.as_f64()), "{group}");
        }
    }
    for (list, key, dimension) in [
        ("csat_by_state_top8", "state", "customer.state"),
        ("csat_by_first_item_category_top10", "category", "properties.category"),
    ] {
        let found = groups(installation, &["csat", "--by", dimension]).await;
        for group in expected[list].as_array().unwrap() {
            let name = group[key].as_str().unwrap();
            assert_eq!(found[name]["n"], group["n"], "{name}");
            is_close(&found[name]["value"], &group["csat_pct"], name);
        }
    }
    installation.is_sound().await;
}

/// The rows of an answer by the name of their group.
async fn groups(installation: &Installation, question: &[&str]) -> HashMap<String, Json> {
    let words: Vec<&str> = ["query", "--json"].iter().chain(question).copied().collect();
    let answer = installation.json(&words).await;
    let named = answer["rows"].as_array().unwrap().iter().filter_map(|row| {
        let name = row["keys"].as_object()?.values().next()?.as_str()?;
        Some((name.to_owned(), row.clone()))
    });
    named.collect()
}

fn is_close(value: &Json, expected: &Json, what: &str) {
    let (value, expected) = (value.as_f64().unwrap(), expected.as_f64().unwrap());
    assert!((value - expected).abs() < 1e-6, "{what}: {value} where {expected} is expected");
}
