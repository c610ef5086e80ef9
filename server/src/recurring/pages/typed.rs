//! A form of a recurring invoice as it was typed: texts, and rows of lines of which blank ones do not count.

use crate::{
    http::Fields,
    recurring::{LineDetails, RecurringDetails, RecurringInvoice},
};

/// Blank rows of a new form, so that it works without script.
const BLANK_ROWS: usize = 3;

/// What is in the form.
pub(super) struct Typed {
    pub fields: Fields,
    pub rows: Vec<LineDetails>,
}

impl Typed {
    /// An empty form that starts today.
    pub fn blank(today: jiff::civil::Date) -> Self {
        let fields = Fields::of([
            ("frequency", "monthly".to_owned()),
            ("start_date", today.to_string()),
        ]);
        Self {
            fields,
            rows: vec![blank_row(); BLANK_ROWS],
        }
    }

    /// The form of a recurring invoice as it is.
    pub fn of(it: &RecurringInvoice) -> Self {
        let details = RecurringDetails::of(it);
        let fields = Fields::of([
            ("name", details.name),
            ("frequency", details.frequency),
            ("start_date", details.start_date),
            ("end_date", details.end_date.unwrap_or_default()),
            (
                "next_invoice_date",
                details.next_invoice_date.unwrap_or_default(),
            ),
            ("review_first", details.review_first.to_string()),
            ("auto_send", details.auto_send.to_string()),
            ("prorate_first", details.prorate_first.to_string()),
            ("prorate_changes", details.prorate_changes.to_string()),
        ]);
        let rows = if details.lines.is_empty() {
            vec![blank_row()]
        } else {
            details.lines
        };
        Self { fields, rows }
    }

    /// A form that was sent. Blank rows are left out.
    pub fn sent(fields: Fields) -> Self {
        let rows = sent_rows(&fields);
        let rows = rows.into_iter().filter(|row| !is_blank(row)).collect();
        Self { fields, rows }
    }

    /// A form that was sent without script to add or remove a row; none if it was sent to be saved.
    pub fn reshaped(fields: &Fields) -> Option<Self> {
        let mut rows = sent_rows(fields);
        if fields.optional("add_line").is_some() {
            rows.push(blank_row());
        } else {
            let index: usize = fields.optional("remove_line")?.parse().ok()?;
            if index < rows.len() {
                rows.remove(index);
            }
        }
        Some(Self {
            fields: fields.clone(),
            rows,
        })
    }

    pub fn details(&self) -> RecurringDetails {
        let fields = &self.fields;
        RecurringDetails {
            name: fields.text("name").to_owned(),
            frequency: fields.text("frequency").to_owned(),
            start_date: fields.text("start_date").to_owned(),
            end_date: fields.optional("end_date"),
            next_invoice_date: fields.optional("next_invoice_date"),
            review_first: fields.is_on("review_first"),
            auto_send: fields.is_on("auto_send"),
            prorate_first: fields.is_on("prorate_first"),
            prorate_changes: fields.is_on("prorate_changes"),
            lines: self.rows.clone(),
        }
    }
}

pub(super) fn blank_row() -> LineDetails {
    LineDetails {
        quantity: "1".to_owned(),
        taxable: true,
        ..LineDetails::default()
    }
}

fn is_blank(row: &LineDetails) -> bool {
    row.description.is_empty() && row.unit_price.is_empty()
}

fn sent_rows(fields: &Fields) -> Vec<LineDetails> {
    let column = |name: &str| fields.all(name);
    let (quantities, prices) = (column("line_quantity"), column("line_unit_price"));
    let taxables = column("line_taxable");
    let at = |column: &[&str], row: usize| column.get(row).copied().unwrap_or_default().to_owned();
    let row = |(index, description): (usize, &str)| LineDetails {
        description: description.to_owned(),
        quantity: at(&quantities, index),
        unit_price: at(&prices, index),
        taxable: at(&taxables, index) != "false",
    };
    let descriptions = column("line_description");
    descriptions.into_iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &[u8] = b"line_description=A&line_quantity=2&line_unit_price=5&line_taxable=false\
        &line_description=&line_quantity=1&line_unit_price=&line_taxable=true\
        &line_description=&line_quantity=1&line_unit_price=7&line_taxable=true";

    #[test]
    fn blank_rows_do_not_count_and_half_filled_ones_do() {
        let typed = Typed::sent(Fields::parse(SENT));
        let rows: Vec<_> = typed
            .rows
            .iter()
            .map(|row| {
                (
                    row.description.as_str(),
                    row.unit_price.as_str(),
                    row.taxable,
                )
            })
            .collect();
        assert_eq!(rows, [("A", "5", false), ("", "7", true)]);
    }

    #[test]
    fn rows_are_added_and_removed_without_script() {
        let with = |suffix: &str| {
            let text = [SENT, suffix.as_bytes()].concat();
            Typed::reshaped(&Fields::parse(&text)).map(|typed| typed.rows.len())
        };
        assert_eq!(with(""), None);
        assert_eq!(with("&add_line=1"), Some(4));
        assert_eq!(with("&remove_line=0"), Some(2));
        assert_eq!(with("&remove_line=9"), Some(3));
    }
}
