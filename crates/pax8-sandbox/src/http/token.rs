//! Tokens: issued for the configured credentials, asked for everywhere else.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::answer::{Answer, Refusal};
use crate::config::{SandboxConfig, UnauthorizedBody};
use crate::tokens::Tokens;

/// The current audience and the one of older clients.
const AUDIENCES: [&str; 2] = ["https://api.pax8.com", "api://p8p.client"];

/// Exactly these four, all required.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenRequest {
    client_id: String,
    client_secret: String,
    audience: String,
    grant_type: String,
}

pub(super) fn issue(config: &SandboxConfig, tokens: &mut Tokens, body: &[u8]) -> Answer {
    let request: TokenRequest = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(error) => {
            // The parser's words could quote the body, and with it a secret.
            let field = if error.is_data() {
                "a field is missing or unknown"
            } else {
                "not JSON"
            };
            return oauth(StatusCode::BAD_REQUEST, "invalid_request", field);
        }
    };
    if request.grant_type != "client_credentials" {
        return oauth(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            "client_credentials only",
        );
    }
    let known = request.client_id == config.client_id
        && request.client_secret == config.client_secret
        && AUDIENCES.contains(&request.audience.as_str());
    if !known {
        return refused();
    }
    let token = tokens.issue(Instant::now(), config.token_life);
    json!({
        "access_token": token,
        "expires_in": config.token_life.as_secs(),
        "token_type": "Bearer",
    })
    .into()
}

/// Wrong credentials, in the OAuth style.
pub(super) fn refused() -> Answer {
    oauth(StatusCode::UNAUTHORIZED, "access_denied", "Unauthorized")
}

pub(super) fn is_valid(tokens: &Tokens, headers: &HeaderMap) -> bool {
    let header = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = header.and_then(|text| text.strip_prefix("Bearer "));
    token.is_some_and(|token| tokens.works(token, Instant::now()))
}

/// An API call without a working token.
pub(super) fn unauthorized(body: UnauthorizedBody, path: &str) -> Answer {
    let status = StatusCode::UNAUTHORIZED;
    match body {
        UnauthorizedBody::OAuth => oauth(status, "invalid_token", "The token is not valid"),
        UnauthorizedBody::Envelope => {
            Refusal::new(status, "UNAUTHORIZED", "The token is not valid").answer(path)
        }
        UnauthorizedBody::Empty => Answer { status, body: None },
    }
}

fn oauth(status: StatusCode, error: &str, description: &str) -> Answer {
    Answer::new(
        status,
        json!({"error": error, "error_description": description}),
    )
}
