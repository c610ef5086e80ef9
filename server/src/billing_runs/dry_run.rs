//! What a run would do, computed in a snapshot: nothing is written.

use billing::Period;
use db::OrgTx;
use jiff::{Timestamp, civil::Date};

use super::{
    PeriodBill,
    basis::{Basis, due_period},
};
use crate::{error::Result, invoices::find_of_period, recurring::RecurringInvoice};

/// A due period and its bill.
pub(super) struct Prospect {
    pub period: Period,
    /// None: an invoice bills the period already.
    pub bill: Option<PeriodBill>,
}

/// Goes through the periods that are due on a day as a run would, oldest first.
pub(super) async fn look_ahead(
    tx: &mut OrgTx,
    recurring: RecurringInvoice,
    as_of: Date,
    now: Timestamp,
) -> Result<Vec<Prospect>> {
    let mut prospects = Vec::new();
    let mut basis = Basis::load(tx, recurring, None, now).await?;
    while let Some(period) = due_period(&basis.recurring, as_of)? {
        let billed = find_of_period(tx, basis.recurring.id, period).await?;
        let bill = match billed {
            Some(_) => None,
            None => Some(basis.bill(period)?),
        };
        basis.pass(period, bill.as_ref())?;
        prospects.push(Prospect { period, bill });
    }
    Ok(prospects)
}
