//! The card `Connection Status`: state, last and next sync, the latest error, `Sync Now` and its progress.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse as _,
};
use db::OrgTx;
use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;

use super::{
    companies::CompaniesCard,
    filter::{Filter, PAGE},
    parts::Badge,
};
use crate::{
    accounts::Actor,
    app::App,
    error::Result,
    http::{Flash, Moment, PageResult, Paging, Pax8Visit, filters, go_to, html_parts},
    ids::SyncId,
    pax8::{
        connection::{Connection, ConnectionStatus, find_connection},
        sync::{Scope, Stage, Sync, SyncStatus, find_unfinished, list_syncs, load_sync},
    },
};

#[derive(Template)]
#[template(path = "pax8/status.html")]
pub(super) struct StatusCard {
    csrf_token: String,
    badge: Badge,
    connected: bool,
    can_sync: bool,
    last_sync: Option<Moment>,
    /// None while inactive.
    next_sync: Option<Moment>,
    result: Option<Finished>,
    running: Option<Running>,
    warnings: Vec<String>,
    error: Option<Failure>,
    /// What to do about an inactive connection without an error.
    inactive: Option<&'static str>,
    /// The stages in words, as JSON, for the page's script.
    stages: String,
    /// What the card knows of, for the question whether something happened since.
    seen: String,
}

/// What the last complete sync did.
struct Finished {
    sync_id: String,
    text: String,
}

struct Running {
    id: String,
    stage: &'static str,
    done: u32,
    total: Option<u32>,
}

struct Failure {
    text: String,
    advice: &'static str,
    at: Option<Moment>,
}

impl StatusCard {
    /// The card as it is now; `running` where a sync was just asked for.
    pub(super) async fn load(
        tx: &mut OrgTx,
        actor: &Actor,
        connection: Option<&Connection>,
        running: Option<Sync>,
    ) -> Result<Self> {
        let unfinished = match running {
            Some(sync) => Some(sync),
            None => find_unfinished(tx).await?,
        };
        let last = match connection {
            Some(connection) => last_full(tx, connection.connected_at).await?,
            None => None,
        };
        let zone = &actor.timezone;
        let status = ConnectionStatus::of(connection);
        let running = unfinished
            .filter(|sync| sync.scope == Scope::Full)
            .map(Running::of);
        Ok(Self {
            csrf_token: actor.csrf_token.clone(),
            badge: badge(status),
            connected: connection.is_some(),
            can_sync: status == ConnectionStatus::Connected && running.is_none(),
            last_sync: connection
                .and_then(|it| it.last_sync_at)
                .map(|at| Moment::new(at, zone)),
            next_sync: connection
                .filter(|it| it.active)
                .map(|it| Moment::new(it.next_sync_at, zone)),
            warnings: last
                .as_ref()
                .map_or_else(Vec::new, |sync| sync.warnings.clone()),
            result: last.filter(succeeded).map(|sync| Finished {
                sync_id: sync.id.to_string(),
                text: summary(&sync),
            }),
            running,
            error: connection.and_then(|it| Failure::of(it, zone)),
            inactive: connection
                .filter(|it| !it.active && it.last_error.is_none())
                .map(advice),
            stages: stages()?,
            seen: mark(tx, connection).await?,
        })
    }
}

impl Running {
    fn of(sync: Sync) -> Self {
        Self {
            id: sync.id.to_string(),
            stage: words(sync.progress.stage),
            done: sync.progress.done,
            total: sync.progress.total,
        }
    }
}

impl Failure {
    fn of(connection: &Connection, zone: &TimeZone) -> Option<Self> {
        Some(Self {
            text: connection.last_error.clone()?,
            advice: advice(connection),
            at: connection.last_error_at.map(|at| Moment::new(at, zone)),
        })
    }
}

/// What to do, as things are.
fn advice(connection: &Connection) -> &'static str {
    match (connection.active, connection.is_refused()) {
        (true, _) => {
            "What was pulled before is unchanged. Choose Sync Now to try again; the schedule tries again by itself."
        }
        (false, true) => {
            "Pax8 refused the credentials several times in a row, so syncing has stopped. The secret was probably rotated or \
             deleted: create a new one in Pax8 under Integrations, enter it below and choose Connect Pax8. Linked \
             subscriptions are held once their data is older than 48 hours."
        }
        (false, false) => {
            "Syncing is switched off. Leave the fields below blank and choose Connect Pax8 to use the connection again. \
             Linked subscriptions are held once their data is older than 48 hours."
        }
    }
}

/// What the page's script knows.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// The sync that it followed to its end.
    after: Option<SyncId>,
    /// The mark of the card that it shows; the answer is empty if that is still how things are.
    seen: Option<String>,
}

