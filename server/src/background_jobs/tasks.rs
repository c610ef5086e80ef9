//! The two things that are scheduled, from the records of their own slices.

use db::OrgTx;
use jiff::Span;

use super::{LatestRun, RunOutcome, Task};
use crate::{
    accounts::{self, Actor, PAX8_FEATURE, Permission},
    alerts,
    app::App,
    billing_runs::{self, BillingRun, RunStatus},
    error::Result,
    http::PageQuery,
    organizations::{BILLING_TIME, has_feature, next_billing_at},
    pax8::{
        connection::{ConnectionStatus, find_connection},
        sync::{self, Counts, Scope, Sync, SyncStatus},
    },
};

/// What kinds of jobs are called.
pub(super) fn name_of(kind: &str) -> String {
    match kind {
        sync::JOB => SYNC.to_owned(),
        billing_runs::JOB => BILLING.to_owned(),
        alerts::JOB => "Alert".to_owned(),
        accounts::notice::JOB => "Notice of an account".to_owned(),
        other => {
            let words = other.replace(['.', '_'], " ");
            let mut chars = words.chars();
            let first = chars.next().map(char::to_uppercase);
            first.into_iter().flatten().chain(chars).collect()
        }
    }
}

const SYNC: &str = "Pax8 sync";
const BILLING: &str = "Billing run";

pub(super) async fn sync(
    app: &App,
    actor: &Actor,
    tx: &mut OrgTx,
    last: Option<&LatestRun>,
) -> Result<Task> {
    let connection = find_connection(tx).await?;
    let status = ConnectionStatus::of(connection.as_ref());
    let paused = match status {
        _ if !has_feature(tx, PAX8_FEATURE).await? => {
            Some("The Pax8 integration is not part of your licence.")
        }
        ConnectionStatus::NotConnected => Some("Pax8 is not connected."),
        ConnectionStatus::Inactive => Some("The Pax8 integration is switched off."),
        ConnectionStatus::Connected => None,
    };
    Ok(Task {
        kind: sync::JOB,
        name: SYNC,
        schedule: every(app.settings.sync_interval),
        next_run_at: connection
            .filter(|_| paused.is_none())
            .map(|connection| connection.next_sync_at),
        paused,
        can_run: paused.is_none() && actor.require_pax8().is_ok(),
        last_run: last.cloned(),
    })
}

pub(super) async fn billing(
    actor: &Actor,
    tx: &mut OrgTx,
    last: Option<&LatestRun>,
) -> Result<Task> {
    Ok(Task {
        kind: billing_runs::JOB,
        name: BILLING,
        schedule: format!("Every day at {}", BILLING_TIME.strftime("%H:%M")),
        next_run_at: Some(next_billing_at(tx).await?),
        paused: None,
        can_run: actor.require(Permission::BillingManage).is_ok(),
        last_run: last.cloned(),
    })
}

pub(super) async fn sync_runs(tx: &mut OrgTx, limit: usize) -> Result<Vec<LatestRun>> {
    let syncs = sync::list_syncs(tx, &latest(limit).paging()?).await?;
    Ok(syncs.data.iter().map(of_sync).collect())
}

pub(super) async fn billing_runs(tx: &mut OrgTx, limit: usize) -> Result<Vec<LatestRun>> {
    let runs = billing_runs::list_runs(tx, &latest(limit).paging()?).await?;
    Ok(runs.data.iter().map(of_billing).collect())
}

fn latest(limit: usize) -> PageQuery {
    PageQuery {
        limit: u32::try_from(limit).ok(),
        cursor: None,
    }
}

