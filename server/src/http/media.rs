//! What a body says that it is: one that says something else, or nothing, is not guessed at.

use axum::{
    body::Bytes,
    extract::{FromRequest as _, Request},
    http::{HeaderMap, HeaderValue, header},
};

use crate::{
    app::App,
    error::{Error, Result},
};

/// What a body is expected to be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Media {
    /// JSON: `application/json`, or a format made of it, such as `application/merge-patch+json`.
    Json,
    /// What a browser makes of a form.
    Form,
}

impl Media {
    /// Reads a body to its end. Where there is none there is nothing to say what it is.
    ///
    /// # Errors
    /// When it says that it is something else, or nothing; when it is too large or breaks off.
    pub async fn read(self, request: Request, app: &App) -> Result<Bytes> {
        let is_said = self.is_said(request.headers());
        let body = Bytes::from_request(request, app).await;
        let body = body.map_err(|error| Error::Unreadable(format!("{}{error}", self.broken())))?;
        if body.is_empty() || is_said {
            Ok(body)
        } else {
            Err(Error::WrongMedia(self.wanted()))
        }
    }

    fn is_said(self, headers: &HeaderMap) -> bool {
        let said = headers.get(header::CONTENT_TYPE);
        let said = said.map(HeaderValue::as_bytes).unwrap_or_default();
        let kind = said.split(|byte| *byte == b';').next().unwrap_or_default();
        let kind = kind.trim_ascii().to_ascii_lowercase();
        match self {
            Self::Json => kind == b"application/json" || is_made_of_json(&kind),
            Self::Form => kind == b"application/x-www-form-urlencoded",
        }
    }

    fn wanted(self) -> &'static str {
        match self {
            Self::Json => {
                "Send the body as JSON, and say so with the header Content-Type: application/json."
            }
            Self::Form => {
                "A form is sent as application/x-www-form-urlencoded. Open the page in Ascent and send it from there."
            }
        }
    }

    fn broken(self) -> &'static str {
        match self {
            Self::Json => "The body cannot be read: ",
            Self::Form => "The form cannot be read: ",
        }
    }
}

/// Whether it is `application/*+json`.
fn is_made_of_json(kind: &[u8]) -> bool {
    let name = kind.strip_prefix(b"application/");
    let name = name.and_then(|it| it.strip_suffix(b"+json"));
    name.is_some_and(|it| !it.is_empty() && !it.contains(&b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(media: Media, kind: &'static str) -> bool {
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static(kind));
        media.is_said(&HeaderMap::from_iter([kind]))
    }

    #[test]
    fn json_is_what_says_that_it_is() {
        for json in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json ;charset=\"utf-8\"",
            "application/merge-patch+json",
            "application/vnd.msp.v1+json; profile=\"a;b\"",
        ] {
            assert!(said(Media::Json, json), "{json}");
        }
        for other in [
            "",
            "text/plain",
            "text/json",
            "application/jsonp",
            "application/+json",
            "application/a/b+json",
            "application/x-www-form-urlencoded",
            "text/plain; application/json",
            "multipart/form-data; boundary=application/json",
        ] {
            assert!(!said(Media::Json, other), "{other}");
        }
        assert!(!Media::Json.is_said(&HeaderMap::new()));
    }

    #[test]
    fn a_form_is_what_browsers_make_of_one() {
        let form = "application/x-www-form-urlencoded";
        assert!(said(Media::Form, form));
        assert!(said(
            Media::Form,
            "application/x-www-form-urlencoded; charset=UTF-8"
        ));
        assert!(!said(Media::Form, "application/json"));
        assert!(!said(Media::Form, "text/plain"));
    }
}
