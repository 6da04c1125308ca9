//! Consent: what Ana, Bruno and Chidi have said about being contacted, and whether they may be.

use base::{CustomerId, ErrorKind, Timestamp};
use customers::consent::{
    Act, Consent, Contact, ContactChannel,
    ContactChannel::{Email, Sms},
    NewConsent, Objections, Refusal, State, TopicId,
};
use futures::future::join_all;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use signals::Projector;
use std::sync::Arc;
use testkit::{ANA, BRUNO, CHIDI, World, for_any, on_both, says};

fn topic(id: &str) -> TopicId {
    TopicId::new(id).unwrap()
}

/// The lamp shop's topics: a newsletter for those who ask for it, tips for whoever does not mind, and deliveries.
async fn opens_topics(world: &World) {
    for (id, basis) in [("newsletter", "opt_in"), ("tips", "opt_out"), ("delivery", "transactional")] {
        let new = json!({ "id": id, "name": id, "channels": ["email", "sms"], "basis": basis });
        let new = serde_json::from_value(new).unwrap();
        world.customers.create_topic(&world.scope, new, None).await.unwrap();
    }
}

async fn rules(world: &World, rules: Json) {
    let rules = serde_json::from_value(rules).unwrap();
    world.customers.change_contact_rules(&world.scope, rules, None).await.unwrap();
}

fn said(act: Act, about: Option<&str>, channel: Option<ContactChannel>) -> NewConsent {
    NewConsent {
        topic: about.map(topic),
        channel,
        act,
        at: None,
        source: "the counter".into(),
        wording: Some("Yes, write to me.".into()),
        note: None,
    }
}

async fn says_so(world: &World, customer: i64, act: Act, about: Option<&str>, on: Option<ContactChannel>) -> Consent {
    world.customers.record_consent(&world.scope, CustomerId(customer), said(act, about, on)).await.unwrap()
}

async fn may(world: &World, customer: i64, about: &str, on: ContactChannel) -> Contact {
    world.customers.reserve_contact(&world.scope, CustomerId(customer), &topic(about), on).await.unwrap()
}

async fn may_indeed(world: &World, customer: i64, about: &str, on: ContactChannel) -> bool {
    matches!(may(world, customer, about, on).await, Contact::Allowed(_) | Contact::Always)
}

async fn stands(world: &World, customer: i64, about: &str, on: ContactChannel) -> State {
    let preferences = world.customers.preferences(&world.scope, CustomerId(customer)).await.unwrap().preferences;
    let found = preferences.into_iter().find(|one| one.topic == topic(about) && one.channel == on);
    found.unwrap().state
}

async fn catches_up(world: &World) {
    let projector = Projector::register(world.store.clone(), vec![Arc::new(Objections)]).await.unwrap();
    projector.catch_up().await.unwrap();
}

#[tokio::test]
async fn ana_agrees_changes_her_mind_and_agrees_again_and_all_of_it_stays_on_record() {
    on_both(async |world| {
        opens_topics(world).await;
        world.hears([ANA.does("page_viewed")]).await;
        assert_eq!(may(world, 1, "newsletter", Email).await, Contact::Refused(Refusal::NoConsent));
        assert!(may_indeed(world, 1, "tips", Email).await);
        assert_eq!(may(world, 1, "delivery", Email).await, Contact::Always);
        says_so(world, 1, Act::Granted, Some("newsletter"), Some(Email)).await;
        assert!(may_indeed(world, 1, "newsletter", Email).await);
        assert_eq!(may(world, 1, "newsletter", Sms).await, Contact::Refused(Refusal::NoConsent));
        world.waits(60);
        says_so(world, 1, Act::Withdrawn, None, None).await;
        let since = world.clock.now();
        for about in ["newsletter", "tips"] {
            assert_eq!(may(world, 1, about, Email).await, Contact::Refused(Refusal::Withdrawn { since }));
        }
        assert_eq!(may(world, 1, "delivery", Email).await, Contact::Always);
        says_so(world, 1, Act::Granted, Some("newsletter"), None).await;
        assert!(may_indeed(world, 1, "newsletter", Sms).await);
        assert!(!may_indeed(world, 1, "tips", Email).await);
        let ledger = world.customers.consents(&world.scope, CustomerId(1), None, 10).await.unwrap();
        let acts: Vec<_> = ledger.iter().map(|entry| (entry.seq, entry.act)).collect();
        assert_eq!(acts, [(3, Act::Granted), (2, Act::Withdrawn), (1, Act::Granted)]);
        let first = &ledger[2];
        assert_eq!((first.actor.as_str(), first.source.as_str()), ("operator", "the counter"));
        assert_eq!((first.wording.as_deref(), first.channel), (Some("Yes, write to me."), Some(Email)));
    })
    .await;
}

