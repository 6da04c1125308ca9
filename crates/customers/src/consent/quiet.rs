//! Quiet hours, by the clocks where the customer lives.

use base::{Result, Timestamp, WorkspaceId, Zone};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult,
    sea_query::{Expr, Query},
};
use serde_json::{Map, Value as Json};
use store::all;

use super::{ContactChannel, QuietHours};
use crate::traits::Statements;

/// The traits that senders name a time zone by, the first that holds one counts.
const TRAITS: [&str; 2] = ["timezone", "time_zone"];

/// The zone in which a customer lives, and whether that is known: where it is not, it is the workspace's.
pub(super) async fn zone(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    canonical: i64,
) -> Result<(Zone, bool)> {
    #[derive(FromQueryResult)]
    struct Row {
        text: String,
    }
    let traits = Query::select()
        .expr_as(Expr::col("traits"), "text")
        .from("customer")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .and_where(Expr::col("id").eq(canonical))
        .take();
    let traits = all::<Row>(connection, &traits).await?;
    if let Some(row) = traits.first()
        && let Some(zone) = stated(&Statements::read_view(&row.text)?)
    {
        return Ok((zone, true));
    }
    let own = Query::select()
        .expr_as(Expr::col("zone"), "text")
        .from("workspace")
        .and_where(Expr::col("id").eq(workspace.0))
        .take();
    let own = all::<Row>(connection, &own).await?;
    Ok((own.first().and_then(|row| row.text.parse().ok()).unwrap_or(Zone::UTC), false))
}

/// Where a customer lives, as far as their traits tell.
fn stated(traits: &Map<String, Json>) -> Option<Zone> {
    TRAITS.iter().find_map(|name| traits.get(*name)?.as_str()?.parse().ok())
}

impl QuietHours {
    /// When they are over, if they hold on this channel at this moment.
    pub(super) fn over(&self, channel: ContactChannel, now: Timestamp, zone: Zone) -> Option<Timestamp> {
        let until = self.until.next(now, zone);
        // Whoever sees the end before the next beginning is in between.
        (self.channels.contains(&channel) && until < self.from.next(now, zone)).then_some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn hours(from: &str, until: &str) -> QuietHours {
        let channels = vec![ContactChannel::Sms];
        QuietHours { from: from.parse().unwrap(), until: until.parse().unwrap(), channels }
    }

    fn over(quiet: &QuietHours, now: &str, zone: Zone) -> Option<String> {
        quiet.over(ContactChannel::Sms, now.parse().unwrap(), zone).map(|at| at.to_string())
    }

    #[test]
    fn nights_and_noons_are_quiet_by_the_customers_own_clocks() {
        let night = hours("21:00", "08:00");
        assert_eq!(over(&night, "2026-03-02T20:00:00Z", Zone::Europe__Berlin).unwrap(), "2026-03-03T07:00:00Z");
        assert_eq!(over(&night, "2026-03-02T06:59:59Z", Zone::Europe__Berlin).unwrap(), "2026-03-02T07:00:00Z");
        assert_eq!(over(&night, "2026-03-02T07:00:00Z", Zone::Europe__Berlin), None);
        assert_eq!(over(&night, "2026-03-02T19:59:59Z", Zone::Europe__Berlin), None);
        assert_eq!(over(&night, "2026-03-02T20:00:00Z", Zone::America__Sao_Paulo), None);
        let noon = hours("12:00", "14:00");
        assert_eq!(over(&noon, "2026-03-02T12:00:00Z", Zone::UTC).unwrap(), "2026-03-02T14:00:00Z");
        assert_eq!(over(&noon, "2026-03-02T14:00:00Z", Zone::UTC), None);
        assert_eq!(noon.over(ContactChannel::Email, "2026-03-02T12:00:00Z".parse().unwrap(), Zone::UTC), None);
    }

    #[test]
    fn a_zone_is_read_from_traits_and_nonsense_is_none() {
        let traits = |json: Json| stated(json.as_object().unwrap());
        assert_eq!(traits(json!({"timezone": "Europe/Lisbon"})), Some(Zone::Europe__Lisbon));
        assert_eq!(traits(json!({"timezone": "home", "time_zone": "Asia/Tokyo"})), Some(Zone::Asia__Tokyo));
        assert_eq!(traits(json!({"timezone": 2})), None);
    }

    proptest! {
        #[test]
        fn when_they_are_over_nobody_is_quiet_any_more(hour in 0_i64..24, minute in 1_i64..1_439, at in 0_i64..20_000) {
            let time = |minutes: i64| format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
            let quiet = hours(&time(60 * hour), &time(60 * hour + minute));
            let now = "2026-03-27T00:00:00Z".parse::<Timestamp>().unwrap().plus(at * 17 * Timestamp::SECOND);
            for zone in [Zone::Europe__Berlin, Zone::America__New_York, Zone::Asia__Kolkata] {
                if let Some(until) = quiet.over(ContactChannel::Sms, now, zone) {
                    prop_assert!(until > now);
                    prop_assert_eq!(quiet.over(ContactChannel::Sms, until, zone), None);
                }
            }
        }
    }
}
