//! Making a recurring invoice.

use billing::Schedule;
use db::OrgTx;
use jiff::{Timestamp, civil::Date};

use super::{
    RecurringDetails, RecurringInvoice,
    details::Accepted,
    load_recurring_invoice,
    rhythm::{self, MOST_PERIODS_DUE, Rhythm},
    store,
};
use crate::{
    accounts::By,
    audit,
    checks::Checks,
    clients::find_client,
    error::{Error, Result},
    ids::{ClientId, RecurringInvoiceId},
    organizations::load_organization,
};

/// Makes a recurring invoice for an active client.
///
/// # Errors
/// When a field is refused: `client_id` where there is no such client or it is archived.
pub async fn create_recurring_invoice(
    tx: &mut OrgTx,
    by: &By,
    client: Option<ClientId>,
    details: &RecurringDetails,
    now: Timestamp,
) -> Result<RecurringInvoice> {
    let mut checks = Checks::default();
    let client = match client {
        Some(id) => find_client(tx, id).await?,
        None => None,
    };
    match &client {
        None => checks.refuse("client_id", "Choose one of your clients."),
        Some(client) if !client.is_active() => {
            checks.refuse("client_id", "This client is archived. Restore it first.");
        }
        Some(_) => {}
    }
    let currency = client.as_ref().map(|client| client.currency);
    let accepted = details.accept(checks, currency.unwrap_or(money::Currency::USD))?;
    let client = client.ok_or(Error::NotFound("client"))?;
    let rhythm = rhythm::begin(
        accepted.frequency,
        accepted.start_date,
        accepted.next_invoice_date,
    )
    .map_err(Error::internal)?;
    refuse_next_after_end(&accepted, rhythm)?;
    refuse_too_many_due(tx, &accepted, rhythm, now).await?;

    let id = RecurringInvoiceId::new();
    store::insert(tx, id, client.id, &accepted, rhythm, now).await?;
    let invoice = load_recurring_invoice(tx, id).await?;
    let event = audit::Event {
        by,
        action: "recurring_invoice.created",
        subject_type: "recurring_invoice",
        subject_id: id.to_string(),
    };
    audit::record(tx, event, now, audit::NOTHING, Some(&invoice)).await?;
    Ok(invoice)
}

fn refuse_next_after_end(it: &Accepted, rhythm: Rhythm) -> Result<()> {
    match it.end_date.filter(|end| rhythm.next >= *end) {
        None => Ok(()),
        Some(end) => Err(Error::field(
            "next_invoice_date",
            format!("Choose a date before the end date, {end}."),
        )),
    }
}

/// A billing run catches up period by period; a mistyped year would make hundreds of invoices.
pub(super) async fn refuse_too_many_due(
    tx: &mut OrgTx,
    it: &Accepted,
    rhythm: Rhythm,
    now: Timestamp,
) -> Result<()> {
    let schedule = Schedule {
        anchor: rhythm.anchor,
        frequency: it.frequency,
    };
    let today = today(tx, now).await?;
    let due = rhythm::periods_due(schedule, rhythm.next, today, it.end_date);
    if due.map_err(Error::internal)? <= MOST_PERIODS_DUE {
        return Ok(());
    }
    Err(Error::field(
        "next_invoice_date",
        format!(
            "More than {MOST_PERIODS_DUE} periods would be billed at once. Choose a later date."
        ),
    ))
}

/// Today, where the organization is.
pub(super) async fn today(tx: &mut OrgTx, now: Timestamp) -> Result<Date> {
    let zone = load_organization(tx).await?.timezone;
    Ok(now.to_zoned_datetime(zone).date())
}