/// `GET /admin/integrations/pax8/status`: the card, and the companies if the sync changed them.
pub(super) async fn show(
    State(app): State<App>,
    Pax8Visit(visit): Pax8Visit,
    Query(Asked { after, seen }): Query<Asked>,
    headers: HeaderMap,
) -> PageResult {
    if !visit.fragment {
        return Ok(go_to(&visit, PAGE, &[]));
    }
    let actor = &visit.actor;
    let mut tx = app.database.read(actor.organization).await?;
    let connection = find_connection(&mut tx).await?;
    if seen.is_some() && seen == Some(mark(&mut tx, connection.as_ref()).await?) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let card = StatusCard::load(&mut tx, actor, connection.as_ref(), None).await?;
    let followed = match after {
        Some(id) => Some(load_sync(&mut tx, id).await?),
        None => None,
    };
    let Some(sync) = followed.filter(succeeded) else {
        return html_parts(&[&card], &[]);
    };
    let flash = Flash::ok(format!("Synced: {}.", summary(&sync)));
    if !changed(&sync) {
        return html_parts(&[&card], &[flash]);
    }
    let filter = Filter::of_asking_page(&headers);
    let companies = CompaniesCard::load(&mut tx, actor, true, &filter, app.clock.now()).await?;
    html_parts(&[&card, &companies], &[flash])
}

/// Changes when a sync of everything was asked for or ended, and with the state of the connection.
async fn mark(tx: &mut OrgTx, connection: Option<&Connection>) -> Result<String> {
    let latest = recent(tx)
        .await?
        .into_iter()
        .find(|it| it.scope == Scope::Full);
    let sync = latest.map(|sync| format!("{}-{}", sync.id, sync.status.as_str()));
    let connected =
        connection.map(|it| format!("{}-{}", it.connected_at.as_millisecond(), it.active));
    Ok(format!(
        "{}.{}",
        sync.unwrap_or_default(),
        connected.unwrap_or_default()
    ))
}

async fn recent(tx: &mut OrgTx) -> Result<Vec<Sync>> {
    let page = Paging {
        limit: 50,
        after: None,
    };
    Ok(list_syncs(tx, &page).await?.data)
}

/// The last full sync that ended, of the present connection: what an earlier one found is history.
async fn last_full(tx: &mut OrgTx, connected_at: Timestamp) -> Result<Option<Sync>> {
    Ok(recent(tx)
        .await?
        .into_iter()
        .find(|sync| sync.scope == Scope::Full && sync.status.is_finished())
        .filter(|sync| sync.requested_at >= connected_at))
}

fn badge(status: ConnectionStatus) -> Badge {
    match status {
        ConnectionStatus::Connected => Badge::new("ok", "ok", "Connected"),
        ConnectionStatus::Inactive => Badge::new("warn", "pause", "Configured (Inactive)"),
        ConnectionStatus::NotConnected => Badge::new("", "off", "Not Connected"),
    }
    .large()
}

fn succeeded(sync: &Sync) -> bool {
    sync.status == SyncStatus::Succeeded
}

/// Whether a sync left the companies other than they were.
fn changed(sync: &Sync) -> bool {
    [sync.companies, sync.subscriptions]
        .iter()
        .any(|counts| counts.created + counts.updated + counts.missing > 0)
        || sync.mapped > 0
}

/// What a sync did: `12 created, 3 updated`, and what else is worth a word.
pub(super) fn summary(sync: &Sync) -> String {
    let sum = |count: fn(&crate::pax8::sync::Counts) -> u32| {
        let total = u64::from(count(&sync.companies)) + u64::from(count(&sync.subscriptions));
        filters::grouped(&total.to_string())
    };
    let mut text = format!(
        "{} created, {} updated",
        sum(|counts| counts.created),
        sum(|counts| counts.updated)
    );
    let missing = sum(|counts| counts.missing);
    if missing != "0" {
        text.push_str(&format!(", {missing} missing"));
    }
    if sync.mapped > 0 {
        text.push_str(&format!(", {} mapped", sync.mapped));
    }
    text
}

fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::Queued => "Starting",
        Stage::Companies => "Pulling companies",
        Stage::Subscriptions => "Pulling subscriptions",
        Stage::Products => "Pulling products",
        Stage::Storing => "Comparing and storing",
        Stage::Done => "Done",
    }
}

fn stages() -> Result<String> {
    let all = [
        Stage::Queued,
        Stage::Companies,
        Stage::Subscriptions,
        Stage::Products,
        Stage::Storing,
        Stage::Done,
    ];
    let map: serde_json::Map<_, _> = all
        .into_iter()
        .map(|stage| (stage.as_str().to_owned(), words(stage).into()))
        .collect();
    Ok(serde_json::to_string(&map)?)
}
