//! What a subscription is worth: its price, and what it brings and costs a month.

use billing::{BillPrice, BillingTerm, Pricing, bill_price, cost_of, monthly_cost, monthly_total};
use money::{Amount, Currency};
use rust_decimal::Decimal;

/// What Pax8 says about price and quantity. Absent is unknown, never zero.
#[derive(Debug, Clone, Copy, Default)]
pub struct PriceFacts<'a> {
    /// How many units.
    pub quantity: Option<Decimal>,
    /// What one price buys, as Pax8 wrote it.
    pub billing_term: Option<&'a str>,
    /// The currency of both prices, as Pax8 wrote it.
    pub currency: Option<&'a str>,
    /// Pax8's `price`, per unit and term.
    pub price: Option<Decimal>,
    /// Pax8's `partnerCost`, per unit and term.
    pub partner_cost: Option<Decimal>,
}

/// What a subscription is worth, as far as it can be told. All amounts are in one currency: the client's, or Pax8's while
/// the company is not mapped. Nothing is ever converted, so a subscription in another currency than its client's is worth
/// nothing that can be told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Worth {
    /// The price of one unit for one term, with the rule that made it.
    pub bill_price: Option<BillPrice>,
    /// What it brings a month; unknown for terms that do not repeat.
    pub monthly_revenue: Option<Amount>,
    /// What it costs a month; unknown for terms that do not repeat.
    pub monthly_cost: Option<Amount>,
}

impl Worth {
    /// Computes it. `client_currency` is that of the client the company is mapped to, if it is mapped.
    #[must_use]
    pub fn of(
        facts: &PriceFacts<'_>,
        pricing: &Pricing,
        client_currency: Option<Currency>,
    ) -> Self {
        let given = facts
            .currency
            .map(str::trim)
            .filter(|text| !text.is_empty());
        let own: Option<Currency> = given.and_then(|text| text.to_uppercase().parse().ok());
        match (own, client_currency) {
            (Some(own), None) => Self::in_currency(own, facts, pricing),
            (Some(own), Some(client)) if own == client => Self::in_currency(own, facts, pricing),
            // An override is in the client's currency and needs no word from Pax8 on its own.
            (None, Some(client)) if given.is_none() && pricing.override_price.is_some() => {
                let without_cost = PriceFacts {
                    price: None,
                    partner_cost: None,
                    ..*facts
                };
                Self::in_currency(client, &without_cost, pricing)
            }
            _ => Self::default(),
        }
    }

    fn in_currency(currency: Currency, facts: &PriceFacts<'_>, pricing: &Pricing) -> Self {
        let term = BillingTerm::from(facts.billing_term.unwrap_or_default());
        let cost = cost_of(facts.partner_cost, facts.price);
        // A figure too large for the computation is as unknown as an absent one.
        let bill_price = bill_price(cost.as_ref(), pricing, currency).ok().flatten();
        let monthly_revenue = bill_price
            .zip(facts.quantity)
            .and_then(|(price, quantity)| {
                monthly_total(price.unit, quantity, &term).ok().flatten()
            });
        let monthly_cost = cost.zip(facts.quantity).and_then(|(cost, quantity)| {
            monthly_cost(cost.amount, quantity, &term, currency)
                .ok()
                .flatten()
        });
        Self {
            bill_price,
            monthly_revenue,
            monthly_cost,
        }
    }

    /// Whether it is sold for less than it costs; false where either is unknown.
    #[must_use]
    pub fn below_cost(&self) -> bool {
        self.bill_price.is_some_and(|price| price.below_cost)
    }

    /// What is left of a month's revenue; unknown where either side is.
    #[must_use]
    pub fn monthly_margin(&self) -> Option<Amount> {
        let (revenue, cost) = self.monthly_revenue.zip(self.monthly_cost)?;
        revenue.checked_sub(cost).ok()
    }
}

