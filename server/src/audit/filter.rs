//! Finding events.

use db::OrgTx;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{AuditEvent, store};
use crate::{
    error::{Error, Result},
    http::{Column, List, PageQuery, Sort},
    ids::AuditEventId,
};

/// The column of the person or program.
pub(super) const BY_ACTOR: &str = "who";
/// What the list can be sorted by.
pub(super) const COLUMNS: [Column; 2] = [
    Column {
        name: "when",
        label: "When",
        numeric: false,
        falls: true,
    },
    Column {
        name: BY_ACTOR,
        label: "Who and what",
        numeric: false,
        falls: false,
    },
];
/// The newest first.
pub(super) const USUAL: Sort = Sort {
    column: "when",
    falling: true,
};

/// Which events a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// An account's id, or a name as the log tells it.
    pub actor: Option<String>,
    /// What was done: `client.created`.
    pub action: Option<String>,
    /// The kind of record.
    pub subject_type: Option<String>,
    /// The record's id.
    pub subject_id: Option<String>,
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    /// Part of a person's or a record's name.
    pub q: Option<String>,
}

impl AuditFilter {
    /// From the first day to the last, both whole, in the organization's zone; or from one instant until another.
    ///
    /// # Errors
    /// When one of the two is neither a date nor an instant.
    pub fn between(self, from: Option<&str>, to: Option<&str>, zone: &TimeZone) -> Result<Self> {
        Ok(Self {
            from: from.map(|text| bound("from", text, zone)).transpose()?,
            until: to.map(|text| bound("to", text, zone)).transpose()?,
            ..self
        })
    }
}

/// A page of events, newest first.
///
/// # Errors
/// When the page asked for is refused.
pub async fn list_events(
    tx: &mut OrgTx,
    filter: &AuditFilter,
    page: &PageQuery,
) -> Result<List<AuditEvent>> {
    list_sorted(tx, filter, USUAL, page).await
}

/// A page of events in an order; of those of one person in the direction of the order.
///
/// # Errors
/// When the page asked for is refused.
pub(super) async fn list_sorted(
    tx: &mut OrgTx,
    filter: &AuditFilter,
    sort: Sort,
    page: &PageQuery,
) -> Result<List<AuditEvent>> {
    let page = sort.paging(page)?;
    let rows = store::list(tx, filter, sort, &page).await?;
    page.list(rows, |event| {
        let (actor, at) = (event.actor.name.clone(), event.at.as_millisecond());
        sort.key(actor, at, event.id)
    })
}

/// An event.
///
/// # Errors
/// When the organization has none with this id.
pub async fn load_event(tx: &mut OrgTx, id: AuditEventId) -> Result<AuditEvent> {
    store::find(tx, id).await?.ok_or(Error::NotFound("event"))
}

fn bound(field: &str, text: &str, zone: &TimeZone) -> Result<Timestamp> {
    let refused = || {
        Error::field(
            field,
            "Use a date, such as 2026-11-24, or an instant, such as 2026-11-24T14:00:00Z.",
        )
    };
    if let Ok(date) = text.parse::<Date>()
        && !text.contains(['T', 't', ' '])
    {
        let day = match field {
            "to" => date.tomorrow().map_err(|_| refused())?,
            _ => date,
        };
        let midnight = day.to_zoned_datetime(zone.clone()).map_err(|_| refused())?;
        return Ok(midnight.timestamp());
    }
    text.parse().map_err(|_| refused())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_whole_days_where_the_organization_is() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let filter = AuditFilter::default()
            .between(Some("2026-06-15"), Some("2026-06-15"), &zone)
            .unwrap();
        assert_eq!(filter.from, "2026-06-15T04:00:00Z".parse().ok());
        assert_eq!(filter.until, "2026-06-16T04:00:00Z".parse().ok());
        let filter = AuditFilter::default()
            .between(None, Some("2026-06-15T12:00:00Z"), &zone)
            .unwrap();
        assert_eq!(filter.until, "2026-06-15T12:00:00Z".parse().ok());
        for text in ["soon", "2026-13-01", "9999-12-31"] {
            let refused = AuditFilter::default().between(None, Some(text), &zone);
            assert!(refused.is_err(), "{text}");
        }
    }
}
