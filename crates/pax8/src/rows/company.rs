//! Companies: the clients of the partner, as Pax8 knows them.

use super::Row;
use crate::wire::{Fields, Moment, Warning};

/// A company of the partner (`GET /v1/companies`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// Pax8's id.
    pub id: String,
    /// The name, trimmed, otherwise as typed.
    pub name: Option<String>,
    /// The postal address.
    pub address: Address,
    /// The main phone number, as typed.
    pub phone: Option<String>,
    /// The web site, as typed: with or without `https://`.
    pub website: Option<String>,
    /// The partner's own reference for the company (`externalId`).
    pub external_id: Option<String>,
    /// Whether Pax8 bills the company itself.
    pub bill_on_behalf_of_enabled: Option<bool>,
    /// Whether the company may order for itself.
    pub self_service_allowed: Option<bool>,
    /// Whether such orders need an approval.
    pub order_approval_required: Option<bool>,
    /// `Active`, `Inactive` (it lacks contacts), `Deleted`, or something new.
    pub status: Option<String>,
    /// When Pax8 last changed it.
    pub updated_date: Option<Moment>,
    /// Fields that could not be understood.
    pub warnings: Vec<Warning>,
}

/// A postal address; every part may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// The first line.
    pub street: Option<String>,
    /// The second line.
    pub street2: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// A code or a name.
    pub state_or_province: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// ISO 3166 alpha-2 in newer records, free text in older ones.
    pub country: Option<String>,
}

impl Row for Company {
    const NAME: &'static str = "company";

    fn read(mut fields: Fields<'_>) -> Option<Self> {
        Some(Self {
            id: fields.text("id")?,
            name: fields.text("name"),
            address: Address::read(&mut fields),
            phone: fields.text("phone"),
            website: fields.text("website"),
            external_id: fields.text("externalId"),
            bill_on_behalf_of_enabled: fields.flag("billOnBehalfOfEnabled"),
            self_service_allowed: fields.flag("selfServiceAllowed"),
            order_approval_required: fields.flag("orderApprovalRequired"),
            status: fields.text("status"),
            updated_date: fields.moment("updatedDate"),
            warnings: fields.into_warnings(),
        })
    }

    fn key(&self) -> Option<&str> {
        Some(&self.id)
    }
}

impl Address {
    fn read(fields: &mut Fields<'_>) -> Self {
        let Some(group) = fields.group("address") else {
            return Self::default();
        };
        Self {
            street: fields.text_in(&group, "street", "address.street"),
            street2: fields.text_in(&group, "street2", "address.street2"),
            city: fields.text_in(&group, "city", "address.city"),
            state_or_province: fields.text_in(&group, "stateOrProvince", "address.stateOrProvince"),
            postal_code: fields.text_in(&group, "postalCode", "address.postalCode"),
            country: fields.text_in(&group, "country", "address.country"),
        }
    }
}
