//! Damaged files: whatever happens to a file's bytes, no wrong number is answered, and the loss is named.

use crate::world::{World, filter, lines, nps, page_viewed, question};
use base::{ErrorKind, Timestamp};
use lake::{Measure, Operand, Question};
use std::{fs, path::Path};

/// One way to damage a file, chosen by a number.
fn damage(file: &Path, other: &Path, way: usize) -> String {
    let bytes = fs::read(file).unwrap();
    // A number that wanders through the file.
    let place = way * 7_919 % bytes.len();
    let write = |bytes: &[u8]| fs::write(file, bytes).unwrap();
    match way % 6 {
        0 => {
            let mut flipped = bytes;
            flipped[place] ^= 1 << (way / 6 % 8);
            write(&flipped);
            format!("bit flipped at {place}")
        }
        1 => {
            write(&bytes[..place]);
            format!("cut at {place}")
        }
        2 => {
            let mut zeroed = bytes;
            let end = (place + 512).min(zeroed.len());
            zeroed[place..end].fill(0);
            // Where there were zeros already, nothing would be damaged.
            zeroed[place] ^= u8::from(zeroed == fs::read(file).unwrap());
            write(&zeroed);
            format!("zeros from {place}")
        }
        3 => {
            let replaced = fs::read(other).unwrap();
            write(&replaced);
            "another file's content".into()
        }
        4 => {
            write(&[]);
            "emptied".into()
        }
        _ => {
            fs::remove_file(file).unwrap();
            "deleted".into()
        }
    }
}

#[tokio::test]
async fn three_hundred_damages_are_all_noticed_and_never_summed() {
    let world = World::new().await;
    let at = |day: i64| Timestamp::from_micros(1_767_225_600_000_000).plus(day * Timestamp::DAY);
    world.log((0..60).map(|number| nps(number, at(number % 20), "web", (number % 11) as f64))).await;
    world.lake.archive(&world.scope).await.unwrap();
    world.log((100..160).map(|number| nps(number, at(100 + number % 20), "web", (number % 11) as f64))).await;
    world.lake.archive(&world.scope).await.unwrap();
    world.log((200..220).map(|number| nps(number, at(200), "web", 5.0))).await;
    let [first, second] = world.files().try_into().unwrap();
    let sound = fs::read(&first).unwrap();
    let asked = Question {
        measures: vec![Measure::Count, Measure::Sum(Operand::Field(crate::world::field("score")))],
        ..question()
    };
    let whole = lines(&world.ask(&asked).await);
    let rest = {
        let from = Some(at(50));
        lines(&world.ask(&Question { from, ..asked.clone() }).await)
    };
    for way in 0..300 {
        let what = damage(&first, &second, way);
        let answer = world.ask(&asked).await;
        assert_eq!(lines(&answer), rest, "{what}");
        assert_eq!(answer.missing.len(), 1, "{what}");
        assert_eq!(
            (answer.missing[0].rows, answer.missing[0].from, answer.missing[0].to),
            (60, at(0), at(19)),
            "{what}"
        );
        assert!(first.ends_with(&answer.missing[0].file), "{what}");
        if way % 25 == 0 {
            assert_eq!(world.lake.verify(&world.scope).await.unwrap(), answer.missing, "{what}");
            let unaffected = world.ask(&Question { from: Some(at(50)), ..asked.clone() }).await;
            assert_eq!(unaffected.missing, [], "{what}");
        }
        fs::write(&first, &sound).unwrap();
        assert_eq!(lines(&world.ask(&asked).await), whole, "restored after: {what}");
    }
}

