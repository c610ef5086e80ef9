//! A recurring invoice's page.

use askama::Template;
use axum::extract::{Path, State};

use super::recurring_id;
use crate::{
    accounts::Permission,
    app::App,
    http::{Frame, PageResult, Place, Visit, html},
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
) -> PageResult {
    let mut tx = app.database.read(visit.actor.organization).await?;
    let invoice = load_recurring_invoice(&mut tx, recurring_id(&id)?).await?;
    let circumstances = Circumstances::load(&mut tx, app.clock.now()).await?;
    let linked = linked_summaries(&mut tx, invoice.id).await?;
    let view = |subscription| SubscriptionView::of(subscription, &circumstances);
    html(&RecurringPage {
        subscriptions: linked.iter().map(view).collect(),
        frame: visit.frame(Place::Recurring, invoice.name.clone()),
        badge: view::badge(invoice.status),
        frequency: view::frequency(invoice.frequency),
        lines: view::lines(&invoice)?,
        may_bill: visit.actor.permissions.contains(Permission::BillingManage),
        invoice,
    })
}
