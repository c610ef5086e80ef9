//! The organization with its region, and how its invoices are numbered.

use askama::Template;
use axum::extract::State;
use db::OrgTx;
use jiff::civil::Date;

use super::{
    TABS,
    form::{Present, Refused, save},
    gate,
};
use crate::{
    app::App,
    error::Result,
    http::{
        Fields, Flash, Form, Frame, PageResult, Place, Refusals, Visit, go_to, html, html_conflict,
        html_refused,
    },
    invoices,
    organizations::{PAGE_SIZES, load_logo},
};

#[derive(Template)]
#[template(path = "settings/general.html")]
struct GeneralPage {
    frame: Frame,
    tab: &'static str,
    typed: Fields,
    refusals: Refusals,
    notice: Option<String>,
    version: i64,
    currency: money::Currency,
    /// There are invoices.
    currency_fixed: bool,
    zones: Vec<String>,
    has_logo: bool,
}

#[derive(Template)]
#[template(path = "settings/numbers.html")]
struct NumbersPage {
    frame: Frame,
    tab: &'static str,
    typed: Fields,
    refusals: Refusals,
    notice: Option<String>,
    version: i64,
    sample: String,
    least: i64,
}

pub(super) async fn general(State(app): State<App>, visit: Visit) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let present = Present::load(&mut tx).await?;
    let typed = general_fields(&present);
    html(&general_page(&mut tx, &visit, &present, typed).await?)
}

/// The page as it is stored, with what was refused of the logo.
pub(super) async fn general_refused(app: &App, visit: &Visit, refusals: Refusals) -> PageResult {
    let mut tx = app.database.read(visit.actor.organization).await?;
    let present = Present::load(&mut tx).await?;
    let typed = general_fields(&present);
    let mut page = general_page(&mut tx, visit, &present, typed).await?;
    page.refusals = refusals;
    html_refused(&page)
}

fn general_fields(present: &Present) -> Fields {
    let it = present.details();
    Fields::of([
        ("name", it.name),
        ("currency", it.currency),
        ("timezone", it.timezone),
        ("address", it.address),
        ("email", it.email),
        ("tax_id", it.tax_id),
        ("page_size", it.page_size),
    ])
}

pub(super) async fn save_general(
    State(app): State<App>,
    Form { visit, fields }: Form,
) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.write(visit.actor.organization).await?;
    let present = Present::load(&mut tx).await?;
    let mut it = present.details();
    for (field, name) in [
        (&mut it.name, "name"),
        (&mut it.timezone, "timezone"),
        (&mut it.address, "address"),
        (&mut it.email, "email"),
        (&mut it.tax_id, "tax_id"),
        (&mut it.page_size, "page_size"),
    ] {
        fields.text(name).clone_into(field);
    }
    // A currency that is fixed is shown and not sent.
    it.currency = fields.optional("currency").unwrap_or(it.currency);
    let refused = save(&mut tx, &visit, &fields, &it, app.clock.now()).await?;
    let Some(Refused { refusals, notice }) = refused else {
        tx.commit().await?;
        let message = Flash::ok("The settings were saved.");
        return Ok(go_to(&visit, "/admin/settings", &[message]));
    };
    let mut page = general_page(&mut tx, &visit, &present, fields).await?;
    (page.refusals, page.notice) = (refusals, notice);
    if page.notice.is_some() {
        html_conflict(&page)
    } else {
        html_refused(&page)
    }
}

async fn general_page(
    tx: &mut OrgTx,
    visit: &Visit,
    present: &Present,
    typed: Fields,
) -> Result<GeneralPage> {
    let zones = jiff::tz::db().available().map(|name| name.to_string());
    Ok(GeneralPage {
        frame: visit.frame(Place::Settings, "Org Settings"),
        tab: "/admin/settings",
        typed,
        refusals: Refusals::default(),
        notice: None,
        version: present.organization.version,
        currency: present.organization.currency,
        currency_fixed: invoices::any_invoice(tx).await?,
        zones: zones.collect(),
        has_logo: load_logo(tx).await?.is_some(),
    })
}

pub(super) async fn numbers(State(app): State<App>, visit: Visit) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let present = Present::load(&mut tx).await?;
    let it = &present.organization.numbers;
    let typed = Fields::of([
        ("invoice_prefix", it.prefix.clone()),
        ("invoice_digits", it.digits.to_string()),
        ("next_invoice_number", it.next.to_string()),
    ]);
    let today = present.organization.today(app.clock.now());
    html(&numbers_page(&visit, &present, typed, today))
}

pub(super) async fn save_numbers(
    State(app): State<App>,
    Form { visit, fields }: Form,
) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.write(visit.actor.organization).await?;
    let present = Present::load(&mut tx).await?;
    let mut it = present.details();
    fields
        .text("invoice_prefix")
        .clone_into(&mut it.invoice_prefix);
    it.invoice_digits = fields.text("invoice_digits").parse().ok();
    it.next_invoice_number = fields.text("next_invoice_number").parse().ok();
    let refused = save(&mut tx, &visit, &fields, &it, app.clock.now()).await?;
    let Some(Refused { refusals, notice }) = refused else {
        tx.commit().await?;
        let message = Flash::ok("The numbering was saved.");
        return Ok(go_to(&visit, "/admin/settings/numbers", &[message]));
    };
    let today = present.organization.today(app.clock.now());
    let mut page = numbers_page(&visit, &present, fields, today);
    (page.refusals, page.notice) = (refusals, notice);
    if page.notice.is_some() {
        html_conflict(&page)
    } else {
        html_refused(&page)
    }
}

fn numbers_page(visit: &Visit, present: &Present, typed: Fields, today: Date) -> NumbersPage {
    NumbersPage {
        frame: visit.frame(Place::Settings, "Org Settings"),
        tab: "/admin/settings/numbers",
        typed,
        refusals: Refusals::default(),
        notice: None,
        version: present.organization.version,
        sample: present.organization.numbers.issued_on(today),
        least: present.organization.numbers.next,
    }
}
