//! `harken user create|list|role|disable|enable|password-link|login-link|reset-second-factor`

use base::{EmailAddress, Result};
use clap::Subcommand;
use serde_json::json;
use std::process::ExitCode;
use team::{Name, Person, Role};
use url::Url;

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// People who log in. No command takes a password: whoever is to choose one gets a link.
#[derive(Subcommand)]
pub enum User {
    /// Make a person and a member, and print the link by which they choose their password; it works for an hour.
    Create {
        /// What they log in with.
        email: EmailAddress,
        /// What others call them.
        #[arg(long, value_parser = Name::new)]
        name: Name,
        /// What they are in the workspace: owner, admin, manager, agent, analyst, viewer.
        #[arg(long)]
        role: Role,
    },
    /// List everybody.
    List,
    /// Make a member something else; they log in anew.
    Role {
        /// Whom.
        email: EmailAddress,
        /// What they are from now on.
        role: Role,
    },
    /// Keep a person from logging in, and log them out everywhere.
    Disable {
        /// Whom.
        email: EmailAddress,
    },
    /// Let a disabled person log in again.
    Enable {
        /// Whom.
        email: EmailAddress,
    },
    /// Print a link by which a person chooses a new password; it works for an hour.
    PasswordLink {
        /// Whom.
        email: EmailAddress,
    },
    /// Print a link that logs a person in; it works once, within a quarter of an hour. Their second factor is still asked for.
    LoginLink {
        /// Whom.
        email: EmailAddress,
    },
    /// Take a lost second factor away, and log the person out everywhere.
    ResetSecondFactor {
        /// Whom.
        email: EmailAddress,
    },
}

impl User {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let house = House::open(global, settings).await?;
        let (team, server) = (&house.team, settings.server.reached_at()?);
        match self {
            Self::Create { email, name, role } => {
                let (person, link) = team.create_person(&house.scope, &email, &name, role, &server).await?;
                tell_link(global, &person, &link);
            }
            Self::List => list(global, &house, team.people().await?).await?,
            Self::Role { email, role } => {
                let person = team.person(&email).await?;
                team.change_role(&house.scope, person.id, role, None).await?;
                tell(global, &person, &format!("is {role} now"));
            }
            Self::Disable { email } => {
                let person = team.person(&email).await?;
                team.set_disabled(person.id, true).await?;
                tell(global, &person, "cannot log in any more");
            }
            Self::Enable { email } => {
                let person = team.person(&email).await?;
                team.set_disabled(person.id, false).await?;
                tell(global, &person, "may log in again");
            }
            Self::PasswordLink { email } => {
                let person = team.person(&email).await?;
                tell_link(global, &person, &team.password_link(person.id, &server).await?);
            }
            Self::LoginLink { email } => {
                let person = team.person(&email).await?;
                tell_link(global, &person, &team.login_link(&house.scope, person.id, &server).await?);
            }
            Self::ResetSecondFactor { email } => {
                let person = team.person(&email).await?;
                team.reset_second_factor(person.id).await?;
                tell(global, &person, "logs in without a second factor");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn tell(global: &Global, person: &Person, what: &str) {
    if global.json {
        output::json(&json!({ "person": person.id, "done": what }));
    } else {
        output::line(format_args!("{} {what}", person.email));
    }
}

fn tell_link(global: &Global, person: &Person, link: &Url) {
    if global.json {
        output::json(&json!({ "person": person.id, "link": link }));
    } else {
        output::line(link);
    }
}

/// Everybody, and what they are in the workspace.
async fn list(global: &Global, house: &House, people: Vec<Person>) -> Result<()> {
    let mut rows = Vec::new();
    for person in people {
        let role = house.team.role_of(&house.scope, person.id).await?;
        rows.push((person, role));
    }
    if global.json {
        let items = rows.iter().map(|(person, role)| json!({ "person": person, "role": role }));
        output::json(&json!({ "items": items.collect::<Vec<_>>() }));
    } else if rows.is_empty() {
        output::line("Nobody is there yet: harken serve prints a link by which the first owner is made");
    } else {
        let row = |(person, role): (Person, Option<Role>)| {
            let role = role.map_or("no member", Role::name).to_owned();
            let state = person.disabled_at.map_or("may log in".into(), |since| format!("disabled {since}"));
            vec![person.email.to_string(), person.name.to_string(), role, person.created_at.to_string(), state]
        };
        let header = ["e-mail", "name", "role", "made", "state"];
        output::table(&header, rows.into_iter().map(row), header.len());
    }
    Ok(())
}
