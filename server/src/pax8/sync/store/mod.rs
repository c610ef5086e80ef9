//! Every SQL statement about syncs and about what they store of Pax8's estate.

pub(super) mod changes;
pub(super) mod companies;
pub(super) mod estate;
pub(super) mod leases;
pub(super) mod products;
pub(super) mod subscriptions;
pub(super) mod syncs;

/// The tables that hold what syncs store of Pax8's estate, and those that sums join it with.
pub(super) const ESTATE: [&str; 7] = [
    "client",
    "pax8_change",
    "pax8_company",
    "pax8_product",
    "pax8_subscription",
    "recurring_invoice",
    "subscription_billing",
];
