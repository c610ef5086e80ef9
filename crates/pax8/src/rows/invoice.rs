//! Invoices from Pax8 to the partner, and their items.

use rust_decimal::Decimal;

use super::Row;
use crate::wire::{Day, Fields, Warning};

/// An invoice from Pax8 to the partner (`GET /v1/invoices`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// Pax8's id.
    pub id: String,
    /// The day it is made out for.
    pub invoice_date: Option<Day>,
    /// The day it has to be paid.
    pub due_date: Option<Day>,
    /// `Unpaid`, `Paid`, `Void` and so on, or something new.
    pub status: Option<String>,
    /// What is still open.
    pub balance: Option<Decimal>,
    /// What was open before this invoice.
    pub carried_balance: Option<Decimal>,
    /// The amount due in all.
    pub total: Option<Decimal>,
    /// ISO 4217, for every amount.
    pub currency_code: Option<String>,
    /// The partner that is invoiced.
    pub partner_name: Option<String>,
    /// The company, where the invoice is for one.
    pub company_id: Option<String>,
    /// The partner's own reference for that company.
    pub external_id: Option<String>,
    /// Fields that could not be understood.
    pub warnings: Vec<Warning>,
}

impl Row for Invoice {
    const NAME: &'static str = "invoice";

    fn read(mut fields: Fields<'_>) -> Option<Self> {
        Some(Self {
            id: fields.text("id")?,
            invoice_date: fields.day("invoiceDate"),
            due_date: fields.day("dueDate"),
            status: fields.text("status"),
            balance: fields.decimal("balance"),
            carried_balance: fields.decimal("carriedBalance"),
            total: fields.decimal("total"),
            currency_code: fields.text("currencyCode"),
            partner_name: fields.text("partnerName"),
            company_id: fields.text("companyId"),
            external_id: fields.text("externalId"),
            warnings: fields.into_warnings(),
        })
    }

    fn key(&self) -> Option<&str> {
        Some(&self.id)
    }
}

/// An item of an invoice, or of the draft of the next one
/// (`GET /v1/invoices/{id}/items`, `GET /v1/invoices/draftItems`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceItem {
    /// Pax8's id. Not every item has one.
    pub id: Option<String>,
    /// `subscription`, `prorate`, `rebate` and so on, or something new.
    pub kind: Option<String>,
    /// The company it is for.
    pub company_id: Option<String>,
    /// The partner's own reference for that company.
    pub external_id: Option<String>,
    /// That company's name.
    pub company_name: Option<String>,
    /// The subscription it is for; absent for one-off services.
    pub subscription_id: Option<String>,
    /// The product.
    pub product_id: Option<String>,
    /// The product's name.
    pub product_name: Option<String>,
    /// The vendor's name.
    pub vendor_name: Option<String>,
    /// Pax8's SKU.
    pub sku: Option<String>,
    /// What the item says it is.
    pub description: Option<String>,
    /// More of the same.
    pub details: Option<String>,
    /// The partner's order number.
    pub purchase_order_number: Option<String>,
    /// The first day it covers.
    pub start_period: Option<Day>,
    /// The last day it covers.
    pub end_period: Option<Day>,
    /// `Monthly`, `Annual`, `3 Year` and so on: spelt otherwise than on a subscription.
    pub term: Option<String>,
    /// Units.
    pub quantity: Option<Decimal>,
    /// What a unit is.
    pub unit_of_measure: Option<String>,
    /// How the rate is made: `flat`, `volume`, `tiered` and so on.
    pub rate_type: Option<String>,
    /// `flat` or `per`.
    pub charge_type: Option<String>,
    /// The customer's price per unit.
    pub price: Option<Decimal>,
    /// The customer's amount before tax and fees.
    pub sub_total: Option<Decimal>,
    /// The partner's cost per unit.
    pub cost: Option<Decimal>,
    /// The partner's cost of the line.
    pub cost_total: Option<Decimal>,
    /// The customer's amount with services and fees.
    pub total: Option<Decimal>,
    /// The final amount.
    pub amount_due: Option<Decimal>,
    /// The sales tax in it.
    pub sales_tax: Option<Decimal>,
    /// ISO 4217, for every amount.
    pub currency_code: Option<String>,
    /// Whether Pax8 bills the customer itself.
    pub billed_by_pax8: Option<bool>,
    /// Fields that could not be understood.
    pub warnings: Vec<Warning>,
}

impl Row for InvoiceItem {
    const NAME: &'static str = "invoice item";

    fn read(mut fields: Fields<'_>) -> Option<Self> {
        Some(Self {
            id: fields.text("id"),
            kind: fields.text("type"),
            company_id: fields.text("companyId"),
            external_id: fields.text("externalId"),
            company_name: fields.text("companyName"),
            subscription_id: fields.text("subscriptionId"),
            product_id: fields.text("productId"),
            product_name: fields.text("productName"),
            vendor_name: fields.text("vendorName"),
            sku: fields.text("sku"),
            description: fields.text("description"),
            details: fields.text("details"),
            purchase_order_number: fields.text("purchaseOrderNumber"),
            start_period: fields.day("startPeriod"),
            end_period: fields.day("endPeriod"),
            term: fields.text("term"),
            quantity: fields.decimal("quantity"),
            unit_of_measure: fields.text("unitOfMeasure"),
            rate_type: fields.text("rateType"),
            charge_type: fields.text("chargeType"),
            price: fields.decimal("price"),
            sub_total: fields.decimal("subTotal"),
            cost: fields.decimal("cost"),
            cost_total: fields.decimal("costTotal"),
            total: fields.decimal("total"),
            amount_due: fields.decimal("amountDue"),
            sales_tax: fields.decimal("salesTax"),
            currency_code: fields.text("currencyCode"),
            billed_by_pax8: fields.flag("billedByPax8"),
            warnings: fields.into_warnings(),
        })
    }

    fn key(&self) -> Option<&str> {
        self.id.as_deref()
    }
}
