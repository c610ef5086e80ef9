//! What a person found out about mail that was lost track of.

use db::OrgTx;
use jiff::Timestamp;

use super::{Delivery, DeliveryState, store};
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    ids::DeliveryId,
};

/// Takes a delivery for sent of which nobody knew: the client has it. Or one that failed: it was sent in another way.
///
/// # Errors
/// When there is no such delivery, it is on its way, or was sent.
pub async fn settle(tx: &mut OrgTx, by: &By, id: DeliveryId, now: Timestamp) -> Result<Delivery> {
    let delivery = store::load(tx, id).await?;
    match delivery.state {
        DeliveryState::Failed | DeliveryState::Unknown => {}
        DeliveryState::Queued | DeliveryState::Sending => {
            let detail = "It is on its way. Wait until that has ended.";
            return Err(Error::conflict("delivery_under_way", detail));
        }
        DeliveryState::Sent => {
            let detail = "It was sent. There is nothing to settle.";
            return Err(Error::conflict("delivery_sent", detail));
        }
    }
    store::end(
        tx,
        &delivery,
        DeliveryState::Sent,
        delivery.last_error.as_deref(),
        now,
    )
    .await?;
    let event = audit::Event {
        by,
        action: "invoice.receipt_confirmed",
        subject_type: "invoice",
        subject_id: delivery.invoice_id.to_string(),
    };
    let before = serde_json::json!({ "state": delivery.state });
    let after = serde_json::json!({ "state": "sent", "to": delivery.to });
    audit::record(tx, event, now, Some(&before), Some(&after)).await?;
    store::load(tx, id).await
}
