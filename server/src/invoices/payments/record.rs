//! Recording a payment.

use db::OrgTx;
use jiff::{Timestamp, civil::Date};
use money::Amount;

use super::{
    PaymentDetails,
    details::Accepted,
    store::{self, NewPayment},
};
use crate::{
    accounts::By,
    audit,
    checks::Checks,
    error::Result,
    ids::InvoiceId,
    invoices::{Invoice, load_invoice},
    organizations::load_organization,
};

/// Records what was paid of an invoice: money, or the credit of one of the client's credit notes. On a credit note it is
/// money that was paid out. The transaction must be a writing one: its lock keeps payments at once within the balance.
///
/// # Errors
/// When there is no such invoice, it is a draft or void, or a field is refused: above all more than is left to pay.
pub async fn record_payment(
    tx: &mut OrgTx,
    by: &By,
    id: InvoiceId,
    details: &PaymentDetails,
    now: Timestamp,
) -> Result<Invoice> {
    let invoice = load_invoice(tx, id).await?;
    invoice.status.require_payable()?;
    let mut checks = Checks::default();
    let note = match details.credit_note_id.as_deref() {
        Some(typed) => find_credit(tx, &invoice, typed, &mut checks).await?,
        None => None,
    };
    let zone = load_organization(tx).await?.timezone;
    let today = now.to_zoned_datetime(zone).date();
    let mut open = (&invoice, invoice.open()?);
    if let Some(note) = &note
        && note.open()?.minor() < open.1.minor()
    {
        open = (note, note.open()?);
    }
    let Accepted {
        amount,
        paid_on,
        reference,
    } = details.accept(checks, open.0, open.1, today)?;
    let amount = match invoice.is_credit_note() {
        true => amount.checked_neg()?,
        false => amount,
    };
    let new = Settlement {
        credit_note: note.as_ref(),
        amount,
        paid_on,
        reference,
    };
    settle(tx, by, &invoice, new, now).await
}

/// What settles an invoice, or a part of it.
pub(in crate::invoices) struct Settlement<'a> {
    pub credit_note: Option<&'a Invoice>,
    pub amount: Amount,
    pub paid_on: Date,
    pub reference: Option<String>,
}

/// Stores a payment and what it makes of the invoice and of the credit note that it comes from.
pub(in crate::invoices) async fn settle(
    tx: &mut OrgTx,
    by: &By,
    invoice: &Invoice,
    new: Settlement<'_>,
    now: Timestamp,
) -> Result<Invoice> {
    let told = serde_json::json!({
        "amount": new.amount.to_string(), "currency": new.amount.currency().code(), "paid_on": new.paid_on,
        "reference": new.reference, "credit_note": new.credit_note.and_then(|note| note.number.clone()),
    });
    let payment = NewPayment {
        invoice: invoice.id,
        credit_note: new.credit_note.map(|note| note.id),
        amount: new.amount,
        paid_on: new.paid_on,
        reference: new.reference,
        by: &by.name,
        now,
    };
    store::insert(tx, payment).await?;
    let action = "invoice.payment_recorded";
    renew(tx, by, action, invoice, new.credit_note, told, now).await
}

/// Makes paid amount and status of both sides what the payments say now, and tells it to the log.
pub(super) async fn renew(
    tx: &mut OrgTx,
    by: &By,
    action: &'static str,
    invoice: &Invoice,
    credit_note: Option<&Invoice>,
    payment: serde_json::Value,
    now: Timestamp,
) -> Result<Invoice> {
    for document in std::iter::once(invoice).chain(credit_note) {
        store::renew_paid(tx, document.id, document.total).await?;
    }
    let after = load_invoice(tx, invoice.id).await?;
    let event = audit::Event {
        by,
        action,
        subject_type: "invoice",
        subject_id: invoice.id.to_string(),
    };
    let mut told = standing(&after)?;
    if let Some(fields) = told.as_object_mut() {
        fields.insert("payment".to_owned(), payment);
    }
    audit::record(tx, event, now, Some(&standing(invoice)?), Some(&told)).await?;
    Ok(after)
}

fn standing(invoice: &Invoice) -> Result<serde_json::Value> {
    Ok(serde_json::json!({
        "status": invoice.status, "paid": invoice.paid.to_string(), "balance": invoice.balance()?.to_string(),
    }))
}

/// The credit note that a payment comes from: one of the same client, in the same currency, that was issued.
async fn find_credit(
    tx: &mut OrgTx,
    invoice: &Invoice,
    typed: &str,
    checks: &mut Checks,
) -> Result<Option<Invoice>> {
    let none = "Choose an issued credit note of the same client and currency.";
    if invoice.is_credit_note() {
        checks.refuse(
            "credit_note_id",
            "A credit note is not paid by another one.",
        );
        return Ok(None);
    }
    let credits = store::open_credits(tx, invoice.client_id, invoice.currency).await?;
    match credits.iter().find(|it| it.note.id.to_string() == typed) {
        Some(credit) => Ok(Some(load_invoice(tx, credit.note.id).await?)),
        None => {
            checks.refuse("credit_note_id", none);
            Ok(None)
        }
    }
}
