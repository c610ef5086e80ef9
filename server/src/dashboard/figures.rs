//! The sums in words.

use money::Amount;

use super::store::{Held, Sum, Waiting};
use crate::http::filters;

/// What a month brings and costs in one currency.
pub(super) struct Month {
    pub currency: &'static str,
    pub revenue: String,
    pub cost: String,
    pub margin: String,
    pub loses: bool,
    /// The margin in percent of the revenue.
    pub share: Option<String>,
    pub subscriptions: String,
}

/// Something that waits for a decision.
pub(super) struct Decision {
    pub icon: &'static str,
    pub text: String,
    pub note: String,
    pub url: &'static str,
}

impl Month {
    pub(super) fn of(sum: &Sum) -> Option<Self> {
        let margin = sum.revenue.checked_sub(sum.cost).ok()?;
        Some(Self {
            currency: currency_code(sum.revenue),
            revenue: filters::money(&sum.revenue),
            cost: filters::money(&sum.cost),
            margin: filters::money(&margin),
            loses: margin.is_negative(),
            share: filters::percent(&margin, &sum.revenue)
                .map(|share| format!("{share} of revenue")),
            subscriptions: counted(sum.count, "linked subscription", "linked subscriptions"),
        })
    }
}

fn currency_code(amount: Amount) -> &'static str {
    amount.currency().code()
}

/// Everything that is linked waits for fresh data.
pub(super) fn stale(months: &[Sum]) -> Option<Decision> {
    let worth: Vec<_> = months
        .iter()
        .map(|sum| filters::money(&sum.revenue))
        .collect();
    (!worth.is_empty()).then(|| Decision {
        icon: "clock",
        text: "Pax8 data is older than 48 hours".to_owned(),
        note: format!(
            "{} a month is held until a sync succeeds",
            worth.join(" + ")
        ),
        url: "/admin/integrations/pax8",
    })
}

pub(super) fn unmapped(count: u32, costs: &[Sum]) -> Option<Decision> {
    let costs: Vec<_> = costs.iter().map(|sum| filters::money(&sum.cost)).collect();
    (count > 0).then(|| Decision {
        icon: "unlink",
        text: format!("{} unmapped", counted(count, "company", "companies")),
        note: if costs.is_empty() {
            "with active subscriptions".to_owned()
        } else {
            format!("costing {} a month", costs.join(" + "))
        },
        url: "/admin/integrations/pax8?mapped=false",
    })
}

pub(super) fn not_linked(count: u32, sums: &[Sum]) -> Option<Decision> {
    let worth: Vec<_> = sums
        .iter()
        .map(|sum| filters::money(&sum.revenue))
        .collect();
    (count > 0).then(|| Decision {
        icon: "link",
        text: format!(
            "{} not linked",
            counted(count, "active subscription", "active subscriptions")
        ),
        note: if worth.is_empty() {
            "in companies without a client".to_owned()
        } else {
            format!("{} a month is not billed", worth.join(" + "))
        },
        url: "/admin/integrations/pax8/subscriptions?show=not_linked",
    })
}

pub(super) fn below_cost(sums: &[Sum]) -> Option<Decision> {
    let count = total(sums);
    let lost: Vec<_> = sums
        .iter()
        .filter_map(|sum| sum.cost.checked_sub(sum.revenue).ok())
        .map(|lost| filters::money(&lost))
        .collect();
    (count > 0).then(|| Decision {
        icon: "warning",
        text: format!(
            "{} below cost",
            counted(count, "subscription", "subscriptions")
        ),
        note: format!("losing {} a month", lost.join(" + ")),
        url: "/admin/integrations/pax8/subscriptions?show=below_cost",
    })
}

pub(super) fn held(held: &Held) -> Vec<Decision> {
    let decision = |waiting: &Waiting, what: &str| {
        (waiting.count > 0).then(|| Decision {
            icon: "pause",
            text: format!(
                "{} {what}",
                counted(waiting.count, "linked subscription", "linked subscriptions")
            ),
            note: waits(waiting),
            url: "/admin/integrations/pax8/subscriptions?show=held",
        })
    };
    [
        decision(&held.missing, "missing from Pax8"),
        decision(&held.changed, "moved or changed product"),
        decision(&held.unpriced, "without a price or quantity"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn waits(waiting: &Waiting) -> String {
    let worth: Vec<_> = waiting.worth.iter().map(filters::money).collect();
    if worth.is_empty() {
        "held: the next invoice waits as a draft".to_owned()
    } else {
        format!("{} a month waits in drafts", worth.join(" + "))
    }
}

fn total(sums: &[Sum]) -> u32 {
    sums.iter().map(|sum| sum.count).sum()
}

pub(super) fn counted(count: u32, one: &str, many: &str) -> String {
    let number = filters::grouped(&count.to_string());
    format!("{number} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use money::Currency;

    use super::*;

    fn sum(revenue: i64, cost: i64) -> Sum {
        Sum {
            count: 2,
            revenue: Amount::from_minor(revenue, Currency::USD),
            cost: Amount::from_minor(cost, Currency::USD),
        }
    }

    #[test]
    fn a_month_says_what_is_left_and_what_part_that_is() {
        let month = Month::of(&sum(12_000, 10_000)).unwrap();
        assert_eq!(
            (month.margin.as_str(), month.share.as_deref()),
            ("$20.00", Some("16.7% of revenue"))
        );
        let loss = Month::of(&sum(0, 340)).unwrap();
        assert_eq!(
            (loss.margin.as_str(), loss.loses, loss.share),
            ("\u{2212}$3.40", true, None)
        );
    }

    #[test]
    fn what_is_in_order_asks_for_no_decision() {
        assert!(unmapped(0, &[]).is_none());
        assert!(stale(&[]).is_none());
        assert!(not_linked(0, &[]).is_none());
        assert!(below_cost(&[]).is_none());
        assert!(held(&Held::default()).is_empty());
    }

    #[test]
    fn a_decision_says_how_many_and_how_much() {
        let decision = below_cost(&[sum(10_000, 10_340)]).unwrap();
        assert_eq!(decision.text, "2 subscriptions below cost");
        assert_eq!(decision.note, "losing $3.40 a month");
        let decision = unmapped(2, &[sum(0, 64_000)]).unwrap();
        assert_eq!(decision.note, "costing $640.00 a month");
        let decision = stale(&[sum(39_924, 0)]).unwrap();
        assert_eq!(
            decision.note,
            "$399.24 a month is held until a sync succeeds"
        );
        let waiting = Waiting {
            count: 1,
            worth: vec![Amount::from_minor(39_924, Currency::USD)],
        };
        let held = held(&Held {
            missing: waiting,
            ..Held::default()
        });
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].note, "$399.24 a month waits in drafts");
    }
}
