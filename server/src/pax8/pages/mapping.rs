//! Mapping a company to a client by hand, and taking it back.

use askama::{DynTemplate, Template};
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
};
use db::OrgTx;
use serde::Deserialize;

use super::{
    companies::suggester,
    company::{CompanyRow, company_id},
    confirm::Question,
    counts::CompanyCounts,
    decisions::ToDecideLinks,
    filter::{Filter, PAGE},
    map_all::MapAll,
    parts::counted,
};
use crate::{
    app::App,
    clients::search_options,
    error::{Error, Result},
    http::{
        Flash, Form, Frame, PageResult, Pax8Visit, Place, filters, go_to, html, html_parts,
        html_parts_conflict,
    },
    ids::{ClientId, CompanyId},
    pax8::{
        companies::{
            Company, Remapped, SeenMapping, Suggester, SuggestionReason, UnlinkImpact,
            impact_of_unlink, load_company, map_company, unlink_company,
        },
        subscriptions::Circumstances,
    },
};

/// The field of a form that says which client the company was shown with; empty: none.
pub(super) const SEEN: &str = "expected_client_id";
/// Clients on the page that stands in for the search box.
const CHOICES: u32 = 50;

/// A client that a company can be mapped to, and why it is offered.
#[derive(Clone)]
pub(super) struct Choice {
    pub id: String,
    pub name: String,
    pub why: String,
}

#[derive(Template)]
#[template(path = "pax8/mapping.html")]
struct MappingPage {
    frame: Frame,
    q: String,
    /// The client that the company is mapped to; empty: none.
    seen: String,
    choices: Vec<Choice>,
}

/// What the row of an unmapped company offers first.
pub(super) fn suggestions(company: &Company, suggester: Option<&Suggester>) -> Result<Vec<Choice>> {
    let Some(suggester) = suggester.filter(|_| company.client.is_none()) else {
        return Ok(Vec::new());
    };
    let suggested = suggester.suggest(company)?.into_iter();
    Ok(suggested
        .map(|it| Choice {
            id: it.client_id.to_string(),
            why: in_words(&it.reasons),
            name: it.name,
        })
        .collect())
}

/// Reasons as people read them: `same name, same domain`.
pub(super) fn in_words(reasons: &[SuggestionReason]) -> String {
    let words: Vec<_> = reasons.iter().map(ToString::to_string).collect();
    words.join(", ")
}

#[derive(Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
}

/// `GET /admin/integrations/pax8/companies/{company}/mapping`: the choice as a page of its own.
pub(super) async fn choose(
    State(app): State<App>,
    Pax8Visit(visit): Pax8Visit,
    Path(company): Path<String>,
    Query(Search { q }): Query<Search>,
) -> PageResult {
    let mut tx = app.database.read(visit.actor.organization).await?;
    let company = load_company(&mut tx, company_id(&company)?).await?;
    let mut choices = Vec::new();
    if q.trim().is_empty() && company.client.is_none() {
        let suggester = Suggester::load(&mut tx).await?;
        choices = suggestions(&company, Some(&suggester))?;
    }
    for client in search_options(&mut tx, q.trim(), CHOICES).await? {
        let id = client.id.to_string();
        if choices.iter().all(|choice| choice.id != id) {
            choices.push(Choice {
                id,
                name: client.name,
                why: client.account_reference.unwrap_or_default(),
            });
        }
    }
    let title = format!("Map {} to client", company.display_name());
    html(&MappingPage {
        frame: visit.frame(Place::Integrations, title),
        seen: client_id(&company),
        q,
        choices,
    })
}

