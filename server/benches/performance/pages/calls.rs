//! Every call of the API that reads, as its document describes it: with each choice of each filter, and the second page of lists.

use serde_json::Value;

use super::Pages;
use crate::visitor::Visitor;

const BASE: &str = "/api/v1";
/// Files and streams, which are no pages.
const OTHERS: [&str; 5] = ["/pdf", "/events", "/logo", ".csv", ".xlsx"];
const SYSTEM_ROLES: [&str; 3] = ["owner", "admin", "member"];

/// The calls by their paths.
pub async fn lists(visitor: &Visitor) -> Pages {
    let document = json(visitor, "/openapi.json").await;
    let mut pages = Pages::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let is_other = OTHERS.iter().any(|end| path.ends_with(end)) || path.contains("/exports/");
        if item["get"].is_null() || is_other {
            continue;
        }
        let aimed = aim(visitor, path).await;
        let aimed = aimed.unwrap_or_else(|| panic!("nothing to ask {path} for"));
        let mut addresses = vec![aimed.clone()];
        let parameters = item["get"]["parameters"].as_array().into_iter().flatten();
        for parameter in parameters {
            let choices = choices(&document, resolve(&document, parameter)).into_iter();
            addresses.extend(choices.map(|choice| format!("{aimed}?{choice}")));
        }
        for address in addresses.clone() {
            let next = json(visitor, &address).await["next_cursor"].clone();
            if let Some(cursor) = next.as_str() {
                let sign = if address.contains('?') { '&' } else { '?' };
                addresses.push(format!("{address}{sign}cursor={cursor}"));
            }
        }
        let addresses = addresses.into_iter().map(|it| format!("{BASE}{it}"));
        pages.insert(format!("{BASE}{path}"), addresses.collect());
    }
    pages
}

async fn json(visitor: &Visitor, path: &str) -> Value {
    let text = visitor.ask(&format!("{BASE}{path}")).await;
    serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default()
}

/// A path with the id of the first record of each list in it; roles that are always there have a name instead of an id, and no
/// page of their own.
async fn aim(visitor: &Visitor, path: &str) -> Option<String> {
    let mut aimed = path.to_owned();
    while let Some((list, rest)) = aimed.split_once("/{") {
        let (_, rest) = rest.split_once('}')?;
        let found = json(visitor, list).await;
        let records = found["data"].as_array()?.iter();
        let mut ids = records.filter_map(|it| it["id"].as_str().or(it["kind"].as_str()));
        let id = ids.find(|id| !SYSTEM_ROLES.contains(id))?;
        aimed = format!("{list}/{id}{rest}");
    }
    Some(aimed)
}

/// What a parameter of a query can say.
fn choices(document: &Value, parameter: &Value) -> Vec<String> {
    let name = parameter["name"].as_str().unwrap_or_default();
    if parameter["in"] != "query" || name == "cursor" {
        return Vec::new();
    }
    let schema = resolve(document, &parameter["schema"]);
    let values = match (name, &schema["enum"]) {
        ("limit", _) => vec!["200".to_owned()],
        ("q", _) => ["e", "microsoft", "zzqx"].map(str::to_owned).to_vec(),
        (_, Value::Array(values)) => values
            .iter()
            .filter_map(|it| it.as_str().map(str::to_owned))
            .collect(),
        _ if schema.to_string().contains("\"boolean\"") => {
            vec!["true".to_owned(), "false".to_owned()]
        }
        // Ids, days and instants: which of them is no matter of cost.
        _ => Vec::new(),
    };
    values
        .into_iter()
        .map(|value| format!("{name}={value}"))
        .collect()
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let reference = value["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
    reference.map_or(value, |it| document.pointer(it).unwrap_or(value))
}
