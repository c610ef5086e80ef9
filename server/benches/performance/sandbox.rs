//! Pax8's sandbox in a process of its own, so that its work does not count as ours.

use std::{
    io::{BufRead as _, BufReader, Lines},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use reqwest::Client;
use serde_json::{Value, json};

/// Companies, subscriptions and products.
#[derive(Debug, Clone, Copy)]
pub struct Size(pub usize, pub usize, pub usize);

/// The credentials that the sandbox takes.
pub const CLIENT_ID: &str = "sandbox-client";
pub const CLIENT_SECRET: &str = "sandbox-secret";

/// A sandbox that listens until this is dropped.
pub struct Pax8 {
    child: Child,
    pub url: String,
    http: Client,
    /// Open for as long as the sandbox may print.
    _printed: Lines<BufReader<ChildStdout>>,
}

impl Pax8 {
    /// An estate of that size, whose every answer waits so long.
    pub fn start(Size(companies, subscriptions, products): Size, latency: Duration) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ascent"))
            .args(["sandbox", "--listen", "127.0.0.1:0"])
            .args(["--companies", &companies.to_string()])
            .args(["--subscriptions", &subscriptions.to_string()])
            .args(["--products", &products.to_string()])
            .args(["--latency-ms", &latency.as_millis().to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the sandbox starts");
        let mut printed = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = printed
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
        Self {
            child,
            url: url.expect("it listens"),
            http: Client::new(),
            _printed: printed,
        }
    }

    /// A token, as any script would ask for it.
    pub async fn token(&self) -> String {
        let typed = json!({
            "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
            "audience": "https://api.pax8.com", "grant_type": "client_credentials",
        });
        let request = self.http.post(format!("{}/v1/token", self.url));
        let answer = request.json(&typed).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// The body of one answer.
    pub async fn get(&self, token: &str, path: &str) -> Vec<u8> {
        let request = self.http.get(format!("{}/v1/{path}", self.url));
        let answer = request.bearer_auth(token).send().await.unwrap();
        answer.bytes().await.unwrap().to_vec()
    }

    /// The bodies of every page of a list.
    pub async fn pages(&self, list: &str) -> Vec<Vec<u8>> {
        let token = self.token().await;
        let mut pages = Vec::new();
        loop {
            let path = format!("{list}?page={}&size=200", pages.len());
            let body = self.get(&token, &path).await;
            let read: Value = serde_json::from_slice(&body).unwrap();
            pages.push(body);
            if pages.len() as u64 >= read["page"]["totalPages"].as_u64().unwrap() {
                return pages;
            }
        }
    }
}

impl Drop for Pax8 {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
