//! The whole URL map.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::Value;
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use super::{
    PageError, PageResult, Problem, admission, assets, docs, follow, health, html, idempotency,
    limits,
    openapi::{self, Document, Needs},
    refusal::frame_refusals,
    remote::locate,
    security::{harden, refuse_foreign_forms},
};
use crate::{
    accounts, alerts, app::App, audit, background_jobs, billing_runs, clients, dashboard,
    deliveries, error::Error, exports, integrations, invoices, organizations, pax8, recurring,
    search,
};

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 1024 * 1024;
/// The longest that a request may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Everything that the server answers.
pub fn router(app: App) -> Router {
    Router::new()
        .nest(openapi::BASE, calls(&app))
        .route("/api/docs", get(docs_overview))
        .route("/api/docs/{group}", get(docs_group))
        .merge(
            pages()
                .layer(middleware::from_fn_with_state(
                    app.clone(),
                    refuse_foreign_forms,
                ))
                .layer(middleware::from_fn_with_state(app.clone(), frame_refusals)),
        )
        .route("/assets/{*name}", get(assets::serve))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .method_not_allowed_fallback(wrong_method_of_page)
        .fallback(no_such_page)
        .layer(
            ServiceBuilder::new()
                .layer(middleware::from_fn_with_state(app.clone(), locate))
                .layer(middleware::from_fn_with_state(app.clone(), follow::follow))
                .layer(middleware::from_fn_with_state(app.clone(), harden))
                .layer(CompressionLayer::new())
                .layer(middleware::from_fn_with_state(
                    app.clone(),
                    async |State(app): State<App>, request: Request, next: Next| {
                        limits::admit(&app.limits, app.clock.now(), request, next).await
                    },
                ))
                .layer(middleware::from_fn(|request, next| {
                    in_time(PATIENCE, request, next)
                }))
                .layer(CatchPanicLayer::custom(|_| panicked()))
                .layer(DefaultBodyLimit::max(LARGEST_BODY)),
        )
        .with_state(app)
}

/// The calls and what they say of themselves: the same for every router of a process, and made once, since a test makes many.
struct Described {
    calls: Router<App>,
    needs: Arc<Needs>,
    document: Value,
    text: Bytes,
}

fn described() -> &'static Described {
    static DESCRIBED: OnceLock<Described> = OnceLock::new();
    DESCRIBED.get_or_init(|| {
        let (calls, document) = api().split_for_parts();
        let needs = Arc::new(Needs::of(&document));
        let document = openapi::finish(document);
        Described {
            calls,
            needs,
            text: Bytes::from(document.to_string()),
            document,
        }
    })
}

/// The API: its document, open to all, and its calls, to which admission leads.
fn calls(app: &App) -> Router<App> {
    let Described { calls, needs, .. } = described();
    let (app, app_once) = (app.clone(), app.clone());
    calls
        .clone()
        .route_layer(middleware::from_fn(move |request, next| {
            idempotency::once(app_once.clone(), request, next)
        }))
        .route_layer(middleware::from_fn(move |request, next| {
            admission::admit(app.clone(), needs.clone(), request, next)
        }))
        .route(
            "/openapi.json",
            get(async || as_json(described().text.clone())),
        )
        .method_not_allowed_fallback(wrong_method_of_call)
        .fallback(no_such_call)
        .layer(middleware::map_response(async |answer| as_file(answer)))
}

/// Marks JSON as a file, so that no browser takes it for a page, whatever is in it.
fn as_file(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_some_and(|it| it.as_bytes().ends_with(b"json")) {
        headers
            .entry(header::CONTENT_DISPOSITION)
            .or_insert(HeaderValue::from_static(
                "attachment; filename=\"api.json\"",
            ));
    }
    answer
}

/// The page that shows what the document holds.
async fn docs_overview(State(app): State<App>) -> PageResult {
    let document = &described().document;
    html(&docs::Overview::new(document, &app.settings.public_url))
}

/// The page that shows the calls of a tag.
async fn docs_group(State(app): State<App>, Path(slug): Path<String>) -> PageResult {
    let document = &described().document;
    let page = docs::GroupPage::new(document, &app.settings.public_url, &slug);
    html(&page.ok_or(Error::NotFound("page"))?)
}

fn as_json(text: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// Every call of the API, each slice's below its own path.
fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(accounts::api())
        .merge(alerts::api())
        .merge(audit::api())
        .merge(background_jobs::api())
        .merge(billing_runs::api())
        .merge(clients::api())
        .merge(exports::api())
        .merge(invoices::api())
        .merge(deliveries::api())
        .merge(organizations::api())
        .merge(pax8::api())
        .merge(recurring::api())
        .merge(search::api())
}

/// Every page, each slice's below its own path.
fn pages() -> Router<App> {
    Router::new()
        .merge(accounts::pages::routes())
        .merge(alerts::routes())
        .merge(audit::routes())
        .merge(background_jobs::routes())
        .merge(exports::routes())
        .merge(invoices::routes())
        .merge(deliveries::routes())
        .merge(billing_runs::routes())
        .merge(dashboard::routes())
        .merge(integrations::routes())
        .merge(pax8::pages::routes())
        .merge(clients::routes())
        .merge(organizations::routes())
        .merge(recurring::routes())
        .merge(search::routes())
}

async fn no_such_call() -> Problem {
    Problem(Error::NotFound("call"))
}

async fn no_such_page() -> PageError {
    PageError::from(Error::NotFound("page"))
}

async fn wrong_method_of_call() -> Problem {
    Problem(Error::WrongMethod)
}

async fn wrong_method_of_page() -> PageError {
    PageError::from(Error::WrongMethod)
}

/// Ends a request that takes too long, with a sentence like every other refusal.
async fn in_time(patience: Duration, request: Request, next: Next) -> Response {
    let is_call = request.uri().path().starts_with(openapi::BASE);
    let answer = tokio::time::timeout(patience, next.run(request)).await;
    answer.unwrap_or_else(|_| {
        let error = Error::Unavailable(
            "This took too long and was ended. Look whether it took effect before you try again."
                .to_owned(),
        );
        if is_call {
            Problem(error).into_response()
        } else {
            PageError::from(error).into_response()
        }
    })
}

fn panicked() -> Response {
    Problem(Error::internal("a handler panicked")).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tower::ServiceExt as _;

    use super::*;

    async fn too_slow(path: &str) -> Response {
        let router: Router = Router::new()
            .route(path, get(std::future::pending::<()>))
            .layer(middleware::from_fn(|request, next| {
                in_time(Duration::ZERO, request, next)
            }));
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        router.oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn what_takes_too_long_is_answered_like_every_refusal() {
        for (path, kind) in [
            ("/api/v1/slow", "application/problem+json"),
            ("/slow", "text/html; charset=utf-8"),
        ] {
            let answer = too_slow(path).await;
            assert_eq!(answer.status(), 503, "{path}");
            assert_eq!(answer.headers()[header::CONTENT_TYPE], kind);
            assert!(answer.headers().contains_key(header::RETRY_AFTER));
        }
    }
}
