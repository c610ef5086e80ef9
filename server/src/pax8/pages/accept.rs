//! Accepting what holds a subscription: from the list of what is held, or from Configure Billing.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
};

use super::{
    billing::{saved_answer, subscription_id},
    decisions::held_list,
};
use crate::{
    app::App,
    http::{Fields, Flash, Form, PageResult, go_to},
    ids::SyncId,
    pax8::subscriptions::{Acceptance, Accepted, Circumstances, HeldChange, accept_change},
};

/// `POST …/subscriptions/{subscription}/accept-change`
pub(super) async fn accept(
    State(app): State<App>,
    Path(subscription): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> PageResult {
    let actor = &form.visit.actor;
    actor.require_pax8()?;
    let (id, now) = (subscription_id(&subscription)?, app.clock.now());
    let seen = seen(&form.fields);
    let mut tx = app.database.write(actor.organization).await?;
    let accepted = accept_change(&mut tx, &actor.by(), id, seen, now).await?;
    let circumstances = Circumstances::load(&mut tx, now).await?;
    tx.commit().await?;
    let flashes = [said(&accepted, &circumstances)];
    if form.fields.text("from") == "held" {
        return Ok(go_to(&form.visit, &held_list(), &flashes));
    }
    saved_answer(
        &app,
        &form.visit,
        &headers,
        &accepted.subscription,
        &flashes,
    )
    .await
}

fn seen(fields: &Fields) -> Option<Acceptance> {
    Some(Acceptance {
        change: HeldChange::parse(fields.text("change"))?,
        seen_sync_id: SyncId::parse(fields.text("seen_sync_id"))?,
    })
}

/// What came of it: an end of the link and a hold that stays are said, so that nobody takes it for billed.
fn said(accepted: &Accepted, circumstances: &Circumstances) -> Flash {
    let product = accepted.subscription.product_name();
    if accepted.link_ended.is_some() {
        return Flash::warn(format!(
            "{product} is accepted under its new company. Its link ended; link it again under Configure Billing."
        ));
    }
    match accepted.subscription.standing(circumstances).hold() {
        Some(hold) => Flash::warn(format!("Accepted. {product} is still held: {hold}")),
        None => Flash::ok(format!("{product} may be billed again.")),
    }
}
