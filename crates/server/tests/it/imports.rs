//! Imports from the console: files that are sent in pieces, looked into, tried, carried out by a job, and taken back from.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use outbound::mail::{self, Mailer};
use serde_json::{Value as Json, json};
use std::time::Duration;
use team::Permission;
use testkit::{World, on_both};
use tokio::sync::oneshot;

use crate::world::{Answer, House, LARGEST_FILE, get, post};

const UPLOADS: &str = "/api/v1/sources/uploads";
const IMPORTS: &str = "/api/v1/sources/imports";

const ANSWERS: &str = "\
id;answered;E-Mail;plan;score;comment
1;02.03.2026 09:14;ines@example.org;family;10;Arrived a day early, and the driver was kind.
2;02.03.2026 11:40;bela@example.org;single;3;Two weeks late, and nobody told me.
3;soon;cleo@example.org;single;7;Fine by me
4;03.03.2026 08:00;ines@example.org;family;8.5;Better than the best
5;03.03.2026 08:05;dana@example.org;family;9;I will come back
";

/// Nora, a manager, with a key of her own.
struct Nora<'h> {
    house: &'h House,
    world: &'h World,
    key: String,
}

impl<'h> Nora<'h> {
    async fn of(house: &'h House, world: &'h World) -> Self {
        let key = house.key(&world.scope, &[Permission::ReadSources, Permission::WriteSources]).await;
        Self { house, world, key }
    }

    async fn sends(&self, request: Request<Body>) -> Answer {
        self.house.asks(self.house.with_key(&self.key, request)).await
    }

