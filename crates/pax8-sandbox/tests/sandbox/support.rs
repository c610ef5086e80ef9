//! A client that asks the sandbox the way any other would.

use pax8_sandbox::{Running, Sandbox, SandboxConfig};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

pub struct Api {
    pub running: Running,
    pub http: Client,
    pub token: String,
}

impl Api {
    /// Starts a sandbox and signs in.
    pub async fn start(config: SandboxConfig) -> Self {
        let credentials = (config.client_id.clone(), config.client_secret.clone());
        let running = Sandbox::bind("127.0.0.1:0", config).await.unwrap();
        // The client wants a provider even for plain HTTP; a second call is refused and harmless.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().tls_certs_only([]).build().unwrap();
        let mut api = Self {
            running,
            http,
            token: String::new(),
        };
        let body = token_request(&credentials.0, &credentials.1);
        let answer: Value = json_of(api.post("/v1/token", &body).await).await;
        api.token = answer["access_token"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        api
    }

    pub async fn small() -> Self {
        Self::start(SandboxConfig::sized(20, 100, 10)).await
    }

    pub fn sandbox(&self) -> &Sandbox {
        self.running.sandbox()
    }

    pub fn request(&self, path: &str) -> RequestBuilder {
        self.http
            .get(format!("{}{path}", self.running.url()))
            .bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(path).send().await.unwrap()
    }

    /// The body of a successful answer.
    pub async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        json_of(response).await
    }

    /// The status and the body of any answer.
    pub async fn told(&self, path: &str) -> (u16, Value) {
        let response = self.get(path).await;
        (response.status().as_u16(), json_of(response).await)
    }

    pub async fn post(&self, path: &str, body: &Value) -> Response {
        let url = format!("{}{path}", self.running.url());
        self.http
            .post(url)
            .body(body.to_string())
            .send()
            .await
            .unwrap()
    }

    /// Every row of a list, page by page.
    pub async fn all(&self, path: &str, size: u64) -> Vec<Value> {
        let mut rows = Vec::new();
        let joint = if path.contains('?') { '&' } else { '?' };
        for page in 0.. {
            let answer = self
                .json(&format!("{path}{joint}page={page}&size={size}"))
                .await;
            rows.extend(answer["content"].as_array().unwrap().iter().cloned());
            if page + 1 >= answer["page"]["totalPages"].as_u64().unwrap() {
                break;
            }
        }
        rows
    }
}

pub fn token_request(id: &str, secret: &str) -> Value {
    json!({
        "client_id": id,
        "client_secret": secret,
        "audience": "https://api.pax8.com",
        "grant_type": "client_credentials",
    })
}

pub async fn json_of(response: Response) -> Value {
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

pub fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}
