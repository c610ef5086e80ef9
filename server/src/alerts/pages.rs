//! The page of alerts, in the settings.

use askama::Template;
use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use db::OrgTx;
use jiff::tz::TimeZone;
use secrecy::ExposeSecret as _;

use super::{
    Alert, AlertSettings, AlertSettingsDetails, Channel, Condition, Event, Notice, change_settings,
    letter, list_alerts, load_settings, remove_webhook, send_test, set_webhook,
};
use crate::{
    accounts::{Permission, tokens::ShownOnce},
    app::App,
    audit,
    error::{Error, Result},
    http::{
        ConfirmedForm, Fields, Flash, Form, Frame, Moment, PageQuery, PageResult, Place, Question,
        Refusals, Visit, go_and_tell, go_to, html, html_conflict, html_refused,
    },
    organizations::TABS,
};

const PATH: &str = "/admin/settings/alerts";
/// Alerts that are shown.
const SHOWN: u32 = 10;

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new()
        .route(PATH, get(show).post(save))
        .route("/admin/settings/alerts/test", post(test))
        .route("/admin/settings/alerts/webhook", post(save_webhook))
        .route(
            "/admin/settings/alerts/webhook/remove",
            get(ask_remove).post(remove),
        )
}

#[derive(Template)]
#[template(path = "settings/alerts.html")]
struct AlertsPage {
    frame: Frame,
    tab: &'static str,
    alerts: Vec<AlertRow>,
    typed: Fields,
    refusals: Refusals,
    notice: Option<String>,
    version: i64,
    conditions: [Condition; Condition::ALL.len()],
    mail_available: bool,
    /// Whom mail goes to at present, where nobody is named.
    owners: Option<String>,
    webhook_host: Option<String>,
    can_test: bool,
}

struct AlertRow {
    title: &'static str,
    detail: String,
    page: &'static str,
    icon: &'static str,
    lasts: bool,
    began: Moment,
    ended: Option<Moment>,
    told: Vec<String>,
}

impl AlertRow {
    fn of(alert: Alert, zone: &TimeZone) -> Self {
        Self {
            title: alert.title,
            page: alert.condition.page(),
            lasts: alert.ended_at.is_none(),
            icon: match alert.ended_at {
                None => "warning",
                Some(_) => "ok",
            },
            began: Moment::new(alert.began_at, zone),
            ended: alert.ended_at.map(|at| Moment::new(at, zone)),
            told: alert.notices.iter().map(|it| told(it, zone)).collect(),
            detail: alert.detail,
        }
    }
}

/// A notice in a sentence.
fn told(notice: &Notice, zone: &TimeZone) -> String {
    let what = match notice.event {
        Event::Began => "That it began",
        Event::Lasts => "That it lasts",
        Event::Ended => "That it is over",
        Event::Test => "A test",
    };
    let how = match notice.channel {
        Channel::Mail => "by e-mail",
        Channel::Webhook => "to the webhook",
    };
    match (&notice.sent_at, &notice.last_error) {
        (Some(at), _) => format!("{what} was told {how} on {}.", Moment::new(*at, zone).text),
        (None, Some(error)) => format!("{what} was not told {how} so far. {error}"),
        (None, None) => format!("{what} is on its way {how}."),
    }
}

/// Goes on only for those who may manage the settings.
fn gate(visit: &Visit) -> Result<()> {
    visit.actor.require(Permission::SettingsManage)
}

async fn show(State(app): State<App>, visit: Visit) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let settings = load_settings(&mut tx).await?;
    let typed = fields(&settings);
    html(&page(&app, &mut tx, &visit, &settings, typed).await?)
}

fn fields(it: &AlertSettings) -> Fields {
    let on = |on: bool| if on { "true" } else { "" }.to_owned();
    let conditions = Condition::ALL.map(|condition| {
        let told = !it.quiet.contains(&condition);
        (condition.as_str(), on(told))
    });
    Fields::of([
        ("by_mail", on(it.by_mail)),
        ("recipients", it.recipients.clone()),
        ("sync_failures", it.sync_failures.to_string()),
        ("stale_intervals", it.stale_intervals.to_string()),
        ("waiting_days", it.waiting_days.to_string()),
        ("refused_sign_ins", it.refused_sign_ins.to_string()),
    ])
    .and(Fields::of(conditions))
}

async fn page(
    app: &App,
    tx: &mut OrgTx,
    visit: &Visit,
    settings: &AlertSettings,
    typed: Fields,
) -> Result<AlertsPage> {
    let latest = PageQuery {
        limit: Some(SHOWN),
        cursor: None,
    };
    let alerts = list_alerts(tx, false, &latest).await?.data;
    let zone = &visit.actor.timezone;
    let nobody_named = AlertSettings {
        recipients: String::new(),
        ..settings.clone()
    };
    let owners = letter::recipients(tx, &nobody_named).await?;
    Ok(AlertsPage {
        frame: visit.frame(Place::Settings, "Org Settings"),
        tab: PATH,
        alerts: alerts
            .into_iter()
            .map(|alert| AlertRow::of(alert, zone))
            .collect(),
        typed,
        refusals: Refusals::default(),
        notice: None,
        version: settings.version,
        conditions: Condition::ALL,
        mail_available: app.settings.mail.is_some(),
        owners: owners.map(|it| it.to_string()),
        webhook_host: settings.webhook_host.clone(),
        can_test: !settings.channels(app).is_empty(),
    })
}

