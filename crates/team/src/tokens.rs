//! One-time tokens: what a link in a mail or on the operator's terminal carries. Each is good for one purpose, once, for a
//! short time, and is consumed in the transaction that does what it is for.

use base::{EmailAddress, Error, Result, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseTransaction, IntoActiveModel, entity::prelude::*};
use store::failed;
use url::Url;

use crate::secret::{Secret, SecretHash};

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Purpose {
    /// Making the first owner.
    SetUp,
    /// Joining a workspace; about an invitation.
    Invitation,
    /// Choosing a new password; about a person.
    PasswordReset,
    /// Proving that an e-mail address is one's own; about a person.
    EmailChange,
    /// Logging in without the password; about a person.
    LogIn,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::EmailChange => "email_change",
            Self::LogIn => "log_in",
        }
    }

    /// How long, in microseconds, a token is good.
    pub(crate) fn lasts(self) -> i64 {
        match self {
            Self::Invitation => 7 * Timestamp::DAY,
            Self::SetUp | Self::PasswordReset | Self::EmailChange => Timestamp::HOUR,
            // Followed by whoever has just asked for it at the terminal.
            Self::LogIn => Timestamp::HOUR / 4,
        }
    }

    /// The console's page for it.
    fn page(self) -> &'static str {
        match self {
            Self::SetUp => "set-up",
            Self::Invitation => "invitation",
            Self::PasswordReset => "password",
            Self::EmailChange => "e-mail",
            Self::LogIn => "login",
        }
    }
}

/// A token's way to whoever may use it. Only its hash is kept.
pub(crate) struct Link {
    purpose: Purpose,
    secret: Secret,
}

impl Link {
    /// The link on this server. The token stands after the `#`: browsers send nothing of that to any server, so that no
    /// log on the way holds it.
    pub(crate) fn on(&self, server: &Url) -> Result<Url> {
        let mut url = server.clone();
        let mut path = url.path_segments_mut().map_err(|()| Error::invalid("public_url must be a web address"))?;
        path.pop_if_empty().push(self.purpose.page());
        drop(path);
        url.set_query(None);
        url.set_fragment(Some(self.secret.expose()));
        Ok(url)
    }
}

/// What a token is about.
#[derive(Clone, Debug)]
pub(crate) struct About {
    /// The person or the invitation.
    pub(crate) subject: Uuid,
    /// The address to be proven.
    pub(crate) address: Option<EmailAddress>,
}

mod one_time_token {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "one_time_token")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: Vec<u8>,
        pub purpose: String,
        pub subject: Uuid,
        pub address: Option<String>,
        pub expires_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use one_time_token::{Column, Entity};

/// Makes a token.
pub(crate) async fn issue(
    transaction: &DatabaseTransaction,
    purpose: Purpose,
    subject: Uuid,
    address: Option<&EmailAddress>,
    now: Timestamp,
) -> Result<Link> {
    let secret = Secret::random();
    let row = one_time_token::Model {
        hash: secret.hash().bytes(),
        purpose: purpose.name().into(),
        subject,
        address: address.map(ToString::to_string),
        expires_at: now.plus(purpose.lasts()).micros(),
    };
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(transaction).await.map_err(failed)?;
    Ok(Link { purpose, secret })
}

/// What a token that works is about. Nothing is used up: it spares the hashing of a password for one that does not work.
pub(crate) async fn peek(
    connection: &impl ConnectionTrait,
    purpose: Purpose,
    sent: &str,
    now: Timestamp,
) -> Result<About> {
    // An empty or shortened token is not even looked up.
    let hash = SecretHash::read(sent).ok_or_else(no_longer)?;
    let find = Entity::find_by_id(hash.bytes())
        .filter(Column::Purpose.eq(purpose.name()))
        .filter(Column::ExpiresAt.gt(now.micros()));
    let row = find.one(connection).await.map_err(failed)?.ok_or_else(no_longer)?;
    let address = row.address.as_deref().map(str::parse).transpose()?;
    Ok(About { subject: row.subject, address })
}

/// Uses a token up. Whatever is wrong with it (guessed, used, expired, meant for something else), the answer is the same.
pub(crate) async fn consume(
    transaction: &DatabaseTransaction,
    purpose: Purpose,
    sent: &str,
    now: Timestamp,
) -> Result<About> {
    let found = peek(transaction, purpose, sent, now).await?;
    let hash = SecretHash::read(sent).ok_or_else(no_longer)?;
    // Of two that hold the same link one deletes the row, and the other finds that it did not.
    let deleted = Entity::delete_by_id(hash.bytes()).exec(transaction).await.map_err(failed)?;
    if deleted.rows_affected == 1 { Ok(found) } else { Err(no_longer()) }
}

/// The answer to every link that does not work.
pub(crate) fn no_longer() -> Error {
    Error::gone("this link does not work: it was used, has expired or was replaced; ask for a new one")
}

/// Takes away every token about a person or an invitation.
pub(crate) async fn revoke(transaction: &DatabaseTransaction, subject: Uuid) -> Result<()> {
    let gone = Entity::delete_many().filter(Column::Subject.eq(subject));
    gone.exec(transaction).await.map_err(failed)?;
    Ok(())
}

/// Takes away the tokens about a subject that were for this purpose.
pub(crate) async fn revoke_for(transaction: &DatabaseTransaction, purpose: Purpose, subject: Uuid) -> Result<()> {
    let gone = Entity::delete_many().filter(Column::Subject.eq(subject)).filter(Column::Purpose.eq(purpose.name()));
    gone.exec(transaction).await.map_err(failed)?;
    Ok(())
}

/// Takes away what has expired.
pub(crate) async fn forget_expired(connection: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    let gone = Entity::delete_many().filter(Column::ExpiresAt.lte(now.micros()));
    Ok(gone.exec(connection).await.map_err(failed)?.rows_affected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_keeps_its_token_from_servers_and_logs() {
        for (server, start) in [
            ("https://cx.example.com", "https://cx.example.com/password#"),
            ("https://example.com/harken/?x=1", "https://example.com/harken/password#"),
        ] {
            let link = Link { purpose: Purpose::PasswordReset, secret: Secret::random() };
            let url = link.on(&server.parse().unwrap()).unwrap();
            assert_eq!(url.as_str(), format!("{start}{}", link.secret.expose()));
        }
    }
}
