//! What the mails say that invoices go with.

use askama::Template;
use axum::extract::State;

use super::{
    TABS,
    form::{Present, Refused, save},
    gate,
};
use crate::{
    app::App,
    http::{
        Fields, Flash, Form, Frame, PageResult, Place, Refusals, Visit, go_to, html, html_conflict,
        html_refused,
    },
};

const PATH: &str = "/admin/settings/mail";

#[derive(Template)]
#[template(path = "settings/mail.html")]
struct MailPage {
    frame: Frame,
    tab: &'static str,
    typed: Fields,
    refusals: Refusals,
    notice: Option<String>,
    version: i64,
}

pub(super) async fn show(State(app): State<App>, visit: Visit) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let present = Present::load(&mut tx).await?;
    let it = present.details().mail;
    let typed = Fields::of([("mail_subject", it.subject), ("mail_text", it.text)]);
    html(&page(&visit, &present, typed))
}

pub(super) async fn save_mail(State(app): State<App>, Form { visit, fields }: Form) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.write(visit.actor.organization).await?;
    let present = Present::load(&mut tx).await?;
    let mut it = present.details();
    fields.text("mail_subject").clone_into(&mut it.mail.subject);
    fields.text("mail_text").clone_into(&mut it.mail.text);
    let refused = save(&mut tx, &visit, &fields, &it, app.clock.now()).await?;
    let Some(Refused { refusals, notice }) = refused else {
        tx.commit().await?;
        let message = Flash::ok("The settings were saved. They apply from the next mail on.");
        return Ok(go_to(&visit, PATH, &[message]));
    };
    let mut page = page(&visit, &present, fields);
    (page.refusals, page.notice) = (refusals, notice);
    if page.notice.is_some() {
        html_conflict(&page)
    } else {
        html_refused(&page)
    }
}

fn page(visit: &Visit, present: &Present, typed: Fields) -> MailPage {
    MailPage {
        frame: visit.frame(Place::Settings, "Org Settings"),
        tab: PATH,
        typed,
        refusals: Refusals::default(),
        notice: None,
        version: present.organization.version,
    }
}
