//! How invoices are numbered: a prefix, then a number that only ever goes up.

use crate::checks::Checks;

const LONGEST_PREFIX: usize = 20;
const MOST_DIGITS: u32 = 12;
/// The highest number that the next invoice can be given: twelve digits.
const HIGHEST: i64 = 999_999_999_999;

/// How an organization's invoices are numbered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceNumbers {
    /// What stands before the number. It never ends in a digit, so that no change of it can give a number twice.
    pub prefix: String,
    /// At least so many digits, zeros in front.
    pub digits: u32,
    /// The number of the next invoice.
    pub next: i64,
}

impl InvoiceNumbers {
    /// What the next invoice would be called: `INV-0042`.
    #[must_use]
    pub fn sample(&self) -> String {
        let width = usize::try_from(self.digits).unwrap_or_default();
        format!("{}{:0width$}", self.prefix, self.next)
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
        if prefix.ends_with(|c: char| c.is_numeric()) {
            checks.refuse(
                "invoice_prefix",
                "End the prefix with a letter or a sign, such as INV-2026-, so that it is not taken for a part of the number.",
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

#[cfg(test)]
mod tests {
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
        assert_eq!(numbers("INV-", 4, 42).sample(), "INV-0042");
        assert_eq!(numbers("", 1, 42).sample(), "42");
        assert_eq!(numbers("R/", 2, 12_345).sample(), "R/12345");
    }

    #[test]
    fn d27_no_change_lets_a_number_come_again() {
        let present = numbers("INV-", 4, 42);
        for (prefix, digits, next, field) in [
            ("INV-1", 4, 42, "invoice_prefix"),
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
