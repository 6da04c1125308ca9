//! Suggestions for the headers that popular tools export, over rows of an invented shop.

use serde_json::{Value as Json, json};

use super::Becomes;
use crate::import::{
    inputs::Input,
    look::{Look, Seen, see},
    map::Map,
};

fn look(name: &str, lines: &[&str]) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(&path, lines.join("\n")).unwrap();
    see(&Input::uploaded(name.into(), path), &Look::default()).unwrap()
}

/// What a column becomes, and what it is called.
fn role(seen: &Seen, column: &str) -> (Becomes, Option<String>) {
    let found = seen.columns.iter().find(|seen| seen.name == column).unwrap_or_else(|| panic!("no {column}"));
    let named = [Becomes::Identity, Becomes::Trait].contains(&found.becomes);
    (found.becomes, found.called.clone().filter(|_| named))
}

fn file(seen: &Seen) -> &Json {
    &seen.map["file"][0]
}

fn said(seen: &Seen) -> &Json {
    &file(seen)["signal"][0]
}

#[test]
fn orders_of_a_shop_system() {
    let seen = look(
        "orders_export_1.csv",
        &[
            "Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Created at,Lineitem quantity,Shipping City,Notes,Cancelled at",
            "#1001,ines@example.org,paid,2026-01-05 10:22:33 +0100,fulfilled,yes,EUR,40.00,4.90,7.20,44.90,,2026-01-05 10:22:31 +0100,2,Köln,,",
            "#1002,bela@example.org,paid,2026-01-06 11:02:03 +0100,unfulfilled,no,EUR,12.50,4.90,2.00,17.40,WINTER,2026-01-06 11:02:01 +0100,1,Ulm,,",
        ],
    );
    assert_eq!(role(&seen, "Email"), (Becomes::Identity, Some("email".into())));
    assert_eq!(role(&seen, "Name"), (Becomes::Identity, Some("order".into())));
    assert_eq!(role(&seen, "Total").0, Becomes::Amount);
    assert_eq!(role(&seen, "Currency").0, Becomes::Currency);
    assert_eq!(role(&seen, "Paid at").0, Becomes::Time);
    assert_eq!(role(&seen, "Created at").0, Becomes::Property);
    assert_eq!(role(&seen, "Notes").0, Becomes::Nothing);
    assert_eq!(
        (&said(&seen)["kind"], &said(&seen)["message_id"], &file(&seen)["time_formats"]),
        (&json!("order_completed"), &json!("order_completed:{Name}"), &json!(["%Y-%m-%d %H:%M:%S %z"]))
    );
    Map::from_json(&seen.map).unwrap();
}

#[test]
fn answers_of_a_survey_tool_whose_columns_are_questions() {
    let seen = look(
        "responses.csv",
        &[
            "#,How likely are you to recommend us to a friend?,What is the main reason for your score?,Email,Submit Date (UTC),Network ID",
            "a1b2,9,Your driver was kind and came on time,ines@example.org,2026-02-03 08:15:00,ff01",
            "c3d4,2,It took two weeks and nobody answered the phone,bela@example.org,2026-02-03 09:45:10,ff02",
        ],
    );
    assert_eq!(role(&seen, "How likely are you to recommend us to a friend?").0, Becomes::Score);
    assert_eq!(role(&seen, "What is the main reason for your score?").0, Becomes::Text);
    assert_eq!(role(&seen, "Submit Date (UTC)").0, Becomes::Time);
    assert_eq!((&said(&seen)["kind"], &said(&seen)["scale"]), (&json!("survey_answered"), &json!("nps")));
    Map::from_json(&seen.map).unwrap();
}

