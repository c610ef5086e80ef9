//! A row of the form's lines, with what was refused of it.

use crate::{http::Refusals, recurring::LineDetails};

/// A row.
pub(super) struct Row {
    pub index: usize,
    pub description: Cell,
    pub quantity: Cell,
    pub unit_price: Cell,
    pub taxable: bool,
    /// What was refused of it, each with the name of its field.
    pub messages: Vec<String>,
}

/// A field of a row.
pub(super) struct Cell {
    pub text: String,
    pub refused: bool,
}

impl Row {
    pub fn of(index: usize, line: &LineDetails, refusals: &Refusals) -> Self {
        let mut messages = Vec::new();
        let mut cell = |field: &str, label: &str, text: &str| {
            let refused = refusals.at(&format!("lines[{index}].{field}"));
            messages.extend(refused.map(|message| format!("{label}: {message}")));
            Cell {
                text: text.to_owned(),
                refused: refused.is_some(),
            }
        };
        Self {
            index,
            description: cell("description", "Description", &line.description),
            quantity: cell("quantity", "Quantity", &line.quantity),
            unit_price: cell("unit_price", "Unit price", &line.unit_price),
            taxable: line.taxable,
            messages,
        }
    }
}
