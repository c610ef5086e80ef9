//! A small estate composed by hand: fifteen companies and about sixty
//! subscriptions, so awkward that every state a product over Pax8 knows can be
//! seen. Ids are constant; dates follow the clock the sandbox starts with.
//! [`clients`] says which clients an MSP would have beside it.

mod companies;
mod products;
mod subscriptions;

use jiff::Timestamp;

pub use companies::{Client, clients};

use crate::estate::{Records, day_of};

pub(crate) fn estate(now: Timestamp) -> Records {
    let subscriptions = subscriptions::subscriptions(day_of(now));
    Records::new(
        companies::companies(now),
        products::products(),
        subscriptions,
    )
}

/// The id of demo company `number`, from 1 in the order of the list.
#[must_use]
pub fn company_id(number: u32) -> String {
    format!("c0000000-0000-4000-8000-{number:012}")
}

/// The id of demo product `number`, from 1.
#[must_use]
pub fn product_id(number: u32) -> String {
    format!("b0000000-0000-4000-8000-{number:012}")
}

/// The id of demo subscription `number`, from 1.
#[must_use]
pub fn subscription_id(number: u32) -> String {
    format!("50000000-0000-4000-8000-{number:012}")
}

/// Places in the estate worth showing, by the ids they have.
pub mod landmarks {
    use super::{company_id, subscription_id};

    /// Matches its client by reference alone.
    #[must_use]
    pub fn matched_by_reference() -> String {
        company_id(1)
    }

    /// Two companies that could both be one client's.
    #[must_use]
    pub fn ambiguous_pair() -> [String; 2] {
        [company_id(6), company_id(7)]
    }

    /// Matches no client.
    #[must_use]
    pub fn unmatched() -> String {
        company_id(9)
    }

    /// Holds no subscription.
    #[must_use]
    pub fn without_subscriptions() -> String {
        company_id(10)
    }

    /// Its partner cost is absent.
    #[must_use]
    pub fn without_cost() -> String {
        subscription_id(9)
    }

    /// Its quantity is absent.
    #[must_use]
    pub fn without_quantity() -> String {
        subscription_id(25)
    }

    /// Its status is a word nobody knows.
    #[must_use]
    pub fn unknown_status() -> String {
        subscription_id(23)
    }
}
