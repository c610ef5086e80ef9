//! JSON bodies, refused with a sentence that says where and what.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use serde::de::DeserializeOwned;

use super::Problem;
use crate::{
    app::App,
    error::{Error, Result},
};

/// A JSON body. Types read with it deny unknown fields, so that a slip of the pen never passes silently.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, app).await;
        let bytes = bytes
            .map_err(|error| Error::Unreadable(format!("The body cannot be read: {error}")))?;
        // An absent body is an empty object: every field of it is optional or refused by name.
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        Ok(Self(parse(text)?))
    }
}

fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T> {
    serde_json::from_slice(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => refuse(&error.to_string()),
        _ => Error::Unreadable(format!("The body is not JSON: {error}")),
    })
}

/// serde names the field between backquotes, where there is one.
fn refuse(message: &str) -> Error {
    let sentence = message.split(" at line ").next().unwrap_or(message);
    match sentence
        .split('`')
        .nth(1)
        .filter(|_| sentence.contains("field"))
    {
        Some(field) => Error::field(field, sentence),
        None => Error::refused("invalid_body", sentence),
    }
}

/// Reads a field of a PATCH body, with `#[serde(default, deserialize_with = "given")]`: absent is `None` (leave it), null
/// is `Some(None)` (clear it).
///
/// # Errors
/// When the value is not a `T`.
pub fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}
