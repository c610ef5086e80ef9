//! Signing in: one token for all, renewed once, and its secrets kept.

use std::time::Duration;

use futures::future::join_all;
use pax8::{Client, Error};
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::*;

/// A server whose token address always gives this answer.
async fn refusing(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/token"))
        .respond_with(answer)
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn s1_signs_in_with_client_credentials() {
    let server = server().await;
    on_get(&server, "/v1/companies", paged(1)).await;
    client(&server).verify().await.unwrap();

    let requests = server.received_requests().await.unwrap();
    let body: Value = requests[0].body_json().unwrap();
    assert_eq!(
        body,
        json!({"client_id": CLIENT_ID, "client_secret": SECRET,
               "audience": "https://api.pax8.com", "grant_type": "client_credentials"})
    );
    assert_eq!(requests[0].headers["content-type"], "application/json");
    assert_eq!(requests[1].headers["authorization"], "Bearer token-1");
    assert_eq!(requests[1].url.query(), Some("page=0&size=1"));
    assert_eq!(requests.len(), 2);
}

#[tokio::test]
async fn s35_every_test_of_the_credentials_asks_anew() {
    let server = server().await;
    on_get(&server, "/v1/companies", paged(0)).await;
    let client = client(&server);
    client.verify().await.unwrap();
    client.verify().await.unwrap();
    assert_eq!(client.requests().token, 2);
}

#[tokio::test]
async fn one_token_serves_all_requests() {
    let server = server().await;
    on_get(&server, "/v1/companies", paged(1000)).await;
    let client = client(&server);
    client.list_companies().complete(|_, _| {}).await.unwrap();
    client.list_companies().complete(|_, _| {}).await.unwrap();
    assert_eq!(count(&server, "/v1/token").await, 1);
    assert_eq!(client.requests().sent, 11);
}

#[tokio::test]
async fn callers_at_the_same_time_share_one_token_request() {
    let server = server().await;
    on_get(&server, "/v1/companies", paged(1)).await;
    let client = client(&server);
    let pulls = join_all((0..20).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.list_companies().complete(|_, _| {}).await })
    }))
    .await;
    assert!(pulls.into_iter().all(|pull| pull.unwrap().is_ok()));
    assert_eq!(count(&server, "/v1/token").await, 1);
}

#[tokio::test]
async fn callers_at_the_same_time_share_one_refusal() {
    let answer = ResponseTemplate::new(401).set_delay(Duration::from_millis(50));
    let server = refusing(answer).await;
    let client = client(&server);
    let reads = join_all((0..20).map(|_| client.company("a"))).await;
    for read in reads {
        assert!(read.unwrap_err().is_credentials());
    }
    assert_eq!(count(&server, "/v1/token").await, 1);
}

#[tokio::test]
async fn a_token_that_ended_in_mid_pull_is_renewed_once_by_all_pages() {
    let server = server().await;
    Mock::given(method("GET"))
        .and(header("authorization", "Bearer token-1"))
        .respond_with(|request: &Request| match asked(request, "page") {
            0 => paged(2000)(request),
            _ => ResponseTemplate::new(401),
        })
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(header("authorization", "Bearer token-2"))
        .respond_with(paged(2000))
        .mount(&server)
        .await;
    let client = client(&server);
    let companies = client.list_companies().complete(|_, _| {}).await.unwrap();
    assert_eq!(companies.rows().len(), 2000);
    assert_eq!(companies.attempts(), 1);
    assert_eq!(count(&server, "/v1/token").await, 2);
}

#[tokio::test]
async fn a_refused_fresh_token_is_a_matter_of_credentials() {
    let server = server().await;
    let refusal = json!({"error": "invalid_token", "error_description": "The token was revoked."});
    on_get(
        &server,
        "/v1/companies",
        ResponseTemplate::new(401).set_body_json(refusal),
    )
    .await;
    let client = client(&server);
    let error = client
        .list_companies()
        .complete(|_, _| {})
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Unauthorized { .. }), "{error:?}");
    assert!(error.is_credentials() && !error.is_transient());
    assert!(
        error.to_string().contains("The token was revoked"),
        "{error}"
    );
    assert_eq!(count(&server, "/v1/token").await, 2);
    assert_eq!(count(&server, "/v1/companies").await, 2);
}

#[tokio::test]
async fn refused_credentials_are_told_from_every_other_failure() {
    let refusal = json!({"error": "access_denied", "error_description": "Unauthorized"});
    for status in [400, 401, 403] {
        let server = refusing(ResponseTemplate::new(status).set_body_json(&refusal)).await;
        let error = client(&server).verify().await.unwrap_err();
        let Error::CredentialsRejected { reason, .. } = &error else {
            panic!("{error:?}");
        };
        assert_eq!(reason.as_deref(), Some("Unauthorized"));
        assert!(error.is_credentials() && !error.is_transient());
        assert_eq!(count(&server, "/v1/token").await, 1, "not repeated");
    }
    let empty = refusing(ResponseTemplate::new(401)).await;
    assert!(client(&empty).verify().await.unwrap_err().is_credentials());
}

