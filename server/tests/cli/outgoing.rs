//! Where requests go: to the Pax8 that was configured, and nowhere that an answer or the environment points to.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpListener,
};

use serde_json::json;

use crate::{
    process::{Place, browser},
    sync::{PAX8, stop},
};

/// A Pax8 that sends everybody elsewhere; gives its address.
fn redirecting_to(elsewhere: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: {elsewhere}/v1/token\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut head = [0; 4096];
            let _ = stream.read(&mut head);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

#[tokio::test]
async fn nothing_goes_where_a_redirect_or_a_proxy_of_the_environment_leads() {
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let elsewhere = format!("http://{}", trap.local_addr().unwrap());
    let place = Place::new()
        .with("HTTP_PROXY", &elsewhere)
        .with("HTTPS_PROXY", &elsewhere)
        .with("ALL_PROXY", &elsewhere)
        .with("http_proxy", &elsewhere)
        .with("https_proxy", &elsewhere)
        .with("all_proxy", &elsewhere);
    let mut sandbox = place
        .ascent(&["sandbox", "--listen", "127.0.0.1:0"])
        .args(&["--client-id", "the-id", "--client-secret", "the-secret"])
        .start();
    let made = place.set_up("Ours");
    let connect = async |pax8: &str| {
        let serve = ["serve", "--listen", "127.0.0.1:0", "--pax8-url", pax8];
        let mut server = place.ascent(&serve).start();
        let request = browser().put(format!("{}{PAX8}", server.url()));
        let request = request.bearer_auth(made["api_token"].as_str().unwrap());
        let typed = json!({ "client_id": "the-id", "client_secret": "the-secret" });
        let answer = request.json(&typed).send().await.unwrap();
        let status = answer.status().as_u16();
        stop(server);
        (status, answer.text().await.unwrap_or_default())
    };
    let (status, text) = connect(&redirecting_to(&elsewhere)).await;
    assert!(matches!(status, 422 | 503), "{status} {text}");
    let (status, _) = connect(&sandbox.url()).await;
    assert_eq!(status, 200);
    let refused = connect("https://pax8.invalid").await;
    assert_eq!(refused.0, 503, "{}", refused.1);
    let reached = trap.accept().map(|_| ()).map_err(|error| error.kind());
    assert_eq!(reached, Err(ErrorKind::WouldBlock), "somebody came");
}
