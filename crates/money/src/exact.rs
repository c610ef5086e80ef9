//! Multiplication that refuses to lose digits.
//!
//! The decimal type keeps 28 digits and quietly rounds what goes beyond. Here
//! that is an error, so that every figure before rounding is the true one.

use rust_decimal::Decimal;

use crate::MoneyError;

/// The exact product.
///
/// # Errors
/// [`MoneyError::Overflow`] if it needs more than 28 digits.
pub fn multiply(left: Decimal, right: Decimal) -> Result<Decimal, MoneyError> {
    let (left, right) = (left.normalize(), right.normalize());
    if left.is_zero() || right.is_zero() {
        return Ok(Decimal::ZERO);
    }
    let product = left.checked_mul(right).ok_or(MoneyError::Overflow)?;
    if product.scale() == left.scale() + right.scale() {
        Ok(product.normalize())
    } else {
        Err(MoneyError::Overflow)
    }
}

/// `value × percent ÷ 100`, exactly: dividing by 100 only moves the point.
///
/// # Errors
/// [`MoneyError::Overflow`] if it needs more than 28 digits.
pub fn scale_percent(value: Decimal, percent: Decimal) -> Result<Decimal, MoneyError> {
    let hundredth = Decimal::new(1, 2);
    multiply(value, multiply(percent, hundredth)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_that_would_lose_digits_is_refused() {
        let small = Decimal::new(3, 20);
        assert_eq!(multiply(small, small), Err(MoneyError::Overflow));
        assert_eq!(
            multiply(Decimal::MAX, Decimal::TWO),
            Err(MoneyError::Overflow)
        );
    }

    #[test]
    fn a_percentage_is_exact() {
        let cost = Decimal::new(1_999, 2);
        assert_eq!(
            scale_percent(cost, Decimal::new(3_333, 2)),
            Ok(Decimal::new(6_662_667, 6))
        );
    }
}
