//! The client reads. It has no way to write.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;
use wiremock::matchers::{any, path};
use wiremock::{Mock, Request};

use crate::support::*;

#[tokio::test]
async fn s11_only_reads_and_the_token_request_leave() {
    let server = server().await;
    Mock::given(path("/v1/products/p1"))
        .respond_with(ok(json!({"id": "p1"})))
        .mount(&server)
        .await;
    Mock::given(any())
        .respond_with(|request: &Request| match request.url.query() {
            Some(_) => paged(450)(request),
            None => envelope(404, "NOT_FOUND", "No"),
        })
        .mount(&server)
        .await;
    let client = client(&server);
    client.verify().await.unwrap();
    client.list_companies().complete(|_, _| {}).await.unwrap();
    client
        .list_subscriptions()
        .complete(|_, _| {})
        .await
        .unwrap();
    client
        .subscriptions_of("c1")
        .complete(|_, _| {})
        .await
        .unwrap();
    client
        .list_invoices(None)
        .complete(|_, _| {})
        .await
        .unwrap();
    client
        .invoice_items("i1")
        .unwrap()
        .complete(|_, _| {})
        .await
        .unwrap();
    client
        .draft_items(pax8::DraftMonth::Current)
        .complete(|_, _| {})
        .await
        .unwrap();
    client.products(["p1", "p2"], |_, _| {}).await.unwrap();
    client.company("c1").await.unwrap();
    client.subscription("s1").await.unwrap();

    let seen: BTreeSet<String> = server
        .received_requests()
        .await
        .unwrap()
        .iter()
        .map(|request| match request.method.as_str() {
            "GET" => "GET".to_owned(),
            other => format!("{other} {}", request.url.path()),
        })
        .collect();
    assert_eq!(
        seen.into_iter().collect::<Vec<_>>(),
        ["GET", "POST /v1/token"]
    );
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn s11_the_source_names_no_other_method() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 10);

    let mut posts = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for writing in [
            ".put(",
            ".patch(",
            ".delete(",
            ".request(",
            "Method",
            "reqwest::Request",
        ] {
            assert!(!text.contains(writing), "{writing} in {}", file.display());
        }
        for _ in text.matches(".post(") {
            posts.push(file.strip_prefix(&root).unwrap().to_owned());
        }
    }
    assert_eq!(
        posts,
        [Path::new("transport.rs")],
        "the token request, and nothing else"
    );
}
