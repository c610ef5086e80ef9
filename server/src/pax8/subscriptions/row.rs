//! Reading a subscription from a row of [`store`](super::store).

use billing::{Charge, Frequency, Markup, Pricing, Schedule, SubscriptionDates};
use db::{FromColumn, Row};
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{
    Attention, BillingSettings, Commitment, Decided, LinkedRecurring, MappedClient, PriceFacts,
    Product, Subscription, Worth,
};
use crate::{
    error::{Error, Result},
    ids::RecurringInvoiceId,
    recurring::RecurringStatus,
};

/// The subscription of a row, with everything it is tied to.
pub(super) fn read(row: &Row) -> Result<Subscription> {
    let recurring_invoice = read_recurring(row)?;
    let linked = recurring_invoice.as_ref().map(|invoice| invoice.id);
    Ok(Subscription {
        id: row.get("id")?,
        pax8_id: row.get("pax8_id")?,
        company_id: row.get("company_id")?,
        company_name: row.get("company_name")?,
        client: read_client(row)?,
        product: Product {
            pax8_id: row.get("product_pax8_id")?,
            name: row.get("product_name")?,
            vendor: row.get("vendor")?,
            sku: row.get("sku")?,
        },
        quantity: row.get("quantity")?,
        billing_term: row.get("billing_term")?,
        commitment: read_commitment(row)?,
        currency: row.get("currency")?,
        price: row.get("price")?,
        partner_cost: row.get("partner_cost")?,
        status: row.get("status")?,
        dates: SubscriptionDates {
            start: row.get("start_date")?,
            billing_start: row.get("billing_start")?,
            end: row.get("end_date")?,
        },
        missing_since: row.get("missing_since")?,
        last_known: row.json("last_known")?,
        attention: row.parse("attention", |name| {
            Attention::parse(name).ok_or("not a reason for attention")
        })?,
        settings: read_settings(row, linked)?,
        recurring_invoice,
        one_time_billed: row.get::<Option<String>>("once_on")?.is_some(),
        seen_at: row.get("seen_at")?,
        seen_sync_id: row.get("seen_sync_id")?,
    })
}

/// The client that a row's company is mapped to.
pub(in crate::pax8) fn read_client(row: &Row) -> Result<Option<MappedClient>> {
    let Some(id) = row.get("client_id")? else {
        return Ok(None);
    };
    let currency = row.parse("client_currency", str::parse)?;
    Ok(Some(MappedClient {
        id,
        name: row.get("client_name")?,
        currency: currency.ok_or_else(|| Error::internal("a client without a currency"))?,
    }))
}

fn read_commitment(row: &Row) -> Result<Option<Commitment>> {
    let commitment = Commitment {
        term: row.get("commitment_term")?,
        end_date: row.get("commitment_end")?,
    };
    let known = commitment.term.is_some() || commitment.end_date.is_some();
    Ok(Some(commitment).filter(|_| known))
}

fn read_recurring(row: &Row) -> Result<Option<LinkedRecurring>> {
    let Some(id) = row.get("recurring_id")? else {
        return Ok(None);
    };
    let status = row.parse("recurring_status", |name| {
        RecurringStatus::parse(name).ok_or("not a status")
    })?;
    let frequency = row.parse("frequency", |code| {
        Frequency::from_code(code).ok_or("not a frequency")
    })?;
    let (Some(status), Some(frequency)) = (status, frequency) else {
        return Err(Error::internal("a recurring invoice without a schedule"));
    };
    Ok(Some(LinkedRecurring {
        id,
        name: row.get("recurring_name")?,
        client_id: row.get("recurring_client_id")?,
        status,
        schedule: Schedule {
            anchor: row.get("anchor_date")?,
            frequency,
        },
        next_invoice_date: row.get("next_invoice_date")?,
    }))
}

/// What the subscription of a row is worth, from no more of it than that takes.
pub(super) fn read_worth(row: &Row) -> Result<Worth> {
    let (billing_term, currency): (Option<String>, Option<String>) =
        (row.get("billing_term")?, row.get("currency")?);
    let facts = PriceFacts {
        quantity: row.get("quantity")?,
        billing_term: billing_term.as_deref(),
        currency: currency.as_deref(),
        price: row.get("price")?,
        partner_cost: row.get("partner_cost")?,
    };
    let client_currency = row.parse("client_currency", str::parse)?;
    Ok(Worth::of(&facts, &read_pricing(row)?, client_currency))
}

fn read_pricing(row: &Row) -> Result<Pricing> {
    let value: Option<Decimal> = row.get("markup_value")?;
    let kind: Option<String> = row.get("markup_type")?;
    let markup = match (kind.as_deref(), value) {
        (Some("percentage"), Some(percent)) => Some(Markup::Percentage(percent)),
        (Some("fixed"), Some(amount)) => Some(Markup::Fixed(amount)),
        (None, _) => None,
        _ => return Err(Error::internal("a markup of an unknown type")),
    };
    Ok(Pricing {
        markup,
        override_price: row.get("override_price")?,
    })
}

fn read_settings(row: &Row, recurring: Option<RecurringInvoiceId>) -> Result<BillingSettings> {
    let charge = row.parse("charge", |code| {
        Charge::from_code(code).ok_or("not a charge")
    })?;
    Ok(BillingSettings {
        pricing: read_pricing(row)?,
        recurring_invoice: recurring,
        charge: charge.unwrap_or_default(),
        billed_in_status: decided(row, "billed_in_status", "billed_in_status_until")?,
        billed_while_missing: decided(row, "billed_while_missing", "billed_while_missing_until")?,
        linked_from: row.get("linked_from")?,
        version: row.get::<Option<i64>>("version")?.unwrap_or(0),
    })
}

fn decided<T: FromColumn>(row: &Row, of: &str, until: &str) -> Result<Option<Decided<T>>> {
    let (of, until): (Option<T>, Option<Date>) = (row.get(of)?, row.get(until)?);
    Ok(of.map(|of| Decided { of, until }))
}