#[cfg(test)]
mod tests {
    use billing::Markup;
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn facts(currency: Option<&'static str>) -> PriceFacts<'static> {
        PriceFacts {
            quantity: Some(decimal("6")),
            billing_term: Some("Annual"),
            currency,
            price: Some(decimal("300")),
            partner_cost: Some(decimal("226.80")),
        }
    }

    fn percent(percent: &str) -> Pricing {
        Pricing {
            markup: Some(Markup::percentage(decimal(percent)).unwrap()),
            override_price: None,
        }
    }

    fn override_of(price: &str) -> Pricing {
        Pricing {
            markup: None,
            override_price: Some(decimal(price)),
        }
    }

    fn text(amount: Option<Amount>) -> String {
        amount.map_or_else(|| "unknown".to_owned(), |amount| amount.to_string())
    }

    #[test]
    fn d20_a_yearly_price_is_worth_a_twelfth_a_month() {
        let worth = Worth::of(&facts(Some("USD")), &percent("20"), Some(Currency::USD));
        assert_eq!(worth.bill_price.unwrap().unit.to_string(), "272.16");
        assert_eq!(text(worth.monthly_revenue), "136.08");
        assert_eq!(text(worth.monthly_cost), "113.40");
        assert_eq!(text(worth.monthly_margin()), "22.68");
        assert!(!worth.below_cost());
    }

    #[test]
    fn d18_a_price_below_the_cost_is_marked() {
        let worth = Worth::of(
            &facts(Some("USD")),
            &override_of("220"),
            Some(Currency::USD),
        );
        assert!(worth.below_cost());
        assert_eq!(text(worth.monthly_margin()), "-3.40");
    }

    #[test]
    fn d19_another_currency_than_the_clients_is_never_converted() {
        for pricing in [percent("20"), override_of("220")] {
            let worth = Worth::of(&facts(Some("EUR")), &pricing, Some(Currency::USD));
            assert_eq!(worth, Worth::default());
        }
        let unmapped = Worth::of(&facts(Some("eur")), &percent("20"), None);
        assert_eq!(unmapped.bill_price.unwrap().unit.currency().code(), "EUR");
    }

    #[test]
    fn d7_an_unknown_currency_leaves_only_an_override_to_go_by() {
        assert_eq!(
            Worth::of(&facts(None), &percent("20"), Some(Currency::USD)),
            Worth::default()
        );
        let worth = Worth::of(&facts(Some(" ")), &override_of("10"), Some(Currency::USD));
        assert_eq!(text(worth.monthly_revenue), "5.00");
        assert_eq!((worth.monthly_cost, worth.below_cost()), (None, false));
        assert_eq!(
            Worth::of(&facts(Some("???")), &override_of("10"), Some(Currency::USD)),
            Worth::default()
        );
    }

    #[test]
    fn d7_an_unknown_quantity_or_price_leaves_the_month_unknown() {
        let usd = Some(Currency::USD);
        let no_quantity = PriceFacts {
            quantity: None,
            ..facts(Some("USD"))
        };
        let worth = Worth::of(&no_quantity, &percent("20"), usd);
        assert!(worth.bill_price.is_some());
        assert_eq!((worth.monthly_revenue, worth.monthly_cost), (None, None));
        let no_price = PriceFacts {
            price: None,
            partner_cost: None,
            ..facts(Some("USD"))
        };
        assert_eq!(Worth::of(&no_price, &percent("20"), usd), Worth::default());
        let once = PriceFacts {
            billing_term: Some("One-Time"),
            ..facts(Some("USD"))
        };
        assert_eq!(Worth::of(&once, &percent("20"), usd).monthly_revenue, None);
    }

    proptest! {
        #[test]
        fn nothing_that_pax8_can_say_makes_it_fail(
            quantity in proptest::option::of("-?[0-9]{1,15}"),
            price in proptest::option::of("[0-9]{1,20}\\.[0-9]{1,8}"),
            term in proptest::option::of("[A-Za-z0-9-]{0,8}"),
        ) {
            let facts = PriceFacts {
                quantity: quantity.as_deref().map(decimal),
                billing_term: term.as_deref(),
                currency: Some("USD"),
                price: price.as_deref().map(decimal),
                partner_cost: None,
            };
            let worth = Worth::of(&facts, &percent("1000"), Some(Currency::USD));
            prop_assert!(!worth.below_cost());
        }
    }
}
