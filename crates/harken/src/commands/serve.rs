//! `harken serve`

use base::{Error, Result};
use clap::Args;
use server::{Limits, Rooms, Upkeep};
use std::{process::ExitCode, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// Start the server.
#[derive(Args)]
pub struct Serve {
    /// Where to listen; port 0 takes a free one and prints it.
    #[arg(long, env = "HARKEN_LISTEN", value_name = "ADDRESS:PORT")]
    listen: Option<String>,
}

impl Serve {
    pub async fn run(self, global: &Global, settings: Settings) -> Result<ExitCode> {
        let house = House::open(global, &settings).await?;
        let address = self.listen.unwrap_or(settings.server.listen);
        let failed = |error| Error::invalid(format!("cannot listen on {address}: {error}"));
        let listener = TcpListener::bind(&address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let upkeep = tokio::spawn(server::keep_up(Upkeep {
            team: house.team.clone(),
            signals: house.signals.clone(),
            lake: house.lake.clone(),
            projector: house.projector.clone(),
            archive_from: settings.archive.from,
            archive_after: Duration::from_secs(settings.archive.after_seconds),
        }));
        let router = server::router(Rooms { store: house.store.clone(), sources: house.sources.clone() });
        if global.json {
            output::json(&serde_json::json!({ "listening": format!("http://{address}") }));
        } else {
            output::line(format_args!(
                "Harken listens on http://{address} and keeps its data in {}",
                house.folder.display()
            ));
        }
        let limits = Limits { connections: settings.server.connections, ..Limits::default() };
        server::serve(listener, router, limits, told_to_stop()?).await;
        upkeep.abort();
        house.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Resolves at the first SIGTERM or SIGINT.
fn told_to_stop() -> Result<impl Future<Output = ()>> {
    let listen = |kind| signal(kind).map_err(|error| Error::internal(format!("cannot listen for signals: {error}")));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
