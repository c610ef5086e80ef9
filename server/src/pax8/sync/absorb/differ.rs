//! Differences between what Pax8 said before and what it says now.

use super::facts::{CompanyFacts, SubscriptionFacts};

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference<F> {
    pub field: &'static str,
    pub before: Option<String>,
    pub after: Option<String>,
    /// The record with this field and those before it changed, and those behind it not yet: what the change alone
    /// causes can be told from one state to the next, and adds up to what all of them cause.
    pub state: F,
}

/// Lists the differing fields, in the order given.
macro_rules! differences {
    ($name:ident($facts:ty): $($field:ident),* $(,)?) => {
        pub(super) fn $name(before: &$facts, after: &$facts) -> Vec<Difference<$facts>> {
            let mut state = before.clone();
            let mut found = Vec::new();
            $(
                if state.$field != after.$field {
                    state.$field = after.$field.clone();
                    found.push(Difference {
                        field: stringify!($field),
                        before: before.$field.as_ref().map(ToString::to_string),
                        after: after.$field.as_ref().map(ToString::to_string),
                        state: state.clone(),
                    });
                }
            )*
            found
        }
    };
}

differences!(of_companies(CompanyFacts): name, status, external_id, website);
differences!(of_subscriptions(SubscriptionFacts): parent_id, product_id, product_name, vendor, sku, currency, billing_term,
    quantity, price, partner_cost, commitment_term, commitment_end, start_date, billing_start, end_date, status);

/// Puts the last known value into fields that came back absent; lists those fields.
macro_rules! keep {
    ($now:ident, $before:ident: $($field:ident),* $(,)?) => {{
        let mut kept: Vec<&'static str> = Vec::new();
        $(
            if $now.$field.is_none() && $before.$field.is_some() {
                $now.$field = $before.$field.clone();
                kept.push(stringify!($field));
            }
        )*
        kept
    }};
}

/// The same for fields that Pax8 may take away: only where it said something there that could not be understood.
macro_rules! keep_unreadable {
    ($unreadable:ident, $now:ident, $before:ident: $($field:ident),* $(,)?) => {{
        let mut kept: Vec<&'static str> = Vec::new();
        $(
            if $unreadable.contains(&stringify!($field)) {
                kept.extend(keep!($now, $before: $field));
            }
        )*
        kept
    }};
}

/// A company always has a name and a status; without one, Pax8 left it out.
pub(super) fn keep_company(now: &mut CompanyFacts, before: &CompanyFacts, unreadable: &[&str]) {
    keep!(now, before: name, status);
    keep_unreadable!(unreadable, now, before: external_id, website);
}

/// Fills what Pax8 left out with what it last said, and lists those fields. An end date, a commitment or a parent that is
/// absent was taken away; one that cannot be read was not. What another product was called is not kept, and a price neither: not of another product, not in
/// another currency, not for another term.
pub(super) fn keep_subscription(
    now: &mut SubscriptionFacts,
    before: &SubscriptionFacts,
    unreadable: &[&str],
) -> Vec<&'static str> {
    let mut kept = keep!(now, before: product_id, currency, billing_term, quantity, start_date, billing_start, status);
    kept.extend(keep_unreadable!(unreadable, now, before: parent_id, commitment_term, commitment_end, end_date));
    if now.product_id == before.product_id {
        kept.extend(keep!(now, before: product_name, vendor, sku));
        if now.currency == before.currency && now.billing_term == before.billing_term {
            kept.extend(keep!(now, before: price, partner_cost));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> SubscriptionFacts {
        SubscriptionFacts {
            product_id: Some("p1".to_owned()),
            vendor: Some("Vendor".to_owned()),
            currency: Some("USD".to_owned()),
            billing_term: Some("Monthly".to_owned()),
            quantity: "5".parse().ok(),
            price: "10".parse().ok(),
            partner_cost: "8".parse().ok(),
            end_date: "2026-07-01".parse().ok(),
            status: Some("Active".to_owned()),
            ..SubscriptionFacts::default()
        }
    }

    #[test]
    fn d9_differences_name_field_before_and_after_and_lead_from_one_state_to_the_other() {
        let before = facts();
        let after = SubscriptionFacts {
            quantity: "7".parse().ok(),
            status: Some("PendingCancel".to_owned()),
            ..facts()
        };
        let found = of_subscriptions(&before, &after);
        let told: Vec<_> = found
            .iter()
            .map(|it| (it.field, it.before.as_deref(), it.after.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("quantity", Some("5"), Some("7")),
                ("status", Some("Active"), Some("PendingCancel"))
            ]
        );
        assert_eq!(found[0].state.status, before.status);
        assert_eq!(found[1].state, after);
        assert_eq!(of_subscriptions(&after, &after), []);
    }

    #[test]
    fn d7_what_came_back_absent_keeps_its_last_known_value() {
        let mut now = SubscriptionFacts {
            quantity: None,
            partner_cost: None,
            end_date: None,
            ..facts()
        };
        assert_eq!(
            keep_subscription(&mut now, &facts(), &[]),
            ["quantity", "partner_cost"]
        );
        assert_eq!(now.quantity, facts().quantity);
        assert_eq!(now.end_date, None, "an end that is absent was taken away");
    }

    #[test]
    fn d7_an_end_that_cannot_be_read_was_not_taken_away() {
        let mut now = SubscriptionFacts {
            end_date: None,
            ..facts()
        };
        let kept = keep_subscription(&mut now, &facts(), &["end_date", "commitment_end"]);
        assert_eq!(kept, ["end_date"]);
        assert_eq!(now.end_date, facts().end_date);
    }

    #[test]
    fn d7_zero_is_a_value() {
        let mut now = SubscriptionFacts {
            quantity: "0".parse().ok(),
            partner_cost: "0".parse().ok(),
            ..facts()
        };
        assert!(keep_subscription(&mut now, &facts(), &[]).is_empty());
        assert_eq!(now.quantity, "0".parse().ok());
    }

    #[test]
    fn d7_no_price_is_kept_over_another_product_currency_or_term() {
        for change in [
            |now: &mut SubscriptionFacts| now.product_id = Some("p2".to_owned()),
            |now: &mut SubscriptionFacts| now.currency = Some("EUR".to_owned()),
            |now: &mut SubscriptionFacts| now.billing_term = Some("Annual".to_owned()),
        ] {
            let mut now = SubscriptionFacts {
                price: None,
                partner_cost: None,
                ..facts()
            };
            change(&mut now);
            keep_subscription(&mut now, &facts(), &[]);
            assert_eq!((now.price, now.partner_cost), (None, None));
        }
    }
}