    async fn sees(&self, path: &str) -> Json {
        let answer = self.sends(get(path)).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    async fn posts(&self, path: &str, body: &Json) -> Answer {
        self.sends(post(path, body)).await
    }

    async fn sends_piece(&self, upload: &str, at: usize, piece: &[u8]) -> Answer {
        let request = Request::builder().method(Method::PATCH).uri(format!("{UPLOADS}/{upload}?at={at}"));
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream");
        self.sends(request.body(piece.to_vec().into()).unwrap()).await
    }

    /// Sends a file whole, in two pieces.
    async fn uploads(&self, name: &str, content: &[u8]) -> String {
        let announced = self.posts(UPLOADS, &json!({ "name": name, "bytes": content.len() })).await;
        assert_eq!(announced.status, 201, "{announced:?}");
        let id = announced.json()["id"].as_str().unwrap().to_owned();
        let half = content.len() / 2;
        for (at, piece) in [(0, &content[..half]), (half, &content[half..])] {
            let sent = self.sends_piece(&id, at, piece).await;
            assert_eq!(sent.status, 200, "{sent:?}");
        }
        id
    }

    /// Starts an import through the map that is suggested for the file; answers its id.
    async fn imports(&self, upload: &str) -> String {
        let map = self.sees(&format!("{UPLOADS}/{upload}/look")).await["map"].clone();
        let started = self.posts(IMPORTS, &json!({ "uploads": [upload], "map": map })).await;
        assert_eq!(started.status, 201, "{started:?}");
        started.json()["id"].as_str().unwrap().to_owned()
    }

    /// Has a worker run until an import has ended; answers it.
    async fn waits_for(&self, import: &str) -> Json {
        let mailer = Mailer::new(&mail::Settings::default(), &self.world.folder().join("mail")).unwrap();
        let worker = server::worker(&self.house.rooms, &mailer, self.world.clock.clone()).unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(worker.run(async { drop(stopped.await) }, Duration::from_secs(5)));
        let import = loop {
            let import = self.sees(&format!("{IMPORTS}/{import}")).await;
            if import["ended_at"].is_string() {
                break import;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        drop(stop);
        running.await.unwrap();
        import
    }
}

#[tokio::test]
async fn nora_imports_last_week_s_answers_without_writing_a_map() {
    on_both(async |world| {
        let house = House::over(world);
        let nora = Nora::of(&house, world).await;
        let upload = nora.uploads("nps answers.csv", ANSWERS.as_bytes()).await;

        let seen = nora.sees(&format!("{UPLOADS}/{upload}/look")).await;
        assert_eq!((&seen["format"], &seen["delimiter"], &seen["rows"]), (&json!("csv"), &json!(";"), &json!(5)));
        let becomes: Vec<&str> =
            seen["columns"].as_array().unwrap().iter().map(|column| column["becomes"].as_str().unwrap()).collect();
        assert_eq!(becomes, ["property", "time", "identity", "trait", "score", "text"]);
        let said = &seen["map"]["file"][0]["signal"][0];
        assert_eq!(
            (&said["kind"], &said["scale"], &said["message_id"]),
            (&json!("survey_answered"), &json!("nps"), &json!("survey_answered:{id}"))
        );

        let asked = json!({ "uploads": [upload], "map": seen["map"] });
        let preview = nora.posts(&format!("{IMPORTS}/previews"), &asked).await;
        assert_eq!(preview.status, 200, "{preview:?}");
        let file = &preview.json()["files"][0];
        assert_eq!(
            (&file["rows"], &file["signals"], &file["customers"], &file["refused"], &file["whole"]),
            (&json!(5), &json!(3), &json!(3), &json!(2), &json!(true)),
            "{file:#}"
        );
        assert_eq!(file["first"][0]["occurred_at"], "2026-03-02T09:14:00Z");
        assert_eq!(file["first"][0]["identities"], json!([{ "kind": "email", "value": "ines@example.org" }]));
        let rejects: Vec<_> = file["rejects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row["line"].as_u64().unwrap(), row["field"].as_str().unwrap(), row["reason"].as_str().unwrap()))
            .collect();
        assert_eq!(rejects, [(4, "answered", "not_a_time"), (5, "score", "out_of_range")]);
        assert_eq!(world.logged().await.len(), 0, "a preview writes nothing");

        let import = nora.imports(&upload).await;
        let busy = nora.posts(IMPORTS, &asked).await;
        assert_eq!(busy.status, 409, "the file is being read: {busy:?}");
        let done = nora.waits_for(&import).await;
        let file = &done["files"][0];
        assert_eq!(
            (&done["state"], &file["rows"], &file["logged"], &file["refused"], &file["bytes_read"]),
            (&json!("done"), &json!(5), &json!(3), &json!(2), &file["bytes"]),
            "{done:#}"
        );
        assert_eq!((&done["actor"], file["reasons"]["not_a_time"].as_u64()), (&json!("key"), Some(1)));
        assert_eq!(world.logged().await.len(), 3);
        assert_eq!(
            nora.sends(get(&format!("{UPLOADS}/{upload}"))).await.status,
            404,
            "what was read is not kept twice"
        );
        assert_eq!(std::fs::read_dir(world.folder().join("uploads")).unwrap().count(), 0);

        let rejects = nora.sends(get(&format!("{IMPORTS}/{import}/rejects"))).await;
        assert_eq!(rejects.header("content-type"), "text/csv; charset=utf-8");
        let lines: Vec<&str> = rejects.text.lines().collect();
        assert_eq!(lines[0], "file,line,reason,field,message,row");
        assert!(lines.len() == 3 && lines[1].starts_with("nps answers.csv,4,not_a_time,answered,"), "{rejects:?}");

        // The same again adds nothing, and says so.
        world.waits(1);
        let again = nora.uploads("nps answers.csv", ANSWERS.as_bytes()).await;
        let again = nora.imports(&again).await;
        let again = nora.waits_for(&again).await;
        assert_eq!(
            (&again["files"][0]["state"], &again["files"][0]["logged"]),
            (&json!("already_imported"), &json!(0)),
            "{again:#}"
        );
        assert_eq!(world.logged().await.len(), 3);

        let listed = nora.sees(IMPORTS).await;
        assert_eq!((&listed["items"][0]["id"], &listed["items"][1]["id"]), (&again["id"], &done["id"]));
        let audited = house.rooms.team.audit(&world.scope, &Default::default(), None, 10).await.unwrap();
        let actions: Vec<&str> = audited.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(actions.iter().filter(|action| **action == "import.started").count(), 2);
        assert!(actions.contains(&"import.rejects_exported"), "{actions:?}");
    })
    .await;
}

#[tokio::test]
async fn a_file_comes_in_pieces_and_each_of_them_once() {
    on_both(async |world| {
        let house = House::over(world);
        let nora = Nora::of(&house, world).await;
        let announced = nora.posts(UPLOADS, &json!({ "name": "a.csv", "bytes": 10 })).await.json();
        let id = announced["id"].as_str().unwrap();
        assert_eq!(announced["received"], 0);
        assert_eq!(nora.sends_piece(id, 0, b"email\n").await.json()["received"], 6);
        let twice = nora.sends_piece(id, 0, b"email\n").await;
        assert!(twice.status == 409 && twice.text.contains("6 bytes of the file are here"), "{twice:?}");
        let early = nora.sends(get(&format!("{UPLOADS}/{id}/look"))).await;
        assert!(early.status == 409 && early.text.contains("6 of 10 bytes"), "{early:?}");
        assert_eq!(nora.sends_piece(id, 6, b"a@b.co").await.status, 413, "more than was announced");
        assert_eq!(nora.sees(&format!("{UPLOADS}/{id}")).await["received"], 6, "and nothing of it counts");
        assert_eq!(nora.sends_piece(id, 6, b"a@b\n").await.json()["received"], 10);

        for (wrong, status, field) in [
            (json!({ "name": "../a.csv", "bytes": 1 }), 400, "name"),
            (json!({ "name": "a\u{0}.csv", "bytes": 1 }), 400, "name"),
            (json!({ "name": "", "bytes": 1 }), 400, "name"),
            (json!({ "name": "a.csv.gz", "bytes": 1 }), 400, "name"),
            (json!({ "name": "a.csv", "bytes": 0 }), 400, "bytes"),
            (json!({ "name": "a.csv", "bytes": LARGEST_FILE + 1 }), 413, "bytes"),
        ] {
            let refused = nora.posts(UPLOADS, &wrong).await;
            assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["field"]), (status, &json!(field)), "{wrong}");
        }

        // To others it does not exist.
        let elsewhere = world.elsewhere().await;
        let stranger = Nora::of(&house, &elsewhere).await;
        for path in [format!("{UPLOADS}/{id}"), format!("{UPLOADS}/{id}/look")] {
            assert_eq!(stranger.sends(get(&path)).await.status, 404);
        }
        assert_eq!(stranger.sends_piece(id, 10, b"x").await.status, 404);
        let map = json!({ "file": [{ "file": "*", "signal": [{ "time": { "constant": "2026-01-01" }, "anonymous": true }] }] });
        let theirs = stranger.posts(IMPORTS, &json!({ "uploads": [id], "map": map })).await;
        assert_eq!(theirs.status, 404, "{theirs:?}");

        // What nobody wants is forgotten after a day.
        world.waits(23 * 3_600);
        house.rooms.sources.tidy_imports().await.unwrap();
        assert_eq!(nora.sees(&format!("{UPLOADS}/{id}")).await["received"], 10);
        world.waits(2 * 3_600);
        house.rooms.sources.tidy_imports().await.unwrap();
        assert_eq!(nora.sends(get(&format!("{UPLOADS}/{id}"))).await.status, 404);
        assert_eq!(std::fs::read_dir(world.folder().join("uploads")).unwrap().count(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_a_map_cannot_mean_is_said_before_anything_is_imported() {
    on_both(async |world| {
        let house = House::over(world);
        let nora = Nora::of(&house, world).await;
        let upload = nora.uploads("answers.csv", ANSWERS.as_bytes()).await;
        let good = nora.sees(&format!("{UPLOADS}/{upload}/look")).await["map"].clone();
        let changed = |change: &dyn Fn(&mut Json)| {
            let mut map = good.clone();
            change(&mut map["file"][0]);
            json!({ "uploads": [upload], "map": map })
        };
        for (asked, says) in [
            (changed(&|file| file["signal"][0]["kind"] = json!("Not Snake")), "snake_case"),
            (changed(&|file| file["signal"][0]["kindd"] = json!("x")), "kindd"),
            (changed(&|file| file["signal"][0]["score"] = json!("grade")), "no column 'grade'"),
            (changed(&|file| file["file"] = json!("others.csv")), "others.csv"),
            (
                changed(&|file| file["lookup"] = json!([{ "file": "*secret*", "key": "id", "take": ["x"] }])),
                "not among the files",
            ),
            (changed(&|file| file["zone"] = json!("Mars/Base")), "Mars/Base"),
            (json!({ "uploads": [], "map": good }), "1 to 20 files"),
            (json!({ "uploads": [upload, upload], "map": good }), "two files are called"),
        ] {
            for path in [format!("{IMPORTS}/previews"), IMPORTS.to_owned()] {
                let refused = nora.posts(&path, &asked).await;
                assert_eq!(refused.status, 400, "{asked}: {refused:?}");
                assert!(refused.text.contains(says), "{says}: {refused:?}");
                assert!(!refused.text.contains("/uploads/"), "no answer tells where files lie: {refused:?}");
            }
        }
        let strange = nora.uploads("strange.csv", b"email,at\nada@example.org,2026-01-01\n\xff\xfe,\x00\n").await;
        let seen = nora.sees(&format!("{UPLOADS}/{strange}/look")).await;
        assert_eq!(seen["columns"][0]["called"], "email");
        assert_eq!(nora.sees(IMPORTS).await["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn an_import_that_waits_or_lost_its_job_can_be_ended() {
    on_both(async |world| {
        let house = House::over(world);
        let nora = Nora::of(&house, world).await;
        let upload = nora.uploads("answers.csv", ANSWERS.as_bytes()).await;
        let import = nora.imports(&upload).await;
        let path = format!("{IMPORTS}/{import}");
        let kept = Request::delete(format!("{UPLOADS}/{upload}")).body(Body::empty()).unwrap();
        assert_eq!(nora.sends(kept).await.status, 409, "an import needs it");
        let ended = nora.posts(&format!("{path}/cancellation"), &json!({})).await;
        assert_eq!((ended.status.as_u16(), &ended.json()["state"]), (200, &json!("cancelled")), "{ended:?}");
        assert_eq!(nora.posts(&format!("{path}/cancellation"), &json!({})).await.status, 409);
        nora.waits_for(&import).await;
        assert_eq!(world.logged().await.len(), 0);

        // The file is still there: it can be imported after all. Whoever looks after jobs discards this one.
        let other = nora.imports(&upload).await;
        let jobs = store::jobs::Jobs::new(world.store.clone(), world.clock.clone());
        let reach = store::jobs::Reach::Workspace(world.scope.workspace());
        let search =
            store::jobs::Search { state: Some(store::jobs::State::Waiting), kind: None, before: None, limit: 9 };
        for job in jobs.list(reach, &search).await.unwrap() {
            jobs.discard(reach, job.id).await.unwrap();
        }
        world.waits(120);
        house.rooms.sources.tidy_imports().await.unwrap();
        let lost = nora.sees(&format!("{IMPORTS}/{other}")).await;
        assert_eq!(lost["state"], "failed");
        assert!(lost["reason"].as_str().unwrap().contains("given up"), "{lost}");
    })
    .await;
}

#[tokio::test]
async fn whoever_may_only_look_sees_imports_and_sends_nothing() {
    on_both(async |world| {
        let house = House::over(world);
        let nora = Nora::of(&house, world).await;
        let upload = nora.uploads("answers.csv", ANSWERS.as_bytes()).await;
        let import = nora.imports(&upload).await;
        let analyst = Nora { house: &house, world, key: house.key(&world.scope, &[Permission::ReadSources]).await };
        assert_eq!(analyst.sees(IMPORTS).await["items"][0]["id"], json!(import));
        for answer in [
            analyst.posts(UPLOADS, &json!({ "name": "a.csv", "bytes": 1 })).await,
            analyst.sends(get(&format!("{UPLOADS}/{upload}/look"))).await,
            analyst.posts(&format!("{IMPORTS}/{import}/cancellation"), &json!({})).await,
        ] {
            assert_eq!(answer.status, 403, "{answer:?}");
        }
    })
    .await;
}
