//! Splitting an amount into shares that add up.
//!
//! Share `k` is the difference of two running totals, each rounded once:
//! `C(k + 1) − C(k)` with `C(k) = round(total × k ÷ parts)`. The shares
//! therefore add up to the total exactly, and differ by at most one minor
//! unit, without anyone having to remember what went before.

use crate::{Amount, MoneyError, round::nearest};

/// Share `index` (from 0) of `total` split into `parts`.
///
/// # Errors
/// [`MoneyError::NoSuchShare`] unless `index < parts`.
pub fn share(total: Amount, index: u32, parts: u32) -> Result<Amount, MoneyError> {
    if index >= parts {
        return Err(MoneyError::NoSuchShare { index, parts });
    }
    let before = running_total(total, i128::from(index), parts)?;
    let after = running_total(total, i128::from(index) + 1, parts)?;
    let minor = i64::try_from(after - before).map_err(|_| MoneyError::Overflow)?;
    Ok(Amount::from_minor(minor, total.currency()))
}

/// `parts` of the `of` equal parts of `total`, rounded once: what a term has come to when so much of it is paid.
///
/// # Errors
/// [`MoneyError::DivisionByZero`]; [`MoneyError::Overflow`] if the result does not fit 64 bits of minor units.
pub fn part(total: Amount, parts: u64, of: u64) -> Result<Amount, MoneyError> {
    if of == 0 {
        return Err(MoneyError::DivisionByZero);
    }
    let minor = i128::from(total.minor()) * i128::from(parts);
    let minor = i64::try_from(nearest(minor, i128::from(of))?).map_err(|_| MoneyError::Overflow)?;
    Ok(Amount::from_minor(minor, total.currency()))
}

fn running_total(total: Amount, shares: i128, parts: u32) -> Result<i128, MoneyError> {
    nearest(i128::from(total.minor()) * shares, i128::from(parts))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Currency;

    fn shares(minor: i64, parts: u32) -> Vec<i64> {
        let total = Amount::from_minor(minor, Currency::USD);
        (0..parts)
            .map(|k| share(total, k, parts).unwrap().minor())
            .collect()
    }

    #[test]
    fn a_hundred_in_twelve() {
        assert_eq!(
            shares(10_000, 12),
            [833, 834, 833, 833, 834, 833, 833, 834, 833, 833, 834, 833]
        );
    }

    #[test]
    fn a_share_outside_is_refused() {
        let total = Amount::from_minor(100, Currency::USD);
        assert!(share(total, 3, 3).is_err());
        assert!(share(total, 0, 0).is_err());
    }

    #[test]
    fn a_part_is_the_sum_of_the_shares_before_it() {
        let total = Amount::from_minor(10_000, Currency::USD);
        let parts: Vec<i64> = (0..=12)
            .map(|n| part(total, n, 12).unwrap().minor())
            .collect();
        assert_eq!(parts[..4], [0, 833, 1_667, 2_500]);
        assert_eq!(parts[12], 10_000);
        assert!(part(total, 1, 0).is_err());
    }

    proptest! {
        #[test]
        fn shares_add_up_and_differ_by_one_at_most(minor: i64, parts in 1_u32..400) {
            let shares = shares(minor, parts);
            let sum: i128 = shares.iter().copied().map(i128::from).sum();
            prop_assert_eq!(sum, i128::from(minor));
            let spread = shares.iter().max().unwrap() - shares.iter().min().unwrap();
            prop_assert!(spread <= 1);
        }

        #[test]
        fn a_credit_splits_like_its_charge(minor in 0..i64::MAX, parts in 1_u32..60) {
            let mirrored: Vec<i64> = shares(-minor, parts).iter().map(|share| -share).collect();
            prop_assert_eq!(shares(minor, parts), mirrored);
        }
    }
}
