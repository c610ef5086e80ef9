//! The page of what was not sent, or perhaps not.

use askama::Template;
use axum::extract::State;

use super::{
    store::{Troubled, list_trouble},
    view::DeliveryView,
};
use crate::{
    accounts::Permission,
    app::App,
    http::{Frame, PageResult, Place, Visit, html},
    ids::InvoiceId,
};

/// More than anybody works off in one go; what is settled makes room for the rest.
const MOST: u32 = 200;

#[derive(Template)]
#[template(path = "deliveries/list.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<Row>,
}

struct Row {
    invoice: InvoiceId,
    number: String,
    client_id: String,
    client_name: String,
    delivery: DeliveryView,
}

pub(super) async fn list(State(app): State<App>, visit: Visit) -> PageResult {
    let mut tx = app.database.read(visit.actor.organization).await?;
    let may_send = visit.actor.require(Permission::BillingManage).is_ok();
    let zone = &visit.actor.timezone;
    let row = |it: Troubled| Row {
        invoice: it.delivery.invoice_id,
        delivery: DeliveryView::of(&it.delivery, zone, may_send),
        number: it.number,
        client_id: it.client_id,
        client_name: it.client_name,
    };
    let troubled = list_trouble(&mut tx, MOST).await?;
    html(&ListPage {
        frame: visit.frame(Place::Invoices, "Not sent"),
        rows: troubled.into_iter().map(row).collect(),
    })
}
