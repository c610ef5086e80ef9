//! Following a request from its head to the head of its answer: its id, its line in the log, its place in the metrics.
//!
//! The log has the route and not the address, so that neither ids nor what was searched for stand in it.

use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method},
    middleware::Next,
    response::Response,
};
use tracing::Instrument as _;

use crate::{
    accounts::Actor,
    app::App,
    ids::{AccountId, OrganizationId},
    request_id::RequestId,
};

/// Carries the id of a request, in and out.
const HEADER: &str = "x-request-id";
/// The route of what nothing answers.
const NOWHERE: &str = "none";
/// The status of a request whose sender went before it was answered, as other servers log it.
const GONE: u16 = 499;

/// Who asked, told by whatever found out.
#[derive(Clone, Default)]
pub(super) struct Asker(Arc<OnceLock<(OrganizationId, AccountId)>>);

impl Asker {
    /// Remembers who asks, where the request is followed.
    pub(super) fn tell(extensions: &axum::http::Extensions, actor: &Actor) {
        if let Some(Self(asker)) = extensions.get() {
            // Found out twice is the same.
            let _ = asker.set((actor.organization, actor.account));
        }
    }
}

/// Follows a request.
pub(super) async fn follow(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let given = request.headers().get(HEADER);
    let given = given.and_then(|it| RequestId::given(it.to_str().ok()?));
    let mut line = Line {
        id: given.unwrap_or_else(RequestId::new),
        method: known(request.method()),
        route: match request.extensions().get::<MatchedPath>() {
            Some(path) => path.as_str().to_owned(),
            None => NOWHERE.to_owned(),
        },
        asker: Asker::default(),
        begin: Instant::now(),
        status: GONE,
        app,
    };
    request.extensions_mut().insert(line.asker.clone());
    let span =
        tracing::info_span!("request", id = %line.id, method = line.method, route = line.route);
    let work = next.run(request).instrument(span);
    let mut response = line.id.clone().scope(work).await;
    line.status = response.status().as_u16();
    if let Ok(id) = HeaderValue::from_str(line.id.as_str()) {
        response.headers_mut().insert(HEADER, id);
    }
    response
}

/// The line of a request in the log: written when it was answered, or its sender went.
struct Line {
    id: RequestId,
    method: &'static str,
    route: String,
    asker: Asker,
    begin: Instant,
    status: u16,
    app: App,
}

impl Drop for Line {
    fn drop(&mut self) {
        let took = self.begin.elapsed();
        let requests = &self.app.metrics.requests;
        requests.count(&self.route, self.method, self.status, took);
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let (request_id, method, route, status) = (
            self.id.as_str(),
            self.method,
            self.route.as_str(),
            self.status,
        );
        let asker = self.asker.0.get();
        let organization = asker.map(|(it, _)| tracing::field::display(it));
        let user = asker.map(|(_, it)| tracing::field::display(it));
        macro_rules! log {
            ($level:ident) => {
                tracing::$level!(
                    request_id,
                    method,
                    route,
                    status,
                    duration_ms,
                    organization,
                    user,
                    "request"
                )
            };
        }
        match (route, status) {
            (_, 500..) => log!(warn),
            // Asked every few seconds by machines.
            ("/healthz" | "/readyz" | "/metrics", _) => log!(debug),
            _ => log!(info),
        }
    }
}

/// A method by its name; anybody can make up others, and each would be an entry.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
