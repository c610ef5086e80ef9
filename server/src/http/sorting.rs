//! Lists in an order of choice: the address names a column and a direction, the heads of the columns are links to the others.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Fields, PageQuery, Paging, address};
use crate::error::{Error, Result};

/// The query's name of the order.
const SORT: &str = "sort";

/// A column that a list can be sorted by.
#[derive(Debug)]
pub struct Column {
    /// Its name in the address; before it, `-` turns the order around.
    pub name: &'static str,
    /// Its head.
    pub label: &'static str,
    /// Whether it is a column of amounts.
    pub numeric: bool,
    /// Whether it starts with the highest when it is chosen.
    pub falls: bool,
}

/// An order: a column and a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The name of the column; empty: the order that the list has by itself, which is none of its columns.
    pub column: &'static str,
    /// Whether the highest come first.
    pub falling: bool,
}

/// The place of a row in a sorted list, with the order that it is a place of: by text, then by number, then by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortKey<I> {
    /// The order.
    pub sort: String,
    /// What is compared first.
    pub text: String,
    /// What is compared then.
    pub number: i64,
    /// What tells equal rows apart.
    pub id: I,
}

/// The head of a column, as a link to the list sorted by it.
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    /// Its text.
    pub label: &'static str,
    /// The first page of the list in that order.
    pub url: String,
    /// Whether it is a column of amounts.
    pub numeric: bool,
    /// `ascending` or `descending`; none: the list is in another order.
    pub sorted: Option<&'static str>,
}

impl Sort {
    /// The order that an address names; `usual` where it names none, or none of this list.
    #[must_use]
    pub fn of(query: &Fields, columns: &[Column], usual: Self) -> Self {
        let text = query.text(SORT);
        let (name, falling) = match text.strip_prefix('-') {
            Some(name) => (name, true),
            None => (text, false),
        };
        let column = columns.iter().find(|column| column.name == name);
        column.map_or(usual, |column| Self {
            column: column.name,
            falling,
        })
    }

    /// As the address names it.
    #[must_use]
    pub fn code(self) -> String {
        let sign = if self.falling { "-" } else { "" };
        format!("{sign}{}", self.column)
    }

    /// What multiplies a number so that rising products are the order.
    #[must_use]
    pub fn factor(self) -> i64 {
        if self.falling { -1 } else { 1 }
    }

    /// The place of a row in this order.
    pub fn key<I>(self, text: String, number: i64, id: I) -> SortKey<I> {
        SortKey {
            sort: self.code(),
            text,
            number,
            id,
        }
    }

    /// The page that is asked for.
    ///
    /// # Errors
    /// When the limit is out of range, or the cursor is not one of this list in this order.
    pub fn paging<I: DeserializeOwned>(self, page: &PageQuery) -> Result<Paging<SortKey<I>>> {
        let paging: Paging<SortKey<I>> = page.paging()?;
        match &paging.after {
            Some(after) if after.sort != self.code() => Err(Error::field(
                "cursor",
                "This is a cursor of the list in another order. Start again without it.",
            )),
            _ => Ok(paging),
        }
    }
}

impl Head {
    /// The heads of a list at `path` that was asked for with `query`. The sorted one turns the order around.
    #[must_use]
    pub fn all(path: &str, query: &Fields, columns: &[Column], usual: Sort) -> Vec<Self> {
        let sort = Sort::of(query, columns, usual);
        let head = |column: &Column| {
            let is_sorted = column.name == sort.column;
            let to = Sort {
                column: column.name,
                falling: if is_sorted {
                    !sort.falling
                } else {
                    column.falls
                },
            };
            let code = if to == usual {
                String::new()
            } else {
                to.code()
            };
            Self {
                label: column.label,
                url: sorted_by(path, query, &code),
                numeric: column.numeric,
                sorted: is_sorted.then_some(if sort.falling {
                    "descending"
                } else {
                    "ascending"
                }),
            }
        };
        columns.iter().map(head).collect()
    }
}

/// The first page of the list at `path` with the same filters in another order.
#[must_use]
pub fn sorted_by(path: &str, query: &Fields, sort: &str) -> String {
    let filters = query
        .iter()
        .filter(|(name, _)| !matches!(*name, SORT | "cursor"));
    address(path, filters.chain([(SORT, sort)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 2] = [
        Column {
            name: "name",
            label: "Name",
            numeric: false,
            falls: false,
        },
        Column {
            name: "total",
            label: "Total",
            numeric: true,
            falls: true,
        },
    ];
    const USUAL: Sort = Sort {
        column: "name",
        falling: false,
    };

    fn urls(query: &str) -> Vec<(String, Option<&'static str>)> {
        let query = Fields::parse(query.as_bytes());
        Head::all("/list", &query, &COLUMNS, USUAL)
            .into_iter()
            .map(|head| (head.url, head.sorted))
            .collect()
    }

    #[test]
    fn a_head_leads_to_its_order_and_the_sorted_one_turns_it_around() {
        assert_eq!(
            urls("q=a&cursor=x"),
            [
                ("/list?q=a&sort=-name".to_owned(), Some("ascending")),
                ("/list?q=a&sort=-total".to_owned(), None)
            ]
        );
        assert_eq!(
            urls("sort=-total"),
            [
                ("/list".to_owned(), None),
                ("/list?sort=total".to_owned(), Some("descending"))
            ]
        );
        assert_eq!(urls("sort=nonsense"), urls(""));
    }

    #[test]
    fn a_cursor_belongs_to_its_order() {
        let falling = Sort {
            falling: true,
            ..USUAL
        };
        let of_all = Paging {
            limit: 1,
            after: None,
        };
        let rows = of_all.list(vec![1_i64, 2], |id| USUAL.key("a".to_owned(), 0, *id));
        let page = PageQuery {
            limit: Some(1),
            cursor: rows.unwrap().next_cursor,
        };
        assert_eq!(USUAL.paging::<i64>(&page).unwrap().after.unwrap().id, 1);
        assert!(falling.paging::<i64>(&page).is_err());
    }
}
