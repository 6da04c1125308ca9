//! `docs/security.md` names code and tests for each rule, `docs/asvs.csv` for each requirement of OWASP ASVS 5.0; what they
//! name is there.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// What lies in the repository: its files, and every room's source as one text.
struct Checkout {
    root: PathBuf,
    rooms: BTreeMap<String, String>,
}

impl Checkout {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let rooms = fs::read_dir(root.join("crates")).unwrap().map(|room| {
            let room = room.unwrap();
            (room.file_name().into_string().unwrap(), source(&room.path()))
        });
        Self { rooms: rooms.collect(), root }
    }

    fn file(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap()
    }

    /// What is wrong with a path, if anything is.
    fn lacks(&self, path: &str) -> Option<String> {
        (!self.root.join(path).exists()).then(|| format!("there is no {path}"))
    }

    /// What is wrong with `room: test`, if anything is.
    fn lacks_test(&self, test: &str) -> Option<String> {
        let found = test.split_once(": ").is_some_and(|(room, name)| {
            self.rooms.get(room).is_some_and(|source| source.contains(&format!("fn {name}(")))
        });
        (!found).then(|| format!("there is no test {test}"))
    }
}

/// All Rust below a folder.
fn source(folder: &Path) -> String {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| match path.extension() {
        _ if path.is_dir() => source(&path),
        Some(extension) if extension == "rs" => fs::read_to_string(&path).unwrap(),
        _ => String::new(),
    };
    paths.map(read).collect()
}

/// What stands between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn what_is_named_for_each_rule_is_there() {
    let checkout = Checkout::read();
    let (mut rules, mut wrong) = (Vec::new(), Vec::new());
    for line in checkout.file("docs/security.md").lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [rule, said, code, tests] = cells[..] else { continue };
        let Ok(number) = rule.parse::<u32>() else { continue };
        rules.push(number);
        let missing = quoted(code).filter_map(|path| checkout.lacks(path));
        let missing = missing.chain(quoted(tests).filter_map(|test| checkout.lacks_test(test)));
        wrong.extend(missing.map(|what| format!("rule {rule}: {what}")));
        // A rule without a test says that what it is about is not there.
        if tests.is_empty() && !["nothing", "no ", "No "].iter().any(|word| said.contains(word) || code.contains(word))
        {
            wrong.push(format!("rule {rule} is held by no test"));
        }
    }
    assert_eq!(rules, (1..=36).collect::<Vec<_>>());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How SQL gets to a database as text instead of as a tree with bound values.
const WRITTEN_OUT: [&str; 6] =
    ["execute_unprepared", "Statement::from_", "Expr::cust", "execute_raw", "query_one_raw", "query_all_raw"];

#[test]
fn sql_is_written_out_in_the_store_alone() {
    let checkout = Checkout::read();
    let found = |room: &String| {
        let code = source(&checkout.root.join("crates").join(room).join("src"));
        WRITTEN_OUT
            .iter()
            .filter(|word| code.contains(**word))
            .map(|word| format!("{room}: {word}"))
            .collect::<Vec<_>>()
    };
    // The fixture of the tests starts databases and asks them how they are set up.
    let others = checkout.rooms.keys().filter(|room| !["store", "testkit"].contains(&room.as_str()));
    assert_eq!(others.flat_map(found).collect::<Vec<_>>(), Vec::<String>::new());
    assert!(found(&"store".to_owned()).len() > 2, "the words are those that the store uses");
}

#[test]
fn each_requirement_of_levels_one_and_two_has_a_test_a_reason_or_is_said_to_be_open() {
    let checkout = Checkout::read();
    let text = checkout.file("docs/asvs.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let (mut ids, mut wrong) = (Vec::new(), Vec::new());
    let mut states: BTreeMap<(u8, String), usize> = BTreeMap::new();
    for row in reader.deserialize::<(String, u8, String, String, String)>() {
        let (id, level, state, code, held_by) = row.unwrap();
        let mut lacking: Vec<String> = checkout.lacks(&code).into_iter().collect();
        match state.as_str() {
            "tested" => lacking.extend(held_by.split("; ").filter_map(|test| checkout.lacks_test(test))),
            "reviewed" | "open" | "does not apply" if held_by.len() < 5 => lacking.push("it gives no reason".into()),
            "reviewed" | "open" | "does not apply" => {}
            other => lacking.push(format!("'{other}' is no state")),
        }
        wrong.extend(lacking.into_iter().map(|what| format!("{id}: {what}")));
        *states.entry((level, state)).or_default() += 1;
        ids.push(id);
    }
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // As many as version 5.0.0 has.
    let of_level = |level| states.iter().filter(|((of, _), _)| *of == level).map(|(_, count)| count).sum::<usize>();
    assert_eq!((ids.len(), of_level(1), of_level(2)), (all, 70, 183));
    let page = checkout.file("docs/security.md");
    for level in [1, 2] {
        let count = |state: &str| states.get(&(level, state.to_owned())).copied().unwrap_or(0);
        let [tested, reviewed, open] = ["tested", "reviewed", "open"].map(count);
        let row = format!("| {level} | {} | {tested} | {reviewed} | {open} |", tested + reviewed + open);
        assert!(page.contains(&row), "docs/security.md should say: {row}");
    }
}
