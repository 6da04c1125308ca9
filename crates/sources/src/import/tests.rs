//! Imports told as a team meets them, on small files of an invented shop.

use serde_json::json;
use signals::Signal;
use std::path::{Path, PathBuf};

use super::{FileReport, FileState, ImportOptions, ImportReport, Map};
use crate::world::World;

const ANSWERS: &str = r#"
    source = "shop"
    [[file]]
    file = "answers.csv"
    identities = { email = "email" }
    [[file.signal]]
    kind = "survey_answered"
    time = "at"
    message_id = "answer:{id}"
    scale = "nps"
    score = "score"
    text = "why"
"#;

struct Desk {
    world: World,
    files: tempfile::TempDir,
}

impl Desk {
    async fn with(files: &[(&str, &[u8])]) -> Self {
        let desk = Self { world: World::start().await, files: tempfile::tempdir().unwrap() };
        for (name, bytes) in files {
            desk.puts(name, bytes);
        }
        desk
    }

    fn puts(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.files.path().join(name), bytes).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    async fn tries(&self, map: &str, inputs: &[PathBuf], again: bool) -> base::Result<ImportReport> {
        let options = ImportOptions { rejects: self.world.folder.path().join("rejects"), again };
        self.world.sources.import(&self.world.scope, &Map::read(map)?, inputs, &options, &|_| {}).await
    }

    async fn imports(&self, map: &str) -> ImportReport {
        self.tries(map, &[self.files.path().to_owned()], false).await.unwrap()
    }

    async fn logged(&self) -> Vec<Signal> {
        self.world.logged().await
    }
}

fn counts(file: &FileReport) -> (FileState, u64, u64, u64, u64) {
    (file.state, file.rows, file.logged, file.duplicates, file.refused)
}

fn rejects(report: &FileReport) -> Vec<(u64, String, String)> {
    let mut reader = csv::Reader::from_path(report.rejects.as_ref().unwrap()).unwrap();
    let row = |row: csv::StringRecord| (row[1].parse().unwrap(), row[2].to_owned(), row[5].to_owned());
    reader.records().map(|record| row(record.unwrap())).collect()
}

#[tokio::test]
async fn a_second_run_adds_nothing_however_long_it_waits() {
    let desk = Desk::with(&[(
        "answers.csv",
        b"id,at,email,score,why\n1,2026-01-05,Ada@example.org,9,Quick\n2,2026-01-06,bo@example.org,3,\n",
    )])
    .await;
    let first = desk.imports(ANSWERS).await;
    assert_eq!(counts(&first.files[0]), (FileState::Imported, 2, 2, 0, 0));
    let signals = desk.logged().await;
    assert_eq!(
        (signals[0].kind.as_str(), signals[0].message_id.as_str(), signals[0].body.score),
        ("survey_answered", "answer:1", Some(9.0))
    );
    assert_eq!((signals[0].body.source.as_deref(), signals[0].body.text.as_deref()), (Some("shop"), Some("Quick")));
    assert_eq!(signals[0].occurred_at.to_string(), "2026-01-05T00:00:00Z");

    desk.world.clock.set("2026-06-01T00:00:00Z".parse().unwrap());
    desk.world.signals.forget_seen().await.unwrap();
    let second = desk.imports(ANSWERS).await;
    assert_eq!(counts(&second.files[0]), (FileState::AlreadyImported, 0, 0, 0, 0));
    let error =
        desk.tries(&ANSWERS.replace("\"shop\"", "\"store\""), &[desk.path("answers.csv")], false).await.unwrap_err();
    assert!(error.message.contains("another map on 2026-03-01T12:00:00Z"), "{error}");
    assert_eq!(desk.logged().await.len(), 2);
}

#[tokio::test]
async fn a_mended_map_may_be_tried_again_at_once() {
    let desk = Desk::with(&[(
        "answers.csv",
        b"id,at,email,score,why\n1,05.01.2026,ada@example.org,9,\n2,2026-01-06,bo@example.org,3,\n",
    )])
    .await;
    let first = desk.imports(ANSWERS).await;
    assert_eq!(counts(&first.files[0]), (FileState::Imported, 2, 1, 0, 1));
    let mended = ANSWERS.replace("file = ", "time_formats = [\"%d.%m.%Y\", \"%Y-%m-%d\"]\nfile = ");
    let second = desk.imports(&mended).await;
    assert_eq!(counts(&second.files[0]), (FileState::Imported, 2, 1, 1, 0));
}