fn of_sync(sync: &Sync) -> LatestRun {
    LatestRun {
        id: sync.id.to_string(),
        kind: sync::JOB,
        name: match sync.scope {
            Scope::Full => SYNC,
            Scope::Company(_) => "Pax8 sync of one company",
        },
        trigger: sync.trigger.as_str().to_owned(),
        outcome: match sync.status {
            SyncStatus::Queued => RunOutcome::Queued,
            SyncStatus::Running => RunOutcome::Running,
            SyncStatus::Succeeded => RunOutcome::Succeeded,
            SyncStatus::Failed => RunOutcome::Failed,
        },
        requested_at: sync.requested_at,
        started_at: sync.started_at,
        finished_at: sync.finished_at,
        summary: (sync.status == SyncStatus::Succeeded)
            .then(|| told(&sync.companies, &sync.subscriptions)),
        error: sync.error.clone(),
    }
}

fn of_billing(run: &BillingRun) -> LatestRun {
    let failed = match run.failed.as_slice() {
        [] => None,
        [only] => Some(format!("1 recurring invoice failed: {}", only.error)),
        [first, ..] => Some(format!(
            "{} recurring invoices failed, the first: {}",
            run.failed.len(),
            first.error
        )),
    };
    LatestRun {
        id: run.id.map(|id| id.to_string()).unwrap_or_default(),
        kind: billing_runs::JOB,
        name: BILLING,
        trigger: run.trigger.clone(),
        outcome: match run.status {
            RunStatus::Queued => RunOutcome::Queued,
            RunStatus::Running => RunOutcome::Running,
            RunStatus::Succeeded => RunOutcome::Succeeded,
            RunStatus::PartlyFailed => RunOutcome::PartlyFailed,
            RunStatus::Interrupted => RunOutcome::Interrupted,
        },
        requested_at: run.requested_at,
        started_at: run.started_at,
        finished_at: run.finished_at,
        summary: run.finished_at.map(|_| match run.created {
            0 => "No invoice was due".to_owned(),
            1 => "1 invoice made".to_owned(),
            made => format!("{made} invoices made"),
        }),
        error: failed,
    }
}

/// `12 created, 3 updated` of companies and subscriptions together.
fn told(companies: &Counts, subscriptions: &Counts) -> String {
    let parts = [
        (companies.created + subscriptions.created, "created"),
        (companies.updated + subscriptions.updated, "updated"),
        (companies.missing + subscriptions.missing, "missing"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    match parts.is_empty() {
        true => "Nothing changed".to_owned(),
        false => parts.join(", "),
    }
}

/// `Every 4 hours`.
fn every(interval: Span) -> String {
    let interval = interval.to_duration(jiff::SpanRelativeTo::days_are_24_hours());
    let minutes = interval.map_or(0, |interval| interval.as_mins());
    match (minutes / 60, minutes % 60) {
        (1, 0) => "Every hour".to_owned(),
        (24, 0) => "Every day".to_owned(),
        (hours, 0) => format!("Every {hours} hours"),
        (0, 1) => "Every minute".to_owned(),
        (0, minutes) => format!("Every {minutes} minutes"),
        (hours, minutes) => format!("Every {hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;

    #[test]
    fn intervals_are_told_in_plain_words() {
        for (interval, text) in [
            (4.hours(), "Every 4 hours"),
            (1.hour(), "Every hour"),
            (1.day(), "Every day"),
            (90.minutes(), "Every 1 h 30 min"),
            (15.minutes(), "Every 15 minutes"),
        ] {
            assert_eq!(every(interval), text);
        }
    }

    #[test]
    fn what_a_sync_did_is_told_in_counts() {
        let counts = |created, updated, missing| Counts {
            created,
            updated,
            missing,
            unchanged: 7,
        };
        assert_eq!(
            told(&counts(2, 0, 0), &counts(10, 3, 1)),
            "12 created, 3 updated, 1 missing"
        );
        assert_eq!(told(&counts(0, 0, 0), &counts(0, 0, 0)), "Nothing changed");
    }

    #[test]
    fn kinds_that_nobody_named_have_a_name() {
        assert_eq!(name_of("invoice.send_mail"), "Invoice send mail");
    }
}
