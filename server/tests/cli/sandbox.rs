//! `ascent sandbox`: the simulated Pax8 alone.

use serde_json::{Value, json};

use crate::process::{Place, browser};

#[tokio::test]
async fn it_serves_the_estate_that_was_asked_for() {
    let place = Place::new();
    let mut sandbox = place
        .ascent(&["sandbox", "--listen", "127.0.0.1:0", "--seed", "7"])
        .args(&[
            "--companies",
            "12",
            "--subscriptions",
            "34",
            "--products",
            "5",
        ])
        .args(&["--client-id", "the-id", "--client-secret", "the-secret"])
        .args(&[
            "--requests-per-minute",
            "3",
            "--latency-ms",
            "1",
            "--wire",
            "spec",
        ])
        .start();
    let url = sandbox.url();
    assert_eq!(sandbox.line("client id: "), "the-id");
    assert_eq!(sandbox.line("client secret: "), "the-secret");
    assert!(sandbox.line("control API: ").starts_with(&url));

    let client = browser();
    let token = |secret: &str| {
        let body = json!({
            "client_id": "the-id", "client_secret": secret,
            "audience": "https://api.pax8.com", "grant_type": "client_credentials",
        });
        client.post(format!("{url}/v1/token")).json(&body).send()
    };
    assert_eq!(token("wrong").await.unwrap().status(), 401);
    let answer: Value = token("the-secret").await.unwrap().json().await.unwrap();
    let bearer = answer["access_token"].as_str().unwrap();
    let list = |path: &str| {
        client
            .get(format!("{url}{path}"))
            .bearer_auth(bearer)
            .send()
    };
    let companies: Value = list("/v1/companies").await.unwrap().json().await.unwrap();
    assert_eq!(companies["page"]["totalElements"], 12);
    let limited = list("/v1/subscriptions").await.unwrap();
    assert_eq!(limited.status(), 429, "the fourth request of the minute");

    sandbox.signal("TERM");
    assert!(sandbox.wait().status.success());
}
