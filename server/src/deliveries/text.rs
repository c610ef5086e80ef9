//! What the mail says.

use jiff::civil::Date;

use super::template::Filling;
use crate::{
    error::Result,
    http::filters,
    invoices::{Invoice, InvoiceStatus, view::period_text},
    organizations::Organization,
};

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// The mail that an issued invoice goes with.
///
/// # Errors
/// When an amount is out of range.
pub fn compose(invoice: &Invoice, organization: &Organization) -> Result<Words> {
    let (number, seller) = (invoice.title(), &organization.name);
    let kind = invoice.kind().label();
    let mut facts = vec![format!("Total: {}", filters::money(&invoice.total))];
    if invoice.status == InvoiceStatus::PartiallyPaid && !invoice.is_credit_note() {
        facts.push(format!(
            "To be paid: {}",
            filters::money(&invoice.balance()?)
        ));
    }
    facts.extend(invoice.due_date.map(|date| format!("Due: {}", day(&date))));
    facts.extend(
        invoice
            .period
            .map(|period| format!("Period: {}", period_text(&period))),
    );
    facts.push(format!("Lines: {}", invoice.lines.len()));
    let own = &organization.mail;
    let (total, due, period) = (
        filters::money(&invoice.total),
        invoice.due_date.as_ref().map(day).unwrap_or_default(),
        invoice.period.as_ref().map(period_text).unwrap_or_default(),
    );
    let filling = Filling([number, &invoice.client.name, &total, &due, &period, seller]);
    let usual = || {
        format!(
            "Hello {},\n\n{} {number} is attached.\n\n{}\n\nKind regards\n{seller}\n",
            invoice.client.name,
            kind.to_lowercase(),
            facts.join("\n")
        )
    };
    Ok(Words {
        subject: match &own.subject {
            Some(own) => own.fill(&filling),
            None => format!("{kind} {number} from {seller}"),
        },
        text: own
            .text
            .as_ref()
            .map_or_else(usual, |own| own.fill(&filling)),
    })
}

fn day(date: &Date) -> String {
    filters::day(date)
}
