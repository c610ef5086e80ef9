//! An instant on a page.

use jiff::{Timestamp, tz::TimeZone};

use super::filters;

/// An instant as a page shows it: `pieces::moment` in the templates.
#[derive(Debug, Clone)]
pub struct Moment {
    /// For programs.
    pub iso: String,
    /// To the second, shown on hover.
    pub exact: String,
    /// To the minute.
    pub text: String,
}

impl Moment {
    /// An instant in the zone of whoever reads it.
    #[must_use]
    pub fn new(instant: Timestamp, zone: &TimeZone) -> Self {
        Self {
            iso: instant.to_string(),
            exact: filters::exact(&instant, zone),
            text: filters::minute(&instant, zone),
        }
    }
}
