//! Looking whether the conditions hold, by asking the slices that know.

use db::OrgTx;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

use super::{AlertSettings, Condition};
use crate::{
    accounts::{PAX8_FEATURE, RefusedSignIns},
    billing_runs::any_under_way,
    deliveries::count_trouble,
    error::{Error, Result},
    http::filters,
    invoices::count_drafts_before,
    organizations::{has_feature, load_organization},
    pax8::{
        connection::{Connection, find_connection},
        sync::count_failures_since,
    },
    recurring::find_overdue,
};

/// How a condition stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Observation {
    /// It holds; a sentence says how.
    Holds(String),
    /// It does not.
    Over,
    /// Nobody can tell: it neither begins nor ends.
    Unclear,
}

/// A daily run may be so late before anybody is told.
const LATE: SignedDuration = SignedDuration::from_hours(1);
/// A recurring invoice that was made or changed later than this may not have met a daily run yet.
const A_RUN: SignedDuration = SignedDuration::from_hours(25);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How every condition stands in an organization.
pub(super) async fn observe(
    tx: &mut OrgTx,
    settings: &AlertSettings,
    interval: Span,
    sign_ins: &[RefusedSignIns],
    now: Timestamp,
) -> Result<[(Condition, Observation); Condition::ALL.len()]> {
    let connection = match has_feature(tx, PAX8_FEATURE).await? {
        true => find_connection(tx).await?,
        false => None,
    };
    // One that was switched off by hand is nobody's trouble; one that refusals switched off is.
    let connection = connection.filter(|it| it.active || it.is_refused());
    let connection = connection.as_ref();
    Ok([
        (Condition::CredentialsRefused, refused(connection)),
        (
            Condition::SyncFailing,
            failing(tx, settings, connection).await?,
        ),
        (
            Condition::DataStale,
            stale(settings, connection, interval, now)?,
        ),
        (Condition::BillingOverdue, overdue(tx, now).await?),
        (Condition::DraftsWaiting, waiting(tx, settings, now).await?),
        (Condition::NotSent, not_sent(tx).await?),
        (
            Condition::SignInsRefused,
            sign_ins_refused(settings, sign_ins),
        ),
    ])
}

fn refused(connection: Option<&Connection>) -> Observation {
    match connection {
        Some(it) if it.is_refused() => Observation::Holds(format!(
            "Pax8 refused them {} times in a row, so the integration is inactive.",
            it.refusals
        )),
        _ => Observation::Over,
    }
}

async fn failing(
    tx: &mut OrgTx,
    settings: &AlertSettings,
    connection: Option<&Connection>,
) -> Result<Observation> {
    let Some((connection, error)) = connection.and_then(|it| Some((it, it.last_error.as_deref()?)))
    else {
        return Ok(Observation::Over);
    };
    if connection.is_refused() {
        // That has an alert of its own, and no sync runs that could end this one.
        return Ok(Observation::Unclear);
    }
    let since = connection.last_sync_at.unwrap_or(connection.connected_at);
    let failures = count_failures_since(tx, since).await?;
    if failures < settings.sync_failures {
        return Ok(Observation::Over);
    }
    Ok(Observation::Holds(format!(
        "{failures} syncs failed in a row. The last: {error}"
    )))
}

fn stale(
    settings: &AlertSettings,
    connection: Option<&Connection>,
    interval: Span,
    now: Timestamp,
) -> Result<Observation> {
    let Some(connection) = connection else {
        return Ok(Observation::Over);
    };
    let interval = interval
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(Error::internal)?;
    let most = i32::try_from(settings.stale_intervals).map_err(Error::internal)?;
    let confirmed = connection.last_sync_at.unwrap_or(connection.connected_at);
    let age = now.duration_since(confirmed);
    if age <= interval.saturating_mul(most) {
        return Ok(Observation::Over);
    }
    let age = in_words(age);
    Ok(Observation::Holds(match connection.last_sync_at {
        Some(_) => format!("The last successful sync was {age} ago."),
        None => format!("Pax8 was connected {age} ago, and no sync has succeeded since."),
    }))
}

