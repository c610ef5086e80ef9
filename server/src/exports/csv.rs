//! Rows as comma-separated values.
//!
//! A spreadsheet takes a field that begins with `=`, `+`, `-` or `@` for a formula, and drops a tab or line break before one. Where
//! the decimal sign is a comma it splits at `;` instead, whatever the quotes say. So each such sign gets an apostrophe before it at
//! the beginning of a text and after whatever may end a field; spreadsheets show it as text. Numbers are ours and stay as they are.

use super::cell::Cell;

/// Says that the file is UTF-8; without it Excel guesses, and guesses wrong.
pub(super) const BYTE_ORDER_MARK: &str = "\u{feff}";

const BEGINS_A_FORMULA: [char; 4] = ['=', '+', '-', '@'];
/// What some spreadsheet takes for the end of a field, or drops.
const ENDS_A_FIELD: [char; 4] = [';', '\t', '\r', '\n'];

/// Rows of text.
pub(super) fn lines(rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut lines = String::new();
    for row in rows {
        let fields: Vec<String> = row.iter().map(field).collect();
        lines.push_str(&fields.join(","));
        lines.push_str("\r\n");
    }
    lines.into_bytes()
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Text(text) => quoted(text),
        Cell::Number(number) => number.to_string(),
        Cell::Day(day) => day.to_string(),
        Cell::Flag(true) => "yes".to_owned(),
        Cell::Flag(false) => "no".to_owned(),
    }
}

/// Quoted always, so that no program has to guess what is text.
fn quoted(text: &str) -> String {
    format!("\"{}\"", harmless(text).replace('"', "\"\""))
}

fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    if text.starts_with(ENDS_A_FIELD) {
        harmless.push('\'');
    }
    let mut begins = true;
    for c in text.chars() {
        if begins && BEGINS_A_FORMULA.contains(&c) {
            harmless.push('\'');
        }
        harmless.push(c);
        begins = ENDS_A_FIELD.contains(&c);
    }
    harmless
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(cells: &[Cell]) -> String {
        String::from_utf8(lines(&[cells.to_vec()])).unwrap()
    }

    #[test]
    fn texts_that_a_spreadsheet_would_run_are_made_harmless() {
        for (text, field) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t'=1"),
            ("\r=1", "'\r'=1"),
            ("x;=cmd|' /C calc'!A0", "x;'=cmd|' /C calc'!A0"),
            ("x\t@y", "x\t'@y"),
            ("a=1; b-2", "a=1; b-2"),
            ("a,\"b\"", "a,\"\"b\"\""),
            ("007", "007"),
        ] {
            assert_eq!(
                written(&[Cell::text(text), Cell::text("x")]),
                format!("\"{field}\",\"x\"\r\n")
            );
        }
    }

    #[test]
    fn numbers_stay_numbers() {
        let row = [
            Cell::Number("-3.40".parse().unwrap()),
            Cell::Nothing,
            Cell::Day("2026-11-24".parse().unwrap()),
            Cell::Flag(true),
        ];
        assert_eq!(written(&row), "-3.40,,2026-11-24,yes\r\n");
    }

    proptest! {
        #[test]
        fn no_part_of_a_text_begins_like_a_formula(text in "([=+@;\t\r\n\", -]|\\PC){0,12}") {
            let written = lines(&[vec![Cell::text(text), Cell::text("x")]]);
            let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(written.as_slice());
            let record = reader.records().next().unwrap().unwrap();
            for part in record[0].split([';', '\t', '\r', '\n']) {
                prop_assert!(!part.starts_with(['=', '+', '-', '@']), "{:?}", &record[0]);
            }
            prop_assert!(!record[0].starts_with([';', '\t', '\r', '\n']));
            prop_assert_eq!(&record[1], "x");
        }
    }
}
