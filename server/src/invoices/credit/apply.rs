//! What the credit of a credit note does when it is issued.

use db::OrgTx;
use jiff::{Timestamp, civil::Date};
use money::{Amount, MoneyError};

use crate::{
    accounts::By,
    error::Result,
    invoices::{
        Invoice, load_invoice,
        payments::{Settlement, settle},
    },
};

/// How much of a credit settles the invoice that it corrects: what is open of it. The rest stays credit.
///
/// # Errors
/// When an amount is out of range.
pub(in crate::invoices) fn credited_at_issue(
    credit: Amount,
    corrected: &Invoice,
) -> Result<Amount, MoneyError> {
    let open = corrected.open()?;
    Ok(if credit.minor() < open.minor() {
        credit
    } else {
        open
    })
}

/// Settles the invoice that a credit note corrects, as far as something of it is open. Any other invoice: does nothing.
pub(in crate::invoices) async fn apply_credit(
    tx: &mut OrgTx,
    by: &By,
    note: &Invoice,
    on: Date,
    now: Timestamp,
) -> Result<()> {
    let Some(correction) = &note.correction else {
        return Ok(());
    };
    let corrected = load_invoice(tx, correction.invoice).await?;
    let amount = credited_at_issue(note.open()?, &corrected)?;
    if amount.minor() <= 0 {
        return Ok(());
    }
    let credit = Settlement {
        credit_note: Some(note),
        amount,
        paid_on: on,
        reference: None,
    };
    settle(tx, by, &corrected, credit, now).await?;
    Ok(())
}
