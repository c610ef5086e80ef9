//! Whole lists: every page read, and the whole proved complete.

mod page;
mod tally;

use std::marker::PhantomData;

use futures::{StreamExt, stream};

use crate::client::Client;
use crate::request::{PAGE_SIZE, Read};
use crate::rows::Row;
use crate::{Error, Subscription};

use page::Page;
use tally::Tally;

/// Reads a page as the client would, for the fuzzer.
#[cfg(fuzzing)]
pub(crate) fn read_page<T: Row + std::fmt::Debug>(body: &[u8]) {
    if let Ok(page) = Page::<T>::read(body) {
        let _ = (page.pages(), format!("{page:?}"));
    }
}

/// A list is read this often before it counts as inconsistent.
const ATTEMPTS: usize = 3;

/// A list that can be pulled. Nothing is sent before
/// [`complete`](Pull::complete).
#[must_use = "a pull does nothing until it is completed"]
#[derive(Debug)]
pub struct Pull<T> {
    client: Client,
    list: Read,
    /// The only company whose rows may appear, where one was asked for.
    only_company: Option<String>,
    /// As many rows as there will probably be.
    likely_rows: u64,
    row: PhantomData<fn() -> T>,
}

/// A list that was proved complete: it holds as many distinct rows as every
/// page of it promised. Only a [`Pull`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complete<T> {
    rows: Vec<T>,
    attempts: usize,
    duplicates: u64,
}

impl<T> Complete<T> {
    /// The rows, each once, in Pax8's order.
    #[must_use]
    pub fn rows(&self) -> &[T] {
        &self.rows
    }

    /// The rows, each once, in Pax8's order.
    #[must_use]
    pub fn into_rows(self) -> Vec<T> {
        self.rows
    }

    /// How often the list had to be read, 1 to 3.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.attempts
    }

    /// Rows that came more than once and were counted once.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }
}

impl Pull<Subscription> {
    /// Insists that every row belongs to this company.
    pub(crate) fn only_company(mut self, company_id: &str) -> Self {
        self.only_company = Some(company_id.to_owned());
        self
    }
}

impl<T: Row> Pull<T> {
    pub(crate) fn new(client: Client, list: Read) -> Self {
        Self {
            client,
            list,
            only_company: None,
            likely_rows: 0,
            row: PhantomData,
        }
    }

    /// Says how many rows there will probably be, such as those of the last
    /// time: as many pages as may be in flight are then asked for at once,
    /// before the first has told how many there are, and memory for so many is
    /// taken in one piece.
    pub fn expecting(mut self, rows: u64) -> Self {
        self.likely_rows = rows;
        self
    }

    /// Reads every page and proves the whole complete.
    ///
    /// `progress` is told the rows received and the rows promised after each
    /// page; the first falls back when the list has to be read again.
    ///
    /// The proof: the distinct ids are as many as the total of the first page,
    /// of the last and of all between. Rows without an id (invoice items may
    /// lack it) count one each. A list that fails the proof is read again, at
    /// most three times in all.
    ///
    /// # Errors
    ///
    /// [`Error::Incomplete`] if no reading was consistent,
    /// [`Error::TooManyPages`] before reading an endless list, and whatever
    /// keeps a page from being read.
    pub async fn complete(
        &self,
        progress: impl Fn(u64, u64) + Send + Sync,
    ) -> Result<Complete<T>, Error> {
        self.complete_as(|row| row, progress).await
    }

    /// The same for lists that are too long to hold: of each row only what
    /// `keep` makes of it is kept, as soon as its page is read.
    ///
    /// A row that comes again is handed over again, and so is every row of a
    /// list that has to be read again; what was made of it last counts.
    ///
    /// # Errors
    ///
    /// Those of [`complete`](Pull::complete).
    pub async fn complete_as<K: Send>(
        &self,
        mut keep: impl FnMut(T) -> K + Send,
        progress: impl Fn(u64, u64) + Send + Sync,
    ) -> Result<Complete<K>, Error> {
        let mut tally = self.gather(&mut keep, &progress).await?;
        for attempt in 1.. {
            if tally.is_complete() {
                return Ok(tally.into_complete(attempt));
            }
            tracing::warn!(
                path = self.list.path(),
                attempt,
                expected = tally.expected(),
                received = tally.received(),
                "Pax8 list was inconsistent"
            );
            if attempt == ATTEMPTS {
                break;
            }
            tally = self.gather(&mut keep, &progress).await?;
        }
        Err(Error::Incomplete {
            path: self.list.path(),
            expected: tally.expected(),
            received: tally.received(),
            attempts: ATTEMPTS,
        })
    }

    /// Reads every page once.
    async fn gather<K: Send>(
        &self,
        keep: &mut (impl FnMut(T) -> K + Send),
        progress: &(impl Fn(u64, u64) + Sync),
    ) -> Result<Tally<K>, Error> {
        let mut tally = Tally::of_likely(usize::try_from(self.likely_rows).unwrap_or_default());
        let (mut from, mut to) = (0, self.pages_at_first());
        while from < to {
            let mut pages = stream::iter(from..to)
                .map(|number| self.page(number))
                .buffered(self.client.parallelism());
            from = to;
            while let Some(page) = pages.next().await {
                let page = page?;
                if tally.is_empty() {
                    to = self.within_limit(page.pages())?;
                }
                tally.add(page, keep);
                progress(tally.received(), tally.expected());
            }
        }
        Ok(tally)
    }

    /// Pages to ask for before the first has told how many there are.
    fn pages_at_first(&self) -> u64 {
        let most = u64::try_from(self.client.parallelism()).unwrap_or(u64::MAX);
        self.likely_rows.div_ceil(PAGE_SIZE).clamp(1, most)
    }

    async fn page(&self, number: u64) -> Result<Page<T>, Error> {
        let request = self.list.page(number);
        let page: Page<T> = self.client.get(request, Page::read).await?;
        if let Some(company) = &self.only_company
            && page.rows.iter().any(|row| row.is_foreign_to(company))
        {
            return Err(Error::protocol(
                self.list.path(),
                "it holds rows of another company",
            ));
        }
        Ok(page)
    }

    fn within_limit(&self, pages: u64) -> Result<u64, Error> {
        let limit = self.client.max_pages();
        if pages > limit {
            return Err(Error::TooManyPages {
                path: self.list.path(),
                pages,
                limit,
            });
        }
        Ok(pages)
    }
}
