//! Pages: the frame around them, how they are rendered, and how a refusal looks.

use askama::{DynTemplate, Template};
use axum::{
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{Html, IntoResponse, Redirect, Response},
};

use super::{
    Flash, Visit,
    problem::{log_internal, retry_after},
    refusal::Missing,
};
use crate::{
    accounts::{Actor, Permission, me::OrganizationChoice, second_factor},
    error::{Error, Result},
};

/// A result of a page's handler.
pub type PageResult = Result<Response, PageError>;

/// Where a page belongs in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The first page.
    Dashboard,
    /// Clients.
    Clients,
    /// Recurring invoices.
    Recurring,
    /// Invoices.
    Invoices,
    /// Integrations.
    Integrations,
    /// Roles & Permissions.
    Roles,
    /// Audit Logs.
    AuditLogs,
    /// Background Jobs.
    Jobs,
    /// Org Settings.
    Settings,
    /// Nowhere in particular.
    Elsewhere,
}

/// What the frame around a page shows.
pub struct Frame {
    /// The page's title.
    pub title: String,
    /// Its place in the navigation.
    pub place: Place,
    /// The organization.
    pub organization: String,
    /// Who is signed in.
    pub email: String,
    /// Their role.
    pub role: &'static str,
    /// Whether the Admin area is shown.
    pub admin: bool,
    /// Which parts of it.
    pub may: Areas,
    /// Other organizations that the account works for.
    pub elsewhere: Vec<OrganizationChoice>,
    /// Goes into every form.
    pub csrf_token: String,
    /// Messages of what was done just before.
    pub flashes: Vec<Flash>,
}

/// The parts of the Admin area that are open to somebody.
#[derive(Debug, Clone, Copy)]
pub struct Areas {
    /// Integrations.
    pub integrations: bool,
    /// Roles & Permissions.
    pub roles: bool,
    /// Audit Logs.
    pub audit: bool,
    /// Org Settings.
    pub settings: bool,
}

impl Areas {
    fn of(actor: &Actor) -> Self {
        Self {
            integrations: actor.may_administer(Permission::IntegrationsManage),
            roles: actor.may_administer(Permission::RolesManage),
            audit: actor.may_administer(Permission::AuditRead),
            settings: actor.may_administer(Permission::SettingsManage),
        }
    }
}

impl Frame {
    /// The frame of an actor's page.
    pub fn new(actor: &Actor, place: Place, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            place,
            organization: actor.organization_name.clone(),
            email: actor.email.clone(),
            role: actor.role.label(),
            admin: actor.role.opens_admin_area(),
            may: Areas::of(actor),
            elsewhere: Vec::new(),
            csrf_token: actor.csrf_token.clone(),
            flashes: Vec::new(),
        }
    }

    /// `page` where this is the page's place, for `aria-current`.
    #[must_use]
    pub fn current(&self, place: &Place) -> bool {
        self.place == *place
    }

    /// The letter in the user's circle.
    #[must_use]
    pub fn initial(&self) -> String {
        self.email
            .chars()
            .next()
            .map(|c| c.to_uppercase().to_string())
            .unwrap_or_default()
    }
}

impl Visit {
    /// The frame of the page visited, with the messages that came along.
    pub fn frame(&self, place: Place, title: impl Into<String>) -> Frame {
        Frame {
            flashes: self.flashes.clone(),
            elsewhere: self.elsewhere.clone(),
            ..Frame::new(&self.actor, place, title)
        }
    }
}

/// Renders a page or a part of one.
///
/// # Errors
/// When the template fails, which is a failure of ours.
pub fn html(template: &impl Template) -> PageResult {
    render(template, StatusCode::OK)
}

/// Renders a form that was refused, filled as it was sent, with the messages at its fields.
///
/// # Errors
/// When the template fails, which is a failure of ours.
pub fn html_refused(template: &impl Template) -> PageResult {
    render(template, StatusCode::UNPROCESSABLE_ENTITY)
}

/// Renders a refusal for want of a right.
pub(super) fn forbidden(template: &impl Template) -> PageResult {
    render(template, StatusCode::FORBIDDEN)
}

/// Renders a form that somebody else was faster than, filled as it was sent.
///
/// # Errors
/// When the template fails, which is a failure of ours.
pub fn html_conflict(template: &impl Template) -> PageResult {
    render(template, StatusCode::CONFLICT)
}

/// Answers the page's script with parts, each of which takes the place of the element with its id, and with messages.
///
/// # Errors
/// When a template fails, which is a failure of ours.
pub fn html_parts(parts: &[&dyn DynTemplate], flashes: &[Flash]) -> PageResult {
    send_parts(parts, flashes, StatusCode::OK)
}

/// The parts of a form that was refused.
///
/// # Errors
/// When a template fails, which is a failure of ours.
pub fn html_parts_refused(parts: &[&dyn DynTemplate]) -> PageResult {
    send_parts(parts, &[], StatusCode::UNPROCESSABLE_ENTITY)
}

