//! What tells, in few bytes, that Pax8 says of a record what it said before.

use std::{fmt, num::ParseIntError, str::FromStr};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Differs when what Pax8 says differs. Kept with each row, so that a sync need not read whole rows to see that nothing
/// changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Fingerprint(u128);

impl Fingerprint {
    /// That of a record with these facts, at this company, of which these fields could not be understood.
    pub(super) fn of(
        facts: &impl Serialize,
        company: &str,
        unreadable: &[&str],
    ) -> Result<Self, serde_json::Error> {
        let mut digest = Sha256::new();
        digest.update(company.as_bytes());
        digest.update([0]);
        digest.update(serde_json::to_vec(facts)?);
        for field in unreadable {
            digest.update([0]);
            digest.update(field.as_bytes());
        }
        let mut first = [0; 16];
        first.copy_from_slice(&digest.finalize()[..16]);
        Ok(Self(u128::from_be_bytes(first)))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d7_a_field_that_cannot_be_read_differs_from_one_that_is_absent() {
        let absent = Fingerprint::of(&["facts"], "c", &[]).unwrap();
        assert_eq!(Fingerprint::of(&["facts"], "c", &[]).unwrap(), absent);
        let unreadable = Fingerprint::of(&["facts"], "c", &["end_date"]).unwrap();
        assert_ne!(unreadable, absent);
        assert_eq!(absent.to_string().parse(), Ok(absent));
    }
}
