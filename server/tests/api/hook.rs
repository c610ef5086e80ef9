//! A program on loopback that takes alerts, keeps them, and answers as it is told.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse as _,
};
use serde_json::Value;
use tokio::net::TcpListener;

/// The program.
pub struct Hook {
    address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
}

#[derive(Default)]
struct Desk {
    answers: VecDeque<StatusCode>,
    came: Vec<Call>,
}

/// A call that came.
#[derive(Clone, Debug)]
pub struct Call {
    pub headers: HeaderMap,
    pub text: String,
}

impl Call {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

impl Hook {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let desk = Arc::new(Mutex::new(Desk::default()));
        let router = Router::new().fallback(take).with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, desk }
    }

    /// As an operator names it.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    pub fn url(&self) -> String {
        format!("http://{}/alerts?key=in-the-address", self.address)
    }

    /// What the next call is answered; the one after it the next, and so on. Otherwise 204.
    pub fn answer(&self, status: u16) {
        let status = StatusCode::from_u16(status).unwrap();
        self.desk.lock().unwrap().answers.push_back(status);
    }

    pub fn came(&self) -> Vec<Call> {
        self.desk.lock().unwrap().came.clone()
    }
}

async fn take(
    State(desk): State<Arc<Mutex<Desk>>>,
    headers: HeaderMap,
    text: String,
) -> axum::response::Response {
    let mut desk = desk.lock().unwrap();
    desk.came.push(Call { headers, text });
    let status = desk.answers.pop_front().unwrap_or(StatusCode::NO_CONTENT);
    (status, [(header::LOCATION, "/elsewhere")]).into_response()
}
