//! A form with a file: as safe from forgery as every form, and read no further than a file may be.

use axum::{
    extract::{
        DefaultBodyLimit, FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    routing::MethodRouter,
};

use super::{PageError, Visit, actor::check_csrf, form::CSRF_FIELD};
use crate::{app::App, error::Error};

/// The name of the field with the file.
const FILE_FIELD: &str = "file";
/// What is kept of a field. One who sends more has sent too much, whatever the rest is.
const LARGEST_FILE: usize = 1024 * 1024;
/// What is read to its end, so that somebody who chose a large file by mistake is told so on the page.
const LARGEST_UPLOAD: usize = 32 * 1024 * 1024;

/// A form with a file that was sent from one of our pages by the actor's own browser.
pub struct Upload {
    /// Who sent it, and how.
    pub visit: Visit,
    /// The content of the file, cut at a megabyte (1,048,576 bytes); empty if none was chosen. Neither its name nor what it
    /// was said to be is looked at.
    pub file: Vec<u8>,
}

impl Upload {
    /// Lets a page receive files.
    pub fn at(page: MethodRouter<App>) -> MethodRouter<App> {
        page.layer(DefaultBodyLimit::max(LARGEST_UPLOAD))
    }
}

impl FromRequest<App> for Upload {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &App) -> Result<Self, PageError> {
        use axum::extract::FromRequestParts as _;
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, app).await?;
        let request = Request::from_parts(parts, body);
        let form = Multipart::from_request(request, app).await;
        let mut form = form.map_err(|error| unreadable(&error.body_text()))?;
        let (mut csrf, mut file) = (Vec::new(), Vec::new());
        while let Some(field) = form.next_field().await.map_err(broken)? {
            match field.name() {
                Some(CSRF_FIELD) => csrf = read(field).await?,
                Some(FILE_FIELD) => file = read(field).await?,
                _ => {}
            }
        }
        check_csrf(&csrf, &visit.actor)?;
        Ok(Self { visit, file })
    }
}

async fn read(mut field: Field<'_>) -> Result<Vec<u8>, Error> {
    let mut kept = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        let room = LARGEST_FILE - kept.len();
        kept.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
    }
    Ok(kept)
}

fn broken(error: MultipartError) -> Error {
    unreadable(&error.body_text())
}

fn unreadable(why: &str) -> Error {
    Error::Unreadable(format!("The form cannot be read: {why}"))
}
