//! How invoices are numbered: a prefix, which may name the year and the month, then a number that only ever goes up.

use jiff::civil::Date;

use crate::checks::Checks;

const LONGEST_PREFIX: usize = 20;
/// What a prefix may say of the day on which an invoice is issued, with its form.
const PLACEHOLDERS: [(&str, &str); 3] = [("{YYYY}", "%Y"), ("{YY}", "%y"), ("{MM}", "%m")];
const MOST_DIGITS: u32 = 12;
/// The highest number that the next invoice can be given: twelve digits.
const HIGHEST: i64 = 999_999_999_999;

/// How an organization's invoices are numbered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceNumbers {
    /// What stands before the number, with placeholders for the day of issue. It never ends in a digit, so that no change of it
    /// can give a number twice.
    pub prefix: String,
    /// At least so many digits, zeros in front.
    pub digits: u32,
    /// The number of the next invoice.
    pub next: i64,
}

impl InvoiceNumbers {
    /// What the next invoice is called if it is issued on that day: `INV-0042`.
    #[must_use]
    pub fn issued_on(&self, day: Date) -> String {
        let width = usize::try_from(self.digits).unwrap_or_default();
        format!("{}{:0width$}", prefix_on(&self.prefix, day), self.next)
    }

    /// Numbers as they were typed, refused where a number that was given already could come again.
    pub(super) fn accept(
        &self,
        checks: &mut Checks,
        prefix: &str,
        digits: Option<i64>,
        next: Option<i64>,
    ) -> Self {
        let prefix = checks
            .optional("invoice_prefix", Some(prefix), LONGEST_PREFIX)
            .unwrap_or_default();
        let printed = prefix_on(&prefix, Date::ZERO);
        if printed.contains(['{', '}']) {
            checks.refuse(
                "invoice_prefix",
                "Braces stand for the day of issue only: {YYYY} and {YY} for its year, {MM} for its month.",
            );
        } else if printed.ends_with(|c: char| c.is_numeric()) {
            checks.refuse(
                "invoice_prefix",
                "End the prefix with a letter or a sign, such as INV-{YYYY}-, so that it is not taken for a part of the number.",
            );
        }
        let digits = digits
            .and_then(|digits| u32::try_from(digits).ok())
            .filter(|digits| (1..=MOST_DIGITS).contains(digits));
        if digits.is_none() {
            checks.refuse("invoice_digits", "Enter a whole number from 1 to 12.");
        }
        let next = next.filter(|next| (self.next..=HIGHEST).contains(next));
        if next.is_none() {
            checks.refuse(
                "next_invoice_number",
                format!(
                    "Enter a whole number from {} up: numbers that were given never come again.",
                    self.next
                ),
            );
        }
        Self {
            prefix,
            digits: digits.unwrap_or(self.digits),
            next: next.unwrap_or(self.next),
        }
    }
}

fn prefix_on(prefix: &str, day: Date) -> String {
    let fill = |text: String, (name, form)| text.replace(name, &day.strftime(form).to_string());
    PLACEHOLDERS.into_iter().fold(prefix.to_owned(), fill)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn numbers(prefix: &str, digits: u32, next: i64) -> InvoiceNumbers {
        InvoiceNumbers {
            prefix: prefix.to_owned(),
            digits,
            next,
        }
    }

    #[test]
    fn samples_have_at_least_their_digits() {
        let day = date(2026, 3, 9);
        for (prefix, digits, next, called) in [
            ("INV-", 4, 42, "INV-0042"),
            ("", 1, 42, "42"),
            ("R/", 2, 12_345, "R/12345"),
            ("{YYYY}-{MM}/", 3, 7, "2026-03/007"),
            ("R{YY}-", 3, 7, "R26-007"),
        ] {
            assert_eq!(numbers(prefix, digits, next).issued_on(day), called);
        }
    }

    #[test]
    fn d27_no_change_lets_a_number_come_again() {
        let present = numbers("INV-", 4, 42);
        for (prefix, digits, next, field) in [
            ("INV-1", 4, 42, "invoice_prefix"),
            ("INV-{YYYY}", 4, 42, "invoice_prefix"),
            ("INV-{DD}-", 4, 42, "invoice_prefix"),
            ("INV-", 0, 42, "invoice_digits"),
            ("INV-", 13, 42, "invoice_digits"),
            ("INV-", 4, 41, "next_invoice_number"),
            ("INV-", 4, HIGHEST + 1, "next_invoice_number"),
        ] {
            let mut checks = Checks::default();
            present.accept(&mut checks, prefix, Some(digits), Some(next));
            let refused = checks.into_refusal();
            assert_eq!(refused.field_errors()[0].field, field);
        }
        let mut checks = Checks::default();
        let accepted = present.accept(&mut checks, " 2026/ ", Some(5), Some(42));
        assert_eq!(accepted, numbers("2026/", 5, 42));
        assert!(checks.finish().is_ok());
    }
}
