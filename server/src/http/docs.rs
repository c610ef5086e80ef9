//! `/api/docs`: the API's document as pages, made on the server, for people: one with all calls in a line each, and one for
//! the calls of each tag. They hold nothing of any organization and are open to all.

mod call;
mod contents;
mod fields;
mod prose;

use askama::Template;
use serde_json::Value;

use self::{
    call::CallView,
    contents::{Contents, Group},
    prose::{Paragraph, paragraphs},
};

/// The page with all calls.
#[derive(Template)]
#[template(path = "docs/overview.html")]
pub(super) struct Overview {
    contents: Contents,
    base: String,
    intro: Vec<Paragraph>,
}

/// The page with the calls of a tag.
#[derive(Template)]
#[template(path = "docs/group.html")]
pub(super) struct GroupPage {
    contents: Contents,
    title: String,
    intro: Vec<Paragraph>,
    calls: Vec<CallView>,
}

impl Overview {
    /// Reads the document, for a server with this address.
    pub(super) fn new(document: &Value, public_url: &str) -> Self {
        Self {
            contents: Contents::new(document, None),
            base: base(public_url),
            intro: paragraphs(&document["info"]["description"]),
        }
    }
}

impl GroupPage {
    /// Reads the calls of the tag with this slug; none where there is no such tag.
    pub(super) fn new(document: &Value, public_url: &str, slug: &str) -> Option<Self> {
        let base = base(public_url);
        let contents = Contents::new(document, Some(slug));
        let Group { tag, title, .. } = contents.shown()?;
        let calls = contents::calls_of(document, tag);
        Some(Self {
            title: title.clone(),
            intro: paragraphs(&contents::tag(document, tag)["description"]),
            calls: calls
                .map(|(method, path, call)| CallView::new(document, &base, method, path, call))
                .collect(),
            contents,
        })
    }
}

fn base(public_url: &str) -> String {
    format!("{public_url}{}", super::openapi::BASE)
}
