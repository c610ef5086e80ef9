//! The table of what is protected names its proofs; each of them exists.

use std::{fs, path::Path};

/// Everything that could be a proof: the texts of all sources.
fn sources(folder: &Path, texts: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            sources(&path, texts);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            texts.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn security_table_names_tests_and_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut texts = String::new();
    for folder in ["server/src", "server/tests", "crates"] {
        sources(&root.join(folder), &mut texts);
    }
    let table = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let rows = table
        .lines()
        .filter(|line| line.starts_with("| ") && line.matches('|').count() == 4);
    let mut proofs = 0;
    for row in rows.filter(|row| !row.starts_with("| point")) {
        let proof = row.rsplit('|').nth(1).unwrap();
        let named: Vec<&str> = proof.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no proof: {row}");
        for name in named {
            let test = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let exists = if test {
                texts.contains(&format!("fn {name}("))
            } else {
                root.join(name).exists()
            };
            assert!(exists, "{name} is no proof: {row}");
            proofs += 1;
        }
    }
    assert!(proofs > 80, "{proofs}");
}
