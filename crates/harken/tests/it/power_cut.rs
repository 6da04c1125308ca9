//! F2 and F6: the power is cut during ingest and at the gaps of archiving. Only what was made durable is left, and that
//! holds everything that was acknowledged.

use rand::RngExt;
use std::{sync::Arc, time::Duration};

use crate::world::{
    Crowd, Installation, Ledger, Seed, Senders, Server, cycles,
    gap::{self, HOLD},
    mount::Mount,
    say,
};

/// What a cut in ingest is followed by: cuts where a file, its name or its commit might not be durable yet.
const GAPS: [&str; 5] =
    ["archive::renamed", "archive::synced", "archive::committed", "archive::commit_synced", "archive::pruned"];

#[tokio::test(flavor = "multi_thread")]
async fn after_a_power_cut_everything_acknowledged_is_there() {
    let image = tempfile::NamedTempFile::new().unwrap();
    let Some(disk) = Mount::on_a_loop_device(256, image.path()) else { return };
    let installation = Installation::in_folder(&disk.folder().join("data")).await.with("HARKEN__ARCHIVE__FROM", 1);
    let seed = Seed::of("power cut");
    let ledger = Arc::new(Ledger::default());
    let mut moments = seed.part(u64::MAX);
    let gaps = if cfg!(feature = "failpoints") { &GAPS[..] } else { &[] };
    let cuts = std::iter::repeat_n(None, usize::try_from(cycles(2)).unwrap()).chain(gaps.iter().map(Some));
    let mut address = None;
    for (number, gap) in cuts.enumerate() {
        let fail_points = gap.map(|at| format!("{at}={HOLD}")).unwrap_or_default();
        let server = Server::start(&installation, address, &fail_points).await;
        address = Some(server.address());
        let name = format!("cut-{number}");
        let crowd = Crowd {
            name: &name,
            clients: 16,
            addresses: vec![server.address()],
            key: installation.key(),
            seed: &seed,
            batch: 10,
            pause: 30,
        };
        let senders = Senders::start(&crowd, &ledger);
        match gap {
            Some(at) => gap::reached(server.pid(), at).await,
            None => tokio::time::sleep(Duration::from_millis(moments.random_range(500..2_000))).await,
        }
        // While its journal is torn down, the kernel may call a sync done that was not. With the power gone nobody
        // would have heard that answer.
        ledger.hears_no_more();
        if let Err(why) = disk.cut_power() {
            return say(format_args!("the power cut is left out: {why}"));
        }
        senders.abandon().await;
        server.kill().await;
        disk.restore_power();
        ledger.hears_again();
        let audit = ledger.audit(&installation.signals().await).unwrap();
        assert!(audit.acknowledged > 0);
        installation.json(&["archive", "--json"]).await;
        assert_eq!(ledger.audit(&installation.signals().await), Ok(audit), "archiving takes up where it was");
        installation.is_sound().await;
    }
}
