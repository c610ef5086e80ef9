//! Answers and refusals, the error envelope and the page information.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::query::Paging;

/// What a request is told before it becomes bytes.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// `None` is an empty body.
    pub(crate) body: Option<Value>,
}

impl Answer {
    pub(crate) fn new(status: StatusCode, body: Value) -> Self {
        Self {
            status,
            body: Some(body),
        }
    }
}

impl From<Value> for Answer {
    fn from(body: Value) -> Self {
        Self::new(StatusCode::OK, body)
    }
}

/// Why a request gets no data.
pub(crate) struct Refusal {
    status: StatusCode,
    kind: &'static str,
    message: String,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, kind: &'static str, message: &str) -> Self {
        Self {
            status,
            kind,
            message: message.to_owned(),
        }
    }

    pub(crate) fn invalid(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_PARAM", message)
    }

    /// `what` as Pax8 names it, with a capital letter.
    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            &format!("{what} Not Found: {id}"),
        )
    }

    pub(crate) fn method_not_allowed(method: &Method) -> Self {
        let message = format!("Request method '{method}' is not supported");
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            &message,
        )
    }

    pub(crate) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "FORBIDDEN", "Access is denied")
    }

    /// The envelope; `instance` shows the path behind the public gateway.
    pub(crate) fn answer(&self, path: &str) -> Answer {
        let body = json!({
            "type": self.kind,
            "message": self.message,
            "instance": format!("/public{path}"),
            "status": self.status.as_u16(),
            "details": [],
        });
        Answer::new(self.status, body)
    }
}

/// One page of a list, rendered.
pub(crate) fn page<T>(
    rows: &[Arc<T>],
    paging: Paging,
    mut render: impl FnMut(&Arc<T>) -> Value,
) -> Answer {
    let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let first = paging.number.saturating_mul(paging.size).min(total);
    let last = first.saturating_add(paging.size).min(total);
    let place = |at: u64| usize::try_from(at).unwrap_or(rows.len());
    let content: Vec<_> = rows[place(first)..place(last)]
        .iter()
        .map(&mut render)
        .collect();
    json!({
        "content": content,
        "page": {
            "size": paging.size,
            "totalElements": total,
            "totalPages": total.div_ceil(paging.size),
            "number": paging.number,
        },
    })
    .into()
}
