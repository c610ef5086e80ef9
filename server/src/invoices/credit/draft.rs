//! Making the draft of a credit note.

use billing::{Creditable, Line};
use db::OrgTx;
use jiff::Timestamp;

use super::{CreditDetails, credit_notes_of};
use crate::{
    accounts::By,
    audit,
    checks::Checks,
    error::{Error, Result},
    ids::InvoiceId,
    invoices::{
        Correction, Invoice, InvoiceLine, InvoiceStatus, NewInvoice, insert_draft, load_invoice,
    },
};

/// Makes the draft of a credit note for an issued invoice. Nothing is credited until it is issued.
///
/// # Errors
/// When there is no such invoice, it was not issued, nothing is left to credit, or a field is refused: above all more than
/// was invoiced less what was credited before.
pub async fn credit_invoice(
    tx: &mut OrgTx,
    by: &By,
    id: InvoiceId,
    details: &CreditDetails,
    now: Timestamp,
) -> Result<Invoice> {
    let invoice = load_invoice(tx, id).await?;
    invoice.require_creditable()?;
    let creditable = what_is_left(tx, &invoice).await?;
    let mut checks = Checks::default();
    let reason = details.reason(&mut checks);
    let wanted = details.wanted(&mut checks, invoice.currency);
    checks.finish()?;
    let wanted = wanted.unwrap_or_else(|| creditable.rest());
    let assembled = creditable
        .credit(&wanted)
        .map_err(|(index, error)| match error {
            billing::CreditError::Money(error) => error.into(),
            error => Error::field(&details.field_of(index, &error), error.to_string()),
        })?;
    let draft = NewInvoice {
        client_id: invoice.client_id,
        client: invoice.client.clone(),
        seller: invoice.seller.clone(),
        payment_terms_days: 0,
        origin: None,
        correction: Some(Correction {
            invoice: id,
            number: invoice.title().to_owned(),
            reason,
        }),
        billing_run_id: None,
        currency: invoice.currency,
        period: invoice.period,
        first_from: None,
        assembled,
        review: Vec::new(),
    };
    let note_id = InvoiceId::new();
    insert_draft(tx, note_id, &draft, now).await?;
    let note = load_invoice(tx, note_id).await?;
    let event = audit::Event {
        by,
        action: "invoice.credit_drafted",
        subject_type: "invoice",
        subject_id: id.to_string(),
    };
    let told = serde_json::json!({
        "credit_note_id": note.id, "total": note.total.to_string(), "currency": note.currency.code(),
        "reason": note.correction.as_ref().map(|it| &it.reason),
    });
    audit::record(tx, event, now, audit::NOTHING, Some(&told)).await?;
    Ok(note)
}

/// What is left to credit of an invoice: drafts of credit notes count, void ones do not.
///
/// # Errors
/// When nothing is left.
pub(super) async fn what_is_left(tx: &mut OrgTx, invoice: &Invoice) -> Result<Creditable> {
    let mut left = Creditable::new(
        invoice.title().to_owned(),
        invoice.lines.iter().map(Line::from).collect(),
        invoice.taxes.clone(),
        invoice.total,
    );
    for note in credit_notes_of(tx, invoice.id).await? {
        if note.status != InvoiceStatus::Void {
            let lines = note.lines.iter().map(|line| &line.explanation);
            left.subtract(lines, &note.taxes, note.total)?;
        }
    }
    if left.left().minor() <= 0 {
        let detail = format!("Nothing is left to credit of {}.", invoice.title());
        return Err(Error::conflict("nothing_to_credit", detail));
    }
    Ok(left)
}

impl Invoice {
    /// Goes on only if it may be credited.
    ///
    /// # Errors
    /// When it was not issued, is void, or is a credit note itself.
    pub fn require_creditable(&self) -> Result<()> {
        let refuse = |detail: &str| Err(Error::conflict("invoice_status", detail));
        if self.is_credit_note() {
            return refuse("This is a credit note. If it is wrong, make it void.");
        }
        match self.status {
            InvoiceStatus::Draft => refuse(
                "This is a draft: recalculate it or make it void. Only what was issued is credited.",
            ),
            InvoiceStatus::Void => refuse("This invoice is void: nothing is left to credit."),
            _ => Ok(()),
        }
    }
}

impl From<&InvoiceLine> for Line {
    fn from(line: &InvoiceLine) -> Self {
        Self {
            description: line.description.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            amount: line.amount,
            taxable: line.taxable,
            source: line.source.clone(),
            explanation: line.explanation.clone(),
        }
    }
}
