//! What the document holds: its tags and their calls, a line each.

use serde_json::Value;

/// All calls, by tag.
pub(super) struct Contents {
    pub groups: Vec<Group>,
    /// The slug of the tag that the page is about.
    pub shown: Option<String>,
}

/// The calls of a tag.
pub(super) struct Group {
    pub tag: String,
    /// The tag as a part of an address.
    pub slug: String,
    pub title: String,
    pub calls: Vec<Entry>,
}

/// A call in a line.
pub(super) struct Entry {
    pub anchor: String,
    pub method: String,
    pub path: String,
    pub summary: String,
}

impl Contents {
    pub(super) fn new(document: &Value, shown: Option<&str>) -> Self {
        let tags = document["tags"].as_array().into_iter().flatten();
        Self {
            groups: tags
                .map(|tag| Group::new(document, text(&tag["name"])))
                .collect(),
            shown: shown.map(str::to_owned),
        }
    }

    /// The group that the page is about.
    pub(super) fn shown(&self) -> Option<&Group> {
        self.groups.iter().find(|it| self.shows(it))
    }

    /// Whether the page is about this group.
    pub(super) fn shows(&self, group: &Group) -> bool {
        self.shown.as_deref() == Some(&*group.slug)
    }
}

impl Group {
    fn new(document: &Value, tag: String) -> Self {
        Self {
            slug: tag.replace(' ', "-"),
            title: title(&tag),
            calls: calls_of(document, &tag).map(Entry::new).collect(),
            tag,
        }
    }
}

impl Entry {
    fn new((method, path, call): (&str, &str, &Value)) -> Self {
        Self {
            anchor: text(&call["operationId"]),
            method: method.to_uppercase(),
            path: path.to_owned(),
            summary: text(&call["summary"]),
        }
    }
}

/// What the document says of a tag.
pub(super) fn tag<'a>(document: &'a Value, name: &str) -> &'a Value {
    let mut tags = document["tags"].as_array().into_iter().flatten();
    tags.find(|it| it["name"] == name).unwrap_or(&Value::Null)
}

/// Method, path and description of each call of a tag.
pub(super) fn calls_of<'a>(
    document: &'a Value,
    tag: &str,
) -> impl Iterator<Item = (&'a str, &'a str, &'a Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let calls = paths.flat_map(|(path, item)| {
        let calls = item.as_object().into_iter().flatten();
        calls.map(move |(method, call)| (method.as_str(), path.as_str(), call))
    });
    calls.filter(move |(_, _, call)| call["tags"][0] == *tag)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn title(tag: &str) -> String {
    let mut letters = tag.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