#[tokio::test]
async fn bad_rows_are_kept_out_by_line_and_reason_and_good_rows_are_all_there() {
    let mut file = b"id,at,email,score,why\r\n".to_vec();
    let rows: &[&[u8]] = &[
        b"1,2026-01-05,a@example.org,9,\"two\r\nlines\"",
        b"2,2026-01-05,b@example.org",
        b"3,2026-01-05,c@example.org,9,,,",
        b"4,,d@example.org,9,",
        b"5,soon,e@example.org,9,",
        b"6,2026-01-05,f@example.org,nine,",
        b"7,2026-01-05,g@example.org,11,",
        b"8,2026-01-05,,9,",
        b",2026-01-05,i@example.org,9,",
        b"10,2026-01-05,j@example.org,9,caf\xe9",
        b"11,2026-01-05,k@example.org,9,a\0b",
        b"12,2026-01-05,l@example.org,9,\"stray",
        b"1,2026-01-05,m@example.org,2,other",
        b"14,2026-01-05,n@example.org,8.5,",
        b"",
        b"15,2026-01-05,o@example.org,10,=1+1",
    ];
    file.extend(rows.join(&b"\r\n"[..]));
    let long = format!(
        "\r\n{},2026-01-05,p@example.org,10,\r\n17,2026-01-05,{}@example.org,10,",
        "x".repeat(300),
        "y".repeat(300)
    );
    file.extend(long.as_bytes());
    let desk = Desk::with(&[("answers.csv", &file)]).await;
    let report = desk.imports(ANSWERS).await;
    let found: Vec<(u64, String)> =
        rejects(&report.files[0]).into_iter().map(|(line, reason, _)| (line, reason)).collect();
    let expected = [
        (4, "too_few_columns"),
        (5, "too_many_columns"),
        (6, "missing"),
        (7, "not_a_time"),
        (8, "not_a_number"),
        (9, "out_of_range"),
        (10, "missing"),
        (11, "missing"),
        (12, "not_utf8"),
        (13, "nul_character"),
        (14, "unclosed_quote"),
        (15, "conflict"),
        (16, "out_of_range"),
        (19, "too_long"),
        (20, "too_long"),
    ];
    assert_eq!(found, expected.map(|(line, reason)| (line, reason.to_owned())));
    assert_eq!(counts(&report.files[0]), (FileState::Imported, 17, 2, 0, 15));
    assert_eq!(report.files[0].reasons["missing"], 3);
    let texts: Vec<_> = desk.logged().await.into_iter().map(|signal| signal.body.text).collect();
    assert_eq!(texts, [Some("two\r\nlines".to_owned()), Some("=1+1".to_owned())]);
    let counted = desk.world.signals.tallies(&desk.world.scope).await.unwrap();
    assert!(counted.iter().any(|tally| tally.source == "shop" && tally.reason == "missing" && tally.count == 3));
}

#[tokio::test]
async fn an_interrupted_import_goes_on_where_it_stopped() {
    let mut file = "id,at,email,score,why\n".to_owned();
    for id in 0..5_000 {
        let score = if id % 100 == 7 { "?" } else { "9" };
        file.push_str(&format!("{id},2026-01-05,p{id}@example.org,{score},\n"));
    }
    let desk = Desk::with(&[("answers.csv", file.as_bytes())]).await;
    let map = Map::read(ANSWERS).unwrap();
    let options = ImportOptions { rejects: desk.world.folder.path().join("rejects"), again: false };
    // The import is dropped after its second batch, as if the process had been killed.
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let (stop, batches) = (std::sync::Mutex::new(Some(stop)), std::sync::atomic::AtomicUsize::new(0));
    let on_progress = |_| {
        if batches.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 1 {
            stop.lock().unwrap().take().into_iter().for_each(|stop| stop.send(()).unwrap());
        }
    };
    let inputs = [desk.path("answers.csv")];
    tokio::select! {
        biased;
        _ = stopped => {}
        _ = desk.world.sources.import(&desk.world.scope, &map, &inputs, &options, &on_progress) => panic!("it was not interrupted"),
    }
    let before = desk.logged().await.len();
    assert!((3_900..4_950).contains(&before), "{before}");
    let report = desk.imports(ANSWERS).await;
    assert_eq!(report.files[0].state, FileState::Resumed);
    assert!(report.files[0].rows < 3_000, "it began again: {report:?}");
    let mut ids: Vec<String> = desk.logged().await.into_iter().map(|signal| signal.message_id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), desk.logged().await.len()), (4_950, 4_950));
    let lines: Vec<u64> = rejects(&report.files[0]).into_iter().map(|(line, ..)| line).collect();
    assert_eq!(lines, (0..50).map(|hundred| hundred * 100 + 9).collect::<Vec<u64>>());
}

