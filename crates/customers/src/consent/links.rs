//! Links by which customers reach their preferences without logging in: sealed under the master key, good until they are taken
//! away.

use base::{CustomerId, Error, Result, WorkspaceId};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult,
    sea_query::{Expr, OnConflict, Query},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::{Vault, all, failed};
use team::Scope;
use url::Url;

use super::{Basis, ContactChannel, TopicId, topics};
use crate::{Customers, sql::numbers};

/// What links are made with.
#[derive(Clone, Debug)]
pub struct LinkSettings {
    /// Where customers reach this server.
    pub public_url: Option<Url>,
    /// Seals what the links say.
    pub vault: Vault,
}

/// Whoever holds a link to preferences.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Bearer {
    pub workspace: WorkspaceId,
    pub customer: i64,
    /// How often links of this number had been taken away when it was made.
    revoked: i64,
}

/// Whoever holds a link that ends one topic on one channel.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Unsubscriber {
    pub bearer: Bearer,
    pub topic: TopicId,
    pub channel: ContactChannel,
}

/// A page that links lead to. What was sealed for one opens no other.
#[derive(Clone, Copy, Debug)]
enum Page {
    Preferences,
    Unsubscribe,
}

impl Page {
    fn name(self) -> &'static str {
        match self {
            Self::Preferences => "preferences",
            Self::Unsubscribe => "unsubscribe",
        }
    }
}

impl Bearer {
    pub(super) fn id(self) -> CustomerId {
        CustomerId(self.customer)
    }
}

impl Customers {
    /// The same room, which makes links with these.
    pub fn with(self, links: LinkSettings) -> Self {
        Self { links: Some(links), ..self }
    }

    /// The link to a customer's preferences. It is good until their links are taken away.
    pub async fn preference_link(&self, scope: &Scope, customer: CustomerId) -> Result<Url> {
        let bearer = self.bearer_of(self.store.read(), scope.workspace(), customer).await?;
        self.link(Page::Preferences, &bearer)
    }

    /// The link by which one click, without logging in, ends a topic on a channel: what a mail about it carries as `List-Unsubscribe`
    /// (RFC 8058). A transactional topic has none.
    pub async fn unsubscribe_link(
        &self,
        scope: &Scope,
        customer: CustomerId,
        topic: &TopicId,
        channel: ContactChannel,
    ) -> Result<Url> {
        let reader = self.store.read();
        let bearer = self.bearer_of(reader, scope.workspace(), customer).await?;
        let found = topics::find(reader, scope.workspace(), topic).await?.ok_or_else(|| Error::not_found("topic"))?;
        if found.basis == Basis::Transactional {
            return Err(Error::conflict("a transactional topic cannot be ended"));
        }
        self.link(Page::Unsubscribe, &Unsubscriber { bearer, topic: found.id, channel })
    }

    /// Takes every link of a customer away, those in mails that were sent, too.
    pub async fn revoke_links(&self, scope: &Scope, customer: CustomerId) -> Result<()> {
        let workspace = scope.workspace();
        let transaction = self.store.begin().await?;
        let numbers = numbers(&transaction, workspace, customer).await?;
        if numbers.is_empty() {
            return Err(Error::not_found("customer"));
        }
        for number in numbers {
            let revoke = Query::insert()
                .into_table("preference_link")
                .columns(["workspace", "customer", "revoked"])
                .values_panic([workspace.0.into(), number.into(), 1.into()])
                .on_conflict(
                    OnConflict::columns(["workspace", "customer"])
                        .value("revoked", Expr::col(("preference_link", "revoked")).add(1))
                        .to_owned(),
                )
                .take();
            transaction.execute(&revoke).await.map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)
    }

    /// The link to their preferences for somebody who holds one that ends a topic, relative to that.
    pub(super) fn preferences_token(&self, bearer: Bearer) -> Result<String> {
        self.seal(Page::Preferences, &bearer)
    }

    /// Whose preferences a link is to.
    pub(super) async fn open_preferences(&self, token: &str) -> Result<Bearer> {
        let bearer: Bearer = self.unseal(Page::Preferences, token)?;
        self.stands(bearer).await?;
        Ok(bearer)
    }

    /// Who ends what by a link.
    pub(super) async fn open_unsubscribe(&self, token: &str) -> Result<Unsubscriber> {
        let unsubscriber: Unsubscriber = self.unseal(Page::Unsubscribe, token)?;
        self.stands(unsubscriber.bearer).await?;
        Ok(unsubscriber)
    }

    async fn bearer_of(
        &self,
        connection: &impl ConnectionTrait,
        workspace: WorkspaceId,
        customer: CustomerId,
    ) -> Result<Bearer> {
        if numbers(connection, workspace, customer).await?.is_empty() {
            return Err(Error::not_found("customer"));
        }
        Ok(Bearer { workspace, customer: customer.0, revoked: revoked(connection, workspace, customer.0).await? })
    }

    /// That the customer is still there and the link was not taken away.
    async fn stands(&self, bearer: Bearer) -> Result<()> {
        let reader = self.store.read();
        let known = !numbers(reader, bearer.workspace, bearer.id()).await?.is_empty();
        match known && revoked(reader, bearer.workspace, bearer.customer).await? == bearer.revoked {
            true => Ok(()),
            false => Err(no_longer()),
        }
    }

    fn link(&self, page: Page, what: &impl Serialize) -> Result<Url> {
        let missing =
            || Error::conflict("links to preferences begin with public_url; the operator has to set it in harken.toml");
        let token = self.seal(page, what)?;
        let mut url = self.links.as_ref().and_then(|links| links.public_url.clone()).ok_or_else(missing)?;
        let mut path = url.path_segments_mut().map_err(|()| Error::invalid("public_url must be a web address"))?;
        path.pop_if_empty().push(page.name()).push(&token);
        drop(path);
        url.set_query(None);
        Ok(url)
    }

    fn vault(&self) -> Result<&Vault> {
        let missing = || Error::conflict("links to preferences need a master key");
        self.links.as_ref().map(|links| &links.vault).ok_or_else(missing)
    }

    fn seal(&self, page: Page, what: &impl Serialize) -> Result<String> {
        let text = serde_json::to_vec(what).map_err(|error| Error::internal(format!("a link: {error}")))?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(self.vault()?.seal(page.name(), &text)))
    }

    fn unseal<T: DeserializeOwned>(&self, page: Page, token: &str) -> Result<T> {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| no_longer())?;
        // Whatever is wrong with it, whoever holds it cannot mend it.
        let text = self.vault()?.unseal(page.name(), &sealed).map_err(|_| no_longer())?;
        serde_json::from_slice(&text).map_err(|_| no_longer())
    }
}

fn no_longer() -> Error {
    Error::gone("this link does not work; the newest message that you got from us has one that does")
}

async fn revoked(connection: &impl ConnectionTrait, workspace: WorkspaceId, customer: i64) -> Result<i64> {
    #[derive(FromQueryResult)]
    struct Row {
        revoked: i64,
    }
    let select = Query::select()
        .column("revoked")
        .from("preference_link")
        .and_where(Expr::col("workspace").eq(workspace.0))
        .and_where(Expr::col("customer").eq(customer))
        .take();
    Ok(all::<Row>(connection, &select).await?.first().map_or(0, |row| row.revoked))
}
