//! The API as its document describes it: complete, consistent, and nothing that writes to Pax8.

use std::collections::HashSet;

use serde_json::Value;

use crate::world::{World, on_each_engine};

/// A call of the document.
#[derive(Debug, Clone)]
pub struct Call {
    /// In capitals.
    pub method: String,
    /// Below the base, with `{id}` in it.
    pub path: String,
    /// What the document says.
    pub said: Value,
}

impl Call {
    /// An example of its JSON body, if it takes one.
    pub fn example(&self) -> Option<&Value> {
        self.said
            .pointer("/requestBody/content/application~1json/example")
    }
}

pub async fn document(world: &World) -> Value {
    world.nobody().get("/api/v1/openapi.json").await.json(200)
}

pub fn calls(document: &Value) -> Vec<Call> {
    let paths = document["paths"].as_object().unwrap().iter();
    let calls = paths.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(|(method, said)| Call {
            method: method.to_uppercase(),
            path: path.clone(),
            said: said.clone(),
        })
    });
    calls.collect()
}

/// What a `$ref` leads to, or the value itself.
#[track_caller]
pub fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => {
            let found = document.pointer(reference.strip_prefix('#').unwrap());
            found.unwrap_or_else(|| panic!("{reference} leads nowhere"))
        }
        None => value,
    }
}