#[tokio::test]
async fn rows_without_an_id_are_told_apart_by_what_they_say_and_how_often() {
    let map = r#"
        [[file]]
        file = "votes*.csv"
        [[file.signal]]
        kind = "vote_given"
        time = "at"
        anonymous = true
        scale = "stars"
        score = "stars"
    "#;
    let desk = Desk::with(&[("votes-1.csv", b"at,stars\n2026-01-05,4\n2026-01-05,4\n2026-01-06,5\n")]).await;
    assert_eq!(desk.imports(map).await.files[0].logged, 3);
    desk.puts("votes-2.csv", b"at,stars\n2026-01-07,1\n2026-01-06,5\n2026-01-05,4\n2026-01-05,4\n2026-01-05,4\n");
    let second = desk.imports(map).await;
    assert_eq!(second.files.iter().map(|file| (file.logged, file.duplicates)).collect::<Vec<_>>(), [(0, 0), (2, 3)]);
}

#[tokio::test]
async fn one_row_says_several_things_with_the_help_of_other_files() {
    let map = r#"
        zone = "America/Sao_Paulo"
        [[file]]
        file = "orders.jsonl"
        identities = { user_id = "person", order_id = "id" }
        traits = { state = "home" }
        number = ["items"]
        [[file.lookup]]
        file = "people.csv"
        key = { here = "buyer.key", there = "key" }
        take = { person = "id", home = "state" }
        sum = { points = "points" }
        [file.derive]
        days = { days_between = ["placed", "arrived"] }
        late = { date_after = ["arrived", "promised"] }
        size = { values = { column = "size", table = { S = "small" }, otherwise = "other" } }
        [[file.signal]]
        kind = { column = "what" }
        time = "placed"
        message_id = "order:{id}"
        amount = "total"
        currency = { column = "money" }
        channel = "store"
        properties = ["items", "size", "points"]
        [[file.signal]]
        kind = "order_delivered"
        when = { present = ["arrived"], is = { what = ["Order Placed"] }, is_not = { size = "XXL" } }
        time = "arrived"
        message_id = "order:{id}:delivered"
        properties = ["days", "late"]
    "#;
    let orders = r#"
        {"id": 1, "what": "Order Placed", "buyer": {"key": 7}, "placed": "2026-01-05 10:00:00", "arrived": "2026-01-07 22:00:00", "promised": "2026-01-07", "total": 12.5, "money": "brl", "items": "3", "size": "S"}
        {"id": 2, "what": "Order Placed", "buyer": {"key": "8"}, "placed": "2026-01-05 10:00:00", "arrived": "2026-01-08 00:30:00", "promised": "2026-01-07", "total": "1", "money": "BRL", "items": null, "size": "M"}
        {"id": 3, "what": "Order Cancelled", "buyer": {"key": 7}, "placed": "2026-01-05 10:00:00", "total": null, "items": 1}
        {"id": 4, "what": "Order Placed", "placed": "2026-01-05 10:00:00", "total": 1, "money": "R$"}
    "#;
    let desk = Desk::with(&[
        ("orders.jsonl", orders.as_bytes()),
        ("people.csv", b"key,id,state,points\n7,ada,SP,1.5\n7,eva,RJ,2\n8,bo,,\n"),
        ("notes.txt", b"for nobody"),
    ])
    .await;
    let report = desk.imports(map).await;
    assert_eq!(counts(&report.files[0]), (FileState::Imported, 4, 5, 0, 1));
    assert_eq!(rejects(&report.files[0])[0].1, "not_a_currency");
    assert_eq!(report.ignored, [desk.path("notes.txt")]);
    let signals = desk.logged().await;
    let kinds: Vec<&str> = signals.iter().map(|signal| signal.kind.as_str()).collect();
    assert_eq!(kinds, ["order_placed", "order_delivered", "order_placed", "order_delivered", "order_cancelled"]);
    assert_eq!(signals[0].occurred_at.to_string(), "2026-01-05T13:00:00Z");
    assert_eq!(json!(signals[0].body.properties), json!({"items": 3, "size": "small", "points": 3.5}));
    assert_eq!(
        (signals[0].body.amount.unwrap().to_string().as_str(), signals[0].body.currency.as_deref()),
        ("12.50", Some("BRL"))
    );
    assert_eq!(json!(signals[1].body.properties), json!({"days": 2.5, "late": false}));
    assert_eq!(signals[3].body.properties["late"], true);
    assert_eq!((signals[4].body.amount, &signals[4].body.currency), (None, &None));
}

