//! What the tests stand on: an installation of the binary, clients that keep a ledger, and the faults.

pub mod browser;
pub mod clients;
pub mod events;
pub mod gap;
pub mod http;
pub mod installation;
pub mod ledger;
pub mod memory;
pub mod mount;
pub mod poller;
pub mod programs;
pub mod proxy;
pub mod receiver;
pub mod rooms;
pub mod seed;
pub mod senders;
pub mod server;

pub use browser::Browser;
pub use events::{Event, Events};
pub use http::{Answer, Connection};
pub use installation::Installation;
pub use ledger::Ledger;
pub use poller::Poller;
pub use receiver::Receiver;
pub use seed::{Seed, cycles};
pub use senders::{Crowd, Senders};
pub use server::Server;

/// Says a line that the test harness does not swallow: what was left out, or how to repeat what failed.
pub fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Tells one story to both databases: to SQLite, and to PostgreSQL where its server can be started.
macro_rules! on_both_databases {
    ($(#[$attribute:meta])* async fn $story:ident($installation:ident: Installation) $body:block) => {
        mod $story {
            use super::*;

            async fn story($installation: Installation) $body

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                story(Installation::on_sqlite().await).await;
            }

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                if let Some(installation) = Installation::on_postgres().await {
                    story(installation).await;
                }
            }
        }
    };
}
pub(crate) use on_both_databases;
