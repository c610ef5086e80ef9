//! Products: what subscriptions are subscriptions to.

use super::Row;
use crate::wire::{Fields, Warning};

/// A product of the catalogue (`GET /v1/products/{id}`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Pax8's id.
    pub id: String,
    /// The name, trimmed.
    pub name: Option<String>,
    /// The vendor's name, such as `Microsoft`.
    pub vendor_name: Option<String>,
    /// A sentence about it.
    pub short_description: Option<String>,
    /// Pax8's own SKU.
    pub sku: Option<String>,
    /// The vendor's SKU, as written: a code, a GUID, `A:B` or JSON in a text.
    pub vendor_sku: Option<String>,
    /// The vendor's older SKU.
    pub alt_vendor_sku: Option<String>,
    /// Whether it is only sold with a commitment.
    pub requires_commitment: Option<bool>,
    /// Fields that could not be understood.
    pub warnings: Vec<Warning>,
}

/// Products that were asked for by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Products {
    /// Those that Pax8 still has.
    pub found: Vec<Product>,
    /// The ids that Pax8 no longer knows.
    pub missing: Vec<String>,
}

impl Row for Product {
    const NAME: &'static str = "product";

    fn read(mut fields: Fields<'_>) -> Option<Self> {
        Some(Self {
            id: fields.text("id")?,
            name: fields.text("name"),
            vendor_name: fields.text("vendorName"),
            short_description: fields.text("shortDescription"),
            sku: fields.text("sku"),
            vendor_sku: fields.text("vendorSku"),
            alt_vendor_sku: fields.text("altVendorSku"),
            requires_commitment: fields.flag("requiresCommitment"),
            warnings: fields.into_warnings(),
        })
    }

    fn key(&self) -> Option<&str> {
        Some(&self.id)
    }
}
