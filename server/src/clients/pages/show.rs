//! A client's page.

use askama::Template;
use axum::extract::{Path, State};
use db::OrgTx;
use jiff::Timestamp;

use super::client_id;
use crate::{
    accounts::Permission,
    app::App,
    clients::{Client, ClientOption, list_sharing_reference, load_client},
    error::Result,
    http::{Frame, PageResult, Place, Visit, html},
    ids::{ClientId, CompanyId},
    pax8::{
        companies::companies_of_client,
        subscriptions::{Circumstances, subscriptions_of_company},
    },
    recurring::{RowView, SubscriptionView, list_of_client},
};

#[derive(Template)]
#[template(path = "clients/show.html")]
struct ClientPage {
    frame: Frame,
    client: Client,
    /// Other clients that carry its account reference.
    namesakes: Vec<ClientOption>,
    recurring: Vec<RowView>,
    companies: Vec<CompanyView>,
    may_manage: bool,
    may_bill: bool,
}

/// A company that is mapped to the client.
struct CompanyView {
    id: CompanyId,
    name: String,
    subscriptions: Vec<SubscriptionView>,
}

pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let mut tx = app.database.read(visit.actor.organization).await?;
    let client = load_client(&mut tx, client_id(&id)?).await?;
    let namesakes = list_sharing_reference(&mut tx, &client).await?;
    let recurring = list_of_client(&mut tx, client.id).await?;
    html(&ClientPage {
        frame: visit.frame(Place::Clients, client.name.clone()),
        namesakes,
        recurring: RowView::load(&mut tx, &recurring).await?,
        companies: companies(&mut tx, client.id, app.clock.now()).await?,
        client,
        may_manage: visit.actor.permissions.contains(Permission::ClientsManage),
        may_bill: visit.actor.permissions.contains(Permission::BillingManage),
    })
}

async fn companies(tx: &mut OrgTx, client: ClientId, now: Timestamp) -> Result<Vec<CompanyView>> {
    let circumstances = Circumstances::load(tx, now).await?;
    let mut views = Vec::new();
    for company in companies_of_client(tx, client).await? {
        let subscriptions = subscriptions_of_company(tx, company.id).await?;
        let view = |subscription| SubscriptionView::of(subscription, &circumstances);
        views.push(CompanyView {
            id: company.id,
            name: company.name.unwrap_or(company.pax8_id),
            subscriptions: subscriptions.iter().map(view).collect(),
        });
    }
    Ok(views)
}
