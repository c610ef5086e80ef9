//! One page of a list.

use serde::Deserialize;

use crate::request::PAGE_SIZE;
use crate::rows::{Readable, Row};
use crate::wire::{Object, Value};

/// A page: its rows, and what it says about the whole list.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub(super) rows: Vec<T>,
    /// Rows of the whole list.
    pub(super) total: u64,
    pages: u64,
}

/// A page as it is written; an empty one may leave `content` out.
#[derive(Deserialize)]
#[serde(bound = "T: Row")]
struct Written<'a, T> {
    content: Option<Vec<Readable<T>>>,
    #[serde(borrow)]
    page: Option<Object<'a>>,
}

impl<T: Row> Page<T> {
    /// Reads `{"content": [...], "page": {...}}`, or says what is wrong with it.
    pub(super) fn read(body: &[u8]) -> Result<Self, String> {
        let written: Written<'_, T> =
            serde_json::from_slice(body).map_err(|_| "it is not a page of a list")?;
        let info = written
            .page
            .ok_or("it does not say how many pages there are")?;
        let total =
            number(&info, "totalElements").ok_or("it does not say how many rows there are")?;
        let size = number(&info, "size")
            .filter(|size| *size > 0)
            .unwrap_or(PAGE_SIZE);
        let rows = written.content.unwrap_or_default().into_iter();
        let rows = rows.map(|Readable(row)| {
            row.ok_or_else(|| format!("it holds a {} without an id", T::NAME))
        });
        Ok(Self {
            rows: rows.collect::<Result<_, _>>()?,
            total,
            // The larger of the two: a page too many is empty, a page too few is a loss.
            pages: number(&info, "totalPages")
                .unwrap_or(0)
                .max(total.div_ceil(size)),
        })
    }

    /// Pages of the whole list.
    pub(super) fn pages(&self) -> u64 {
        self.pages
    }
}

/// A count, written as a number or as a text.
fn number(info: &Object<'_>, name: &str) -> Option<u64> {
    match info.get(name)? {
        Value::Text(text) => text.trim().parse().ok(),
        Value::Number(written) => written.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Page;
    use crate::Company;
    use serde_json::{Value, json};

    fn read(body: &Value) -> Result<Page<Company>, String> {
        Page::read(body.to_string().as_bytes())
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
