//! What faults do to the JSON of a good answer.

use serde_json::{Map, Value, json};

use super::order::What;

/// Spoils a list or a single record; faults of other sorts change nothing.
pub(crate) fn spoil(body: &mut Value, what: &What) {
    match what {
        What::DuplicateRow => duplicate(body),
        What::WrongTotal { by } => shift_total(body, *by),
        What::EmptyPage => set(body, "content", json!([])),
        What::EmptyEstate => empty(body),
        What::MissingContent => {
            empty(body);
            remove(body, "content");
        }
        What::MissingPage => remove(body, "page"),
        What::ExtraFields => each_row(body, |row| {
            row.insert("futureField".to_owned(), json!({"nested": [1, 2.5, null]}));
            row.insert("futureFlag".to_owned(), json!(true));
        }),
        What::NumberAsString => each_row(body, numbers_as_text),
        _ => spoil_first(body, what),
    }
}

fn spoil_first(body: &mut Value, what: &What) {
    let Some(row) = rows(body).into_iter().next() else {
        return;
    };
    match what {
        What::OrphanCompany => {
            replace(
                row,
                &["companyId"],
                json!("00000000-0000-4000-8000-00000000dead"),
            );
        }
        What::UnknownEnum => {
            replace(row, &["status"], json!("Hibernated"));
            replace(row, &["billingTerm"], json!("Fortnightly"));
        }
        What::HugeDecimals => {
            let huge = "123456789012345678901234567890123.1234567890123456789012345678901";
            let huge = serde_json::from_str(huge).unwrap_or(Value::Null);
            replace(row, &["price", "partnerCost", "quantity"], huge);
        }
        What::MissingName => drop(row.remove("name").or_else(|| row.remove("productName"))),
        What::MissingQuantity => drop(row.remove("quantity")),
        What::MissingId => drop(row.remove("id")),
        What::NullFields => {
            let kept = ["id", "name"];
            let others = row
                .iter_mut()
                .filter(|(name, _)| !kept.contains(&name.as_str()));
            others.for_each(|(_, value)| *value = Value::Null);
        }
        What::OddDates => {
            let dates = [
                "startDate",
                "endDate",
                "createdDate",
                "updatedDate",
                "billingStart",
            ];
            replace(row, &dates, json!("soon"));
        }
        _ => {}
    }
}

/// The rows of a list, or the record itself.
fn rows(body: &mut Value) -> Vec<&mut Map<String, Value>> {
    if body.get("content").is_some() {
        let content = body["content"].as_array_mut();
        return content
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
            .collect();
    }
    body.as_object_mut().into_iter().collect()
}

fn each_row(body: &mut Value, change: impl FnMut(&mut Map<String, Value>)) {
    rows(body).into_iter().for_each(change);
}

fn numbers_as_text(row: &mut Map<String, Value>) {
    for value in row.values_mut().filter(|value| value.is_number()) {
        *value = Value::String(value.to_string());
    }
}

/// Only fields that are there, or that every row of the kind has.
fn replace(row: &mut Map<String, Value>, names: &[&str], value: Value) {
    for name in names {
        if let Some(field) = row.get_mut(*name) {
            field.clone_from(&value);
        }
    }
}

fn duplicate(body: &mut Value) {
    let Some(content) = body["content"].as_array_mut() else {
        return;
    };
    let first = content.first().cloned();
    if let (Some(first), Some(last)) = (first, content.last_mut()) {
        *last = first;
    }
}

fn shift_total(body: &mut Value, by: i64) {
    let Some(total) = body["page"]["totalElements"].as_i64() else {
        return;
    };
    let size = body["page"]["size"].as_i64().unwrap_or(1).max(1);
    let total = total.saturating_add(by).max(0);
    body["page"]["totalElements"] = json!(total);
    body["page"]["totalPages"] = json!(total.saturating_add(size - 1) / size);
}

fn empty(body: &mut Value) {
    set(body, "content", json!([]));
    if body.get("page").is_some() {
        body["page"]["totalElements"] = json!(0);
        body["page"]["totalPages"] = json!(0);
    }
}

fn set(body: &mut Value, name: &str, value: Value) {
    if body.get(name).is_some() {
        body[name] = value;
    }
}

fn remove(body: &mut Value, name: &str) {
    if let Some(object) = body.as_object_mut() {
        object.remove(name);
    }
}
