//! Everybody there is: nobody, members of each role, keys of each kind, and the same from another workspace.

use axum::http::{HeaderName, header};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;
use std::fmt;
use team::{KeyRequest, Name, Permission, Permissions, Role, Scope};
use uuid::Uuid;

use super::{
    Town, WORKSPACE,
    table::{PASSWORD, Row, Who, has},
};
use crate::world::post;

/// What somebody is who asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Is {
    /// Nobody.
    Stranger,
    /// A member of the workspace.
    Member(Role),
    /// Logged in, and a member of no workspace.
    Homeless,
    /// A write key of the workspace.
    WriteKey,
    /// A secret key of the workspace.
    Key(Permissions),
    /// The owner of another workspace, or a secret key to it that may everything.
    Foreigner { key: bool, names_our_workspace: bool },
}

/// Somebody who asks, and what their requests carry.
#[derive(Clone, Debug)]
pub struct Caller {
    pub is: Is,
    pub headers: Vec<(HeaderName, String)>,
    /// Their address, where they are a person.
    pub email: Option<String>,
}

impl Caller {
    /// What whoever asks is to be answered, `owned` where the request is about a thing of our workspace.
    pub fn expects(&self, row: &Row, owned: bool) -> &'static [u16] {
        use Who::*;
        let fine: &'static [u16] = match row.answers {
            200 => &[200],
            201 => &[201],
            202 => &[202],
            204 => &[204],
            400 => &[400],
            404 => &[404],
            409 => &[409],
            410 => &[410],
            other => panic!("{other}"),
        };
        let if_may = |may: bool| if may { fine } else { &[403] };
        match (row.who, self.is) {
            (Anybody | AnybodyOrPerson, _) | (WriteKey, Is::WriteKey) => fine,
            (WriteKey | HalfWay, _) | (_, Is::Stranger | Is::WriteKey) => &[401],
            (Person, Is::Member(_) | Is::Homeless) => fine,
            (May(permission) | MayOverAgents(permission) | PersonMay(permission), Is::Member(role)) => {
                if_may(has(role, permission))
            }
            (Owner, Is::Member(role)) => if_may(role == Role::Owner),
            (May(permission), Is::Key(scopes)) => if_may(scopes.contains(permission)),
            (MayOverAgents(permission), Is::Key(scopes)) => {
                if_may(scopes.contains(permission) && Role::Agent.permissions().within(scopes))
            }
            (_, Is::Key(_)) => &[403],
            (_, Is::Homeless) => &[404],
            // A key that may not at all and reaches too far: whichever is found out first.
            (Person | PersonMay(_) | Owner, Is::Foreigner { key: true, .. }) => &[403, 404],
            (Person, Is::Foreigner { .. }) => {
                if owned {
                    &[404]
                } else {
                    fine
                }
            }
            (_, Is::Foreigner { names_our_workspace, .. }) => {
                if owned || names_our_workspace {
                    &[404]
                } else {
                    fine
                }
            }
        }
    }

    pub fn is_foreign(&self) -> bool {
        matches!(self.is, Is::Foreigner { .. })
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is {
            Is::Key(scopes) => write!(f, "a key with {} scopes", scopes.iter().count()),
            is => write!(f, "{is:?}"),
        }
    }
}

impl Town {
    /// Somebody new in a workspace, logged in.
    pub async fn moves_in(&self, scope: &Scope, is: Is, role: Role) -> Caller {
        let (name, email) = self.makes_person(scope, role).await;
        self.logs_in(is, &email).await.unwrap_or_else(|| panic!("{name} cannot log in"))
    }

    /// A member who cannot log in yet: their name and address.
    pub async fn makes_person(&self, scope: &Scope, role: Role) -> (Uuid, String) {
        let name = self.word(scope);
        let email = format!("{name}@example.com");
        let server = super::PUBLIC_URL.parse().unwrap();
        let (address, called) = (email.parse().unwrap(), Name::new(&name).unwrap());
        let made = self.house.rooms.team.create_person(scope, &address, &called, role, &server).await;
        let (person, link) = made.unwrap();
        let chosen = json!({ "token": link.fragment(), "password": PASSWORD });
        let answer = self.sends(&[], post("/api/v1/team/password-resets/acceptance", &chosen)).await;
        assert_eq!(answer.status, 204, "{answer:?}");
        (person.id, email)
    }

