//! The page of background jobs.

use askama::Template;
use axum::{
    Router,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::IntoResponse as _,
    routing::{get, post},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{civil::Date, tz::TimeZone};

use super::{LatestRun, RunOutcome, Task, load_overview, run_now, tasks::name_of, try_again};
use crate::{
    accounts::{Actor, Permission},
    alerts::{Alert, list_open},
    app::App,
    billing_runs,
    error::{Error, Result},
    http::{
        AdminVisit, Fields, Flash, Form, Frame, Moment, PageResult, Place, Question, filters,
        go_and_tell, go_to, html,
    },
    ids::JobId,
    invoices::view::Badge,
    jobs::{JobState, OpenJob},
    pax8::sync,
    recurring::{Due, count_due},
};

const PAGE: &str = "/admin/jobs";
/// Where one reads what a run would make.
const DRY_RUN: (&str, &str) = ("/billing-runs", "See it first in a dry run");

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new()
        .route(PAGE, get(show))
        .route("/admin/jobs/{kind}/run", get(ask).post(run))
        .route("/admin/jobs/queue/{id}/retry", post(again))
}

#[derive(Template)]
#[template(path = "background_jobs/page.html")]
struct JobsPage {
    frame: Frame,
    alerts: Vec<Alert>,
    zone: String,
    live: Live,
}

/// The part that changes while something is under way; the page's script then asks for it again.
#[derive(Template)]
#[template(path = "background_jobs/live.html")]
struct Live {
    lists: String,
    /// What the page shows, for the question whether something happened since.
    seen: String,
    under_way: bool,
}

#[derive(Template)]
#[template(path = "background_jobs/lists.html")]
struct Lists {
    csrf_token: String,
    tasks: Vec<TaskRow>,
    runs: Vec<RunRow>,
    queue: Vec<QueueRow>,
}

struct TaskRow {
    kind: &'static str,
    name: &'static str,
    schedule: String,
    next: Option<Moment>,
    paused: Option<&'static str>,
    can_run: bool,
    /// Whether a question is asked before it runs.
    asks: bool,
    last: Option<RunRow>,
}

struct RunRow {
    name: &'static str,
    trigger: &'static str,
    at: Moment,
    took: Option<String>,
    badge: Badge,
    summary: Option<String>,
    error: Option<String>,
    page: Option<String>,
}

struct QueueRow {
    id: String,
    name: String,
    since: Moment,
    badge: Badge,
    /// When it is tried again.
    next: Option<Moment>,
    attempts: u32,
    error: Option<String>,
    failed: bool,
}

async fn show(
    State(app): State<App>,
    AdminVisit(visit): AdminVisit,
    RawQuery(query): RawQuery,
) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    let actor = &visit.actor;
    actor.require(Permission::SettingsManage)?;
    let mut tx = app.database.read(actor.organization).await?;
    let overview = load_overview(&app, actor, &mut tx).await?;
    let zone = &actor.timezone;
    let under_way = overview.is_under_way();
    let lists = Lists {
        csrf_token: actor.csrf_token.clone(),
        tasks: overview
            .data
            .into_iter()
            .map(|task| TaskRow::of(task, actor))
            .collect(),
        runs: overview
            .runs
            .iter()
            .map(|run| RunRow::of(run, actor))
            .collect(),
        queue: overview
            .queue
            .into_iter()
            .map(|job| QueueRow::of(job, zone))
            .collect(),
    };
    let live = Live::of(&lists, under_way)?;
    if visit.fragment && live.seen == query.text("seen") {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    if visit.fragment {
        return html(&live);
    }
    html(&JobsPage {
        frame: visit.frame(Place::Jobs, "Background Jobs"),
        alerts: list_open(&mut tx).await?,
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        live,
    })
}

impl Live {
    fn of(lists: &Lists, under_way: bool) -> Result<Self> {
        use sha2::Digest as _;
        let lists = lists.render().map_err(Error::internal)?;
        let seen = BASE64_URL_SAFE_NO_PAD.encode(&sha2::Sha256::digest(&lists)[..12]);
        Ok(Self {
            lists,
            seen,
            under_way,
        })
    }
}

/// `GET /admin/jobs/{kind}/run`: what would happen.
async fn ask(
    State(app): State<App>,
    AdminVisit(visit): AdminVisit,
    Path(kind): Path<String>,
) -> PageResult {
    let actor = &visit.actor;
    actor.require(Permission::SettingsManage)?;
    let (effects, more) = match kind.as_str() {
        sync::JOB => {
            actor.require_pax8()?;
            let effect = "Everything is pulled from Pax8 and compared with what is stored.";
            (vec![effect.to_owned()], None)
        }
        billing_runs::JOB => {
            actor.require(Permission::BillingManage)?;
            let today = app.clock.today(&actor.timezone);
            let mut tx = app.database.read(actor.organization).await?;
            let due = count_due(&mut tx, today).await?;
            (billing_effects(&due, today), Some(DRY_RUN))
        }
        _ => return Err(Error::NotFound("background job").into()),
    };
    let question = Question {
        title: format!("Run now: {}?", name_of(&kind)),
        action: format!("{PAGE}/{kind}/run"),
        back: PAGE.to_owned(),
        effects,
        accept: "Run now",
        decline: "Not now",
        danger: false,
    };
    question.ask_with(&visit, Place::Jobs, more)
}

