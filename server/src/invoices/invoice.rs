//! An invoice.

use std::collections::BTreeSet;

use billing::{Explanation, HoldReason, LineSource, Period, SkipReason, TaxLine};
use jiff::{Timestamp, civil::Date};
use money::{Amount, Currency, Decimal, MoneyError, UnitPrice};
use serde::{Deserialize, Serialize};

use super::{Correction, InvoiceKind, InvoiceStatus, Payment};
use crate::{
    deliveries::Delivery,
    error::{Error, Result},
    ids::{BillingRunId, ClientId, InvoiceId, RecurringInvoiceId},
};

/// The client as it was when the invoice was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSnapshot {
    /// Its name.
    pub name: String,
    /// Its postal address; lines.
    pub address: String,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its account reference number.
    pub account_reference: Option<String>,
    /// Whether it pays no tax.
    pub tax_exempt: bool,
}

/// The organization as it was when the invoice was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SellerSnapshot {
    /// Its name.
    pub name: String,
    /// Its postal address; lines.
    pub address: String,
    /// Where to write to.
    pub email: String,
    /// Its tax number.
    pub tax_id: String,
    /// `a4` or `letter`.
    pub page_size: String,
    /// Which lines are printed.
    pub print: PrintOptions,
}

/// Which lines are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintOptions {
    /// Lines of nothing too.
    pub zero_lines: bool,
    /// Equal lines as one.
    pub group: bool,
}

/// What an invoice was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The recurring invoice.
    pub recurring_invoice: RecurringInvoiceId,
    /// Its name when the invoice was made.
    pub name: String,
}

/// Why a person has to look at a draft before it goes out. Prints as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewReason {
    /// Something linked is held.
    Held,
    /// The recurring invoice asks for a look at each of its invoices.
    ReviewFirst,
    /// Its total is below zero.
    NegativeTotal,
    /// It is to be sent by itself, and the client has no e-mail address that mail can be sent to.
    NoAddress,
    /// It is to be sent by itself, and the installation sends no mail.
    MailNotConfigured,
}

impl std::fmt::Display for ReviewReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Held => "Something linked is held until you decide.",
            Self::ReviewFirst => "This recurring invoice is reviewed before each invoice goes out.",
            Self::NegativeTotal => "The total is below zero.",
            Self::NoAddress => {
                "It is to be sent by itself, and the client has no e-mail address that mail can be sent to."
            }
            Self::MailNotConfigured => {
                "It is to be sent by itself, and this installation is not set up to send mail."
            }
        })
    }
}

/// A linked subscription that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The subscription.
    pub subscription_id: String,
    /// The product's name.
    pub product: String,
    /// Why it waits.
    pub reason: HoldReason,
    /// What it would bring in a month, where that can be told.
    pub monthly_value: Option<Amount>,
}

/// A linked subscription that is rightly not on the invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The subscription.
    pub subscription_id: String,
    /// The product's name.
    pub product: String,
    /// Why it is not there.
    pub reason: SkipReason,
}

/// A line: `quantity × unit_price`, rounded to the minor unit, is `amount`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceLine {
    /// As printed.
    pub description: String,
    /// As printed.
    pub quantity: Decimal,
    /// As printed.
    pub unit_price: UnitPrice,
    /// Before tax.
    pub amount: Amount,
    /// Whether tax is charged on it.
    pub taxable: bool,
    /// Where it comes from.
    pub source: LineSource,
    /// Everything that led to the amount.
    pub explanation: Explanation,
}

/// An invoice.
#[derive(Debug, Clone)]
pub struct Invoice {
    /// Its id.
    pub id: InvoiceId,
    /// Its number, given at issue.
    pub number: Option<String>,
    /// Where it stands.
    pub status: InvoiceStatus,
    /// Why a person has to look at it; empty: for no reason, or somebody did.
    pub review: Vec<ReviewReason>,
    /// Who pays.
    pub client_id: ClientId,
    /// Who pays, as they were when it was made.
    pub client: ClientSnapshot,
    /// Who is paid, as they were when it was made.
    pub seller: SellerSnapshot,
    /// What it was made from.
    pub origin: Option<Origin>,
    /// What it corrects, if it is a credit note.
    pub correction: Option<Correction>,
    /// The run that made it.
    pub billing_run_id: Option<BillingRunId>,
    /// The currency of every amount.
    pub currency: Currency,
    /// The day it was issued.
    pub issue_date: Option<Date>,
    /// The day by which it is to be paid.
    pub due_date: Option<Date>,
    /// The days it covers.
    pub period: Option<Period>,
    /// The day from which on the days before the period are charged with it.
    pub first_from: Option<Date>,
    /// The lines, in the order printed; empty in lists.
    pub lines: Vec<InvoiceLine>,
    /// The sum of the lines.
    pub subtotal: Amount,
    /// The taxes.
    pub taxes: Vec<TaxLine>,
    /// The sum of the taxes.
    pub tax: Amount,
    /// Subtotal and taxes.
    pub total: Amount,
    /// The sum of its payments; of a credit note, below zero, what of it was used.
    pub paid: Amount,
    /// What settles it, and of a credit note, what it settles: in the order recorded, with what was taken back.
    pub payments: Vec<Payment>,
    /// What waits for a person.
    pub held: Vec<Held>,
    /// What is rightly not on it.
    pub skipped: Vec<Skipped>,
    /// Days from issue to due.
    pub payment_terms_days: u32,
    /// The logo on it, if it is issued and the organization had one then.
    pub logo_id: Option<String>,
    /// Raised when a draft is computed anew.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was issued.
    pub issued_at: Option<Timestamp>,
    /// When it was made void.
    pub voided_at: Option<Timestamp>,
    /// How it was sent, latest first.
    pub deliveries: Vec<Delivery>,
}

