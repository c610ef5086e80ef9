//! Two organizations, and everything that one of them has, tried by everybody of the other: every call of the document and every
//! page, form and part of a page that the pages lead to. Nothing of the one is shown and nothing of it changes. What is
//! added to the document or linked from a page is tried by itself.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use axum::{
    body::Body,
    http::{Method, StatusCode, Uri},
};
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;

use crate::{
    contract::Call,
    walk::{Walk, name},
    world::{Answer, User, World, on_each_engine},
};

/// Pages of one shape that are looked at.
const VISITS: usize = 3;
/// What shows that something of ours came out, whoever asked for it.
const MARKS: [&str; 3] = ["Lakeside", "ours.example", "Ours.example"];

/// The other organization's people, by token and by the session of a browser.
struct Strangers {
    programs: [User; 3],
    browsers: [User; 3],
}

impl Strangers {
    async fn of(world: &World) -> Self {
        let theirs = &world.theirs;
        Self {
            programs: [&theirs.owner, &theirs.admin, &theirs.member].map(Clone::clone),
            browsers: [
                theirs.browser.clone(),
                world.sign_in("admin@theirs.example").await,
                world.sign_in("member@theirs.example").await,
            ],
        }
    }
}

/// One of our ids of each kind.
fn ids(walk: &Walk) -> BTreeSet<String> {
    walk.ids.values().filter(|it| is_id(it)).cloned().collect()
}

fn is_id(text: &str) -> bool {
    text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}

#[track_caller]
fn shows_nothing(world: &World, answer: &Answer, what: &str) {
    let organization = world.ours.id.to_string();
    // What the stranger typed may be said back.
    let marks = MARKS.into_iter().chain([organization.as_str()]);
    for mark in marks.filter(|it| !what.contains(it)) {
        assert!(
            !answer.text.contains(mark),
            "{what} shows {mark}: {}",
            answer.text
        );
    }
}

/// Everything that our owner can read by the API, to compare before and after.
async fn everything(walk: &Walk<'_>, owner: &User) -> BTreeMap<String, String> {
    let mut read = BTreeMap::new();
    for call in walk.calls.iter().filter(|it| it.method == "GET") {
        let answer = walk.ask(owner, call).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", name(call));
        // A workbook has the time of its making in it.
        if !call.path.contains("xlsx") {
            read.insert(name(call), answer.text);
        }
    }
    read
}

/// The call's path with one id in every place of it.
fn with_id(call: &Call, id: &str) -> String {
    let parts = call
        .path
        .split('/')
        .map(|part| match part.starts_with('{') {
            true => id,
            false => part,
        });
    format!("/api/v1{}", parts.collect::<Vec<_>>().join("/"))
}

/// The same body with one id wherever it names a record.
fn pointed_at(body: &Value, id: &str) -> Value {
    match body {
        Value::String(text) if is_id(text) => Value::from(id),
        Value::Array(items) => items.iter().map(|it| pointed_at(it, id)).collect(),
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, it)| (name.clone(), pointed_at(it, id)));
            Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

