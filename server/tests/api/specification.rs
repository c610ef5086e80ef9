//! docs/specification.md: every statement has a test that carries its number, and the table says which.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

const TABLE: &str = "docs/specification.md";
const RENEW: &str = "ASCENT_RENEW=1 cargo test -p ascent --test api specification";

/// A test, by its name and its file below the repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Proof {
    file: String,
    name: String,
}

#[test]
fn every_statement_has_a_test_and_the_table_names_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let proofs = proofs_below(root);
    let table = fs::read_to_string(root.join(TABLE)).unwrap();
    let renewed = renew(&table, &proofs);

    let bare: Vec<&str> = renewed
        .lines()
        .filter(|line| line.ends_with("| |"))
        .collect();
    assert!(bare.is_empty(), "no test proves:\n{}", bare.join("\n"));
    let known: Vec<String> = table.lines().filter_map(statement).collect();
    let unknown: Vec<&String> = proofs.keys().filter(|id| !known.contains(id)).collect();
    assert!(
        unknown.is_empty(),
        "tests name what is no statement: {unknown:?}"
    );
    if std::env::var_os("ASCENT_RENEW").is_some() {
        fs::write(root.join(TABLE), &renewed).unwrap();
    } else {
        assert!(
            table == renewed,
            "{TABLE} is out of date; renew it with\n{RENEW}"
        );
    }
}

#[test]
fn a_name_tells_its_numbers() {
    assert_eq!(numbers("s1_s11_the_only_calls"), ["S1", "S11"]);
    assert_eq!(
        numbers("s72_to_s74_i1_d13_stored"),
        ["S72", "S73", "S74", "I1"]
    );
    assert_eq!(numbers("d30_and_i12_pages"), ["I12"]);
    assert_eq!(numbers("i_am_none_s5"), Vec::<String>::new());
    assert_eq!(
        statement("| S5 | Words. | |"),
        Some("S5".to_owned()),
        "a row of the table"
    );
    assert_eq!(statement("| ID | Statement | Proved by |"), None);
}

/// The tests of the workspace, by the statements whose numbers they carry.
fn proofs_below(root: &Path) -> BTreeMap<String, Vec<Proof>> {
    let mut proofs: BTreeMap<String, Vec<Proof>> = BTreeMap::new();
    for file in ["crates", "server"]
        .map(|folder| sources(&root.join(folder)))
        .concat()
    {
        let text = fs::read_to_string(&file).unwrap();
        let file = file.strip_prefix(root).unwrap().to_str().unwrap();
        for name in tests(&text) {
            for id in numbers(name) {
                proofs.entry(id).or_default().push(Proof {
                    file: file.to_owned(),
                    name: name.to_owned(),
                });
            }
        }
    }
    for found in proofs.values_mut() {
        found.sort();
    }
    proofs
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    found
}

/// The names of the functions that stand below a test's attribute.
fn tests(text: &str) -> Vec<&str> {
    let mut below = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            below = true;
        } else if let Some(name) = line.trim_start_matches("async ").strip_prefix("fn ")
            && std::mem::take(&mut below)
        {
            found.push(name.split('(').next().unwrap());
        }
    }
    found
}

/// The statements that a test's name begins with; `s72_to_s74` are three. Decisions (`d13`) are read past.
fn numbers(name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut range = false;
    for word in name.split('_') {
        let number = word.get(1..).and_then(|digits| digits.parse::<u32>().ok());
        match (word.get(..1), number) {
            (Some("d"), Some(_)) => {}
            (Some(letter @ ("s" | "i")), Some(number)) => {
                let letter = letter.to_uppercase();
                let last = found.last().and_then(|id| id[1..].parse::<u32>().ok());
                let first = last.filter(|_| range).map_or(number, |last| last + 1);
                found.extend((first..=number).map(|number| format!("{letter}{number}")));
                range = false;
            }
            _ if word == "to" => range = true,
            _ if word == "and" => {}
            _ => break,
        }
    }
    found
}

/// The number of the statement in a row of the table.
fn statement(row: &str) -> Option<String> {
    let id = row.strip_prefix("| ")?.split(' ').next()?;
    let number = id.strip_prefix(['S', 'I'])?;
    number.parse::<u32>().ok().map(|_| id.to_owned())
}

/// The table with its last column written anew.
fn renew(table: &str, proofs: &BTreeMap<String, Vec<Proof>>) -> String {
    let row = |line: &str| {
        let Some(id) = statement(line) else {
            return line.to_owned();
        };
        let words = line.split(" | ").nth(1).unwrap();
        let tests: Vec<String> = proofs.get(&id).into_iter().flatten().map(link).collect();
        let tests = tests.join("<br>");
        let space = if tests.is_empty() { "" } else { " " };
        format!("| {id} | {words} |{space}{tests} |")
    };
    table.lines().map(row).map(|line| line + "\n").collect()
}

fn link(proof: &Proof) -> String {
    format!("[{}](../{})", proof.name, proof.file)
}
