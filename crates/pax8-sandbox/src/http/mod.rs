//! The partner API over HTTP. A request is counted, waits, meets the faults
//! ordered for it, the rate limit and the token check, and only then the
//! estate. The answer is complete before any fault spoils it.

mod answer;
mod companies;
mod control;
mod invoices;
mod lists;
mod products;
mod query;
mod reply;
mod route;
mod subscriptions;
mod token;
mod usage;

pub(crate) use answer::{Answer, Refusal};
pub(crate) use lists::Lists;

use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;

use crate::config::{SandboxConfig, Wire};
use crate::fault::{Place, What, drift, spoil};
use crate::sandbox::{Sandbox, State};
use query::{Paging, Query};
use reply::Reply;
use route::Route;

/// Bodies are only read where one is expected, and no more than this.
const MAX_BODY: usize = 64 * 1024;

/// Data or the reason why there is none.
type Outcome = Result<Answer, Refusal>;

/// What a handler may look at.
struct Ask<'a> {
    config: &'a SandboxConfig,
    wire: Wire,
    state: &'a mut State,
    query: &'a Query,
}

impl Ask<'_> {
    fn paging(&self) -> Result<Paging, Refusal> {
        self.query
            .paging(self.config.oversized_pages, self.config.largest_page)
    }
}

pub(crate) fn router(sandbox: Sandbox) -> Router {
    Router::new()
        .nest("/_sandbox", control::router())
        .fallback(serve)
        .with_state(sandbox)
}

async fn serve(Shared(sandbox): Shared<Sandbox>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let place = Route::of(parts.uri.path()).place();
    let visit = Visit::begin(&sandbox, place, &Query::of(&parts.uri));
    let body = match place {
        Place::Token => to_bytes(body, MAX_BODY).await.unwrap_or_default(),
        _ => Bytes::new(),
    };
    tokio::time::sleep(visit.delay()).await;
    let reply = reply(&sandbox, &visit, &parts, &body);
    reply.into_response(&visit.struck)
}

/// A request under way.
struct Visit<'a> {
    sandbox: &'a Sandbox,
    place: Place,
    struck: Vec<What>,
}

impl<'a> Visit<'a> {
    fn begin(sandbox: &'a Sandbox, place: Place, query: &Query) -> Self {
        let mut state = sandbox.lock();
        let now = tokio::time::Instant::now();
        state.counters.arrived(place);
        state.arrived.record(now);
        let in_a_minute = state.arrived.count(now);
        state.counters.peak_per_minute = state.counters.peak_per_minute.max(in_a_minute);
        let struck = state.faults.strike(place, query.page_number());
        state.counters.faults += u64::from(!struck.is_empty());
        Self {
            sandbox,
            place,
            struck,
        }
    }

    fn delay(&self) -> Duration {
        let slow = self.struck.iter().filter_map(|what| match what {
            What::Slow { ms } => Some(Duration::from_millis(*ms)),
            _ => None,
        });
        self.sandbox.config().latency + slow.sum::<Duration>()
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.sandbox.lock().counters.in_flight -= 1;
    }
}

/// The answer with everything but the faults of its bytes.
fn reply(sandbox: &Sandbox, visit: &Visit<'_>, parts: &Parts, body: &[u8]) -> Reply {
    if let Some(reply) = visit
        .struck
        .iter()
        .find_map(|what| reply::instead(what, parts, visit.place))
    {
        return reply;
    }
    let path = parts.uri.path();
    let mut state = sandbox.lock();
    if !within_limit(&mut state, sandbox.config()) {
        return reply::too_many(path, None);
    }
    let mut answer = match answer(sandbox, &mut state, parts, body) {
        Ok(answer) => answer,
        Err(refusal) => refusal.answer(path),
    };
    if let Some(body) = answer
        .body
        .as_mut()
        .filter(|_| answer.status == StatusCode::OK)
    {
        for what in &visit.struck {
            drift(&mut state.records, visit.place, body, what);
            spoil(body, what);
        }
    }
    answer.into()
}

fn within_limit(state: &mut State, config: &SandboxConfig) -> bool {
    let Some(limit) = config.requests_per_minute else {
        return true;
    };
    let now = tokio::time::Instant::now();
    if state.accepted.count(now) >= limit {
        state.counters.throttled += 1;
        return false;
    }
    state.accepted.record(now);
    true
}

fn answer(sandbox: &Sandbox, state: &mut State, parts: &Parts, body: &[u8]) -> Outcome {
    let route = Route::of(parts.uri.path());
    let config = sandbox.config();
    if route == Route::Token && parts.method == Method::POST {
        return Ok(token::issue(config, &mut state.tokens, body));
    }
    let writes = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    state.counters.refused_writes += u64::from(writes.contains(&parts.method));
    if !token::is_valid(&state.tokens, &parts.headers) {
        state.counters.unauthorized += 1;
        return Ok(token::unauthorized(config.unauthorized, parts.uri.path()));
    }
    let query = Query::of(&parts.uri);
    let mut ask = Ask {
        config,
        wire: config.wire,
        state,
        query: &query,
    };
    match route {
        Route::Unknown => Err(Refusal::not_found("Resource", parts.uri.path())),
        _ if parts.method != Method::GET => Err(Refusal::method_not_allowed(&parts.method)),
        known => dispatch(&mut ask, &known),
    }
}

fn dispatch(ask: &mut Ask<'_>, route: &Route<'_>) -> Outcome {
    match *route {
        Route::Companies => companies::list(ask),
        Route::Company(id) => companies::one(ask, id),
        Route::Contacts(id) => companies::contacts(ask, id),
        Route::Contact(company, id) => companies::contact(ask, company, id),
        Route::Products => products::list(ask),
        Route::Product(id) => products::one(ask, id),
        Route::Pricing(id) => products::pricing(ask, id),
        Route::ProvisionDetails(id) => products::provision_details(ask, id),
        Route::Dependencies(id) => products::dependencies(ask, id),
        Route::Subscriptions => subscriptions::list(ask),
        Route::Subscription(id) => subscriptions::one(ask, id),
        Route::History(id) => subscriptions::history(ask, id),
        Route::SubscriptionUsage(id) => usage::of_subscription(ask, id),
        Route::UsageSummary(id) => usage::one(ask, id),
        Route::UsageLines(id) => usage::lines(ask, id),
        Route::Invoices => invoices::list(ask),
        Route::Invoice(id) => invoices::one(ask, id),
        Route::InvoiceItems(id) => invoices::items(ask, id),
        Route::DraftItems => invoices::draft_items(ask),
        Route::Token => Err(Refusal::method_not_allowed(&Method::GET)),
        Route::Unknown => Err(Refusal::not_found("Resource", "")),
    }
}
