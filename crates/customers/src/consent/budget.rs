//! The contact-pressure budget: contacts that were allowed, counted.

use base::{Result, Timestamp, WorkspaceId};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, Order,
    sea_query::{Expr, Query},
};
use store::all;

use super::{Budget, ContactChannel};

impl Budget {
    fn window(self) -> i64 {
        i64::from(self.hours) * Timestamp::HOUR
    }

    /// When there is room for a contact on this channel again, if there is none now. Whoever has these numbers is contacted by
    /// nobody else meanwhile.
    pub(super) async fn spent(
        self,
        connection: &impl ConnectionTrait,
        workspace: WorkspaceId,
        numbers: &[i64],
        channel: ContactChannel,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        #[derive(FromQueryResult)]
        struct Row {
            at: i64,
        }
        if self.channel.is_some_and(|only| only != channel) {
            return Ok(None);
        }
        // The most recent ones that may be in the window together: there is room again once the oldest of them has left it.
        let select = Query::select()
            .column("at")
            .from("contact")
            .and_where(Expr::col("workspace").eq(workspace.0))
            .and_where(Expr::col("customer").is_in(numbers.iter().copied()))
            .and_where(Expr::col("at").gt(now.plus(-self.window()).micros()))
            .and_where_option(self.channel.map(|only| Expr::col("channel").eq(only.name())))
            .order_by("at", Order::Desc)
            .limit(u64::from(self.most))
            .take();
        let rows: Vec<Row> = all(connection, &select).await?;
        let oldest = rows.last().filter(|_| rows.len() as u64 >= u64::from(self.most));
        Ok(oldest.map(|row| Timestamp::from_micros(row.at).plus(self.window())))
    }
}
