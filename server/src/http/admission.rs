//! Who may go on to a call of the API: somebody with a valid token or session, who has what the call needs.
//!
//! It is asked once, before the body is read, of every call; handlers find the actor already there.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts as _, MatchedPath, Request},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{
    ApiActor, Problem,
    actor::Admitted,
    openapi::{BASE, Needs},
};
use crate::{app::App, error::Error};

/// What is open to somebody who has to set up a second factor.
const SETTING_UP: [&str; 2] = ["/me/second-factor", "/me/confirmation"];

/// Lets the request through with its actor, or refuses it.
pub(super) async fn admit(app: App, needs: Arc<Needs>, request: Request, next: Next) -> Response {
    match ask(&app, &needs, request).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn ask(app: &App, needs: &Needs, request: Request) -> Result<Request, Problem> {
    let (mut parts, body) = request.into_parts();
    let ApiActor(actor) = ApiActor::from_request_parts(&mut parts, app).await?;
    let path = parts
        .extensions
        .get::<MatchedPath>()
        .map(MatchedPath::as_str);
    let path = path
        .and_then(|path| path.strip_prefix(BASE))
        .unwrap_or_default();
    if actor.has_to_set_up_second_factor() && !SETTING_UP.iter().any(|it| path.starts_with(it)) {
        return Err(Error::SecondFactorRequired.into());
    }
    needs.check(&actor, &parts.method, path, app.clock.now())?;
    parts.extensions.insert(Admitted(actor));
    Ok(Request::from_parts(parts, body))
}
