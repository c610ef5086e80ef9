//! A deterministic estate of any size. Every record has a random stream of its
//! own, so the first companies are the same in a small and a large estate.
//! Subscriptions come in the order of their creation, which is also the order
//! clients ask for, so that no list has to be sorted twice.

mod catalogue;
mod companies;
mod names;
mod products;
mod subscriptions;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::config::SandboxConfig;
use crate::estate::{Records, day_of};

/// Draws the estate a configuration asks for.
pub(crate) fn estate(config: &SandboxConfig) -> Records {
    let today = day_of(config.now);
    let companies = companies::companies(config.seed, config.companies, config.now);
    let products = products::products(config.seed, config.products);
    let subscriptions = subscriptions::subscriptions(config, &companies, &products, today);
    Records::new(companies, products, subscriptions)
}

/// A customer's price for this cost: a fifth more, to the cent, and exact
/// below a cent.
pub(crate) fn retail(cost: Decimal) -> Decimal {
    let price = cost * Decimal::new(12, 1);
    if price < Decimal::new(1, 1) {
        return price.normalize();
    }
    price.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}
