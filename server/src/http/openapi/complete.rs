//! What all calls have in common: names, refusals, parameters, examples. Written into the document here, once, and not
//! at every handler.

use serde_json::{Value, json};

use super::{CONFIRMATION, FEATURE, IDEMPOTENCY, PERMISSION, example};

/// The refusals: status, name in the document, what it means, an example's code and sentence.
const REFUSALS: [(&str, &str, &str, &str, &str); 9] = [
    (
        "400",
        "Unreadable",
        "The query or the body cannot be read.",
        "unreadable",
        "The body is not JSON.",
    ),
    (
        "401",
        "NotSignedIn",
        "There is no token, or it is not valid any more.",
        "not_signed_in",
        "Sign in first.",
    ),
    (
        "403",
        "NotAllowed",
        "The user or the token lacks the permission (`permission_denied`), or the organization's licence the feature \
        (`license_feature_required`, named in `feature`). The token reads only (`token_reads_only`); a person has to do this \
        (`person_required`), or confirm first that it is them (`confirmation_required`), or set up a second factor \
        (`second_factor_required`).",
        "permission_denied",
        "Your role does not allow this: it needs the permission billing.manage.",
    ),
    (
        "404",
        "NotThere",
        "There is no such thing, or it belongs to another organization.",
        "not_found",
        "There is no such client.",
    ),
    (
        "409",
        "Conflict",
        "It conflicts with the present state; `code` says with what.",
        "changed_meanwhile",
        "This was changed meanwhile. Look at it again, then repeat your change.",
    ),
    (
        "415",
        "WrongMedia",
        "The body does not say that it is JSON. A body that is left out needs no `Content-Type`.",
        "unsupported_media_type",
        "Send the body as JSON, and say so with the header Content-Type: application/json.",
    ),
    (
        "422",
        "Refused",
        "Understood, and refused: `errors` names the fields.",
        "invalid_fields",
        "Use a number from 1 to 200.",
    ),
    (
        "429",
        "TooMany",
        "Too many requests from this address or with this token. `Retry-After` says when to try again.",
        "too_many_requests",
        "Too many requests. Try again in 2 seconds.",
    ),
    (
        "503",
        "Unavailable",
        "The server is busy, or the database or Pax8 cannot be reached. `Retry-After` says when to try again.",
        "unavailable",
        "The database cannot be reached. Try again in a moment.",
    ),
];

/// What the groups of calls are about, in the order in which a reader needs them.
const TAGS: [(&str, &str); 12] = [
    (
        "pax8",
        "The Pax8 integration: the connection, syncs, companies and their mapping, subscriptions and their billing.",
    ),
    ("clients", "Whom the organization bills."),
    (
        "recurring invoices",
        "What is billed again and again: rhythm, lines, linked subscriptions.",
    ),
    ("billing runs", "Making the invoices that are due."),
    ("invoices", "Drafts and issued invoices."),
    (
        "people",
        "Who may come in: people, their roles, API tokens.",
    ),
    ("organization", "The organization's settings and licence."),
    ("search", "Finding records by a part of their names."),
    ("exports", "Lists as files: CSV and workbooks."),
    ("audit", "Who did what, before and after."),
    ("background jobs", "What Ascent does by itself."),
    ("alerts", "What is wrong with it, and who is told."),
];

/// Completes the document.
pub(super) fn complete(document: &mut Value) {
    add_components(document);
    let schemas = document["components"]["schemas"].clone();
    let mut tags: Vec<Value> = TAGS
        .iter()
        .map(|(name, description)| json!({ "name": name, "description": description }))
        .collect();
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, call) in item.as_object_mut().into_iter().flatten() {
            complete_call(method, path, call, &schemas);
            let tag = &call["tags"][0];
            if !tags.iter().any(|it| it["name"] == *tag) {
                tags.push(json!({ "name": tag }));
            }
        }
    }
    document["tags"] = Value::Array(tags);
}

