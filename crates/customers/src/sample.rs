//! A few customers' traits, for whoever wants to know which traits there are.

use base::Result;
use sea_orm::{
    ExprTrait, FromQueryResult, Order,
    sea_query::{Expr, Query},
};
use serde_json::{Map, Value as Json};
use team::Scope;

use store::all;

use crate::{Customers, traits::Statements};

#[derive(FromQueryResult)]
struct Row {
    traits: String,
}

impl Customers {
    /// The traits of those customers that changed last, at most so many, of whom any are known.
    pub async fn sample_traits(&self, scope: &Scope, most: u64) -> Result<Vec<Map<String, Json>>> {
        let select = Query::select()
            .column("traits")
            .from("customer")
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("traits").ne(Statements::NONE))
            .order_by("changed", Order::Desc)
            .order_by("id", Order::Desc)
            .limit(most)
            .take();
        let rows: Vec<Row> = all(self.store.read(), &select).await?;
        rows.iter().map(|row| Statements::read_view(&row.traits)).collect()
    }
}
