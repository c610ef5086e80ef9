//! Pausing, resuming and cancelling, each after a question that says what will happen.

use axum::extract::{Path, State};
use jiff::Timestamp;

use super::{links_ended_message, path, recurring_id};
use crate::{
    accounts::{By, Permission},
    app::App,
    error::Result,
    http::{Flash, Form, PageResult, Place, Question, Visit, filters, go_and_tell, go_to},
    ids::RecurringInvoiceId,
    pax8::subscriptions::{linked_monthly, linked_summaries},
    recurring::{
        RecurringInvoice, cancel_recurring_invoice, foresee_resumption, load_recurring_invoice,
        pause_recurring_invoice, resume_recurring_invoice, view,
    },
};

pub(super) async fn ask_pause(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let invoice = load(&app, &visit, &id).await?;
    if let Err(error) = invoice.require_live() {
        return go_and_tell(&visit, &path(invoice.id), error);
    }
    let mut effects = stops(&app, &visit, &invoice).await?;
    effects.push("Periods that start before you resume it are left out.".to_owned());
    let question = Question {
        title: format!("Pause {}?", invoice.name),
        action: format!("{}/pause", path(invoice.id)),
        back: path(invoice.id),
        effects,
        accept: "Pause billing",
        decline: "Keep it active",
        danger: false,
    };
    question.ask(&visit, Place::Recurring)
}

pub(super) async fn ask_resume(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let invoice = load(&app, &visit, &id).await?;
    let today = app.clock.today(&visit.actor.timezone);
    let (next, left_out) = match foresee_resumption(&invoice, today) {
        Ok(foreseen) => foreseen,
        Err(error) => return go_and_tell(&visit, &path(invoice.id), error),
    };
    let mut effects = vec![format!(
        "Billing goes on with the invoice of {}.",
        filters::day(&next)
    )];
    if left_out > 0 {
        effects.push(format!(
            "{} left out. To bill that all the same, set the next invoice date back to {} after resuming.",
            periods(left_out, "that has started already is", "that have started already are"),
            filters::day(&invoice.next_invoice_date)
        ));
    }
    effects.push(
        "What is left of a yearly or longer term that runs then is charged in full: at once, or spread over its remaining invoices."
            .to_owned(),
    );
    let question = Question {
        title: format!("Resume {}?", invoice.name),
        action: format!("{}/resume", path(invoice.id)),
        back: path(invoice.id),
        effects,
        accept: "Resume billing",
        decline: "Keep it paused",
        danger: false,
    };
    question.ask(&visit, Place::Recurring)
}

pub(super) async fn ask_cancel(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let invoice = load(&app, &visit, &id).await?;
    let mut effects = stops(&app, &visit, &invoice).await?;
    effects.push(
        "Its invoices stay, and so do the markups and override prices of its subscriptions. This cannot be taken back."
            .to_owned(),
    );
    let question = Question {
        title: format!("Cancel {}?", invoice.name),
        action: format!("{}/cancel", path(invoice.id)),
        back: path(invoice.id),
        effects,
        accept: "Cancel recurring invoice",
        decline: "Keep it",
        danger: true,
    };
    question.ask(&visit, Place::Recurring)
}

pub(super) async fn pause(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, .. }: Form,
) -> PageResult {
    let (id, by, now) = begin(&app, &visit, &id)?;
    let mut tx = app.database.write(visit.actor.organization).await?;
    match pause_recurring_invoice(&mut tx, &by, id, now).await {
        Ok(invoice) => {
            tx.commit().await?;
            let message = Flash::ok(format!("{} is paused.", invoice.name));
            Ok(go_to(&visit, &path(id), &[message]))
        }
        Err(error) => go_and_tell(&visit, &path(id), error),
    }
}

pub(super) async fn resume(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, .. }: Form,
) -> PageResult {
    let (id, by, now) = begin(&app, &visit, &id)?;
    let mut tx = app.database.write(visit.actor.organization).await?;
    match resume_recurring_invoice(&mut tx, &by, id, now).await {
        Ok(resumed) => {
            tx.commit().await?;
            let next = filters::day(&resumed.invoice.next_invoice_date);
            let mut messages = vec![Flash::ok(format!(
                "Resumed. The next invoice is of {next}."
            ))];
            if resumed.left_out > 0 {
                let left_out = periods(resumed.left_out, "was left out", "were left out");
                messages.push(Flash::warn(format!("{left_out}.")));
            }
            Ok(go_to(&visit, &path(id), &messages))
        }
        Err(error) => go_and_tell(&visit, &path(id), error),
    }
}

pub(super) async fn cancel(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, .. }: Form,
) -> PageResult {
    let (id, by, now) = begin(&app, &visit, &id)?;
    let mut tx = app.database.write(visit.actor.organization).await?;
    let cancelled = cancel_recurring_invoice(&mut tx, &by, id, now).await?;
    tx.commit().await?;
    let mut messages = vec![Flash::ok(format!(
        "{} was cancelled.",
        cancelled.invoice.name
    ))];
    messages.extend(links_ended_message(cancelled.links_ended));
    Ok(go_to(&visit, &path(id), &messages))
}

fn begin(app: &App, visit: &Visit, id: &str) -> Result<(RecurringInvoiceId, By, Timestamp)> {
    visit.actor.require(Permission::BillingManage)?;
    Ok((recurring_id(id)?, visit.actor.by(), app.clock.now()))
}

async fn load(app: &App, visit: &Visit, id: &str) -> Result<RecurringInvoice> {
    visit.actor.require(Permission::BillingManage)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    load_recurring_invoice(&mut tx, recurring_id(id)?).await
}

/// What is not billed any more, in numbers.
async fn stops(app: &App, visit: &Visit, invoice: &RecurringInvoice) -> Result<Vec<String>> {
    let mut tx = app.database.read(visit.actor.organization).await?;
    let linked = linked_summaries(&mut tx, invoice.id).await?.len();
    let monthly = linked_monthly(&mut tx, [invoice.id].into_iter()).await?;
    let monthly = monthly.get(&invoice.id).copied();
    let worth = monthly.map_or_else(String::new, |sum| {
        format!(", {} a month", filters::money(&sum))
    });
    let mut effects = match linked {
        0 => Vec::new(),
        1 => vec![format!("1 linked subscription stops billing{worth}.")],
        _ => vec![format!(
            "{linked} linked subscriptions stop billing{worth}."
        )],
    };
    let lines = (filters::money(&invoice.lines_total), invoice.lines.len());
    let rhythm = view::frequency(invoice.frequency).to_lowercase();
    match lines {
        (_, 0) => {}
        (amount, 1) => effects.push(format!(
            "Its own line of {amount}, {rhythm}, is not billed."
        )),
        (amount, count) => effects.push(format!(
            "Its own {count} lines of {amount} together, {rhythm}, are not billed."
        )),
    }
    if effects.is_empty() {
        effects.push(format!("{} is not billed by it.", invoice.client_name));
    }
    Ok(effects)
}

fn periods(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 period {one}"),
        _ => format!("{count} periods {many}"),
    }
}
