//! Everything that can stand between a request and its answer.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use pax8::{Client, Error, NetworkFault};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::*;

const COMPANIES: &str = "/v1/companies";

/// Lists companies from a server that gives these answers in turn.
async fn pull(answers: Vec<ResponseTemplate>) -> (Client, MockServer, Result<usize, Error>) {
    let server = server().await;
    on_get(&server, COMPANIES, in_turn(answers)).await;
    let client = client(&server);
    let pulled = client.list_companies().complete(|_, _| {}).await;
    (
        client,
        server,
        pulled.map(|companies| companies.rows().len()),
    )
}

fn good() -> ResponseTemplate {
    ok(page(rows(0..3), 0, 200, 3))
}

fn html(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw("<html><body>Bad gateway</body></html>", "text/html")
}

fn gzip(body: &[u8]) -> ResponseTemplate {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    ResponseTemplate::new(200)
        .insert_header("content-encoding", "gzip")
        .set_body_raw(encoder.finish().unwrap(), "application/json")
}

#[tokio::test]
async fn passing_faults_are_outlasted() {
    for fault in [
        ResponseTemplate::new(429).insert_header("retry-after", "1"),
        ResponseTemplate::new(429).insert_header("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"),
        ResponseTemplate::new(429),
        ResponseTemplate::new(408),
        envelope(500, "INTERNAL_SERVER_ERROR", "Oops"),
        html(502),
        ResponseTemplate::new(503),
        html(504),
        html(200),
        ResponseTemplate::new(200),
        ResponseTemplate::new(200).set_body_string("{\"content\":[{\"id\":"),
        ResponseTemplate::new(200).set_body_bytes(vec![0xff, 0xfe, 0x00]),
    ] {
        let (client, server, pulled) = pull(vec![fault.clone(), fault, good()]).await;
        assert_eq!(pulled, Ok(3));
        assert_eq!(count(&server, COMPANIES).await, 3);
        assert_eq!(client.requests().retries, 2);
    }
}

#[tokio::test]
async fn every_request_is_counted() {
    let (client, server, _) = pull(vec![html(502), ResponseTemplate::new(401), good()]).await;
    let received = server.received_requests().await.unwrap().len();
    assert_eq!(client.requests().sent, u64::try_from(received).unwrap());
    let before = client.requests();
    client.list_companies().complete(|_, _| {}).await.unwrap();
    assert_eq!(client.requests().since(before).sent, 1);
}

#[tokio::test]
async fn lasting_faults_end_after_the_attempts() {
    let (_, server, pulled) = pull(vec![ResponseTemplate::new(429)]).await;
    let path = COMPANIES.to_owned();
    assert_eq!(pulled, Err(Error::RateLimited { path, attempts: 4 }));
    assert_eq!(count(&server, COMPANIES).await, 4);

    let (_, _, pulled) = pull(vec![envelope(503, "X", "Down for repairs.")]).await;
    let error = pulled.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Unavailable {
                status: 503,
                attempts: 4,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.is_transient());
    assert!(
        error.to_string().contains(": Down for repairs. Try again"),
        "{error}"
    );
}

#[tokio::test]
async fn an_unreadable_answer_is_tried_three_times_and_shown_in_short() {
    let (_, server, pulled) = pull(vec![html(200)]).await;
    let error = pulled.unwrap_err();
    assert!(matches!(error, Error::Protocol { .. }), "{error:?}");
    assert!(
        error.to_string().contains("“<html><body>Bad gateway"),
        "{error}"
    );
    assert_eq!(count(&server, COMPANIES).await, 3);
}

#[tokio::test]
async fn a_refusal_is_not_repeated_and_says_why() {
    for (status, answer) in [
        (400, envelope(400, "INVALID_PARAM", "size is too large")),
        (405, envelope(405, "X", "size is too large")),
        (
            422,
            ResponseTemplate::new(422).set_body_json(json!({"errors": ["size is too large"]})),
        ),
    ] {
        let (_, server, pulled) = pull(vec![answer]).await;
        let error = pulled.unwrap_err();
        assert!(
            matches!(&error, Error::Refused { status: given, .. } if *given == status),
            "{error:?}"
        );
        assert!(error.to_string().contains("size is too large"), "{error}");
        assert!(!error.is_transient() && !error.is_credentials());
        assert_eq!(count(&server, COMPANIES).await, 1);
    }
}

#[tokio::test]
async fn a_forbidden_list_is_not_a_matter_of_credentials() {
    let (_, _, pulled) = pull(vec![envelope(403, "FORBIDDEN", "Not your company")]).await;
    let error = pulled.unwrap_err();
    assert!(matches!(error, Error::Forbidden { .. }), "{error:?}");
    assert!(!error.is_credentials());
    assert!(error.to_string().contains("Not your company"), "{error}");
}

#[tokio::test]
async fn not_found_is_none_for_one_row_and_an_error_for_a_list() {
    let (client, _server, pulled) = pull(vec![envelope(404, "NOT_FOUND", "No")]).await;
    assert!(matches!(pulled, Err(Error::NotFound { .. })));
    assert_eq!(client.product("nowhere").await, Ok(None));
    assert_eq!(client.company("nowhere").await, Ok(None));
    assert_eq!(client.subscription("nowhere").await, Ok(None));
}

