//! Waiting until a process has come to a gap: until a fail point with `sleep` holds one of its threads.

use std::{fs, time::Duration};

use super::server::PATIENCE;

/// The action of a fail point that holds a process until it is killed.
pub const HOLD: &str = "sleep(600000)";

const LOOK_AGAIN: Duration = Duration::from_millis(60);
/// SQLite sleeps while another process writes, a tenth of a second at most; one sleep that lasts longer is the gap.
const LOOKS: usize = 4;
/// How long to wait where the kernel does not tell what a thread waits for.
const UNTOLD: Duration = Duration::from_secs(4);

/// Returns once a thread of the process lies in one long sleep. Panics when the process ends instead.
pub async fn reached(pid: u32, gap: &str) {
    let looking = async {
        let mut seen = Vec::new();
        let mut looks = 0;
        while looks < LOOKS {
            tokio::time::sleep(LOOK_AGAIN).await;
            let Some(sleepers) = sleepers(pid, gap) else { return tokio::time::sleep(UNTOLD).await };
            seen.retain(|sleeper| sleepers.contains(sleeper));
            if seen.is_empty() {
                (seen, looks) = (sleepers, 0);
            } else {
                looks += 1;
            }
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("{gap} was never reached"));
}

/// The threads that sleep, each with how often it has ever waited; `None` where the kernel does not tell.
fn sleepers(pid: u32, gap: &str) -> Option<Vec<(String, String)>> {
    let (mut told, mut sleepers) = (false, Vec::new());
    let threads =
        fs::read_dir(format!("/proc/{pid}/task")).unwrap_or_else(|_| panic!("the process ended before {gap}"));
    for thread in threads.flatten() {
        let status = fs::read_to_string(thread.path().join("status")).unwrap_or_default();
        assert!(!status.contains("\nState:\tZ"), "the process ended before {gap}");
        let Ok(place) = fs::read_to_string(thread.path().join("wchan")) else { continue };
        told |= place.len() > 1;
        if place.contains("nanosleep") {
            let waits = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches")).unwrap_or_default();
            sleepers.push((thread.file_name().to_string_lossy().into_owned(), waits.to_owned()));
        }
    }
    told.then_some(sleepers)
}