/// The parts of what somebody else changed meanwhile, as they are now, with messages that say so.
///
/// # Errors
/// When a template fails, which is a failure of ours.
pub fn html_parts_conflict(parts: &[&dyn DynTemplate], flashes: &[Flash]) -> PageResult {
    send_parts(parts, flashes, StatusCode::CONFLICT)
}

fn send_parts(parts: &[&dyn DynTemplate], flashes: &[Flash], status: StatusCode) -> PageResult {
    let mut text = String::new();
    for part in parts {
        text.push_str(&part.dyn_render().map_err(Error::internal)?);
    }
    text.push_str(&Flashes { flashes }.render().map_err(Error::internal)?);
    send(text, status)
}

/// Messages for the page's script.
#[derive(Template)]
#[template(path = "flashes.html")]
struct Flashes<'a> {
    flashes: &'a [Flash],
}

fn render(template: &impl Template, status: StatusCode) -> PageResult {
    send(template.render().map_err(Error::internal)?, status)
}

fn send(text: String, status: StatusCode) -> PageResult {
    let headers = [
        (header::VARY, "x-fragment"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((status, headers, Html(text)).into_response())
}

/// Goes to another page of ours, with messages; the page's script does the same by itself.
#[must_use]
pub fn go_to(visit: &Visit, path: &str, flashes: &[Flash]) -> Response {
    let mut response = if visit.fragment {
        let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
        ([("x-location", location)], "").into_response()
    } else {
        Redirect::to(path).into_response()
    };
    if !flashes.is_empty()
        && let Ok(cookie) = HeaderValue::from_str(&Flash::cookie(flashes).to_string())
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Goes to another page of ours and says there what is in the way; other refusals are pages of their own.
///
/// # Errors
/// When the refusal is not a conflict with the present state.
pub fn go_and_tell(visit: &Visit, path: &str, error: Error) -> PageResult {
    match error {
        Error::Conflict { detail, .. } => Ok(go_to(visit, path, &[Flash::bad(detail)])),
        error => Err(error.into()),
    }
}

/// A refusal of a page.
pub struct PageError {
    error: Error,
    /// Where to go on after signing in.
    next: Option<String>,
}

impl PageError {
    /// Sends somebody to the sign-in page and back.
    pub(super) fn sign_in_first(parts: &Parts) -> Self {
        let path = parts
            .uri
            .path_and_query()
            .map(|path| path.as_str().to_owned());
        let next = path.filter(|path| parts.method == axum::http::Method::GET && path != "/");
        Self {
            error: Error::NotSignedIn,
            next,
        }
    }

    /// The refusal itself.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }
}

impl<E: Into<Error>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self {
            error: error.into(),
            next: None,
        }
    }
}

/// A page that says what went wrong and what to do.
#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    title: &'static str,
    detail: String,
    upgrade: bool,
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        if matches!(self.error, Error::NotSignedIn) {
            let next = self.next.as_deref().map(|next| {
                format!(
                    "?next={}",
                    form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>()
                )
            });
            return Redirect::to(&format!("/sign-in{}", next.unwrap_or_default())).into_response();
        }
        if matches!(self.error, Error::SecondFactorRequired) {
            let mut response = Redirect::to(second_factor::PATH).into_response();
            let path = HeaderValue::from_static(second_factor::PATH);
            response.headers_mut().insert("x-location", path);
            return response;
        }
        log_internal(&self.error);
        let page = ErrorPage {
            title: title(&self.error),
            detail: self.error.to_string(),
            upgrade: matches!(self.error, Error::FeatureRequired(_)),
        };
        let mut response = match page.render() {
            Ok(text) => (self.error.status(), Html(text)).into_response(),
            Err(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong on our side.",
            )
                .into_response(),
        };
        if let Some(missing) = Missing::of(&self.error) {
            response.extensions_mut().insert(missing);
        }
        if let Some(seconds) = retry_after(&self.error) {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

fn title(error: &Error) -> &'static str {
    match error {
        Error::FeatureRequired(_) => "This is part of a larger licence",
        Error::ConfirmationRequired => "Confirm that it is you",
        Error::SecondFactorRequired => "A second factor is asked for",
        Error::PermissionDenied(_)
        | Error::AdminsOnly
        | Error::PersonRequired
        | Error::TokenReadsOnly => "You may not do this",
        Error::NotFound(_) | Error::WrongMethod => "There is nothing here",
        Error::Conflict { .. } => "This has changed meanwhile",
        Error::TooMany { .. } => "Too many attempts",
        Error::TooFast { .. } => "Too many requests",
        Error::Unavailable(_) => "Not available at the moment",
        Error::Internal(_) => "Something went wrong",
        Error::Unreadable(_)
        | Error::WrongMedia(_)
        | Error::Refused { .. }
        | Error::NotSignedIn => "This was refused",
    }
}
