//! Every SQL statement about syncs and about what they store of Pax8's estate.

pub(super) mod changes;
pub(super) mod companies;
pub(super) mod estate;
pub(super) mod leases;
pub(super) mod products;
pub(super) mod subscriptions;
pub(super) mod syncs;
