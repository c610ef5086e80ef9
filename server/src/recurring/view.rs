//! Recurring invoices as pages show them: everything written out.

use billing::Frequency;
use db::OrgTx;
use money::{Amount, UnitPrice};

use super::{RecurringInvoice, RecurringStatus};
use crate::{
    error::Result,
    http::filters,
    ids::{ClientId, RecurringInvoiceId},
    pax8::subscriptions::linked_monthly,
};

/// A row of a table of recurring invoices.
pub struct RowView {
    /// Its id.
    pub id: RecurringInvoiceId,
    /// Its name.
    pub name: String,
    /// Whom it bills.
    pub client_id: ClientId,
    /// The client's name.
    pub client_name: String,
    /// What its lines come to, a period; none where it has no lines.
    pub amount: Option<String>,
    /// What linked subscriptions add a month; none where there are none.
    pub linked_monthly: Option<String>,
    /// Its rhythm in words.
    pub frequency: &'static str,
    /// The next invoice date; none where it is over.
    pub next: Option<String>,
    /// Its status.
    pub badge: Badge,
}

/// A status, as it looks.
pub struct Badge {
    /// `badge-ok`, `badge-warn` or nothing.
    pub class: &'static str,
    /// The name of its icon.
    pub icon: &'static str,
    /// In words.
    pub label: &'static str,
}

/// A line of a table of hand-made lines.
pub(super) struct LineView {
    pub description: String,
    pub quantity: String,
    pub unit_price: String,
    pub amount: String,
    pub taxable: bool,
}

impl RowView {
    /// The rows of recurring invoices, with what the subscriptions linked to them add.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn load(tx: &mut OrgTx, invoices: &[RecurringInvoice]) -> Result<Vec<Self>> {
        let linked = linked_monthly(tx, invoices.iter().map(|it| it.id)).await?;
        let row = |it: &RecurringInvoice| Self::of(it, linked.get(&it.id).copied());
        Ok(invoices.iter().map(row).collect())
    }

    fn of(it: &RecurringInvoice, linked_monthly: Option<Amount>) -> Self {
        Self {
            linked_monthly: linked_monthly.as_ref().map(filters::money),
            id: it.id,
            name: it.name.clone(),
            client_id: it.client_id,
            client_name: it.client_name.clone(),
            amount: (!it.lines.is_empty()).then(|| filters::money(&it.lines_total)),
            frequency: frequency(it.frequency),
            next: it
                .status
                .is_live()
                .then(|| filters::day(&it.next_invoice_date)),
            badge: badge(it.status),
        }
    }
}

/// A rhythm in words.
pub(super) fn frequency(frequency: Frequency) -> &'static str {
    match frequency {
        Frequency::Weekly => "Weekly",
        Frequency::Monthly => "Monthly",
        Frequency::Quarterly => "Quarterly",
        Frequency::SemiAnnual => "Semi-annual",
        Frequency::Annual => "Annual",
    }
}

pub(super) fn badge(status: RecurringStatus) -> Badge {
    let (class, icon, label) = match status {
        RecurringStatus::Active => ("badge-ok", "ok", "Active"),
        RecurringStatus::Paused => ("badge-warn", "pause", "Paused"),
        RecurringStatus::Cancelled => ("", "off", "Cancelled"),
        RecurringStatus::Ended => ("", "off", "Ended"),
    };
    Badge { class, icon, label }
}

/// The hand-made lines.
pub(super) fn lines(it: &RecurringInvoice) -> Result<Vec<LineView>> {
    let line = |line: &super::RecurringLine| {
        let price = UnitPrice::from_exact(line.unit_price, it.currency)?;
        Ok(LineView {
            description: line.description.clone(),
            quantity: filters::quantity(&line.quantity),
            unit_price: filters::price(&price.value(), Some(it.currency.code())),
            amount: filters::money(&price.times(line.quantity)?),
            taxable: line.taxable,
        })
    };
    it.lines.iter().map(line).collect()
}
