//! `ascent sync`: in the foreground, as the API shows it, with an exit code that says how it went.

use serde_json::{Value, json};

use crate::process::{Place, Process, browser};

const SIZE: [&str; 6] = [
    "--companies",
    "12",
    "--subscriptions",
    "34",
    "--products",
    "5",
];

fn sandbox(place: &Place, listen: &str, secret: &str) -> Process {
    place
        .ascent(&["sandbox", "--listen", listen, "--client-secret", secret])
        .args(&SIZE)
        .start()
}

/// An organization that is connected to a sandbox, and the sandbox.
async fn connected(place: &Place) -> (Process, String) {
    let mut sandbox = sandbox(place, "127.0.0.1:0", "the-secret");
    let pax8_url = sandbox.url();
    let made = place.set_up("Ours");
    let mut server = place
        .ascent(&["serve", "--listen", "127.0.0.1:0", "--pax8-url", &pax8_url])
        .start();
    let answer = browser()
        .put(format!("{}/api/v1/integrations/pax8", server.url()))
        .bearer_auth(made["api_token"].as_str().unwrap())
        .json(&json!({"client_id": "sandbox-client", "client_secret": "the-secret"}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    server.signal("TERM");
    assert!(server.wait().status.success());
    (sandbox, pax8_url)
}

#[tokio::test]
async fn a_sync_is_printed_as_the_api_shows_it() {
    let place = Place::new();
    let (_sandbox, pax8_url) = connected(&place).await;
    let sync = || place.ascent(&["sync", "--organization", "ours", "--pax8-url", &pax8_url]);
    // The first sync of the connection may have ended before the server did; either way everything is there now.
    let done = sync().arg("--json").run();
    assert!(done.status.success(), "{}", done.stderr);
    let done: Value = done.json();
    assert_eq!(done["status"], "succeeded");
    assert_eq!(done["scope"], "full");
    let seen = |kind: &str| -> u64 {
        ["created", "unchanged"]
            .iter()
            .map(|count| done[kind][count].as_u64().unwrap())
            .sum()
    };
    assert_eq!((seen("companies"), seen("subscriptions")), (12, 34));

    let told = sync().run();
    assert!(told.status.success(), "{}", told.stderr);
    assert!(
        told.stdout
            .contains("subscriptions: 0 created, 0 updated, 34 unchanged, 0 missing"),
        "{}",
        told.stdout
    );
}

#[tokio::test]
async fn a_failed_sync_is_printed_too_and_ends_with_1() {
    let place = Place::new();
    let (running, pax8_url) = connected(&place).await;
    running.signal("TERM");
    running.wait();
    let address = pax8_url.strip_prefix("http://").unwrap();
    let mut changed = sandbox(&place, address, "another-secret");
    changed.url();
    let ended = place
        .ascent(&[
            "sync",
            "--organization",
            "ours",
            "--json",
            "--pax8-url",
            &pax8_url,
        ])
        .run();
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
    assert_eq!(ended.json()["status"], "failed");
    assert!(
        ended
            .stderr
            .contains("Error: The sync failed and changed nothing: "),
        "{}",
        ended.stderr
    );
    assert!(!ended.stderr.contains("the-secret"));
}

#[test]
fn an_organization_that_cannot_sync_is_told_why() {
    let place = Place::new();
    let unknown = place.ascent(&["sync", "--organization", "ours"]).fails();
    assert!(
        unknown.contains("There is no organization \"ours\". There is none yet"),
        "{unknown}"
    );
    place.set_up("Ours");
    let unknown = place.ascent(&["sync", "--organization", "nobodys"]).fails();
    assert!(unknown.contains("There are: ours."), "{unknown}");
    let refused = place.ascent(&["sync", "--organization", "ours"]).fails();
    assert!(refused.contains("not connected"), "{refused}");
}
