//! Every figure that the fixture program answers equals the published implementation's.

use serde_json::{Value as Json, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The metrics that the fixture program answers.
const METRICS: [&str; 4] = ["nps", "nps_change", "csat", "ces"];

/// The folder of the cases, which is not part of this repository.
fn shared() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    folder.join("fixtures").is_dir().then_some(folder)
}

fn fixture(folder: &Path, case: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fixture")).arg(case).current_dir(folder).output().unwrap()
}

#[test]
#[expect(clippy::print_stdout, reason = "says why nothing was compared")]
fn every_case_gives_the_published_figures() {
    let Some(shared) = shared() else {
        println!("skipped: ../shared/fixtures is not here");
        return;
    };
    let mut compared = 0;
    for entry in fs::read_dir(shared.join("fixtures")).unwrap() {
        let path = entry.unwrap().path();
        let case: Json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        if !METRICS.iter().any(|metric| case["metric"] == *metric) {
            continue;
        }
        let answer = fixture(&shared, &path);
        assert!(answer.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&answer.stderr));
        let actual = serde_json::from_slice(&answer.stdout).unwrap();
        let mut differences = Vec::new();
        compare(&case["expected"], &actual, &case["tolerance"], &mut Vec::new(), &mut differences);
        assert_eq!(differences, Vec::<String>::new(), "{}", path.display());
        compared += 1;
    }
    assert!(compared >= METRICS.len(), "only {compared} cases were found");
}

#[test]
fn an_unknown_metric_exits_with_3_and_an_unreadable_case_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("case.json");
    let run = |text: &str| {
        fs::write(&case, text).unwrap();
        fixture(folder.path(), &case).status.code()
    };
    assert_eq!(run(r#"{"metric": "horoscope", "input": {}}"#), Some(3));
    assert_eq!(run(r#"{"metric": "nps", "input": {}}"#), Some(1));
    assert_eq!(
        run(r#"{"metric": "nps", "params": {"promoter_min": 8}, "input": {"score_histogram": {"9": 1}}}"#),
        Some(1)
    );
    assert_eq!(run(r#"{"metric": "nps", "input": {"score_histogram": {"11": 1}}}"#), Some(1));
    assert_eq!(run("{"), Some(1));
    assert_eq!(run(r#"{"metric": "nps", "input": {"score_histogram": {"9": 1, "10": 2}}}"#), Some(0));
}

#[test]
fn the_comparison_itself_tells_right_from_wrong() {
    let differences = |expected: Json, actual: Json, tolerance: Json| {
        let mut found = Vec::new();
        compare(&expected, &actual, &tolerance, &mut Vec::new(), &mut found);
        found.len()
    };
    let close = json!({"default": {"abs": 0, "rel": 1e-9}, "a.b": {"abs": 1}});
    assert_eq!(
        differences(json!({"a": {"b": [1.0, 2.0]}}), json!({"a": {"b": [1.9, 2.0]}, "more": 1}), close.clone()),
        0
    );
    assert_eq!(differences(json!({"a": {"c": 1.0}}), json!({"a": {"c": 1.1}}), close.clone()), 1);
    assert_eq!(differences(json!({"a": 1, "b": [1]}), json!({"b": [1, 2]}), close.clone()), 2);
    assert_eq!(differences(json!({"a": null, "b": true}), json!({"a": 0, "b": 1}), close), 2);
}

/// Collects where `actual` differs: numbers pass within the larger of `abs` and `rel`·|expected|, further keys are
/// allowed, a tolerance given as text means "not compared".
fn compare(expected: &Json, actual: &Json, tolerance: &Json, path: &mut Vec<String>, found: &mut Vec<String>) {
    let mut differ = |path: &[String]| found.push(format!("{}: expected {expected}, got {actual}", path.join(".")));
    match (expected, actual) {
        (Json::Object(wanted), Json::Object(_)) => {
            for (key, value) in wanted {
                path.push(key.clone());
                compare(value, actual.get(key).unwrap_or(&Json::String("missing".into())), tolerance, path, found);
                path.pop();
            }
        }
        (Json::Array(wanted), Json::Array(given)) if wanted.len() == given.len() => {
            for (value, given) in wanted.iter().zip(given) {
                compare(value, given, tolerance, path, found);
            }
        }
        (Json::Number(wanted), Json::Number(given)) => {
            let (wanted, given) = (wanted.as_f64().unwrap(), given.as_f64().unwrap());
            let rule = rule(tolerance, path);
            let allowed = rule["abs"].as_f64().unwrap_or(0.0).max(rule["rel"].as_f64().unwrap_or(0.0) * wanted.abs());
            if !rule.is_string() && (given - wanted).abs() > allowed {
                differ(path);
            }
        }
        _ if expected == actual || rule(tolerance, path).is_string() => {}
        _ => differ(path),
    }
}

/// The tolerance whose key is the longest dotted part of the path, or the default.
fn rule<'a>(tolerance: &'a Json, path: &[String]) -> &'a Json {
    let dotted = format!(".{}.", path.join("."));
    let rules = tolerance.as_object().into_iter().flatten();
    let matching = rules.filter(|(key, _)| dotted.contains(&format!(".{key}.")));
    matching.max_by_key(|(key, _)| key.len()).map_or(&tolerance["default"], |(_, rule)| rule)
}
