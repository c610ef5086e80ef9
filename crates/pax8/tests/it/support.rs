//! A scripted Pax8 and a client that is quick to try again.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pax8::{Client, ClientConfig, Credentials, RateBudget, RetryPolicy, Timeouts};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub const CLIENT_ID: &str = "the-client-id";
pub const SECRET: &str = "s3cret-of-the-partner";

/// A configuration whose waits are over at once.
pub fn config(base_url: &str) -> ClientConfig {
    let budget = RateBudget::new(NonZeroU32::new(10_000_000).unwrap());
    let mut config =
        ClientConfig::new(Credentials::new(CLIENT_ID, SECRET), budget).with_base_url(base_url);
    config.retry = RetryPolicy {
        max_attempts: 4,
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(5),
    };
    config.timeouts = Timeouts {
        connect: Duration::from_secs(5),
        read: Duration::from_secs(20),
        whole: Duration::from_secs(20),
    };
    config
}

pub fn client(server: &MockServer) -> Client {
    Client::new(config(&server.uri())).unwrap()
}

/// A server that hands out tokens `token-1`, `token-2`, … and knows nothing else.
pub async fn server() -> MockServer {
    let server = MockServer::start().await;
    let issued = AtomicUsize::new(0);
    let token = move |_: &Request| {
        let serial = issued.fetch_add(1, Ordering::SeqCst) + 1;
        ok(
            json!({"access_token": format!("token-{serial}"), "expires_in": 86400, "token_type": "Bearer"}),
        )
    };
    Mock::given(method("POST"))
        .and(path("/v1/token"))
        .respond_with(token)
        .mount(&server)
        .await;
    server
}

pub async fn on_get(server: &MockServer, at: &str, respond: impl Respond + 'static) {
    Mock::given(method("GET"))
        .and(path(at))
        .respond_with(respond)
        .mount(server)
        .await;
}

pub fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

pub fn envelope(status: u16, kind: &str, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({
        "type": kind, "message": message, "instance": "/public/v1/x", "status": status, "details": []
    }))
}

/// A page of a list, with the page information that Pax8 would send.
pub fn page(rows: Vec<Value>, number: u64, size: u64, total: u64) -> Value {
    json!({
        "content": rows,
        "page": {"size": size, "totalElements": total, "totalPages": total.div_ceil(size), "number": number},
    })
}

/// `{"id": "row-7", "name": "Row 7"}` for each number.
pub fn rows(numbers: impl IntoIterator<Item = u64>) -> Vec<Value> {
    numbers
        .into_iter()
        .map(|n| json!({"id": format!("row-{n}"), "name": format!("Row {n}")}))
        .collect()
}

/// What the request asks for under `name`, as a number.
pub fn asked(request: &Request, name: &str) -> u64 {
    let (_, value) = request
        .url
        .query_pairs()
        .find(|(key, _)| key == name)
        .unwrap();
    value.parse().unwrap()
}

/// A well-behaved list of `total` rows.
pub fn paged(total: u64) -> impl Fn(&Request) -> ResponseTemplate + Send + Sync {
    move |request: &Request| {
        let (number, size) = (asked(request, "page"), asked(request, "size"));
        let from = (number * size).min(total);
        let to = (from + size).min(total);
        ok(page(rows(from..to), number, size, total))
    }
}

/// Answers one after the other; the last one stays.
pub fn in_turn(
    answers: Vec<ResponseTemplate>,
) -> impl Fn(&Request) -> ResponseTemplate + Send + Sync {
    let next = AtomicUsize::new(0);
    move |_: &Request| {
        let turn = next.fetch_add(1, Ordering::SeqCst);
        answers[turn.min(answers.len() - 1)].clone()
    }
}

/// How often the server was asked for `at`.
pub async fn count(server: &MockServer, at: &str) -> usize {
    let received = server.received_requests().await.unwrap();
    received
        .iter()
        .filter(|request| request.url.path() == at)
        .count()
}
