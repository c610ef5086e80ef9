//! Reading an invoice and its lines from rows of [`store`](super::store).

use billing::{LineSource, Period};
use db::Row;
use jiff::civil::Date;
use money::{Amount, Currency, UnitPrice};
use serde::de::IgnoredAny;

use super::{BriefInvoice, Correction, Invoice, InvoiceLine, InvoiceStatus, Origin};
use crate::{
    error::{Error, Result},
    ids::{InvoiceId, RecurringInvoiceId},
};

pub(super) fn currency(row: &Row) -> Result<Currency> {
    row.parse("currency", str::parse::<Currency>)?
        .ok_or_else(|| Error::internal("an invoice without a currency"))
}

pub(super) fn read(row: &Row) -> Result<Invoice> {
    let currency = currency(row)?;
    let amount =
        |column: &str| -> Result<Amount> { Ok(Amount::from_minor(row.get(column)?, currency)) };
    Ok(Invoice {
        id: row.get("id")?,
        number: row.get("number")?,
        status: status(row)?,
        review: row.json("review_reasons")?,
        client_id: row.get("client_id")?,
        client: row.json("client_json")?,
        seller: row.json("seller_json")?,
        origin: origin(row)?,
        correction: read_correction(row)?,
        billing_run_id: row.get("billing_run_id")?,
        currency,
        issue_date: row.get("issue_date")?,
        due_date: row.get("due_date")?,
        period: period(row)?,
        first_from: row.get("first_from")?,
        lines: Vec::new(),
        subtotal: amount("subtotal_minor")?,
        taxes: row.json("taxes")?,
        tax: amount("tax_minor")?,
        total: amount("total_minor")?,
        paid: amount("paid_minor")?,
        payments: Vec::new(),
        held: row.json("held")?,
        skipped: row.json("skipped")?,
        payment_terms_days: row.get("payment_terms_days")?,
        logo_id: row.get("logo_id")?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        issued_at: row.get("issued_at")?,
        voided_at: row.get("voided_at")?,
        deliveries: Vec::new(),
    })
}

pub(super) fn read_brief(row: &Row) -> Result<BriefInvoice> {
    let currency = currency(row)?;
    let held: Vec<IgnoredAny> = row.json("held")?;
    Ok(BriefInvoice {
        id: row.get("id")?,
        number: row.get("number")?,
        needs_review: status(row)?.needs_review(),
        review: row.json("review_reasons")?,
        client_id: row.get("client_id")?,
        client_name: row.get("client_name")?,
        origin: origin(row)?,
        currency,
        period: period(row)?,
        total: Amount::from_minor(row.get("total_minor")?, currency),
        held: held.len(),
    })
}

fn status(row: &Row) -> Result<InvoiceStatus> {
    let status = row.parse("status", |name| {
        InvoiceStatus::parse(name).ok_or("not a status of an invoice")
    })?;
    status.ok_or_else(|| Error::internal("an invoice without a status"))
}

fn origin(row: &Row) -> Result<Option<Origin>> {
    let recurring: Option<RecurringInvoiceId> = row.get("recurring_invoice_id")?;
    let name: Option<String> = row.get("recurring_name")?;
    Ok(recurring.map(|recurring_invoice| Origin {
        recurring_invoice,
        name: name.unwrap_or_default(),
    }))
}

fn period(row: &Row) -> Result<Option<Period>> {
    let start: Option<Date> = row.get("period_start")?;
    let end: Option<Date> = row.get("period_end")?;
    Ok(start.zip(end).map(|(start, end)| Period { start, end }))
}

fn read_correction(row: &Row) -> Result<Option<Correction>> {
    let invoice: Option<InvoiceId> = row.get("corrects_id")?;
    let number: Option<String> = row.get("corrects_number")?;
    let reason: Option<String> = row.get("correction_reason")?;
    Ok(invoice.map(|invoice| Correction {
        invoice,
        number: number.unwrap_or_default(),
        reason: reason.unwrap_or_default(),
    }))
}

pub(super) fn read_line(row: &Row, currency: Currency) -> Result<InvoiceLine> {
    let subscription: Option<String> = row.get("subscription_id")?;
    Ok(InvoiceLine {
        description: row.get("description")?,
        quantity: row.get("quantity")?,
        unit_price: UnitPrice::from_exact(row.get("unit_price")?, currency)?,
        amount: Amount::from_minor(row.get("amount_minor")?, currency),
        taxable: row.get("taxable")?,
        source: subscription.map_or(LineSource::Manual, |subscription_id| LineSource::Pax8 {
            subscription_id,
        }),
        explanation: row.json("explanation")?,
    })
}