const VISITS: &str = r#"
    [[file]]
    file = "visits.jsonl"
    identities = { user_id = "who" }
    [[file.lookup]]
    file = "plans.csv"
    key = "who"
    take = ["plan"]
    [[file.signal]]
    kind = "page_viewed"
    time = "at"
    properties = ["plan", "page.name", "page.titel"]
"#;

#[tokio::test]
async fn a_column_that_no_row_of_json_lines_has_is_told() {
    let desk = Desk::with(&[
        (
            "visits.jsonl",
            b"{\"who\": \"ada\", \"at\": \"2026-01-05\", \"page\": {\"name\": null, \"title\": \"Home\"}}\n7\n",
        ),
        ("plans.csv", b"who,plan\nada,pro\n"),
    ])
    .await;
    let report = desk.imports(VISITS).await;
    assert_eq!((report.files[0].logged, &report.files[0].never_seen), (1, &vec!["page.titel".to_owned()]));
}

#[tokio::test]
async fn a_file_with_another_file_to_look_up_in_is_read_anew() {
    let map = VISITS.replace(", \"page.name\", \"page.titel\"", "");
    let desk = Desk::with(&[
        ("visits.jsonl", b"{\"who\": \"ada\", \"at\": \"2026-01-05\"}\n{\"who\": \"bo\", \"at\": \"2026-01-05\"}\n"),
        ("plans.csv", b"who,plan\nada,pro\n"),
    ])
    .await;
    assert_eq!(counts(&desk.imports(&map).await.files[0]), (FileState::Imported, 2, 2, 0, 0));
    assert_eq!(desk.imports(&map).await.files[0].state, FileState::AlreadyImported);
    desk.puts("plans.csv", b"who,plan\nada,pro\nbo,free\n");
    // Within the week, what is known already under its id stays as it was; that is counted and not hidden.
    let again = desk.imports(&map).await;
    assert_eq!(counts(&again.files[0]), (FileState::Imported, 2, 0, 1, 1));
    assert_eq!(again.files[0].reasons["conflict"], 1);
    desk.world.clock.set("2026-06-01T00:00:00Z".parse().unwrap());
    desk.puts("plans.csv", b"who,plan\nada,pro\nbo,pro\n");
    let error = desk.tries(&map, &[desk.files.path().to_owned()], false).await.unwrap_err();
    assert!(error.message.contains("another file to look up in"), "{error}");
}

#[tokio::test]
async fn an_impossible_time_and_a_long_kind_keep_a_row_out() {
    let map = r#"
        [[file]]
        file = "calls.csv"
        time_formats = ["unix"]
        [[file.signal]]
        kind = { column = "what" }
        time = "at"
        anonymous = true
    "#;
    let calls = format!("what,at\ncalled,4133980800\ncalled,-1\ncalled,0\n{},0\n", "x".repeat(101));
    let desk = Desk::with(&[("calls.csv", calls.as_bytes())]).await;
    let report = desk.imports(map).await;
    assert_eq!(counts(&report.files[0]), (FileState::Imported, 4, 1, 0, 3));
    assert_eq!((report.files[0].reasons["out_of_range"], report.files[0].reasons["too_long"]), (2, 1));
}

#[tokio::test]
async fn the_encoding_of_a_file_is_told_by_its_mark_or_by_the_map() {
    let text = "id,at,email,score,why\r\n1,2026-01-05,a@example.org,9,\"São Paulo, „gut“\"\r\n";
    let utf_16: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let latin = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    for (bytes, map) in
        [(utf_16, ANSWERS.to_owned()), (latin, ANSWERS.replace("file = ", "encoding = \"windows-1252\"\nfile = "))]
    {
        let desk = Desk::with(&[("answers.csv", &bytes)]).await;
        assert_eq!(desk.imports(&map).await.files[0].logged, 1);
        assert_eq!(desk.logged().await[0].body.text.as_deref(), Some("São Paulo, „gut“"));
    }
}

