//! Form bodies: checked against forgery, read field by field, given back as they were typed.

use axum::extract::{FromRequest, Request};
use secrecy::SecretString;

use super::{PageError, Visit, actor::check_csrf, media::Media};
use crate::{
    app::App,
    error::{Error, FieldError, Result},
};

/// The name of the hidden field that every form carries.
pub(super) const CSRF_FIELD: &str = "csrf_token";

/// The fields of a form or a query, in the order in which they were sent.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `a=1&b=2`. The character NUL, which nobody types and Postgres does not store, is left out.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let fields = form_urlencoded::parse(bytes);
        Self(
            fields
                .map(|(name, text)| (without_nul(&name), without_nul(&text)))
                .collect(),
        )
    }

    /// The same text again, without the token of the form.
    #[must_use]
    pub(super) fn encoded(&self) -> SecretString {
        let fields = self.0.iter().filter(|(name, _)| name != CSRF_FIELD);
        let mut text = form_urlencoded::Serializer::new(String::new());
        SecretString::from(text.extend_pairs(fields).finish())
    }

    /// Fields with these names and texts.
    #[must_use]
    pub fn of<const N: usize>(fields: [(&str, String); N]) -> Self {
        Self(fields.map(|(name, text)| (name.to_owned(), text)).into())
    }

    /// These and others after them.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The trimmed text of a field; empty if it was not sent.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, value)| value.trim())
    }

    /// The trimmed text of a field, if there is any.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name))
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    }

    /// The trimmed text of a field, empty or not, if it was sent at all.
    #[must_use]
    pub fn sent(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(field, _)| *field == name)
            .map(|(_, text)| text)
    }

    /// All fields, name and text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, text)| (name.as_str(), text.trim()))
    }

    /// Whether a checkbox is on.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        matches!(self.text(name), "on" | "true" | "1")
    }

    /// The trimmed texts of a field that repeats, one for each row.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(field, _)| field == name)
            .map(|(_, value)| value.trim())
            .collect()
    }

    /// The text of a field as it was sent, for secrets, in which spaces count.
    #[must_use]
    pub fn raw(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, value)| value)
    }
}

fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

/// What was refused of a form, by field.
#[derive(Debug, Default)]
pub struct Refusals(Vec<FieldError>);

impl Refusals {
    /// What an error says about fields.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        Self(error.field_errors().to_vec())
    }

    /// The message at a field.
    #[must_use]
    pub fn at(&self, field: &str) -> Option<&str> {
        let found = self.0.iter().find(|refused| refused.field == field);
        found.map(|refused| refused.message.as_str())
    }

    /// Whether nothing was refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many fields were refused.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// The form of a page in front of the door, which has no session to be checked against.
impl FromRequest<App> for Fields {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &App) -> Result<Self, PageError> {
        Ok(Self::parse(&Media::Form.read(request, app).await?))
    }
}

/// A form that was sent from one of our pages by the actor's own browser.
pub struct Form {
    /// Who sent it, and how.
    pub visit: Visit,
    /// What it says.
    pub fields: Fields,
}

impl FromRequest<App> for Form {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &App) -> Result<Self, PageError> {
        use axum::extract::FromRequestParts as _;
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, app).await?;
        let request = Request::from_parts(parts, body);
        let fields = Fields::from_request(request, app).await?;
        check_csrf(fields.raw(CSRF_FIELD).as_bytes(), &visit.actor)?;
        Ok(Self { visit, fields })
    }
}
