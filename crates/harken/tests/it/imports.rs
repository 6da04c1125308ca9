//! Imports that people start, while the server is killed, while two of them run, and when the disk is full.

use serde_json::{Value as Json, json};
use std::{fmt::Write as _, time::Duration};
use team::Role;

use crate::world::{Browser, Installation, Server, memory, mount::Mount, on_both_databases, server::PATIENCE};

const UPLOADS: &str = "/api/v1/sources/uploads";
const IMPORTS: &str = "/api/v1/sources/imports";
/// Rows of a file that takes long enough to be killed in the middle of.
const ROWS: usize = 40_000;
/// Every hundredth row is kept out.
const BAD: usize = 100;
const PIECE: usize = 1 << 20;

/// Orders of an invented shop, some without a time.
fn orders(rows: usize) -> String {
    let mut file = "order_id,email,ordered_at,total,currency\n".to_owned();
    for row in 0..rows {
        let at = if row % BAD == 0 {
            "soon".to_owned()
        } else {
            format!("2026-01-{:02} 10:{:02}:00", 1 + row % 28, row % 60)
        };
        let _ = writeln!(file, "R-{row},customer{}@example.org,{at},{}.50,EUR", row % 5_000, row % 90);
    }
    file
}

impl Browser {
    async fn uploads(&mut self, name: &str, content: &str) -> Json {
        let upload = self.makes(UPLOADS, json!({ "name": name, "bytes": content.len() })).await["id"].clone();
        let path = format!("{UPLOADS}/{}", upload.as_str().unwrap());
        for (number, piece) in content.as_bytes().chunks(PIECE).enumerate() {
            self.sends_bytes(&format!("{path}?at={}", number * PIECE), piece).await;
        }
        upload
    }

    /// Starts an import through the map that is suggested; answers its path.
    async fn imports(&mut self, upload: &Json) -> String {
        let seen = self.sees(&format!("{UPLOADS}/{}/look", upload.as_str().unwrap())).await;
        let started = self.makes(IMPORTS, json!({ "uploads": [upload], "map": seen["map"] })).await;
        format!("{IMPORTS}/{}", started["id"].as_str().unwrap())
    }