fn add_components(document: &mut Value) {
    for (status, name, meaning, code, detail) in REFUSALS {
        let mut problem = json!({
            "type": "about:blank", "title": title(status), "status": status.parse::<u16>().unwrap_or_default(),
            "detail": detail, "code": code,
        });
        if code == "invalid_fields" {
            problem["errors"] = json!([{ "field": "limit", "message": detail }]);
        }
        document["components"]["responses"][name] = json!({
            "description": meaning,
            "content": { "application/problem+json": {
                "schema": { "$ref": "#/components/schemas/ProblemBody" }, "example": problem,
            } },
        });
    }
    document["components"]["parameters"]["IdempotencyKey"] = json!({
        "name": "Idempotency-Key", "in": "header", "required": false, "description": IDEMPOTENCY,
        "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$" },
        "example": "3f0c9a52-6a53-4c55-9f0e-2f1f6f0f1a77",
    });
}

fn title(status: &str) -> String {
    let status = axum::http::StatusCode::from_bytes(status.as_bytes()).ok();
    let reason = status.and_then(|it| it.canonical_reason());
    reason.unwrap_or_default().to_owned()
}

fn complete_call(method: &str, path: &str, call: &mut Value, schemas: &Value) {
    call["operationId"] = json!(operation_id(method, path));
    describe(call);
    complete_parameters(method, path, call);
    complete_answers(method, path, call);
    add_examples(call, schemas);
}

/// Method and path name a call, and nothing else does.
fn operation_id(method: &str, path: &str) -> String {
    let words = path.split(['/', '-', '.']).filter(|word| !word.is_empty());
    let words =
        words.map(
            |word| match word.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
                Some("id") => "one".to_owned(),
                Some(name) => format!("by_{name}"),
                None => word.to_owned(),
            },
        );
    [method.to_owned()]
        .into_iter()
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}

/// The first sentence is the summary; what the call needs ends the description.
fn describe(call: &mut Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().replace('\n', " ");
    let mut full = text(&call["summary"]);
    let more = text(&call["description"]);
    if !more.is_empty() && more != full {
        full = format!("{full}\n\n{more}");
    }
    let summary = full
        .split_once(". ")
        .map_or(full.as_str(), |(first, _)| first);
    call["summary"] = json!(summary.trim_end_matches('.'));
    let needs = match (call[PERMISSION].as_str(), call[FEATURE].as_str()) {
        (Some(permission), Some(feature)) => {
            format!("\n\nNeeds the permission `{permission}`, and the licence feature `{feature}`.")
        }
        (Some(permission), None) => format!("\n\nNeeds the permission `{permission}`."),
        (None, Some(feature)) => format!("\n\nNeeds the licence feature `{feature}`."),
        (None, None) => String::new(),
    };
    call["description"] = json!(full + &needs + confirmation(call));
}

/// What a call wants to be sure of in who asks.
fn confirmation(call: &Value) -> &'static str {
    match call[CONFIRMATION].as_str() {
        Some("recent") => {
            "\n\nIn a browser's session, its person has to have confirmed within 15 minutes that it is them: `POST /me/confirmation`."
        }
        Some("person") => {
            "\n\nOnly in a browser's session whose person has confirmed within 15 minutes that it is them: `POST /me/confirmation`. \
            No token does it."
        }
        Some(_) => "\n\nOnly in a browser's session. No token does it.",
        None => "",
    }
}

fn complete_parameters(method: &str, path: &str, call: &mut Value) {
    let mut parameters = call["parameters"].as_array().cloned().unwrap_or_default();
    for parameter in &mut parameters {
        // What stands in a path or a query is there or not; null it cannot be.
        if let Some(kinds) = parameter["schema"]["type"].as_array() {
            parameter["schema"]["type"] = kinds[0].clone();
        }
        if parameter["in"] == "path" {
            parameter["required"] = json!(true);
            parameter["schema"]["minLength"] = json!(1);
        }
        if parameter["description"].is_null() {
            parameter["description"] = json!(format!("Which one: {}.", what(path)));
        }
    }
    if method == "post" {
        parameters.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
    }
    if !parameters.is_empty() {
        call["parameters"] = Value::Array(parameters);
    }
}

