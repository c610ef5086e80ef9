//! What became of the demo's invoices: one is paid in half, and of one a unit is credited. Others are for the visitor.

use money::split::part;

use crate::{
    accounts::By,
    app::App,
    cli::Failure,
    http::PageQuery,
    ids::OrganizationId,
    invoices::{
        Filter, Invoice, InvoiceStatus,
        credit::{CreditDetails, CreditLine, credit_invoice},
        issue, list_invoices,
        payments::{PaymentDetails, record_payment},
    },
};

pub(super) async fn happen(
    app: &App,
    by: &By,
    organization: OrganizationId,
) -> Result<(), Failure> {
    let now = app.clock.now();
    let mut tx = app.database.write(organization).await?;
    let filter = Filter {
        status: Some(InvoiceStatus::Issued),
        ..Filter::default()
    };
    let issued = list_invoices(&mut tx, &filter, &PageQuery::default().paging()?).await?;
    let mut issued = issued.data.iter();
    if let Some(invoice) = issued.next() {
        record_payment(&mut tx, by, invoice.id, &half(invoice)?, now).await?;
    }
    if let Some(invoice) = issued.next() {
        let note = credit_invoice(&mut tx, by, invoice.id, &one_unit(), now).await?;
        issue(&mut tx, by, note.id, None, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn half(invoice: &Invoice) -> Result<PaymentDetails, Failure> {
    let amount = part(invoice.total, 1, 2).map_err(crate::error::Error::from)?;
    Ok(PaymentDetails {
        amount: amount.to_string(),
        reference: Some("Bank transfer".to_owned()),
        ..PaymentDetails::default()
    })
}

fn one_unit() -> CreditDetails {
    CreditDetails {
        reason: "One unit was billed by mistake.".to_owned(),
        lines: Some(vec![CreditLine {
            line: 1,
            quantity: Some("1".to_owned()),
            amount: None,
        }]),
    }
}
