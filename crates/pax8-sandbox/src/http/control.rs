//! The control API below `/_sandbox`: what the library calls can do, as JSON
//! and without a token, for tests in other languages and for the demo.

use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use jiff::{Span, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::config::Wire;
use crate::estate::Change;
use crate::fault::Fault;
use crate::sandbox::Sandbox;

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/state", get(state))
        .route("/faults", post(order_faults).delete(clear_faults))
        .route("/clock", post(move_clock))
        .route("/estate", post(change_estate))
        .route("/tokens", delete(revoke_tokens))
        .route("/reset", post(reset))
}

async fn state(Shared(sandbox): Shared<Sandbox>) -> Json<Value> {
    Json(describe(&sandbox))
}

fn describe(sandbox: &Sandbox) -> Value {
    let state = sandbox.lock();
    json!({
        "now": state.now,
        "wire": match sandbox.config().wire { Wire::Live => "live", Wire::Spec => "spec" },
        "companies": state.records.companies.len(),
        "products": state.records.products.len(),
        "subscriptions": state.records.subscriptions.len(),
        "counters": state.counters,
        "faults": state.faults.waiting(),
    })
}

/// One fault or a list of them.
async fn order_faults(Shared(sandbox): Shared<Sandbox>, body: Bytes) -> Result<Response, Refused> {
    for fault in one_or_many::<Fault>(&body)? {
        sandbox.faults().add(fault);
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn clear_faults(Shared(sandbox): Shared<Sandbox>) -> StatusCode {
    sandbox.faults().clear();
    StatusCode::NO_CONTENT
}

/// `{"advance": "P1M"}` or `{"set": "2026-08-01T00:00:00Z"}`
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Clock {
    Advance(Span),
    Set(Timestamp),
}

async fn move_clock(Shared(sandbox): Shared<Sandbox>, body: Bytes) -> Result<Json<Value>, Refused> {
    let now = match parse(&body)? {
        Clock::Advance(span) => sandbox.advance(span).map_err(Refused::bad)?,
        Clock::Set(now) => sandbox.set_now(now),
    };
    Ok(Json(json!({"now": now})))
}

/// One change or a list of them; the ids of what they made or touched.
async fn change_estate(
    Shared(sandbox): Shared<Sandbox>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let estate = sandbox.estate();
    let applied = one_or_many::<Change>(&body)?.into_iter().map(|change| {
        estate
            .apply(change)
            .map_err(|unknown| Refused(StatusCode::NOT_FOUND, unknown.to_string()))
    });
    let ids = applied.collect::<Result<Vec<_>, _>>()?;
    Ok(Json(json!({"ids": ids})))
}

async fn revoke_tokens(Shared(sandbox): Shared<Sandbox>) -> StatusCode {
    sandbox.revoke_tokens();
    StatusCode::NO_CONTENT
}

async fn reset(Shared(sandbox): Shared<Sandbox>) -> StatusCode {
    sandbox.reset();
    StatusCode::NO_CONTENT
}

/// Why a control call did nothing.
struct Refused(StatusCode, String);

impl Refused {
    fn bad(error: impl std::fmt::Display) -> Self {
        Self(StatusCode::BAD_REQUEST, error.to_string())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(Refused::bad)
}

fn one_or_many<T: DeserializeOwned>(body: &[u8]) -> Result<Vec<T>, Refused> {
    if body.trim_ascii_start().starts_with(b"[") {
        parse(body)
    } else {
        Ok(vec![parse(body)?])
    }
}
