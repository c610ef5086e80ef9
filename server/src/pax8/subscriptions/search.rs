//! A text among the names of subscriptions and of their companies.
//!
//! There may be a great many subscriptions, and what is searched for may stand in none of them. But they are called by few texts:
//! the products of a catalogue. Those and the names of the companies are kept in memory as long as they stay as they are, so that only
//! subscriptions are read that are shown, or lie beside them in an index.

use std::{collections::HashMap, sync::Arc};

use db::OrgTx;

use super::list_store::{self, Listed, Narrowing, Of, Patterns, SortKey, TOGETHER};
use crate::{
    error::Result,
    http::Paging,
    ids::CompanyId,
    like::{beginning, containing, typed},
};

/// A text by which more are called is asked for by itself, in the order of its index.
const MANY: u32 = 200;
/// Where more companies than these are found, a page is soon full of their subscriptions in the order of the list.
const MANY_COMPANIES: usize = 8 * TOGETHER;
/// The shortest beginning of an id of Pax8's that is taken for one.
const SHORTEST_ID: usize = 4;

/// What subscriptions are called by, in the order of the list, with how many are.
struct Texts(Vec<(String, u32)>);

/// What companies are found by.
struct CompanyTexts(Vec<(CompanyId, String)>);

/// The patterns for a typed text; none for an empty one. They find the same as [`list_containing`].
pub(super) fn patterns(text: &str) -> Option<Patterns> {
    Some(Patterns {
        containing: containing(text)?,
        // One that begins no id finds none.
        beginning: id_beginning(&typed(text)?).map_or_else(String::new, beginning),
    })
}

/// A page of the subscriptions that a typed text finds: product, vendor, SKU, how Pax8's id begins, or the company.
pub(super) async fn list_containing(
    tx: &mut OrgTx,
    text: &str,
    narrowing: &Narrowing,
    paging: &Paging<SortKey>,
) -> Result<Vec<Listed>> {
    let (Some(text), Some(patterns)) = (typed(text), patterns(text)) else {
        return list_store::list(tx, Of::All, narrowing, paging).await;
    };
    let companies = companies(tx, &text).await?;
    if companies.len() > MANY_COMPANIES {
        return list_store::list(tx, Of::Containing(&patterns), narrowing, paging).await;
    }
    let texts = texts(tx).await?;
    let mut found = called(tx, &texts, &text, narrowing, paging).await?;
    for some in companies.chunks(TOGETHER) {
        found.extend(list_store::list(tx, Of::Companies(some), narrowing, paging).await?);
    }
    if let Some(id) = id_beginning(&text) {
        // No hexadecimal digit comes after.
        let before = format!("{id}g");
        found.extend(list_store::list(tx, Of::Pax8Ids(id, &before), narrowing, paging).await?);
    }
    Ok(first_of(found, &texts, paging))
}

/// Those that are called by a text in which this one stands.
async fn called(
    tx: &mut OrgTx,
    texts: &Texts,
    text: &str,
    narrowing: &Narrowing,
    paging: &Paging<SortKey>,
) -> Result<Vec<Listed>> {
    let is_full = |found: &[Listed]| i64::try_from(found.len()).is_ok_and(|n| n >= paging.fetch());
    let mut left = texts.after(paging, text).peekable();
    let mut found = Vec::new();
    while !is_full(&found)
        && let Some((text, count)) = left.next()
    {
        if *count > MANY {
            found.extend(list_store::list(tx, Of::Text(text), narrowing, paging).await?);
            continue;
        }
        let mut some = vec![text.as_str()];
        while some.len() < TOGETHER
            && let Some((text, _)) = left.next_if(|(_, count)| *count <= MANY)
        {
            some.push(text);
        }
        found.extend(list_store::list(tx, Of::Texts(&some), narrowing, paging).await?);
    }
    Ok(found)
}

impl Texts {
    /// Those in which a text stands, from the one at which the page before ended.
    fn after<'a>(
        &'a self,
        paging: &Paging<SortKey>,
        text: &'a str,
    ) -> impl Iterator<Item = &'a (String, u32)> {
        let after = paging.after.as_ref();
        let at = after.and_then(|(after, _)| self.0.iter().position(|(it, _)| it == after));
        let from_there = self.0.iter().skip(at.unwrap_or(0));
        from_there.filter(move |(it, _)| it.contains(text))
    }
}

/// The first of what was found in several ways, each once, in the order of the list, which is the database's.
fn first_of(mut found: Vec<Listed>, texts: &Texts, paging: &Paging<SortKey>) -> Vec<Listed> {
    let places = texts.0.iter().enumerate();
    let places: HashMap<&str, usize> = places.map(|(at, (text, _))| (text.as_str(), at)).collect();
    found.sort_by_key(|((text, id), _)| (places.get(text.as_str()).copied(), *id));
    found.dedup_by_key(|((_, id), _)| *id);
    found.truncate(usize::try_from(paging.fetch()).unwrap_or(usize::MAX));
    found
}

/// A text that may be the beginning of an id of Pax8's.
fn id_beginning(text: &str) -> Option<&str> {
    let fits = |it: &str| it.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    Some(text).filter(|it| it.len() >= SHORTEST_ID && fits(it))
}

/// The companies that a text finds.
async fn companies(tx: &mut OrgTx, text: &str) -> Result<Vec<CompanyId>> {
    let all = tx.kept(async |tx| list_store::company_texts(tx).await.map(CompanyTexts));
    let all = all.await?;
    let found = all.0.iter().filter(|(_, it)| it.contains(text));
    Ok(found.map(|(company, _)| *company).collect())
}

async fn texts(tx: &mut OrgTx) -> Result<Arc<Texts>> {
    tx.kept(async |tx| list_store::texts(tx).await.map(Texts))
        .await
}