/// `POST /admin/integrations/pax8/companies/{company}/mapping`
pub(super) async fn map(
    State(app): State<App>,
    Path(company): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> PageResult {
    let actor = &form.visit.actor;
    actor.require_pax8()?;
    let id = company_id(&company)?;
    let client = ClientId::parse(form.fields.text("client_id"))
        .ok_or_else(|| Error::field("client_id", "Choose a client."))?;
    let (seen, now) = (seen(&form), app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let mapped = map_company(&mut tx, &actor.by(), id, client, &seen, now).await;
    answer(&app, &form, &headers, id, tx, mapped).await
}

/// `GET /admin/integrations/pax8/companies/{company}/unlink`
pub(super) async fn ask_unlink(
    State(app): State<App>,
    Pax8Visit(visit): Pax8Visit,
    Path(company): Path<String>,
) -> PageResult {
    let id = company_id(&company)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let company = load_company(&mut tx, id).await?;
    let impact = impact_of_unlink(&mut tx, id).await?;
    question(&company, impact).ask(&visit)
}

/// `POST /admin/integrations/pax8/companies/{company}/unlink`
pub(super) async fn unlink(
    State(app): State<App>,
    Path(company): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> PageResult {
    let actor = &form.visit.actor;
    actor.require_pax8()?;
    let id = company_id(&company)?;
    let (seen, now) = (seen(&form), app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let unlinked = unlink_company(&mut tx, &actor.by(), id, &seen, now).await;
    answer(&app, &form, &headers, id, tx, unlinked).await
}

/// The client that the form was made with.
fn seen(form: &Form) -> SeenMapping {
    SeenMapping::of_field(form.fields.sent(SEEN))
}

/// The id of the client that a company is mapped to; empty: none.
fn client_id(company: &Company) -> String {
    let client = company.client.as_ref();
    client
        .map(|client| client.id.to_string())
        .unwrap_or_default()
}

/// Keeps a change and shows the row as it is now. So does a change that somebody else's overtook, with a word of that.
async fn answer(
    app: &App,
    form: &Form,
    headers: &HeaderMap,
    id: CompanyId,
    tx: OrgTx,
    changed: Result<Remapped>,
) -> PageResult {
    let filter = Filter::of_asking_page(headers);
    let (flashes, overtaken) = match changed {
        Ok(remapped) => {
            tx.commit().await?;
            (told(&remapped), false)
        }
        Err(Error::Conflict { detail, .. }) => {
            drop(tx);
            (vec![Flash::bad(detail)], true)
        }
        Err(error) => return Err(error.into()),
    };
    if !form.visit.fragment {
        let address = filter.opening(&id.to_string()).url();
        return Ok(go_to(&form.visit, &address, &flashes));
    }
    let actor = &form.visit.actor;
    let mut tx = app.database.read(actor.organization).await?;
    let counts = CompanyCounts::load(&mut tx).await?;
    let suggester = suggester(&mut tx, counts.mappable > 0).await?;
    let row = CompanyRow::load(&mut tx, actor, id, &filter, app.clock.now()).await?;
    let map_all = MapAll::of(&mut tx, suggester.as_deref()).await?;
    let circumstances = Circumstances::load(&mut tx, app.clock.now()).await?;
    let to_decide = ToDecideLinks::load(&mut tx, &circumstances).await?;
    let counter = counts.counter();
    let parts: [&dyn DynTemplate; 4] = [&row, &counter, &map_all, &to_decide];
    if overtaken {
        return html_parts_conflict(&parts, &flashes);
    }
    html_parts(&parts, &flashes)
}

/// What was done.
fn told(remapped: &Remapped) -> Vec<Flash> {
    let done = match &remapped.company.client {
        Some(client) => format!("Mapped to {}.", client.name),
        None => "Unlinked.".to_owned(),
    };
    let mut flashes = vec![Flash::ok(done)];
    flashes.extend(stopped(remapped.links_ended));
    flashes
}

fn stopped(links: u64) -> Option<Flash> {
    (links > 0).then(|| {
        let lines = counted(
            links,
            "linked subscription stopped billing",
            "linked subscriptions stopped billing",
        );
        Flash::warn(format!("{lines}; link it again where it belongs."))
    })
}

fn question(company: &Company, impact: UnlinkImpact) -> Question {
    let name = company.display_name();
    let mut effects = Vec::new();
    if impact.lines > 0 {
        let lines = counted(
            impact.lines,
            "linked subscription will stop billing",
            "linked subscriptions will stop billing",
        );
        effects.push(match impact.monthly {
            Some(amount) => format!("{lines}, worth {} a month.", filters::money(&amount)),
            None => format!("{lines}."),
        });
    } else {
        effects.push("No linked subscription is affected.".to_owned());
    }
    effects.push("Syncs will not map the company again by themselves.".to_owned());
    Question {
        title: format!("Unlink {name}?"),
        lead: "This takes effect at once:".to_owned(),
        effects,
        stays: Some("Markups and override prices stay."),
        action: format!("{PAGE}/companies/{}/unlink", company.id),
        says: vec![(SEEN, client_id(company))],
        swap: Some(format!("#company-{}", company.id)),
        accept: "Unlink",
        decline: "Cancel",
        back: PAGE.to_owned(),
    }
}
