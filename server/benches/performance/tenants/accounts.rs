//! Many Pax8 accounts behind one address: one with a large estate, all others each with the same small one.

use std::time::Duration;

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, header},
    response::{IntoResponse as _, Response},
};
use pax8_sandbox::{Sandbox, SandboxConfig};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

/// How long Pax8 takes for an answer.
const LATENCY: Duration = Duration::from_millis(100);
/// Products of either estate.
const PRODUCTS: usize = 25;

pub struct Accounts {
    address: String,
}

/// An estate, and the token that its sandbox takes.
#[derive(Clone)]
struct Estate {
    router: Router,
    token: HeaderValue,
}

#[derive(Clone)]
struct Estates {
    small: Estate,
    giant: Estate,
}

impl Accounts {
    /// Estates of so many companies and subscriptions.
    pub async fn open(small: (usize, usize), giant: (usize, usize)) -> Self {
        let estates = Estates {
            small: Estate::new(small).await,
            giant: Estate::new(giant).await,
        };
        let router = Router::new().fallback(answer).with_state(estates);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Estate {
    async fn new((companies, subscriptions): (usize, usize)) -> Self {
        let config = SandboxConfig {
            latency: LATENCY,
            ..SandboxConfig::sized(companies, subscriptions, PRODUCTS)
        };
        let ask = json!({ "client_id": config.client_id, "client_secret": config.client_secret,
            "audience": "https://api.pax8.com", "grant_type": "client_credentials" });
        let router = Sandbox::new(config).router();
        let request = Request::post("/v1/token").body(Body::from(ask.to_string()));
        let answer = router.clone().oneshot(request.unwrap()).await.unwrap();
        let answer = read(answer.into_body()).await;
        let token = format!("Bearer {}", answer["access_token"].as_str().unwrap());
        let token = HeaderValue::from_str(&token).unwrap();
        Self { router, token }
    }
}

/// Each account's token is its client id.
async fn answer(State(estates): State<Estates>, mut request: Request) -> Response {
    if request.method() == Method::POST {
        tokio::time::sleep(LATENCY).await;
        let asked = read(request.into_body()).await;
        let token = json!({ "access_token": asked["client_id"], "expires_in": 86_400, "token_type": "Bearer" });
        return Json(token).into_response();
    }
    let of_giant = request.headers()[header::AUTHORIZATION] == "Bearer giant";
    let Estate { router, token } = match of_giant {
        true => estates.giant,
        false => estates.small,
    };
    request.headers_mut().insert(header::AUTHORIZATION, token);
    router.oneshot(request).await.into_response()
}

async fn read(body: Body) -> Value {
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}
