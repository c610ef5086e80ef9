//! The sums in words.

use billing::HoldReason;
use money::{Amount, Currency};

use super::store::{MonthSum, Sum};
use crate::{
    accounts::Costs, deliveries::Trouble, http::filters, invoices::InvoiceSum,
    pax8::subscriptions::Subscription,
};

/// What a month brings and costs in one currency.
pub(super) struct Month {
    pub currency: &'static str,
    pub revenue: String,
    pub subscriptions: String,
    /// None: not for the visitor's eyes.
    pub earnings: Option<Earnings>,
}

/// What a month costs and leaves.
pub(super) struct Earnings {
    pub cost: String,
    /// None: of no subscription price and cost are both known.
    pub margin: Option<String>,
    pub loses: bool,
    /// The margin in percent of the revenue, and what is not in it.
    pub note: Option<String>,
}

/// Something that waits for a decision.
pub(super) struct Decision {
    pub icon: &'static str,
    pub text: String,
    pub note: String,
    pub url: &'static str,
}

impl Decision {
    /// Whether its page opens for somebody: those of Pax8 not for everybody.
    pub(super) fn opens(&self, pax8: &bool) -> bool {
        *pax8 || !self.url.starts_with("/admin/")
    }
}

impl Month {
    pub(super) fn of(sum: &MonthSum, costs: Costs) -> Self {
        let all = &sum.all;
        Self {
            currency: currency_code(all.revenue),
            revenue: filters::money(&all.revenue),
            subscriptions: counted(all.count, "linked subscription", "linked subscriptions"),
            earnings: (costs == Costs::Shown).then(|| Earnings::of(sum)),
        }
    }
}

impl Earnings {
    fn of(sum: &MonthSum) -> Self {
        let share = sum
            .margin
            .and_then(|margin| filters::percent(&margin, &sum.revenue_of_known));
        let share = share.map(|share| format!("{share} of revenue"));
        let without = (sum.unknown > 0)
            .then(|| format!("{} without a price or cost not counted", sum.unknown));
        let notes: Vec<String> = share.into_iter().chain(without).collect();
        Self {
            cost: filters::money(&sum.all.cost),
            margin: sum.margin.as_ref().map(filters::money),
            loses: sum.margin.is_some_and(Amount::is_negative),
            note: (!notes.is_empty()).then(|| notes.join(", ")),
        }
    }
}

fn currency_code(amount: Amount) -> &'static str {
    amount.currency().code()
}

/// Invoices that are past due.
pub(super) fn overdue(sums: &[InvoiceSum]) -> Option<Decision> {
    let count: u32 = sums.iter().map(|sum| sum.count).sum();
    let left: Vec<_> = sums.iter().map(|sum| filters::money(&sum.total)).collect();
    (count > 0).then(|| Decision {
        icon: "card",
        text: format!("{} overdue", counted(count, "invoice", "invoices")),
        note: format!("{} is not paid", left.join(" + ")),
        url: "/invoices?status=overdue",
    })
}

/// Invoices that were not sent, or perhaps not.
pub(super) fn not_sent(trouble: Trouble) -> Vec<Decision> {
    let decision = |count: u32, what: &str, note: &str| {
        (count > 0).then(|| Decision {
            icon: "send",
            text: format!("{} {what}", counted(count, "invoice", "invoices")),
            note: note.to_owned(),
            url: "/deliveries",
        })
    };
    let failed = decision(
        trouble.failed,
        "not sent",
        "the mail server did not take them",
    );
    let unknown = decision(
        trouble.unknown,
        "perhaps not sent",
        "ask the client, or send again",
    );
    failed.into_iter().chain(unknown).collect()
}

