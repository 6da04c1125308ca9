//! The team's stories, told to both databases.

mod audit;
mod browser;
mod csrf;
mod doors;
mod first_run;
mod house;
mod invitations;
mod keys;
mod logging_in;
mod members;
mod oidc;
mod passwords;
mod second_factor;
mod sessions;
mod tokens;
mod workspaces;
mod world;
