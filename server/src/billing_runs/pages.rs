//! The pages of billing runs: starting one, rehearsing one, and what came of it.

use askama::Template;
use axum::{
    Router,
    extract::{Path, RawQuery, State},
    response::Response,
    routing::{get, post},
};
use jiff::civil::Date;

use super::{
    BillingRun, Occasion, Requested, RunInvoice, RunStatus, Skip, Trigger, list_runs, recalculate,
    request_run, run, run::load_run_page,
};
use crate::{
    accounts::Permission,
    app::App,
    error::{Error, Result},
    http::{
        Fields, Flash, Form, Frame, Moment, PageQuery, PageResult, Pager, Place, Visit, filters,
        go_to, html, html_parts, html_refused,
    },
    ids::BillingRunId,
    invoices::{
        InvoiceSum, ReviewReason, RunSum, invoice_id, sums_of_run,
        view::{Badge, path, period_text},
    },
};

/// Invoices on a page of a run.
const ROWS: u32 = 100;

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/billing-runs", get(show_form).post(start))
        .route("/billing-runs/{id}", get(show))
        .route("/invoices/{id}/recalculate", post(recalculate_draft))
        .merge(super::rebill_pages::routes())
}

#[derive(Template)]
#[template(path = "billing_runs/form.html")]
struct FormPage {
    frame: Frame,
    as_of: String,
    refusal: Option<String>,
    runs: Vec<BillingRun>,
}

#[derive(Template)]
#[template(path = "billing_runs/run.html")]
struct RunPage {
    frame: Frame,
    run: BillingRun,
    badge: Badge,
    made: Made,
    /// Who set it off.
    trigger: &'static str,
    at: Moment,
    /// How far it is, while it has not ended.
    under_way: Option<UnderWay>,
    may_bill: bool,
}

/// A run that has not ended.
struct UnderWay {
    id: String,
    waits: bool,
    done: usize,
    total: Option<usize>,
    created: usize,
}

/// A page of the invoices that the run made, with what all of them come to.
#[derive(Template)]
#[template(path = "billing_runs/made.html")]
struct Made {
    dry_run: bool,
    issued: Table,
    to_review: Table,
    pager: Pager,
}

/// Invoices on the page, and how many there are with what they come to.
struct Table {
    rows: Vec<InvoiceRow>,
    count: u32,
    worth: String,
}

/// An invoice of the run, written out.
struct InvoiceRow {
    id: Option<String>,
    title: String,
    recurring_id: String,
    recurring_name: String,
    client_id: String,
    client_name: String,
    period: String,
    why: String,
    /// Whom it goes to by mail.
    send_to: Option<String>,
    total: String,
}

async fn show_form(State(app): State<App>, visit: Visit, RawQuery(query): RawQuery) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    let asked = query.text("as_of").parse::<Date>().ok();
    let day = asked.unwrap_or_else(|| app.clock.today(&visit.actor.timezone));
    html(&form_page(&app, &visit, day.to_string(), None).await?)
}

/// What came of the form.
enum Outcome {
    Rehearsed(Box<BillingRun>),
    Asked(Requested),
}

/// A dry run is answered at once; a run is only asked for, and its page tells how it goes.
async fn start(State(app): State<App>, Form { visit, fields }: Form) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let typed = fields.text("as_of").to_owned();
    let organization = visit.actor.organization;
    let trigger = Trigger::Manual(visit.actor.by());
    let outcome = match typed.parse::<Date>() {
        Ok(as_of) if fields.is_on("dry_run") => run(&app, organization, as_of, true, trigger)
            .await
            .map(|run| Outcome::Rehearsed(Box::new(run))),
        Ok(as_of) => request_run(&app, organization, as_of, &trigger)
            .await
            .map(Outcome::Asked),
        Err(_) => Err(Error::field("as_of", "Choose a date.")),
    };
    match outcome {
        Ok(Outcome::Rehearsed(run)) => {
            let made = Made::of(&run, &run.sums()?, Pager::none())?;
            html(&run_page(&visit, *run, made))
        }
        Ok(Outcome::Asked(requested)) => Ok(go_to_run(&app, &visit, &requested)),
        Err(error) if !error.field_errors().is_empty() => {
            html_refused(&form_page(&app, &visit, typed, Some(error.to_string())).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Lets the run begin, and goes to its page.
pub(crate) fn go_to_run(app: &App, visit: &Visit, requested: &Requested) -> Response {
    app.wake.wake();
    let flashes: &[Flash] = &match requested.joined {
        true => vec![Flash::ok(
            "A run for this day is under way already; this is it.",
        )],
        false => Vec::new(),
    };
    go_to(visit, &format!("/billing-runs/{}", requested.id), flashes)
}

async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    let id = BillingRunId::parse(&id).ok_or(Error::NotFound("billing run"))?;
    let page = PageQuery {
        limit: Some(ROWS),
        cursor: query.optional("cursor"),
    };
    let mut tx = app.database.read(visit.actor.organization).await?;
    let (run, next) = load_run_page(&mut tx, id, &page).await?;
    let sums = sums_of_run(&mut tx, id).await?;
    let path = format!("/billing-runs/{id}");
    let made = Made::of(&run, &sums, Pager::of(&path, &query, next.as_deref()))?;
    if visit.fragment {
        return html_parts(&[&made], &[]);
    }
    html(&run_page(&visit, run, made))
}

async fn recalculate_draft(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, .. }: Form,
) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let id = invoice_id(&id)?;
    let mut tx = app.database.write(visit.actor.organization).await?;
    let invoice = recalculate(&mut tx, &visit.actor.by(), id, Occasion::of(&app)).await?;
    tx.commit().await?;
    let message = format!("Recalculated: {}.", filters::money(&invoice.total));
    Ok(go_to(&visit, &path(id), &[Flash::ok(message)]))
}

