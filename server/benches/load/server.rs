//! The program under load, and somebody who asks it.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use reqwest::{Client, Method, redirect::Policy};
use serde_json::{Value, json};

const KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const EMAIL: &str = "owner@load.example";
const PASSWORD: &str = "a long password for benchmarks of load";

/// A process that serves.
pub struct Server {
    child: Child,
    pub url: String,
}

fn command(place: &Path, database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ascent"));
    command
        .env_clear()
        .env("HOME", place)
        .env("ASCENT_DATA_DIR", place.join("data"))
        .env("ASCENT_DATABASE_URL", database)
        .env("ASCENT_MASTER_KEY", KEY);
    command
}

impl Server {
    pub async fn start(place: &Path, database: &str, pax8: &str, rate: &str) -> Self {
        let mut child = command(place, database)
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "error"])
            .args(["--pax8-url", pax8, "--request-rate", rate])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
        Self {
            child,
            url: url.expect("it listens"),
        }
    }

    /// Memory in use, in bytes.
    pub fn memory(&self) -> Option<u64> {
        memory_of(self.child.id(), "VmRSS:")
    }

    /// The most memory that was ever in use, in bytes.
    #[allow(dead_code, reason = "each benchmark takes what it measures with")]
    pub fn peak_memory(&self) -> Option<u64> {
        memory_of(self.child.id(), "VmHWM:")
    }

    /// The most memory until it is over, in bytes.
    #[allow(dead_code, reason = "each benchmark takes what it measures with")]
    pub fn watch_memory(&self, over: Arc<AtomicBool>) -> tokio::task::JoinHandle<u64> {
        let id = self.child.id();
        tokio::spawn(async move {
            let mut most = 0;
            while !over.load(Ordering::SeqCst) {
                most = most.max(memory_of(id, "VmRSS:").unwrap_or(0));
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            most
        })
    }

    pub fn stop(self) {}
}

/// Also where a benchmark ends badly.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn memory_of(id: u32, kind: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|it| it.strip_prefix(kind))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// The owner, with a token for calls and a session for pages.
#[derive(Clone)]
pub struct Visitor {
    client: Client,
    url: String,
    token: String,
    cookie: String,
}

impl Visitor {
    /// Makes the organization and signs in.
    pub async fn new(server: &Server, place: &Path, database: &str) -> Self {
        let mut setup = command(place, database)
            .args(["setup", "--organization", "Load", "--json"])
            .args(["--owner-email", EMAIL, "--owner-password-stdin"])
            .args(["--feature", "pax8Integration"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = setup.stdin.take().unwrap();
        writeln!(stdin, "{PASSWORD}").unwrap();
        drop(stdin);
        let done = setup.wait_with_output().unwrap();
        let done: Value = serde_json::from_slice(&done.stdout).unwrap();
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(Duration::from_secs(90))
            .build()
            .unwrap();
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("email", EMAIL), ("password", PASSWORD)])
            .finish();
        let answer = client
            .post(format!("{}/sign-in", server.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .unwrap();
        let cookies = answer.headers().get_all("set-cookie").iter();
        let cookie = cookies
            .filter_map(|it| it.to_str().ok()?.split(';').next())
            .find(|it| it.starts_with("ascent_session="));
        Self {
            client,
            url: server.url.clone(),
            token: done["api_token"].as_str().expect("a token").to_owned(),
            cookie: cookie.expect("a session").to_owned(),
        }
    }

    /// The same at another process.
    pub fn at(&self, server: &Server) -> Self {
        Self {
            url: server.url.clone(),
            ..self.clone()
        }
    }

    /// Asks for a page or a call and reads the answer; gives its status.
    pub async fn ask(&self, path: &str) -> String {
        let request = self.client.get(format!("{}{path}", self.url));
        let request = match path.starts_with("/api/") {
            true => request.bearer_auth(&self.token),
            false => request.header("cookie", &self.cookie),
        };
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return "no connection".to_owned(),
            Err(error) if error.is_timeout() => return "no answer".to_owned(),
            Err(_) => return "no connection".to_owned(),
        };
        let status = answer.status().as_u16();
        match answer.bytes().await {
            Ok(_) => status.to_string(),
            Err(_) => "cut off".to_owned(),
        }
    }

    /// Syncs and waits for the end.
    pub async fn sync(&self) {
        let path = "/integrations/pax8/syncs";
        let sync = self.call(Method::POST, path, json!({})).await;
        let path = format!("{path}/{}", sync["id"].as_str().unwrap());
        loop {
            let now = self.call(Method::GET, &path, Value::Null).await;
            match now["status"].as_str().unwrap() {
                "succeeded" => return,
                "failed" => panic!("{now}"),
                _ => tokio::time::sleep(Duration::from_millis(250)).await,
            }
        }
    }

    /// A call that has to go well; gives its answer.
    pub async fn call(&self, method: Method, path: &str, body: Value) -> Value {
        let request = self
            .client
            .request(method, format!("{}/api/v1{path}", self.url))
            .bearer_auth(&self.token);
        let request = match body {
            Value::Null => request,
            body => request.json(&body),
        };
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }
}
