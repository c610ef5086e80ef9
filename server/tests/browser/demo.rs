//! `ascent demo` as a process of its own, ended with the test.

use thirtyfour::prelude::*;

use crate::{
    browser::Browser,
    process::{Process, first_line},
};

/// A running demo and what it told its user.
pub struct Demo {
    pub url: String,
    pub email: String,
    pub password: String,
    pub client_id: String,
    pub client_secret: String,
    sandbox: String,
    _process: Process,
}

impl Demo {
    /// Starts the demo on a free port and waits until it says that it listens.
    pub fn start() -> Self {
        let demo = ["demo", "--listen", "127.0.0.1:0"];
        let mut process =
            Process::start(env!("CARGO_BIN_EXE_ascent"), &demo).expect("the program starts");
        let said = process.lines_until(|line| line.contains("Ctrl+C"));
        let value = |label: &str| first_line(&said, label).to_owned();
        Self {
            url: value("listening on "),
            email: value("E-mail "),
            password: value("Password "),
            client_id: value("Client ID "),
            client_secret: value("Client secret "),
            sandbox: value("Control API ").replace("/state", ""),
            _process: process,
        }
    }

    /// Orders a fault from the sandbox, as its control API takes it.
    pub async fn order_fault(&self, fault: &serde_json::Value) {
        let order = reqwest::Client::new()
            .post(format!("{}/faults", self.sandbox))
            .header("content-type", "application/json")
            .body(fault.to_string());
        let answer = order.send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }

    /// Asks for a sync as another program would, with the session of the browser and the token of its forms.
    pub async fn request_sync(&self, browser: &Browser) {
        let session = browser
            .driver
            .get_named_cookie("ascent_session")
            .await
            .unwrap();
        let field = browser
            .driver
            .find(By::Css("input[name=csrf_token]"))
            .await
            .unwrap();
        let order = reqwest::Client::new()
            .post(format!("{}/api/v1/integrations/pax8/syncs", self.url))
            .header("cookie", format!("ascent_session={}", session.value))
            .header("x-csrf-token", field.prop("value").await.unwrap().unwrap())
            .header("content-type", "application/json")
            .body("{}");
        let answer = order.send().await.unwrap();
        assert_eq!(answer.status(), 202);
    }
}
