//! A client's page.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use db::OrgTx;
use jiff::{Timestamp, civil::Date};
use money::Amount;

use super::client_id;
use crate::{
    accounts::{Costs, Permission},
    app::App,
    clients::{Client, ClientOption, Earnings, earnings_of, list_sharing_reference, load_client},
    error::Result,
    http::{
        Fields, Frame, List, PageQuery, PageResult, Paging, Place, Visit, address, filters, html,
    },
    ids::{ClientId, InvoiceId},
    invoices::{
        self, ClientStanding, Invoice, list_invoices, standing_of_client,
        view::{Badge, badge_of},
    },
    pax8::{
        companies::companies_of_client,
        pages::company_page,
        subscriptions::{Circumstances, ListSubscriptions, list_subscriptions},
    },
    recurring::{RowView, SubscriptionView, list_of_client},
};

/// How many of its invoices a client's page shows.
const LATEST_INVOICES: u32 = 10;
/// How many subscriptions of a company it shows at a time.
const SUBSCRIPTIONS: u32 = 50;

#[derive(Template)]
#[template(path = "clients/show.html")]
struct ClientPage {
    frame: Frame,
    client: Client,
    /// What it brings.
    earnings: Earnings,
    /// Whether the margin is shown.
    costs: bool,
    /// Other clients that carry its account reference.
    namesakes: Vec<ClientOption>,
    recurring: Vec<RowView>,
    companies: Vec<CompanyView>,
    invoices: Vec<InvoiceView>,
    /// How it stands, by currency; nothing: it owes nothing and has no credit.
    standing: Vec<StandingView>,
    /// Whether it has more invoices than are shown.
    more_invoices: bool,
    may_manage: bool,
    may_bill: bool,
    may_use_pax8: bool,
}

/// A company that is mapped to the client, with a page of its subscriptions.
#[derive(Template)]
#[template(path = "clients/company.html")]
struct CompanyView {
    id: String,
    name: String,
    /// Its row on the Pax8 page, for those to whom that opens.
    url: Option<String>,
    subscriptions: Vec<SubscriptionView>,
    first: Option<String>,
    next: Option<String>,
}

/// How the client stands in one currency; parts that are nothing are left out.
struct StandingView {
    owed: Option<String>,
    overdue: Option<String>,
    credit: Option<String>,
}

/// One of the client's latest invoices.
struct InvoiceView {
    id: InvoiceId,
    title: String,
    /// The number of the invoice that a credit note corrects.
    corrects: Option<String>,
    issued: Option<String>,
    total: String,
    badge: Badge,
}

pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    let may_use_pax8 = visit.actor.require_pax8().is_ok();
    let mut tx = app.database.read(visit.actor.organization).await?;
    let client = load_client(&mut tx, client_id(&id)?).await?;
    let now = app.clock.now();
    let companies = companies(&mut tx, client.id, &query, may_use_pax8, now).await?;
    if let Some(asked) = companies
        .iter()
        .find(|it| visit.fragment && it.id == query.text("company"))
    {
        return html(asked);
    }
    let namesakes = list_sharing_reference(&mut tx, &client).await?;
    let recurring = list_of_client(&mut tx, client.id).await?;
    let invoices = latest_invoices(&mut tx, client.id).await?;
    let earnings = earnings_of(&mut tx, &client).await?;
    let today = app.clock.today(&visit.actor.timezone);
    let standing = standing_of_client(&mut tx, client.id, today).await?;
    let invoice_view = |invoice| InvoiceView::of(invoice, today);
    html(&ClientPage {
        invoices: invoices.data.iter().map(invoice_view).collect(),
        standing: standing.iter().map(StandingView::of).collect(),
        more_invoices: invoices.next_cursor.is_some(),
        frame: visit.frame(Place::Clients, client.name.clone()),
        namesakes,
        recurring: RowView::load(&mut tx, &recurring).await?,
        companies,
        client,
        earnings,
        costs: visit.actor.costs() == Costs::Shown,
        may_manage: visit.actor.permissions.contains(Permission::ClientsManage),
        may_bill: visit.actor.permissions.contains(Permission::BillingManage),
        may_use_pax8,
    })
}

/// The companies of a client with their subscriptions: the first of them, but of the company that the address names those
/// from where it says.
async fn companies(
    tx: &mut OrgTx,
    client: ClientId,
    query: &Fields,
    linked: bool,
    now: Timestamp,
) -> Result<Vec<CompanyView>> {
    let circumstances = Circumstances::load(tx, now).await?;
    let mut views = Vec::new();
    for company in companies_of_client(tx, client).await? {
        let id = company.id.to_string();
        let page = PageQuery {
            limit: Some(SUBSCRIPTIONS),
            cursor: query
                .optional("rows")
                .filter(|_| query.text("company") == id),
        };
        let wanted = ListSubscriptions {
            company: Some(company.id),
            ..ListSubscriptions::default()
        };
        let list = list_subscriptions(tx, &wanted, &page, &circumstances).await?;
        let view = |subscription| SubscriptionView::of(subscription, &circumstances);
        let at = |cursor: &str| {
            let path = format!("/clients/{client}");
            let address = address(&path, [("company", id.as_str()), ("rows", cursor)]);
            format!("{address}#subscriptions-{id}")
        };
        views.push(CompanyView {
            url: linked.then(|| company_page(&id, &company.pax8_id)),
            name: company.name.unwrap_or(company.pax8_id),
            subscriptions: list.data.iter().map(view).collect(),
            first: page.cursor.is_some().then(|| at("")),
            next: list.next_cursor.as_deref().map(at),
            id,
        });
    }
    Ok(views)
}

async fn latest_invoices(tx: &mut OrgTx, client: ClientId) -> Result<List<Invoice>> {
    let filter = invoices::Filter {
        client: Some(client),
        ..invoices::Filter::default()
    };
    let latest = Paging {
        limit: LATEST_INVOICES,
        after: None,
    };
    list_invoices(tx, &filter, &latest).await
}

impl StandingView {
    fn of(standing: &ClientStanding) -> Self {
        let some = |amount: &Amount| (!amount.is_zero()).then(|| filters::money(amount));
        Self {
            owed: some(&standing.owed),
            overdue: some(&standing.overdue),
            credit: some(&standing.credit),
        }
    }
}

impl InvoiceView {
    fn of(invoice: &Invoice, today: Date) -> Self {
        Self {
            id: invoice.id,
            title: invoice.title().to_owned(),
            corrects: invoice.correction.as_ref().map(|it| it.number.clone()),
            issued: invoice.issue_date.as_ref().map(filters::day),
            total: filters::money(&invoice.total),
            badge: badge_of(invoice, today),
        }
    }
}