#[tokio::test]
async fn a_failing_token_address_says_nothing_about_the_credentials() {
    let page = "<html><h1>Forbidden by the firewall</h1></html>";
    for answer in [
        ResponseTemplate::new(503),
        ResponseTemplate::new(429),
        ResponseTemplate::new(404),
        ResponseTemplate::new(403).set_body_raw(page, "text/html"),
        ResponseTemplate::new(200).set_body_raw(page, "text/html"),
        ResponseTemplate::new(200).set_body_json(json!({"token": "x"})),
    ] {
        let server = refusing(answer).await;
        let error = client(&server).verify().await.unwrap_err();
        assert!(matches!(error, Error::TokenUnavailable(_)), "{error:?}");
        assert!(!error.is_credentials());
    }
}

#[tokio::test]
async fn nobody_listening_is_unreachable_and_transient() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = Client::new(config(&address))
        .unwrap()
        .verify()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::TokenUnavailable(_)), "{error:?}");
    assert!(error.is_transient() && !error.is_credentials());
    assert!(error.to_string().contains("4 attempts"), "{error}");
}

#[tokio::test]
async fn a_failed_token_request_is_tried_again() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(in_turn(vec![
            ResponseTemplate::new(502).set_body_raw("<html>", "text/html"),
            ResponseTemplate::new(200).set_body_string("{\"access_tok"),
            ok(json!({"access_token": "t", "expires_in": 86400})),
        ]))
        .mount(&server)
        .await;
    on_get(&server, "/v1/companies", paged(3)).await;
    let client = client(&server);
    client.verify().await.unwrap();
    let requests = client.requests();
    assert_eq!((requests.sent, requests.token, requests.retries), (4, 3, 2));
}

#[tokio::test]
async fn a_token_without_a_life_left_is_used_and_asked_for_again() {
    let server = refusing(ok(json!({"access_token": "t", "expires_in": 0}))).await;
    on_get(&server, "/v1/companies", paged(1)).await;
    let client = client(&server);
    client.list_companies().complete(|_, _| {}).await.unwrap();
    client.list_companies().complete(|_, _| {}).await.unwrap();
    assert_eq!(client.requests().token, 2);
}

#[tokio::test]
async fn secrets_show_nowhere() {
    let echo = json!({"error": "x", "error_description": format!("no such secret: {SECRET}"), "message": SECRET});
    let rejected = refusing(ResponseTemplate::new(401).set_body_json(&echo)).await;
    let failing = refusing(ResponseTemplate::new(500).set_body_json(&echo)).await;
    let leaking = server().await;
    let page = format!("<html>Authorization: Bearer token-1 {SECRET}");
    on_get(
        &leaking,
        "/v1/companies",
        ResponseTemplate::new(200).set_body_raw(page, "text/html"),
    )
    .await;
    let cut =
        refusing(ResponseTemplate::new(200).set_body_string("{\"access_token\":\"token-1\"")).await;
    for server in [rejected, failing, leaking, cut] {
        let config = config(&server.uri());
        let shown_config = format!("{config:?}");
        let client = Client::new(config).unwrap();
        let error = client.verify().await.unwrap_err();
        for shown in [
            shown_config,
            error.to_string(),
            format!("{error:?} {client:?} {:?}", client.list_companies()),
        ] {
            assert!(!shown.contains(SECRET), "{shown}");
            assert!(!shown.contains("token-1"), "{shown}");
        }
    }
}

#[tokio::test]
async fn blank_credentials_are_refused_before_anything_is_sent() {
    for (id, secret) in [("", "x"), ("x", "  "), (" ", "")] {
        let mut config = config("http://127.0.0.1:1");
        config.credentials = pax8::Credentials::new(id, secret);
        assert!(matches!(Client::new(config), Err(Error::Config { .. })));
    }
}

#[tokio::test]
async fn every_call_can_run_on_a_task_of_its_own() {
    let server = server().await;
    on_get(&server, "/v1/companies", paged(1)).await;
    on_get(&server, "/v1/products/p1", ok(json!({"id": "p1"}))).await;
    let client = client(&server);
    let task = tokio::spawn(async move {
        client.verify().await?;
        client.product("p1").await?;
        client.products(vec!["p1".to_owned()], |_, _| {}).await
    });
    assert_eq!(task.await.unwrap().unwrap().found.len(), 1);
}
