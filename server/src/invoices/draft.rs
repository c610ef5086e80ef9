//! What an invoice is made of, and storing it as a draft.

use billing::Assembled;
use db::OrgTx;
use jiff::{Timestamp, civil::Date};
use money::Currency;

use super::{ClientSnapshot, Correction, InvoiceKind, Origin, ReviewReason, SellerSnapshot, store};
use crate::{
    error::{Error, Result},
    ids::{BillingRunId, ClientId, InvoiceId},
};

/// An invoice to be stored.
pub struct NewInvoice {
    /// Who pays.
    pub client_id: ClientId,
    /// Who pays, as they are now.
    pub client: ClientSnapshot,
    /// Who is paid, as they are now.
    pub seller: SellerSnapshot,
    /// Days from issue to due.
    pub payment_terms_days: u32,
    /// What it is made from.
    pub origin: Option<Origin>,
    /// What it corrects, if it is a credit note.
    pub correction: Option<Correction>,
    /// The run that makes it.
    pub billing_run_id: Option<BillingRunId>,
    /// The client's currency.
    pub currency: Currency,
    /// The days it covers.
    pub period: Option<billing::Period>,
    /// The day from which on the days before the period are charged with it.
    pub first_from: Option<Date>,
    /// Lines, what is held and skipped, taxes and totals.
    pub assembled: Assembled,
    /// Why a person has to look at it; empty: for no reason.
    pub review: Vec<ReviewReason>,
}

impl NewInvoice {
    /// Whether it is an invoice or a credit note.
    #[must_use]
    pub fn kind(&self) -> InvoiceKind {
        match self.correction {
            Some(_) => InvoiceKind::CreditNote,
            None => InvoiceKind::Invoice,
        }
    }
}

/// Stores a draft with its lines. The schema refuses a second one for the same recurring invoice and period.
///
/// # Errors
/// When the database refuses.
pub async fn insert_draft(
    tx: &mut OrgTx,
    id: InvoiceId,
    new: &NewInvoice,
    now: Timestamp,
) -> Result<()> {
    store::insert(tx, &[(id, new, None)], now).await
}

/// Puts other lines, totals and snapshots in the place of a draft's.
///
/// # Errors
/// When it is no draft, or the database refuses.
pub async fn replace_draft(tx: &mut OrgTx, id: InvoiceId, new: NewInvoice) -> Result<()> {
    if !store::replace(tx, id, &new).await? {
        return Err(Error::NotFound("draft"));
    }
    store::delete_lines(tx, id).await?;
    store::insert_lines(tx, &[(id, &new)]).await
}
