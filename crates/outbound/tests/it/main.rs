//! The room's stories: what the guard lets out, what the client bears, how mail arrives, what a signature says.

mod bearing;
mod corpus;
mod guard;
mod mail;
mod sink;
mod webhook;
