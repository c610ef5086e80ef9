//! Invoices as the API shows them: money as decimal strings beside a currency, dates, null where nothing is known.

use billing::{LineSource, Period, TaxLine};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Held, Invoice, InvoiceKind, InvoiceLine, InvoiceStatus, PaymentBody, ReviewReason, Skipped,
    payments::DocumentRef,
};
use crate::{
    accounts::Costs,
    deliveries::Delivery,
    error::Result,
    ids::{BillingRunId, ClientId, InvoiceId, RecurringInvoiceId},
};

/// An invoice.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvoiceBody {
    /// Its id.
    #[schema(value_type = String)]
    pub id: InvoiceId,
    /// `invoice`, or `credit_note`: it takes back lines of an invoice, and its amounts are below zero.
    pub kind: InvoiceKind,
    /// Its number; null until it is issued.
    pub number: Option<String>,
    /// The invoice that a credit note corrects.
    pub corrects: Option<DocumentRef>,
    /// Why a credit note was made, as it is printed.
    pub reason: Option<String>,
    /// Where it stands. A credit note: `issued`, nothing of it was used; `partially_paid`, some; `paid`, all.
    pub status: InvoiceStatus,
    /// Whether a person has to look before it goes out: every draft, also one that nothing is wrong with any more.
    pub needs_review: bool,
    /// Why; empty where nothing is wrong with it.
    pub review_reasons: Vec<ReviewReason>,
    /// Who pays.
    pub client: ClientRef,
    /// What it was made from.
    pub recurring_invoice: Option<RecurringRef>,
    /// The run that made it.
    #[schema(value_type = Option<String>)]
    pub billing_run_id: Option<BillingRunId>,
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// Null until it is issued.
    #[schema(value_type = Option<String>, format = Date)]
    pub issue_date: Option<Date>,
    /// Null until it is issued.
    #[schema(value_type = Option<String>, format = Date)]
    pub due_date: Option<Date>,
    /// The days it covers.
    pub period: Option<PeriodBody>,
    /// The lines, in the order printed.
    pub lines: Vec<LineBody>,
    /// The sum of the lines.
    pub subtotal: String,
    /// Each tax.
    pub taxes: Vec<TaxBody>,
    /// The sum of the taxes.
    pub tax: String,
    /// Subtotal and taxes.
    pub total: String,
    /// What was paid, credit of credit notes included; of a credit note, below zero, what of it was used.
    pub paid: String,
    /// What is still to be paid; of a credit note, below zero, what is left of it.
    pub balance: String,
    /// What settles it, and of a credit note, what it settles: in the order recorded, with what was taken back.
    pub payments: Vec<PaymentBody>,
    /// Linked subscriptions that wait for a person.
    pub held: Vec<HeldBody>,
    /// Linked subscriptions that are rightly not on it.
    pub skipped: Vec<SkippedBody>,
    /// Days from issue to due.
    pub payment_terms_days: u32,
    /// Raised when a draft is recalculated.
    pub version: i64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was issued.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub issued_at: Option<Timestamp>,
    /// When it was made void.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub voided_at: Option<Timestamp>,
    /// How it was sent by e-mail, latest first.
    pub deliveries: Vec<Delivery>,
}

/// A client, named.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClientRef {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ClientId,
    /// Its name.
    pub name: String,
}

/// A recurring invoice, named.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecurringRef {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RecurringInvoiceId,
    /// Its name.
    pub name: String,
}

/// A stretch of days.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct PeriodBody {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub start: Date,
    /// The day after the last.
    #[schema(value_type = String, format = Date)]
    pub end: Date,
}

/// A line of an invoice.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineBody {
    /// As printed.
    pub description: String,
    /// As printed.
    pub quantity: String,
    /// As printed.
    pub unit_price: String,
    /// Before tax.
    pub amount: String,
    /// Whether tax is charged on it.
    pub taxable: bool,
    /// Where it comes from.
    pub source: SourceBody,
    /// Everything that led to the amount, with the same in words under `sentences`. Cost, markup and the price before rounding
    /// are in it for those with `integrations.manage` and the licence feature `pax8Integration`.
    #[schema(value_type = Object)]
    pub explanation: serde_json::Value,
}

/// Where a line comes from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SourceBody {
    /// Written by hand on the recurring invoice.
    Manual,
    /// A linked Pax8 subscription.
    Pax8 {
        /// The subscription.
        subscription_id: String,
    },
}

/// A tax on an invoice.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaxBody {
    /// As printed.
    pub name: String,
    /// The rate in percent.
    pub percent: String,
    /// What it was computed on.
    pub taxable: String,
    /// The tax.
    pub amount: String,
}

/// A linked subscription that waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeldBody {
    /// The subscription.
    pub subscription_id: String,
    /// The product's name.
    pub product: String,
    /// A stable code of the reason.
    pub code: &'static str,
    /// The reason in words.
    pub reason: String,
    /// What it would bring in a month, in the invoice's currency; null: that cannot be told.
    pub monthly_value: Option<String>,
}

