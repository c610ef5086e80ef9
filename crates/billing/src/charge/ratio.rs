//! Exact shares of a whole.

use money::{Amount, MoneyError, split};
use serde::{Deserialize, Serialize};

/// So many of so many equal parts, between none and all. It has no float and is reduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    /// How many parts.
    pub parts: u64,
    /// Of how many; never 0.
    pub of: u64,
}

/// Beyond so many parts a ratio is cut. It takes a dozen changes within one term to get there, and the parts of a price
/// add up all the same: the last one is what is left.
const FINEST: u128 = 1_000_000_000_000;

impl Ratio {
    /// Nothing.
    pub const NONE: Self = Self { parts: 0, of: 1 };
    /// All of it.
    pub const ALL: Self = Self { parts: 1, of: 1 };

    /// `parts` of `of`, at most all; of nothing: none.
    #[must_use]
    pub fn new(parts: u32, of: u32) -> Self {
        Self::reduced(parts.into(), of.into())
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.parts == 0
    }

    /// Both together, at most all.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let (a, b) = (u128::from(self.of), u128::from(other.of));
        Self::reduced(
            u128::from(self.parts) * b + u128::from(other.parts) * a,
            a * b,
        )
    }

    /// What is left of the whole.
    #[must_use]
    pub fn rest(self) -> Self {
        Self {
            parts: self.of.saturating_sub(self.parts),
            of: self.of,
        }
    }

    /// One of `count` equal parts of it; 0 counts as 1.
    #[must_use]
    pub fn divided(self, count: u32) -> Self {
        Self::reduced(
            self.parts.into(),
            u128::from(self.of) * u128::from(count.max(1)),
        )
    }

    /// So much of an amount, rounded once.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn of_amount(self, total: Amount) -> Result<Amount, MoneyError> {
        split::part(total, self.parts, self.of)
    }

    fn reduced(parts: u128, of: u128) -> Self {
        if parts == 0 || of == 0 {
            return Self::NONE;
        }
        let common = greatest_common_divisor(parts, of);
        let (parts, of) = match (parts / common, of / common) {
            (parts, of) if parts >= of => return Self::ALL,
            (parts, of) if of > FINEST => (parts * FINEST / of, FINEST),
            reduced => reduced,
        };
        match (u64::try_from(parts), u64::try_from(of)) {
            (Ok(parts), Ok(of)) => Self { parts, of },
            _ => Self::ALL,
        }
    }
}

fn greatest_common_divisor(a: u128, b: u128) -> u128 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_added_and_divided_exactly() {
        let third = Ratio::new(4, 12);
        assert_eq!(third, Ratio { parts: 1, of: 3 });
        assert_eq!(third.plus(Ratio::new(1, 6)), Ratio::new(1, 2));
        assert_eq!(third.rest(), Ratio::new(2, 3));
        assert_eq!(third.rest().divided(8), Ratio::new(1, 12));
        assert_eq!(third.plus(Ratio::ALL), Ratio::ALL);
        assert!(Ratio::ALL.rest().is_none() && Ratio::new(0, 12).is_none());
    }

    #[test]
    fn a_ratio_of_any_history_stays_in_bounds_and_ends_at_all() {
        let mut paid = Ratio::NONE;
        for left in (1..150_u32).rev() {
            paid = paid.plus(
                paid.rest()
                    .divided(left + u32::from(left > 1 && left % 7 == 0)),
            );
            assert!(paid.parts <= paid.of);
        }
        assert_eq!(paid, Ratio::ALL);
    }
}
