//! Whether the company behaves: the same twice, in the order of time, and with its effects where the guide says.

use base::Timestamp;
use serde_json::Value;
use signals::Draft;
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use crate::Company;

const CUSTOMERS: u32 = 5_000;
const DAYS: u32 = 365;

fn ending() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// The year that the guide's figures are taken from.
static YEAR: LazyLock<Vec<Draft>> = LazyLock::new(|| Company::new(1, CUSTOMERS, DAYS, ending()).collect());

fn effects() -> crate::Effects {
    Company::new(1, 0, DAYS, ending()).effects().clone()
}

fn property<'a>(draft: &'a Draft, name: &str) -> Option<&'a Value> {
    draft.body.properties.get(name)
}

fn user_id(draft: &Draft) -> Option<&str> {
    draft.identities.iter().find(|identity| identity.kind == "user_id").map(|identity| identity.value.as_str())
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    assert!(values.len() >= 30, "{} values tell nothing", values.len());
    values.iter().sum::<f64>() / values.len() as f64
}

fn nps<'a>(answers: impl Iterator<Item = &'a Draft>) -> f64 {
    mean(answers.filter(|draft| draft.body.scale.as_deref() == Some("nps")).filter_map(|draft| draft.body.score).map(
        |score| match score {
            9.0.. => 100.0,
            7.0.. => 0.0,
            _ => -100.0,
        },
    ))
}

/// The traits of every account and the names by which it is known.
fn accounts() -> HashMap<String, &'static Draft> {
    let identified = YEAR.iter().filter(|draft| draft.kind == "customer_identified");
    identified.flat_map(|draft| draft.identities.iter().map(move |identity| (identity.value.clone(), draft))).collect()
}

fn is_from(accounts: &HashMap<String, &'static Draft>, draft: &Draft, name: &str, value: &str) -> bool {
    let known = draft.identities.iter().find_map(|identity| accounts.get(&identity.value));
    known.and_then(|identified| identified.traits.get(name)).and_then(Value::as_str) == Some(value)
}

#[test]
fn the_same_seed_tells_the_same_story_and_another_seed_another() {
    let story = |seed| Company::new(seed, 40, 90, ending()).collect::<Vec<Draft>>();
    let first = story(7);
    assert_eq!(first, story(7));
    assert_ne!(first, story(8));
}

#[test]
fn signals_come_in_the_order_of_time_within_the_span_with_ids_of_their_own() {
    assert!(YEAR.is_sorted_by_key(|draft| draft.occurred_at));
    let start = ending().plus(-i64::from(DAYS) * Timestamp::DAY);
    assert!(YEAR.first().unwrap().occurred_at >= start && YEAR.last().unwrap().occurred_at < ending());
    let ids: HashSet<&str> = YEAR.iter().map(|draft| draft.message_id.as_str()).collect();
    assert_eq!(ids.len(), YEAR.len());
}

#[test]
fn the_default_company_says_about_three_hundred_thousand_things_of_which_one_in_twelve_is_an_answer() {
    assert!((250_000..400_000).contains(&YEAR.len()), "{}", YEAR.len());
    let answers = YEAR.iter().filter(|draft| draft.body.score.is_some()).count();
    let share = answers as f64 / YEAR.len() as f64;
    assert!((0.07..0.09).contains(&share), "{share}");
    for draft in YEAR.iter().filter(|draft| draft.body.score.is_some()) {
        let (least, most) = match draft.body.scale.as_deref() {
            Some("nps") => (0.0, 10.0),
            Some("ces") => (1.0, 7.0),
            Some("csat" | "stars") => (1.0, 5.0),
            other => panic!("{other:?} is no scale of this company"),
        };
        assert!(draft.body.score.is_some_and(|score| (least..=most).contains(&score)), "{draft:?}");
    }
    let languages: HashSet<_> = YEAR.iter().filter_map(|draft| draft.body.language.as_deref()).collect();
    assert_eq!(languages.len(), 5);
}

#[test]
fn a_device_belongs_to_one_account_and_an_order_is_delivered_to_somebody_who_bought_it() {
    let mut owner = HashMap::new();
    let mut bought = HashSet::new();
    let mut strangers = HashSet::new();
    for draft in YEAR.iter() {
        assert!(!draft.identities.is_empty() && draft.identities.iter().all(|identity| identity.value.len() < 100));
        for identity in &draft.identities {
            match identity.kind.as_str() {
                "anonymous_id" => match user_id(draft) {
                    Some(user) => assert_eq!(*owner.entry(&identity.value).or_insert(user), user),
                    None => drop(strangers.insert(&identity.value)),
                },
                "order" if draft.kind == "order_completed" => assert!(bought.insert(&identity.value)),
                "order" => assert!(bought.contains(&identity.value), "{draft:?}"),
                "user_id" | "email" => {}
                other => panic!("{other} is no identity of this company"),
            }
        }
    }
    let signed_in_later = strangers.iter().filter(|device| owner.contains_key(**device)).count();
    assert!(signed_in_later > 1_000 && signed_in_later < strangers.len());
}

