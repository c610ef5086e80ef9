//! Lists in pages: a limit, and a cursor that says where the page before ended.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::error::{Error, Result};

/// What a list can be asked for.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
pub struct PageQuery {
    /// Rows on a page, 1 to 200; 50 where it is absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A page to be read: how many rows, after which key.
#[derive(Debug, Clone)]
pub struct Paging<K> {
    /// Rows on the page.
    pub limit: u32,
    /// The key of the last row of the page before.
    pub after: Option<K>,
}

/// A page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct List<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Asks for the page after this one; null on the last.
    pub next_cursor: Option<String>,
}

impl PageQuery {
    /// The page that is asked for.
    ///
    /// # Errors
    /// When the limit is out of range or the cursor is not one of ours.
    pub fn paging<K: DeserializeOwned>(&self) -> Result<Paging<K>> {
        let limit = self.limit.unwrap_or(50);
        if !(1..=200).contains(&limit) {
            return Err(Error::field("limit", "Use a number from 1 to 200."));
        }
        let after = self.cursor.as_deref().map(decode).transpose()?;
        Ok(Paging { limit, after })
    }
}

impl<K> Paging<K> {
    /// How many rows to read: one more than are shown, to see whether there are more.
    #[must_use]
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The page made of the rows that were read, with the key of each row.
    ///
    /// # Errors
    /// When a key cannot be written.
    pub fn list<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> Result<List<T>>
    where
        K: Serialize,
    {
        let limit = usize::try_from(self.limit).map_err(Error::internal)?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = match rows.last().filter(|_| more) {
            Some(last) => Some(BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&key(last))?)),
            None => None,
        };
        Ok(List {
            data: rows,
            next_cursor,
        })
    }
}

/// The pages of a list from its first to its last, as large as they come. One that failed is the last.
#[derive(Debug, Default)]
pub struct EveryPage {
    cursor: Option<String>,
    is_over: bool,
}

impl EveryPage {
    /// The page to ask for; none after the last one.
    pub fn next_page(&mut self) -> Option<PageQuery> {
        if std::mem::replace(&mut self.is_over, true) {
            return None;
        }
        Some(PageQuery {
            limit: Some(200),
            cursor: self.cursor.take(),
        })
    }

    /// The rows of the page that was asked for.
    pub fn rows<T>(&mut self, list: List<T>) -> Vec<T> {
        self.is_over = list.next_cursor.is_none();
        self.cursor = list.next_cursor;
        list.data
    }
}

impl<T> List<T> {
    /// The same page with other rows.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> List<U> {
        List {
            data: self.data.into_iter().map(make).collect(),
            next_cursor: self.next_cursor,
        }
    }
}

fn decode<K: DeserializeOwned>(cursor: &str) -> Result<K> {
    let key = BASE64_URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        // Keys are of what is stored, and no stored text has the character NUL.
        .filter(|bytes| !bytes.windows(6).any(|it| it == b"\\u0000"))
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    key.ok_or_else(|| Error::field("cursor", "This is not a cursor of this list."))
}
