//! New records, filled up with what the order leaves open.

use jiff::Timestamp;

use super::change::{NewCompany, NewProduct, NewSubscription};
use super::records::{Records, day_of};
use super::rows::{Address, Commitment, Company, Product, Subscription};
use crate::seeded::derived_uuid;

impl Records {
    pub(super) fn add_company(&mut self, new: NewCompany) -> String {
        let id = new.id.unwrap_or_else(|| self.draw_id("company"));
        self.companies.put(Company {
            id: id.clone(),
            name: new.name,
            address: Address {
                country: "US".to_owned(),
                ..Address::default()
            },
            phone: None,
            website: new.website,
            external_id: new.external_id,
            bill_on_behalf_of_enabled: false,
            self_service_allowed: Some(false),
            order_approval_required: false,
            status: "Active".to_owned(),
            updated: None,
        });
        id
    }

    pub(super) fn add_product(&mut self, new: NewProduct) -> String {
        let id = new.id.unwrap_or_else(|| self.draw_id("product"));
        self.products.put(Product {
            id: id.clone(),
            name: new.name,
            vendor: new.vendor,
            sku: new.sku,
            vendor_sku: new.vendor_sku,
            short_description: None,
            requires_commitment: false,
            by_usage: false,
            monthly_cost: new.monthly_cost,
        });
        id
    }

    pub(crate) fn add_subscription(&mut self, new: NewSubscription, now: Timestamp) -> String {
        self.touch();
        let id = new.id.unwrap_or_else(|| self.draw_id("subscription"));
        let start = new.start.unwrap_or_else(|| day_of(now));
        let commitment = new.commitment.map(|(term, end)| Commitment {
            id: derived_uuid("commitment", &id),
            term,
            end,
        });
        self.subscriptions.put(Subscription {
            id: id.clone(),
            parent_id: new.parent,
            company_id: new.company,
            product_id: new.product,
            quantity: new.quantity,
            start,
            end: new.end,
            created: now,
            updated: None,
            billing_start: new.billing_start.unwrap_or(start),
            status: new.status,
            price: new.price,
            partner_cost: new.partner_cost,
            currency: new.currency,
            billing_term: new.billing_term,
            commitment,
        });
        id
    }

    fn draw_id(&self, kind: &str) -> String {
        derived_uuid("added", &format!("{kind} {}", self.version()))
    }
}
