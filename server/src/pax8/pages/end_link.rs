//! Ending the link of a subscription that is not to be billed any more, with what that stops in numbers.

use axum::{
    extract::{Path, Query, State},
    response::Redirect,
};
use db::OrgTx;
use serde::Deserialize;

use super::{
    accept::{come_back, origin},
    billing::{back, subscription_id},
    confirm::Question,
    filter::PAGE,
};
use crate::{
    app::App,
    error::Result,
    http::{Flash, Form, PageResult, Pax8Visit, filters},
    ids::SubscriptionId,
    pax8::subscriptions::{BillingDraft, Subscription, configure_billing, load_subscription},
};

#[derive(Deserialize)]
pub(super) struct From {
    #[serde(default)]
    from: String,
}

/// `GET …/subscriptions/{subscription}/end-link`
pub(super) async fn ask(
    State(app): State<App>,
    Pax8Visit(visit): Pax8Visit,
    Path(subscription): Path<String>,
    Query(From { from }): Query<From>,
) -> PageResult {
    let mut tx = app.database.read(visit.actor.organization).await?;
    let subscription = load_subscription(&mut tx, subscription_id(&subscription)?).await?;
    match question(&subscription, &from) {
        Some(question) => question.ask(&visit),
        // Somebody was faster.
        None => Ok(axum::response::IntoResponse::into_response(Redirect::to(
            &back(&subscription),
        ))),
    }
}

/// `POST …/subscriptions/{subscription}/end-link`
pub(super) async fn confirmed(
    State(app): State<App>,
    Path(subscription): Path<String>,
    form: Form,
) -> PageResult {
    let actor = &form.visit.actor;
    actor.require_pax8()?;
    let (id, now) = (subscription_id(&subscription)?, app.clock.now());
    let version = form.fields.text("version").parse().ok();
    let mut tx = app.database.write(actor.organization).await?;
    let product = end_link(&mut tx, actor.by(), id, version, now).await?;
    let from = origin(&form.fields);
    let said = Flash::ok(format!(
        "{product} is not billed any more. Link it again under Configure Billing if that was a mistake."
    ));
    come_back(&app, tx, &form.visit, from, vec![said]).await
}

async fn end_link(
    tx: &mut OrgTx,
    by: crate::accounts::By,
    id: SubscriptionId,
    version: Option<i64>,
    now: jiff::Timestamp,
) -> Result<String> {
    let present = load_subscription(tx, id).await?;
    let draft = BillingDraft {
        recurring_invoice_id: None,
        version,
        ..BillingDraft::of(&present.settings)
    };
    configure_billing(tx, &by, id, &draft, now).await?;
    Ok(present.product_name().to_owned())
}

fn question(subscription: &Subscription, from: &str) -> Option<Question> {
    let invoice = subscription.recurring_invoice.as_ref()?;
    let product = subscription.product_name();
    let worth = subscription.worth();
    let monthly = worth.monthly_revenue.as_ref().map(filters::money);
    let stops = format!("{product} stops billing on “{}”", invoice.name);
    Some(Question {
        title: format!("End the link of {product}?"),
        lead: "This takes effect at once:".to_owned(),
        effects: vec![
            match monthly {
                Some(amount) => format!("{stops}, worth {amount} a month."),
                None => format!("{stops}."),
            },
            "Drafts that wait are to be recalculated.".to_owned(),
        ],
        stays: Some("Markup, override price and what was issued stay."),
        action: format!("{PAGE}/subscriptions/{}/end-link", subscription.id),
        says: vec![
            ("version", subscription.settings.version.to_string()),
            ("from", from.to_owned()),
        ],
        swap: None,
        accept: "End the link",
        decline: "Cancel",
        back: back(subscription),
    })
}
