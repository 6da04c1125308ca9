//! The talk with one provider: discovery, where a browser is sent, what its code is worth.

use base::{Clock, EmailAddress, Error, Result, Timestamp};
use futures::future::BoxFuture;
use openidconnect::{
    AccessToken, AdditionalClaims, AsyncHttpClient, AuthType, AuthenticationFlow, AuthorizationCode,
    ClaimsVerificationError, Client, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IdTokenClaims, IdTokenFields, IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, Scope,
    SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreResponseType, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::{fmt::Display, sync::Arc};
use url::Url;

use super::{HttpSend, ProviderSettings, attempt::Attempt};

/// A provider, and what it last said of itself.
pub(super) struct Provider {
    pub name: String,
    pub settings: ProviderSettings,
    issuer: IssuerUrl,
    secret: Option<SecretString>,
    redirect: RedirectUrl,
    clock: Clock,
    network: Network,
    known: Mutex<Option<(Timestamp, Arc<ProviderMetadataWithLogout>)>>,
}

/// Somebody whom a provider vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    /// The provider's own name for them, which never changes.
    pub subject: String,
    /// An address that the provider has verified.
    pub email: EmailAddress,
    /// What they call themselves.
    pub name: Option<String>,
    /// The groups that they are in, where the provider says.
    pub groups: Option<Vec<String>>,
}

/// Claims beyond the standard's.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct MoreClaims {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    groups: Option<OneOrMany>,
}

impl AdditionalClaims for MoreClaims {}

/// Some providers write a list of one without its brackets.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

type Claims = IdTokenClaims<MoreClaims, CoreGenderClaim>;
type Fields = IdTokenFields<
    MoreClaims,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
type RelyingParty = Client<
    MoreClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// [`HttpSend`] as the protocol's library asks for it.
struct Network(Arc<dyn HttpSend>);

impl<'c> AsyncHttpClient<'c> for Network {
    type Error = Error;
    type Future = BoxFuture<'c, Result<http::Response<Vec<u8>>>>;

    fn call(&'c self, request: http::Request<Vec<u8>>) -> Self::Future {
        self.0.send(request)
    }
}

/// How long a discovery document and its keys are believed; an unknown key is looked for at once.
const BELIEVED_FOR: i64 = Timestamp::HOUR;
/// How far a provider's clock may be ahead of ours.
const CLOCKS_DIFFER: i64 = 300 * Timestamp::SECOND;

/// Signatures by a key that the provider alone holds. A secret that both hold (HS256) proves nothing to us, nor does `none`.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

impl Provider {
    pub fn new(
        name: String,
        settings: ProviderSettings,
        redirect: Url,
        clock: Clock,
        network: Arc<dyn HttpSend>,
    ) -> Result<Self> {
        settings.check(&name)?;
        let secret = settings.secret(&name)?;
        let wrong = |error: url::ParseError| Error::invalid(format!("oidc.{name}.issuer: {error}"));
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(wrong)?;
        let redirect = RedirectUrl::from_url(redirect);
        let (network, known) = (Network(network), Mutex::default());
        Ok(Self { name, settings, issuer, secret, redirect, clock, network, known })
    }

