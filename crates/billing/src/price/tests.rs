use proptest::prelude::*;

use super::*;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn partner(amount: &str) -> Cost {
    Cost {
        amount: dec(amount),
        basis: CostBasis::Partner,
    }
}

fn price(cost: Option<&Cost>, markup: Option<Markup>, override_price: Option<&str>) -> BillPrice {
    let pricing = Pricing {
        markup,
        override_price: override_price.map(dec),
    };
    bill_price(cost, &pricing, Currency::USD).unwrap().unwrap()
}

fn percent(value: &str) -> Option<Markup> {
    Some(Markup::percentage(dec(value)).unwrap())
}

fn fixed(value: &str) -> Option<Markup> {
    Some(Markup::fixed(dec(value)).unwrap())
}

#[test]
fn s85_partner_cost_is_the_basis_even_when_zero() {
    let cost = cost_of(Some(dec("0")), Some(dec("9.99"))).unwrap();
    assert_eq!(
        cost,
        Cost {
            amount: dec("0"),
            basis: CostBasis::Partner
        }
    );
}

#[test]
fn s86_without_partner_cost_the_retail_price_is_the_basis() {
    let cost = cost_of(None, Some(dec("9.99"))).unwrap();
    assert_eq!(
        cost,
        Cost {
            amount: dec("9.99"),
            basis: CostBasis::Retail
        }
    );
    assert_eq!(cost_of(None, None), None);
}

#[test]
fn s141_override_wins_over_a_markup() {
    let bill = price(Some(&partner("10.00")), percent("20"), Some("17.50"));
    assert_eq!(bill.unit.to_string(), "17.50");
    assert_eq!(bill.rule, PriceRule::Override);
    assert_eq!(
        price(None, percent("20"), Some("17.50")).unit.to_string(),
        "17.50"
    );
    assert_eq!(
        price(Some(&partner("10")), None, Some("0"))
            .unit
            .to_string(),
        "0.00"
    );
}

#[test]
fn s142_percentage_markup_on_cost() {
    let bill = price(Some(&partner("10.00")), percent("20"), None);
    assert_eq!(bill.unit.to_string(), "12.00");
    assert_eq!(bill.rule, PriceRule::Percentage(dec("20")));
}

#[test]
fn s143_fixed_markup_on_cost() {
    let bill = price(Some(&partner("10.00")), fixed("5.00"), None);
    assert_eq!(bill.unit.to_string(), "15.00");
    assert_eq!(bill.rule, PriceRule::Fixed(dec("5.00")));
}

#[test]
fn s144_without_markup_and_override_the_price_is_the_cost() {
    let bill = price(Some(&partner("10.00")), None, None);
    assert_eq!(bill.unit.to_string(), "10.00");
    assert_eq!(bill.rule, PriceRule::AtCost);
    assert!(!bill.below_cost);
}

#[test]
fn s145_retail_is_the_basis_of_every_rule_when_it_stands_in() {
    let cost = cost_of(None, Some(dec("20.00")));
    assert_eq!(
        price(cost.as_ref(), percent("20"), None).unit.to_string(),
        "24.00"
    );
    assert_eq!(
        price(cost.as_ref(), fixed("5"), None).unit.to_string(),
        "25.00"
    );
    assert_eq!(price(cost.as_ref(), None, None).unit.to_string(), "20.00");
}

#[test]
fn no_cost_and_no_override_is_no_price() {
    let pricing = Pricing {
        markup: percent("20"),
        override_price: None,
    };
    assert_eq!(bill_price(None, &pricing, Currency::USD), Ok(None));
}

#[test]
fn selling_below_cost_is_noticed_from_the_exact_price() {
    assert!(price(Some(&partner("10.00")), None, Some("9.99")).below_cost);
    assert!(!price(Some(&partner("10.00")), None, Some("10.00")).below_cost);
    assert!(!price(None, None, Some("1")).below_cost);
    let rounded_down = price(Some(&partner("1.004")), None, None);
    assert_eq!(rounded_down.unit.to_string(), "1.00");
    assert!(!rounded_down.below_cost);
}

#[test]
fn limits_are_named_in_the_error() {
    let refused = Markup::percentage(dec("1000.01")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "A percentage markup must be between 0 and 1000."
    );
    assert!(Markup::percentage(dec("1000")).is_ok());
    assert!(Markup::fixed(dec("-0.01")).is_err());
    assert!(Markup::fixed(dec("1000000")).is_ok());
    assert!(check_override(dec("1000000.01")).is_err());
    assert_eq!(check_override(dec("0")), Ok(dec("0")));
}

#[test]
fn a_markup_is_written_with_its_type_and_checked_when_read() {
    let text = r#"{"type":"percentage","value":"20"}"#;
    let markup: Markup = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&markup).unwrap(), text);
    let negative = r#"{"type":"fixed","value":"-1"}"#;
    assert!(serde_json::from_str::<Markup>(negative).is_err());
}

proptest! {
    /// Percent of the cost, in exact arithmetic: 100 × price = cost × (100 + percent).
    #[test]
    fn s142_percentage_is_exact(cost in 0_i64..10_000_000, hundredths in 0_i64..=100_000) {
        let cost = Cost { amount: Decimal::new(cost, 3), basis: CostBasis::Partner };
        let percent = Decimal::new(hundredths, 2);
        let pricing = Pricing { markup: Some(Markup::percentage(percent).unwrap()), override_price: None };
        let bill = bill_price(Some(&cost), &pricing, Currency::USD).unwrap().unwrap();
        prop_assert_eq!(bill.exact * Decimal::ONE_HUNDRED, cost.amount * (Decimal::ONE_HUNDRED + percent));
        prop_assert!(!bill.below_cost);
    }

    /// The override is the price whatever else is known.
    #[test]
    fn s141_override_ignores_everything_else(cost in proptest::option::of(0_i64..1_000_000), price in 0_i64..100_000_000) {
        let cost = cost.map(|cents| Cost { amount: Decimal::new(cents, 2), basis: CostBasis::Partner });
        let pricing = Pricing { markup: percent("33.3"), override_price: Some(Decimal::new(price, 2)) };
        let bill = bill_price(cost.as_ref(), &pricing, Currency::USD).unwrap().unwrap();
        prop_assert_eq!(bill.unit.value(), Decimal::new(price, 2));
    }
}
