//! Clients with what they bring a month, in an order of choice.

use std::{collections::HashMap, sync::Arc};

use db::{OrgTx, Row};
use money::{Amount, Currency};
use serde::{Deserialize, Serialize};

use super::{Client, ClientStatus, ListClients, find_clients, list_clients, store};
use crate::{
    error::{Error, Result},
    http::{List, PageQuery, Paging, filters},
    ids::ClientId,
};

/// What the subscriptions that feed a client's active recurring invoices bring and cost a month, as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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

/// The place of a client in the list by an amount: the currency, whether it has none, the amount in the direction of the list.
/// Amounts of different currencies are never compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    text: String,
    without: bool,
    amount: i64,
    id: ClientId,
}

/// A client with what it brings, and what lists are narrowed by.
pub(super) struct Ranked {
    pub id: ClientId,
    pub status: ClientStatus,
    pub currency: Currency,
    pub search_text: String,
    pub earnings: Earnings,
}

/// Every client of an organization with what it brings: to put them in order takes all of them.
struct Ranking(Vec<Ranked>);

impl Ranking {
    async fn load(tx: &mut OrgTx) -> Result<Arc<Self>> {
        tx.kept(async |tx| store::ranked(tx).await.map(Self)).await
    }

    /// Those that a filter leaves.
    fn filtered(&self, filter: &ListClients) -> impl Iterator<Item = &Ranked> {
        let text = filter.q.as_deref().unwrap_or_default();
        let text = text.trim().to_lowercase().replace('\0', "");
        let status = filter.status;
        self.0.iter().filter(move |it| {
            status.is_none_or(|status| status == it.status) && it.search_text.contains(&text)
        })
    }
}

impl Ranked {
    /// What the list is sorted by, the lowest first.
    fn place(&self, order: ClientOrder, first: Currency) -> (&'static str, bool, i64, ClientId) {
        let (amount, falling) = match order {
            ClientOrder::Margin { falling } => (self.earnings.margin, falling),
            ClientOrder::Revenue { falling } => (self.earnings.revenue, falling),
            ClientOrder::Name => (None, false),
        };
        let minor = amount.map_or(0, Amount::minor);
        let minor = if falling {
            minor.saturating_neg()
        } else {
            minor
        };
        let own = self.currency == first;
        let currency = if own { "" } else { self.currency.code() };
        (currency, amount.is_none(), minor, self.id)
    }
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
    let ranking = Ranking::load(tx).await?;
    if order == ClientOrder::Name {
        let list = list_clients(tx, filter, page).await?;
        let earnings: HashMap<ClientId, Earnings> =
            ranking.0.iter().map(|it| (it.id, it.earnings)).collect();
        return Ok(list.map(|client| {
            let earnings = earnings.get(&client.id).copied();
            (client, earnings.unwrap_or_default())
        }));
    }
    let paging: Paging<Place> = page.paging()?;
    let mut ranked: Vec<_> = ranking
        .filtered(filter)
        .map(|it| (it.place(order, first), it.earnings))
        .collect();
    ranked.sort_unstable_by_key(|(place, _)| *place);
    let after = paging.after.as_ref();
    let after = after.map(|it| (it.text.as_str(), it.without, it.amount, it.id));
    let start = ranked.partition_point(|(place, _)| after.is_some_and(|after| *place <= after));
    let fetch = usize::try_from(paging.fetch()).map_err(Error::internal)?;
    let shown: Vec<_> = ranked.into_iter().skip(start).take(fetch).collect();
    let ids = shown.iter().map(|((.., id), _)| *id);
    let mut clients = find_clients(tx, ids).await?;
    let rows = shown
        .into_iter()
        .filter_map(|((text, without, amount, id), earnings)| {
            let place = Place {
                text: text.to_owned(),
                without,
                amount,
                id,
            };
            Some((place, clients.remove(&id)?, earnings))
        });
    let list = paging.list(rows.collect(), |(place, ..)| place.clone())?;
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
        let falling = ClientOrder::Revenue { falling: true };
        assert_eq!(ClientOrder::parse("-revenue"), falling);
        let rising = ClientOrder::Margin { falling: false };
        assert_eq!(ClientOrder::parse("margin"), rising);
    }
}
