//! What a person says about a recurring invoice, and what of it is accepted.

use billing::Frequency;
use jiff::civil::Date;
use money::{Amount, Currency, Decimal, UnitPrice, parse_decimal, round_unit_price};

use super::RecurringInvoice;
use crate::{checks::Checks, error::Result};

const LONGEST_NAME: usize = 200;
const LONGEST_DESCRIPTION: usize = 500;
const MOST_LINES: usize = 200;
/// Either way from zero: beyond it stands a slip of the finger.
const MOST_UNITS: u32 = 1_000_000;
/// Either way from zero, in major units.
const HIGHEST_PRICE: u32 = 100_000_000;

/// A recurring invoice as it was typed or sent: texts where a person types, so that every refusal names its field.
#[derive(Debug, Clone, Default)]
pub struct RecurringDetails {
    /// Required, at most 200 characters.
    pub name: String,
    /// `weekly`, `monthly`, `quarterly`, `semi_annual` or `annual`.
    pub frequency: String,
    /// A date.
    pub start_date: String,
    /// A date after the start, or nothing.
    pub end_date: Option<String>,
    /// A date on or after the start; nothing: the start of the first period to be billed.
    pub next_invoice_date: Option<String>,
    /// Make drafts and wait.
    pub review_first: bool,
    /// Whether its invoices are sent by e-mail as they are issued by a billing run.
    pub auto_send: bool,
    /// Charge part of the first period.
    pub prorate_first: bool,
    /// Bill seat changes within a period.
    pub prorate_changes: bool,
    /// The hand-made lines, in order.
    pub lines: Vec<LineDetails>,
}

/// A line as it was typed or sent.
#[derive(Debug, Clone, Default)]
pub struct LineDetails {
    /// Required, at most 500 characters.
    pub description: String,
    /// A decimal other than zero.
    pub quantity: String,
    /// A decimal that needs no rounding.
    pub unit_price: String,
    /// Whether tax is charged on it.
    pub taxable: bool,
}

/// Details that were accepted. Dates that depend on what was billed are for the verb to judge.
pub(super) struct Accepted {
    pub name: String,
    pub frequency: Frequency,
    pub start_date: Date,
    pub end_date: Option<Date>,
    pub next_invoice_date: Option<Date>,
    pub review_first: bool,
    pub auto_send: bool,
    pub prorate_first: bool,
    pub prorate_changes: bool,
    pub lines: Vec<AcceptedLine>,
    pub lines_total: Amount,
}

/// A line that was accepted.
pub(super) struct AcceptedLine {
    pub description: String,
    pub quantity: Decimal,
    pub unit_price: UnitPrice,
    pub taxable: bool,
}

impl RecurringDetails {
    /// The details of a recurring invoice as it is.
    #[must_use]
    pub fn of(it: &RecurringInvoice) -> Self {
        let line = |line: &super::RecurringLine| LineDetails {
            description: line.description.clone(),
            quantity: line.quantity.to_string(),
            unit_price: line.unit_price.to_string(),
            taxable: line.taxable,
        };
        Self {
            name: it.name.clone(),
            frequency: it.frequency.code().to_owned(),
            start_date: it.start_date.to_string(),
            end_date: it.end_date.map(|date| date.to_string()),
            next_invoice_date: Some(it.next_invoice_date.to_string()),
            review_first: it.review_first,
            auto_send: it.auto_send,
            prorate_first: it.prorate_first,
            prorate_changes: it.prorate_changes,
            lines: it.lines.iter().map(line).collect(),
        }
    }

    /// Lets a next invoice date that was left as it is follow a start date that was moved: what a form that shows both means.
    pub(super) fn follow_start(mut self, before: &RecurringInvoice) -> Self {
        let same_next = self.next_invoice_date == Some(before.next_invoice_date.to_string());
        if same_next && self.start_date != before.start_date.to_string() {
            self.next_invoice_date = None;
        }
        self
    }

