//! Clients with what they bring a month, in an order of choice.

use db::{OrgTx, Row};
use money::{Amount, Currency};
use serde::{Deserialize, Serialize};

use super::{Client, ListClients, store};
use crate::{
    error::Result,
    http::{List, PageQuery, Paging, filters},
    ids::ClientId,
};

/// What the subscriptions that feed a client's active recurring invoices bring and cost a month, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earnings {
    /// At the bill price; none: unknown.
    pub revenue: Option<Amount>,
    /// What is left of those whose cost and price are known; none: unknown.
    pub margin: Option<Amount>,
    /// How many of the subscriptions lack a price or a cost.
    pub unknown: u32,
}

/// The order of a list of clients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClientOrder {
    /// By name.
    #[default]
    Name,
    /// By monthly revenue.
    Revenue {
        /// The highest first.
        falling: bool,
    },
    /// By monthly margin.
    Margin {
        /// The highest first.
        falling: bool,
    },
}

/// The place of a client in the list: by name, the name; by an amount, the currency, whether it has none, the amount in the
/// direction of the list. Amounts of different currencies are never compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub text: String,
    pub without: i64,
    pub amount: i64,
    pub id: ClientId,
}

impl ClientOrder {
    /// The order that an address names; by name where it names none.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        match name {
            "revenue" => Self::Revenue { falling: false },
            "-revenue" => Self::Revenue { falling: true },
            "margin" => Self::Margin { falling: false },
            "-margin" => Self::Margin { falling: true },
            _ => Self::Name,
        }
    }

    /// What multiplies revenue and margin so that rising numbers are the order.
    pub(super) fn factors(self) -> (i64, i64) {
        let sign = |falling| if falling { -1 } else { 1 };
        match self {
            Self::Name => (0, 0),
            Self::Revenue { falling } => (sign(falling), 0),
            Self::Margin { falling } => (0, sign(falling)),
        }
    }
}

/// A page of clients with what they bring, in an order. Those in the currency `first` come before those in others where the
/// order is by amount; those without an amount come last in their currency.
///
/// # Errors
/// When the page asked for is refused.
pub async fn list_by_earnings(
    tx: &mut OrgTx,
    filter: &ListClients,
    order: ClientOrder,
    first: Currency,
    page: &PageQuery,
) -> Result<List<(Client, Earnings)>> {
    let paging: Paging<Place> = page.paging()?;
    let rows = store::list_by_earnings(tx, filter, order, first, &paging).await?;
    let list = paging.list(rows, |(place, ..)| place.clone())?;
    Ok(list.map(|(_, client, earnings)| (client, earnings)))
}

/// What a client brings.
///
/// # Errors
/// When the database is gone.
pub async fn earnings_of(tx: &mut OrgTx, client: &Client) -> Result<Earnings> {
    store::earnings_of(tx, client).await
}

impl Earnings {
    /// In words, where some of the subscriptions cannot be counted.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        match self.unknown {
            0 => None,
            1 => Some("1 subscription without price or cost".to_owned()),
            many => Some(format!("{many} subscriptions without price or cost")),
        }
    }

    /// The margin's share of the revenue, where everything is known.
    #[must_use]
    pub fn share(&self) -> Option<String> {
        let (margin, revenue) = self.margin.zip(self.revenue)?;
        filters::percent(&margin, &revenue).filter(|_| self.unknown == 0)
    }

    pub(super) fn read(row: &Row, currency: Currency) -> Result<Self> {
        let amount = |minor: Option<i64>| minor.map(|minor| Amount::from_minor(minor, currency));
        Ok(Self {
            revenue: amount(row.get("revenue")?),
            margin: amount(row.get("margin")?),
            unknown: row.get::<Option<u32>>("unknown")?.unwrap_or(0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_the_order() {
        assert_eq!(ClientOrder::parse(""), ClientOrder::Name);
        assert_eq!(ClientOrder::parse("nonsense"), ClientOrder::Name);
        assert_eq!(ClientOrder::parse("-revenue").factors(), (-1, 0));
        assert_eq!(ClientOrder::parse("margin").factors(), (0, 1));
    }
}
