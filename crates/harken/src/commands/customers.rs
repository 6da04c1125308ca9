//! `harken customers show|find|merges|merge|undo`

use base::{CustomerId, Error, Result, filter::Audience};
use clap::Subcommand;
use customers::{Found, Merge, MergeId, Profile};
use serde_json::json;
use std::{process::ExitCode, str::FromStr};

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// Customers, and which of them are one person.
#[derive(Subcommand)]
pub enum Customers {
    /// Show a customer: identities, traits, and the numbers that were merged.
    Show {
        /// A number, or an identity: 41, email:ana@example.com
        customer: Named,
    },
    /// Find the customers that a condition describes: their traits, what they did and did not do.
    Find {
        /// `customer.plan = 'pro' and count(kind = 'order_completed') >= 2 in 90 days`
        audience: String,
        /// How many of them to list.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// List the merges of a customer, undone ones too, newest first.
    Merges {
        /// A number, or an identity.
        customer: Named,
    },
    /// Make one customer of two. It can be undone.
    Merge {
        /// A number, or an identity.
        customer: Named,
        /// The other.
        into: Named,
        /// Why; shown to whoever looks at the merge later.
        #[arg(long, default_value = "at the terminal")]
        reason: String,
    },
    /// Undo a merge: signals, identities and traits go back to the number they were logged under.
    Undo {
        /// Its id, as `merges` lists it.
        #[arg(value_parser = |text: &str| text.parse().map(MergeId))]
        merge: MergeId,
    },
}

/// A customer as somebody at the terminal names them.
#[derive(Clone, Debug)]
pub enum Named {
    Number(CustomerId),
    Identity { kind: String, value: String },
}

impl FromStr for Named {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if let Ok(number) = text.parse() {
            return Ok(Self::Number(CustomerId(number)));
        }
        let (kind, value) = text.split_once(':').ok_or_else(|| {
            Error::invalid(format!("'{text}' is neither a number nor KIND:VALUE, such as user_id:u-17"))
        })?;
        Ok(Self::Identity { kind: kind.to_owned(), value: value.to_owned() })
    }
}

impl Customers {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let house = House::open(global, settings).await?;
        let (rooms, scope) = (&house.customers, &house.scope);
        match self {
            Self::Show { customer } => {
                show(global, &rooms.profile(scope, house.find_customer(customer).await?).await?);
            }
            Self::Find { audience, limit } => {
                let audience = Audience::parse(&audience, house.workspace.zone)?;
                found(global, &rooms.in_audience(scope, &house.lake, &audience).await?, limit);
            }
            Self::Merges { customer } => {
                list(global, &rooms.merges(scope, house.find_customer(customer).await?).await?);
            }
            Self::Merge { customer, into, reason } => {
                let (customer, into) = (house.find_customer(customer).await?, house.find_customer(into).await?);
                let made = rooms.merge(scope, customer, into, &reason, json!({})).await?;
                if global.json {
                    output::json(&made);
                } else {
                    output::line(format_args!(
                        "{customer} and {into} are one; to undo it: harken customers undo {}",
                        made.id
                    ));
                }
            }
            Self::Undo { merge } => {
                rooms.undo(scope, merge).await?;
                if global.json {
                    output::json(&json!({ "undone": merge }));
                } else {
                    output::line(format_args!("{merge} is undone, and will not be made again by itself"));
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl House {
    async fn find_customer(&self, named: Named) -> Result<CustomerId> {
        match named {
            Named::Number(number) => Ok(number),
            Named::Identity { kind, value } => {
                let found = self.customers.find(&self.scope, &kind, &value).await?;
                found.ok_or_else(|| Error::not_found("customer"))
            }
        }
    }
}

fn show(global: &Global, profile: &Profile) {
    if global.json {
        return output::json(profile);
    }
    let numbers: Vec<String> = profile.merged_from.iter().map(CustomerId::to_string).collect();
    let row = |what: &str, value: String| vec![what.to_owned(), value];
    let mut rows = vec![row("customer", profile.id.to_string()), row("first seen", profile.first_seen.to_string())];
    rows.extend(profile.last_seen.map(|last| row("last seen", last.to_string())));
    if !numbers.is_empty() {
        rows.push(row("merged from", numbers.join(", ")));
    }
    rows.extend(profile.identities.iter().map(|identity| row(&identity.kind, identity.value.clone())));
    rows.extend(profile.traits.iter().map(|(name, value)| row(&format!("trait {name}"), value.to_string())));
    output::table(&["what", "value"], rows, 2);
}

fn found(global: &Global, found: &Found, limit: usize) {
    let Found { members, of, unknown_traits, missing } = found;
    let listed = members.get(..limit).unwrap_or(members);
    if global.json {
        let missing: Vec<&str> = missing.iter().map(|missing| missing.reason.as_str()).collect();
        return output::json(&json!({ "members": members.len(), "of": of, "customers": listed,
            "unknown_traits": unknown_traits, "missing": missing }));
    }
    output::line(format_args!("{} of {of} customers", members.len()));
    for customer in listed {
        output::line(customer);
    }
    for name in unknown_traits {
        output::line(format_args!("Nobody has the trait '{name}'"));
    }
    for missing in missing {
        output::line(format_args!("Without the {} signals of {}: {}", missing.rows, missing.file, missing.reason));
    }
}

fn list(global: &Global, merges: &[Merge]) {
    if global.json {
        return output::json(&json!({ "items": merges }));
    }
    if merges.is_empty() {
        return output::line("Nothing was merged");
    }
    let rows = merges.iter().map(|merge| {
        let state = merge.undone_at.map_or_else(|| "stands".to_owned(), |at| format!("undone {at}"));
        let Merge { id, customer, into, reason, at, .. } = merge;
        vec![id.to_string(), format!("{customer} → {into}"), reason.clone(), at.to_string(), state]
    });
    output::table(&["merge", "customers", "reason", "made", "state"], rows, 5);
}