#[tokio::test]
async fn i12_no_call_reaches_a_record_of_another_organization() {
    on_each_engine(async |world| {
        let walk = Walk::prepare(world).await;
        let strangers = Strangers::of(world).await;
        let ids = ids(&walk);
        assert!(ids.len() > 10);
        let before = everything(&walk, &world.ours.owner).await;
        let mut asked = 0;
        for call in &walk.calls {
            let method: Method = call.method.parse().unwrap();
            let example = call.example();
            let send = async |who: &User, path: &str, body: Option<&Value>| {
                let (kind, body) = match body {
                    Some(body) => ("application/json", Body::from(body.to_string())),
                    None => ("", Body::empty()),
                };
                who.send(method.clone(), path, kind, body).await
            };
            if call.path.contains("{id}") {
                let mut paths: BTreeSet<String> = ids.iter().map(|id| with_id(call, id)).collect();
                paths.insert(walk.path(call));
                for path in &paths {
                    let answer = send(&strangers.programs[0], path, example).await;
                    assert_eq!(answer.refusal(404), "not_found", "{} {path}", name(call));
                    shows_nothing(world, &answer, path);
                }
                for who in &strangers.programs[1..] {
                    let answer = send(who, &walk.path(call), example).await;
                    let refused = [403, 404].contains(&answer.status.as_u16());
                    assert!(refused, "{}: {}", name(call), answer.text);
                    shows_nothing(world, &answer, &name(call));
                }
                asked += paths.len() + 2;
                continue;
            }
            // No record is named in the path; the body and the filters may name one.
            let body = example.filter(|it| pointed_at(it, "") != **it);
            for (id, body) in ids
                .iter()
                .filter_map(|id| Some((id, pointed_at(body?, id))))
            {
                let answer = send(
                    &strangers.programs[0],
                    &format!("/api/v1{}", call.path),
                    Some(&body),
                )
                .await;
                let refused = answer.status.is_client_error() || does_nothing_with(call, &answer);
                assert!(refused, "{} {id}: {}", name(call), answer.text);
                shows_nothing(world, &answer, &name(call));
                asked += 1;
            }
            if call.method == "GET" {
                for filter in filters(call) {
                    for id in &ids {
                        let path = format!("/api/v1{}?{filter}={id}", call.path);
                        let answer = send(&strangers.programs[0], &path, None).await;
                        assert!(!answer.status.is_server_error(), "{path}: {}", answer.text);
                        shows_nothing(world, &answer, &path);
                        asked += 1;
                    }
                }
            }
        }
        assert_eq!(everything(&walk, &world.ours.owner).await, before);
        eprintln!(
            "{} calls, {} ids, {asked} requests of strangers",
            walk.calls.len(),
            ids.len()
        );
        assert!(asked > 1_000);
    })
    .await;
}

/// Whether a call answers well and has done nothing with the id in its body: it is one of Pax8's, or what it names is skipped.
fn does_nothing_with(call: &Call, answer: &Answer) -> bool {
    let told: Value = serde_json::from_str(&answer.text).unwrap_or_default();
    call.path.ends_with("/credential-tests") || told["mapped"] == Value::Array(Vec::new())
}

/// The parameters of a list that name a record.
fn filters(call: &Call) -> Vec<String> {
    let parameters = call.said["parameters"].as_array().into_iter().flatten();
    parameters
        .filter_map(|it| it["name"].as_str())
        .filter(|it| it.ends_with("_id") || *it == "cursor")
        .map(str::to_owned)
        .collect()
}

/// What pages lead to: addresses, and forms with their fields.
#[derive(Default)]
struct Found {
    addresses: BTreeSet<String>,
    forms: BTreeMap<String, Vec<(String, String)>>,
}

impl Found {
    fn add(&mut self, page: &Html) {
        let all = Selector::parse("*").unwrap();
        for element in page.select(&all) {
            if element.value().name() == "form" && element.attr("method") == Some("post") {
                self.add_form(element);
                continue;
            }
            for (attribute, value) in element.value().attrs() {
                let leads = value.starts_with('/')
                    && !value.starts_with("/assets/")
                    && value.parse::<Uri>().is_ok();
                if leads && attribute != "formaction" {
                    self.addresses.insert(value.to_owned());
                }
            }
        }
    }

    fn add_form(&mut self, form: ElementRef) {
        let fields =
            Selector::parse("input[name], select[name], textarea[name], button[name]").unwrap();
        let chosen = Selector::parse("option").unwrap();
        let fields: Vec<(String, String)> = form
            .select(&fields)
            .filter(|it| it.attr("name") != Some("csrf_token"))
            .map(|it| {
                let value = it.attr("value").map(str::to_owned);
                let option = || {
                    it.select(&chosen)
                        .find_map(|it| Some(it.attr("value")?.to_owned()))
                };
                let name = it.attr("name").unwrap_or_default().to_owned();
                (name, value.or_else(option).unwrap_or_default())
            })
            .collect();
        let buttons = Selector::parse("[formaction]").unwrap();
        let others = form.select(&buttons).filter_map(|it| it.attr("formaction"));
        for action in form.attr("action").into_iter().chain(others) {
            self.forms.insert(action.to_owned(), fields.clone());
        }
    }
}

