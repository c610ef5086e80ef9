//! What syncs changed: all that one sync did, and all that happened to one subscription.

use askama::Template;
use axum::extract::{Path, Query, State};
use jiff::{Timestamp, tz::TimeZone};
use rust_decimal::Decimal;

use super::{
    billing::{about, subscription_id},
    filter::PAGE,
    status::summary,
};
use crate::{
    app::App,
    error::Error,
    http::{Frame, Moment, PageQuery, PageResult, Pax8Visit, Place, filters, html},
    ids::SyncId,
    pax8::{
        subscriptions::{Observation, list_history, load_subscription},
        sync::{Change, Sync, SyncStatus, list_changes, load_sync},
    },
};

#[derive(Template)]
#[template(path = "pax8/changes.html")]
struct ChangesPage {
    frame: Frame,
    about: String,
    /// Of one sync, not of one record.
    by_sync: bool,
    rows: Vec<Line>,
    empty_title: &'static str,
    empty: &'static str,
    next: Option<String>,
}

/// A field that changed.
struct Line {
    record: String,
    kind: String,
    at: Moment,
    sync_id: String,
    field: String,
    before: Option<String>,
    after: Option<String>,
    revenue: String,
    cost: String,
}

/// `GET …/syncs/{sync}/changes`
pub(super) async fn of_sync(
    State(app): State<App>,
    Pax8Visit(visit): Pax8Visit,
    Path(sync): Path<String>,
    Query(page): Query<PageQuery>,
) -> PageResult {
    let id = SyncId::parse(&sync).ok_or(Error::NotFound("sync"))?;
    let zone = &visit.actor.timezone;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let sync = load_sync(&mut tx, id).await?;
    let changes = list_changes(&mut tx, id, &page.paging()?).await?;
    let next = changes.next_cursor.as_ref();
    html(&ChangesPage {
        frame: visit.frame(Place::Integrations, "What changed"),
        about: told(&sync, zone),
        by_sync: true,
        rows: changes
            .data
            .iter()
            .map(|change| Line::of_change(change, id, zone))
            .collect(),
        empty_title: "Nothing changed",
        empty: "Pax8 told the same as before.",
        next: next.map(|cursor| format!("{PAGE}/syncs/{id}/changes?cursor={cursor}")),
    })
}

/// `GET …/subscriptions/{subscription}/history`
pub(super) async fn of_subscription(
    State(app): State<App>,
    Pax8Visit(visit): Pax8Visit,
    Path(subscription): Path<String>,
    Query(page): Query<PageQuery>,
) -> PageResult {
    let id = subscription_id(&subscription)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let subscription = load_subscription(&mut tx, id).await?;
    let history = list_history(&mut tx, id, &page).await?;
    let next = history.next_cursor.as_ref();
    html(&ChangesPage {
        frame: visit.frame(Place::Integrations, "History"),
        about: about(&subscription),
        by_sync: false,
        rows: history
            .data
            .iter()
            .map(|observed| Line::of_observation(observed, &visit.actor.timezone))
            .collect(),
        empty_title: "No change yet",
        empty: "Everything is as it was when Ascent first saw this subscription.",
        next: next.map(|cursor| format!("{PAGE}/subscriptions/{id}/history?cursor={cursor}")),
    })
}

impl Line {
    fn of_change(change: &Change, sync: SyncId, zone: &TimeZone) -> Self {
        let currency = change.currency.as_deref();
        let value = |text: &Option<String>| {
            text.as_deref()
                .map(|text| shown(&change.field, text, currency, zone))
        };
        Self {
            record: change
                .record_name
                .clone()
                .unwrap_or_else(|| change.record_pax8_id.clone()),
            kind: change.record_type.clone(),
            at: Moment::new(change.at, zone),
            sync_id: sync.to_string(),
            field: words(&change.field),
            before: value(&change.before),
            after: value(&change.after),
            revenue: difference(change.revenue_change.as_deref(), currency),
            cost: difference(change.cost_change.as_deref(), currency),
        }
    }

    fn of_observation(observed: &Observation, zone: &TimeZone) -> Self {
        let value = |text: &Option<String>| {
            text.as_deref()
                .map(|text| shown(&observed.field, text, None, zone))
        };
        Self {
            record: String::new(),
            kind: String::new(),
            at: Moment::new(observed.at, zone),
            sync_id: observed.sync_id.to_string(),
            field: words(&observed.field),
            before: value(&observed.before),
            after: value(&observed.after),
            revenue: String::new(),
            cost: String::new(),
        }
    }
}

/// When the sync was, and what it did.
fn told(sync: &Sync, zone: &TimeZone) -> String {
    let at = sync.finished_at.unwrap_or(sync.requested_at);
    let at = filters::minute(&at, zone);
    match sync.status {
        SyncStatus::Succeeded => format!("Sync of {at}: {}.", summary(sync)),
        SyncStatus::Failed => format!("The sync of {at} failed and changed nothing."),
        SyncStatus::Queued | SyncStatus::Running => format!("The sync of {at} is under way."),
    }
}

/// A value as people read it: instants in the organization's zone, prices with their currency.
fn shown(field: &str, text: &str, currency: Option<&str>, zone: &TimeZone) -> String {
    match field {
        "missing_since" => text
            .parse::<Timestamp>()
            .map_or_else(|_| text.to_owned(), |at| filters::minute(&at, zone)),
        "price" | "partner_cost" => text.parse::<Decimal>().map_or_else(
            |_| text.to_owned(),
            |price| filters::price(&price, currency),
        ),
        _ => text.to_owned(),
    }
}

/// A field in words: `partner_cost` reads `Partner cost`.
fn words(field: &str) -> String {
    if field == "sku" {
        return "SKU".to_owned();
    }
    let text = field.replace('_', " ");
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    }
}

/// A difference with its sign; nothing where there is none or it cannot be told.
fn difference(amount: Option<&str>, currency: Option<&str>) -> String {
    let Some(amount) = amount.and_then(|text| text.parse::<Decimal>().ok()) else {
        return String::new();
    };
    let plus = if amount.is_sign_positive() && !amount.is_zero() {
        "+"
    } else {
        ""
    };
    format!("{plus}{}", filters::price(&amount, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_people_write_them() {
        let shown = |field, text| shown(field, text, Some("USD"), &TimeZone::UTC);
        assert_eq!(shown("partner_cost", "10.5"), "$10.50");
        assert_eq!(
            shown("missing_since", "2026-06-15T12:00:00.237Z"),
            "15 Jun 2026, 12:00"
        );
        assert_eq!(shown("quantity", "10.5"), "10.5");
    }

    #[test]
    fn fields_read_as_words_and_differences_carry_their_sign() {
        assert_eq!(words("partner_cost"), "Partner cost");
        assert_eq!(difference(Some("110.00"), Some("USD")), "+$110.00");
        assert_eq!(difference(Some("-3.4"), Some("USD")), "\u{2212}$3.40");
        assert_eq!(difference(None, Some("USD")), "");
    }
}
