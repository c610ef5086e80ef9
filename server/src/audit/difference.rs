//! Two states side by side, field by field.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;

use super::words::field_label;
use crate::http::filters;

/// Fields that change with every change and so say nothing about it.
const NOISE: [&str; 3] = ["version", "updated_at", "search_text"];

/// A field before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldChange {
    /// What the field is called.
    pub label: String,
    /// What it was; none: there was no such field.
    pub before: Option<String>,
    /// What it is; none: there is no such field.
    pub after: Option<String>,
    /// Whether the two differ.
    pub changed: bool,
}

/// Every field of two states, those that changed first. A field that stands on one side only counts as changed where both
/// sides exist.
pub(super) fn compare(
    before: Option<&Value>,
    after: Option<&Value>,
    zone: &TimeZone,
) -> Vec<FieldChange> {
    let (old, new) = (fields(before), fields(after));
    let both = before.is_some() && after.is_some();
    let mut paths: Vec<&String> = new.iter().map(|(path, _)| path).collect();
    let gone = old.iter().map(|(path, _)| path);
    let gone: Vec<&String> = gone.filter(|path| !paths.contains(path)).collect();
    paths.extend(gone);
    let mut changes: Vec<FieldChange> = paths
        .into_iter()
        .map(|path| {
            let (was, is) = (find(&old, path), find(&new, path));
            FieldChange {
                label: field_label(path),
                before: was.map(|value| written(value, zone)),
                after: is.map(|value| written(value, zone)),
                changed: both && was != is,
            }
        })
        .collect();
    changes.sort_by_key(|change| !change.changed);
    changes
}

/// The plain values of a state with their paths: `lines.1.quantity`.
fn fields(state: Option<&Value>) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    if let Some(state) = state {
        collect(String::new(), state, &mut found);
    }
    found
}

fn collect<'a>(path: String, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    let within = |name: &str| match path.as_str() {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let fields = fields
                .iter()
                .filter(|(name, _)| !NOISE.contains(&name.as_str()));
            for (name, value) in fields {
                collect(within(name), value, found);
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (index, item) in items.iter().enumerate() {
                collect(within(&(index + 1).to_string()), item, found);
            }
        }
        value => {
            let path = if path.is_empty() {
                "state".to_owned()
            } else {
                path
            };
            found.push((path, value));
        }
    }
}

fn find<'a>(fields: &[(String, &'a Value)], path: &str) -> Option<&'a Value> {
    let found = fields.iter().find(|(field, _)| field == path);
    found.map(|(_, value)| *value)
}

/// A value as people read it.
fn written(value: &Value, zone: &TimeZone) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "empty".to_owned(),
        Value::String(text) => moment(text, zone).unwrap_or_else(|| text.clone()),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| written(item, zone)).collect();
            items.join(", ")
        }
        Value::Object(_) => "empty".to_owned(),
    }
}

/// Dates and instants, in the organization's zone.
fn moment(text: &str, zone: &TimeZone) -> Option<String> {
    let is_date = text.len() == 10;
    if !is_date && !text.contains('T') {
        return None;
    }
    if is_date {
        return text.parse::<Date>().ok().map(|date| filters::day(&date));
    }
    let instant = text.parse::<Timestamp>().ok()?;
    Some(filters::minute(&instant, zone))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(label: &str, before: Option<&str>, after: Option<&str>, changed: bool) -> FieldChange {
        FieldChange {
            label: label.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            changed,
        }
    }

    #[test]
    fn changed_fields_come_first_and_are_marked() {
        let before = json!({ "charge": "spread", "markup": { "type": "percentage", "value": "15" }, "version": 1 });
        let after = json!({ "charge": "spread", "markup": { "type": "percentage", "value": "20" }, "version": 2 });
        assert_eq!(
            compare(Some(&before), Some(&after), &TimeZone::UTC),
            [
                row("Markup value", Some("15"), Some("20"), true),
                row("Charge", Some("spread"), Some("spread"), false),
                row("Markup type", Some("percentage"), Some("percentage"), false),
            ]
        );
    }

    #[test]
    fn values_are_written_for_people() {
        let after = json!({ "active": true, "note": "", "end": null, "at": "2026-06-15T12:00:00Z", "day": "2026-06-15",
            "lines": [{ "quantity": "2" }], "features": ["a", "b"] });
        let zone = TimeZone::get("America/New_York").unwrap();
        let rows = compare(None, Some(&after), &zone);
        // In whatever order the JSON was read.
        let mut told: Vec<_> = rows
            .iter()
            .map(|row| (row.label.as_str(), row.after.as_deref().unwrap()))
            .collect();
        told.sort_unstable();
        assert_eq!(
            told,
            [
                ("Active", "yes"),
                ("At", "15 Jun 2026, 08:00"),
                ("Day", "15 Jun 2026"),
                ("End", "none"),
                ("Features", "a, b"),
                ("Lines 1 quantity", "2"),
                ("Note", "empty"),
            ]
        );
        assert!(rows.iter().all(|row| !row.changed && row.before.is_none()));
    }
}