#[tokio::test]
async fn what_cannot_be_imported_says_why() {
    let desk = Desk::with(&[("answers.csv", b"id,at,email,score\n"), ("other.csv", b"a\n1\n")]).await;
    for (inputs, named) in [
        (vec![desk.path("answers.csv")], "there is no column 'why'"),
        (vec![desk.path("other.csv")], "none of the files"),
        (vec![desk.path("missing.csv")], "missing.csv"),
    ] {
        let error = desk.tries(ANSWERS, &inputs, false).await.unwrap_err();
        assert!(error.message.contains(named), "{error}");
    }
}

#[tokio::test]
async fn insisting_imports_a_file_again() {
    let desk = Desk::with(&[("answers.csv", b"id,at,email,score,why\n1,2026-01-05,a@example.org,9,\n")]).await;
    desk.imports(ANSWERS).await;
    let again = desk.tries(ANSWERS, &[desk.path("answers.csv")], true).await.unwrap();
    assert_eq!(counts(&again.files[0]), (FileState::Imported, 1, 0, 1, 0));
}

#[tokio::test]
async fn the_example_of_answers_imports_whole() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let map = std::fs::read_to_string(examples.join("nps.toml")).unwrap();
    let desk = Desk::with(&[]).await;
    let report = desk.tries(&map, &[examples.join("nps.csv")], false).await.unwrap();
    assert_eq!(counts(&report.files[0]), (FileState::Imported, 106, 106, 0, 0));
    let scores: f64 = desk.logged().await.iter().filter_map(|signal| signal.body.score).sum();
    assert_eq!(scores, 782.0);
}

#[tokio::test]
async fn a_parquet_file_is_read_by_its_columns() {
    let desk = Desk::with(&[]).await;
    let events: Vec<_> = (0..3).map(|score| json!({"type": "track", "event": "Survey Answered", "userId": "ada", "messageId": score, "properties": {"nps": score}})).collect();
    desk.world.posts("/v1/batch", json!({ "batch": events }).to_string()).await;
    // The lake's own files are Parquet.
    let lake = lake::Lake::open(&desk.path("lake"), desk.world.signals.clone(), desk.world.clock.clone()).unwrap();
    lake.archive(&desk.world.scope).await.unwrap();
    let table = desk.path("lake").join(desk.world.scope.workspace().to_string()).join("signals");
    let mut files = std::fs::read_dir(&table).unwrap().map(|entry| entry.unwrap().path());
    let file = files.find(|path| path.extension().is_some_and(|extension| extension == "parquet")).unwrap();
    std::fs::copy(file, desk.path("answers.parquet")).unwrap();
    let map = r#"
        [[file]]
        file = "answers.parquet"
        [[file.signal]]
        kind = { column = "kind" }
        time = "occurred_at"
        message_id = "copy:{message_id}"
        anonymous = true
        scale = { column = "scale" }
        score = "score"
        properties = ["channel", "seq"]
    "#;
    let misspelt = map.replace("\"seq\"", "\"sequel\"");
    let error = desk.tries(&misspelt, &[desk.path("answers.parquet")], false).await.unwrap_err();
    assert!(error.message.contains("there is no column 'sequel'; there are "), "{error}");
    assert_eq!(counts(&desk.imports(map).await.files[0]), (FileState::Imported, 3, 3, 0, 0));
    let copies: Vec<Signal> =
        desk.logged().await.into_iter().filter(|signal| signal.message_id.starts_with("copy:")).collect();
    assert_eq!(copies.iter().map(|copy| copy.body.score.unwrap()).sum::<f64>(), 3.0);
    assert!(copies.iter().all(|copy| copy.kind == "survey_answered" && copy.occurred_at == desk.world.clock.now()));
}

#[test]
fn the_map_of_the_guide_is_one() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sources.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let (_, map) = guide.split_once("```toml\n").unwrap();
    Map::read(map.split_once("```").unwrap().0).unwrap();
}