    /// The details, if nothing is wrong with them. `checks` has what was refused before.
    pub(super) fn accept(&self, mut checks: Checks, currency: Currency) -> Result<Accepted> {
        let name = checks.required(
            "name",
            &self.name,
            LONGEST_NAME,
            "Enter a name, for example Managed services.",
        );
        let frequency = Frequency::from_code(self.frequency.trim());
        if frequency.is_none() {
            checks.refuse(
                "frequency",
                "Choose weekly, monthly, quarterly, semi_annual or annual.",
            );
        }
        let start_date = checks.date("start_date", Some(&self.start_date));
        if self.start_date.trim().is_empty() {
            checks.refuse("start_date", "Choose the first invoice date.");
        }
        let end_date = checks.date("end_date", self.end_date.as_deref());
        let next = checks.date("next_invoice_date", self.next_invoice_date.as_deref());
        if let Some(start) = start_date {
            if end_date.is_some_and(|end| end <= start) {
                let message = format!("Choose a date after the start date, {start}.");
                checks.refuse("end_date", message);
            }
            if next.is_some_and(|next| next < start) {
                let message = format!("Choose the start date, {start}, or a later one.");
                checks.refuse("next_invoice_date", message);
            }
        }
        let lines = accept_lines(&mut checks, &self.lines, currency);
        let total = lines_total(&lines, currency);
        if total.is_none() {
            checks.refuse(
                "lines",
                "Together the lines come to more than can be counted.",
            );
        }
        let (Some(frequency), Some(start_date), Some(lines_total)) = (frequency, start_date, total)
        else {
            return Err(checks.into_refusal());
        };
        checks.finish()?;
        Ok(Accepted {
            name,
            frequency,
            start_date,
            end_date,
            next_invoice_date: next,
            review_first: self.review_first,
            auto_send: self.auto_send,
            prorate_first: self.prorate_first,
            prorate_changes: self.prorate_changes,
            lines,
            lines_total,
        })
    }
}

fn accept_lines(
    checks: &mut Checks,
    lines: &[LineDetails],
    currency: Currency,
) -> Vec<AcceptedLine> {
    if lines.len() > MOST_LINES {
        checks.refuse("lines", format!("Use at most {MOST_LINES} lines."));
        return Vec::new();
    }
    lines
        .iter()
        .enumerate()
        .filter_map(|(index, line)| accept_line(checks, index, line, currency))
        .collect()
}

fn accept_line(
    checks: &mut Checks,
    index: usize,
    line: &LineDetails,
    currency: Currency,
) -> Option<AcceptedLine> {
    let field = |name: &str| format!("lines[{index}].{name}");
    let description = checks.required(
        &field("description"),
        &line.description,
        LONGEST_DESCRIPTION,
        "Enter a description.",
    );
    let quantity = checks
        .value(field("quantity"), parse_decimal(&line.quantity))
        .and_then(|it| checks.value(field("quantity"), usual_quantity(it)));
    let unit_price = checks
        .value(field("unit_price"), parse_decimal(&line.unit_price))
        .and_then(|it| checks.value(field("unit_price"), usual_price(it, currency)));
    Some(AcceptedLine {
        description,
        quantity: quantity?,
        unit_price: unit_price?,
        taxable: line.taxable,
    })
}

fn usual_quantity(quantity: Decimal) -> Result<Decimal, &'static str> {
    if quantity.is_zero() {
        Err("Enter a quantity other than 0, or remove the line.")
    } else if quantity.abs() > MOST_UNITS.into() {
        Err("Enter a quantity of at most 1,000,000.")
    } else if quantity.normalize().scale() > 4 {
        Err("Use at most 4 decimals.")
    } else {
        Ok(quantity.normalize())
    }
}

/// What is typed is what is printed: a price that would have to be rounded is refused.
fn usual_price(price: Decimal, currency: Currency) -> Result<UnitPrice, String> {
    if price.abs() > HIGHEST_PRICE.into() {
        return Err("Enter a price of at most 100,000,000.".to_owned());
    }
    let rounded = round_unit_price(price, currency).map_err(|error| error.to_string())?;
    if rounded.value() == price {
        return Ok(rounded);
    }
    let digits = currency.minor_digits();
    Err(format!(
        "Use at most {digits} decimals for {currency}, or 4 for a price below 1."
    ))
}

fn lines_total(lines: &[AcceptedLine], currency: Currency) -> Option<Amount> {
    let amounts = lines
        .iter()
        .map(|line| line.unit_price.times(line.quantity));
    let amounts = amounts.collect::<Result<Vec<_>, _>>().ok()?;
    Amount::sum(currency, amounts).ok()
}
