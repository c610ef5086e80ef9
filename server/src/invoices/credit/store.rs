//! Which credit notes an invoice has.

use db::{OrgTx, args};

use crate::{
    error::Result,
    ids::InvoiceId,
    invoices::{Invoice, load_invoice},
};

db::statements! {
    org OF_INVOICE = "select id from invoice where organization_id = $1 and corrects_id = $2 order by id";
}

/// The credit notes of an invoice, oldest first, void ones too.
pub(in crate::invoices) async fn credit_notes_of(
    tx: &mut OrgTx,
    invoice: InvoiceId,
) -> Result<Vec<Invoice>> {
    let mut notes = Vec::new();
    for row in tx.fetch_all(&OF_INVOICE, args![invoice]).await? {
        notes.push(load_invoice(tx, row.get("id")?).await?);
    }
    Ok(notes)
}