/// An address without what makes it one record's: pages of the same shape are one page.
fn shape(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let parts = path
        .split('/')
        .map(|part| if is_id(part) { "{id}" } else { part });
    let mut names: Vec<&str> = query
        .split('&')
        .filter_map(|it| it.split('=').next())
        .collect();
    names.sort_unstable();
    format!(
        "{}?{}",
        parts.collect::<Vec<_>>().join("/"),
        names.join("&")
    )
}

/// Goes to every page that there is, for each shape of address to the first few: records differ in what can be done with them.
async fn explore(browser: &User) -> Found {
    let mut found = Found::default();
    let (mut seen, mut visits) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
    let mut ahead = VecDeque::from(["/".to_owned()]);
    while let Some(address) = ahead.pop_front() {
        let visits = visits.entry(shape(&address)).or_default();
        if *visits == VISITS || !seen.insert(address.clone()) {
            continue;
        }
        *visits += 1;
        let address = address.split('#').next().unwrap_or_default();
        let answer = browser.get(address).await;
        assert!(
            !answer.status.is_server_error(),
            "{address}: {}",
            answer.text
        );
        if answer.status.is_redirection() {
            ahead.push_back(answer.location().to_owned());
        }
        found.add(&Html::parse_document(&answer.text));
        ahead.extend(found.addresses.difference(&seen).cloned());
    }
    found
}

#[tokio::test]
async fn i12_no_page_and_no_form_reaches_a_record_of_another_organization() {
    on_each_engine(async |world| {
        let walk = Walk::prepare(world).await;
        let strangers = Strangers::of(world).await;
        let found = explore(&world.ours.browser).await;
        let names_one = |address: &&String| address.split(['/', '?', '&', '=', '#']).any(is_id);
        let shapes = |addresses: &mut dyn Iterator<Item = &String>| {
            let shapes: BTreeMap<String, String> =
                addresses.map(|it| (shape(it), it.clone())).collect();
            shapes.into_values().collect::<Vec<String>>()
        };
        let pages = shapes(&mut found.addresses.iter().filter(names_one));
        let forms = shapes(&mut found.forms.keys().filter(names_one));
        assert!(pages.len() > 30 && forms.len() > 15, "{pages:?} {forms:?}");
        let before = everything(&walk, &world.ours.owner).await;
        for who in &strangers.browsers {
            for page in &pages {
                for who in [who.clone(), who.script()] {
                    let answer = who.get(page).await;
                    shows_nothing(world, &answer, page);
                    if page
                        .split('?')
                        .next()
                        .unwrap_or_default()
                        .split('/')
                        .any(is_id)
                    {
                        let refused = [303, 403, 404].contains(&answer.status.as_u16());
                        assert!(refused, "{page}: {} {}", answer.status, answer.text);
                    }
                }
            }
            for form in &forms {
                let fields = found.forms[form].iter();
                let fields: Vec<_> = fields
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect();
                let answer = who.submit(form, &fields).await;
                shows_nothing(world, &answer, form);
                // What was typed may be refused before anybody looks for the record.
                let refused = [403, 404, 422].contains(&answer.status.as_u16());
                assert!(refused, "{form}: {} {}", answer.status, answer.text);
            }
        }
        assert_eq!(everything(&walk, &world.ours.owner).await, before);
        eprintln!(
            "{} pages and {} forms, each by {} people",
            pages.len(),
            forms.len(),
            strangers.browsers.len()
        );
    })
    .await;
}