#[tokio::test]
async fn a_damaged_file_is_never_merged_into_a_sound_one() {
    let world = World::new().await;
    for round in 0..5 {
        world.log((round * 10..round * 10 + 10).map(page_viewed)).await;
        world.lake.archive(&world.scope).await.unwrap();
    }
    let file = &world.files()[2];
    damage(file, file, 0);
    assert_eq!(world.lake.compact(&world.scope).await.unwrap().files, 4);
    let answer = world.ask(&question()).await;
    assert_eq!((lines(&answer), answer.missing.len()), (vec!["40".to_owned()], 1));
    let listed =
        world.lake.list(&world.scope, &filter("all"), None, None, true, 100, Default::default()).await.unwrap();
    assert_eq!((listed.signals.len(), listed.missing), (40, answer.missing));
}

#[tokio::test]
async fn a_lake_that_lost_its_newest_commits_does_not_answer_as_if_nothing_had_happened() {
    let world = World::new().await;
    for round in 0..2 {
        world.log((round * 10..round * 10 + 10).map(page_viewed)).await;
        world.lake.archive(&world.scope).await.unwrap();
    }
    fs::remove_file(world.table().join("_delta_log/00000000000000000002.json")).unwrap();
    let lake = world.reopened();
    let refused = lake.ask(&world.scope, &question(), Default::default()).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.message.contains("has to be restored")),
        (ErrorKind::Internal, true),
        "{refused}"
    );
    assert_eq!(lake.verify(&world.scope).await.unwrap()[0].file, "_delta_log");
    fs::remove_dir_all(world.table()).unwrap();
    assert!(world.reopened().ask(&world.scope, &question(), Default::default()).await.is_err());
}

#[tokio::test]
async fn a_commit_that_was_cut_at_a_lines_end_is_noticed() {
    let world = World::new().await;
    for round in 0..4 {
        world.log((round * 10..round * 10 + 10).map(page_viewed)).await;
        world.lake.archive(&world.scope).await.unwrap();
    }
    let commit = world.table().join("_delta_log/00000000000000000002.json");
    let sound = fs::read_to_string(&commit).unwrap();
    let lines: Vec<&str> = sound.lines().collect();
    assert_eq!(lines.len(), 3, "about the commit, the file, the watermark");
    for kept in 0..lines.len() {
        fs::write(&commit, lines[..kept].iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        let answer = world.reopened().ask(&world.scope, &question(), Default::default()).await.unwrap();
        assert_eq!(answer.missing.len(), 1, "{kept} lines are left");
        assert_eq!(answer.missing[0].file, "_delta_log/00000000000000000002.json");
    }
    fs::write(&commit, sound).unwrap();
    let answer = world.reopened().ask(&world.scope, &question(), Default::default()).await.unwrap();
    assert_eq!((crate::world::lines(&answer), answer.missing), (vec!["40".to_owned()], vec![]));
}

#[tokio::test]
async fn a_log_that_cannot_be_read_is_an_error_and_a_finding() {
    let world = World::new().await;
    world.log((0..10).map(page_viewed)).await;
    world.lake.archive(&world.scope).await.unwrap();
    let commit = world.table().join("_delta_log/00000000000000000001.json");
    let sound = fs::read_to_string(&commit).unwrap();
    fs::write(&commit, &sound[..sound.len() / 2]).unwrap();
    assert!(world.reopened().ask(&world.scope, &question(), Default::default()).await.is_err());
    assert_eq!(world.reopened().verify(&world.scope).await.unwrap()[0].file, "_delta_log");
    // A changed statistic would make questions skip the file: the whole entry is disbelieved.
    fs::write(
        &commit,
        sound.replace("page_viewed\\\\\\\"", "qage_viewed\\\\\\\"").replacen("\\\"rows\\\":10", "\\\"rows\\\":19", 1),
    )
    .unwrap();
    let answer = world.reopened().ask(&world.scope, &question(), Default::default()).await.unwrap();
    assert_eq!((lines(&answer), answer.missing.len()), (vec!["0".to_owned()], 1));
    fs::write(&commit, sound).unwrap();
    assert_eq!(
        world
            .reopened()
            .list(&world.scope, &filter("all"), None, None, true, 100, Default::default())
            .await
            .unwrap()
            .signals
            .len(),
        10
    );
}
