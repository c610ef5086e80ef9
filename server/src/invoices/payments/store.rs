//! Every SQL statement about payments, and what they make of an invoice.

use db::{OrgTx, Row, args};
use jiff::{Timestamp, civil::Date};
use money::{Amount, Currency};

use super::{DocumentRef, Payment};
use crate::{
    error::{Error, Result},
    ids::{ClientId, InvoiceId, PaymentId},
    invoices::{Invoice, InvoiceStatus},
};

db::statements! {
    org INSERT = "insert into payment (organization_id, id, invoice_id, credit_note_id, amount_minor, paid_on, reference,
        recorded_by, recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    org TAKE_BACK = "update payment set taken_back_at = $3 where organization_id = $1 and id = $2";
    bulk OF_INVOICES = "with wanted (organization_id, id) as (values", 2,
        "), found as (select id from payment where organization_id = $1 and invoice_id in (select id from wanted)
            union select id from payment where organization_id = $1 and credit_note_id in (select id from wanted))
        select p.*, i.number as invoice_number, i.currency as currency, n.number as credit_note_number from payment p
        join invoice i on i.organization_id = p.organization_id and i.id = p.invoice_id
        left join invoice n on n.organization_id = p.organization_id and n.id = p.credit_note_id
        where p.organization_id = $1 and p.id in (select id from found) order by p.id";
    org PAID = "select cast(coalesce(sum(case when invoice_id = $2 then amount_minor else -amount_minor end), 0) as bigint) as paid
        from payment where organization_id = $1 and (invoice_id = $2 or credit_note_id = $2) and taken_back_at is null";
    org SET_PAID = "update invoice set paid_minor = $3, status = $4 where organization_id = $1 and id = $2";
    org OPEN_CREDITS = "select id, number, currency, total_minor, paid_minor from invoice where organization_id = $1
        and client_id = $2 and currency = $3 and corrects_id is not null and status in ('issued', 'partially_paid') order by id";
}

/// A payment to be stored.
pub(super) struct NewPayment<'a> {
    pub invoice: InvoiceId,
    pub credit_note: Option<InvoiceId>,
    pub amount: Amount,
    pub paid_on: Date,
    pub reference: Option<String>,
    pub by: &'a str,
    pub now: Timestamp,
}

/// A credit note of which something is left.
pub(in crate::invoices) struct OpenCredit {
    pub note: DocumentRef,
    /// How much, above zero.
    pub left: Amount,
}

pub(super) async fn insert(tx: &mut OrgTx, new: NewPayment<'_>) -> Result<PaymentId> {
    let id = PaymentId::new();
    let args = args![
        id,
        new.invoice,
        new.credit_note,
        new.amount.minor(),
        new.paid_on,
        new.reference,
        new.by,
        new.now
    ];
    tx.execute(&INSERT, args).await?;
    Ok(id)
}

pub(super) async fn mark_taken_back(tx: &mut OrgTx, id: PaymentId, now: Timestamp) -> Result<()> {
    tx.execute(&TAKE_BACK, args![id, now]).await?;
    Ok(())
}

/// Makes paid amount and status of an invoice what its payments say.
pub(super) async fn renew_paid(tx: &mut OrgTx, id: InvoiceId, total: Amount) -> Result<()> {
    let row = tx.fetch_one(&PAID, args![id]).await?;
    let paid = Amount::from_minor(row.get("paid")?, total.currency());
    let status = InvoiceStatus::of_paid(total, paid).as_str();
    tx.execute(&SET_PAID, args![id, paid.minor(), status])
        .await?;
    Ok(())
}

/// Gives each of the invoices its payments, in the order in which they were recorded.
pub(in crate::invoices) async fn add_payments(
    tx: &mut OrgTx,
    invoices: &mut [Invoice],
) -> Result<()> {
    let wanted = invoices.iter().map(|invoice| args![invoice.id]).collect();
    for row in tx.fetch_bulk(&OF_INVOICES, wanted).await? {
        let payment = read(&row)?;
        let concerned = invoices.iter_mut().filter(|it| payment.concerns(it.id));
        concerned.for_each(|it| it.payments.push(payment.clone()));
    }
    Ok(())
}

/// The credit notes of a client of which something is left, in a currency, oldest first.
pub(in crate::invoices) async fn open_credits(
    tx: &mut OrgTx,
    client: ClientId,
    currency: Currency,
) -> Result<Vec<OpenCredit>> {
    let args = args![client, currency.code()];
    let rows = tx.fetch_all(&OPEN_CREDITS, args).await?;
    let read = |row: &Row| {
        let amount =
            |column: &str| -> Result<Amount> { Ok(Amount::from_minor(row.get(column)?, currency)) };
        Ok(OpenCredit {
            note: DocumentRef {
                id: row.get("id")?,
                number: row.get("number")?,
            },
            left: amount("paid_minor")?.checked_sub(amount("total_minor")?)?,
        })
    };
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Payment> {
    let currency = row.parse("currency", str::parse::<Currency>)?;
    let currency = currency.ok_or_else(|| Error::internal("an invoice without a currency"))?;
    let credit_note: Option<InvoiceId> = row.get("credit_note_id")?;
    let number: Option<String> = row.get("credit_note_number")?;
    Ok(Payment {
        id: row.get("id")?,
        invoice: DocumentRef {
            id: row.get("invoice_id")?,
            number: row.get("invoice_number")?,
        },
        credit_note: credit_note
            .zip(number)
            .map(|(id, number)| DocumentRef { id, number }),
        amount: Amount::from_minor(row.get("amount_minor")?, currency),
        paid_on: row.get("paid_on")?,
        reference: row.get("reference")?,
        recorded_by: row.get("recorded_by")?,
        recorded_at: row.get("recorded_at")?,
        taken_back_at: row.get("taken_back_at")?,
    })
}
