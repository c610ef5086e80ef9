//! Every page that a link or a filter leads to.

use std::collections::{BTreeSet, VecDeque};

use scraper::{ElementRef, Html, Selector};

use super::Pages;
use crate::visitor::Visitor;

/// Addresses of one kind of page that are asked for: more records of the same kind tell nothing new.
const OF_EACH: usize = 3;
/// Where no link leads to.
const UNLINKED: [&str; 2] = ["/", "/deliveries"];
/// What is typed into search boxes: what most have, what some have, what nothing has.
const SEARCHES: [&str; 3] = ["e", "microsoft", "zzqx"];

/// The pages, from the first one on.
pub async fn pages(visitor: &Visitor) -> Pages {
    let mut pages = Pages::new();
    let mut seen = BTreeSet::new();
    let mut ahead: VecDeque<String> = UNLINKED.map(str::to_owned).into();
    while let Some(address) = ahead.pop_front() {
        let (page, kind) = (path_of(&address), kind_of(&address));
        let of_kind = seen.iter().filter(|(other, _)| *other == kind).count();
        if of_kind >= OF_EACH || !seen.insert((kind, address.clone())) {
            continue;
        }
        let Some(text) = visitor.ask(&address).await else {
            continue;
        };
        ahead.extend(onward(&address, &text));
        pages.entry(page).or_default().push(address);
    }
    pages
}

/// Where a page leads to.
fn onward(address: &str, text: &str) -> Vec<String> {
    let html = Html::parse_document(text);
    let links = select(&html, "a[href], [data-expand], [data-href], [src]");
    let links = links.into_iter().filter_map(|it| {
        let names = ["href", "data-expand", "data-href", "src"];
        names.iter().find_map(|name| it.attr(name))
    });
    let mut onward: Vec<String> = links.map(str::to_owned).collect();
    let here = address.split('?').next().unwrap_or_default();
    for form in select(&html, "form:not([method])") {
        let action = form.attr("action").unwrap_or(here);
        onward.extend(choices(form).map(|choice| format!("{action}?{choice}")));
    }
    onward.retain(|it| is_page(it));
    onward
}

/// What the fields of a form can say, one at a time.
fn choices(form: ElementRef<'_>) -> impl Iterator<Item = String> {
    let option = Selector::parse("select[name] option[value]").unwrap();
    let options = form.select(&option).filter_map(|option| {
        let field = option
            .ancestors()
            .find_map(|it| ElementRef::wrap(it)?.attr("name"))?;
        Some(format!("{field}={}", encoded(option.attr("value")?)))
    });
    let search = Selector::parse("input[type=search][name]").unwrap();
    let searches = form.select(&search).filter_map(|input| input.attr("name"));
    let searches =
        searches.flat_map(|name| SEARCHES.map(|text| format!("{name}={}", encoded(text))));
    let all: Vec<_> = options.chain(searches).collect();
    all.into_iter()
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn select<'a>(html: &'a Html, what: &str) -> Vec<ElementRef<'a>> {
    html.select(&Selector::parse(what).unwrap()).collect()
}

/// Whether it is one of our pages, and neither a download nor a call.
fn is_page(address: &str) -> bool {
    let path = address.split('?').next().unwrap_or_default();
    let is_file = path.rsplit('/').next().unwrap_or_default().contains('.');
    path.starts_with('/') && !is_file && !path.starts_with("/api/") && !path.starts_with("/assets")
}

/// An address without what differs between two of its kind: ids and places in a list.
fn kind_of(address: &str) -> String {
    let (_, query) = address.split_once('?').unwrap_or((address, ""));
    let query = form_urlencoded::parse(query.as_bytes()).map(|(name, value)| {
        let value = if name == "cursor" || is_id(&value) {
            ""
        } else {
            &value
        };
        format!("{name}={value}")
    });
    let query: BTreeSet<_> = query.collect();
    format!(
        "{}?{}",
        path_of(address),
        query.into_iter().collect::<Vec<_>>().join("&")
    )
}

/// The path of an address, with `{id}` for each id.
fn path_of(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let parts = path.split('/');
    let parts = parts.map(|part| if is_id(part) { "{id}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn is_id(text: &str) -> bool {
    text.len() == 36 && text.split('-').count() == 5
}
