//! Where the rows of an export come from.

use std::future::Future;

use super::cell::Cell;
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    http::{EveryPage, List, PageQuery},
};

/// A list that can be exported.
pub(super) trait Source: Send + Sync + 'static {
    /// What the file and the sheet are called.
    const NAME: &'static str;
    /// What the columns are called.
    const COLUMNS: &'static [&'static str];

    /// A page of rows, in a transaction of its own.
    fn page(
        &self,
        app: &App,
        actor: &Actor,
        page: &PageQuery,
    ) -> impl Future<Output = Result<List<Vec<Cell>>>> + Send;
}

/// A list being read from its beginning to its end.
pub(super) struct Reading<S> {
    pub app: App,
    pub actor: Actor,
    pub source: S,
    pages: EveryPage,
}

impl<S: Source> Reading<S> {
    pub(super) fn new(app: App, actor: Actor, source: S) -> Self {
        Self {
            app,
            actor,
            source,
            pages: EveryPage::default(),
        }
    }

    /// The rows of the page after the last one; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Vec<Cell>>>> {
        let Some(page) = self.pages.next_page() else {
            return Ok(None);
        };
        let list = self.source.page(&self.app, &self.actor, &page).await?;
        Ok(Some(self.pages.rows(list)))
    }
}

/// A text of a query; an empty one asks for nothing, as a form's field that was left empty does.
pub(super) fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

/// Reads one of a few words.
pub(super) fn word<T>(
    text: &Option<String>,
    field: &str,
    parse: impl Fn(&str) -> Option<T>,
    refusal: &str,
) -> Result<Option<T>> {
    let read = |text| parse(text).ok_or_else(|| Error::field(field, refusal));
    given(text).map(read).transpose()
}
