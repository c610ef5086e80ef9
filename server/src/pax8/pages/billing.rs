//! Configure Billing: a dialog, or a page where the script does not run.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use billing::CostBasis;
use db::OrgTx;

use super::{
    company::CompanyRow,
    decisions::ToDecideLinks,
    filter::{Filter, PAGE, company_page},
    held::HeldNotice,
    preview::{ChargeChoice, Preview, cost_text, per_words},
    row::currency_of,
    typed::Typed,
};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    http::{
        Flash, Form, Frame, PageResult, Pax8Visit, Place, Visit, filters, go_to, html, html_parts,
        html_refused,
    },
    ids::SubscriptionId,
    pax8::subscriptions::{
        BillingDraft, BillingPreview, Circumstances, MappedClient, Subscription, Warning,
        configure_billing, load_subscription, preview_billing,
    },
    recurring::{RecurringInvoice, list_of_client},
};

#[derive(Template)]
#[template(path = "pax8/billing_form.html")]
struct BillingForm {
    csrf_token: String,
    id: String,
    company_id: String,
    about: String,
    held: Option<HeldNotice>,
    cost: Option<String>,
    retail: bool,
    quantity: Option<String>,
    term: String,
    sign: Option<&'static str>,
    per_words: Option<&'static str>,
    client: MappedClient,
    invoices: Vec<InvoiceChoice>,
    typed: Typed,
    preview: Preview,
    charge: ChargeChoice,
    back: String,
    dialog: bool,
}

/// A recurring invoice of the client.
struct InvoiceChoice {
    id: String,
    label: String,
}

#[derive(Template)]
#[template(path = "pax8/billing_dialog.html")]
struct Dialog {
    form: BillingForm,
}

#[derive(Template)]
#[template(path = "pax8/billing_page.html")]
struct BillingPage {
    frame: Frame,
    form: BillingForm,
}

/// `GET …/subscriptions/{subscription}/billing`
pub(super) async fn show(
    State(app): State<App>,
    Pax8Visit(visit): Pax8Visit,
    Path(subscription): Path<String>,
) -> PageResult {
    let mut tx = app.database.read(visit.actor.organization).await?;
    let subscription = load_subscription(&mut tx, subscription_id(&subscription)?).await?;
    if subscription.client.is_none() {
        let flash = Flash::warn(map_first(&subscription));
        return Ok(go_to(&visit, &mapping_url(&subscription), &[flash]));
    }
    let stored = Typed::stored(&subscription);
    let preview = preview_billing(&mut tx, &subscription, &draft_of(&stored)).await;
    let circumstances = Circumstances::load(&mut tx, app.clock.now()).await?;
    let held = HeldNotice::load(&mut tx, &subscription, &circumstances).await?;
    let form = form(&mut tx, &visit, &subscription, stored, preview.ok()).await?;
    present(&visit, BillingForm { held, ..form }, false)
}

/// `POST …/subscriptions/{subscription}/billing/preview`
pub(super) async fn preview(
    State(app): State<App>,
    Path(subscription): Path<String>,
    form: Form,
) -> PageResult {
    let actor = &form.visit.actor;
    actor.require_pax8()?;
    let mut tx = app.database.read(actor.organization).await?;
    let subscription = load_subscription(&mut tx, subscription_id(&subscription)?).await?;
    let draft = BillingDraft::of_form(&form.fields);
    match preview_billing(&mut tx, &subscription, &draft).await {
        Ok(preview) => html_parts(&[&Preview::of(&preview), &ChargeChoice::of(&preview)], &[]),
        Err(error) if is_refusal(&error) => html_parts(&[&Preview::none()], &[]),
        Err(error) => Err(error.into()),
    }
}