/// What the published tables say, computed by others from the tables themselves; both stand beside the checkout.
#[tokio::test]
async fn the_example_of_a_marketplace_carries_its_figures() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (tables, figures) = (root.join("../shared/data/olist"), root.join("../shared/fixtures/e2e-01-olist.json"));
    let Ok(figures) = std::fs::read_to_string(&figures) else {
        eprintln!("skipped: the marketplace's tables are not here");
        return;
    };
    let figures: serde_json::Value = serde_json::from_str(&figures).unwrap();
    let expected = &figures["expected"];
    let map = std::fs::read_to_string(root.join("examples/olist.toml")).unwrap();
    let desk = Desk::with(&[]).await;
    let report = desk.tries(&map, std::slice::from_ref(&tables), false).await.unwrap();
    assert_eq!(report.files.iter().map(|file| file.refused + file.duplicates).sum::<u64>(), 0);
    let again = desk.tries(&map, std::slice::from_ref(&tables), false).await.unwrap();
    assert!(again.files.iter().all(|file| file.state == FileState::AlreadyImported));

    let signals = desk.logged().await;
    let of = |kind: &str| signals.iter().filter(|signal| signal.kind == kind).collect::<Vec<_>>();
    let (placed, delivered, paid, reviews) =
        (of("order_completed"), of("order_delivered"), of("payment_made"), of("review_posted"));
    let by = |signals: &[&Signal], property: &str| {
        let mut counts = std::collections::BTreeMap::new();
        for value in signals.iter().filter_map(|signal| signal.body.properties.get(property)?.as_str()) {
            *counts.entry(value.to_owned()).or_insert(0) += 1;
        }
        counts
    };
    assert_eq!(
        (json!(placed.len()), json!(by(&placed, "status"))),
        (expected["orders"].clone(), expected["orders_by_status"].clone())
    );
    assert_eq!(
        (json!(reviews.len()), json!(of("product_ordered").len())),
        (expected["reviews"].clone(), expected["items"].clone())
    );

    let mut orders = std::collections::HashMap::new();
    placed.iter().for_each(|signal| *orders.entry(signal.customer.unwrap()).or_insert(0) += 1);
    assert_eq!(json!(orders.len()), expected["customers_unique"]);
    assert_eq!(json!(orders.values().filter(|orders| **orders > 1).count()), expected["repeat_customers"]);
    // Whoever pays for an order and reviews it is the one who placed it.
    assert!(paid.iter().chain(&reviews).all(|signal| orders.contains_key(&signal.customer.unwrap())));

    let close = |value: f64, name: &str| {
        let expected = expected[name].as_f64().unwrap();
        assert!((value - expected).abs() < 1e-6, "{name}: {value} where {expected} is expected");
    };
    let total: i64 = paid.iter().map(|signal| signal.body.amount.unwrap().units()).sum();
    close(total as f64 / 1e4, "payments_total");
    let revenue: i64 = placed.iter().map(|signal| signal.body.amount.unwrap().units()).sum();
    close(revenue as f64 / 1e4 / placed.len() as f64, "average_order_value");
    let share = |some: usize, all: usize| 100.0 * some as f64 / all as f64;
    close(delivered.len() as f64, "delivered");
    close(
        share(delivered.iter().filter(|signal| signal.body.properties["late"] == true).count(), delivered.len()),
        "late_pct",
    );
    let middle = |signals: &[&Signal], property: &str| {
        let mut values: Vec<f64> =
            signals.iter().map(|signal| signal.body.properties[property].as_f64().unwrap()).collect();
        values.sort_by(f64::total_cmp);
        (values[(values.len() - 1) / 2] + values[values.len() / 2]) / 2.0
    };
    close(middle(&delivered, "delivery_days"), "delivery_days_median");
    close(middle(&reviews, "answer_hours"), "review_answer_hours_median");
    let satisfied = |reviews: &[&Signal]| {
        share(reviews.iter().filter(|signal| signal.body.score.unwrap() >= 4.0).count(), reviews.len())
    };
    close(satisfied(&reviews), "csat_pct");
    close(
        reviews.iter().filter(|signal| signal.body.properties["with_comment"] == true).count() as f64,
        "reviews_with_comment",
    );
    for (list, key, property) in
        [("csat_by_state_top8", "state", "state"), ("csat_by_first_item_category_top10", "category", "category")]
    {
        for group in expected[list].as_array().unwrap() {
            let members: Vec<&Signal> = reviews
                .iter()
                .copied()
                .filter(|signal| signal.body.properties.get(property) == Some(&group[key]))
                .collect();
            assert_eq!(json!(members.len()), group["n"], "{}", group[key]);
            assert!((satisfied(&members) - group["csat_pct"].as_f64().unwrap()).abs() < 1e-9);
        }
    }
    let first = placed.iter().map(|signal| signal.occurred_at).min().unwrap();
    assert_eq!(first.to_string().replace('T', " ").replace('Z', ""), expected["first_purchase"].as_str().unwrap());
}
