//! A figure that somebody typed or sent: what is accepted comes back the same, and reckoning with it is exact or refused.
#![no_main]

use money::{Currency, Decimal, parse_decimal, round_amount, round_unit_price, split};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut words = text.splitn(3, ' ');
    let Some(Ok(figure)) = words.next().map(parse_decimal) else {
        return;
    };
    assert_eq!(
        parse_decimal(&figure.to_string()),
        Ok(figure),
        "written and read again"
    );
    for currency in ["USD", "JPY", "KWD"] {
        let currency: Currency = currency.parse().unwrap();
        let Ok(price) = round_unit_price(figure, currency) else {
            continue;
        };
        if let Ok(rounded) = round_amount(figure, currency) {
            let half = Decimal::new(5, currency.minor_digits() + 1);
            assert!(
                (rounded.to_decimal() - figure).abs() <= half,
                "rounded further than half a unit"
            );
        }
        let Some(Ok(quantity)) = words.clone().next().map(parse_decimal) else {
            continue;
        };
        let Ok(amount) = price.times(quantity) else {
            continue;
        };
        for parts in [1_u32, 2, 3, 7, 12, 36, 53] {
            let shares = (0..parts).map(|index| split::share(amount, index, parts));
            let shares: Result<Vec<_>, _> = shares.collect();
            let Ok(shares) = shares else { continue };
            let sum = money::Amount::sum(currency, shares).unwrap();
            assert_eq!(sum, amount, "shares add up");
        }
    }
});