/// `POST …/subscriptions/{subscription}/billing`
pub(super) async fn save(
    State(app): State<App>,
    Path(subscription): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> PageResult {
    let actor = &form.visit.actor;
    actor.require_pax8()?;
    let id = subscription_id(&subscription)?;
    let draft = BillingDraft::of_form(&form.fields);
    let mut tx = app.database.write(actor.organization).await?;
    let saved = configure_billing(&mut tx, &actor.by(), id, &draft, app.clock.now()).await;
    match saved {
        Ok(saved) => {
            tx.commit().await?;
            let flashes = said(&saved.subscription, &saved.warnings);
            saved_answer(&app, &form.visit, &headers, &saved.subscription, &flashes).await
        }
        Err(error) if is_refusal(&error) || is_overtaken(&error) => {
            drop(tx);
            refused(&app, &form, id, error).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The company's row, or the page with it, after something was decided about one of its subscriptions.
pub(super) async fn saved_answer(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    subscription: &Subscription,
    flashes: &[Flash],
) -> PageResult {
    if !visit.fragment {
        return Ok(go_to(visit, &back(subscription), flashes));
    }
    let mut tx = app.database.read(visit.actor.organization).await?;
    let filter = Filter::of_asking_page(headers);
    let id = subscription.company_id;
    let now = app.clock.now();
    let row = CompanyRow::load(&mut tx, &visit.actor, id, &filter, now).await?;
    let circumstances = Circumstances::load(&mut tx, now).await?;
    let to_decide = ToDecideLinks::load(&mut tx, &circumstances).await?;
    html_parts(&[&row, &to_decide], flashes)
}

async fn refused(app: &App, form: &Form, id: SubscriptionId, error: Error) -> PageResult {
    let mut tx = app.database.read(form.visit.actor.organization).await?;
    let subscription = load_subscription(&mut tx, id).await?;
    if subscription.client.is_none() {
        return Err(error.into());
    }
    let mut typed = Typed::refused(&form.fields, &error);
    if is_overtaken(&error) {
        typed.overtake(&subscription);
    }
    let form_again = self::form(&mut tx, &form.visit, &subscription, typed, None).await?;
    present(&form.visit, form_again, true)
}

fn present(visit: &Visit, form: BillingForm, refused: bool) -> PageResult {
    if visit.fragment {
        let dialog = Dialog { form };
        return if refused {
            html_refused(&dialog)
        } else {
            html(&dialog)
        };
    }
    let page = BillingPage {
        frame: visit.frame(Place::Integrations, "Configure Billing"),
        form,
    };
    if refused {
        html_refused(&page)
    } else {
        html(&page)
    }
}

async fn form(
    tx: &mut OrgTx,
    visit: &Visit,
    subscription: &Subscription,
    typed: Typed,
    preview: Option<BillingPreview>,
) -> Result<BillingForm> {
    let Some(client) = subscription.client.clone() else {
        return Err(Error::conflict(
            "company_not_mapped",
            "Map this company to a client to configure billing for its subscriptions.",
        ));
    };
    let actor: &Actor = &visit.actor;
    let invoices = list_of_client(tx, client.id).await?;
    let cost = subscription.cost();
    Ok(BillingForm {
        csrf_token: actor.csrf_token.clone(),
        id: subscription.id.to_string(),
        company_id: subscription.company_id.to_string(),
        about: about(subscription),
        held: None,
        cost: cost_text(subscription),
        retail: cost.is_some_and(|cost| cost.basis == CostBasis::Retail),
        quantity: subscription.quantity.as_ref().map(filters::quantity),
        term: subscription.term().to_string(),
        sign: currency_of(subscription).and_then(filters::sign),
        per_words: per_words(&subscription.term()),
        invoices: choices(&invoices, &typed.recurring_invoice_id),
        preview: preview.as_ref().map_or_else(Preview::none, Preview::of),
        charge: preview.as_ref().map_or_else(
            || ChargeChoice::kept(&typed.charge, &subscription.term()),
            ChargeChoice::of,
        ),
        back: back(subscription),
        dialog: visit.fragment,
        client,
        typed,
    })
}

/// The client's recurring invoices that still bill, and the chosen one whatever became of it.
fn choices(invoices: &[RecurringInvoice], chosen: &str) -> Vec<InvoiceChoice> {
    let label = |invoice: &RecurringInvoice| {
        let rhythm = invoice.frequency.code().replace('_', "-");
        let next = filters::day(&invoice.next_invoice_date);
        let state = if invoice.status.is_live() {
            format!("next {next}")
        } else {
            invoice.status.as_str().to_owned()
        };
        format!("{} ({rhythm}, {state})", invoice.name)
    };
    invoices
        .iter()
        .filter(|it| it.status.is_live() || it.id.to_string() == chosen)
        .map(|it| InvoiceChoice {
            id: it.id.to_string(),
            label: label(it),
        })
        .collect()
}

/// Product, vendor and company, as far as they are known.
pub(super) fn about(subscription: &Subscription) -> String {
    let parts = [
        Some(subscription.product_name()),
        subscription.product.vendor.as_deref(),
        subscription.company_name.as_deref(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The page with the subscription's company listed and open.
pub(super) fn back(subscription: &Subscription) -> String {
    let name = subscription.company_name.as_deref();
    company_page(
        &subscription.company_id.to_string(),
        name.unwrap_or_default(),
    )
}

/// The page on which the subscription's company is mapped.
pub(super) fn mapping_url(subscription: &Subscription) -> String {
    format!("{PAGE}/companies/{}/mapping", subscription.company_id)
}

fn map_first(subscription: &Subscription) -> String {
    format!(
        "{} has no billing settings yet: map this company to a client first.",
        subscription.product_name()
    )
}

fn draft_of(typed: &Typed) -> BillingDraft {
    let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    BillingDraft {
        markup: text(&typed.markup_value).map(|value| crate::pax8::subscriptions::MarkupDraft {
            kind: typed.markup_type.clone(),
            value,
        }),
        override_price: text(&typed.override_price),
        recurring_invoice_id: text(&typed.recurring_invoice_id),
        charge: text(&typed.charge),
        version: None,
    }
}

fn said(subscription: &Subscription, warnings: &[Warning]) -> Vec<Flash> {
    let mut flashes = vec![Flash::ok(format!(
        "Billing settings of {} saved.",
        subscription.product_name()
    ))];
    let worth_saying = warnings.iter().filter(|it| it.code != "term_differs");
    flashes.extend(worth_saying.map(|it| Flash::warn(it.message.clone())));
    flashes
}

fn is_overtaken(error: &Error) -> bool {
    error.code() == "changed_meanwhile"
}

/// Whether the person can do something about it in the form.
fn is_refusal(error: &Error) -> bool {
    error.status() == StatusCode::UNPROCESSABLE_ENTITY
}

pub(super) fn subscription_id(text: &str) -> Result<SubscriptionId> {
    SubscriptionId::parse(text).ok_or(Error::NotFound("subscription"))
}
