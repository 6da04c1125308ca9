//! F8: the data disk fills up. The server refuses in time, keeps what it acknowledged and recovers by itself.

use rand::RngExt;
use serde_json::json;
use std::{fs::File, io::Write, path::Path, time::Duration};

use crate::world::{Answer, Connection, Installation, Ledger, Seed, events::batch, mount::Mount, server::PATIENCE};
use crate::world::{Event, Events};

/// Megabytes of the disk, and of what somebody else keeps on it. A twentieth of the disk, from which on the server
/// refuses, is more than SQLite may take at once when it folds its write-ahead log into its file.
const DISK: u64 = 512;
const FOREIGN: usize = 430;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_refused_in_time_and_space_given_back_is_used_without_a_restart() {
    let Some(disk) = Mount::in_memory(DISK) else { return };
    let foreign = disk.folder().join("foreign");
    std::fs::write(&foreign, vec![1; FOREIGN << 20]).unwrap();
    let installation = Installation::in_folder(&disk.folder().join("data")).await;
    let server = installation.serve().await;
    let mut client = Client {
        connection: Connection::to(server.address()),
        key: installation.key().to_owned(),
        events: Events::new(Seed::of("full disk").part(0), "disk"),
        ledger: Ledger::default(),
    };

    let refused = client.sends_until_refused().await;
    assert_eq!(refused.status, 507, "{refused:?}");
    assert!(refused.headers.contains_key("retry-after"));
    assert!(free(disk.folder()) > 0, "the refusal came at the wall");
    let audit = client.ledger.audit(&installation.signals().await).unwrap();
    assert_eq!(installation.count("").await, audit.stored, "reading goes on");

    fill(&disk.folder().join("wall"));
    for _ in 0..5 {
        let answer = client.sends(100).await;
        assert!([503, 507].contains(&answer.status), "at the wall: {answer:?}");
    }
    assert_eq!(client.ledger.audit(&installation.signals().await), Ok(audit));

    std::fs::remove_file(disk.folder().join("wall")).unwrap();
    std::fs::remove_file(&foreign).unwrap();
    client.sends_until_accepted().await;
    assert!(!server.log().contains("panicked"), "{}", server.log());
    server.stop().await;
    client.ledger.audit(&installation.signals().await).unwrap();
    installation.is_sound().await;
}

struct Client {
    connection: Connection,
    key: String,
    events: Events,
    ledger: Ledger,
}

impl Client {
    /// A batch of events with words that do not compress.
    async fn sends(&mut self, count: usize) -> Answer {
        let events: Vec<Event> = self.events.take(count).into_iter().map(|event| self.swollen(event)).collect();
        self.ledger.sends(&events);
        let answer = self.connection.post("/v1/batch", &self.key, batch(&events)).await.unwrap();
        if answer.status == 200 {
            assert_eq!(answer.body["accepted"], json!(events.len()));
            self.ledger.acknowledged(&events);
        }
        answer
    }

    fn swollen(&mut self, event: Event) -> Event {
        let noise: String = (0..1_500).map(|_| format!("{:08x}", self.events.dice().random::<u32>())).collect();
        event.with_property("noise", json!(noise))
    }

    async fn sends_until_refused(&mut self) -> Answer {
        loop {
            let answer = self.sends(50).await;
            if answer.status != 200 {
                return answer;
            }
        }
    }

    async fn sends_until_accepted(&mut self) {
        let trying = async {
            while self.sends(10).await.status != 200 {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        tokio::time::timeout(PATIENCE, trying).await.expect("it never recovered");
    }
}

/// Takes all space that is left.
fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    for size in [1 << 20, 1 << 12, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

/// Bytes that are left, as `df` tells it.
fn free(folder: &Path) -> u64 {
    let output = std::process::Command::new("df").args(["--output=avail", "-B1"]).arg(folder).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().nth(1).unwrap().trim().parse().unwrap()
}