/// Every value in the document, however deep.
fn every<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    found.push(value);
    match value {
        Value::Array(items) => items.iter().for_each(|it| every(it, found)),
        Value::Object(fields) => fields.values().for_each(|it| every(it, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_document_is_consistent() {
    on_each_engine(async |world| {
        let document = document(world).await;
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["servers"][0]["url"], "/api/v1");
        let mut values = Vec::new();
        every(&document, &mut values);
        for value in values {
            resolve(&document, value);
        }
        let mut ids = HashSet::new();
        for call in calls(&document) {
            let id = call.said["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} is not the only one");
            let declared: Vec<&str> = call.said["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|it| it["in"] == "path" && it["required"] == true)
                .filter_map(|it| it["name"].as_str())
                .collect();
            let named: Vec<&str> = call
                .path
                .split('{')
                .skip(1)
                .map(|rest| rest.split('}').next().unwrap())
                .collect();
            assert_eq!(declared, named, "{id}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_call_is_described_with_its_refusals_and_examples() {
    on_each_engine(async |world| {
        let document = document(world).await;
        for call in calls(&document) {
            let name = format!("{} {}", call.method, call.path);
            let said = &call.said;
            for text in ["summary", "description"] {
                let text = said[text].as_str().unwrap_or_default();
                assert!(
                    text.len() > 3 && !text.contains('\n') || text.contains("\n\n"),
                    "{name}: {text}"
                );
            }
            let tag = said["tags"][0].as_str().unwrap();
            let tags = document["tags"].as_array().unwrap();
            assert!(tags.iter().any(|it| it["name"] == tag), "{name}: {tag}");
            for parameter in said["parameters"].as_array().into_iter().flatten() {
                let parameter = resolve(&document, parameter);
                let told = parameter["description"].as_str().unwrap_or_default();
                assert!(!told.is_empty(), "{name}: {parameter}");
            }
            has_its_refusals(&document, &call, &name);
            for (status, answer) in said["responses"].as_object().unwrap() {
                let answer = resolve(&document, answer);
                assert_ne!(answer["description"], "", "{name} {status}");
                if let Some(body) = answer.pointer("/content/application~1json") {
                    conforms(&document, &body["schema"], &body["example"])
                        .unwrap_or_else(|error| panic!("{name} {status}: {error}"));
                }
            }
            if let Some(body) = said.pointer("/requestBody/content/application~1json") {
                conforms(&document, &body["schema"], &body["example"])
                    .unwrap_or_else(|error| panic!("{name}: {error}"));
                let schema = resolve(&document, &body["schema"]);
                assert_eq!(schema["additionalProperties"], false, "{name}");
            }
        }
    })
    .await;
}

/// Those that a call's shape brings with it.
#[track_caller]
fn has_its_refusals(document: &Value, call: &Call, name: &str) {
    let mut expected = vec!["401", "503"];
    if call.path.contains('{') {
        expected.push("404");
    }
    if call.said["x-permission"].is_string() {
        expected.push("403");
    }
    if call.method == "POST" {
        expected.extend(["409", "422"]);
    }
    if call.example().is_some() {
        expected.extend(["400", "415", "422"]);
    }
    let answers = call.said["responses"].as_object().unwrap();
    for status in expected {
        assert!(answers.contains_key(status), "{name}: {status}");
    }
    for (status, answer) in answers
        .iter()
        .filter(|(status, _)| !status.starts_with('2'))
    {
        let problem = resolve(document, answer).pointer("/content/application~1problem+json");
        let problem = problem.unwrap_or_else(|| panic!("{name}: {status} is no problem"));
        assert_eq!(
            problem["schema"]["$ref"],
            "#/components/schemas/ProblemBody"
        );
    }
    if call.method == "POST" {
        let parameters = call.said["parameters"].as_array().unwrap();
        let key = "#/components/parameters/IdempotencyKey";
        assert!(parameters.iter().any(|it| it["$ref"] == key), "{name}");
    }
}

/// Whether a value is what the schema says.
pub fn conforms(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let schema = resolve(document, schema);
    let part = |schema: &Value| conforms(document, schema, value);
    for all in schema["allOf"].as_array().into_iter().flatten() {
        part(all)?;
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[choice].as_array() {
            let errors: Vec<String> = choices.iter().filter_map(|it| part(it).err()).collect();
            if errors.len() == choices.len() {
                return Err(errors.join(" or "));
            }
        }
    }
    if schema["enum"]
        .as_array()
        .is_some_and(|all| !all.contains(value))
    {
        return Err(format!("{value} is none of {}", schema["enum"]));
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return Ok(()),
    };
    let fits = |kind: &&str| match *kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    };
    if !kinds.iter().any(fits) {
        return Err(format!("{value} is not {kinds:?}"));
    }
    for item in value.as_array().into_iter().flatten() {
        conforms(document, &schema["items"], item)?;
    }
    let Some(fields) = value.as_object() else {
        return Ok(());
    };
    for required in schema["required"].as_array().into_iter().flatten() {
        if !fields.contains_key(required.as_str().unwrap()) {
            return Err(format!("{required} is missing"));
        }
    }
    for (name, field) in fields {
        let known = &schema["properties"][name];
        if !known.is_null() {
            conforms(document, known, field).map_err(|error| format!("{name}: {error}"))?;
        } else if schema["additionalProperties"] == false {
            return Err(format!("{name} is unknown"));
        }
    }
    Ok(())
}

#[tokio::test]
async fn s12_s13_no_call_makes_changes_or_cancels_a_subscription() {
    on_each_engine(async |world| {
        let calls = calls(&document(world).await);
        let mut writes: Vec<String> = calls
            .iter()
            .filter(|it| it.method != "GET" && it.path.contains("pax8"))
            .map(|it| {
                let (_, path) = it.path.split_once("/integrations/pax8").unwrap();
                format!("{} {path}", it.method)
            })
            .collect();
        writes.sort();
        // Credentials, syncs, and decisions of ours; what Pax8 says is nowhere among them.
        assert_eq!(
            writes,
            [
                "DELETE ",
                "DELETE /companies/{id}/mapping",
                "POST /companies/mappings",
                "POST /credential-tests",
                "POST /subscriptions/{id}/accept-change",
                "POST /syncs",
                "PUT ",
                "PUT /companies/{id}/mapping",
                "PUT /subscriptions/{id}/billing",
            ]
        );
    })
    .await;
}

/// Two schemas of one name are one in the document, and one of the two calls is described wrongly.
#[test]
fn no_two_schemas_have_one_name() {
    let mut names = HashSet::new();
    let mut places = vec![std::path::PathBuf::from("src")];
    while let Some(place) = places.pop() {
        if place.is_dir() {
            places.extend(
                std::fs::read_dir(place)
                    .unwrap()
                    .map(|it| it.unwrap().path()),
            );
            continue;
        }
        let text = std::fs::read_to_string(&place).unwrap_or_default();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if line.trim_start().starts_with("#[derive(") && line.contains("ToSchema") {
                let declared = lines.find(|it| it.contains("struct ") || it.contains("enum "));
                let mut words = declared
                    .unwrap_or_default()
                    .split(|c: char| !c.is_alphanumeric());
                words.find(|word| matches!(*word, "struct" | "enum"));
                let name = words.next().unwrap_or_default().to_owned();
                assert!(
                    names.insert(name.clone()),
                    "{name} again in {}",
                    place.display()
                );
            }
        }
    }
    assert!(names.len() > 100, "{}", names.len());
}