/// What the id in a path is the id of.
fn what(path: &str) -> String {
    let before = path.split("/{").next().unwrap_or_default();
    let last = before
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .replace('-', " ");
    let one = match last.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => last.trim_end_matches('s').to_owned(),
    };
    format!("the id of a {one}")
}

/// Every refusal is one of the common ones, and every call has those that its shape brings with it.
fn complete_answers(method: &str, path: &str, call: &mut Value) {
    let has_body = call.get("requestBody").is_some();
    let json = "/requestBody/content/application~1json";
    let has_json = call.pointer(json).is_some();
    let asked = |test: fn(&str) -> bool| {
        let all = call["parameters"].as_array().into_iter().flatten();
        let mut names = all
            .filter(|it| it["in"] == "query")
            .map(|it| it["name"].as_str());
        names.any(|name| name.is_some_and(test))
    };
    let has_query = asked(|_| true);
    // A list of what belongs to one record: there may be no such record.
    let names_a_record = asked(|name| name.ends_with("_id") && name != "subject_id");
    let needs = call[PERMISSION].is_string() || call[FEATURE].is_string();
    let Some(answers) = call["responses"].as_object_mut() else {
        return;
    };
    for (status, name, ..) in REFUSALS {
        let comes_with_its_shape = match status {
            "400" => has_body || has_query,
            "403" => needs || method != "get",
            "404" => path.contains('{') || names_a_record,
            "409" => method == "post",
            "415" => has_json,
            "422" => has_body || has_query || method == "post",
            _ => true,
        };
        if comes_with_its_shape || answers.contains_key(status) {
            let common = json!({ "$ref": format!("#/components/responses/{name}") });
            answers.insert(status.to_owned(), common);
        }
    }
    for (status, answer) in answers
        .iter_mut()
        .filter(|(status, _)| status.starts_with('2'))
    {
        if answer["description"]
            .as_str()
            .unwrap_or_default()
            .is_empty()
        {
            answer["description"] = json!(usual_meaning(status));
        }
        if method == "post" {
            answer["headers"]["Idempotent-Replayed"] = json!({
                "description": "`true` where this is the answer to an earlier request with the same `Idempotency-Key`.",
                "schema": { "type": "string", "enum": ["true"] },
            });
        }
    }
}

fn usual_meaning(status: &str) -> &'static str {
    match status {
        "201" => "It was made.",
        "202" => "It was accepted and happens in the background.",
        "204" => "Done; there is nothing to say.",
        _ => "Done.",
    }
}

fn add_examples(call: &mut Value, schemas: &Value) {
    if let Some(body) = call.get_mut("requestBody") {
        // An absent body is an empty object, which is as good where no field has to be there.
        let schema = &body["content"]["application/json"]["schema"];
        let named = schema["$ref"].as_str().and_then(|it| it.rsplit('/').next());
        let fields = named.map(|name| &schemas[name]);
        if fields.is_some_and(|it| it["type"] == "object" && it.get("required").is_none()) {
            body["required"] = json!(false);
        }
        if body["content"].get("application/json").is_some() {
            body["description"] = json!("As JSON. A field that is not named here is refused.");
        }
        add_example(&mut body["content"], schemas);
    }
    for (status, answer) in call["responses"].as_object_mut().into_iter().flatten() {
        if status.starts_with('2') && answer.get("content").is_some() {
            describe_events(&mut answer["content"]);
            add_example(&mut answer["content"], schemas);
        }
    }
}

/// A server-sent event carries JSON as its text.
fn describe_events(content: &mut Value) {
    if let Some(events) = content.get_mut("text/event-stream") {
        events["schema"] = json!({
            "type": "object",
            "properties": { "data": {
                "type": "string", "contentMediaType": "application/json", "contentSchema": events["schema"],
            } },
            "required": ["data"],
        });
    }
}

fn add_example(content: &mut Value, schemas: &Value) {
    let Some(json) = content
        .get_mut("application/json")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    let made = json
        .get("schema")
        .map(|schema| example::of(schema, schemas));
    if let Some(made) = made.filter(|_| !json.contains_key("example")) {
        json.insert("example".to_owned(), made);
    }
}