#[test]
fn the_new_carrier_is_late_in_bavaria_and_nps_after_delivery_drops_there_alone() {
    let accounts = accounts();
    let change = effects().carrier_change;
    // Answers follow a delivery by days, so those of the first week after the change are of neither time.
    let settled = change.plus(7 * Timestamp::DAY);
    let answers = |bavaria: bool, after: bool| {
        nps(YEAR.iter().filter(|draft| {
            let when = if after { draft.occurred_at >= settled } else { draft.occurred_at < change };
            when && is_from(&accounts, draft, "state", "Bavaria") == bavaria
        }))
    };
    let drop = answers(true, false) - answers(true, true);
    assert!((20.0..45.0).contains(&drop), "{drop}");
    let elsewhere = answers(false, false) - answers(false, true);
    assert!(elsewhere.abs() < 8.0, "{elsewhere}");
    let late = |carrier: &str| {
        let delivered = YEAR.iter().filter(|draft| draft.kind == "order_delivered");
        let theirs = delivered.filter(|draft| property(draft, "carrier").and_then(Value::as_str) == Some(carrier));
        mean(theirs.map(|draft| f64::from(u8::from(property(draft, "late") == Some(&Value::Bool(true))))))
    };
    assert!((late("Polarpost") - 0.06).abs() < 0.02, "{}", late("Polarpost"));
    assert!((late("Alpenkurier") - 0.45).abs() < 0.06, "{}", late("Alpenkurier"));
}

#[test]
fn the_slow_release_slows_the_mobile_checkout_costs_orders_and_makes_it_harder() {
    let release = effects().slow_checkout;
    let mobile_checkout = || {
        YEAR.iter().filter(|draft| {
            draft.body.channel.as_deref() == Some("mobile") && draft.body.touchpoint.as_deref() == Some("checkout")
        })
    };
    let during = |draft: &&Draft| release.contains(&draft.occurred_at);
    let effort = |slow: bool| {
        let answers = mobile_checkout().filter(move |draft| during(draft) == slow);
        mean(answers.filter(|draft| draft.body.scale.as_deref() == Some("ces")).filter_map(|d| d.body.score))
    };
    assert!((effort(true) - effort(false) - 1.3).abs() < 0.4, "{} {}", effort(true), effort(false));
    let paint = |slow: bool| {
        let views = mobile_checkout().filter(move |draft| during(draft) == slow);
        let paints = views.filter(|draft| property(draft, "vital").and_then(Value::as_str) == Some("LCP"));
        mean(paints.filter_map(|draft| property(draft, "value").and_then(Value::as_f64)))
    };
    assert!((paint(true) / paint(false) - 2.2).abs() < 0.3, "{} {}", paint(true), paint(false));
    let conversion = |slow: bool| {
        let count = |kind: &str| mobile_checkout().filter(|d| during(d) == slow && d.kind == kind).count() as f64;
        count("order_completed") / count("checkout_started")
    };
    assert!((conversion(false) - 0.64).abs() < 0.03, "{}", conversion(false));
    assert!((conversion(true) - 0.40).abs() < 0.08, "{}", conversion(true));
}

#[test]
fn members_of_the_club_would_sooner_recommend() {
    let accounts = accounts();
    let of_plan = |plan| nps(YEAR.iter().filter(|draft| is_from(&accounts, draft, "plan", plan)));
    let lead = of_plan("club") - of_plan("basic");
    assert!((12.0..35.0).contains(&lead), "{lead}");
}

#[test]
fn the_article_halves_questions_about_returns() {
    let article = effects().returns_article;
    // Questions follow a delivery by a few days.
    let settled = article.plus(14 * Timestamp::DAY);
    let rate = |after: bool| {
        let when = |draft: &&Draft| if after { draft.occurred_at >= settled } else { draft.occurred_at < article };
        let asked = YEAR.iter().filter(when).filter(|draft| {
            draft.kind == "conversation_opened" && property(draft, "reason").and_then(Value::as_str) == Some("returns")
        });
        let delivered = YEAR.iter().filter(when).filter(|draft| draft.kind == "order_delivered");
        asked.count() as f64 / delivered.count() as f64
    };
    let ratio = rate(true) / rate(false);
    assert!((0.35..0.70).contains(&ratio), "{ratio}");
}

#[test]
fn sundays_and_the_weeks_before_christmas_are_the_busiest() {
    use chrono::Datelike;
    let mut weekdays = [0_u32; 7];
    let mut months = [0_u32; 12];
    for draft in YEAR.iter().filter(|draft| draft.kind == "page_viewed") {
        let day = draft.occurred_at.to_utc();
        weekdays[day.weekday().num_days_from_monday() as usize] += 1;
        months[day.month0() as usize] += 1;
    }
    assert_eq!(weekdays.iter().max(), weekdays.last());
    assert_eq!(months.iter().max(), months.last());
}