#[test]
fn reviews_of_an_app_store() {
    let seen = look(
        "reviews_org.example.shop_202601.csv",
        &[
            "Package Name,App Version Code,Reviewer Language,Device,Review Submit Date and Time,Star Rating,Review Title,Review Text,Review Link",
            "org.example.shop,17,de,pixel,2026-01-09T08:00:00Z,4,Pretty good app,I can order quickly but the search is slow,https://example.org/1",
            "org.example.shop,17,en,pixel,2026-01-10T08:00:00Z,1,Does not start,Since the update it does not start any more,https://example.org/2",
        ],
    );
    assert_eq!(role(&seen, "Star Rating").0, Becomes::Score);
    assert_eq!(said(&seen)["text"], json!(["Review Title", "Review Text"]));
    assert_eq!(
        (&said(&seen)["kind"], &said(&seen)["scale"], &said(&seen)["anonymous"]),
        (&json!("review_posted"), &json!("stars"), &json!(true))
    );
    Map::from_json(&seen.map).unwrap();
}

#[test]
fn contacts_of_a_crm_describe_customers() {
    let seen = look(
        "contacts.csv",
        &[
            "Record ID,First Name,Last Name,Email,Phone Number,Lifecycle Stage,Create Date,City,Vip",
            "101,Ines,Köhler,ines@example.org,+49 30 1234567,customer,2025-11-02 10:00,Köln,true",
            "102,Bela,Novak,bela@example.org,+43 1 7654321,lead,2025-12-24 18:30,Wien,false",
        ],
    );
    assert_eq!(role(&seen, "Phone Number"), (Becomes::Identity, Some("phone".into())));
    assert_eq!(role(&seen, "First Name"), (Becomes::Trait, Some("first_name".into())));
    assert_eq!(role(&seen, "Create Date").0, Becomes::Time);
    assert_eq!(file(&seen)["bool"], json!(["Vip"]));
    assert!(said(&seen)["kind"].is_null(), "{}", seen.map);
    Map::from_json(&seen.map).unwrap();
}

#[test]
fn payments_in_the_manner_of_the_continent() {
    let seen = look(
        "payments.csv",
        &[
            "id;Created (UTC);Betrag;Currency;Customer Email;Customer ID;Status",
            "ch_1;05.01.2026 10:00;1.234,50;eur;ines@example.org;cus_1;paid",
            "ch_2;13.01.2026 11:00;12,00;eur;bela@example.org;cus_2;refunded",
        ],
    );
    assert_eq!(role(&seen, "Betrag").0, Becomes::Amount);
    assert_eq!(role(&seen, "Customer ID"), (Becomes::Identity, Some("user_id".into())));
    assert_eq!((&file(&seen)["decimal"], &file(&seen)["time_formats"]), (&json!(","), &json!(["%d.%m.%Y %H:%M"])));
    assert_eq!(said(&seen)["message_id"], "payment_made:{id}");
    Map::from_json(&seen.map).unwrap();
}

#[test]
fn a_day_that_could_be_a_month_is_told_with_the_other_way_to_read_it() {
    let seen = look("calls.csv", &["email,when", "a@example.org,01/02/2026", "b@example.org,03/04/2026"]);
    assert_eq!(seen.columns[1].time_formats.as_deref(), Some(&["%d/%m/%Y".to_owned(), "%m/%d/%Y".into()][..]));
    let seen = look("calls.csv", &["email,when", "a@example.org,01/22/2026"]);
    assert_eq!(seen.columns[1].time_formats.as_deref(), Some(&["%m/%d/%Y".to_owned()][..]));
}

#[test]
fn a_file_of_no_known_kind_is_named_by_itself_and_everything_is_kept() {
    let seen =
        look("2026 Deliveries.csv", &["parcel,when,weight_kg,late", "p1,2026-01-01,1.5,yes", "p2,2026-01-02,2,no"]);
    assert_eq!(said(&seen)["kind"], "deliveries");
    assert_eq!((&file(&seen)["number"], &file(&seen)["bool"]), (&json!(["weight_kg"]), &json!(["late"])));
    assert_eq!(said(&seen)["properties"], json!({ "parcel": "parcel", "weight_kg": "weight_kg", "late": "late" }));
    Map::from_json(&seen.map).unwrap();
}