async fn overdue(tx: &mut OrgTx, now: Timestamp) -> Result<Observation> {
    let organization = load_organization(tx).await?;
    if organization.next_billing_at < now - LATE {
        let late = in_words(now.duration_since(organization.next_billing_at));
        return Ok(Observation::Holds(format!(
            "The daily billing run is {late} late."
        )));
    }
    if any_under_way(tx, now - LATE).await? {
        // It may be billing just now what was due while no process ran.
        return Ok(Observation::Unclear);
    }
    let today = now.to_zoned_datetime(organization.timezone).date();
    let Some(overdue) = find_overdue(tx, today, now - A_RUN).await? else {
        return Ok(Observation::Over);
    };
    let since = filters::day(&overdue.oldest);
    Ok(Observation::Holds(match overdue.count {
        1 => format!("1 recurring invoice was due on {since} and is not billed."),
        count => {
            format!(
                "{count} recurring invoices are not billed, of which the first was due on {since}."
            )
        }
    }))
}

async fn waiting(tx: &mut OrgTx, settings: &AlertSettings, now: Timestamp) -> Result<Observation> {
    let days = i32::try_from(settings.waiting_days).map_err(Error::internal)?;
    let count = count_drafts_before(tx, now - DAY * days).await?;
    let days = match days {
        1 => "a day".to_owned(),
        days => format!("{days} days"),
    };
    Ok(match count {
        0 => Observation::Over,
        1 => Observation::Holds(format!("1 draft waits for more than {days}.")),
        count => Observation::Holds(format!("{count} drafts wait for more than {days}.")),
    })
}

async fn not_sent(tx: &mut OrgTx) -> Result<Observation> {
    let trouble = count_trouble(tx).await?;
    let counted = |count: u32, what: &str| match count {
        0 => None,
        1 => Some(format!("1 invoice was {what}")),
        count => Some(format!("{count} invoices were {what}")),
    };
    let told: Vec<String> = [
        counted(trouble.failed, "not sent"),
        counted(trouble.unknown, "perhaps not sent"),
    ]
    .into_iter()
    .flatten()
    .collect();
    Ok(match told.is_empty() {
        true => Observation::Over,
        false => Observation::Holds(format!("{}.", told.join(", "))),
    })
}

/// So many of the people who were refused most are named.
const NAMED: usize = 3;

fn sign_ins_refused(settings: &AlertSettings, refused: &[RefusedSignIns]) -> Observation {
    let all: i64 = refused.iter().map(|it| it.count).sum();
    if all < i64::from(settings.refused_sign_ins) {
        return Observation::Over;
    }
    let named = refused.iter().take(NAMED);
    let mut named: Vec<String> = named
        .map(|it| format!("{} ({})", it.email, it.count))
        .collect();
    if let Some(more) = refused.len().checked_sub(NAMED).filter(|it| *it > 0) {
        named.push(format!("and {more} more"));
    }
    Observation::Holds(format!(
        "{all} sign-ins and codes were refused within a day: {}.",
        named.join(", ")
    ))
}

/// How long something is, roughly.
fn in_words(long: SignedDuration) -> String {
    let counted = |count: i64, one: &str, many: &str| match count {
        1 => one.to_owned(),
        count => format!("{count} {many}"),
    };
    match (long.as_hours(), long.as_mins()) {
        (hours, _) if hours >= 48 => counted(hours / 24, "a day", "days"),
        (hours, _) if hours >= 1 => counted(hours, "an hour", "hours"),
        (_, minutes) => counted(minutes, "a minute", "minutes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_from_a_number_on_with_those_whom_most_are_about() {
        let refusals = |counts: &[i64]| {
            let each = counts.iter().zip(["a", "b", "c", "d", "e"]);
            each.map(|(count, who)| RefusedSignIns {
                email: format!("{who}@ours.example"),
                count: *count,
            })
            .collect::<Vec<_>>()
        };
        let told = |counts: &[i64]| sign_ins_refused(&AlertSettings::default(), &refusals(counts));
        assert_eq!(told(&[]), Observation::Over);
        assert_eq!(told(&[15, 4]), Observation::Over);
        let Observation::Holds(detail) = told(&[9, 5, 3, 2, 1]) else {
            panic!("twenty are told");
        };
        assert_eq!(
            detail,
            "20 sign-ins and codes were refused within a day: a@ours.example (9), b@ours.example (5), c@ours.example (3), and 2 more."
        );
    }

    #[test]
    fn how_long_is_told_in_the_largest_fitting_unit() {
        for (minutes, told) in [
            (1, "a minute"),
            (59, "59 minutes"),
            (60, "an hour"),
            (47 * 60 + 59, "47 hours"),
            (48 * 60, "2 days"),
        ] {
            assert_eq!(in_words(SignedDuration::from_mins(minutes)), told);
        }
    }
}
