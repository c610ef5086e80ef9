//! Rows as comma-separated values.
//!
//! A spreadsheet takes a field that begins with `=`, `+`, `-` or `@` for a formula, and drops a tab or line break before one. Such
//! a text gets an apostrophe before it, which spreadsheets show as text. Numbers are ours and stay as they are.

use ::csv::{Terminator, WriterBuilder};

use super::cell::Cell;
use crate::error::{Error, Result};

/// Says that the file is UTF-8; without it Excel guesses, and guesses wrong.
pub(super) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Rows of text.
pub(super) fn lines(rows: &[Vec<Cell>]) -> Result<Vec<u8>> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        let fields: Vec<String> = row.iter().map(field).collect();
        writer.write_record(&fields).map_err(Error::internal)?;
    }
    writer
        .into_inner()
        .map_err(|error| Error::internal(error.to_string()))
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Text(text) => harmless(text),
        Cell::Number(number) => number.to_string(),
        Cell::Day(day) => day.to_string(),
        Cell::Flag(true) => "yes".to_owned(),
        Cell::Flag(false) => "no".to_owned(),
    }
}

fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(cells: &[Cell]) -> String {
        String::from_utf8(lines(&[cells.to_vec()]).unwrap()).unwrap()
    }

    #[test]
    fn texts_that_a_spreadsheet_would_run_are_made_harmless() {
        for (text, field) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("a=1", "a=1"),
            ("a,\"b\"", "\"a,\"\"b\"\"\""),
        ] {
            assert_eq!(
                written(&[Cell::text(text), Cell::text("x")]),
                format!("{field},x\r\n")
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
        fn no_text_begins_like_a_formula(text in any::<String>()) {
            let written = lines(&[vec![Cell::text(text), Cell::text("x")]]).unwrap();
            let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(written.as_slice());
            let record = reader.records().next().unwrap().unwrap();
            prop_assert!(!record[0].starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
            prop_assert_eq!(&record[1], "x");
        }
    }
}
