//! JSON bodies, refused with a sentence that says where and what.

use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::{Problem, media::Media};
use crate::{
    app::App,
    error::{Error, Result},
};

/// A JSON body that says that it is one. Types read with it deny unknown fields, so that a slip of the pen never passes silently.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let bytes = Media::Json.read(request, app).await?;
        // An absent body is an empty object: every field of it is optional or refused by name.
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        Ok(Self(parse(text)?))
    }
}

fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T> {
    let mut source = serde_json::Deserializer::from_slice(text);
    let read = serde_path_to_error::deserialize(&mut source);
    let value = read.map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        match error.classify() {
            serde_json::error::Category::Data => refuse(&path, &error.to_string()),
            _ => not_json(&error),
        }
    })?;
    source.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Error {
    Error::Unreadable(format!("The body is not JSON: {error}"))
}

/// A field refused where it stands, such as `lines[0].quantity`. serde says which one is missing or unknown between backquotes.
fn refuse(path: &str, message: &str) -> Error {
    let sentence = message.split(" at line ").next().unwrap_or(message);
    let around = Some(path).filter(|path| *path != ".");
    let named = sentence.split('`').nth(1);
    let named = named.filter(|_| sentence.contains(" field `"));
    match (around, named) {
        (Some(around), Some(name)) if around.rsplit('.').next() != Some(name) => {
            Error::field(&format!("{around}.{name}"), capital(sentence))
        }
        (None, Some(name)) => Error::field(name, capital(sentence)),
        (Some(around), _) => Error::field(around, plain(around, sentence)),
        (None, None) => Error::refused("invalid_body", plain("The body", sentence)),
    }
}

/// serde's `invalid type: integer `5`, expected a string` in plain words and without the value, which may be a secret.
fn plain(place: &str, sentence: &str) -> String {
    let told = sentence
        .strip_prefix("invalid type: ")
        .or_else(|| sentence.strip_prefix("invalid value: "))
        .or_else(|| sentence.strip_prefix("invalid length "));
    let told = told.and_then(|told| told.rsplit_once(", expected "));
    match told {
        Some((_, expected)) => format!("{place} must be {}.", kind(expected)),
        None => format!("{place}: {}", capital(sentence)),
    }
}

fn kind(expected: &str) -> &str {
    match expected {
        "a string" | "string" | "a borrowed string" => "a text in quotes",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, not below 0",
        it if it.starts_with("struct ") || it.starts_with("a map") => "an object in braces",
        it => it,
    }
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
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

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[serde(default)]
        name: String,
        #[serde(default)]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        quantity: u32,
        #[serde(default)]
        taxable: bool,
    }

    #[test]
    fn a_wrong_type_is_refused_where_it_stands_in_plain_words() {
        for (body, field, message) in [
            (r#"{"name":5}"#, "name", "name must be a text in quotes."),
            (r#"{"name":null}"#, "name", "name must be a text in quotes."),
            (r#"{"lines":{}}"#, "lines", "lines must be a list."),
            (
                r#"{"lines":[{"quantity":1},{"quantity":-1}]}"#,
                "lines[1].quantity",
                "not below 0",
            ),
            (
                r#"{"lines":[{"quantity":1,"taxable":"secret"}]}"#,
                "lines[0].taxable",
                "true or false.",
            ),
            (
                r#"{"lines":[{"quantity":1,"color":1}]}"#,
                "lines[0].color",
                "Unknown field",
            ),
            (r#"{"lines":[{}]}"#, "lines[0].quantity", "Missing field"),
            (r#"{"lines":["x"]}"#, "lines[0]", "an object"),
            (r#"{"color":1}"#, "color", "Unknown field"),
        ] {
            let refused = parse::<Order>(body.as_bytes()).unwrap_err();
            let told = &refused.field_errors()[0];
            assert_eq!(told.field, field, "{body}");
            assert!(told.message.contains(message), "{body}: {}", told.message);
            assert!(!told.message.contains("secret"));
        }
        let order = parse::<Order>(br#"{"name":"a","lines":[{"quantity":1,"taxable":true}]}"#);
        let order = order.unwrap();
        assert!(order.name == "a" && order.lines[0].taxable && order.lines[0].quantity == 1);
    }

    #[test]
    fn what_is_no_json_or_no_object_says_so() {
        for body in ["{", "{} {}", "nonsense"] {
            assert_eq!(
                parse::<Order>(body.as_bytes()).unwrap_err().code(),
                "unreadable"
            );
        }
        let refused = parse::<Order>(b"5").unwrap_err();
        assert_eq!(refused.code(), "invalid_body");
        assert_eq!(refused.to_string(), "The body must be an object in braces.");
    }
}
