//! `ascent demo` as a process of its own, ended with the test.

use std::process::Stdio;

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

/// A running demo and what it told its user.
pub struct Demo {
    pub url: String,
    pub email: String,
    pub password: String,
    pub client_id: String,
    pub client_secret: String,
    _process: Child,
}

impl Demo {
    /// Starts the demo on a free port and waits until it says that it listens.
    pub async fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_ascent"))
            .args(["demo", "--listen", "127.0.0.1:0"])
            .env_remove("ASCENT_DATABASE_URL")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            let last = line.contains("Ctrl+C");
            said.push(line);
            if last {
                break;
            }
        }
        // Goes on reading, so that the demo never waits for its words to be read.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let value = |label: &str| {
            let line = said.iter().find_map(|line| line.trim_start().strip_prefix(label));
            line.unwrap_or_else(|| panic!("the demo did not tell its {label}: {said:?}")).trim().to_owned()
        };
        Self {
            url: value("listening on "),
            email: value("E-mail "),
            password: value("Password "),
            client_id: value("Client ID "),
            client_secret: value("Client secret "),
            _process: process,
        }
    }
}
