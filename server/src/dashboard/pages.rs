//! The page.

use askama::Template;
use axum::{Router, extract::State, routing::get};
use db::OrgTx;
use jiff::{Timestamp, civil::Date};

use super::{
    chart::Chart,
    figures::{self, Decision, Month, counted},
    history::{self, MonthEnd},
    store::{MonthSum, NextBilling, Sums},
};
use crate::{
    accounts::{Actor, Costs},
    alerts::{Alert, list_open},
    app::App,
    deliveries::count_trouble,
    error::Result,
    http::{Frame, Moment, PageResult, Place, Visit, filters, html},
    invoices::overdue_invoices,
    organizations::load_organization,
    pax8::{
        connection::{ConnectionStatus, data_is_stale, find_connection},
        subscriptions::{count_to_decide, held_subscriptions},
    },
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
    next_sync: Option<Moment>,
    error: Option<String>,
    /// What is wrong with what runs by itself.
    alerts: Vec<Alert>,
    has_clients: bool,
    months: Vec<Month>,
    chart: Option<Chart>,
    decisions: Vec<Decision>,
    next: Vec<Next>,
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
        let ends = history::month_ends(now, &actor.timezone)?;
        let since = ends.first().map_or(now, |earliest| earliest.at);
        let sums = Sums::load(tx, actor.currency, since).await?;
        let last_sync = connection.as_ref().and_then(|it| it.last_sync_at);
        let connected = connection.as_ref().filter(|it| it.active);
        let next_sync = connected.map(|it| it.next_sync_at);
        Ok(Self {
            frame: visit.frame(Place::Dashboard, "Dashboard"),
            pax8: actor.require_pax8().is_ok(),
            connection: ConnectionStatus::of(connection.as_ref()),
            last_sync: last_sync.map(|at| Moment::new(at, &actor.timezone)),
            next_sync: next_sync.map(|at| Moment::new(at, &actor.timezone)),
            error: connection.and_then(|it| it.last_error),
            alerts: list_open(tx).await?,
            has_clients: sums.has_clients,
            decisions: decisions(tx, &sums, actor, now).await?,
            chart: chart(actor, &sums, &ends)?,
            months: sums
                .months
                .iter()
                .map(|sum| Month::of(sum, actor.costs()))
                .collect(),
            next: next(&sums.next, today),
        })
    }
}

/// The organization's own currency over twelve months, where anything is billed in it.
fn chart(actor: &Actor, sums: &Sums, ends: &[MonthEnd]) -> Result<Option<Chart>> {
    if actor.costs() == Costs::Hidden {
        return Ok(None);
    }
    let currency = actor.currency;
    let (own, others): (Vec<&MonthSum>, Vec<&MonthSum>) = sums
        .months
        .iter()
        .partition(|sum| sum.all.revenue.currency() == currency);
    if own.is_empty() {
        return Ok(None);
    }
    let (since, arrivals) = (sums.known_since, &sums.arrivals);
    let past = history::past_months(ends, since, arrivals, &sums.corrections, currency)?;
    let others: Vec<_> = others
        .iter()
        .map(|sum| sum.all.revenue.currency().code())
        .collect();
    Ok(Chart::of(&past, &others))
}

async fn decisions(
    tx: &mut OrgTx,
    sums: &Sums,
    actor: &Actor,
    now: Timestamp,
) -> Result<Vec<Decision>> {
    let today = now.to_zoned_datetime(actor.timezone.clone()).date();
    let mut decisions = figures::not_sent(count_trouble(tx).await?);
    if data_is_stale(tx, now).await? {
        decisions.extend(figures::stale(&sums.months));
    }
    // What stale data hold is told by itself, in one line.
    let timezone = load_organization(tx).await?.timezone;
    let held = held_subscriptions(tx, &timezone).await?;
    decisions.extend(figures::held(&held));
    let cost = match actor.costs() {
        Costs::Shown => {
            decisions.extend(figures::below_cost(&sums.below_cost));
            &sums.unmapped_cost[..]
        }
        Costs::Hidden => &[],
    };
    decisions.extend(figures::unmapped(sums.unmapped, cost));
    let not_linked = count_to_decide(tx).await?.not_linked;
    decisions.extend(figures::not_linked(not_linked, &sums.not_linked));
    decisions.extend(figures::overdue(&overdue_invoices(tx, today).await?));
    Ok(decisions)
}

fn next(days: &[NextBilling], today: Date) -> Vec<Next> {
    let next = |day: &NextBilling| Next {
        date: filters::day(&day.date),
        invoices: counted(day.invoices, "recurring invoice", "recurring invoices"),
        overdue: day.date < today,
    };
    days.iter().map(next).collect()
}
