//! Odd fields, reported instead of failing their row.

use std::fmt;

/// Characters of an odd value that are kept.
const SEEN_CHARS: usize = 60;

/// A field that Pax8 sent and that could not be understood. The field is
/// `None` on its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The field by Pax8's name, such as `partnerCost` or `commitment.endDate`.
    pub field: &'static str,
    /// Why it could not be used.
    pub problem: FieldProblem,
    /// What stood there, shortened.
    pub seen: String,
}

/// Why a field could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldProblem {
    /// Neither a text nor something that reads as one.
    #[error("is not a text")]
    NotText,
    /// Neither a number nor a text that is one.
    #[error("is not a number")]
    NotANumber,
    /// More digits than an exact amount of 96 bits with 28 decimals holds.
    #[error("has more digits than can be kept exactly")]
    TooManyDigits,
    /// Not a date in any known spelling, or not a real one.
    #[error("is not a date")]
    NotADate,
    /// Neither true nor false.
    #[error("is neither true nor false")]
    NotTrueOrFalse,
    /// Not a group of fields.
    #[error("is not an object")]
    NotAnObject,
}

impl Warning {
    pub(super) fn new(field: &'static str, problem: FieldProblem, seen: &str) -> Self {
        let seen = seen
            .chars()
            .filter(|character| !character.is_control())
            .take(SEEN_CHARS)
            .collect();
        Self {
            field,
            problem,
            seen,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} (“{}”)", self.field, self.problem, self.seen)
    }
}
