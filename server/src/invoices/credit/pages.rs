//! The form of a credit note: a row for each line of the invoice.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use billing::Creditable;
use money::Amount;

use super::{CreditDetails, CreditLine, credit_invoice, draft::what_is_left};
use crate::{
    accounts::Permission,
    app::App,
    error::Result,
    http::{
        Fields, Flash, Form, Frame, PageResult, Place, Refusals, Visit, filters, go_and_tell,
        go_to, html, html_refused,
    },
    invoices::{Invoice, invoice_id, load_invoice, view::path},
};

/// The pages about credit notes.
pub fn routes() -> Router<App> {
    Router::new().route("/invoices/{id}/credit-note", get(new).post(draft))
}

#[derive(Template)]
#[template(path = "invoices/credit_form.html")]
struct CreditPage {
    frame: Frame,
    invoice: Invoice,
    /// What is left of the total.
    left: String,
    reason: String,
    rows: Vec<Row>,
    refusals: Refusals,
}

/// A line of the invoice, and what of it is credited.
struct Row {
    number: u32,
    description: String,
    invoiced: String,
    left: String,
    /// Whether units are typed, not an amount.
    by_units: bool,
    typed: String,
    refused: Option<String>,
}

async fn new(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let invoice = load_invoice(&mut tx, invoice_id(&id)?).await?;
    if let Err(error) = invoice.require_creditable() {
        return go_and_tell(&visit, &path(invoice.id), error);
    }
    let left = match what_is_left(&mut tx, &invoice).await {
        Ok(left) => left,
        Err(error) => return go_and_tell(&visit, &path(invoice.id), error),
    };
    html(&CreditPage {
        frame: visit.frame(Place::Invoices, "New credit note"),
        rows: rows_of(&left)?,
        left: filters::money(&left.left()),
        invoice,
        reason: String::new(),
        refusals: Refusals::default(),
    })
}

async fn draft(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, fields }: Form,
) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let details = sent(&fields);
    let (id, by, now) = (invoice_id(&id)?, visit.actor.by(), app.clock.now());
    let mut tx = app.database.write(visit.actor.organization).await?;
    match credit_invoice(&mut tx, &by, id, &details, now).await {
        Ok(note) => {
            tx.commit().await?;
            let message = Flash::ok("The credit note is a draft. Look at it, then issue it.");
            Ok(go_to(&visit, &path(note.id), &[message]))
        }
        Err(error) if error.field_errors().is_empty() => go_and_tell(&visit, &path(id), error),
        Err(error) => {
            let invoice = load_invoice(&mut tx, id).await?;
            let left = what_is_left(&mut tx, &invoice).await?;
            let refusals = Refusals::of(&error);
            let mut rows = rows_of(&left)?;
            for row in &mut rows {
                row.take_typed(&fields, &details, &refusals);
            }
            html_refused(&CreditPage {
                frame: visit.frame(Place::Invoices, "New credit note"),
                rows,
                left: filters::money(&left.left()),
                invoice,
                reason: details.reason,
                refusals,
            })
        }
    }
}

/// What the form says: rows left blank are not credited.
fn sent(fields: &Fields) -> CreditDetails {
    let rows = fields.all("line").into_iter().zip(fields.all("by"));
    let rows = rows.zip(fields.all("credit"));
    let lines = rows.filter(|(_, typed)| !typed.is_empty());
    let lines = lines.map(|((line, by), typed)| {
        let typed = Some(typed.to_owned());
        let (quantity, amount) = match by {
            "units" => (typed, None),
            _ => (None, typed),
        };
        CreditLine {
            line: line.parse().unwrap_or_default(),
            quantity,
            amount,
        }
    });
    CreditDetails {
        reason: fields.text("reason").to_owned(),
        lines: Some(lines.collect()),
    }
}

/// The lines of which something is left, filled with all of it.
fn rows_of(left: &Creditable) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (number, it) in (1..).zip(left.lines_left()?) {
        if it.amount.is_zero() {
            continue;
        }
        let by_units = it.line.unit_price.times(it.quantity)? == it.amount;
        let (units, amount) = (it.quantity.normalize().to_string(), it.amount.to_string());
        rows.push(Row {
            number,
            description: it.line.description.clone(),
            invoiced: multiplied(&it.line.quantity, it.line.unit_price, &it.line.amount),
            left: filters::money(&it.amount),
            by_units,
            typed: if by_units { units } else { amount },
            refused: None,
        });
    }
    Ok(rows)
}

fn multiplied(quantity: &money::Decimal, price: money::UnitPrice, amount: &Amount) -> String {
    let price = filters::price(&price.value(), Some(price.currency().code()));
    let quantity = filters::quantity(quantity);
    format!("{quantity} × {price} = {}", filters::money(amount))
}

impl Row {
    /// Takes what was typed in it, and what was refused of that.
    fn take_typed(&mut self, fields: &Fields, details: &CreditDetails, refusals: &Refusals) {
        let number = self.number.to_string();
        let lines = fields.all("line");
        let Some(at) = lines.iter().position(|it| *it == number) else {
            return;
        };
        let text = |name: &str| {
            fields
                .all(name)
                .get(at)
                .copied()
                .unwrap_or_default()
                .to_owned()
        };
        (self.by_units, self.typed) = (text("by") == "units", text("credit"));
        let sent = details.lines.as_deref().unwrap_or_default();
        let index = sent.iter().position(|it| it.line == self.number);
        self.refused = index.and_then(|index| {
            let at = |name: &str| refusals.at(&format!("lines[{index}].{name}"));
            let message = at("quantity")
                .or_else(|| at("amount"))
                .or_else(|| at("line"));
            message.map(str::to_owned)
        });
    }
}