async fn save(State(app): State<App>, Form { visit, fields }: Form) -> PageResult {
    gate(&visit)?;
    let number = |name: &str| fields.text(name).parse().ok();
    let details = AlertSettingsDetails {
        by_mail: fields.is_on("by_mail"),
        recipients: fields.text("recipients").to_owned(),
        sync_failures: number("sync_failures"),
        stale_intervals: number("stale_intervals"),
        waiting_days: number("waiting_days"),
        refused_sign_ins: number("refused_sign_ins"),
        quiet: Condition::ALL
            .into_iter()
            .filter(|it| !fields.is_on(it.as_str()))
            .collect(),
    };
    let version = fields.text("version").parse().ok();
    let (by, now) = (visit.actor.by(), app.clock.now());
    let mut tx = app.database.write(visit.actor.organization).await?;
    let refused = match change_settings(&mut tx, &by, version, &details, now).await {
        Ok(_) => {
            tx.commit().await?;
            let message = Flash::ok("The settings of alerts were saved.");
            return Ok(go_to(&visit, PATH, &[message]));
        }
        Err(error) => error,
    };
    let settings = load_settings(&mut tx).await?;
    let overtaken = refused.code() == "changed_meanwhile";
    if !overtaken && refused.field_errors().is_empty() {
        return Err(refused.into());
    }
    let mut page = page(&app, &mut tx, &visit, &settings, fields).await?;
    page.refusals = Refusals::of(&refused);
    if !overtaken {
        return html_refused(&page);
    }
    let id = visit.actor.organization.to_string();
    let zone = &visit.actor.timezone;
    page.notice = Some(audit::overtaken(&mut tx, "alert_settings", &id, zone).await?);
    html_conflict(&page)
}

async fn save_webhook(
    State(app): State<App>,
    ConfirmedForm { visit, fields }: ConfirmedForm,
) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.write(visit.actor.organization).await?;
    match set_webhook(&mut tx, &app, &visit.actor.by(), fields.text("url")).await {
        Ok((settings, secret)) => {
            tx.commit().await?;
            let host = settings.webhook_host.unwrap_or_default();
            html(&ShownOnce {
                frame: visit.frame(Place::Settings, "Secret of the webhook"),
                crumb: (PATH, "Alerts"),
                lead: format!("Alerts go to {host} from now on, each signed with this secret."),
                notice: "Copy this secret now. It is not shown again.",
                secret: secret.expose_secret().to_owned(),
                done: PATH,
            })
        }
        Err(error) if error.field_errors().is_empty() => Err(error.into()),
        Err(error) => {
            let settings = load_settings(&mut tx).await?;
            // What was typed may hold a secret, and is typed again.
            let present = self::fields(&settings);
            let mut page = page(&app, &mut tx, &visit, &settings, present).await?;
            page.refusals = Refusals::of(&error);
            html_refused(&page)
        }
    }
}

async fn ask_remove(State(app): State<App>, visit: Visit) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let Some(host) = load_settings(&mut tx).await?.webhook_host else {
        return Ok(go_to(&visit, PATH, &[]));
    };
    let question = Question {
        title: "Remove the webhook?".to_owned(),
        action: format!("{PATH}/webhook/remove"),
        back: PATH.to_owned(),
        effects: vec![
            format!("Nothing is sent to {host} any more."),
            "Its address and its secret are forgotten.".to_owned(),
        ],
        accept: "Remove webhook",
        decline: "Keep it",
        danger: true,
    };
    question.ask(&visit, Place::Settings)
}

async fn remove(State(app): State<App>, Form { visit, .. }: Form) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.write(visit.actor.organization).await?;
    match remove_webhook(&mut tx, &visit.actor.by(), app.clock.now()).await {
        // Somebody else was faster.
        Ok(_) | Err(Error::NotFound(_)) => {}
        Err(error) => return Err(error.into()),
    }
    tx.commit().await?;
    let message = Flash::ok("The webhook was removed.");
    Ok(go_to(&visit, PATH, &[message]))
}

async fn test(State(app): State<App>, Form { visit, .. }: Form) -> PageResult {
    gate(&visit)?;
    match send_test(&app, &visit.actor).await {
        Ok(results) => {
            let flash = |ok: bool, text: String| match ok {
                true => Flash::ok(text),
                false => Flash::bad(text),
            };
            let flashes: Vec<Flash> = results
                .into_iter()
                .map(|it| flash(it.ok, it.detail))
                .collect();
            Ok(go_to(&visit, PATH, &flashes))
        }
        Err(error) => go_and_tell(&visit, PATH, error),
    }
}
