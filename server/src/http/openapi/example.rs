//! An example of a body, made from its schema: what a schema gives as its example, and otherwise something plausible for
//! the field's name and type.

use serde_json::{Map, Value, json};

/// Deeper than any of our bodies; ends a schema that contains itself.
const DEEPEST: u8 = 12;

/// Fields by name, where the name says more than the type.
const BY_NAME: [(&str, &str); 34] = [
    ("name", "Lakeside Dental Care"),
    ("client_name", "Lakeside Dental Care"),
    ("client_id_hint", "…9f3c"),
    ("account_reference", "LDC-014"),
    ("external_id", "LDC-014"),
    ("website", "https://lakesidedental.example"),
    ("email", "billing@lakesidedental.example"),
    ("address", "12 Shore Road\nMadison, WI 53703"),
    ("currency", "USD"),
    ("timezone", "America/New_York"),
    ("frequency", "monthly"),
    ("number", "INV-0042"),
    ("description", "Microsoft 365 Business Premium"),
    ("product_name", "Microsoft 365 Business Premium"),
    ("vendor", "Microsoft"),
    ("sku", "CFQ7TTC0LCHC-M"),
    ("billing_term", "Monthly"),
    ("term", "1-Year"),
    ("charge", "spread"),
    ("basis", "partner"),
    ("quantity", "18"),
    ("before", "18"),
    ("after", "20"),
    ("field", "quantity"),
    ("record", "subscription"),
    ("scope", "full"),
    ("type", "percentage"),
    ("value", "20"),
    ("percent", "20"),
    ("rate", "5.5"),
    ("reason", "Billable with the next invoice."),
    ("reasons", "reference"),
    ("detail", "Pax8 accepted the credentials."),
    ("message", "Use a number from 1 to 200."),
];

/// Endings of the names of amounts and prices.
const AMOUNTS: [&str; 11] = [
    "price",
    "cost",
    "amount",
    "total",
    "subtotal",
    "tax",
    "balance",
    "margin",
    "revenue",
    "change",
    "revenue_change",
];

/// An example of what the schema describes.
pub(super) fn of(schema: &Value, schemas: &Value) -> Value {
    make("", schema, schemas, 0)
}

fn make(name: &str, schema: &Value, schemas: &Value, depth: u8) -> Value {
    if depth > DEEPEST {
        return Value::Null;
    }
    if let Some(given) = schema.get("example").or_else(|| schema["examples"].get(0)) {
        return given.clone();
    }
    let part = |schema: &Value| make(name, schema, schemas, depth + 1);
    if let Some(reference) = schema["$ref"].as_str() {
        let target = reference.rsplit('/').next().unwrap_or_default();
        return part(&schemas[target]);
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let merged: Map<String, Value> = parts
            .iter()
            .filter_map(|it| part(it).as_object().cloned())
            .flatten()
            .collect();
        return Value::Object(merged);
    }
    for choice in ["oneOf", "anyOf"] {
        let choices = schema[choice].as_array().into_iter().flatten();
        if let Some(first) = choices.clone().find(|it| it["type"] != "null") {
            return part(first);
        }
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    if let Some(only) = schema.get("const") {
        return only.clone();
    }
    of_type(name, schema, schemas, depth)
}

fn of_type(name: &str, schema: &Value, schemas: &Value, depth: u8) -> Value {
    match kind(schema) {
        "object" => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let made =
                fields.map(|(name, field)| (name.clone(), make(name, field, schemas, depth + 1)));
            Value::Object(made.collect())
        }
        "array" => json!([make(name, &schema["items"], schemas, depth + 1)]),
        "string" => json!(text(name, schema)),
        "integer" | "number" => schema
            .get("minimum")
            .filter(|it| **it != json!(0))
            .cloned()
            .unwrap_or(json!(3)),
        "boolean" => json!(true),
        _ => Value::Null,
    }
}

/// The type; where null is one of them, the other.
pub(in crate::http) fn kind(schema: &Value) -> &str {
    let kinds = schema["type"].as_array().into_iter().flatten();
    let other = kinds.filter_map(Value::as_str).find(|it| *it != "null");
    schema["type"].as_str().or(other).unwrap_or_default()
}

fn text(name: &str, schema: &Value) -> String {
    let by_name = BY_NAME.iter().find(|(known, _)| *known == name);
    let is_amount = AMOUNTS
        .iter()
        .any(|it| name == *it || name.ends_with(&format!("_{it}")));
    match (schema["format"].as_str(), by_name) {
        (Some("date"), _) => "2026-07-01",
        (Some("date-time"), _) => "2026-07-01T06:00:00Z",
        (_, Some((_, example))) => example,
        _ if name == "id" || name.ends_with("_id") || name.ends_with("_ids") => {
            "01981c3e-7a40-7c1e-9f52-6d0b7c1f2a90"
        }
        _ if is_amount => "22.20",
        _ if name.ends_with("_at") || name.ends_with("_since") => "2026-07-01T06:00:00Z",
        _ if name.ends_with("cursor") => "eyJuIjoiQWNtZSJ9",
        _ => "text",
    }
    .to_owned()
}
