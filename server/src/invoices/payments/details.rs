//! What a person says about a payment, and what of it is accepted.

use jiff::civil::Date;
use money::Amount;

use crate::{checks::Checks, error::Result, http::filters, invoices::Invoice};

const LONGEST_REFERENCE: usize = 200;

/// A payment as it was typed or sent: texts, so that every refusal names its field.
#[derive(Debug, Clone, Default)]
pub struct PaymentDetails {
    /// A decimal above zero, at most the balance.
    pub amount: String,
    /// A date, today at the latest; nothing: today.
    pub paid_on: Option<String>,
    /// How it was paid, at most 200 characters.
    pub reference: Option<String>,
    /// The credit note whose credit it is; nothing: money.
    pub credit_note_id: Option<String>,
}

/// A payment that was accepted.
pub(super) struct Accepted {
    /// Above zero, also of a refund.
    pub amount: Amount,
    pub paid_on: Date,
    pub reference: Option<String>,
}

impl PaymentDetails {
    /// The details, if nothing is wrong with them. `open` is what is left to pay, or of a credit note, to use; `checks` has
    /// what was refused before.
    pub(super) fn accept(
        &self,
        mut checks: Checks,
        invoice: &Invoice,
        open: Amount,
        today: Date,
    ) -> Result<Accepted> {
        let amount = checks.amount("amount", &self.amount, open.currency());
        if let Some(message) = amount.and_then(|amount| refusal(amount, invoice, open)) {
            checks.refuse("amount", message);
        }
        let paid_on = checks.date("paid_on", self.paid_on.as_deref());
        if paid_on.is_some_and(|day| day > today) {
            let message = format!("Choose today, {today}, or an earlier day.");
            checks.refuse("paid_on", message);
        }
        let reference = checks.optional("reference", self.reference.as_deref(), LONGEST_REFERENCE);
        let Some(amount) = amount else {
            return Err(checks.into_refusal());
        };
        checks.finish()?;
        Ok(Accepted {
            amount,
            paid_on: paid_on.unwrap_or(today),
            reference,
        })
    }
}

/// Why an amount is not paid, if it is not.
fn refusal(amount: Amount, invoice: &Invoice, open: Amount) -> Option<String> {
    let title = invoice.title();
    if amount.minor() <= 0 {
        Some("Enter an amount above 0.".to_owned())
    } else if open.minor() <= 0 {
        Some(format!("Nothing is left to pay on {title}."))
    } else if amount.minor() > open.minor() {
        let open = filters::money(&open);
        Some(format!("Enter at most what is left on {title}: {open}."))
    } else {
        None
    }
}
