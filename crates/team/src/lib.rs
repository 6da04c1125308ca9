//! Workspaces, people, sessions, API keys and the audit log: who may ask, for which workspace, and who did. The only place that
//! makes a scope.

pub mod audit;
mod authenticate;
mod caller;
mod client;
mod delays;
mod invitations;
pub mod keys;
mod mail;
mod members;
pub mod oidc;
mod passwords;
mod people;
mod permission;
mod room;
mod routes;
mod scope;
mod second_factor;
mod secret;
mod sessions;
mod setup;
mod standing;
mod tokens;
mod workspaces;

use base::{Clock, Error, Result};
use std::{net::IpAddr, sync::Arc, time::Duration};
use store::{Store, Vault};
use url::Url;
use uuid::Uuid;

use audit::denials::Denials;
use delays::{Delays, Pace};
use passwords::hasher::Hasher;

pub use authenticate::authenticate;
pub use caller::{Caller, LoggedIn, May};
pub use invitations::Invitation;
pub use keys::{Key, KeyKind, KeyRequest, NewKey};
pub use members::Member;
pub use passwords::{Password, reset::ResetPassword};
pub use people::{Name, Person};
pub use permission::*;
pub use room::{alone, has_room};
pub use routes::routes;
pub use scope::{Actor, Scope};
pub use second_factor::Enrolment;
pub use sessions::Session;
pub use workspaces::{Workspace, WorkspaceSettings};

/// The room's handle; cheap to clone.
#[derive(Clone)]
pub struct Team {
    store: Store,
    clock: Clock,
    settings: Arc<TeamSettings>,
    hasher: Hasher,
    guards: Arc<Guards>,
    denials: Arc<Denials>,
    known_keys: keys::KnownKeys,
}

/// What the operator decides.
#[derive(Clone, Debug, Default)]
pub struct TeamSettings {
    /// Where people reach this server. Links in mails begin with it, and requests with a session must come from it. Without
    /// one there are no links in mails, and a request must come from the host that it goes to.
    pub public_url: Option<Url>,
    /// Seals the secrets of second factors. Without one nobody can set one up.
    pub vault: Option<Vault>,
}

/// What slows guessing down, one for each way to guess.
struct Guards {
    /// Passwords, by the account's address: whether it exists or not.
    accounts: Delays<String>,
    /// Passwords, by the guesser's address: one that tries many accounts.
    places: Delays<IpAddr>,
    /// Second factors, by person. Only who knows the password gets here, so that the waits can be long.
    factors: Delays<Uuid>,
    /// Mails that a stranger can have sent to an address.
    letters: Delays<String>,
}

impl Guards {
    fn new() -> Self {
        let pace = |free, seconds| Pace { free, longest: Duration::from_secs(seconds) };
        Self {
            // Short: a stranger must not be able to keep an account's owner out for long.
            accounts: Delays::new(pace(5, 60)),
            places: Delays::new(pace(20, 900)),
            factors: Delays::new(pace(5, 900)),
            letters: Delays::new(pace(3, 900)),
        }
    }
}

impl Team {
    /// The room over a store.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self {
            store,
            clock,
            settings: Arc::default(),
            hasher: Hasher::new(),
            guards: Arc::new(Guards::new()),
            denials: Arc::default(),
            known_keys: keys::KnownKeys::default(),
        }
    }

    /// The same room with these settings.
    pub fn with(self, settings: TeamSettings) -> Self {
        Self { settings: Arc::new(settings), ..self }
    }

    /// Where links in mails lead.
    fn public_url(&self) -> Result<&Url> {
        let missing =
            || Error::conflict("links in mails begin with public_url; the operator has to set it in harken.toml");
        self.settings.public_url.as_ref().ok_or_else(missing)
    }
}
