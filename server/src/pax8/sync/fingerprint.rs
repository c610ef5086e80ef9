//! What tells, in few bytes, that Pax8 says of a record what it said before.

use std::{
    fmt,
    hash::{Hash, Hasher},
    num::ParseIntError,
    str::FromStr,
};

use sha2::{Digest as _, Sha256};

/// Differs when what Pax8 says differs. Kept with each row, so that a sync need not read whole rows to see that nothing
/// changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Fingerprint(u128);

impl Fingerprint {
    /// As long is its text.
    pub(super) const DIGITS: usize = 32;

    /// That of a record with these facts, at this company, of which these fields could not be understood.
    pub(super) fn of(facts: &impl Hash, company: &str, unreadable: &[&str]) -> Self {
        let mut text = Hashed::with_capacity(FACTS_BYTES);
        (company, facts, unreadable).hash(&mut text);
        let mut first = [0; 16];
        first.copy_from_slice(&Sha256::digest(text.0)[..16]);
        Self(u128::from_be_bytes(first))
    }
}

/// As many as most facts take.
const FACTS_BYTES: usize = 512;

/// What would be hashed of a value, byte by byte. A library that came to hash its type in another way would have the next sync compare
/// whole records, once, and find that nothing changed.
struct Hashed(Vec<u8>);

impl Hashed {
    fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }
}

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Nobody asks: the bytes are digested.
    fn finish(&self) -> u64 {
        0
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
        let absent = Fingerprint::of(&["facts"], "c", &[]);
        assert_eq!(Fingerprint::of(&["facts"], "c", &[]), absent);
        let unreadable = Fingerprint::of(&["facts"], "c", &["end_date"]);
        assert_ne!(unreadable, absent);
        assert_eq!(absent.to_string().parse(), Ok(absent));
    }
}
