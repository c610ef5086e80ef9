//! `/api/docs`: the API's document as a page, made on the server, for people. It holds nothing of any organization and is
//! open to all.

mod call;
mod fields;
mod prose;

use askama::Template;
use serde_json::Value;

use self::{
    call::CallView,
    prose::{Paragraph, paragraphs},
};

/// The whole page.
#[derive(Template)]
#[template(path = "docs/page.html")]
pub(super) struct Docs {
    base: String,
    intro: Vec<Paragraph>,
    groups: Vec<Group>,
}

/// The calls of one tag.
struct Group {
    anchor: String,
    title: String,
    intro: Vec<Paragraph>,
    calls: Vec<CallView>,
}

impl Docs {
    /// Reads the document, for a server with this address.
    pub(super) fn new(document: &Value, public_url: &str) -> Self {
        let base = format!("{public_url}{}", super::openapi::BASE);
        let tags = document["tags"].as_array().into_iter().flatten();
        Self {
            intro: paragraphs(&document["info"]["description"]),
            groups: tags.map(|tag| Group::new(document, tag, &base)).collect(),
            base,
        }
    }
}

impl Group {
    fn new(document: &Value, tag: &Value, base: &str) -> Self {
        let name = tag["name"].as_str().unwrap_or_default();
        let paths = document["paths"].as_object().into_iter().flatten();
        let calls = paths.flat_map(|(path, item)| {
            let calls = item.as_object().into_iter().flatten();
            calls.map(move |(method, call)| (path, method, call))
        });
        Self {
            anchor: name.replace(' ', "-"),
            title: title(name),
            intro: paragraphs(&tag["description"]),
            calls: calls
                .filter(|(_, _, call)| call["tags"][0] == name)
                .map(|(path, method, call)| CallView::new(document, base, method, path, call))
                .collect(),
        }
    }
}

fn title(tag: &str) -> String {
    let mut letters = tag.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
