//! Single sign-on by OpenID Connect: a person proves at a provider who they are, and begins the same session that a password
//! gives.
//!
//! The provider's own name for a person, (issuer, subject), is what they are recognised by. An e-mail address links them to
//! whom they are here only where the operator has said that the provider speaks for its domain.

mod attempt;
mod http;
mod page;
mod provider;
mod return_to;
mod settings;
mod settle;

use async_trait::async_trait;
use base::{Error, Result};
use std::{collections::BTreeMap, sync::Arc};
use store::Vault;
use url::Url;

use crate::Team;
use provider::Provider;

pub use http::routes;
pub use settings::ProviderSettings;

/// Sends one HTTP request and follows no redirect; `outbound` has it, and a test has its own.
#[async_trait]
pub trait HttpSend: Send + Sync + 'static {
    /// The answer, whatever its status. An answer that is too long to be one of a provider is an error.
    async fn send(&self, request: ::http::Request<Vec<u8>>) -> Result<::http::Response<Vec<u8>>>;
}

/// The providers that people may log in by; cheap to clone.
#[derive(Clone)]
pub struct SingleSignOn(Arc<Inner>);

struct Inner {
    team: Team,
    /// Seals what a browser carries to the provider and back.
    vault: Vault,
    /// Where browsers reach this server. Nothing that a request says of its host is believed.
    public_url: Url,
    providers: BTreeMap<String, Provider>,
}

impl SingleSignOn {
    /// Single sign-on by these providers, each under the name that its paths carry. Without any, nothing else is needed.
    pub fn new(
        team: Team,
        vault: Vault,
        public_url: Option<Url>,
        providers: BTreeMap<String, ProviderSettings>,
        network: &Arc<dyn HttpSend>,
    ) -> Result<Self> {
        let public_url = match public_url {
            Some(url) => url,
            None if providers.is_empty() => Url::parse("http://localhost").map_err(unfit)?,
            None => return Err(Error::invalid("single sign-on needs public_url: providers send browsers back to it")),
        };
        let providers = providers.into_iter().map(|(name, settings)| {
            let redirect = public_url.join(&format!("/auth/oidc/{name}/callback")).map_err(unfit)?;
            Ok((name.clone(), Provider::new(name, settings, redirect, team.clock.clone(), network.clone())?))
        });
        let providers = providers.collect::<Result<_>>()?;
        Ok(Self(Arc::new(Inner { team, vault, public_url, providers })))
    }

    fn provider(&self, name: &str) -> Result<&Provider> {
        self.0.providers.get(name).ok_or_else(|| Error::not_found("provider"))
    }
}

fn unfit(error: url::ParseError) -> Error {
    Error::invalid(format!("public_url: {error}"))
}

/// The longest answer of a provider: a discovery document or a set of keys.
const LONGEST_ANSWER: usize = 256 << 10;

#[async_trait]
impl HttpSend for outbound::Client {
    async fn send(&self, request: ::http::Request<Vec<u8>>) -> Result<::http::Response<Vec<u8>>> {
        let answer = self.send_for(request.map(Into::into), LONGEST_ANSWER).await?;
        if answer.extensions().get::<outbound::Cut>().is_some() {
            return Err(Error::unavailable("the answer is too long"));
        }
        Ok(answer.map(Into::into))
    }
}
