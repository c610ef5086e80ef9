//! The page of an invoice, and the same on paper.

use askama::Template;
use axum::extract::{Path, State};
use db::OrgTx;
use jiff::civil::Date;

use super::super::{
    Invoice, InvoiceStatus,
    api::invoice_id,
    credit::credit_notes_of,
    document::answer,
    find_of_period, load_invoice,
    payments::{PaymentView, payment_views},
    view::{
        AsideView, Badge, Decides, LineView, TotalView, badge_of, held_views, line_views, path,
        period_text, skipped_views, sums_of,
    },
};
use crate::{
    accounts::Permission,
    app::App,
    deliveries::{require_sendable, view::DeliveryView},
    error::Result,
    http::{Frame, Moment, PageResult, Place, Visit, filters, html},
    ids::SubscriptionId,
    pax8::{pages::Accept, subscriptions::load_subscription},
};

#[derive(Template)]
#[template(path = "invoices/invoice.html")]
struct InvoicePage {
    frame: Frame,
    invoice: Invoice,
    badge: Badge,
    lines: Vec<LineView>,
    totals: Vec<TotalView>,
    held: Vec<AsideView>,
    skipped: Vec<AsideView>,
    period: Option<String>,
    payments: Vec<PaymentView>,
    credit_notes: Vec<NoteView>,
    happenings: Vec<Happening>,
    may_pay: bool,
    may_credit: bool,
    deliveries: Vec<DeliveryView>,
    may_send: bool,
    may_issue: bool,
    may_rebill: bool,
    may_recalculate: bool,
    may_void: bool,
}

/// A credit note of the invoice.
struct NoteView {
    url: String,
    title: String,
    total: String,
    badge: Badge,
}

/// Something that happened to the invoice.
struct Happening {
    text: String,
    at: Moment,
}

pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let mut tx = app.database.read(visit.actor.organization).await?;
    if let Some(id) = id.strip_suffix(".pdf") {
        let invoice = load_invoice(&mut tx, invoice_id(id)?).await?;
        return Ok(answer(&app, tx, &invoice).await?);
    }
    let invoice = load_invoice(&mut tx, invoice_id(&id)?).await?;
    let notes = credit_notes_of(&mut tx, invoice.id).await?;
    let today = app.clock.today(&visit.actor.timezone);
    let may = visit.actor.require(Permission::BillingManage).is_ok();
    let page = InvoicePage {
        frame: visit.frame(Place::Invoices, invoice.title()),
        badge: badge_of(&invoice, today),
        lines: line_views(
            &invoice.lines,
            !invoice.taxes.is_empty(),
            visit.actor.costs(),
        ),
        totals: sums_of(&invoice)?,
        held: held(&mut tx, &invoice, visit.actor.require_pax8().is_ok()).await?,
        skipped: skipped_views(&invoice.skipped),
        period: invoice.period.as_ref().map(period_text),
        payments: payment_views(&invoice, may),
        credit_notes: notes.iter().map(|note| NoteView::of(note, today)).collect(),
        may_credit: may && invoice.require_creditable().is_ok() && left_to_credit(&invoice, &notes),
        happenings: happenings(&invoice, &visit.actor.timezone),
        may_pay: may && invoice.status.require_payable().is_ok() && invoice.open()?.minor() > 0,
        deliveries: deliveries(&invoice, &visit.actor.timezone, may),
        may_send: may && require_sendable(&invoice).is_ok(),
        may_recalculate: may && invoice.status == InvoiceStatus::Draft && invoice.origin.is_some(),
        may_issue: may && invoice.require_issuable().is_ok(),
        may_rebill: may
            && invoice.status == InvoiceStatus::Void
            && is_free(&mut tx, &invoice).await?,
        may_void: may && invoice.require_voidable().is_ok(),
        invoice,
    };
    html(&page)
}

fn deliveries(invoice: &Invoice, zone: &jiff::tz::TimeZone, may_send: bool) -> Vec<DeliveryView> {
    let view = |delivery| DeliveryView::of(delivery, zone, may_send);
    invoice.deliveries.iter().map(view).collect()
}

/// Whether something of it was not credited yet.
fn left_to_credit(invoice: &Invoice, notes: &[Invoice]) -> bool {
    let notes = notes.iter().filter(|it| it.status != InvoiceStatus::Void);
    let credited: i64 = notes.map(|it| it.total.minor()).sum();
    invoice.total.minor() > -credited
}

impl NoteView {
    fn of(note: &Invoice, today: Date) -> Self {
        Self {
            url: path(note.id),
            title: note.title().to_owned(),
            total: filters::money(&note.total),
            badge: badge_of(note, today),
        }
    }
}

/// Whether the period of a void invoice is billed by no other.
async fn is_free(tx: &mut OrgTx, invoice: &Invoice) -> Result<bool> {
    let (Some(origin), Some(period)) = (&invoice.origin, invoice.period) else {
        return Ok(false);
    };
    let other = find_of_period(tx, origin.recurring_invoice, period).await?;
    Ok(other.is_none())
}

/// What is held; on a draft with the way to decide, or who does.
async fn held(tx: &mut OrgTx, invoice: &Invoice, may_decide: bool) -> Result<Vec<AsideView>> {
    let decides = match invoice.status {
        InvoiceStatus::Draft => Decides::by(may_decide),
        _ => Decides::Nobody,
    };
    let mut views = held_views(&invoice.held, decides);
    for view in views.iter_mut().filter(|_| decides == Decides::Reader) {
        if let Some(id) = SubscriptionId::parse(&view.subscription_id) {
            view.accept = Accept::of(&load_subscription(tx, id).await?);
        }
    }
    Ok(views)
}

/// What happened to the invoice, latest first.
fn happenings(invoice: &Invoice, zone: &jiff::tz::TimeZone) -> Vec<Happening> {
    let number = invoice.number.as_deref().unwrap_or_default();
    let made = match &invoice.origin {
        Some(origin) => format!("Made from {}", origin.name),
        None if invoice.is_credit_note() => "Made as a credit note".to_owned(),
        None => "Made".to_owned(),
    };
    let all = [
        (invoice.voided_at, "Made void".to_owned()),
        (invoice.issued_at, format!("Issued as {number}")),
        (Some(invoice.created_at), made),
    ];
    all.into_iter()
        .filter_map(|(at, text)| {
            let at = Moment::new(at?, zone);
            Some(Happening { text, at })
        })
        .collect()
}

impl InvoicePage {
    fn day(date: &jiff::civil::Date) -> String {
        filters::day(date)
    }

    fn terms(&self) -> String {
        match self.invoice.payment_terms_days {
            0 => "On receipt".to_owned(),
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        }
    }

    fn reader_decides(&self) -> bool {
        self.held.iter().any(|it| it.end_url().is_some())
    }

    fn is_draft(&self) -> bool {
        self.invoice.status == InvoiceStatus::Draft
    }
}
