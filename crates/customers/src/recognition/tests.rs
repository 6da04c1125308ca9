//! The rules of recognition told as stories, without a database.

use base::Timestamp;
use proptest::prelude::*;
use serde_json::Map;
use signals::Body;

use super::*;

fn identity(kind: &str, value: &str) -> Identity {
    Identity { kind: kind.into(), value: value.into() }
}

fn draft(kind: &str, identities: &[(&str, &str)]) -> Draft {
    Draft {
        message_id: "m".into(),
        occurred_at: Timestamp::from_micros(0),
        identities: identities.iter().map(|(kind, value)| identity(kind, value)).collect(),
        traits: Map::new(),
        kind: kind.into(),
        body: Body { source: Some("collect".into()), ..Default::default() },
    }
}

impl Register {
    /// Whom a page view with these identities is about.
    fn sees(&mut self, identities: &[(&str, &str)]) -> i64 {
        self.recognise(&draft("page_viewed", identities)).unwrap().0
    }

    fn told_alias(&mut self, user_id: &str, previous_id: &str) -> i64 {
        self.recognise(&draft("customer_aliased", &[("user_id", user_id), ("user_id", previous_id)])).unwrap().0
    }

    /// The customer behind an identity, merges taken into account.
    fn knows(&self, kind: &str, value: &str) -> Option<i64> {
        self.numbers.get(&identity(kind, value)).map(|number| self.canonical(*number))
    }

    fn kept_apart(&self, reason: KeptApart) -> i64 {
        self.news.kept_apart.get(&("collect".into(), reason)).copied().unwrap_or(0)
    }
}

#[test]
fn a_signal_without_identities_is_about_nobody() {
    assert_eq!(Register::default().recognise(&draft("page_viewed", &[])), None);
}

#[test]
fn customers_are_numbered_as_they_come_and_recognised_when_they_come_back() {
    let mut register = Register::default();
    assert_eq!(register.sees(&[("anonymous_id", "a")]), 1);
    assert_eq!(register.sees(&[("anonymous_id", "b")]), 2);
    assert_eq!(register.sees(&[("anonymous_id", "a")]), 1);
    assert_eq!(register.news.identities.len(), 2);
}

#[test]
fn an_anonymous_visitor_who_logs_in_keeps_the_same_number() {
    let mut register = Register::default();
    assert_eq!(register.sees(&[("anonymous_id", "laptop")]), 1);
    assert_eq!(register.sees(&[("user_id", "ana"), ("anonymous_id", "laptop")]), 1);
    assert_eq!(register.sees(&[("user_id", "ana")]), 1);
    assert_eq!(register.news.merges, []);
}

#[test]
fn a_second_device_of_a_known_user_is_merged_and_keeps_its_own_number() {
    let mut register = Register::default();
    register.sees(&[("user_id", "ana")]);
    assert_eq!(register.sees(&[("anonymous_id", "phone")]), 2);
    assert_eq!(register.sees(&[("anonymous_id", "phone"), ("user_id", "ana")]), 1);
    assert_eq!(register.knows("anonymous_id", "phone"), Some(1));
    assert_eq!(
        register.sees(&[("anonymous_id", "phone")]),
        2,
        "it is logged under its own number, so that an undo is right"
    );
    let [merge] = &register.news.merges[..] else { panic!("one merge") };
    assert_eq!((merge.customer, merge.into, merge.reason), (2, 1, "one_signal"));
    assert_eq!(
        (&merge.evidence.of, &merge.evidence.with),
        (&identity("anonymous_id", "phone"), &identity("user_id", "ana"))
    );
}

#[test]
fn two_people_on_one_device_stay_two_people() {
    let mut register = Register::default();
    assert_eq!(register.sees(&[("user_id", "ana"), ("anonymous_id", "family_tablet")]), 1);
    assert_eq!(register.sees(&[("user_id", "bruno"), ("anonymous_id", "family_tablet")]), 2);
    assert_eq!(register.sees(&[("user_id", "bruno"), ("anonymous_id", "family_tablet")]), 2);
    assert_eq!(register.knows("anonymous_id", "family_tablet"), Some(1), "the tablet stays where it was");
    assert_eq!(register.news.merges, []);
    assert_eq!(register.kept_apart(KeptApart::TwoUserIds), 2);
}

#[test]
fn two_user_ids_in_one_signal_are_not_one_person() {
    let mut register = Register::default();
    assert_eq!(register.sees(&[("user_id", "ana"), ("user_id", "bruno")]), 1);
    assert_eq!(register.knows("user_id", "bruno"), None);
    assert_eq!(register.kept_apart(KeptApart::TwoUserIds), 1);
    assert_eq!(register.sees(&[("user_id", "bruno")]), 2);
}

#[test]
fn a_new_user_takes_the_first_clue_that_is_nobody_elses() {
    let mut register = Register::default();
    register.sees(&[("user_id", "ana"), ("email", "family@example.com")]);
    register.sees(&[("anonymous_id", "laptop")]);
    assert_eq!(register.sees(&[("user_id", "bruno"), ("email", "family@example.com"), ("anonymous_id", "laptop")]), 2);
    assert_eq!(register.knows("email", "family@example.com"), Some(1));
    assert_eq!(register.kept_apart(KeptApart::TwoUserIds), 1);
}

#[test]
fn an_order_number_identifies_its_buyer() {
    let mut register = Register::default();
    register.sees(&[("user_id", "ana"), ("order", "1001")]);
    assert_eq!(register.sees(&[("order", "1001"), ("email", "ana@example.com")]), 1);
    assert_eq!(register.knows("email", "ana@example.com"), Some(1));
}

