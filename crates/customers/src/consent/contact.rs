//! The one question that every sender asks before it sends: may this customer be contacted about this, here and now?

use base::{CustomerId, Error, Result, Timestamp, WorkspaceId, uuid_v7};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, FromQueryResult,
    prelude::Uuid,
    sea_query::{Expr, Query},
};
use serde::{Deserialize, Serialize};
use std::fmt;
use store::{all, failed};
use team::Scope;

use super::{
    Basis, ContactChannel, State, TopicId, ledger, quiet,
    rules::{self, LONGEST},
    standing, topics,
};
use crate::{Customers, sql::numbers};

/// The id of a contact that was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContactId(pub Uuid);

impl fmt::Display for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The answer to whoever wants to contact a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    /// Yes, now; it counts in the budget from here on.
    Allowed(ContactId),
    /// Yes, at any time: the topic is transactional.
    Always,
    /// No.
    Refused(Refusal),
}

/// Why a customer may not be contacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody has this number: there never was such a customer, or they are erased.
    UnknownCustomer,
    /// The workspace has no such topic.
    UnknownTopic,
    /// The topic does not go out on this channel.
    WrongChannel,
    /// They have not agreed, and the topic needs that.
    NoConsent,
    /// They said no.
    Withdrawn {
        /// When.
        since: Timestamp,
    },
    /// They object to whatever they have not agreed to.
    Objected {
        /// When they first did.
        since: Timestamp,
    },
    /// It is night where they live.
    QuietHours {
        /// When it is not any more.
        until: Timestamp,
    },
    /// They were contacted often enough.
    BudgetSpent {
        /// When there is room again.
        until: Timestamp,
    },
}

impl Customers {
    /// Whether a customer may be contacted about a topic on a channel now; if so, the contact is counted in the caller's transaction.
    ///
    /// Send in the same transaction: when it is rolled back, nobody was contacted. Until it ends no other sender is answered about
    /// this customer, so that two at once never exceed a budget; ask about one customer in one transaction, and change no customer in
    /// it, lest two senders wait for each other.
    pub async fn may_contact(
        &self,
        transaction: &DatabaseTransaction,
        scope: &Scope,
        customer: CustomerId,
        topic: &TopicId,
        channel: ContactChannel,
    ) -> Result<Contact> {
        let (now, workspace) = (self.clock.now(), scope.workspace());
        let Some(canonical) = lock_customer(transaction, workspace, customer).await? else {
            return Ok(Contact::Refused(Refusal::UnknownCustomer));
        };
        let Some(topic) = topics::find(transaction, workspace, topic).await? else {
            return Ok(Contact::Refused(Refusal::UnknownTopic));
        };
        if !topic.channels.contains(&channel) {
            return Ok(Contact::Refused(Refusal::WrongChannel));
        }
        if topic.basis == Basis::Transactional {
            return Ok(Contact::Always);
        }
        let numbers = numbers(transaction, workspace, customer).await?;
        let said = ledger::said(transaction, workspace, customer).await?;
        let (state, entry) = standing::state(&said, &numbers, &topic, channel);
        let since = entry.map_or(now, |entry| entry.at);
        match state {
            State::Granted | State::Presumed | State::Always => {}
            State::Missing => return Ok(Contact::Refused(Refusal::NoConsent)),
            State::Withdrawn => return Ok(Contact::Refused(Refusal::Withdrawn { since })),
            State::Objected => return Ok(Contact::Refused(Refusal::Objected { since })),
        }
        let rules = rules::read(transaction, workspace).await?;
        if let Some(quiet) = &rules.quiet {
            let (zone, _) = quiet::zone(transaction, workspace, canonical).await?;
            if let Some(until) = quiet.over(channel, now, zone) {
                return Ok(Contact::Refused(Refusal::QuietHours { until }));
            }
        }
        let mut full_until = None;
        for budget in &rules.budgets {
            full_until = Ord::max(full_until, budget.spent(transaction, workspace, &numbers, channel, now).await?);
        }
        if let Some(until) = full_until {
            return Ok(Contact::Refused(Refusal::BudgetSpent { until }));
        }
        let id = ContactId(uuid_v7(now, rand::random()));
        let insert = Query::insert()
            .into_table("contact")
            .columns(["workspace", "id", "customer", "topic", "channel", "at"])
            .values_panic([
                workspace.0.into(),
                id.0.into(),
                customer.0.into(),
                topic.id.as_str().into(),
                channel.name().into(),
                now.micros().into(),
            ])
            .take();
        transaction.execute(&insert).await.map_err(failed)?;
        Ok(Contact::Allowed(id))
    }

    /// The same for a sender outside of this program, which gives the contact back when nothing was sent.
    pub async fn reserve_contact(
        &self,
        scope: &Scope,
        customer: CustomerId,
        topic: &TopicId,
        channel: ContactChannel,
    ) -> Result<Contact> {
        let transaction = self.store.begin().await?;
        let answer = self.may_contact(&transaction, scope, customer, topic, channel).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(answer)
    }

    /// Gives a contact back that did not come about: it counts in no budget any more.
    pub async fn give_contact_back(&self, scope: &Scope, customer: CustomerId, contact: ContactId) -> Result<()> {
        let transaction = self.store.begin().await?;
        let delete = Query::delete()
            .from_table("contact")
            .and_where(Expr::col("workspace").eq(scope.workspace().0))
            .and_where(Expr::col("id").eq(contact.0))
            .and_where(Expr::col("customer").in_subquery(crate::sql::numbers_of(scope.workspace(), customer)))
            .take();
        if transaction.execute(&delete).await.map_err(failed)?.rows_affected() == 0 {
            return Err(Error::not_found("contact"));
        }
        transaction.commit().await.map_err(failed)
    }

    /// Forgets contacts that no budget counts any more; answers how many.
    pub async fn forget_contacts(&self) -> Result<u64> {
        let oldest = self.clock.now().plus(-i64::from(LONGEST) * Timestamp::HOUR);
        let transaction = self.store.begin().await?;
        let delete = Query::delete().from_table("contact").and_where(Expr::col("at").lte(oldest.micros())).take();
        let forgotten = transaction.execute(&delete).await.map_err(failed)?.rows_affected();
        transaction.commit().await.map_err(failed)?;
        Ok(forgotten)
    }
}

/// Locks a customer until the transaction ends and answers their canonical number. On SQLite there is only one writer anyway.
async fn lock_customer(
    transaction: &DatabaseTransaction,
    workspace: WorkspaceId,
    customer: CustomerId,
) -> Result<Option<i64>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
    }
    loop {
        let Some(canonical) = numbers(transaction, workspace, customer).await?.first().copied() else {
            return Ok(None);
        };
        let lock = Query::select()
            .column("id")
            .from("customer")
            .and_where(Expr::col("workspace").eq(workspace.0))
            .and_where(Expr::col("id").eq(canonical))
            .and_where(Expr::col("canonical").eq(canonical))
            .lock_exclusive()
            .take();
        // Whoever was merged into somebody else while we waited is asked for anew.
        if let Some(row) = all::<Row>(transaction, &lock).await?.first() {
            return Ok(Some(row.id));
        }
    }
}
