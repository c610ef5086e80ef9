//! A refusal for want of a right, shown in the frame, with what is missing and who can give it.
//!
//! Which page is refused is decided deep in a handler; who is asking is known here, around it.

use askama::Template;
use axum::{
    extract::{Request, State},
    http::HeaderMap,
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{Frame, Place, actor::FRAGMENT_HEADER, actor::from_cookie, page::forbidden};
use crate::{
    accounts::{Permission, me::list_elsewhere, users::list_owners},
    app::App,
    error::{Error, Result},
};

/// So many owners are named.
const MOST_NAMED: usize = 3;

/// The right that is missing.
#[derive(Debug, Clone, Copy)]
pub(super) enum Missing {
    /// A permission.
    Permission(Permission),
    /// A role that opens the Admin area.
    AdminArea,
}

impl Missing {
    /// What an error says is missing.
    pub fn of(error: &Error) -> Option<Self> {
        match error {
            Error::PermissionDenied(permission) => Some(Self::Permission(*permission)),
            Error::AdminsOnly => Some(Self::AdminArea),
            _ => None,
        }
    }
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage {
    frame: Frame,
    missing: Missing,
    owners: Vec<String>,
}

/// Puts a refused page into the frame of whoever asked for it.
pub(super) async fn frame_refusals(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers().clone();
    let response = next.run(request).await;
    let missing = response.extensions().get::<Missing>().copied();
    match missing.filter(|_| !headers.contains_key(FRAGMENT_HEADER)) {
        Some(missing) => match framed(&app, &headers, missing).await {
            Ok(Some(page)) => page,
            _ => response,
        },
        None => response,
    }
}

async fn framed(app: &App, headers: &HeaderMap, missing: Missing) -> Result<Option<Response>> {
    let Some(actor) = from_cookie(headers, app).await? else {
        return Ok(None);
    };
    let mut tx = app.database.read(actor.organization).await?;
    let owners = list_owners(&mut tx).await?.into_iter().take(MOST_NAMED);
    let mut frame = Frame::new(&actor, Place::Elsewhere, "You may not do this");
    frame.elsewhere = list_elsewhere(app, &actor).await?;
    let page = RefusalPage {
        frame,
        missing,
        owners: owners
            .map(|owner| format!("{} ({})", owner.name, owner.email))
            .collect(),
    };
    Ok(forbidden(&page).ok().map(|page| page.into_response()))
}
