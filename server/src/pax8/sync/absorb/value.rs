//! What a change is worth: by how much it moves monthly revenue and cost.

use billing::{Pricing, SubscriptionStatus};
use money::{Amount, Currency};

use super::facts::SubscriptionFacts;
use crate::pax8::subscriptions::{PriceFacts, Worth};

/// A subscription's part in the monthly figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// It takes no part: it is not there, or ended, or free of charge.
    Nothing,
    /// It is worth this, as far as it can be told.
    Worth(Worth),
}

pub(super) fn worth(
    facts: &SubscriptionFacts,
    pricing: &Pricing,
    currency: Option<Currency>,
) -> Worth {
    let facts = PriceFacts {
        quantity: facts.quantity,
        billing_term: facts.billing_term.as_deref(),
        currency: facts.currency.as_deref(),
        price: facts.price,
        partner_cost: facts.partner_cost,
    };
    Worth::of(&facts, pricing, currency)
}

impl Value {
    pub(super) fn of(
        facts: &SubscriptionFacts,
        pricing: &Pricing,
        currency: Option<Currency>,
    ) -> Self {
        use SubscriptionStatus::{Cancelled, Converted, Trial};
        let status = facts.status.as_deref().map(SubscriptionStatus::from);
        match status {
            Some(Cancelled | Converted | Trial) => Self::Nothing,
            _ => Self::Worth(worth(facts, pricing, currency)),
        }
    }

    /// The change in monthly revenue and in monthly cost from this value to the next; none where it cannot be told.
    pub(super) fn change_to(self, next: Self) -> (Option<Amount>, Option<Amount>) {
        (
            change(
                self.part(|it| it.monthly_revenue),
                next.part(|it| it.monthly_revenue),
            ),
            change(
                self.part(|it| it.monthly_cost),
                next.part(|it| it.monthly_cost),
            ),
        )
    }

    fn part(self, pick: impl Fn(&Worth) -> Option<Amount>) -> Part {
        match self {
            Self::Nothing => Part::Nothing,
            Self::Worth(worth) => pick(&worth).map_or(Part::Unknown, Part::Known),
        }
    }
}

#[derive(Clone, Copy)]
enum Part {
    Nothing,
    Unknown,
    Known(Amount),
}

fn change(before: Part, after: Part) -> Option<Amount> {
    let change = match (before, after) {
        (Part::Known(before), Part::Known(after)) => after.checked_sub(before).ok(),
        (Part::Nothing, Part::Known(after)) => Some(after),
        (Part::Known(before), Part::Nothing) => before.checked_neg().ok(),
        _ => None,
    };
    change.filter(|amount| !amount.is_zero())
}

#[cfg(test)]
mod tests {
    use billing::Markup;

    use super::*;

    fn facts(quantity: &str, status: &str) -> SubscriptionFacts {
        SubscriptionFacts {
            quantity: quantity.parse().ok(),
            partner_cost: "10".parse().ok(),
            currency: Some("USD".to_owned()),
            billing_term: Some("Monthly".to_owned()),
            status: Some(status.to_owned()),
            ..SubscriptionFacts::default()
        }
    }

    fn value(quantity: &str, status: &str) -> Value {
        let pricing = Pricing {
            markup: Markup::percentage("20".parse().unwrap()).ok(),
            override_price: None,
        };
        Value::of(&facts(quantity, status), &pricing, None)
    }

    fn told(change: (Option<Amount>, Option<Amount>)) -> [String; 2] {
        let text = |amount: Option<Amount>| amount.map_or(String::new(), |it| it.to_string());
        [text(change.0), text(change.1)]
    }

    #[test]
    fn d9_more_seats_bring_and_cost_more() {
        let change = value("5", "Active").change_to(value("7", "Active"));
        assert_eq!(told(change), ["24.00", "20.00"]);
    }

    #[test]
    fn d9_an_end_takes_all_of_it_away_and_a_beginning_brings_it() {
        let (active, ended) = (value("5", "Active"), value("5", "Cancelled"));
        assert_eq!(told(active.change_to(ended)), ["-60.00", "-50.00"]);
        assert_eq!(told(Value::Nothing.change_to(active)), ["60.00", "50.00"]);
        assert_eq!(told(ended.change_to(Value::Nothing)), ["", ""]);
    }

    #[test]
    fn d7_what_is_unknown_is_not_counted_as_nothing() {
        assert_eq!(
            told(value("", "Active").change_to(value("5", "Active"))),
            ["", ""]
        );
    }
}