fn billing_effects(due: &Due, today: Date) -> Vec<String> {
    let day = filters::day(&today);
    let what = match (due.periods, due.recurring) {
        (0, _) => {
            return vec![format!(
                "Nothing is due on {day}. Running billing makes nothing."
            )];
        }
        (1, _) => format!("1 invoice is due on {day}."),
        (periods, 1) => format!("{periods} invoices of 1 recurring invoice are due on {day}."),
        (periods, recurring) => {
            format!("{periods} invoices of {recurring} recurring invoices are due on {day}.")
        }
    };
    vec![
        what,
        "Each is made unless there is nothing to bill; what a person has to look at stays a draft. What was billed already is \
         not billed again."
            .to_owned(),
    ]
}

async fn run(
    State(app): State<App>,
    Path(kind): Path<String>,
    Form { visit, .. }: Form,
) -> PageResult {
    visit.actor.require_admin_area()?;
    match run_now(&app, &visit.actor, &kind).await {
        Ok(started) => Ok(match started.billing_run_id {
            Some(id) => go_to(&visit, &format!("/billing-runs/{id}"), &[]),
            None if started.joined => go_to(
                &visit,
                PAGE,
                &[Flash::ok(
                    "A sync is under way already; nothing new was started.",
                )],
            ),
            None => go_to(&visit, PAGE, &[Flash::ok("The sync was started.")]),
        }),
        Err(error) => go_and_tell(&visit, PAGE, error),
    }
}

async fn again(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, .. }: Form,
) -> PageResult {
    visit.actor.require_admin_area()?;
    let id = JobId::parse(&id).ok_or(Error::NotFound("job"))?;
    match try_again(&app, &visit.actor, id).await {
        Ok(job) => {
            let message = format!("{} is in the queue again.", name_of(&job.kind));
            Ok(go_to(&visit, PAGE, &[Flash::ok(message)]))
        }
        Err(error) => go_and_tell(&visit, PAGE, error),
    }
}

impl TaskRow {
    fn of(task: Task, actor: &Actor) -> Self {
        Self {
            kind: task.kind,
            name: task.name,
            schedule: task.schedule,
            next: task.next_run_at.map(|at| Moment::new(at, &actor.timezone)),
            paused: task.paused,
            can_run: task.can_run,
            asks: task.kind == billing_runs::JOB,
            last: task.last_run.map(|run| RunRow::of(&run, actor)),
        }
    }
}

impl RunRow {
    fn of(run: &LatestRun, actor: &Actor) -> Self {
        let page = match run.kind {
            billing_runs::JOB => Some(format!("/billing-runs/{}", run.id)),
            _ if actor.require_pax8().is_err() => None,
            _ => (run.outcome == RunOutcome::Succeeded)
                .then(|| format!("/admin/integrations/pax8/syncs/{}/changes", run.id)),
        };
        Self {
            name: run.name,
            trigger: trigger(&run.trigger),
            at: Moment::new(run.requested_at, &actor.timezone),
            took: run.seconds().map(took),
            badge: badge(run.outcome),
            summary: run.summary.clone(),
            error: run.error.clone(),
            page,
        }
    }
}

impl QueueRow {
    fn of(job: OpenJob, zone: &TimeZone) -> Self {
        let (class, icon, label) = match job.state {
            JobState::Waiting => ("", "clock", "Waiting"),
            JobState::Running => ("badge-info", "refresh", "Running"),
            JobState::Retrying => ("badge-warn", "warning", "Trying again"),
            JobState::Failed => ("badge-bad", "error", "Given up"),
        };
        Self {
            id: job.id.to_string(),
            name: name_of(&job.kind),
            since: Moment::new(job.created_at, zone),
            badge: Badge { class, icon, label },
            next: (job.state == JobState::Retrying).then(|| Moment::new(job.run_at, zone)),
            attempts: job.attempts,
            error: job.last_error,
            failed: job.state == JobState::Failed,
        }
    }
}

fn badge(outcome: RunOutcome) -> Badge {
    let (class, icon, label) = match outcome {
        RunOutcome::Queued => ("", "clock", "Waiting"),
        RunOutcome::Running => ("badge-info", "refresh", "Running"),
        RunOutcome::Succeeded => ("badge-ok", "ok", "Succeeded"),
        RunOutcome::PartlyFailed => ("badge-warn", "warning", "Partly failed"),
        RunOutcome::Failed => ("badge-bad", "error", "Failed"),
        RunOutcome::Interrupted => ("badge-warn", "warning", "Interrupted"),
    };
    Badge { class, icon, label }
}

fn trigger(name: &str) -> &'static str {
    match name {
        "scheduled" => "by schedule",
        "connect" => "after connecting",
        "cli" => "on the command line",
        "webhook" => "after a change at Pax8",
        _ => "by hand",
    }
}

/// `41 s`, `3 min 5 s`.
fn took(seconds: i64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, 0) => "less than 1 s".to_owned(),
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}
