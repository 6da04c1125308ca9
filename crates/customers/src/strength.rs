//! How much each kind of identity says about who somebody is.

use signals::Identity;

/// The kind that a sender gives to one person for good. Two customers that both have one are never merged by themselves.
pub(crate) const USER_ID: &str = "user_id";
/// The kind that a browser gives itself before it knows who uses it.
pub(crate) const ANONYMOUS_ID: &str = "anonymous_id";

/// The kinds that point to somebody for years, and of which they have few.
pub(crate) const LASTING: [&str; 3] = [USER_ID, "email", "phone"];

enum Rank {
    Kind(&'static str),
    /// Any kind that the list does not name: an order's number, a loyalty card.
    AnyOther,
}

/// The strongest first: what the sender's own database calls somebody; what a person has alone; what was given to them
/// for one occasion; what several people may share.
const STRONGEST_FIRST: [Rank; 6] = [
    Rank::Kind(USER_ID),
    Rank::Kind("email"),
    Rank::Kind("phone"),
    Rank::AnyOther,
    Rank::Kind("device"),
    Rank::Kind(ANONYMOUS_ID),
];

fn rank(kind: &str) -> usize {
    let named = STRONGEST_FIRST.iter().position(|rank| matches!(rank, Rank::Kind(name) if *name == kind));
    named.or_else(|| STRONGEST_FIRST.iter().position(|rank| matches!(rank, Rank::AnyOther))).unwrap_or(usize::MAX)
}

/// Each identity once, the strongest first; of equally strong ones, as the source gave them.
pub(crate) fn strongest_first(identities: &[Identity]) -> Vec<&Identity> {
    let mut ordered: Vec<&Identity> = Vec::with_capacity(identities.len());
    for identity in identities {
        if !ordered.contains(&identity) {
            ordered.push(identity);
        }
    }
    ordered.sort_by_key(|identity| rank(&identity.kind));
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_says_the_most_and_an_anonymous_id_the_least() {
        let kinds = ["anonymous_id", "order", "device", "email", "loyalty_card", "phone", "user_id", "order"];
        let said = kinds.map(|kind| Identity { kind: kind.into(), value: "1".into() });
        let ordered: Vec<&str> = strongest_first(&said).into_iter().map(|identity| identity.kind.as_str()).collect();
        assert_eq!(ordered, ["user_id", "email", "phone", "order", "loyalty_card", "device", "anonymous_id"]);
    }
}
