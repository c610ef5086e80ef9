//! Accepting what holds a subscription: from the list of what is held, or from Configure Billing.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
};
use db::OrgTx;

use super::{
    billing::{saved_answer, subscription_id},
    decisions::held_list,
    filter::PAGE,
};
use crate::{
    accounts::Permission,
    app::App,
    billing_runs::{Occasion, recalculate},
    http::{Fields, Flash, Form, PageResult, Visit, go_to},
    ids::{InvoiceId, SyncId},
    invoices::{InvoiceStatus, load_invoice},
    pax8::subscriptions::{Acceptance, Accepted, Bill, Circumstances, HeldChange, accept_change},
};

/// Where somebody decided, and so where they come back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The company of the subscription.
    Company,
    /// The list of what is held.
    HeldList,
    /// A draft, which is computed anew with the decision.
    Draft(InvoiceId),
}

/// What a form says about where it stood.
pub(super) fn origin(fields: &Fields) -> Origin {
    let from = fields.text("from");
    let draft = from.strip_prefix("invoice:").and_then(InvoiceId::parse);
    match draft {
        Some(id) => Origin::Draft(id),
        None if from == "held" => Origin::HeldList,
        None => Origin::Company,
    }
}

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
    let (seen, from) = (seen(&form.fields), origin(&form.fields));
    let bill = match form.fields.text("bill") {
        "once" => Bill::Once,
        _ => Bill::Always,
    };
    let mut tx = app.database.write(actor.organization).await?;
    let accepted = accept_change(&mut tx, &actor.by(), id, seen, bill, now).await?;
    let circumstances = Circumstances::load(&mut tx, now).await?;
    let flashes = vec![said(&accepted, bill, &circumstances)];
    if from == Origin::Company {
        tx.commit().await?;
        let subscription = &accepted.subscription;
        return saved_answer(&app, &form.visit, &headers, subscription, &flashes).await;
    }
    come_back(&app, tx, &form.visit, from, flashes).await
}

/// Commits, and leads back to where somebody decided. A draft is computed anew first, if they may do that.
pub(super) async fn come_back(
    app: &App,
    mut tx: OrgTx,
    visit: &Visit,
    from: Origin,
    mut flashes: Vec<Flash>,
) -> PageResult {
    let path = match from {
        Origin::Company => PAGE.to_owned(),
        Origin::HeldList => held_list(),
        Origin::Draft(id) => {
            let may = visit.actor.require(Permission::BillingManage).is_ok();
            let invoice = load_invoice(&mut tx, id).await?;
            if may && invoice.status == InvoiceStatus::Draft {
                recalculate(&mut tx, &visit.actor.by(), id, Occasion::of(app)).await?;
                flashes.push(Flash::ok("The draft was recalculated."));
            }
            format!("/invoices/{id}")
        }
    };
    tx.commit().await?;
    Ok(go_to(visit, &path, &flashes))
}

fn seen(fields: &Fields) -> Option<Acceptance> {
    Some(Acceptance {
        change: HeldChange::parse(fields.text("change"))?,
        seen_sync_id: SyncId::parse(fields.text("seen_sync_id"))?,
    })
}

/// What came of it: an end of the link and a hold that stays are said, so that nobody takes it for billed.
fn said(accepted: &Accepted, bill: Bill, circumstances: &Circumstances) -> Flash {
    let product = accepted.subscription.product_name();
    if accepted.link_ended.is_some() {
        return Flash::warn(format!(
            "{product} is accepted under its new company. Its link ended; link it again under Configure Billing."
        ));
    }
    if bill == Bill::Once {
        return Flash::ok(format!(
            "{product} is billed once: on the draft that waits, or else on the next invoice."
        ));
    }
    match accepted.subscription.standing(circumstances).hold() {
        Some(hold) => Flash::warn(format!("Accepted. {product} is still held: {hold}")),
        None => Flash::ok(format!("{product} may be billed again.")),
    }
}
