//! Tax on an invoice: per rate, on the sum of the taxable lines, rounded once.
//!
//! Rounding each line's tax instead would make the total depend on how the
//! lines are cut.

use money::{Amount, Decimal, MoneyError, multiply, round_quotient};
use serde::{Deserialize, Serialize};

/// A tax an organization charges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxRate {
    /// As printed, for example `VAT`.
    pub name: String,
    /// Percent of the taxable amount: 19 means 19 %.
    pub percent: Decimal,
}

/// One tax on one invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxLine {
    /// As printed.
    pub name: String,
    /// The rate.
    pub percent: Decimal,
    /// What it was computed on: the sum of the taxable lines.
    pub taxable: Amount,
    /// The tax.
    pub amount: Amount,
}

/// The tax lines for a sum of taxable lines; none if nothing is taxable.
///
/// # Errors
/// [`MoneyError::Overflow`].
pub fn tax_lines(rates: &[TaxRate], taxable: Amount) -> Result<Vec<TaxLine>, MoneyError> {
    if taxable.is_zero() {
        return Ok(Vec::new());
    }
    rates.iter().map(|rate| tax_line(rate, taxable)).collect()
}

/// The tax at one rate, also on nothing.
pub(crate) fn tax_line(rate: &TaxRate, taxable: Amount) -> Result<TaxLine, MoneyError> {
    let hundredfold = multiply(taxable.to_decimal(), rate.percent)?;
    let amount = round_quotient(hundredfold, 100, taxable.currency())?;
    Ok(TaxLine {
        name: rate.name.clone(),
        percent: rate.percent,
        taxable,
        amount,
    })
}

#[cfg(test)]
mod tests {
    use money::Currency;

    use super::*;

    fn tax(taxable: i64, percent: &str) -> Vec<String> {
        let rate = TaxRate {
            name: "VAT".into(),
            percent: percent.parse().unwrap(),
        };
        let lines = tax_lines(&[rate], Amount::from_minor(taxable, Currency::EUR)).unwrap();
        lines.iter().map(|line| line.amount.to_string()).collect()
    }

    #[test]
    fn tax_is_rounded_half_up_once() {
        assert_eq!(tax(10_000, "19"), ["19.00"]);
        assert_eq!(tax(50, "19"), ["0.10"]);
        assert_eq!(tax(1_999, "8.875"), ["1.77"]);
        assert_eq!(tax(-50, "19"), ["-0.10"]);
    }

    #[test]
    fn nothing_taxable_is_no_tax_line_but_a_zero_rate_is_shown() {
        assert!(tax(0, "19").is_empty());
        assert_eq!(tax(100, "0"), ["0.00"]);
    }
}