#[tokio::test]
async fn a_web_page_instead_of_a_row_does_not_mean_that_the_row_is_gone() {
    let server = server().await;
    on_get(&server, "/v1/products/p1", html(404)).await;
    let error = client(&server).product("p1").await.unwrap_err();
    assert!(matches!(error, Error::Protocol { .. }), "{error:?}");
}

#[tokio::test]
async fn a_web_page_instead_of_a_list_says_nothing_about_the_credentials() {
    for status in [401, 403] {
        let (_, server, pulled) = pull(vec![html(status)]).await;
        let error = pulled.unwrap_err();
        assert!(matches!(error, Error::Protocol { .. }), "{error:?}");
        assert!(!error.is_credentials() && error.is_transient());
        assert_eq!(count(&server, "/v1/token").await, 1, "the token is good");
        assert_eq!(count(&server, COMPANIES).await, 3);

        let (_, _, pulled) = pull(vec![html(status), good()]).await;
        assert_eq!(pulled, Ok(3), "it may pass");
    }
}

#[tokio::test]
async fn one_odd_product_does_not_keep_the_others() {
    let server = server().await;
    for (id, answer) in [
        ("good", ok(json!({"id": "good"}))),
        ("bad", envelope(400, "BAD_REQUEST", "Malformed id")),
        ("forbidden", envelope(403, "FORBIDDEN", "Not yours")),
        ("other", ok(json!({"id": "good"}))),
        ("gone", envelope(404, "NOT_FOUND", "No")),
    ] {
        on_get(&server, &format!("/v1/products/{id}"), answer).await;
    }
    let client = client(&server);
    let ids = ["good", "bad", "forbidden", "other", "gone", ".."];
    let products = client.products(ids, |_, _| {}).await.unwrap();
    let found: Vec<_> = products.found.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(found, ["good"]);
    assert_eq!(
        products.missing,
        ["..", "bad", "forbidden", "gone", "other"]
    );

    let passing = [ResponseTemplate::new(503), html(403), html(200)];
    for (id, answer) in ["a", "b", "c"].into_iter().zip(passing) {
        on_get(&server, &format!("/v1/products/{id}"), answer).await;
        let error = client.products([id], |_, _| {}).await.unwrap_err();
        assert!(error.is_transient(), "{error:?}");
    }
}

#[tokio::test]
async fn another_row_than_the_one_asked_for_is_refused() {
    let server = server().await;
    on_get(&server, "/v1/products/p1", ok(json!({"id": "p2"}))).await;
    on_get(&server, "/v1/products/p3", ok(json!({"content": []}))).await;
    let client = client(&server);
    for id in ["p1", "p3"] {
        let error = client.product(id).await.unwrap_err();
        assert!(matches!(error, Error::OtherRecord { .. }), "{error:?}");
    }
    let error = client.product("..").await.unwrap_err();
    assert!(matches!(error, Error::InvalidId { .. }), "{error:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = MockServer::start().await;
    Mock::given(any())
        .respond_with(good())
        .mount(&elsewhere)
        .await;
    for status in [301, 302, 307, 308] {
        let answer =
            ResponseTemplate::new(status).insert_header("location", elsewhere.uri().as_str());
        let (_, _, pulled) = pull(vec![answer]).await;
        assert!(matches!(pulled, Err(Error::Refused { .. })), "{pulled:?}");
    }
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_over_the_limit_is_not_read() {
    let server = server().await;
    on_get(
        &server,
        COMPANIES,
        ok(json!({"padding": "x".repeat(100_000)})),
    )
    .await;
    // Small on the wire, large once unpacked.
    on_get(&server, "/v1/subscriptions", gzip(&vec![b' '; 5_000_000])).await;
    let mut config = config(&server.uri());
    config.max_body_bytes = 50_000;
    let client = Client::new(config).unwrap();
    let error = client
        .list_companies()
        .complete(|_, _| {})
        .await
        .unwrap_err();
    assert_eq!(
        error,
        Error::TooLarge {
            path: COMPANIES.to_owned(),
            limit_bytes: 50_000
        }
    );
    let error = client
        .list_subscriptions()
        .complete(|_, _| {})
        .await
        .unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn compressed_answers_are_asked_for_and_read() {
    let body = page(rows(0..200), 0, 200, 200).to_string();
    let (_, server, pulled) = pull(vec![gzip(body.as_bytes())]).await;
    assert_eq!(pulled, Ok(200));
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[1].headers["accept-encoding"], "gzip");
    assert_eq!(requests[1].headers["accept"], "application/json");
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_a_time_out() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(good().set_delay(Duration::from_secs(60)))
        .mount(&server)
        .await;
    let mut config = config(&server.uri());
    config.timeouts.read = Duration::from_millis(20);
    config.retry.max_attempts = 2;
    let client = Client::new(config).unwrap();
    let error = client.verify().await.unwrap_err();
    let timed_out = Error::Unreachable {
        fault: NetworkFault::TimedOut,
        attempts: 2,
    };
    assert!(error.is_transient());
    assert_eq!(error, Error::TokenUnavailable(Box::new(timed_out)));
}
