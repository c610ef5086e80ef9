//! Connections that break: a server that speaks bytes, not HTTP.

use pax8::{Client, Error, NetworkFault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{config, page, rows};

/// Serves one scripted answer per connection, the last one for ever; gives
/// its address.
async fn serve(answers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for turn in 0.. {
            let Ok((stream, _)) = listener.accept().await else {
                return;
            };
            let answer = answers[turn.min(answers.len() - 1)].clone();
            tokio::spawn(speak(stream, answer));
        }
    });
    address
}

/// Reads the head of a request, writes the answer and hangs up.
async fn speak(mut stream: TcpStream, answer: String) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

fn answer(body: &str, announced: usize) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {announced}\r\nconnection: close\r\n\r\n{body}"
    )
}

fn token() -> String {
    let body = r#"{"access_token":"t","expires_in":86400}"#;
    answer(body, body.len())
}

#[tokio::test]
async fn broken_connections_and_cut_answers_are_tried_again() {
    let good = page(rows(0..3), 0, 200, 3).to_string();
    let cut = answer(&good[..40], good.len());
    let nothing = String::new();
    let nonsense = "how do you do\r\n\r\n".to_owned();
    let address = serve(vec![
        token(),
        cut,
        nothing,
        nonsense,
        answer(&good, good.len()),
    ])
    .await;
    let client = Client::new(config(&address)).unwrap();
    let companies = client.list_companies().complete(|_, _| {}).await.unwrap();
    assert_eq!(companies.rows().len(), 3);
    assert_eq!(client.requests().retries, 3);
}

#[tokio::test]
async fn an_answer_that_is_always_cut_is_a_broken_connection() {
    let address = serve(vec![token(), answer("{\"content\":[", 5000)]).await;
    let client = Client::new(config(&address)).unwrap();
    let error = client
        .list_companies()
        .complete(|_, _| {})
        .await
        .unwrap_err();
    assert_eq!(
        error,
        Error::Unreachable {
            fault: NetworkFault::Broken,
            attempts: 4
        }
    );
}

#[tokio::test]
async fn a_client_for_https_is_made_without_a_network() {
    let client = Client::new(config("https://api.pax8.com"));
    assert!(client.is_ok());
}