/// A linked subscription that is rightly not on the invoice.
#[derive(Debug, Serialize, ToSchema)]
pub struct SkippedBody {
    /// The subscription.
    pub subscription_id: String,
    /// The product's name.
    pub product: String,
    /// A stable code of the reason.
    pub code: &'static str,
    /// The reason in words.
    pub reason: String,
}

impl InvoiceBody {
    /// The invoice as the API shows it.
    ///
    /// # Errors
    /// When an amount is out of range.
    pub fn of(invoice: &Invoice, costs: Costs) -> Result<Self> {
        Ok(Self {
            id: invoice.id,
            kind: invoice.kind(),
            number: invoice.number.clone(),
            corrects: invoice.correction.as_ref().map(|it| DocumentRef {
                id: it.invoice,
                number: it.number.clone(),
            }),
            reason: invoice.correction.as_ref().map(|it| it.reason.clone()),
            status: invoice.status,
            needs_review: invoice.needs_review(),
            review_reasons: invoice.review.clone(),
            client: ClientRef {
                id: invoice.client_id,
                name: invoice.client.name.clone(),
            },
            recurring_invoice: invoice.origin.as_ref().map(|origin| RecurringRef {
                id: origin.recurring_invoice,
                name: origin.name.clone(),
            }),
            billing_run_id: invoice.billing_run_id,
            currency: invoice.currency.code().to_owned(),
            issue_date: invoice.issue_date,
            due_date: invoice.due_date,
            period: invoice.period.map(PeriodBody::from),
            lines: lines(&invoice.lines, costs)?,
            subtotal: invoice.subtotal.to_string(),
            taxes: invoice.taxes.iter().map(TaxBody::from).collect(),
            tax: invoice.tax.to_string(),
            total: invoice.total.to_string(),
            paid: invoice.paid.to_string(),
            balance: invoice.balance()?.to_string(),
            payments: invoice.payments.iter().map(PaymentBody::from).collect(),
            held: invoice.held.iter().map(HeldBody::from).collect(),
            skipped: invoice.skipped.iter().map(SkippedBody::from).collect(),
            payment_terms_days: invoice.payment_terms_days,
            version: invoice.version,
            created_at: invoice.created_at,
            issued_at: invoice.issued_at,
            voided_at: invoice.voided_at,
            deliveries: invoice.deliveries.clone(),
        })
    }
}

/// Fields of an explanation that say what the partner pays and how the price came of it.
const PRICING: [&str; 3] = ["cost", "rule", "exact_price"];

/// Lines as the API shows them.
///
/// # Errors
/// When an explanation has no JSON form.
pub fn lines(lines: &[InvoiceLine], costs: Costs) -> Result<Vec<LineBody>> {
    lines.iter().map(|it| line(it, costs)).collect()
}

fn line(line: &InvoiceLine, costs: Costs) -> Result<LineBody> {
    let mut explanation = serde_json::to_value(&line.explanation)?;
    if let Some(fields) = explanation.as_object_mut() {
        let mut sentences = Vec::new();
        match costs {
            Costs::Shown => sentences.extend(line.explanation.pricing_sentences()),
            Costs::Hidden => fields.retain(|name, _| !PRICING.contains(&name.as_str())),
        }
        sentences.extend(line.explanation.sentences());
        fields.insert("sentences".to_owned(), sentences.into());
    }
    Ok(LineBody {
        description: line.description.clone(),
        quantity: line.quantity.normalize().to_string(),
        unit_price: line.unit_price.to_string(),
        amount: line.amount.to_string(),
        taxable: line.taxable,
        source: match &line.source {
            LineSource::Manual => SourceBody::Manual,
            LineSource::Pax8 { subscription_id } => SourceBody::Pax8 {
                subscription_id: subscription_id.clone(),
            },
        },
        explanation,
    })
}

impl From<Period> for PeriodBody {
    fn from(period: Period) -> Self {
        Self {
            start: period.start,
            end: period.end,
        }
    }
}

impl From<&TaxLine> for TaxBody {
    fn from(tax: &TaxLine) -> Self {
        Self {
            name: tax.name.clone(),
            percent: tax.percent.normalize().to_string(),
            taxable: tax.taxable.to_string(),
            amount: tax.amount.to_string(),
        }
    }
}

impl From<&Held> for HeldBody {
    fn from(held: &Held) -> Self {
        Self {
            subscription_id: held.subscription_id.clone(),
            product: held.product.clone(),
            code: held.reason.code(),
            reason: held.reason.to_string(),
            monthly_value: held.monthly_value.map(|value| value.to_string()),
        }
    }
}

impl From<&Skipped> for SkippedBody {
    fn from(skipped: &Skipped) -> Self {
        Self {
            subscription_id: skipped.subscription_id.clone(),
            product: skipped.product.clone(),
            code: skipped.reason.code(),
            reason: skipped.reason.to_string(),
        }
    }
}
