//! People log in by oidc-provider, a certified OpenID Connect provider, on a port that the operator has allowed.

use serde_json::{Value as Json, json};
use std::{net::SocketAddr, os::unix::fs::PermissionsExt};
use tokio::net::TcpListener;

use crate::world::{Connection, Installation, Receiver, Server, clients::client, on_both_databases};

const SECRET: &str = "oidc-providers-shared-secret";

on_both_databases! {
    async fn oidc_provider_logs_people_in_as_their_groups_say(installation: Installation) {
        let Some(door) = Door::open(&installation, true).await else { return };
        let first = door.admits("ada@example.com").await;
        let me = door.sees(&first, "/api/v1/team/me").await;
        assert_eq!((&me["email"], &me["name"]), (&json!("ada@example.com"), &json!("ada")));
        assert_eq!(door.sees(&first, "/api/v1/team/session").await["current"], true);
        let listed = installation.json(&["user", "list", "--json"]).await;
        assert_eq!(listed["items"][0]["role"], "agent", "{listed}");

        let again = door.admits("ada@example.com").await;
        assert_ne!(session(&first), session(&again));
        assert_eq!(door.sees(&again, "/api/v1/team/me").await["id"], me["id"], "it is the same person");

        door.admits("boss@example.com").await;
        for (stranger, why) in [("ada@elsewhere.com", "your domain"), ("unverified@example.com", "verified")] {
            let ended = door.tries(stranger).await;
            assert_eq!((&ended["status"], session(&ended)), (&json!(403), None), "{ended}");
            assert!(ended["page"].as_str().unwrap().contains(why), "{ended}");
        }
        let listed = installation.json(&["user", "list", "--json"]).await;
        let roles: Vec<&Json> = listed["items"].as_array().unwrap().iter().map(|item| &item["role"]).collect();
        assert_eq!(roles, ["agent", "manager"], "{listed}");
        door.server.stop().await;
        installation.is_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_in_the_own_network_is_called_when_the_operator_allows_it_alone() {
    let installation = Installation::on_sqlite().await;
    let Some(door) = Door::open(&installation, false).await else { return };
    let ended = door.tries("ada@example.com").await;
    assert_eq!((&ended["status"], session(&ended)), (&json!(503), None), "{ended}");
    door.server.stop().await;
}

/// A server, and the provider that people log in to it by.
struct Door {
    server: Server,
    _provider: Receiver,
}

impl Door {
    async fn open(installation: &Installation, allowed: bool) -> Option<Self> {
        let mut provider = client("node/oidc.mjs")?;
        let (here, there) = (free_address().await, free_address().await);
        let secret = installation.beside("oidc.secret");
        std::fs::write(&secret, SECRET).unwrap();
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
        let allow = if allowed { there.to_string() } else { "127.0.0.1:9".into() };
        let settings = format!(
            r#"
            [server]
            public_url = "http://{here}"
            [outbound]
            allow = ["{allow}"]
            [oidc.acme]
            issuer = "http://{there}"
            client_id = "harken"
            client_secret_file = "{}"
            allow = ["example.com"]
            roles = {{ staff = "agent", boss = "manager" }}
            "#,
            secret.display()
        );
        std::fs::write(installation.data().join("harken.toml"), settings).unwrap();
        let callback = format!("http://{here}/auth/oidc/acme/callback");
        provider.args(["provider", &there.port().to_string(), "harken", SECRET, &callback]);
        let provider = Receiver::start(provider).await;
        Some(Self { server: Server::start(installation, Some(here), "").await, _provider: provider })
    }

    /// Where somebody's browser ends who logs in with this address.
    async fn tries(&self, email: &str) -> Json {
        let start = format!("{}/auth/oidc/acme/login?return_to=/", self.server.url());
        let ended = client("node/oidc.mjs").unwrap().args(["login", &start, email]).output().await.unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        serde_json::from_slice(&ended.stdout).unwrap()
    }

    async fn admits(&self, email: &str) -> Json {
        let ended = self.tries(email).await;
        assert!(session(&ended).is_some(), "{ended}");
        assert_eq!(ended["url"], format!("{}/", self.server.url()), "{ended}");
        ended
    }

    /// What the browser that ended there is shown at a path.
    async fn sees(&self, ended: &Json, path: &str) -> Json {
        let cookie = format!("__Host-harken={}", session(ended).unwrap());
        let mut connection = Connection::to(self.server.address());
        let answer = connection.ask(hyper::Method::GET, path, &[("cookie", &cookie)], "").await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }
}

/// The session that a browser has been given.
fn session(ended: &Json) -> Option<&str> {
    let cookies = ended["cookies"].as_array().unwrap();
    let ours = cookies.iter().find(|cookie| cookie["name"] == "__Host-harken");
    ours.map(|cookie| cookie["value"].as_str().unwrap())
}

/// Where nobody listens: a provider and its client know each other's addresses before they start.
async fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}