/// An invoice, as a line of a list tells of it.
#[derive(Debug, Clone)]
pub struct BriefInvoice {
    /// Its id.
    pub id: InvoiceId,
    /// Its number, given at issue.
    pub number: Option<String>,
    /// Whether a person has to look before it goes out.
    pub needs_review: bool,
    /// Why.
    pub review: Vec<ReviewReason>,
    /// Who pays.
    pub client_id: ClientId,
    /// Their name when it was made.
    pub client_name: String,
    /// What it was made from.
    pub origin: Option<Origin>,
    /// The currency of its total.
    pub currency: Currency,
    /// The days it covers.
    pub period: Option<Period>,
    /// Subtotal and taxes.
    pub total: Amount,
    /// How many linked subscriptions wait for a person.
    pub held: usize,
}

impl Invoice {
    /// What kind of document it is.
    #[must_use]
    pub fn kind(&self) -> InvoiceKind {
        match self.correction {
            Some(_) => InvoiceKind::CreditNote,
            None => InvoiceKind::Invoice,
        }
    }

    /// Whether it is a credit note.
    #[must_use]
    pub fn is_credit_note(&self) -> bool {
        self.correction.is_some()
    }

    /// What is left to pay, or of a credit note, to use: above zero in both.
    ///
    /// # Errors
    /// When the amounts are out of range.
    pub fn open(&self) -> Result<Amount, MoneyError> {
        let balance = self.balance()?;
        match self.is_credit_note() {
            true => balance.checked_neg(),
            false => Ok(balance),
        }
    }

    /// What is still to be paid: nothing of a void one. Of a credit note, below zero, what is left of it.
    ///
    /// # Errors
    /// When the amounts are out of range.
    pub fn balance(&self) -> Result<Amount, MoneyError> {
        if self.status == InvoiceStatus::Void {
            return Ok(Amount::zero(self.currency));
        }
        self.total.checked_sub(self.paid)
    }

    /// Whether a person has to look before it goes out.
    #[must_use]
    pub fn needs_review(&self) -> bool {
        self.status.needs_review()
    }

    /// Goes on only if it may be issued.
    ///
    /// # Errors
    /// When it is no draft, or has no lines.
    pub fn require_issuable(&self) -> Result<()> {
        self.status.require_issuable()?;
        if self.lines.is_empty() {
            return Err(nothing_to_issue());
        }
        Ok(())
    }

    /// Goes on only if it may be made void.
    ///
    /// # Errors
    /// Once something was paid, or of a credit note used, or when it is void already.
    pub fn require_voidable(&self) -> Result<()> {
        let voidable = self.status.require_voidable();
        if voidable.is_err() && self.is_credit_note() && self.status != InvoiceStatus::Void {
            let detail =
                "Of this credit note something was used. Take that back before making it void.";
            return Err(Error::conflict("invoice_status", detail));
        }
        voidable
    }

    /// How it stands, for people.
    #[must_use]
    pub fn status_label(&self) -> &'static str {
        match (self.kind(), self.status) {
            (InvoiceKind::CreditNote, InvoiceStatus::Issued) => "Open credit",
            (InvoiceKind::CreditNote, InvoiceStatus::PartiallyPaid) => "Partly used",
            (InvoiceKind::CreditNote, InvoiceStatus::Paid) => "Used",
            (_, status) => status.label(),
        }
    }

    /// The subscriptions on it: on a line, held or skipped.
    #[must_use]
    pub fn subscriptions(&self) -> BTreeSet<&str> {
        let lines = self.lines.iter().filter_map(|line| match &line.source {
            LineSource::Pax8 { subscription_id } => Some(subscription_id.as_str()),
            LineSource::Manual => None,
        });
        let held = self.held.iter().map(|it| it.subscription_id.as_str());
        let skipped = self.skipped.iter().map(|it| it.subscription_id.as_str());
        lines.chain(held).chain(skipped).collect()
    }

    /// Whether it is past due on a day.
    #[must_use]
    pub fn is_overdue(&self, today: Date) -> bool {
        matches!(
            self.status,
            InvoiceStatus::Issued | InvoiceStatus::PartiallyPaid
        ) && self.total.minor() > self.paid.minor()
            && self.due_date.is_some_and(|due| due < today)
    }

    /// What it is called: its number, or that it is a draft.
    #[must_use]
    pub fn title(&self) -> &str {
        self.number
            .as_deref()
            .unwrap_or(match (self.status, self.kind()) {
                (InvoiceStatus::Void, _) => "Void draft",
                (_, InvoiceKind::Invoice) => "Draft",
                (_, InvoiceKind::CreditNote) => "Draft credit note",
            })
    }
}

impl From<billing::Line> for InvoiceLine {
    fn from(line: billing::Line) -> Self {
        let billing::Line {
            description,
            quantity,
            unit_price,
            amount,
            taxable,
            source,
            explanation,
        } = line;
        Self {
            description,
            quantity,
            unit_price,
            amount,
            taxable,
            source,
            explanation,
        }
    }
}

impl From<billing::Held> for Held {
    fn from(held: billing::Held) -> Self {
        Self {
            subscription_id: held.subscription_id,
            product: held.product,
            reason: held.reason,
            monthly_value: held.monthly_value,
        }
    }
}

impl From<billing::Skipped> for Skipped {
    fn from(skipped: billing::Skipped) -> Self {
        Self {
            subscription_id: skipped.subscription_id,
            product: skipped.product,
            reason: skipped.reason,
        }
    }
}

/// A draft without lines becomes no invoice.
pub(super) fn nothing_to_issue() -> Error {
    let detail =
        "This draft has no lines. Decide what is held and recalculate it, or make it void.";
    Error::conflict("nothing_to_issue", detail)
}
