//! The page.

use askama::Template;
use axum::{Router, extract::State, routing::get};
use db::OrgTx;
use jiff::{Timestamp, civil::Date};

use super::{
    figures::{self, Decision, Month, counted},
    store,
};
use crate::{
    accounts::Actor,
    app::App,
    error::Result,
    http::{Frame, PageResult, Place, Visit, filters, html},
    pax8::connection::{ConnectionStatus, data_is_stale, find_connection},
};

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new().route("/", get(show))
}

#[derive(Template)]
#[template(path = "dashboard/page.html")]
struct DashboardPage {
    frame: Frame,
    /// Whether the Pax8 pages open for the visitor.
    pax8: bool,
    connection: ConnectionStatus,
    last_sync: Option<Moment>,
    error: Option<String>,
    has_clients: bool,
    months: Vec<Month>,
    decisions: Vec<Decision>,
    next: Vec<Next>,
}

struct Moment {
    iso: String,
    exact: String,
    text: String,
}

/// A day on which billing comes.
struct Next {
    date: String,
    invoices: String,
    /// Whether it is a day before today: a billing run is due.
    overdue: bool,
}

async fn show(State(app): State<App>, visit: Visit) -> PageResult {
    let mut tx = app.database.read(visit.actor.organization).await?;
    html(&DashboardPage::load(&mut tx, &visit, app.clock.now()).await?)
}

impl DashboardPage {
    async fn load(tx: &mut OrgTx, visit: &Visit, now: Timestamp) -> Result<Self> {
        let actor = &visit.actor;
        let today = now.to_zoned_datetime(actor.timezone.clone()).date();
        let connection = find_connection(tx).await?;
        let months = store::month(tx).await?;
        let last_sync = connection.as_ref().and_then(|it| it.last_sync_at);
        Ok(Self {
            frame: visit.frame(Place::Dashboard, "Dashboard"),
            pax8: actor.require_pax8().is_ok(),
            connection: ConnectionStatus::of(connection.as_ref()),
            last_sync: last_sync.map(|at| Moment::new(at, actor)),
            error: connection.and_then(|it| it.last_error),
            has_clients: store::clients(tx).await? > 0,
            decisions: decisions(tx, !months.is_empty(), now).await?,
            months: months.iter().filter_map(Month::of).collect(),
            next: next(tx, today).await?,
        })
    }
}

impl Moment {
    fn new(at: Timestamp, actor: &Actor) -> Self {
        Self {
            iso: at.to_string(),
            exact: filters::exact(&at, &actor.timezone),
            text: filters::minute(&at, &actor.timezone),
        }
    }
}

async fn decisions(tx: &mut OrgTx, bills: bool, now: Timestamp) -> Result<Vec<Decision>> {
    let mut decisions = Vec::new();
    if bills && data_is_stale(tx, now).await? {
        decisions.push(Decision {
            icon: "clock",
            text: "Pax8 data is older than 48 hours".to_owned(),
            note: "linked subscriptions are held until a sync succeeds".to_owned(),
            url: "/admin/integrations/pax8",
        });
    }
    decisions.extend(figures::held(store::held(tx).await?));
    decisions.extend(figures::below_cost(&store::below_cost(tx).await?));
    decisions.extend(figures::unmapped(store::unmapped(tx).await?));
    let not_linked = store::not_linked_count(tx).await?;
    decisions.extend(figures::not_linked(
        not_linked,
        &store::not_linked(tx).await?,
    ));
    Ok(decisions)
}

async fn next(tx: &mut OrgTx, today: Date) -> Result<Vec<Next>> {
    let days = store::next_billings(tx).await?;
    Ok(days
        .iter()
        .map(|day| Next {
            date: filters::day(&day.date),
            invoices: counted(day.invoices, "recurring invoice", "recurring invoices"),
            overdue: day.date < today,
        })
        .collect())
}
