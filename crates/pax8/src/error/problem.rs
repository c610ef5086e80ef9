//! What an error body of Pax8 says, in any of its shapes.

use std::fmt::{self, Display};

use serde_json::Value;

use crate::secrets::Secrets;

/// Characters of one message that are kept.
const MESSAGE_CHARS: usize = 300;

/// Details of one problem that are kept.
const DETAILS: usize = 5;

/// What Pax8 said about a failed request.
///
/// Three shapes are met: an envelope of `type`, `message` and `details`, a
/// list of `errors`, and the OAuth pair of `error` and `error_description`.
/// None of them is required.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A word for programs, such as `NOT_FOUND` or `access_denied`.
    pub kind: Option<String>,
    /// A sentence.
    pub message: Option<String>,
    /// More sentences.
    pub details: Vec<String>,
    /// What Pax8's support asks for, if given.
    pub trace_id: Option<String>,
}

impl Problem {
    /// Reads an error body; `None` if it says nothing in a known shape.
    pub(crate) fn from_body(body: &[u8], secrets: &Secrets<'_>) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let problem = Self {
            kind: text(&body, "type", secrets).or_else(|| text(&body, "error", secrets)),
            message: text(&body, "message", secrets)
                .or_else(|| text(&body, "error_description", secrets)),
            details: details(&body, secrets),
            trace_id: text(&body, "traceId", secrets),
        };
        let says_something =
            problem.kind.is_some() || problem.message.is_some() || !problem.details.is_empty();
        says_something.then_some(problem)
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said: Vec<&str> = self
            .message
            .iter()
            .chain(&self.details)
            .map(String::as_str)
            .collect();
        match (said.is_empty(), &self.kind) {
            (true, Some(kind)) => f.write_str(kind),
            _ => f.write_str(&said.join("; ")),
        }
    }
}

fn details(body: &Value, secrets: &Secrets<'_>) -> Vec<String> {
    ["details", "errors"]
        .iter()
        .filter_map(|name| body.get(*name)?.as_array())
        .flatten()
        .filter_map(|entry| entry.as_str().or_else(|| entry.get("message")?.as_str()))
        .filter_map(|said| clean(said, secrets))
        .take(DETAILS)
        .collect()
}

fn text(body: &Value, name: &str, secrets: &Secrets<'_>) -> Option<String> {
    clean(body.get(name)?.as_str()?, secrets)
}

/// A message without the full stop at its end: it becomes part of a sentence.
fn clean(text: &str, secrets: &Secrets<'_>) -> Option<String> {
    let line = secrets.line_of(text, MESSAGE_CHARS)?;
    let kept = line.trim_end_matches('.').to_owned();
    (!kept.is_empty()).then_some(kept)
}

/// `: what was said`, or nothing.
pub(super) fn because<T: Display>(said: &Option<T>) -> String {
    said.as_ref()
        .map(|said| format!(": {said}"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(body: &str) -> Option<String> {
        let secrets = Secrets {
            client_secret: "s3cret",
            token: None,
        };
        Problem::from_body(body.as_bytes(), &secrets).map(|problem| problem.to_string())
    }

    #[test]
    fn every_known_shape_is_read() {
        let envelope = r#"{"type":"NOT_FOUND","message":"Company Not Found: x","instance":"/public/v1/companies/x",
            "status":404,"details":[]}"#;
        assert_eq!(said(envelope).unwrap(), "Company Not Found: x");
        let details = r#"{"type":"INVALID_PARAM","message":"Bad.","details":[{"message":"size too large"},"plain",7,{}],"traceId":"t1"}"#;
        assert_eq!(said(details).unwrap(), "Bad; size too large; plain");
        assert_eq!(said(r#"{"errors":["one","two"]}"#).unwrap(), "one; two");
        let oauth = r#"{"error":"access_denied","error_description":"Unauthorized"}"#;
        assert_eq!(said(oauth).unwrap(), "Unauthorized");
        assert_eq!(
            said(r#"{"error":"access_denied"}"#).unwrap(),
            "access_denied"
        );
    }

    #[test]
    fn no_shape_is_required() {
        for body in [
            "",
            "<html>",
            "[]",
            "{}",
            "null",
            "7",
            r#"{"message":null,"details":{}}"#,
        ] {
            assert_eq!(said(body), None, "{body}");
        }
    }

    #[test]
    fn what_is_said_stays_short_and_on_one_line() {
        let body = format!(r#"{{"message":"a\n\tb\u0007{}"}}"#, "x".repeat(1000));
        let said = said(&body).unwrap();
        assert!(said.starts_with("a bx") && said.chars().count() <= MESSAGE_CHARS);
    }
}
