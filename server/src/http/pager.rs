//! The way to the other pages of a list.

use super::{Fields, address};

/// The query's name of the place to go on from.
const CURSOR: &str = "cursor";

/// Links to the first and to the next page of a list, with the filters of the present one.
pub struct Pager {
    /// The first page, unless this is it.
    pub first: Option<String>,
    /// The next page, if there is one.
    pub next: Option<String>,
}

impl Pager {
    /// Of a list that has one page.
    #[must_use]
    pub fn none() -> Self {
        Self {
            first: None,
            next: None,
        }
    }

    /// The links of the list at `path` for a page that was asked for with `query`.
    #[must_use]
    pub fn of(path: &str, query: &Fields, next_cursor: Option<&str>) -> Self {
        let shown_first = query.text(CURSOR).is_empty();
        Self {
            first: (!shown_first).then(|| at(path, query, None)),
            next: next_cursor.map(|cursor| at(path, query, Some(cursor))),
        }
    }
}

fn at(path: &str, query: &Fields, cursor: Option<&str>) -> String {
    let filters = query.iter().filter(|(name, _)| *name != CURSOR);
    address(path, filters.chain(cursor.map(|cursor| (CURSOR, cursor))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_stay_and_the_cursor_changes() {
        let query = Fields::parse(b"q=a+%26+b&status=&cursor=old");
        let pager = Pager::of("/clients", &query, Some("new"));
        assert_eq!(pager.first.as_deref(), Some("/clients?q=a+%26+b"));
        assert_eq!(pager.next.as_deref(), Some("/clients?q=a+%26+b&cursor=new"));
    }

    #[test]
    fn the_only_page_leads_nowhere() {
        let pager = Pager::of("/clients", &Fields::default(), None);
        assert!(pager.first.is_none() && pager.next.is_none());
    }
}
