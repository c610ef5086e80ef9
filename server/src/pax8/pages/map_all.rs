//! Mapping all companies at once whose client is beyond doubt: the button with their number, and the page behind it.

use askama::Template;
use axum::extract::State;
use db::OrgTx;

use super::{filter::PAGE, mapping::in_words, parts::counted};
use crate::{
    app::App,
    error::Result,
    http::{Flash, Form, Frame, PageResult, Pax8Visit, Place, filters, go_to, html},
    pax8::companies::{
        MOST_MAPPED_AT_ONCE, MappedMany, Suggester, Unambiguous, WantedMapping, list_unambiguous,
        map_companies,
    },
};

/// How many of those that were skipped are named.
const NAMED: usize = 3;

/// The button on the card; nothing where no company is beyond doubt.
#[derive(Template)]
#[template(path = "pax8/map_all.html")]
pub(super) struct MapAll {
    count: usize,
}

impl MapAll {
    pub(super) async fn of(tx: &mut OrgTx, clients: Option<&Suggester>) -> Result<Self> {
        Ok(Self {
            count: match clients {
                Some(clients) => list_unambiguous(tx, clients).await?.len(),
                None => 0,
            },
        })
    }
}

#[derive(Template)]
#[template(path = "pax8/map_all_page.html")]
struct MapAllPage {
    frame: Frame,
    rows: Vec<Row>,
    /// What to know where there are more than can be mapped at once.
    more: Option<String>,
}

/// A company and the client it would be mapped to.
struct Row {
    /// Both ids, as the form sends them.
    value: String,
    company: String,
    client: String,
    client_url: String,
    why: String,
}

/// `GET /admin/integrations/pax8/companies/mappings`: which company would be mapped to which client, and why.
pub(super) async fn show(State(app): State<App>, Pax8Visit(visit): Pax8Visit) -> PageResult {
    let mut tx = app.database.read(visit.actor.organization).await?;
    let clients = Suggester::load(&mut tx).await?;
    let found = list_unambiguous(&mut tx, &clients).await?;
    let more = found.len() > MOST_MAPPED_AT_ONCE;
    html(&MapAllPage {
        frame: visit.frame(Place::Integrations, "Map all unambiguous"),
        rows: found
            .iter()
            .take(MOST_MAPPED_AT_ONCE)
            .map(Row::of)
            .collect(),
        more: more.then(|| {
            let all = filters::grouped(&found.len().to_string());
            format!("These are the first {MOST_MAPPED_AT_ONCE} of {all}. Come back for the others.")
        }),
    })
}

/// `POST /admin/integrations/pax8/companies/mappings`: maps those that stayed ticked.
pub(super) async fn confirmed(State(app): State<App>, form: Form) -> PageResult {
    let actor = &form.visit.actor;
    actor.require_pax8()?;
    let wanted: Vec<_> = form.fields.all("mapping").into_iter().map(wanted).collect();
    if wanted.is_empty() {
        let flash = Flash::warn("No company was ticked. Nothing was mapped.");
        return Ok(go_to(&form.visit, PAGE, &[flash]));
    }
    let mut tx = app.database.write(actor.organization).await?;
    let done = map_companies(&mut tx, &actor.by(), wanted, app.clock.now()).await?;
    tx.commit().await?;
    Ok(go_to(&form.visit, PAGE, &told(&done)))
}

impl Row {
    fn of(it: &Unambiguous) -> Self {
        Self {
            value: format!("{}:{}", it.company, it.client),
            company: it.company_name.clone(),
            client: it.client_name.clone(),
            client_url: format!("/clients/{}", it.client),
            why: in_words(&it.reasons),
        }
    }
}

fn wanted(value: &str) -> WantedMapping {
    let (company, client) = value.split_once(':').unwrap_or((value, ""));
    WantedMapping {
        company_id: company.to_owned(),
        client_id: client.to_owned(),
    }
}

/// What was mapped, and what changed since the page was made.
fn told(done: &MappedMany) -> Vec<Flash> {
    let mapped = match done.mapped.len() {
        0 => Flash::warn("Nothing was mapped."),
        count => Flash::ok(format!("{} mapped.", companies(count))),
    };
    let skipped = done.skipped.as_slice();
    if skipped.is_empty() {
        return vec![mapped];
    }
    let mut text = format!("{} left as before.", companies(skipped.len()));
    for it in skipped.iter().take(NAMED) {
        text.push(' ');
        text.push_str(&it.detail);
    }
    if skipped.len() > NAMED {
        text.push_str(" The others changed meanwhile in the same ways.");
    }
    vec![mapped, Flash::warn(text)]
}

fn companies(count: usize) -> String {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    counted(count, "company", "companies")
}
