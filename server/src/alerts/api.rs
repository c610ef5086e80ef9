//! Alerts and their settings, as JSON.

use axum::extract::State;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Alert, AlertSettings, AlertSettingsDetails, Condition, TestResult, change_settings,
    list_alerts, load_settings, remove_webhook, send_test, set_webhook,
};
use crate::{
    accounts::Permission,
    app::App,
    http::{
        ApiActor, ApiResult, Json, List, PageQuery, ProblemBody, Query, all_confirmed, all_need,
    },
};

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    let calls = OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show, change))
        .routes(routes!(delete_webhook))
        .routes(routes!(test))
        // What goes to it tells of money.
        .merge(all_confirmed(
            OpenApiRouter::new().routes(routes!(put_webhook)),
        ));
    all_need(Permission::SettingsManage, calls)
}

/// Which alerts are listed.
#[derive(Debug, Deserialize, IntoParams)]
struct ListQuery {
    /// Only those that last.
    open: Option<bool>,
    /// Rows on a page, 1 to 200; 50 where it is absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Who is told of alerts, and from when on.
#[derive(Debug, Serialize, ToSchema)]
struct AlertSettingsBody {
    /// Whether they are sent by mail.
    by_mail: bool,
    /// Whether this server sends mail at all.
    mail_available: bool,
    /// Whom mail goes to, addresses with commas between; empty: the owners.
    #[schema(example = "desk@example.com")]
    recipients: String,
    /// So many failed syncs in a row are told.
    sync_failures: u32,
    /// No successful sync for so many intervals is told.
    stale_intervals: u32,
    /// A draft that waits for more than so many days is told.
    waiting_days: u32,
    /// So many sign-ins and codes refused within a day are told.
    refused_sign_ins: u32,
    /// Conditions that are shown and told to nobody.
    quiet: Vec<Condition>,
    /// The host of the webhook; null: there is none. The rest of its address is not shown.
    #[schema(example = "hooks.example.com")]
    webhook_host: Option<String>,
    /// Raised by every change.
    version: i64,
}

/// What to change. What is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AlertSettingsChange {
    /// Whether they are sent by mail.
    by_mail: Option<bool>,
    /// Whom mail goes to, addresses with commas between, at most ten; empty: the owners.
    #[schema(example = "desk@example.com")]
    recipients: Option<String>,
    /// 1 to 100.
    #[schema(example = 3)]
    sync_failures: Option<i64>,
    /// 2 to 1000.
    #[schema(example = 6)]
    stale_intervals: Option<i64>,
    /// 1 to 365.
    #[schema(example = 3)]
    waiting_days: Option<i64>,
    /// 5 to 10000.
    #[schema(example = 20)]
    refused_sign_ins: Option<i64>,
    /// Conditions that are shown and told to nobody.
    quiet: Option<Vec<Condition>>,
    /// Refuses the change if the settings have another version by now.
    version: Option<i64>,
}

/// Where alerts are to be sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WebhookBody {
    /// A public address that begins with https.
    #[schema(example = "https://hooks.example.com/ascent")]
    url: String,
}

/// A webhook that was set.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookSet {
    /// Its host.
    #[schema(example = "hooks.example.com")]
    webhook_host: Option<String>,
    /// The secret under which bodies are signed. It is not shown again.
    #[schema(example = "ascwh_…")]
    secret: String,
}

/// What came of a test.
#[derive(Debug, Serialize, ToSchema)]
struct TestResults {
    /// One for each way that alerts go.
    results: Vec<TestResult>,
}

impl AlertSettingsBody {
    fn of(app: &App, it: AlertSettings) -> Self {
        Self {
            by_mail: it.by_mail,
            mail_available: app.settings.mail.is_some(),
            recipients: it.recipients,
            sync_failures: it.sync_failures,
            stale_intervals: it.stale_intervals,
            waiting_days: it.waiting_days,
            refused_sign_ins: it.refused_sign_ins,
            quiet: it.quiet,
            webhook_host: it.webhook_host,
            version: it.version,
        }
    }
}

