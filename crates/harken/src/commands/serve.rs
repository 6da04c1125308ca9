//! `harken serve`

use base::{Error, Result};
use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use server::{Front, Limits, Proxies, Rate, Rates, Traces, Upkeep};
use std::{net::SocketAddr, process::ExitCode, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};
use url::Url;

use crate::{
    house::House,
    output,
    settings::{Global, ServerSettings, Settings},
};

/// Start the server.
#[derive(Args)]
pub struct Serve {
    /// Where to listen; port 0 takes a free one and prints it.
    #[arg(long, env = "HARKEN_LISTEN", value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Start although second factors and webhooks' secrets were sealed by a master key that is not there any more.
    #[arg(long)]
    master_key_lost: bool,
}

impl Serve {
    pub async fn run(self, global: &Global, settings: Settings) -> Result<ExitCode> {
        // Before anybody can know that a server is there: told to stop while it starts, it stops in order too.
        let told_to_stop = told_to_stop()?;
        let house = House::open(global, &settings).await?;
        let _alone = house.serve_alone()?;
        if !self.master_key_lost {
            house.ensure_secrets().await?;
        }
        let front = front(&house, &settings.server)?;
        let (listener, address) = listen(&self.listen.unwrap_or_else(|| settings.server.listen.clone())).await?;
        let upkeep = tokio::spawn(server::keep_up(Upkeep {
            team: house.team.clone(),
            signals: house.signals.clone(),
            lake: house.lake.clone(),
            projector: house.projector.clone(),
            archive_from: settings.archive.from,
            archive_after: Duration::from_secs(settings.archive.after_seconds),
        }));
        let mailer = house.mailer(&settings)?;
        let (stop_jobs, jobs_stopped) = oneshot::channel::<()>();
        let worker = server::worker(&house.rooms(), &mailer, house.clock.clone())?;
        let jobs = tokio::spawn(worker.run(async { drop(jobs_stopped.await) }, JOBS_END));
        let metrics = tokio::spawn(front.metrics.clone().keep_small());
        let scraped = match &settings.server.metrics {
            Some(address) => Some(serve_metrics(address, &house, &front).await?),
            None => None,
        };
        let router = server::router(&house.rooms(), &front);
        let setup = house.team.setup_link(&own_url(address)?).await?;
        if global.json {
            let metrics = scraped.map(|address| format!("http://{address}/metrics"));
            let link = setup.as_ref().map(Url::as_str);
            output::json(
                &serde_json::json!({ "listening": format!("http://{address}"), "metrics": metrics, "setup": link }),
            );
        } else {
            output::line(format_args!(
                "Harken listens on http://{address} and keeps its data in {}",
                house.folder.display()
            ));
            if let Some(link) = &setup {
                output::line(format_args!("Nobody can log in yet. Within the hour, make the first owner at {link}"));
            }
        }
        let traces = front.traces.clone();
        server::serve(listener, router, front, told_to_stop).await;
        drop(stop_jobs);
        upkeep.abort();
        metrics.abort();
        // The rest of the traces is worth a moment, and not more.
        let flushed = tokio::task::spawn_blocking(move || traces.flush());
        let _ = tokio::time::timeout(Duration::from_secs(2), flushed).await;
        if let Err(error) = jobs.await {
            tracing::error!(%error, "the worker of jobs");
        }
        house.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// How long running jobs may take to end once the server is told to stop; they are given back then.
const JOBS_END: Duration = Duration::from_secs(5);

/// The server's own parts, as the settings say.
fn front(house: &House, settings: &ServerSettings) -> Result<Front> {
    let rates = &settings.requests_per_minute;
    Ok(Front {
        limits: Limits {
            connections: settings.connections.min(connections_within_descriptors()),
            connections_per_address: settings.connections_per_address,
            notice: Duration::from_secs(settings.notice_seconds),
            ..Limits::default()
        },
        rates: Rates {
            address: Rate::per_minute(rates.address),
            caller: Rate::per_minute(rates.caller),
            heavy: Rate::per_minute(rates.heavy),
            collect: Rate::per_minute(rates.collect),
        },
        traces: settings.traces.as_ref().map(traces).transpose()?.unwrap_or_default(),
        proxies: Proxies::parse(&settings.trusted_proxies)?,
        https: settings.public_url.as_ref().is_some_and(|url| url.scheme() == "https"),
        ..Front::new(house.clock.clone())
    })
}

/// Spans for a collector. The operator has named it, so it may stand in their own network.
fn traces(collector: &Url) -> Result<Traces> {
    let place = collector.host_str().zip(collector.port_or_known_default());
    let allowed = place.map(|(host, port)| format!("{host}:{port}").parse()).transpose()?;
    let client =
        outbound::Client::new(outbound::Settings { allow: allowed.into_iter().collect(), ..Default::default() });
    Traces::to(collector.as_str(), Arc::new(client))
}

/// Asks for as many descriptors as the process may have, and leaves enough of them to the database and the lake.
fn connections_within_descriptors() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let descriptors = if raised.is_ok() { maximum } else { current };
    let descriptors = descriptors.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    descriptors - (descriptors / 2).min(512)
}

/// Where this machine reaches the server, for who sits at it.
fn own_url(address: SocketAddr) -> Result<Url> {
    let host =
        if address.ip().is_unspecified() { format!("localhost:{}", address.port()) } else { address.to_string() };
    let url = format!("http://{host}");
    url.parse().map_err(|_| Error::internal(format!("{url} is no URL")))
}

async fn listen(address: &str) -> Result<(TcpListener, SocketAddr)> {
    let failed = |error| Error::invalid(format!("cannot listen on {address}: {error}"));
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Serves `/metrics` on an address of its own as long as the process lives.
async fn serve_metrics(address: &str, house: &House, front: &Front) -> Result<SocketAddr> {
    let (listener, address) = listen(address).await?;
    let House { team, signals, projector, .. } = house.clone();
    server::probe_log(&front.metrics, team, signals, projector);
    // Scraping is no request of the product's and is not counted among them.
    let own = Front { limits: Limits { connections: 16, ..front.limits }, ..Front::new(house.clock.clone()) };
    let router = server::scrape(front.metrics.clone());
    tokio::spawn(server::serve(listener, router, own, std::future::pending()));
    Ok(address)
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
