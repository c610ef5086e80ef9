//! Putting an invoice on its way.

use db::OrgTx;
use jiff::Timestamp;

use super::{Delivery, DeliveryState, perform, store};
use crate::{
    accounts::By,
    audit,
    clients::load_client,
    error::{Error, Result},
    ids::{DeliveryId, InvoiceId},
    invoices::{Invoice, InvoiceStatus, load_invoice},
    mail::{Mail, Recipients},
};

/// What came of asking.
#[derive(Debug, Clone)]
pub struct Sending {
    /// The delivery.
    pub delivery: Delivery,
    /// Whether it was on its way already.
    pub joined: bool,
}

/// Puts an issued invoice on its way to an address, or to the client's as it is now; the job is written with it.
///
/// While it is on its way to the same address, that is joined. One that waits for another attempt at another address is ended
/// in favour of this one. After the commit, [`Wake::wake`](crate::jobs::Wake::wake) makes this process look at once.
///
/// # Errors
/// When there is no such invoice, it is a draft or void, mail is not set up, there is no address or what was given is none,
/// or it is being handed over to another address at this moment.
pub async fn send(
    tx: &mut OrgTx,
    by: &By,
    mail: Option<&Mail>,
    id: InvoiceId,
    to: Option<&str>,
    now: Timestamp,
) -> Result<Sending> {
    let invoice = load_invoice(tx, id).await?;
    require_sendable(&invoice)?;
    let mail = require_mail(mail)?;
    let to = match to.map(str::trim).filter(|to| !to.is_empty()) {
        Some(typed) => Recipients::parse(typed).ok_or_else(|| Error::field("to", NO_ADDRESSES))?,
        None => address_of(tx, &invoice).await?,
    };
    let to = to.to_string();
    if let Some(unfinished) = store::find_unfinished(tx, id).await? {
        if unfinished.to.eq_ignore_ascii_case(&to) {
            return Ok(Sending {
                delivery: unfinished,
                joined: true,
            });
        }
        give_way(tx, &unfinished, &to, now).await?;
    }
    let delivery = DeliveryId::new();
    let new = store::New {
        id: delivery,
        invoice: id,
        to: &to,
        message_id: &mail.message_id(&delivery.to_string()),
        by: &by.name,
        now,
    };
    store::insert(tx, &new).await?;
    perform::enqueue(tx, delivery, 0, now, now).await?;
    let event = audit::Event {
        by,
        action: "invoice.send_requested",
        subject_type: "invoice",
        subject_id: id.to_string(),
    };
    let after = serde_json::json!({ "to": to });
    audit::record(tx, event, now, audit::NOTHING, Some(&after)).await?;
    Ok(Sending {
        delivery: store::load(tx, delivery).await?,
        joined: false,
    })
}

const NO_ADDRESSES: &str = "This is not an e-mail address that mail can be sent to. It looks like accounts@example.com; several are \
    separated by commas.";

/// Goes on only if the installation sends mail.
///
/// # Errors
/// When it is not set up.
pub fn require_mail(mail: Option<&Mail>) -> Result<&Mail> {
    mail.ok_or_else(|| {
        let detail = "This installation is not set up to send mail. Whoever runs the server sets ASCENT_SMTP_URL and \
            ASCENT_MAIL_FROM; until then, save the PDF and send it yourself.";
        Error::conflict("mail_not_configured", detail)
    })
}

/// Whether mail can be sent to a client's address.
#[must_use]
pub fn can_be_sent_to(email: Option<&str>) -> Option<Recipients> {
    Recipients::parse(email?)
}

/// Goes on only with what a client may get.
///
/// # Errors
/// When it is a draft or void.
pub fn require_sendable(invoice: &Invoice) -> Result<()> {
    let refuse = |detail: &str| Err(Error::conflict("invoice_status", detail));
    match invoice.status {
        InvoiceStatus::Draft => refuse("This is a draft. Issue it first, then send it."),
        InvoiceStatus::Void => refuse("This invoice is void. There is nothing to send."),
        InvoiceStatus::Issued | InvoiceStatus::PartiallyPaid | InvoiceStatus::Paid => Ok(()),
    }
}

/// The address of the invoice's client, as it is now.
///
/// # Errors
/// When it has none, or none that mail can be sent to.
pub async fn address_of(tx: &mut OrgTx, invoice: &Invoice) -> Result<Recipients> {
    let client = load_client(tx, invoice.client_id).await?;
    can_be_sent_to(client.email.as_deref()).ok_or_else(|| {
        let what = match client.email {
            None => "no e-mail address",
            Some(_) => "an e-mail address that mail cannot be sent to",
        };
        let message = format!(
            "The client {} has {what}. Enter one on the client's page, or say where to send it.",
            client.name
        );
        Error::field("to", message)
    })
}

/// Ends a delivery that waits for another attempt, in favour of one to another address.
async fn give_way(tx: &mut OrgTx, waiting: &Delivery, to: &str, now: Timestamp) -> Result<()> {
    if waiting.state == DeliveryState::Sending {
        let detail = format!(
            "It is being sent to {} at this moment. Try again when that has ended.",
            waiting.to
        );
        return Err(Error::conflict("delivery_under_way", detail));
    }
    let words = match &waiting.last_error {
        Some(error) => format!("Not tried again, because it was sent to {to} instead. {error}"),
        None => format!("Not tried, because it was sent to {to} instead."),
    };
    store::end(tx, waiting, DeliveryState::Failed, Some(&words), now).await?;
    Ok(())
}
