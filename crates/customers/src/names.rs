//! The names that a customer is found by, kept beside their traits and in the same transaction.

use base::{Result, WorkspaceId};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, Value,
    sea_query::{Expr, OnConflict, Query},
};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;
use store::{Insert, failed};

use crate::traits::Statements;

/// Of longer names only the beginning is kept: nobody types more.
const LONGEST: usize = 100;
const MOST_WORDS: usize = 6;

/// The names in stored traits, each from each of its words on, in lower case: `ana souza` and `souza`.
///
/// Whoever types the beginning of a first, a last or a whole name finds it in one range of the index.
fn names(traits: &str) -> Result<BTreeSet<String>> {
    // Most traits say no name, and reading them as JSON costs more than looking.
    if !traits.contains("name\":") {
        return Ok(BTreeSet::new());
    }
    let traits: Map<String, Json> = Statements::read_view(traits)?;
    let text = |name: &str| traits.get(name).and_then(Json::as_str).unwrap_or_default();
    let both = format!("{} {}", text("first_name"), text("last_name"));
    let mut names = BTreeSet::new();
    for whole in [text("name"), &both] {
        let words: Vec<String> = whole.split_whitespace().take(MOST_WORDS).map(str::to_lowercase).collect();
        names.extend((0..words.len()).map(|from| words[from..].join(" ").chars().take(LONGEST).collect::<String>()));
    }
    Ok(names)
}

/// What somebody typed, as names are kept.
pub(crate) fn typed(text: &str) -> String {
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Stores the names of customers whose traits were one thing and are another.
pub(crate) async fn store(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    changed: &[(i64, &str, &str)],
) -> Result<()> {
    static NAME: Insert = Insert::new(3, || {
        Query::insert()
            .into_table("customer_name")
            .columns(["workspace", "name", "customer"])
            .on_conflict(OnConflict::columns(["workspace", "name", "customer"]).do_nothing().to_owned())
            .take()
    });
    let mut new: Vec<Value> = Vec::new();
    for &(customer, was, is) in changed {
        let (was, is) = (names(was)?, names(is)?);
        for name in was.difference(&is) {
            let delete = Query::delete()
                .from_table("customer_name")
                .and_where(Expr::col("workspace").eq(workspace.0))
                .and_where(Expr::col("name").eq(name.as_str()))
                .and_where(Expr::col("customer").eq(customer))
                .take();
            transaction.execute(&delete).await.map_err(failed)?;
        }
        for name in is.difference(&was) {
            new.extend([workspace.0.into(), name.as_str().into(), customer.into()]);
        }
    }
    NAME.run(transaction, new).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_from_each_of_its_words_on() {
        let found = |traits: &str| names(traits).unwrap().into_iter().collect::<Vec<_>>();
        assert_eq!(found(r#"{"name":"Ana  María Souza"}"#), ["ana maría souza", "maría souza", "souza"]);
        assert_eq!(found(r#"{"first_name":"Ana","last_name":"Souza","plan":"pro"}"#), ["ana souza", "souza"]);
        assert!(found(r#"{"name":7,"plan":"pro"}"#).is_empty());
        assert_eq!(typed("  Ana  SOU"), "ana sou");
    }
}
