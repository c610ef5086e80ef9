//! The form of a payment, and the question before one is taken back.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use db::OrgTx;

use super::{
    PaymentDetails,
    api::payment_id,
    record_payment,
    store::{OpenCredit, open_credits},
    take_back_payment,
};
use crate::{
    accounts::Permission,
    app::App,
    error::Result,
    http::{
        Fields, Flash, Form, Frame, PageResult, Place, Question, Refusals, Visit, filters,
        go_and_tell, go_to, html, html_refused,
    },
    invoices::{Invoice, invoice_id, load_invoice, view::path},
};

/// The pages about payments.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/invoices/{id}/payments/new", get(new).post(record))
        .route(
            "/invoices/{id}/payments/{payment}/take-back",
            get(ask_take_back).post(take_back),
        )
}

/// The form, in a dialog or on a page.
#[derive(Template)]
#[template(path = "invoices/payment_form.html")]
struct PaymentForm {
    csrf_token: String,
    dialog: bool,
    invoice: Invoice,
    /// What is left to pay.
    open: String,
    credits: Vec<CreditChoice>,
    typed: Fields,
    refusals: Refusals,
    today: String,
}

struct CreditChoice {
    id: String,
    label: String,
}

#[derive(Template)]
#[template(path = "invoices/payment_dialog.html")]
struct PaymentDialog {
    form: PaymentForm,
}

#[derive(Template)]
#[template(path = "invoices/payment_page.html")]
struct PaymentPage {
    frame: Frame,
    form: PaymentForm,
}

async fn new(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let invoice = load_invoice(&mut tx, invoice_id(&id)?).await?;
    if let Err(error) = invoice.status.require_payable() {
        return go_and_tell(&visit, &path(invoice.id), error);
    }
    let today = app.clock.today(&visit.actor.timezone).to_string();
    let amount = invoice.open()?.to_string();
    let typed = Fields::of([("amount", amount), ("paid_on", today.clone())]);
    let form = PaymentForm::load(&mut tx, &visit, invoice, typed, today).await?;
    form.present(&visit, false)
}

async fn record(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, fields }: Form,
) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let details = PaymentDetails {
        amount: fields.text("amount").to_owned(),
        paid_on: fields.optional("paid_on"),
        reference: fields.optional("reference"),
        credit_note_id: fields.optional("credit_note_id"),
    };
    let (id, by, now) = (invoice_id(&id)?, visit.actor.by(), app.clock.now());
    let mut tx = app.database.write(visit.actor.organization).await?;
    match record_payment(&mut tx, &by, id, &details, now).await {
        Ok(invoice) => {
            tx.commit().await?;
            Ok(go_to(&visit, &path(id), &[recorded(&invoice)?]))
        }
        Err(error) if error.field_errors().is_empty() => go_and_tell(&visit, &path(id), error),
        Err(error) => {
            let invoice = load_invoice(&mut tx, id).await?;
            let today = app.clock.today(&visit.actor.timezone).to_string();
            let mut form = PaymentForm::load(&mut tx, &visit, invoice, fields, today).await?;
            form.refusals = Refusals::of(&error);
            form.present(&visit, true)
        }
    }
}

fn recorded(invoice: &Invoice) -> Result<Flash> {
    let (title, left) = (invoice.title(), invoice.open()?);
    let left_text = filters::money(&left);
    Ok(Flash::ok(
        match (invoice.is_credit_note(), left.is_zero()) {
            (true, true) => format!("Recorded. The credit of {title} is used up."),
            (true, false) => format!("Recorded. {left_text} of the credit of {title} is left."),
            (false, true) => format!("Recorded. {title} is paid."),
            (false, false) => format!("Recorded. {left_text} is left to pay on {title}."),
        },
    ))
}

async fn ask_take_back(
    State(app): State<App>,
    visit: Visit,
    Path((id, payment)): Path<(String, String)>,
) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let invoice = load_invoice(&mut tx, invoice_id(&id)?).await?;
    let payment = invoice.payment(payment_id(&payment)?)?;
    if let Err(error) = payment.require_standing() {
        return go_and_tell(&visit, &path(invoice.id), error);
    }
    let (title, day) = (invoice.title(), filters::day(&payment.paid_on));
    let mut effects = vec![match invoice.is_credit_note() {
        true => format!("It is credit of {} again.", invoice.client.name),
        false => format!("{} owes it again on {title}.", invoice.client.name),
    }];
    if let Some(note) = &payment.credit_note {
        effects.push(format!("It is left on credit note {} again.", note.number));
    }
    effects.push("It stays in the list, marked as taken back.".to_owned());
    let question = Question {
        title: format!("Take back {} of {day}?", filters::money(&payment.amount)),
        action: format!("{}/payments/{}/take-back", path(invoice.id), payment.id),
        back: path(invoice.id),
        effects,
        accept: "Take back",
        decline: "Keep it",
        danger: true,
    };
    question.ask(&visit, Place::Invoices)
}

async fn take_back(
    State(app): State<App>,
    Path((id, payment)): Path<(String, String)>,
    Form { visit, .. }: Form,
) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let (id, payment, by) = (invoice_id(&id)?, payment_id(&payment)?, visit.actor.by());
    let mut tx = app.database.write(visit.actor.organization).await?;
    match take_back_payment(&mut tx, &by, id, payment, app.clock.now()).await {
        Ok(_) => {
            tx.commit().await?;
            let message = Flash::ok("The payment was taken back.");
            Ok(go_to(&visit, &path(id), &[message]))
        }
        Err(error) => go_and_tell(&visit, &path(id), error),
    }
}

impl PaymentForm {
    async fn load(
        tx: &mut OrgTx,
        visit: &Visit,
        invoice: Invoice,
        typed: Fields,
        today: String,
    ) -> Result<Self> {
        let credits = if invoice.is_credit_note() {
            Vec::new()
        } else {
            open_credits(tx, invoice.client_id, invoice.currency).await?
        };
        let choice = |it: OpenCredit| CreditChoice {
            id: it.note.id.to_string(),
            label: format!(
                "Credit note {}, {} left",
                it.note.number,
                filters::money(&it.left)
            ),
        };
        Ok(Self {
            csrf_token: visit.actor.csrf_token.clone(),
            dialog: visit.fragment,
            open: filters::money(&invoice.open()?),
            credits: credits.into_iter().map(choice).collect(),
            typed,
            refusals: Refusals::default(),
            today,
            invoice,
        })
    }

    fn present(self, visit: &Visit, refused: bool) -> PageResult {
        if visit.fragment {
            return present_with(&PaymentDialog { form: self }, refused);
        }
        let frame = visit.frame(Place::Invoices, self.title());
        present_with(&PaymentPage { frame, form: self }, refused)
    }

    fn title(&self) -> &'static str {
        match self.invoice.is_credit_note() {
            true => "Record refund",
            false => "Record payment",
        }
    }

    fn action(&self) -> String {
        format!("{}/payments/new", path(self.invoice.id))
    }

    fn back(&self) -> String {
        path(self.invoice.id)
    }
}

fn present_with(template: &impl Template, refused: bool) -> PageResult {
    if refused {
        html_refused(template)
    } else {
        html(template)
    }
}
