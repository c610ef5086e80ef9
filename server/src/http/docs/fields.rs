//! The fields of a schema, one row each, with those of objects within below them.

use serde_json::Value;

use super::prose::{Paragraph, paragraph};
use crate::http::openapi::kind;

/// Deeper fields are left to the example.
const DEEPEST: usize = 4;

/// A field of a body, or a parameter.
pub(super) struct Field {
    /// Its name, with those of the objects around it: `lines[].quantity`.
    pub name: String,
    /// Its type and bounds, in words.
    pub kind: String,
    /// Whether it has to be there.
    pub required: bool,
    /// What it means.
    pub meaning: Paragraph,
}

/// What a `$ref` leads to, or the schema itself.
pub(super) fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let target = schema["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
    target.map_or(schema, |target| {
        document.pointer(target).unwrap_or(&Value::Null)
    })
}

/// The fields of a schema.
pub(super) fn fields(document: &Value, schema: &Value) -> Vec<Field> {
    let mut found = Vec::new();
    collect(document, schema, "", 0, &mut found);
    found
}

fn collect(document: &Value, schema: &Value, prefix: &str, depth: usize, found: &mut Vec<Field>) {
    let schema = some(document, schema);
    if depth == DEEPEST {
        return;
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        collect(document, part, prefix, depth, found);
    }
    if kind(schema) == "array" {
        collect(
            document,
            &schema["items"],
            &format!("{prefix}[]"),
            depth,
            found,
        );
    }
    let dot = if prefix.is_empty() { "" } else { "." };
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let name = format!("{prefix}{dot}{name}");
        let required = schema["required"].as_array().into_iter().flatten();
        found.push(Field {
            kind: words(document, field),
            required: required
                .clone()
                .any(|it| name.rsplit('.').next() == it.as_str()),
            meaning: meaning(document, field),
            name: name.clone(),
        });
        collect(document, field, &name, depth + 1, found);
    }
}

/// The schema itself; of a choice, the first that is not null.
fn some<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let schema = resolve(document, schema);
    let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    let first = choices.and_then(|all| all.iter().find(|it| it["type"] != "null"));
    first.map_or(schema, |first| some(document, first))
}

fn meaning(document: &Value, field: &Value) -> Paragraph {
    let own = field["description"].as_str();
    let of_type = || some(document, field)["description"].as_str();
    paragraph(own.or_else(of_type).unwrap_or_default())
}

/// A type in words.
pub(super) fn words(document: &Value, field: &Value) -> String {
    let schema = some(document, field);
    let choices = field["oneOf"].as_array().into_iter().flatten();
    let kinds = field["type"].as_array().into_iter().flatten();
    let nullable = choices
        .chain(kinds)
        .any(|it| *it == "null" || it["type"] == "null");
    let values: Vec<&str> = schema["enum"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let plain = match (kind(schema), schema["format"].as_str()) {
        _ if !values.is_empty() => values.join(" | "),
        ("array", _) => format!("list of {}", words(document, &schema["items"])),
        ("string", Some("date")) => "day".to_owned(),
        ("string", Some("date-time")) => "instant".to_owned(),
        ("", _) => "anything".to_owned(),
        (kind, _) => kind.to_owned(),
    };
    format!(
        "{plain}{}{}",
        bounds(schema),
        if nullable { " or null" } else { "" }
    )
}

fn bounds(schema: &Value) -> String {
    let bound = |name: &str| schema.get(name).map(ToString::to_string);
    let lengths = (bound("minLength"), bound("maxLength"));
    match (bound("minimum"), bound("maximum"), lengths) {
        (Some(least), Some(most), _) => format!(", {least} to {most}"),
        (Some(least), None, _) => format!(", {least} or more"),
        (None, Some(most), _) => format!(", up to {most}"),
        (None, None, (Some(least), Some(most))) => format!(", {least} to {most} characters"),
        (None, None, (None, Some(most))) => format!(", up to {most} characters"),
        _ => String::new(),
    }
}