    async fn waits_until(&mut self, path: &str, is: impl Fn(&Json) -> bool) -> Json {
        let waiting = async {
            loop {
                let import = self.sees(path).await;
                if is(&import) {
                    return import;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(2 * PATIENCE, waiting).await.expect("the import did not come so far")
    }
}

fn has_ended(import: &Json) -> bool {
    import["ended_at"].is_string()
}

on_both_databases! {
    async fn an_import_goes_on_where_the_server_was_killed(installation: Installation) {
        let mut server = installation.serve().await;
        let mut nora = Browser::of("nora", Role::Manager, &installation, &server).await;
        let file = orders(ROWS);
        let upload = nora.uploads("orders.csv", &file).await;
        let import = nora.imports(&upload).await;
        let before = nora.waits_until(&import, |import| import["files"][0]["rows"].as_u64() > Some(2_000)).await;
        assert!(!has_ended(&before), "it was too quick to be killed: {before}");
        let address = server.kill().await;
        server = Server::start(&installation, Some(address), "").await;
        let done = nora.waits_until(&import, has_ended).await;

        let bad = (ROWS / BAD) as u64;
        let good = ROWS as u64 - bad;
        let told = &done["files"][0];
        assert_eq!((&done["state"], &told["rows"], &told["refused"]), (&json!("done"), &json!(ROWS), &json!(bad)), "{done:#}");
        // What was logged in the moment of death counts as known before.
        assert_eq!(told["logged"].as_u64().unwrap() + told["duplicates"].as_u64().unwrap(), good, "{done:#}");
        assert_eq!(installation.count("").await, good);
        let rejects = std::fs::read_dir(installation.data().join("rejects")).unwrap().next().unwrap().unwrap().path();
        let table = std::fs::read_dir(rejects).unwrap().next().unwrap().unwrap().path();
        let lines = std::fs::read_to_string(table).unwrap().lines().count() as u64;
        assert_eq!(lines, 1 + bad, "each bad row once, and the heading");

        // The map of the console is one for the command line, and the same file adds nothing there either.
        let map = installation.beside("orders.toml");
        std::fs::write(&map, done["toml"].as_str().unwrap()).unwrap();
        let orders = installation.beside("orders.csv");
        std::fs::write(&orders, file).unwrap();
        let again = installation
            .json(&["import", "--json", "--map", map.to_str().unwrap(), orders.to_str().unwrap()])
            .await;
        assert_eq!(again["files"][0]["state"], "already_imported", "{again}");
        server.stop().await;
        installation.is_sound().await;
    }
}

on_both_databases! {
    async fn a_running_import_is_cancelled_and_the_same_file_goes_on_later(installation: Installation) {
        let server = installation.serve().await;
        let mut nora = Browser::of("nora", Role::Manager, &installation, &server).await;
        let upload = nora.uploads("orders.csv", &orders(ROWS)).await;
        let import = nora.imports(&upload).await;
        nora.waits_until(&import, |import| import["files"][0]["rows"].as_u64() > Some(0)).await;
        nora.makes(&format!("{import}/cancellation"), json!({})).await;
        let ended = nora.waits_until(&import, has_ended).await;
        assert_eq!(ended["state"], "cancelled", "{ended:#}");
        let rows = ended["files"][0]["rows"].as_u64().unwrap();
        assert!(rows < ROWS as u64);

        let rest = nora.imports(&upload).await;
        let rest = nora.waits_until(&rest, has_ended).await;
        assert_eq!((&rest["state"], &rest["files"][0]["state"]), (&json!("done"), &json!("resumed")), "{rest:#}");
        assert_eq!(rest["files"][0]["rows"].as_u64().unwrap() + rows, ROWS as u64);
        assert_eq!(installation.count("").await, (ROWS - ROWS / BAD) as u64);
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_database_do_not_import_the_same_twice() {
    let Some(installation) = Installation::on_postgres().await else { return };
    let (one, other) = (installation.serve().await, installation.serve().await);
    let mut nora = Browser::of("nora", Role::Manager, &installation, &one).await;
    let mut imports = Vec::new();
    for name in ["a.csv", "b.csv", "c.csv"] {
        let file = orders(3_000).replace("R-", &format!("{name}-"));
        let upload = nora.uploads(name, &file).await;
        imports.push(nora.imports(&upload).await);
    }
    for import in imports {
        let done = nora.waits_until(&import, has_ended).await;
        let file = &done["files"][0];
        assert_eq!((&done["state"], &file["logged"], &file["duplicates"]), (&json!("done"), &json!(2_970), &json!(0)));
    }
    assert_eq!(installation.count("").await, 3 * 2_970);
    one.stop().await;
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_costs_little_memory_and_a_too_large_one_is_refused_at_once() {
    let installation = Installation::on_sqlite().await.with("HARKEN__IMPORTS__LARGEST_MB", 64);
    let server = installation.serve().await;
    let mut nora = Browser::of("nora", Role::Manager, &installation, &server).await;
    let refused = nora.tries(UPLOADS, json!({ "name": "a.csv", "bytes": 64_000_001 })).await;
    assert_eq!(refused.status, 413, "{refused:?}");
    assert!(refused.body["detail"].as_str().unwrap().contains("64000000 bytes (64 MB)"), "{refused:?}");

    let before = memory::peak(server.pid());
    // One quote that is never closed, and no line end after the header: nothing of it is ever held whole.
    let mut file = "email,at\n\"".to_owned();
    file.push_str(&"x".repeat(60_000_000));
    let upload = nora.uploads("bomb.csv", &file).await;
    drop(file);
    let signal = json!({ "kind": "seen", "time": "at" });
    let map = json!({ "file": [{ "file": "bomb.csv", "identities": { "email": "email" }, "signal": [signal] }] });
    let import = nora.makes(IMPORTS, json!({ "uploads": [upload], "map": map })).await;
    let import = format!("{IMPORTS}/{}", import["id"].as_str().unwrap());
    let done = nora.waits_until(&import, has_ended).await;
    assert_eq!((&done["state"], &done["files"][0]["refused"]), (&json!("done"), &json!(1)), "{done:#}");
    if let (Some(before), Some(after)) = (before, memory::peak(server.pid())) {
        assert!(after <= before + 48, "{before} MB became {after} MB");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_the_disk_has_no_room_for_is_refused_before_it_is_sent() {
    let Some(disk) = Mount::in_memory(256) else { return };
    let installation = Installation::in_folder(&disk.folder().join("data")).await;
    let server = installation.serve().await;
    let mut nora = Browser::of("nora", Role::Manager, &installation, &server).await;
    let refused = nora.tries(UPLOADS, json!({ "name": "a.csv", "bytes": 250_000_000 })).await;
    assert_eq!(refused.status, 507, "{refused:?}");
    // There is room now, and somebody else takes it before the bytes come.
    let upload = nora.makes(UPLOADS, json!({ "name": "a.csv", "bytes": 1_000_000 })).await["id"].clone();
    let foreign = disk.folder().join("foreign");
    let _ = std::fs::write(&foreign, vec![1; 256 << 20]);
    let path = format!("{UPLOADS}/{}", upload.as_str().unwrap());
    let refused = nora.tries_bytes(&format!("{path}?at=0"), vec![b'x'; 1_000_000]).await;
    assert!([503, 507].contains(&refused.status), "{refused:?}");
    std::fs::remove_file(foreign).unwrap();
    let sent = async {
        while nora.tries_bytes(&format!("{path}?at=0"), vec![b'x'; 1_000_000]).await.status != 200 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(PATIENCE, sent).await.expect("space given back is not used");
    assert!(!server.log().contains("panicked"), "{}", server.log());
    server.stop().await;
}
