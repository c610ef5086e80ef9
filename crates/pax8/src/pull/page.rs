//! One page of a list.

use serde_json::{Map, Value};

use crate::request::PAGE_SIZE;
use crate::rows::{self, Row};

/// A page: its rows, and what it says about the whole list.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub(super) rows: Vec<T>,
    /// Rows of the whole list.
    pub(super) total: u64,
    pages: u64,
}

impl<T: Row> Page<T> {
    /// Reads `{"content": [...], "page": {...}}`, or says what is wrong with it.
    pub(super) fn read(body: &Value) -> Result<Self, String> {
        let info = body
            .get("page")
            .and_then(Value::as_object)
            .ok_or("it does not say how many pages there are")?;
        let total =
            number(info, "totalElements").ok_or("it does not say how many rows there are")?;
        let size = number(info, "size")
            .filter(|size| *size > 0)
            .unwrap_or(PAGE_SIZE);
        Ok(Self {
            rows: rows_of(body)?,
            total,
            // The larger of the two: a page too many is empty, a page too few is a loss.
            pages: number(info, "totalPages")
                .unwrap_or(0)
                .max(total.div_ceil(size)),
        })
    }

    /// Pages of the whole list.
    pub(super) fn pages(&self) -> u64 {
        self.pages
    }
}

/// The rows; an empty page may leave `content` out.
fn rows_of<T: Row>(body: &Value) -> Result<Vec<T>, String> {
    match body.get("content") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(rows)) => rows
            .iter()
            .map(|row| {
                rows::read(row).ok_or_else(|| format!("it holds a {} without an id", T::NAME))
            })
            .collect(),
        Some(_) => Err("its content is not a list".to_owned()),
    }
}

/// A count, written as a number or as a text.
fn number(info: &Map<String, Value>, name: &str) -> Option<u64> {
    match info.get(name)? {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_u64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Company;
    use serde_json::json;

    fn read(body: &Value) -> Result<Page<Company>, String> {
        Page::read(body)
    }

    #[test]
    fn a_page_says_how_large_the_list_is() {
        let info = json!({"size": 200, "totalElements": 401, "totalPages": 3, "number": 0});
        let page = read(&json!({"content": [{"id": "a"}], "page": info})).unwrap();
        assert_eq!((page.rows.len(), page.total, page.pages()), (1, 401, 3));
    }

    #[test]
    fn the_pages_are_counted_where_pax8_does_not() {
        let pages = |info: Value| read(&json!({"content": [], "page": info})).unwrap().pages();
        assert_eq!(pages(json!({"size": 100, "totalElements": 401})), 5);
        assert_eq!(pages(json!({"totalElements": "401"})), 3);
        assert_eq!(
            pages(json!({"size": 0, "totalElements": 401, "totalPages": 1})),
            3
        );
        assert_eq!(
            pages(json!({"size": 200, "totalElements": 0, "totalPages": 0})),
            0
        );
    }

    #[test]
    fn an_empty_page_may_lack_its_content() {
        for body in [
            json!({"page": {"totalElements": 0}}),
            json!({"content": null, "page": {"totalElements": 0}}),
        ] {
            assert!(read(&body).unwrap().rows.is_empty());
        }
    }

    #[test]
    fn a_page_without_page_information_is_not_the_only_page() {
        for body in [
            json!({"content": [{"id": "a"}]}),
            json!({"content": [{"id": "a"}], "totalElements": 1, "totalPages": 1}),
            json!({"content": [{"id": "a"}], "page": {"totalPages": 1}}),
            json!({"content": [{"id": "a"}], "page": {"totalElements": -1}}),
            json!({"content": {}, "page": {"totalElements": 1}}),
            json!({"content": [{"id": ""}], "page": {"totalElements": 1}}),
            json!({"content": ["a"], "page": {"totalElements": 1}}),
            json!([]),
        ] {
            assert!(read(&body).is_err(), "{body}");
        }
    }
}