/// Everything that is linked waits for fresh data.
pub(super) fn stale(months: &[MonthSum]) -> Option<Decision> {
    let worth: Vec<_> = months
        .iter()
        .map(|sum| filters::money(&sum.all.revenue))
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
            counted(count, "subscription", "subscriptions")
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

/// How many linked subscriptions wait for one kind of decision, and what those are worth whose worth is known.
#[derive(Debug, Clone, Default)]
struct Waiting {
    count: u32,
    worth: Vec<Amount>,
}

impl Waiting {
    fn add(&mut self, worth: Option<Amount>) {
        self.count += 1;
        let Some(worth) = worth else { return };
        let sum = self.of(worth.currency()).checked_add(worth);
        self.worth.retain(|it| it.currency() != worth.currency());
        self.worth.extend(sum.ok());
    }

    fn of(&self, currency: Currency) -> Amount {
        let known = self.worth.iter().find(|it| it.currency() == currency);
        known.copied().unwrap_or_else(|| Amount::zero(currency))
    }

    fn note(&self) -> String {
        let worth: Vec<_> = self.worth.iter().map(filters::money).collect();
        if worth.is_empty() {
            "held: the next invoice waits as a draft".to_owned()
        } else {
            format!("{} a month waits in drafts", worth.join(" + "))
        }
    }
}

/// Kinds of decisions about what is held, in words.
const KINDS: [&str; 5] = [
    "missing from Pax8",
    "moved or changed product",
    "pending or in an unknown status",
    "without a price or quantity",
    "with a term, date, currency or amount that cannot be billed",
];

/// Which of the [`KINDS`] a reason is.
fn kind(reason: Option<&HoldReason>) -> usize {
    use HoldReason as H;
    match reason {
        Some(H::Missing { .. }) => 0,
        Some(H::Moved | H::ProductChanged) => 1,
        Some(H::Pending { .. } | H::UnknownStatus { .. }) => 2,
        Some(H::UnknownQuantity | H::UnknownPrice) => 3,
        Some(
            H::Stale
            | H::UnknownTerm { .. }
            | H::UnknownStart
            | H::UnknownCurrency
            | H::WrongCurrency { .. }
            | H::AmountOutOfRange,
        )
        | None => 4,
    }
}

/// What is held, by the kind of decision that it waits for.
pub(super) fn held(held: &[(Subscription, Option<HoldReason>)]) -> Vec<Decision> {
    let mut waiting: [Waiting; KINDS.len()] = Default::default();
    for (subscription, reason) in held {
        let worth = subscription.worth().monthly_revenue;
        if let Some(kind) = waiting.get_mut(kind(reason.as_ref())) {
            kind.add(worth);
        }
    }
    decisions(&waiting)
}

fn decisions(waiting: &[Waiting; KINDS.len()]) -> Vec<Decision> {
    let kinds = waiting.iter().zip(KINDS);
    kinds
        .filter(|(waiting, _)| waiting.count > 0)
        .map(|(waiting, what)| Decision {
            icon: "pause",
            text: format!(
                "{} {what}",
                counted(waiting.count, "linked subscription", "linked subscriptions")
            ),
            note: waiting.note(),
            url: "/admin/integrations/pax8/subscriptions?show=held",
        })
        .collect()
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
    use super::*;

    fn sum(revenue: i64, cost: i64) -> Sum {
        Sum {
            count: 2,
            revenue: Amount::from_minor(revenue, Currency::USD),
            cost: Amount::from_minor(cost, Currency::USD),
        }
    }

    fn month(revenue: i64, cost: i64) -> MonthSum {
        let all = sum(revenue, cost);
        MonthSum {
            margin: all.revenue.checked_sub(all.cost).ok(),
            revenue_of_known: all.revenue,
            unknown: 0,
            all,
        }
    }

    #[test]
    fn a_month_says_what_is_left_and_what_part_that_is() {
        let told = |sum: &MonthSum| {
            let it = Month::of(sum, Costs::Shown).earnings.unwrap();
            (it.margin, it.loses, it.note)
        };
        assert_eq!(
            told(&month(12_000, 10_000)),
            (
                Some("$20.00".to_owned()),
                false,
                Some("16.7% of revenue".to_owned())
            )
        );
        assert_eq!(
            told(&month(0, 340)),
            (Some("\u{2212}$3.40".to_owned()), true, None)
        );
        let unknown = MonthSum {
            margin: None,
            unknown: 2,
            ..month(12_000, 0)
        };
        let note = "2 without a price or cost not counted".to_owned();
        assert_eq!(told(&unknown), (None, false, Some(note)));
        assert!(
            Month::of(&unknown, Costs::Hidden).earnings.is_none(),
            "not for everybody"
        );
    }

    #[test]
    fn what_is_in_order_asks_for_no_decision() {
        assert!(unmapped(0, &[]).is_none());
        assert!(stale(&[]).is_none());
        assert!(not_linked(0, &[]).is_none());
        assert!(below_cost(&[]).is_none());
        assert!(held(&[]).is_empty());
        assert!(overdue(&[]).is_none());
    }

    #[test]
    fn a_decision_says_how_many_and_how_much() {
        let decision = below_cost(&[sum(10_000, 10_340)]).unwrap();
        assert_eq!(decision.text, "2 subscriptions below cost");
        assert_eq!(decision.note, "losing $3.40 a month");
        let decision = unmapped(2, &[sum(0, 64_000)]).unwrap();
        assert_eq!(decision.note, "costing $640.00 a month");
        let decision = stale(&[month(39_924, 0)]).unwrap();
        assert_eq!(
            decision.note,
            "$399.24 a month is held until a sync succeeds"
        );
        let mut missing = Waiting::default();
        for minor in [39_900, 24] {
            missing.add(Some(Amount::from_minor(minor, Currency::USD)));
        }
        missing.add(None);
        let mut waiting: [Waiting; KINDS.len()] = Default::default();
        waiting[0] = missing;
        let held = decisions(&waiting);
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].text, "3 linked subscriptions missing from Pax8");
        assert_eq!(held[0].note, "$399.24 a month waits in drafts");
    }
}
