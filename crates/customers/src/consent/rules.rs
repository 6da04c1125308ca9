//! The rules of contact: hours in which nobody is disturbed, and how often at most somebody is contacted.

use base::{Error, Result, TimeOfDay, WorkspaceId};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult,
    sea_query::{Expr, OnConflict, Query},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::net::IpAddr;
use store::{all, failed};
use team::Scope;
use utoipa::ToSchema;

use super::ContactChannel;
use crate::Customers;

/// The longest window of a budget, in hours: 90 days.
pub(super) const LONGEST: u32 = 2_160;
const MOST_BUDGETS: usize = 8;

/// What holds for every contact that is not transactional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactRules {
    /// When nobody is disturbed; `null` for never.
    pub quiet: Option<QuietHours>,
    /// How often at most somebody is contacted; all of them hold.
    #[schema(max_items = 8)]
    pub budgets: Vec<Budget>,
}

/// Hours in which nobody is disturbed, by the clocks where the customer lives (their trait `timezone`, an IANA name), and by the
/// workspace's where that is not known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// When they begin.
    #[schema(value_type = String, example = "21:00", pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub from: TimeOfDay,
    /// When they end, the next morning where that is earlier.
    #[schema(value_type = String, example = "08:00", pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub until: TimeOfDay,
    /// The channels on which they hold, each once.
    #[schema(min_items = 1, max_items = 7)]
    pub channels: Vec<ContactChannel>,
}

/// So many contacts of one customer within so many hours, and no more.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// The channel that it is about; `null` for all of them together.
    pub channel: Option<ContactChannel>,
    /// How many contacts.
    #[schema(minimum = 1, maximum = 1000, example = 3)]
    pub most: u32,
    /// Within how many hours, counted back from each moment.
    #[schema(minimum = 1, maximum = 2160, example = 168)]
    pub hours: u32,
}

impl ContactRules {
    fn check(&self) -> Result<()> {
        if let Some(quiet) = &self.quiet {
            if quiet.from == quiet.until {
                let message = "quiet hours begin and end at different times";
                return Err(Error::invalid_field("quiet.until", "out_of_range", message));
            }
            if ContactChannel::each_once(&quiet.channels).is_none() {
                let message = "quiet hours hold on at least one channel, and each is there once";
                return Err(Error::invalid_field("quiet.channels", "length", message));
            }
        }
        if self.budgets.len() > MOST_BUDGETS {
            return Err(Error::invalid_field("budgets", "length", "there are at most 8 budgets"));
        }
        for (place, budget) in self.budgets.iter().enumerate() {
            let within = |field: &str, value: u32, most: u32| match (1..=most).contains(&value) {
                true => Ok(()),
                false => Err(Error::invalid_field(
                    format!("budgets[{place}].{field}"),
                    "out_of_range",
                    format!("this is a number from 1 to {most}"),
                )),
            };
            within("most", budget.most, 1_000)?;
            within("hours", budget.hours, LONGEST)?;
        }
        Ok(())
    }
}

impl Customers {
    /// The rules of contact: none until somebody has made some.
    pub async fn contact_rules(&self, scope: &Scope) -> Result<ContactRules> {
        read(self.store.read(), scope.workspace()).await
    }

    /// Puts these rules in the place of those that hold.
    pub async fn change_contact_rules(
        &self,
        scope: &Scope,
        rules: ContactRules,
        from: Option<IpAddr>,
    ) -> Result<ContactRules> {
        rules.check()?;
        let write = Query::insert()
            .into_table("contact_rules")
            .columns(["workspace", "rules"])
            .values_panic([scope.workspace().0.into(), json!(rules).to_string().into()])
            .on_conflict(OnConflict::column("workspace").update_column("rules").to_owned())
            .take();
        let transaction = self.store.begin().await?;
        transaction.execute(&write).await.map_err(failed)?;
        self.audit(&transaction, scope, from, "contact_rules.changed", None, json!(rules)).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(rules)
    }
}

/// The rules of a workspace.
pub(super) async fn read(connection: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<ContactRules> {
    #[derive(FromQueryResult)]
    struct Row {
        rules: String,
    }
    let select =
        Query::select().column("rules").from("contact_rules").and_where(Expr::col("workspace").eq(workspace.0)).take();
    match all::<Row>(connection, &select).await?.into_iter().next() {
        Some(row) => {
            serde_json::from_str(&row.rules).map_err(|_| Error::internal("the stored rules of contact are damaged"))
        }
        None => Ok(ContactRules::default()),
    }
}