#[test]
fn weak_identities_merge_whole_customers_when_one_of_them_has_no_user_id() {
    let mut register = Register::default();
    register.sees(&[("anonymous_id", "laptop"), ("device", "d1")]);
    register.sees(&[("email", "ana@example.com")]);
    register.sees(&[("user_id", "ana"), ("email", "ana@example.com")]);
    register.sees(&[("email", "ana@example.com"), ("device", "d1")]);
    assert_eq!(register.knows("user_id", "ana"), Some(1));
    assert_eq!(register.sees(&[("user_id", "bruno"), ("anonymous_id", "laptop")]), 3, "the laptop is Ana's by now");
}

#[test]
fn a_merge_that_somebody_undid_is_not_made_again() {
    let mut register = Register { apart: vec![(1, 2)], ..Default::default() };
    register.sees(&[("email", "ana@example.com")]);
    register.sees(&[("anonymous_id", "laptop")]);
    register.sees(&[("email", "ana@example.com"), ("anonymous_id", "laptop")]);
    register.sees(&[("phone", "+33")]);
    register.sees(&[("phone", "+33"), ("email", "ana@example.com")]);
    register.sees(&[("phone", "+33"), ("anonymous_id", "laptop")]);
    assert_eq!([register.canonical(1), register.canonical(2), register.canonical(3)], [1, 2, 1]);
    assert_eq!(register.kept_apart(KeptApart::Undone), 2, "neither directly nor by way of a third");
}

#[test]
fn an_alias_gives_an_anonymous_visitor_their_user_id() {
    let mut register = Register::default();
    register.sees(&[("anonymous_id", "cookie")]);
    register.told_alias("ana", "cookie");
    assert_eq!(register.knows("user_id", "ana"), Some(1));
    assert_eq!(register.knows("user_id", "cookie"), None, "it is an anonymous id, and known as that");

    register.sees(&[("anonymous_id", "phone")]);
    register.told_alias("ana", "phone");
    assert_eq!(register.knows("anonymous_id", "phone"), Some(1));
    assert_eq!(register.news.merges[0].reason, "alias");
}

#[test]
fn an_alias_makes_an_unknown_former_id_a_further_id_of_the_user() {
    for former_first in [true, false] {
        let mut register = Register::default();
        register.sees(&[("user_id", if former_first { "former" } else { "ana" })]);
        register.told_alias("ana", "former");
        assert_eq!([register.knows("user_id", "ana"), register.knows("user_id", "former")], [Some(1), Some(1)]);
        assert_eq!(register.sees(&[("user_id", "former")]), 1);
    }
    let mut register = Register::default();
    register.told_alias("ana", "never seen");
    assert_eq!([register.knows("user_id", "ana"), register.knows("user_id", "never seen")], [Some(1), Some(1)]);
}

#[test]
fn an_alias_of_two_known_users_merges_nobody() {
    let mut register = Register::default();
    register.sees(&[("user_id", "ana")]);
    register.sees(&[("user_id", "bruno")]);
    assert_eq!(register.told_alias("ana", "bruno"), 1);
    assert_eq!([register.knows("user_id", "ana"), register.knows("user_id", "bruno")], [Some(1), Some(2)]);
    assert_eq!(register.kept_apart(KeptApart::TwoUserIds), 1);
}

fn any_draft() -> impl Strategy<Value = Draft> {
    let kind = prop::sample::select(vec!["user_id", "email", "order", "device", "anonymous_id"]);
    let identities = prop::collection::vec((kind, "[abc]"), 0..4);
    (identities, prop::bool::weighted(0.1)).prop_map(|(identities, alias)| {
        let identities: Vec<(&str, &str)> = identities.iter().map(|(kind, value)| (*kind, value.as_str())).collect();
        draft(if alias { "customer_aliased" } else { "page_viewed" }, &identities)
    })
}

proptest! {
    #[test]
    fn two_user_ids_are_one_customer_only_where_an_alias_says_so(drafts in prop::collection::vec(any_draft(), 0..30)) {
        let mut register = Register::default();
        for draft in &drafts {
            let customer = register.recognise(draft);
            prop_assert_eq!(customer.is_none(), draft.identities.is_empty());
            prop_assert!(customer.is_none_or(|customer| (1..=register.last).contains(&customer.0)));
        }
        let users: Vec<&Identity> = register.numbers.keys().filter(|identity| identity.kind == "user_id").collect();
        let aliases = |one: &Identity, other: &Identity| {
            drafts.iter().any(|draft| is_alias(draft) && draft.identities.contains(one) && draft.identities.contains(other))
        };
        // Aliases may chain, so only where no alias was sent at all must every user id be alone.
        let any_alias = users.iter().any(|one| users.iter().any(|other| one != other && aliases(one, other)));
        for (index, one) in users.iter().enumerate() {
            for other in &users[index + 1..] {
                let together = register.canonical(register.numbers[*one]) == register.canonical(register.numbers[*other]);
                prop_assert!(any_alias || !together, "{:?} and {:?}", one, other);
            }
        }
    }

    #[test]
    fn the_same_batch_again_says_nothing_new(drafts in prop::collection::vec(any_draft(), 0..20)) {
        let mut register = Register::default();
        drafts.iter().for_each(|draft| { register.recognise(draft); });
        drafts.iter().for_each(|draft| { register.recognise(draft); });
        let (identities, merges, last) = (register.news.identities.len(), register.news.merges.len(), register.last);
        drafts.iter().for_each(|draft| { register.recognise(draft); });
        prop_assert_eq!((register.news.identities.len(), register.news.merges.len(), register.last), (identities, merges, last));
    }
}
