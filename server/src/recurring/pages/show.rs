//! A recurring invoice's page.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use db::OrgTx;
use jiff::civil::Date;

use super::{path, recurring_id};
use crate::{
    accounts::{Costs, Permission},
    app::App,
    billing_runs::{Occasion, PreviewSection, preview},
    error::{Error, Result},
    http::{Fields, Frame, PageResult, Place, Visit, html},
    invoices::view::Decides,
    pax8::subscriptions::{Circumstances, linked_summaries},
    recurring::{
        RecurringInvoice, RecurringStatus, SubscriptionView, load_recurring_invoice,
        view::{self, Badge, LineView},
    },
};

#[derive(Template)]
#[template(path = "recurring/show.html")]
struct RecurringPage {
    frame: Frame,
    invoice: RecurringInvoice,
    badge: Badge,
    frequency: &'static str,
    lines: Vec<LineView>,
    subscriptions: Vec<SubscriptionView>,
    preview: Option<PreviewSection>,
    may_bill: bool,
}

impl RecurringPage {
    fn is_paused(&self) -> bool {
        self.invoice.status == RecurringStatus::Paused
    }
}

pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    let now = app.clock.now();
    let mut tx = app.database.read(visit.actor.organization).await?;
    let invoice = load_recurring_invoice(&mut tx, recurring_id(&id)?).await?;
    let decides = Decides::by(visit.actor.require_pax8().is_ok());
    let (chosen, costs) = (query.text("preview"), visit.actor.costs());
    let preview = preview_section(
        &mut tx,
        &invoice,
        chosen,
        decides,
        costs,
        Occasion::of(&app),
    )
    .await?;
    if let Some(section) = preview.as_ref().filter(|_| visit.fragment) {
        return html(section);
    }
    let circumstances = Circumstances::load(&mut tx, now).await?;
    let linked = linked_summaries(&mut tx, invoice.id).await?;
    let view = |subscription| SubscriptionView::of(subscription, &circumstances);
    html(&RecurringPage {
        frame: visit.frame(Place::Recurring, invoice.name.clone()),
        badge: view::badge(invoice.status),
        frequency: view::frequency(invoice.frequency),
        lines: view::lines(&invoice)?,
        subscriptions: linked.iter().map(view).collect(),
        preview,
        may_bill: visit.actor.permissions.contains(Permission::BillingManage),
        invoice,
    })
}

/// What billing on the chosen day would make; without a day, on the next invoice date. None where it bills no more.
async fn preview_section(
    tx: &mut OrgTx,
    invoice: &RecurringInvoice,
    chosen: &str,
    decides: Decides,
    costs: Costs,
    occasion: Occasion,
) -> Result<Option<PreviewSection>> {
    if !invoice.status.is_live() {
        return Ok(None);
    }
    let date: Option<Date> = chosen.parse().ok();
    let shown = date.unwrap_or(invoice.next_invoice_date);
    let section = match preview(tx, invoice.id, date, occasion).await {
        Ok(preview) => PreviewSection::of(&preview, costs, path(invoice.id), decides)?,
        Err(error @ (Error::Refused { .. } | Error::Conflict { .. })) => {
            PreviewSection::refused(shown, error.to_string(), path(invoice.id))
        }
        Err(error) => return Err(error),
    };
    Ok(Some(section))
}
