//! Computing a draft anew: what was held has been decided, a price was set right, a line was added.

use db::OrgTx;
use money::Currency;

use super::{Occasion, PeriodBill, basis::Basis};
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    ids::InvoiceId,
    invoices::{Invoice, InvoiceStatus, load_invoice, replace_draft},
    pax8::subscriptions::{forget_billed_once, mark_billed_once},
    recurring::load_recurring_invoice,
};

/// Computes a draft anew for its period, from everything as it is now. It stays a draft: a person asked, a person issues.
///
/// # Errors
/// When there is no such invoice, it is no draft any more, or it was not made from a recurring invoice.
pub async fn recalculate(
    tx: &mut OrgTx,
    by: &By,
    id: InvoiceId,
    occasion: Occasion,
) -> Result<Invoice> {
    let before = load_invoice(tx, id).await?;
    let bill = bill_anew(tx, &before, occasion).await?;
    let once = bill.billed_once(id);
    replace_draft(tx, id, bill.into_invoice(before.billing_run_id)).await?;
    mark_billed_once(tx, once).await?;
    let after = load_invoice(tx, id).await?;
    let event = audit::Event {
        by,
        action: "invoice.recalculated",
        subject_type: "invoice",
        subject_id: id.to_string(),
    };
    let (before, now_is) = (told(&before), told(&after));
    audit::record(tx, event, occasion.now, Some(&before), Some(&now_is)).await?;
    Ok(after)
}

async fn bill_anew(tx: &mut OrgTx, draft: &Invoice, occasion: Occasion) -> Result<PeriodBill> {
    if draft.status != InvoiceStatus::Draft {
        let detail = "Only a draft can be recalculated. What was issued is not changed any more.";
        return Err(Error::conflict("invoice_status", detail));
    }
    let (Some(origin), Some(period)) = (&draft.origin, draft.period) else {
        let detail = "This draft was not made from a recurring invoice.";
        return Err(Error::conflict("not_recurring", detail));
    };
    // Prices on the draft that are paid once belong to it, and are on it again.
    forget_billed_once(tx, draft.id).await?;
    let recurring = load_recurring_invoice(tx, origin.recurring_invoice).await?;
    let basis = Basis::of_invoice(tx, recurring, draft, occasion).await?;
    refuse_other_currency(draft, basis.currency())?;
    basis.bill_from(period, draft.first_from)
}

/// Figures of a draft are in one currency; the client's may be another by now.
fn refuse_other_currency(draft: &Invoice, currency: Currency) -> Result<()> {
    if draft.currency == currency {
        return Ok(());
    }
    let detail = format!(
        "This draft is in {} and the client is billed in {currency} now. Make it void, then bill its period again.",
        draft.currency
    );
    Err(Error::conflict("currency_changed", detail))
}

fn told(invoice: &Invoice) -> serde_json::Value {
    serde_json::json!({
        "lines": invoice.lines.len(), "held": invoice.held.len(),
        "total": invoice.total.to_string(), "currency": invoice.currency.code(),
    })
}
