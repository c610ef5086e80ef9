//! Whether anybody's billing is at risk, over all organizations. What there is none of is told as 0, so that a rule about it
//! has something to look at.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{
    store::{self, Group},
    text::Text,
};
use crate::{alerts::Condition, app::App, deliveries::DeliveryState, error::Result};

const STATES: [&str; 6] = [
    "connected",
    "failing",
    "refused",
    "inactive",
    "not_connected",
    "not_licensed",
];
/// A daily run may be so late.
const LATE: SignedDuration = SignedDuration::from_hours(1);

/// Reads everything in one snapshot.
pub(super) async fn read(app: &App, now: Timestamp) -> Result<String> {
    let mut text = Text::default();
    let mut tx = app.database.system_read().await?;
    write_syncs(&mut text, &store::connections(&mut tx).await?, now);
    text.gauge(
        "ascent_failed_syncs_in_a_row",
        "Failed syncs since the last successful one, the most of any organization.",
    )
    .value(&[], store::failed_syncs(&mut tx).await?);

    text.gauge(
        "ascent_billing_due",
        "Recurring invoices that are due and not billed yet.",
    )
    .value(&[], store::due(&mut tx, now).await?);
    let (overdue, oldest) = store::overdue(&mut tx, now).await?;
    text.gauge(
        "ascent_billing_overdue",
        "Recurring invoices that a daily run should have billed and did not.",
    )
    .value(&[], overdue);
    text.gauge(
        "ascent_billing_overdue_oldest_seconds",
        "Since the day on which the first of them was due; 0 where there is none.",
    )
    .value(&[], oldest.map_or(0, |day| since_day(day, now)));
    text.gauge(
        "ascent_billing_runs_late",
        "Organizations whose daily run should have begun an hour ago.",
    )
    .value(&[], store::late_runs(&mut tx, now - LATE).await?);

    let drafts = store::drafts(&mut tx).await?;
    text.gauge(
        "ascent_drafts_waiting",
        "Drafts that wait for a person, and those of them on which something is to be looked at.",
    )
    .value(&[("reason", "any")], drafts.all)
    .value(&[("reason", "review")], drafts.to_review);
    text.gauge(
        "ascent_drafts_waiting_oldest_seconds",
        "Age of the oldest draft; 0 where there is none.",
    )
    .value(&[], age(drafts.oldest, now));
    text.gauge(
        "ascent_held_subscriptions",
        "Subscriptions that are held on drafts.",
    )
    .value(&[], store::held(&mut tx).await?);

    let states = [
        DeliveryState::Queued,
        DeliveryState::Sending,
        DeliveryState::Failed,
        DeliveryState::Unknown,
    ];
    let deliveries = store::deliveries(&mut tx).await?;
    let mut family = text.gauge(
        "ascent_deliveries",
        "Invoices on their way by mail, or not sent and still to be paid.",
    );
    for state in states.map(DeliveryState::as_str) {
        family.value(&[("state", state)], count_of(&deliveries, state));
    }

    write_jobs(&mut text, &store::jobs(&mut tx, now).await?, now);
    let failed = store::failed_jobs(&mut tx).await?;
    let mut family = text.gauge(
        "ascent_jobs_failed",
        "Jobs that were given up within 30 days.",
    );
    for kind in crate::job_registry().kinds() {
        family.value(&[("kind", kind)], count_of(&failed, kind));
    }

    let alerts = store::alerts(&mut tx).await?;
    let mut family = text.gauge("ascent_alerts", "Alerts that last, of all organizations.");
    for condition in Condition::ALL.map(Condition::as_str) {
        family.value(&[("condition", condition)], count_of(&alerts, condition));
    }
    Ok(text.finish())
}

fn write_syncs(text: &mut Text, connections: &[Group], now: Timestamp) {
    let mut family = text.gauge(
        "ascent_organizations",
        "Organizations, by the state of their connection to Pax8.",
    );
    for state in STATES {
        family.value(&[("state", state)], count_of(connections, state));
    }
    let mut family = text.gauge(
        "ascent_last_sync_age_seconds",
        "Since the last successful sync, or the connecting; the longest of the organizations in the state, 0 where there is none.",
    );
    // Whoever is switched off or has no connection waits for no sync.
    for state in ["connected", "failing", "refused"] {
        let of = connections.iter().find(|it| it.name == state);
        family.value(&[("state", state)], age(of.and_then(|it| it.since), now));
    }
}

fn write_jobs(text: &mut Text, jobs: &[store::Jobs], now: Timestamp) {
    let mut family = text.gauge(
        "ascent_jobs",
        "Jobs that are not done: waiting for a worker, running, or scheduled for later.",
    );
    for kind in crate::job_registry().kinds() {
        for standing in ["waiting", "running", "scheduled"] {
            let alike = |it: &&store::Jobs| it.kind == kind && it.standing == standing;
            let count = jobs.iter().find(alike).map_or(0, |it| it.count);
            family.value(&[("kind", kind), ("state", standing)], count);
        }
    }
    let waiting = jobs.iter().filter(|it| it.standing == "waiting");
    text.gauge(
        "ascent_oldest_waiting_job_seconds",
        "How long the first job waits that could be done; 0 where none waits.",
    )
    .value(&[], age(waiting.map(|it| it.oldest).min(), now));
}

fn count_of(groups: &[Group], name: &str) -> i64 {
    let found = groups.iter().find(|it| it.name == name);
    found.map_or(0, |it| it.count)
}

fn age(since: Option<Timestamp>, now: Timestamp) -> i64 {
    since.map_or(0, |since| now.duration_since(since).as_secs().max(0))
}

fn since_day(day: Date, now: Timestamp) -> i64 {
    let start = day.to_zoned_datetime(TimeZone::UTC).ok();
    age(start.map(|it| it.timestamp()), now)
}
