//! What the operator says about a provider: `[oidc.NAME]` of the settings.

use base::{Error, Result, WorkspaceId};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::PathBuf};
use url::Url;

use crate::Role;

/// One provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// Its issuer, as its discovery document and its tokens say it to the letter.
    pub issuer: String,
    /// What it knows this server as.
    pub client_id: String,
    /// A file with the secret that goes with it; none for a public client.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    /// What is asked for beside `openid`.
    #[serde(default = "usual_scopes")]
    pub scopes: Vec<String>,
    /// The domains whose e-mail addresses this provider speaks for. Whoever has a verified address in one of them may log in,
    /// and is whom that address belongs to here; nobody else may.
    #[serde(default)]
    pub allow: Vec<String>,
    /// The role that members of a group have, at every login; of several the mightiest.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    /// The role of whoever is in none of these groups. Without one they may not log in.
    #[serde(default)]
    pub default_role: Option<Role>,
    /// The workspace they become members of; the oldest one where it is not said.
    #[serde(default)]
    pub workspace: Option<WorkspaceId>,
}

fn usual_scopes() -> Vec<String> {
    ["email", "profile"].map(String::from).to_vec()
}

const LONGEST_NAME: usize = 40;

impl ProviderSettings {
    /// Says what of the settings cannot be right.
    pub(super) fn check(&self, name: &str) -> Result<()> {
        let wrong = |key: &str, reason: &str, message: &str| {
            let field = format!("oidc.{name}.{key}");
            Err(Error::invalid_field(&field, reason, format!("{field}: {message}")))
        };
        let fit = |char: u8| char.is_ascii_lowercase() || char.is_ascii_digit() || char == b'-';
        if !(1..=LONGEST_NAME).contains(&name.len()) || !name.bytes().all(fit) {
            return wrong("", "name", "a provider's name has 1 to 40 small letters, digits and hyphens");
        }
        // Plain HTTP is for a provider on this machine, as in a test.
        let secure = |url: &Url| url.scheme() == "https" || matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
        match Url::parse(&self.issuer) {
            Ok(issuer) if secure(&issuer) && issuer.query().is_none() && issuer.fragment().is_none() => {}
            _ => return wrong("issuer", "not_https", "the issuer is an https:// URL"),
        }
        if self.client_id.is_empty() {
            return wrong("client_id", "missing", "the provider gives this server a client id");
        }
        if self.allow.is_empty() {
            return wrong("allow", "missing", "name the domains whose addresses may log in: allow = [\"example.com\"]");
        }
        if self.roles.is_empty() && self.default_role.is_none() {
            return wrong("default_role", "missing", "without a default role or roles of groups nobody could log in");
        }
        Ok(())
    }

    pub(super) fn secret(&self, name: &str) -> Result<Option<SecretString>> {
        let read = |path: &PathBuf| store::read_secret(path, &format!("the client secret of oidc.{name}"));
        self.client_secret_file.as_ref().map(read).transpose()
    }

    /// Whether this provider speaks for addresses of a domain.
    pub(super) fn speaks_for(&self, domain: &str) -> bool {
        self.allow.iter().any(|allowed| allowed.eq_ignore_ascii_case(domain))
    }

    /// What somebody becomes who is `held` until now: where groups give roles and the provider names the groups, these decide;
    /// otherwise whoever is a member stays what they are. Nobody loses a workspace by a group: an owner stays one.
    pub(super) fn role(&self, groups: Option<&[String]>, held: Option<Role>) -> Option<Role> {
        let by_groups = |groups: &[String]| {
            // The mightiest role stands first.
            groups.iter().filter_map(|group| self.roles.get(group).copied()).min()
        };
        match (held, groups) {
            (Some(Role::Owner), _) => held,
            (_, Some(groups)) if !self.roles.is_empty() => by_groups(groups).or(self.default_role),
            _ => held.or(self.default_role),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> ProviderSettings {
        let text = r#"{
            "issuer": "https://id.example.com", "client_id": "harken", "allow": ["example.com"],
            "roles": { "cx": "manager", "it": "admin" }, "default_role": "viewer"
        }"#;
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn groups_decide_where_they_are_named() {
        let of = |settings: &ProviderSettings, groups: &[&str], held: Option<Role>| {
            settings.role(Some(&groups.iter().map(|group| (*group).into()).collect::<Vec<_>>()), held)
        };
        let mut settings = settings();
        assert_eq!(of(&settings, &["cx", "it", "all"], None), Some(Role::Admin));
        assert_eq!(of(&settings, &["cx"], Some(Role::Admin)), Some(Role::Manager));
        assert_eq!(of(&settings, &["all"], Some(Role::Admin)), Some(Role::Viewer));
        assert_eq!(of(&settings, &[], Some(Role::Owner)), Some(Role::Owner));
        assert_eq!(settings.role(None, Some(Role::Admin)), Some(Role::Admin));
        assert_eq!(settings.role(None, None), Some(Role::Viewer));
        settings.default_role = None;
        assert_eq!(of(&settings, &["all"], Some(Role::Admin)), None);
        assert_eq!(settings.role(None, None), None);
        (settings.roles, settings.default_role) = (BTreeMap::new(), Some(Role::Viewer));
        assert_eq!(of(&settings, &["it"], Some(Role::Agent)), Some(Role::Agent));
        assert_eq!(of(&settings, &["it"], None), Some(Role::Viewer));
    }

    #[test]
    fn a_domain_is_allowed_by_itself_and_not_by_what_it_ends_with() {
        for (domain, allowed) in [
            ("example.com", true),
            ("EXAMPLE.com", true),
            ("evil-example.com", false),
            ("a.example.com", false),
            ("", false),
        ] {
            assert_eq!(settings().speaks_for(domain), allowed, "{domain}");
        }
    }

    #[test]
    fn what_cannot_be_right_is_said_with_its_key() {
        let wrong = |change: &dyn Fn(&mut ProviderSettings)| {
            let mut settings = settings();
            change(&mut settings);
            settings.check("acme").unwrap_err().fields.remove(0).field
        };
        settings().check("acme").unwrap();
        assert!(settings().check("Acme/..").is_err());
        assert_eq!(wrong(&|settings| settings.issuer = "http://id.example.com".into()), "oidc.acme.issuer");
        assert_eq!(wrong(&|settings| settings.issuer = "id.example.com".into()), "oidc.acme.issuer");
        assert_eq!(wrong(&|settings| settings.client_id.clear()), "oidc.acme.client_id");
        assert_eq!(wrong(&|settings| settings.allow.clear()), "oidc.acme.allow");
        assert_eq!(
            wrong(&|settings| (settings.default_role, settings.roles) = Default::default()),
            "oidc.acme.default_role"
        );
    }
}
