//! The lines of an invoice as they are printed: which are left out, and which are one.

use money::Decimal;

use super::{InvoiceLine, PrintOptions};

/// The lines to print. Their amounts add up to the same subtotal, and each still multiplies out.
pub(super) fn printed_lines(lines: &[InvoiceLine], options: PrintOptions) -> Vec<InvoiceLine> {
    let mut printed: Vec<InvoiceLine> = Vec::with_capacity(lines.len());
    for line in lines {
        if !options.zero_lines && line.amount.is_zero() {
            continue;
        }
        let same = printed.iter_mut().find(|it| is_equal(it, line));
        match same.and_then(|it| Some((both(it, line)?, it))) {
            Some((both, it)) if options.group => *it = both,
            _ => printed.push(line.clone()),
        }
    }
    printed
}

fn is_equal(one: &InvoiceLine, other: &InvoiceLine) -> bool {
    one.description == other.description
        && one.unit_price == other.unit_price
        && one.taxable == other.taxable
}

/// The two as one line, if that multiplies out: rounding each and rounding the sum may differ by the smallest unit.
fn both(one: &InvoiceLine, other: &InvoiceLine) -> Option<InvoiceLine> {
    let quantity: Decimal = one.quantity.checked_add(other.quantity)?;
    let amount = one.amount.checked_add(other.amount).ok()?;
    let exact = one.unit_price.times(quantity).ok()? == amount;
    exact.then(|| InvoiceLine {
        quantity,
        amount,
        ..one.clone()
    })
}

#[cfg(test)]
mod tests {
    use billing::{Explanation, LineSource, invoice::ManualExplanation};
    use money::{Currency, UnitPrice};
    use proptest::prelude::*;

    use super::*;

    fn line(description: &str, quantity: &str, unit_price: &str) -> InvoiceLine {
        let quantity: Decimal = quantity.parse().unwrap();
        let typed_price = unit_price.parse().unwrap();
        let unit_price = UnitPrice::from_exact(typed_price, Currency::USD).unwrap();
        let amount = unit_price.times(quantity).unwrap();
        InvoiceLine {
            description: description.to_owned(),
            quantity,
            unit_price,
            amount,
            taxable: true,
            source: LineSource::Manual,
            explanation: Explanation::Manual(ManualExplanation {
                typed_price,
                unit_price,
                quantity,
                amount,
            }),
        }
    }

    fn told(lines: &[InvoiceLine], zero_lines: bool, group: bool) -> Vec<String> {
        let printed = printed_lines(lines, PrintOptions { zero_lines, group });
        let told = printed.iter().map(|it| {
            format!(
                "{} {} × {} = {}",
                it.description, it.quantity, it.unit_price, it.amount
            )
        });
        told.collect()
    }

    #[test]
    fn equal_lines_are_one_and_lines_of_zero_are_left_out_if_asked() {
        let lines = [
            line("Mail", "3", "4.00"),
            line("Free", "9", "0.00"),
            line("Mail", "2", "4.00"),
            line("Mail", "1", "5.00"),
        ];
        assert_eq!(told(&lines, true, false).len(), 4);
        assert_eq!(
            told(&lines, false, true),
            ["Mail 5 × 4.00 = 20.00", "Mail 1 × 5.00 = 5.00"]
        );
    }

    #[test]
    fn lines_whose_sum_would_not_multiply_out_stay_apart() {
        let lines = [
            line("Storage", "0.5", "0.01"),
            line("Storage", "0.5", "0.01"),
        ];
        assert_eq!(told(&lines, true, true).len(), 2);
    }

    proptest! {
        #[test]
        fn what_is_printed_adds_up_to_the_same(
            rows in proptest::collection::vec((0_usize..3, -50_i64..50, 0_i64..3), 0..12),
            zero_lines: bool, group: bool,
        ) {
            let lines: Vec<_> = rows.iter().map(|(name, tenths, cents)| {
                line(["A", "B", "C"][*name], &Decimal::new(*tenths, 1).to_string(), &Decimal::new(*cents, 2).to_string())
            }).collect();
            let printed = printed_lines(&lines, PrintOptions { zero_lines, group });
            let sum = |lines: &[InvoiceLine]| lines.iter().map(|it| it.amount.minor()).sum::<i64>();
            prop_assert_eq!(sum(&printed), sum(&lines));
            for it in printed {
                prop_assert_eq!(it.unit_price.times(it.quantity).unwrap(), it.amount);
            }
        }
    }
}
