//! Refusals as `application/problem+json` (RFC 9457).

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::idempotency::IN_USE;
use crate::error::{Error, FieldError};

/// A result of an API handler.
pub type ApiResult<T> = Result<T, Problem>;

/// A refusal, on its way out.
#[derive(Debug)]
pub struct Problem(pub Error);

/// The body of a refusal.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// Always `about:blank`; `code` tells refusals apart.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What was refused, why, and what to do.
    detail: String,
    /// A stable code.
    code: &'static str,
    /// The licence feature that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    feature: Option<&'static str>,
    /// The fields that were refused.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: Vec<FieldError>,
}

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let error = self.0;
        log_internal(&error);
        let status = error.status();
        let body = ProblemBody {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: error.to_string(),
            code: error.code(),
            feature: if let Error::FeatureRequired(feature) = error {
                Some(feature)
            } else {
                None
            },
            errors: error.field_errors().to_vec(),
        };
        let mut response = (status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = retry_after(&error) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(error, Error::NotSignedIn) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// When a refused request may be repeated, in seconds.
pub(super) fn retry_after(error: &Error) -> Option<u32> {
    match error {
        Error::TooMany {
            retry_after_seconds,
        }
        | Error::TooFast {
            retry_after_seconds,
        } => Some(*retry_after_seconds),
        Error::Unavailable(_) => Some(5),
        Error::Conflict { code, .. } if *code == IN_USE => Some(1),
        _ => None,
    }
}

/// The cause of a failure of ours goes to the log, and only there.
pub(super) fn log_internal(error: &Error) {
    if let Error::Internal(cause) = error {
        tracing::error!(cause = %cause, "request failed");
    }
}
