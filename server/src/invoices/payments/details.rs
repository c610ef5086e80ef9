//! What a person says about a payment, and what of it is accepted.

use jiff::civil::Date;
use money::{Amount, MoneyError, parse_decimal};

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
        let amount = checks.value("amount", self.payable(invoice, open));
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

    fn payable(&self, invoice: &Invoice, open: Amount) -> Result<Amount, String> {
        let typed = parse_decimal(&self.amount).map_err(|error| error.to_string())?;
        let currency = open.currency();
        let amount = Amount::from_decimal_exact(typed, currency).map_err(|error| match error {
            MoneyError::TooManyDecimals { digits, .. } => {
                format!("Use at most {digits} decimals for {currency}.")
            }
            error => error.to_string(),
        })?;
        if amount.minor() <= 0 {
            return Err("Enter an amount above 0.".to_owned());
        }
        if amount.minor() <= open.minor() {
            return Ok(amount);
        }
        let title = invoice.title();
        Err(if open.minor() <= 0 {
            format!("Nothing is left to pay on {title}.")
        } else {
            let open = filters::money(&open);
            format!("Enter at most what is left on {title}: {open}.")
        })
    }
}
