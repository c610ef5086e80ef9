//! The records of one estate and how changes reach them.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::change::{Change, UnknownRecord};
use super::rows::{Company, Product, Subscription};
use super::table::Table;

#[derive(Clone)]
pub(crate) struct Records {
    pub(crate) companies: Table<Company>,
    pub(crate) products: Table<Product>,
    pub(crate) subscriptions: Table<Subscription>,
    /// What subscriptions were before their changes, oldest first.
    history: HashMap<String, Vec<Arc<Subscription>>>,
    /// Moves with every change, so that prepared lists know when they are old.
    version: u64,
}

impl Records {
    pub(crate) fn new(
        companies: impl IntoIterator<Item = Company>,
        products: impl IntoIterator<Item = Product>,
        subscriptions: impl IntoIterator<Item = Subscription>,
    ) -> Self {
        Self {
            companies: companies.into_iter().collect(),
            products: products.into_iter().collect(),
            subscriptions: subscriptions.into_iter().collect(),
            history: HashMap::new(),
            version: 0,
        }
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Makes every prepared list old, for changes made from outside.
    pub(crate) fn touch(&mut self) {
        self.version += 1;
    }

    /// Snapshots of a subscription, newest first, the present one included.
    pub(crate) fn history(&self, id: &str) -> Option<Vec<Arc<Subscription>>> {
        let present = self.subscriptions.get(id)?;
        let past = self.history.get(id).into_iter().flatten().rev();
        Some(std::iter::once(present).chain(past).cloned().collect())
    }

    /// The subscription as it was on `day`: later changes are taken back.
    pub(crate) fn as_of(&self, subscription: &Arc<Subscription>, day: Date) -> Arc<Subscription> {
        let changed_later =
            |row: &Arc<Subscription>| row.updated.is_some_and(|at| day_of(at) > day);
        let past = self
            .history
            .get(&subscription.id)
            .into_iter()
            .flatten()
            .rev();
        let mut seen = subscription;
        for older in past {
            if !changed_later(seen) {
                break;
            }
            seen = older;
        }
        Arc::clone(seen)
    }

    /// Applies a change; the id is that of the record it made or touched.
    pub(crate) fn apply(
        &mut self,
        change: Change,
        now: Timestamp,
    ) -> Result<Option<String>, UnknownRecord> {
        self.version += 1;
        match change {
            Change::AddCompany(new) => Ok(Some(self.add_company(new))),
            Change::RenameCompany { company, name } => {
                self.edit_company(company, now, |row| row.name = name)
            }
            Change::SetWebsite { company, website } => {
                self.edit_company(company, now, |row| row.website = website)
            }
            Change::SetExternalId {
                company,
                external_id,
            } => self.edit_company(company, now, |row| row.external_id = external_id),
            Change::SetCompanyStatus { company, status } => {
                self.edit_company(company, now, |row| row.status = status)
            }
            Change::RemoveCompany { company } => {
                found("company", company, |id| self.companies.remove(id).is_some())
            }
            Change::AddProduct(new) => Ok(Some(self.add_product(new))),
            Change::RenameProduct { product, name } => found("product", product, |id| {
                self.products.edit(id).map(|row| row.name = name).is_some()
            }),
            Change::RemoveProduct { product } => {
                found("product", product, |id| self.products.remove(id).is_some())
            }
            Change::Clear => {
                *self = Self {
                    version: self.version,
                    ..Self::new([], [], [])
                };
                Ok(None)
            }
            of_subscription => self.apply_to_subscription(of_subscription, now),
        }
    }

    fn apply_to_subscription(
        &mut self,
        change: Change,
        now: Timestamp,
    ) -> Result<Option<String>, UnknownRecord> {
        match change {
            Change::AddSubscription(new) => Ok(Some(self.add_subscription(new, now))),
            Change::SetQuantity {
                subscription,
                quantity,
            } => self.edit(subscription, now, |row| row.quantity = quantity),
            Change::SetPrice {
                subscription,
                price,
            } => self.edit(subscription, now, |row| row.price = price),
            Change::SetPartnerCost {
                subscription,
                partner_cost,
            } => self.edit(subscription, now, |row| row.partner_cost = partner_cost),
            Change::SetStatus {
                subscription,
                status,
            } => self.edit(subscription, now, |row| row.status = status),
            Change::SetBillingTerm {
                subscription,
                billing_term,
            } => self.edit(subscription, now, |row| row.billing_term = billing_term),
            Change::SetCurrency {
                subscription,
                currency,
            } => self.edit(subscription, now, |row| row.currency = currency),
            Change::Cancel { subscription, end } => self.edit(subscription, now, |row| {
                row.end = Some(end);
                let passed = end <= day_of(now);
                row.status = if passed { "Cancelled" } else { "PendingCancel" }.to_owned();
            }),
            Change::MoveSubscription {
                subscription,
                company,
            } => self.edit(subscription, now, |row| row.company_id = company),
            Change::ChangeProduct {
                subscription,
                product,
            } => self.edit(subscription, now, |row| row.product_id = product),
            Change::RemoveSubscription { subscription } => {
                self.history.remove(&subscription);
                found("subscription", subscription, |id| {
                    self.subscriptions.remove(id).is_some()
                })
            }
            // Named one by one, so that a new change cannot be forgotten here.
            Change::AddCompany(_)
            | Change::RenameCompany { .. }
            | Change::SetWebsite { .. }
            | Change::SetExternalId { .. }
            | Change::SetCompanyStatus { .. }
            | Change::RemoveCompany { .. }
            | Change::AddProduct(_)
            | Change::RenameProduct { .. }
            | Change::RemoveProduct { .. }
            | Change::Clear => Ok(None),
        }
    }

    /// Edits a subscription, keeping what it was and stamping the change.
    pub(crate) fn edit(
        &mut self,
        id: String,
        now: Timestamp,
        change: impl FnOnce(&mut Subscription),
    ) -> Result<Option<String>, UnknownRecord> {
        self.version += 1;
        let before = self.subscriptions.get(&id).cloned();
        let Some(row) = self.subscriptions.edit(&id) else {
            return Err(UnknownRecord {
                kind: "subscription",
                id,
            });
        };
        change(row);
        row.updated = Some(now);
        self.history.entry(id.clone()).or_default().extend(before);
        Ok(Some(id))
    }

    fn edit_company(
        &mut self,
        id: String,
        now: Timestamp,
        change: impl FnOnce(&mut Company),
    ) -> Result<Option<String>, UnknownRecord> {
        found("company", id, |id| {
            self.companies
                .edit(id)
                .map(|row| {
                    change(row);
                    row.updated = Some(now);
                })
                .is_some()
        })
    }
}

/// The UTC day of an instant.
pub(crate) fn day_of(at: Timestamp) -> Date {
    at.to_zoned_datetime(TimeZone::UTC).date()
}

fn found(
    kind: &'static str,
    id: String,
    act: impl FnOnce(&str) -> bool,
) -> Result<Option<String>, UnknownRecord> {
    if act(&id) {
        Ok(Some(id))
    } else {
        Err(UnknownRecord { kind, id })
    }
}
