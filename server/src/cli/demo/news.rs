//! What happens in the demo's estate between the first and the second sync, so that history, missing and moved records show.

use jiff::Timestamp;
use pax8_sandbox::{
    Estate, NewSubscription, Sandbox, UnknownRecord,
    demo::{company_id, product_id, subscription_id},
};
use rust_decimal::Decimal;

use crate::cli::Failure;

/// Lets it happen, and moves the sandbox's clock to the present. Every start of a demo does so, because its estate is
/// composed again each time.
pub(super) fn happen(sandbox: &Sandbox, now: Timestamp) -> Result<(), Failure> {
    change(&sandbox.estate())
        .map_err(|cause| Failure::Said(format!("The demo's estate cannot change: {cause}.")))?;
    sandbox.set_now(now);
    Ok(())
}

fn change(estate: &Estate) -> Result<(), UnknownRecord> {
    // More seats, a dearer licence.
    estate.set_quantity(&subscription_id(2), 8.into())?;
    estate.set_partner_cost(&subscription_id(17), Some(Decimal::new(1120, 2)))?;
    // Held until somebody has looked: gone, moved, another product.
    estate.remove_subscription(&subscription_id(26))?;
    estate.remove_subscription(&subscription_id(36))?;
    estate.move_subscription(&subscription_id(3), &company_id(9))?;
    estate.change_product(&subscription_id(11), &product_id(10))?;
    // New, and nobody has priced it.
    estate.add_subscription(NewSubscription {
        id: Some(subscription_id(61)),
        company: company_id(1),
        product: product_id(6),
        quantity: Some(4.into()),
        price: Some(30.into()),
        partner_cost: Some(Decimal::new(2520, 2)),
        ..NewSubscription::default()
    });
    Ok(())
}
