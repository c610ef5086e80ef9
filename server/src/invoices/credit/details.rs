//! What a person says about a credit note, and what of it is accepted.

use std::collections::HashSet;

use billing::{CreditError, CreditOf};
use money::{Currency, parse_decimal};

use crate::checks::Checks;

const LONGEST_REASON: usize = 500;

/// A credit note as it was typed or sent: texts, so that every refusal names its field.
#[derive(Debug, Clone, Default)]
pub struct CreditDetails {
    /// Required, at most 500 characters; the client reads it.
    pub reason: String,
    /// What of which lines; none: everything that is left.
    pub lines: Option<Vec<CreditLine>>,
}

/// What of a line is credited; without quantity and amount, what is left of it.
#[derive(Debug, Clone, Default)]
pub struct CreditLine {
    /// The line, counted from 1.
    pub line: u32,
    /// So many of its units.
    pub quantity: Option<String>,
    /// So much of its amount.
    pub amount: Option<String>,
}

impl CreditDetails {
    pub(super) fn reason(&self, checks: &mut Checks) -> String {
        let empty = "Say why, in words for the client.";
        checks.required("reason", &self.reason, LONGEST_REASON, empty)
    }

    /// What is to be credited, as far as it can be read; none: everything that is left.
    pub(super) fn wanted(
        &self,
        checks: &mut Checks,
        currency: Currency,
    ) -> Option<Vec<(u32, CreditOf)>> {
        let lines = self.lines.as_ref()?;
        if lines.is_empty() {
            checks.refuse(
                "lines",
                "Say of which lines, or leave this out to credit everything.",
            );
        }
        let mut seen = HashSet::new();
        let mut wanted = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            if !seen.insert(line.line) {
                let message = format!("Line {} is there twice.", line.line);
                checks.refuse(field(index, "line"), message);
            }
            let part = line.part(checks, index, currency);
            wanted.extend(part.map(|part| (line.line, part)));
        }
        Some(wanted)
    }

    /// Where what billing refuses stands in the body.
    pub(super) fn field_of(&self, index: Option<usize>, error: &CreditError) -> String {
        let Some(index) = index else {
            return "lines".to_owned();
        };
        let lines = self.lines.as_deref().unwrap_or_default();
        let by_amount = lines.get(index).is_some_and(|line| line.amount.is_some());
        match error {
            CreditError::NoSuchLine { .. } => field(index, "line"),
            _ if by_amount => field(index, "amount"),
            _ => field(index, "quantity"),
        }
    }
}

impl CreditLine {
    fn part(&self, checks: &mut Checks, index: usize, currency: Currency) -> Option<CreditOf> {
        match (self.quantity.as_deref(), self.amount.as_deref()) {
            (None, None) => Some(CreditOf::Rest),
            (Some(_), Some(_)) => {
                checks.refuse(
                    field(index, "amount"),
                    "Give a quantity or an amount, not both.",
                );
                None
            }
            (Some(quantity), None) => {
                let quantity = checks.value(field(index, "quantity"), parse_decimal(quantity));
                quantity.map(CreditOf::Quantity)
            }
            (None, Some(amount)) => {
                let amount = checks.amount(field(index, "amount"), amount, currency);
                amount.map(CreditOf::Amount)
            }
        }
    }
}

fn field(index: usize, name: &str) -> String {
    format!("lines[{index}].{name}")
}