#[tokio::test]
async fn what_nobody_can_say_is_refused_and_says_why() {
    on_both(async |world| {
        opens_topics(world).await;
        world.hears([ANA.does("page_viewed")]).await;
        let refused = async |new: NewConsent| {
            let error = world.customers.record_consent(&world.scope, CustomerId(1), new).await.unwrap_err();
            error.fields.first().map_or_else(String::new, |field| format!("{} {}", field.field, field.reason))
        };
        let future = Some(world.clock.now().plus(Timestamp::HOUR));
        assert_eq!(refused(said(Act::Granted, None, None)).await, "topic missing");
        assert_eq!(refused(said(Act::Granted, Some("weather"), None)).await, "topic unknown");
        assert_eq!(refused(said(Act::Withdrawn, Some("delivery"), None)).await, "topic out_of_range");
        assert_eq!(refused(said(Act::Granted, Some("tips"), Some(ContactChannel::Chat))).await, "channel out_of_range");
        assert_eq!(refused(said(Act::Objected, Some("tips"), None)).await, "act out_of_range");
        assert_eq!(refused(NewConsent { at: future, ..said(Act::Withdrawn, None, None) }).await, "at out_of_range");
        assert_eq!(
            refused(NewConsent { source: " ".into(), ..said(Act::Withdrawn, None, None) }).await,
            "source missing"
        );
        let nobody =
            world.customers.record_consent(&world.scope, CustomerId(9), said(Act::Withdrawn, None, None)).await;
        assert_eq!(nobody.unwrap_err().kind, ErrorKind::NotFound);
        assert_eq!(may(world, 9, "tips", Email).await, Contact::Refused(Refusal::UnknownCustomer));
        assert_eq!(may(world, 1, "weather", Email).await, Contact::Refused(Refusal::UnknownTopic));
        assert_eq!(may(world, 1, "tips", ContactChannel::Chat).await, Contact::Refused(Refusal::WrongChannel));
        let elsewhere = world.elsewhere().await;
        assert_eq!(may(&elsewhere, 1, "tips", Email).await, Contact::Refused(Refusal::UnknownCustomer));
        assert!(elsewhere.customers.topics(&elsewhere.scope, None, 10).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_consent_of_another_tool_is_as_old_as_it_was_said() {
    on_both(async |world| {
        opens_topics(world).await;
        world.hears([ANA.does("page_viewed")]).await;
        says_so(world, 1, Act::Withdrawn, Some("tips"), None).await;
        let earlier = Some(world.clock.now().plus(-Timestamp::DAY));
        let imported = NewConsent { at: earlier, ..said(Act::Granted, Some("tips"), None) };
        world.customers.record_consent(&world.scope, CustomerId(1), imported).await.unwrap();
        assert_eq!(stands(world, 1, "tips", Email).await, State::Withdrawn);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_disturbed_at_night_where_they_live() {
    on_both(async |world| {
        opens_topics(world).await;
        rules(world, json!({ "quiet": { "from": "21:00", "until": "08:00", "channels": ["sms"] }, "budgets": [] }))
            .await;
        let of = |person: testkit::Person, zone: &str| person.does("customer_identified").with_trait("timezone", zone);
        world.hears([of(ANA, "Asia/Tokyo"), of(BRUNO, "America/New_York"), CHIDI.does("page_viewed")]).await;
        // It is nine in the morning in the workspace, which lives by UTC: six in the evening in Tokyo, four at night in New York.
        assert!(may_indeed(world, 1, "tips", Sms).await);
        let until = "2026-03-02T13:00:00Z".parse().unwrap();
        assert_eq!(may(world, 2, "tips", Sms).await, Contact::Refused(Refusal::QuietHours { until }));
        assert!(may_indeed(world, 2, "tips", Email).await, "mail wakes nobody up here");
        assert_eq!(may(world, 2, "delivery", Sms).await, Contact::Always);
        assert!(may_indeed(world, 3, "tips", Sms).await);
        world.waits(14 * 3_600);
        let until = "2026-03-03T08:00:00Z".parse().unwrap();
        assert_eq!(may(world, 3, "tips", Sms).await, Contact::Refused(Refusal::QuietHours { until }));
        let preferences = world.customers.preferences(&world.scope, CustomerId(2)).await.unwrap();
        assert_eq!((preferences.timezone.as_str(), preferences.timezone_known), ("America/New_York", true));
    })
    .await;
}

#[tokio::test]
async fn a_budget_is_spent_for_the_whole_customer_and_has_room_again_as_time_passes() {
    on_both(async |world| {
        opens_topics(world).await;
        let budgets =
            [json!({ "channel": null, "most": 3, "hours": 48 }), json!({ "channel": "sms", "most": 1, "hours": 24 })];
        rules(world, json!({ "quiet": null, "budgets": budgets })).await;
        world.hears([ANA.does("page_viewed"), BRUNO.does("page_viewed")]).await;
        let start = world.clock.now();
        assert!(may_indeed(world, 1, "tips", Sms).await);
        let tomorrow = Contact::Refused(Refusal::BudgetSpent { until: start.plus(Timestamp::DAY) });
        assert_eq!(may(world, 1, "tips", Sms).await, tomorrow);
        world.waits(3_600);
        let Contact::Allowed(never_sent) = may(world, 1, "tips", Email).await else { panic!("there is room") };
        world.customers.give_contact_back(&world.scope, CustomerId(1), never_sent).await.unwrap();
        assert!(world.customers.give_contact_back(&world.scope, CustomerId(1), never_sent).await.is_err());
        assert!(may_indeed(world, 1, "tips", Email).await);
        assert!(may_indeed(world, 2, "tips", Email).await);
        assert!(may_indeed(world, 1, "tips", Email).await);
        let in_two_days = Contact::Refused(Refusal::BudgetSpent { until: start.plus(2 * Timestamp::DAY) });
        assert_eq!(may(world, 1, "tips", Email).await, in_two_days);
        assert_eq!(may(world, 1, "delivery", Email).await, Contact::Always, "what they wait for counts in no budget");
        let merge = world.customers.merge(&world.scope, CustomerId(2), CustomerId(1), "one person", json!({})).await;
        assert_eq!(
            may(world, 2, "tips", Email).await,
            Contact::Refused(Refusal::BudgetSpent { until: start.plus(2 * Timestamp::DAY + Timestamp::HOUR) })
        );
        world.customers.undo(&world.scope, merge.unwrap().id).await.unwrap();
        assert!(may_indeed(world, 2, "tips", Email).await);
        world.clock.set(start.plus(2 * Timestamp::DAY));
        assert!(may_indeed(world, 1, "tips", Sms).await);
        world.clock.set(start.plus(200 * Timestamp::DAY));
        assert_eq!(world.customers.forget_contacts().await.unwrap(), 6);
    })
    .await;
}

#[test]
fn senders_that_ask_at_once_never_exceed_a_budget() {
    let asked = (1_u32..5, 1_usize..14, prop::bool::ANY);
    for_any(6, asked, async |world, (most, senders, merged)| {
        opens_topics(world).await;
        rules(world, json!({ "quiet": null, "budgets": [{ "channel": null, "most": most, "hours": 1 }] })).await;
        world.hears([ANA.does("page_viewed"), BRUNO.does("page_viewed")]).await;
        if merged {
            let reason = "one person";
            world.customers.merge(&world.scope, CustomerId(2), CustomerId(1), reason, json!({})).await.unwrap();
        }
        let asking = (0..senders).map(|sender| async move {
            let customer = if merged { 1 + i64::try_from(sender % 2).unwrap() } else { 1 };
            may_indeed(world, customer, "tips", if sender % 3 == 0 { Sms } else { Email }).await
        });
        let allowed = join_all(asking).await.into_iter().filter(|allowed| *allowed).count();
        assert_eq!(allowed, senders.min(most as usize), "no more than the budget, and no less");
    });
}

#[tokio::test]
async fn a_contact_that_is_rolled_back_was_none() {
    on_both(async |world| {
        opens_topics(world).await;
        rules(world, json!({ "quiet": null, "budgets": [{ "channel": null, "most": 1, "hours": 1 }] })).await;
        world.hears([ANA.does("page_viewed")]).await;
        let transaction = world.store.begin().await.unwrap();
        let asked = world.customers.may_contact(&transaction, &world.scope, CustomerId(1), &topic("tips"), Email).await;
        assert!(matches!(asked.unwrap(), Contact::Allowed(_)));
        drop(transaction);
        assert!(may_indeed(world, 1, "tips", Email).await);
    })
    .await;
}

#[tokio::test]
async fn whose_browser_asks_for_privacy_objects_once_and_may_still_agree() {
    on_both(async |world| {
        opens_topics(world).await;
        let private = |said: testkit::Saying| said.with("context", json!({ "gpc": true }));
        world
            .hears([private(ANA.does("page_viewed")), private(ANA.does("page_viewed")), BRUNO.does("page_viewed")])
            .await;
        world.hears([private(says("page_viewed"))]).await;
        catches_up(world).await;
        let since = world.clock.now();
        assert_eq!(may(world, 1, "tips", Email).await, Contact::Refused(Refusal::Objected { since }));
        assert_eq!(stands(world, 1, "newsletter", Email).await, State::Missing);
        assert!(may_indeed(world, 2, "tips", Email).await);
        let ledger = world.customers.consents(&world.scope, CustomerId(1), None, 10).await.unwrap();
        assert_eq!((ledger.len(), ledger[0].source.as_str()), (1, "global_privacy_control"));
        says_so(world, 1, Act::Granted, Some("tips"), Some(Email)).await;
        world.waits(60);
        world.hears([private(ANA.does("page_viewed"))]).await;
        catches_up(world).await;
        assert!(may_indeed(world, 1, "tips", Email).await, "what she says herself is not undone by her next page");
        assert_eq!(may(world, 1, "tips", Sms).await, Contact::Refused(Refusal::Objected { since }));
        let preferences = world.customers.preferences(&world.scope, CustomerId(1)).await.unwrap();
        assert_eq!(preferences.objected_at, Some(since));
    })
    .await;
}

#[tokio::test]
async fn merged_customers_keep_the_stricter_word_until_they_say_otherwise_and_an_undo_gives_each_their_own() {
    on_both(async |world| {
        opens_topics(world).await;
        world.hears([ANA.does("page_viewed"), BRUNO.does("page_viewed")]).await;
        says_so(world, 1, Act::Withdrawn, Some("tips"), None).await;
        world.waits(60);
        says_so(world, 2, Act::Granted, Some("tips"), None).await;
        let merge = async || {
            let merged = world.customers.merge(&world.scope, CustomerId(2), CustomerId(1), "one", json!({})).await;
            merged.unwrap().id
        };
        let first = merge().await;
        assert_eq!(
            stands(world, 2, "tips", Email).await,
            State::Withdrawn,
            "no is stronger than yes, though yes is later"
        );
        world.waits(60);
        says_so(world, 1, Act::Granted, Some("tips"), None).await;
        says_so(world, 1, Act::Granted, Some("newsletter"), Some(Email)).await;
        assert_eq!(stands(world, 2, "tips", Email).await, State::Granted, "they said so as one");
        world.customers.undo(&world.scope, first).await.unwrap();
        assert_eq!(stands(world, 1, "newsletter", Email).await, State::Granted);
        assert_eq!(
            stands(world, 2, "newsletter", Email).await,
            State::Missing,
            "a yes stays with whom it was recorded for"
        );
        let second = merge().await;
        world.waits(60);
        says_so(world, 2, Act::Withdrawn, None, Some(Email)).await;
        world.customers.undo(&world.scope, second).await.unwrap();
        for customer in [1, 2] {
            assert_eq!(
                stands(world, customer, "tips", Email).await,
                State::Withdrawn,
                "a no holds for whoever it may be from"
            );
        }
        assert_eq!(stands(world, 2, "tips", Sms).await, State::Granted);
        let ledger = world.customers.consents(&world.scope, CustomerId(1), None, 10).await.unwrap();
        let seqs: Vec<_> = ledger.iter().map(|entry| entry.seq).collect();
        assert_eq!(seqs, [5, 4, 3, 1], "what was agreed to for the other is not in this one's ledger");
    })
    .await;
}

#[derive(Clone, Debug)]
enum Step {
    Says { customer: i64, act: Act, general: bool, on: Option<ContactChannel>, later: i64 },
    Merges(i64, i64),
    Undoes(usize),
}

fn any_step() -> impl Strategy<Value = Step> {
    let act = prop::sample::select(vec![Act::Granted, Act::Withdrawn]);
    let on = prop::sample::select(vec![None, Some(Email), Some(Sms)]);
    prop_oneof![
        3 => (1_i64..5, act, prop::bool::weighted(0.3), on, 0_i64..3).prop_map(|(customer, act, general, on, later)| {
            Step::Says { customer, act, general: general && act == Act::Withdrawn, on, later }
        }),
        1 => (1_i64..5, 1_i64..5).prop_map(|(one, other)| Step::Merges(one, other)),
        1 => (0_usize..4).prop_map(Step::Undoes),
    ]
}

/// What was said, for which number, and who was one with it then.
struct Word {
    as_number: i64,
    one_with: Vec<i64>,
    act: Act,
    on: Option<ContactChannel>,
}

/// The words are in the order in which they were said, so the last that counts under a number is the one that holds there.
fn expected(words: &[Word], numbers: &[i64], on: ContactChannel) -> State {
    let last = |number: &i64| {
        let counts = |word: &&Word| {
            word.on.is_none_or(|channel| channel == on)
                && word.one_with.contains(number)
                && (word.act == Act::Withdrawn || numbers.contains(&word.as_number))
        };
        words.iter().rev().find(counts).map(|word| word.act)
    };
    let acts: Vec<Act> = numbers.iter().filter_map(last).collect();
    match () {
        () if acts.contains(&Act::Withdrawn) => State::Withdrawn,
        () if acts.contains(&Act::Granted) => State::Granted,
        () => State::Presumed,
    }
}

#[test]
fn the_last_word_holds_and_no_is_stronger_than_yes_through_any_merges_and_undos() {
    for_any(24, prop::collection::vec(any_step(), 1..14), async |world, steps| {
        opens_topics(world).await;
        world.hears((1..5).map(|person| says("page_viewed").of("user_id", &format!("u-{person}")))).await;
        let one_with = async |customer: i64| -> Vec<i64> {
            let profile = world.customers.profile(&world.scope, CustomerId(customer)).await.unwrap();
            std::iter::once(profile.id.0).chain(profile.merged_from.iter().map(|from| from.0)).collect()
        };
        let (mut words, mut merges) = (Vec::new(), Vec::new());
        for step in steps {
            match step {
                Step::Says { customer, act, general, on, later } => {
                    world.waits(later);
                    says_so(world, customer, act, (!general).then_some("tips"), on).await;
                    words.push(Word { as_number: customer, one_with: one_with(customer).await, act, on });
                }
                Step::Merges(one, other) => {
                    let merged =
                        world.customers.merge(&world.scope, CustomerId(one), CustomerId(other), "one", json!({}));
                    merges.extend(merged.await.map(|merge| merge.id));
                }
                Step::Undoes(place) if place < merges.len() => {
                    world.customers.undo(&world.scope, merges.remove(place)).await.unwrap();
                }
                Step::Undoes(_) => {}
            }
            for customer in 1..5 {
                let numbers = one_with(customer).await;
                for on in [Email, Sms] {
                    let expected = expected(&words, &numbers, on);
                    assert_eq!(stands(world, customer, "tips", on).await, expected, "{customer} on {on}");
                    assert_eq!(may_indeed(world, customer, "tips", on).await, expected.allows());
                }
            }
        }
    });
}