async fn form_page(
    app: &App,
    visit: &Visit,
    as_of: String,
    refusal: Option<String>,
) -> Result<FormPage> {
    let mut tx = app.database.read(visit.actor.organization).await?;
    let latest = PageQuery {
        limit: Some(10),
        cursor: None,
    };
    Ok(FormPage {
        frame: visit.frame(Place::Invoices, "Run billing"),
        as_of,
        refusal,
        runs: list_runs(&mut tx, &latest.paging()?).await?.data,
    })
}

fn run_page(visit: &Visit, run: BillingRun, made: Made) -> RunPage {
    let day = filters::day(&run.as_of);
    let title = if run.dry_run {
        format!("Dry run of {day}")
    } else {
        format!("Billing run of {day}")
    };
    let zone = &visit.actor.timezone;
    RunPage {
        frame: visit.frame(Place::Invoices, title),
        badge: badge_of(&run),
        made,
        trigger: match run.trigger.as_str() {
            "manual" => "Started by hand",
            "scheduled" => "Started by the clock",
            _ => "Started on the command line",
        },
        at: Moment::new(run.requested_at, zone),
        under_way: UnderWay::of(&run),
        may_bill: visit.actor.require(Permission::BillingManage).is_ok(),
        run,
    }
}

fn badge_of(run: &BillingRun) -> Badge {
    let (class, icon, label) = match run.status {
        _ if run.dry_run => ("badge-info", "info", "Nothing written"),
        RunStatus::Queued => ("badge-info", "clock", "Waiting"),
        RunStatus::Running => ("badge-info", "clock", "Running"),
        RunStatus::Succeeded => ("badge-ok", "ok", "Finished"),
        RunStatus::PartlyFailed => ("badge-warn", "warning", "Finished with problems"),
        RunStatus::Interrupted => ("badge-warn", "warning", "Interrupted"),
    };
    Badge { class, icon, label }
}

impl UnderWay {
    fn of(run: &BillingRun) -> Option<Self> {
        let id = run.id.filter(|_| !run.status.is_finished())?;
        Some(Self {
            id: id.to_string(),
            waits: run.status == RunStatus::Queued,
            done: run.progress.done,
            total: run.progress.total,
            created: run.created,
        })
    }
}

impl Made {
    fn of(run: &BillingRun, sums: &[RunSum], pager: Pager) -> Result<Self> {
        Ok(Self {
            dry_run: run.dry_run,
            issued: Table::of(run, sums, false)?,
            to_review: Table::of(run, sums, true)?,
            pager,
        })
    }
}

impl Table {
    fn of(run: &BillingRun, sums: &[RunSum], needs_review: bool) -> Result<Self> {
        let rows = run.invoices.iter();
        let rows = rows.filter(|it| it.needs_review == needs_review);
        let sums: Vec<&InvoiceSum> = sums
            .iter()
            .filter(|it| it.needs_review == needs_review)
            .map(|it| &it.sum)
            .collect();
        let counts = sums
            .iter()
            .try_fold(0_u32, |all, it| all.checked_add(it.count));
        let worth: Vec<String> = sums.iter().map(|it| filters::money(&it.total)).collect();
        Ok(Self {
            rows: rows.map(InvoiceRow::of).collect(),
            count: counts.ok_or_else(|| Error::internal("more invoices than can be counted"))?,
            worth: worth.join(" and "),
        })
    }
}

impl InvoiceRow {
    fn of(invoice: &RunInvoice) -> Self {
        let held = match invoice.held {
            0 => None,
            1 => Some("1 subscription is held.".to_owned()),
            held => Some(format!("{held} subscriptions are held.")),
        };
        let reasons = invoice
            .review_reasons
            .iter()
            .filter(|it| **it != ReviewReason::Held);
        let why: Vec<String> = held
            .into_iter()
            .chain(reasons.map(ToString::to_string))
            .collect();
        let recurring = invoice.recurring_invoice.as_ref();
        Self {
            id: invoice.id.map(|id| id.to_string()),
            title: invoice.number.clone().unwrap_or_else(|| "Draft".to_owned()),
            recurring_id: recurring.map(|it| it.id.to_string()).unwrap_or_default(),
            recurring_name: recurring.map(|it| it.name.clone()).unwrap_or_default(),
            client_id: invoice.client.id.to_string(),
            client_name: invoice.client.name.clone(),
            period: invoice
                .period
                .map(|period| {
                    period_text(&billing::Period {
                        start: period.start,
                        end: period.end,
                    })
                })
                .unwrap_or_default(),
            why: why.join(" "),
            send_to: invoice.send_to.clone(),
            total: filters::money(&invoice.total),
        }
    }
}

impl RunPage {
    fn is_interrupted(run: &BillingRun) -> bool {
        run.status == RunStatus::Interrupted
    }

    fn period(skip: &Skip) -> String {
        period_text(&skip.period)
    }
}

impl FormPage {
    fn is_under_way(run: &BillingRun) -> bool {
        !run.status.is_finished()
    }

    fn day(date: &Date) -> String {
        filters::day(date)
    }

    fn badge(run: &BillingRun) -> Badge {
        badge_of(run)
    }
}
