//! The team's stories, told to both databases.

mod audit;
mod browser;
mod doors;
mod first_run;
mod house;
mod keys;
mod logging_in;
mod oidc;
mod world;