    /// A new session of somebody.
    pub async fn logs_in(&self, is: Is, email: &str) -> Option<Caller> {
        let answer =
            self.sends(&[], post("/api/v1/team/sessions", &json!({ "email": email, "password": PASSWORD }))).await;
        let (cookie, _) = answer.header("set-cookie").split_once(';')?;
        let headers = vec![(header::COOKIE, cookie.to_owned()), (header::ORIGIN, super::PUBLIC_URL.to_owned())];
        Some(Caller { is, headers, email: Some(email.to_owned()) })
    }

    /// Somebody like this one, where a request uses up who asks; otherwise the same.
    pub async fn like(&self, caller: &Caller, row: &Row) -> Caller {
        if !row.uses_up_who_asks || caller.email.is_none() {
            return caller.clone();
        }
        let (scope, role) = match caller.is {
            Is::Member(role) => (&self.ours, role),
            Is::Homeless => return self.leaves_home().await,
            _ => (&self.theirs, Role::Owner),
        };
        let mut new = self.moves_in(scope, caller.is, role).await;
        new.headers.extend(caller.headers.iter().filter(|(name, _)| *name == WORKSPACE).cloned());
        new
    }

    /// Somebody who was a member of our workspace.
    pub async fn leaves_home(&self) -> Caller {
        let (person, email) = self.makes_person(&self.ours, Role::Viewer).await;
        self.house.rooms.team.remove_member(&self.ours, person, None).await.unwrap();
        self.logs_in(Is::Homeless, &email).await.unwrap()
    }

    /// A key with these scopes; a write key without any.
    pub async fn holds_key(&self, scope: &Scope, is: Is, scopes: Permissions) -> Caller {
        let asked = KeyRequest::secret(self.word(scope), scopes.iter());
        let secret = self.house.rooms.team.create_key(scope, asked, None).await.unwrap().secret;
        let value = match is {
            Is::WriteKey => format!("Basic {}", BASE64_STANDARD.encode(format!("{secret}:"))),
            _ => format!("Bearer {secret}"),
        };
        Caller { is, headers: vec![(header::AUTHORIZATION, value)], email: None }
    }

    /// Everybody but the keys that are made for one operation.
    pub async fn everybody(&self) -> Vec<Caller> {
        let mut all = vec![Caller { is: Is::Stranger, headers: Vec::new(), email: None }];
        for role in Role::ALL {
            let mut member = self.moves_in(&self.ours, Is::Member(role), role).await;
            // Who has made another workspace means this one, whichever would be theirs by age.
            member.headers.push((WORKSPACE, self.ours.workspace().to_string()));
            all.push(member);
        }
        all.push(self.leaves_home().await);
        all.push(self.holds_key(&self.ours, Is::WriteKey, Permissions::default()).await);
        let is = |key, names_our_workspace| Is::Foreigner { key, names_our_workspace };
        let foreigners = [
            self.moves_in(&self.theirs, is(false, false), Role::Owner).await,
            self.holds_key(&self.theirs, is(true, false), Permissions::all()).await,
        ];
        for foreigner in foreigners {
            let mut reaching = foreigner.clone();
            reaching.is = is(foreigner.email.is_none(), true);
            reaching.headers.push((WORKSPACE, self.ours.workspace().to_string()));
            all.extend([foreigner, reaching]);
        }
        all
    }

    /// A key that may everything but this, one that may this alone, and one that may this and what an agent may.
    pub async fn keys_around(&self, permission: Permission) -> [Caller; 3] {
        let others: Permissions = Permissions::all().iter().filter(|other| *other != permission).collect();
        let alone = [permission].into_iter().collect();
        let with_agents = Role::Agent.permissions().iter().chain([permission]).collect();
        [
            self.holds_key(&self.ours, Is::Key(others), others).await,
            self.holds_key(&self.ours, Is::Key(alone), alone).await,
            self.holds_key(&self.ours, Is::Key(with_agents), with_agents).await,
        ]
    }
}
