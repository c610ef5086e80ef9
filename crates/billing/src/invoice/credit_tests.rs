use money::{Amount, Currency, Decimal, UnitPrice};
use proptest::prelude::*;

use super::{CreditError, CreditOf, Creditable, Explanation, Line, LineSource, ManualExplanation};
use crate::tax::{TaxRate, tax_lines};

fn usd(minor: i64) -> Amount {
    Amount::from_minor(minor, Currency::USD)
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn line(quantity: Decimal, price: Decimal, taxable: bool) -> Line {
    let unit_price = UnitPrice::from_exact(price, Currency::USD).unwrap();
    let amount = unit_price.times(quantity).unwrap();
    Line {
        description: "Care".to_owned(),
        quantity,
        unit_price,
        amount,
        taxable,
        source: LineSource::Manual,
        explanation: Explanation::Manual(ManualExplanation {
            typed_price: price,
            unit_price,
            quantity,
            amount,
        }),
    }
}

fn invoice(lines: Vec<Line>, percents: &[&str]) -> Creditable {
    let rates = percents.iter().map(|percent| TaxRate {
        name: "VAT".to_owned(),
        percent: dec(percent),
    });
    let rates: Vec<TaxRate> = rates.collect();
    let sum =
        |lines: &[&Line]| Amount::sum(Currency::USD, lines.iter().map(|line| line.amount)).unwrap();
    let taxable: Vec<&Line> = lines.iter().filter(|line| line.taxable).collect();
    let taxes = tax_lines(&rates, sum(&taxable)).unwrap();
    let all: Vec<&Line> = lines.iter().collect();
    let total = taxes.iter().map(|tax| tax.amount).chain([sum(&all)]);
    let total = Amount::sum(Currency::USD, total).unwrap();
    Creditable::new("INV-0001".to_owned(), lines, taxes, total)
}

/// Credits, and tells what the credit note comes to.
fn credit(invoice: &mut Creditable, wanted: &[(u32, CreditOf)]) -> Result<i64, CreditError> {
    let note = invoice.credit(wanted).map_err(|(_, error)| error)?;
    for line in &note.lines {
        assert_eq!(line.unit_price.times(line.quantity).unwrap(), line.amount);
    }
    let explanations = note.lines.iter().map(|line| &line.explanation);
    invoice
        .subtract(explanations, &note.tax, note.total)
        .unwrap();
    Ok(note.total.minor())
}

fn credit_rest(invoice: &mut Creditable) -> Result<i64, CreditError> {
    let rest = invoice.rest();
    credit(invoice, &rest)
}

#[test]
fn d27_units_an_amount_and_the_rest_are_credited() {
    let lines = vec![
        line(dec("5"), dec("22.20"), true),
        line(dec("1"), dec("9"), false),
    ];
    let mut invoice = invoice(lines, &["10"]);
    assert_eq!(invoice.left(), usd(13_110));
    let two = [(1, CreditOf::Quantity(dec("2")))];
    assert_eq!(credit(&mut invoice, &two).unwrap(), -4_884);
    let some = [
        (1, CreditOf::Amount(usd(1_000))),
        (2, CreditOf::Amount(usd(100))),
    ];
    assert_eq!(credit(&mut invoice, &some).unwrap(), -1_200);
    let left: Vec<_> = invoice
        .lines_left()
        .unwrap()
        .iter()
        .map(|it| it.amount)
        .collect();
    assert_eq!(left, [usd(5_660), usd(800)]);
    assert_eq!(credit_rest(&mut invoice).unwrap(), -7_026);
    assert_eq!(invoice.left(), usd(0));
    assert_eq!(
        credit_rest(&mut invoice),
        Err(CreditError::Nothing { credit: usd(0) })
    );
}

#[test]
fn d27_no_more_is_credited_than_was_invoiced() {
    let lines = vec![
        line(dec("5"), dec("20"), true),
        line(dec("-1"), dec("30"), true),
    ];
    let mut invoice = invoice(lines, &["10"]);
    let refused = |invoice: &mut Creditable, line, of| credit(invoice, &[(line, of)]).unwrap_err();
    assert!(matches!(
        refused(&mut invoice, 1, CreditOf::Quantity(dec("6"))),
        CreditError::TooMany { line: 1, left } if left == dec("5")
    ));
    assert_eq!(
        refused(&mut invoice, 1, CreditOf::Amount(usd(10_001))),
        CreditError::TooMuch {
            line: 1,
            left: usd(10_000)
        }
    );
    for of in [dec("0"), dec("-1")] {
        let error = refused(&mut invoice, 1, CreditOf::Quantity(of));
        assert_eq!(error, CreditError::WrongSign { line: 1 });
    }
    assert!(matches!(
        refused(&mut invoice, 3, CreditOf::Rest),
        CreditError::NoSuchLine { line: 3, .. }
    ));
    // The discount alone would be a charge, and without the discount it is more than the invoice.
    assert!(matches!(
        refused(&mut invoice, 2, CreditOf::Rest),
        CreditError::Nothing { credit } if credit == usd(-3_300)
    ));
    assert_eq!(
        refused(&mut invoice, 1, CreditOf::Rest).to_string(),
        "This comes to 110.00 USD, and INV-0001 has 77.00 left to credit. Credit its lines below zero with it."
    );
    assert_eq!(credit_rest(&mut invoice).unwrap(), -7_700);
}

#[test]
fn units_of_a_small_price_come_to_the_line_in_the_end() {
    let mut invoice = invoice(vec![line(dec("3"), dec("0.0347"), false)], &[]);
    let one = [(1, CreditOf::Quantity(dec("1")))];
    let parts = [(); 3].map(|()| credit(&mut invoice, &one).unwrap());
    assert_eq!(parts, [-3, -4, -3]);
    assert_eq!(invoice.left(), usd(0));
}

#[test]
fn a_credit_explains_itself() {
    let lines = vec![line(dec("5"), dec("22.20"), true)];
    let mut invoice = invoice(lines, &[]);
    credit(&mut invoice, &[(1, CreditOf::Amount(usd(1_100)))]).unwrap();
    let note = invoice
        .credit(&[(1, CreditOf::Quantity(dec("2")))])
        .unwrap();
    assert_eq!(
        note.lines[0].explanation.sentences(),
        [
            "It takes back 2 units of line 1 of INV-0001, 111.00 USD, at 22.20: 44.40 USD.",
            "11.00 USD of that line had been credited before."
        ]
    );
    assert_eq!(
        (note.lines[0].quantity, note.lines[0].amount),
        (dec("-2"), usd(-4_440))
    );
}

/// A line: quantity in tenths, price in hundredths of a cent below one or cents above, whether it is taxed.
fn some_line() -> impl Strategy<Value = Line> {
    let price = prop_oneof![
        (1_i64..10_000).prop_map(|it| Decimal::new(it, 4)),
        (100_i64..100_000).prop_map(|it| Decimal::new(it, 2)),
    ];
    (1_i64..500, price, any::<bool>())
        .prop_map(|(quantity, price, taxable)| line(Decimal::new(quantity, 1), price, taxable))
}

proptest! {
    #[test]
    fn d27_credits_in_parts_add_up_to_the_invoice_with_its_taxes(
        lines in prop::collection::vec(some_line(), 1..5),
        parts in prop::collection::vec((1_u32..5, any::<bool>(), 1_i64..100), 0..12),
    ) {
        let mut invoice = invoice(lines, &["8.875", "19"]);
        let total = invoice.left().minor();
        let mut credited = 0;
        for (number, by_units, percent) in parts {
            let (amount, units) = match invoice.lines_left().unwrap().get(number as usize - 1) {
                Some(left) => (left.amount.minor(), left.quantity),
                None => continue,
            };
            let of = if by_units {
                CreditOf::Quantity((units * Decimal::new(percent, 2)).trunc_with_scale(1))
            } else {
                CreditOf::Amount(usd(amount * percent / 100))
            };
            if let Ok(part) = credit(&mut invoice, &[(number, of)]) {
                prop_assert!(part < 0);
                credited -= part;
            }
            prop_assert!(invoice.left().minor() >= 0);
            prop_assert_eq!(invoice.left().minor(), total - credited);
        }
        if invoice.left().minor() > 0 {
            credited -= credit_rest(&mut invoice).unwrap();
        }
        prop_assert_eq!(credited, total);
        for left in invoice.lines_left().unwrap() {
            prop_assert!(left.amount.is_zero());
        }
    }
}