    /// Where the browser is sent, and what it carries meanwhile.
    pub async fn begin(&self, return_to: String) -> Result<(Url, Attempt)> {
        let party = self.party(&*self.metadata().await?)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let (url, state, nonce) = party
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(self.settings.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge)
            .url();
        let attempt = Attempt {
            provider: self.name.clone(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            return_to,
            until: Attempt::until(self.clock.now()),
        };
        Ok((url, attempt))
    }

    /// Whom a code is worth: it is exchanged for a token, and that is held against the attempt that it answers.
    pub async fn identify(&self, code: String, attempt: &Attempt) -> Result<Identity> {
        let mut party = self.party(&*self.metadata().await?)?;
        let exchange = party.exchange_code(AuthorizationCode::new(code)).map_err(|error| self.unusable(error))?;
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let tokens = exchange.set_pkce_verifier(verifier).request_async(&self.network).await;
        let tokens: Tokens = tokens.map_err(|error| self.refused(error))?;
        let token = tokens.id_token().ok_or_else(|| self.refused("its answer holds no id_token"))?;
        let nonce = Nonce::new(attempt.nonce.clone());
        let mut claims = self.verified(&party, token, &nonce);
        if matches!(
            claims,
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey))
        ) {
            // It has a new key since we asked for its keys.
            party = self.party(&*self.discover().await?)?;
            claims = self.verified(&party, token, &nonce);
        }
        let claims = claims.map_err(|error| self.refused(error))?;
        if claims.authorized_party().is_some_and(|party| **party != self.settings.client_id) {
            return Err(self.refused("the token was issued to another client"));
        }
        match Told::by_token(claims) {
            told if told.email.is_some() => self.identity(claims, told),
            _ => self.identity(claims, self.ask(&party, tokens.access_token(), claims).await?),
        }
    }

    /// Where a browser logs out of the provider itself; `None` where it has no such page.
    pub async fn log_out(&self, then: Url) -> Result<Option<Url>> {
        let metadata = self.metadata().await?;
        Ok(metadata.additional_metadata().end_session_endpoint.clone().map(|endpoint| {
            LogoutRequest::from(endpoint)
                .set_client_id(ClientId::new(self.settings.client_id.clone()))
                .set_post_logout_redirect_uri(PostLogoutRedirectUrl::from_url(then))
                .http_get_url()
        }))
    }

    /// Whether an answer that names its issuer names this one (RFC 9207).
    pub fn is_issuer(&self, issuer: &str) -> bool {
        issuer == self.settings.issuer
    }

    fn verified<'t>(
        &self,
        party: &RelyingParty,
        token: &'t openidconnect::IdToken<
            MoreClaims,
            CoreGenderClaim,
            CoreJweContentEncryptionAlgorithm,
            CoreJwsSigningAlgorithm,
        >,
        nonce: &Nonce,
    ) -> Result<&'t Claims, ClaimsVerificationError> {
        let now = self.clock.now();
        let latest = now.plus(CLOCKS_DIFFER).to_utc();
        let verifier = party
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || now.to_utc())
            .set_issue_time_verifier_fn(move |issued| {
                if issued <= latest { Ok(()) } else { Err("it was issued in the future".into()) }
            });
        token.claims(&verifier, nonce)
    }

    /// What the token does not say, the provider is asked for. Its answer must be about the same subject.
    async fn ask(&self, party: &RelyingParty, access: &AccessToken, claims: &Claims) -> Result<Told> {
        let Ok(request) = party.user_info(access.clone(), Some(claims.subject().clone())) else {
            return Ok(Told::by_token(claims));
        };
        let answer = request.request_async(&self.network).await.map_err(|error| self.refused(error))?;
        Ok(Told::by_user_info(&answer))
    }

    fn identity(&self, claims: &Claims, told: Told) -> Result<Identity> {
        let unproven = || Error::forbidden("the provider has not verified your e-mail address");
        let email = told.email.filter(|_| told.email_verified).ok_or_else(unproven)?;
        let email = email.parse().map_err(|_| self.refused("what it says is an e-mail address is none"))?;
        Ok(Identity { subject: claims.subject().to_string(), email, name: told.name, groups: told.groups })
    }

    /// What the provider last said of itself, not too long ago.
    async fn metadata(&self) -> Result<Arc<ProviderMetadataWithLogout>> {
        let oldest = self.clock.now().plus(-BELIEVED_FOR);
        let known = self.known.lock().clone().filter(|(at, _)| *at > oldest);
        match known {
            Some((_, metadata)) => Ok(metadata),
            None => self.discover().await,
        }
    }

    async fn discover(&self) -> Result<Arc<ProviderMetadataWithLogout>> {
        let at = self.clock.now();
        let found = ProviderMetadataWithLogout::discover_async(self.issuer.clone(), &self.network).await;
        let found = Arc::new(found.map_err(|error| self.unusable(error))?);
        *self.known.lock() = Some((at, found.clone()));
        Ok(found)
    }

    fn party(&self, metadata: &ProviderMetadataWithLogout) -> Result<RelyingParty> {
        if metadata.token_endpoint().is_none() {
            return Err(self.unusable("it has no token endpoint"));
        }
        let secret = self.secret.as_ref().map(|secret| ClientSecret::new(secret.expose_secret().into()));
        let methods = metadata.token_endpoint_auth_methods_supported();
        let basic = methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let client_id = ClientId::new(self.settings.client_id.clone());
        Ok(Client::from_provider_metadata(metadata.clone(), client_id, secret)
            .set_redirect_uri(self.redirect.clone())
            .set_auth_type(if basic { AuthType::BasicAuth } else { AuthType::RequestBody }))
    }

    /// The provider cannot be reached or makes no sense.
    fn unusable(&self, why: impl Display) -> Error {
        tracing::warn!(provider = self.name, %why, "single sign-on: the provider cannot be used");
        Error::unavailable("the provider cannot be reached now; try again")
    }

    /// What came back proves nothing.
    fn refused(&self, why: impl Display) -> Error {
        tracing::warn!(provider = self.name, %why, "single sign-on: a login was refused");
        Error::unauthenticated("the provider's answer does not prove who you are; begin again")
    }
}

/// What a provider tells of a person, by its token or when it is asked.
struct Told {
    email: Option<String>,
    email_verified: bool,
    name: Option<String>,
    groups: Option<Vec<String>>,
}

impl Told {
    fn by_token(claims: &Claims) -> Self {
        Self {
            email: claims.email().map(|email| email.to_string()),
            email_verified: claims.email_verified() == Some(true),
            name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
            groups: claims.additional_claims().list(),
        }
    }

    fn by_user_info(claims: &UserInfoClaims<MoreClaims, CoreGenderClaim>) -> Self {
        Self {
            email: claims.email().map(|email| email.to_string()),
            email_verified: claims.email_verified() == Some(true),
            name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
            groups: claims.additional_claims().list(),
        }
    }
}

impl MoreClaims {
    fn list(&self) -> Option<Vec<String>> {
        self.groups.as_ref().map(|groups| match groups {
            OneOrMany::One(group) => vec![group.clone()],
            OneOrMany::Many(groups) => groups.clone(),
        })
    }
}