/// Lists alerts, the latest first, with what was told of each.
#[utoipa::path(get, path = "/alerts", tag = "alerts", params(ListQuery),
    responses((status = 200, body = List<Alert>), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn list(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<ListQuery>,
) -> ApiResult<axum::Json<List<Alert>>> {
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let mut tx = app.database.read(actor.organization).await?;
    let open = query.open.unwrap_or(false);
    Ok(axum::Json(list_alerts(&mut tx, open, &page).await?))
}

/// Shows who is told of alerts, and from when on.
#[utoipa::path(get, path = "/alert-settings", tag = "alerts",
    responses((status = 200, body = AlertSettingsBody), (status = 403, body = ProblemBody)))]
async fn show(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
) -> ApiResult<axum::Json<AlertSettingsBody>> {
    let mut tx = app.database.read(actor.organization).await?;
    let settings = load_settings(&mut tx).await?;
    Ok(axum::Json(AlertSettingsBody::of(&app, settings)))
}

/// Changes who is told of alerts, and from when on.
#[utoipa::path(patch, path = "/alert-settings", tag = "alerts", request_body = AlertSettingsChange,
    responses((status = 200, body = AlertSettingsBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn change(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Json(change): Json<AlertSettingsChange>,
) -> ApiResult<axum::Json<AlertSettingsBody>> {
    let mut tx = app.database.write(actor.organization).await?;
    let present = AlertSettingsDetails::of(&load_settings(&mut tx).await?);
    let details = AlertSettingsDetails {
        by_mail: change.by_mail.unwrap_or(present.by_mail),
        recipients: change.recipients.unwrap_or(present.recipients),
        sync_failures: change.sync_failures.or(present.sync_failures),
        stale_intervals: change.stale_intervals.or(present.stale_intervals),
        waiting_days: change.waiting_days.or(present.waiting_days),
        refused_sign_ins: change.refused_sign_ins.or(present.refused_sign_ins),
        quiet: change.quiet.unwrap_or(present.quiet),
    };
    let (by, now) = (actor.by(), app.clock.now());
    let settings = change_settings(&mut tx, &by, change.version, &details, now).await?;
    tx.commit().await?;
    Ok(axum::Json(AlertSettingsBody::of(&app, settings)))
}

/// Sends alerts to a webhook from now on, in the place of one that there was. The answer holds the secret under which each
/// body is signed: the header `Ascent-Signature: t=SECONDS,v1=HEX` is HMAC-SHA256 over `SECONDS.BODY`.
#[utoipa::path(put, path = "/alert-settings/webhook", tag = "alerts", request_body = WebhookBody,
    responses((status = 200, body = WebhookSet), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn put_webhook(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Json(body): Json<WebhookBody>,
) -> ApiResult<axum::Json<WebhookSet>> {
    let mut tx = app.database.write(actor.organization).await?;
    let (settings, secret) = set_webhook(&mut tx, &app, &actor.by(), &body.url).await?;
    tx.commit().await?;
    Ok(axum::Json(WebhookSet {
        webhook_host: settings.webhook_host,
        secret: secret.expose_secret().to_owned(),
    }))
}

/// Sends nothing to the webhook any more, and forgets it.
#[utoipa::path(delete, path = "/alert-settings/webhook", tag = "alerts",
    responses((status = 200, body = AlertSettingsBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn delete_webhook(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
) -> ApiResult<axum::Json<AlertSettingsBody>> {
    let mut tx = app.database.write(actor.organization).await?;
    let settings = remove_webhook(&mut tx, &actor.by(), app.clock.now()).await?;
    tx.commit().await?;
    Ok(axum::Json(AlertSettingsBody::of(&app, settings)))
}

/// Sends a test each way that alerts go, at once, and tells how it went.
#[utoipa::path(post, path = "/alert-settings/tests", tag = "alerts",
    responses((status = 200, body = TestResults), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn test(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
) -> ApiResult<axum::Json<TestResults>> {
    let results = send_test(&app, &actor).await?;
    Ok(axum::Json(TestResults { results }))
}
