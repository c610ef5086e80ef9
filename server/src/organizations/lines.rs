//! How the lines of invoices are made and printed.

use billing::{LineText, ProrationBasis};

use crate::checks::Checks;

/// The longest text of a line, in characters.
const LONGEST_TEXT: usize = 200;

/// An organization's settings for the lines of its invoices.
#[derive(Debug, Clone)]
pub struct LineSettings {
    /// What parts of a period are counted in when it is prorated.
    pub proration_basis: ProrationBasis,
    /// How the lines of subscriptions are worded; none: product and term.
    pub text: Option<LineText>,
    /// Whether lines of nothing are printed.
    pub print_zero: bool,
    /// Whether equal lines are printed as one.
    pub group: bool,
}

/// The same as they were typed or sent.
#[derive(Debug, Clone)]
pub struct LineSettingsDetails {
    /// `days` or `months`.
    pub proration_basis: String,
    /// With placeholders; empty: product and term.
    pub text: String,
    /// Whether lines of nothing are printed.
    pub print_zero: bool,
    /// Whether equal lines are printed as one.
    pub group: bool,
}

impl LineSettingsDetails {
    pub(super) fn of(it: &LineSettings) -> Self {
        Self {
            proration_basis: it.proration_basis.code().to_owned(),
            text: it
                .text
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            print_zero: it.print_zero,
            group: it.group,
        }
    }

    pub(super) fn accept(&self, checks: &mut Checks) -> LineSettings {
        let basis = ProrationBasis::from_code(&self.proration_basis);
        if basis.is_none() {
            checks.refuse("proration_basis", "Choose days or months.");
        }
        let text = checks.optional("line_text", Some(&self.text), LONGEST_TEXT);
        LineSettings {
            proration_basis: basis.unwrap_or_default(),
            text: text.and_then(|text| checks.value("line_text", text.parse())),
            print_zero: self.print_zero,
            group: self.group,
        }
    }
}
