//! A company's row: its state, its mapping, its refresh button and, once opened, its subscriptions.

use askama::Template;
use axum::extract::{Path, Query, State};
use db::OrgTx;
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    filter::Filter,
    mapping::{Choice, suggestions},
    parts::{Badge, Mark, counted},
    row::{Row, day_of},
    status::summary,
    subscriptions::{Counts, Table},
};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    http::{Flash, PageResult, Pax8Visit, go_to, html_parts},
    ids::{CompanyId, SyncId},
    pax8::{
        companies::{Company, MappedBy, Suggester, load_company},
        subscriptions::{
            Circumstances, ListSubscriptions, MappedClient, Subscription, count_of_company,
            list_subscriptions,
        },
        sync::{SyncStatus, load_sync},
    },
};

#[derive(Template)]
#[template(path = "pax8/company.html")]
pub(super) struct CompanyRow {
    csrf_token: String,
    id: String,
    name: String,
    status: Badge,
    missing: Option<Mark>,
    subscriptions: String,
    client: Option<MappedClient>,
    automatic: bool,
    suggestions: Vec<Choice>,
    /// Where only one client is offered: it, with one click.
    only: Option<Choice>,
    /// Whether Pax8 can be asked for its subscriptions alone.
    refreshable: bool,
    /// The sync of this company that is under way.
    pub(super) running: Option<String>,
    open_url: String,
    expand_url: String,
    /// The subscriptions, where the company is open.
    table: Option<Table>,
}

impl CompanyRow {
    /// A company's row, open if the filter says so.
    pub(super) async fn of(
        tx: &mut OrgTx,
        actor: &Actor,
        company: &Company,
        filter: &Filter,
        circumstances: &Circumstances,
        suggester: Option<&Suggester>,
    ) -> Result<Self> {
        let id = company.id.to_string();
        let table = if filter.company == id {
            Some(table(tx, actor, company, filter, circumstances).await?)
        } else {
            None
        };
        let suggestions = suggestions(company, suggester)?;
        let only = match suggestions.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
        Ok(Self {
            csrf_token: actor.csrf_token.clone(),
            name: company.display_name().to_owned(),
            status: Badge::status(company.status.as_deref()),
            missing: missing(company, actor),
            subscriptions: counted(company.subscription_count, "subscription", "subscriptions"),
            client: company.client.clone(),
            automatic: company.mapped_by == Some(MappedBy::Auto),
            suggestions,
            only,
            refreshable: !company.is_placeholder(),
            running: None,
            open_url: format!("{}#company-{id}", filter.opening(&id).url()),
            expand_url: filter.subscriptions_url(&id),
            table,
            id,
        })
    }

    /// The row of one company as it is now, open.
    pub(super) async fn load(
        tx: &mut OrgTx,
        actor: &Actor,
        id: CompanyId,
        filter: &Filter,
        now: Timestamp,
    ) -> Result<Self> {
        let company = load_company(tx, id).await?;
        let circumstances = Circumstances::load(tx, now).await?;
        let open = filter.opening(&id.to_string());
        let suggester = match company.client {
            Some(_) => None,
            None => Some(Suggester::load(tx).await?),
        };
        Self::of(
            tx,
            actor,
            &company,
            &open,
            &circumstances,
            suggester.as_deref(),
        )
        .await
    }
}

async fn table(
    tx: &mut OrgTx,
    actor: &Actor,
    company: &Company,
    filter: &Filter,
    circumstances: &Circumstances,
) -> Result<Table> {
    let wanted = ListSubscriptions {
        company: Some(company.id),
        status: filter.status().map(str::to_owned),
        ..ListSubscriptions::default()
    };
    let counts = Counts {
        total: count_of_company(tx, company.id, None).await?,
        wanted: count_of_company(tx, company.id, filter.status()).await?,
    };
    let list = list_subscriptions(tx, &wanted, &filter.row_page(), circumstances).await?;
    let row = |it| Row::new(it, hold(it, circumstances), &actor.timezone);
    let rows = list.data.iter().map(row).collect();
    let next = list.next_cursor.as_deref();
    Ok(Table::new(company, rows, counts, filter, next))
}

/// Why billing holds a subscription.
pub(super) fn hold(subscription: &Subscription, circumstances: &Circumstances) -> Option<String> {
    subscription.standing(circumstances).hold()
}

fn missing(company: &Company, actor: &Actor) -> Option<Mark> {
    let since = day_of(company.missing_since?, &actor.timezone);
    let text = if company.is_placeholder() {
        "Pax8 does not say to which company these subscriptions belong.".to_owned()
    } else if company.name.is_none() {
        format!(
            "Known since {since} by its subscriptions alone: Pax8 does not give the company itself."
        )
    } else {
        format!(
            "Pax8 stopped listing this company on {since}. Its records are kept. Linked subscriptions that Pax8 still lists \
             are billed as before; those that are missing too are held."
        )
    };
    Some(Mark {
        id: format!("missing-{}", company.id),
        label: "Missing",
        title: "Not in the last complete pull.",
        text,
        bad: false,
    })
}

/// The id in a path; what is none leads nowhere.
pub(super) fn company_id(text: &str) -> Result<CompanyId> {
    CompanyId::parse(text).ok_or(Error::NotFound("company"))
}

/// What a row's address may say.
#[derive(Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    status: String,
    /// Where the subscriptions go on.
    #[serde(default)]
    rows: String,
    /// The sync that the page's script followed to its end.
    after: Option<SyncId>,
}

/// `GET /admin/integrations/pax8/companies/{company}`: the row after a sync of it.
pub(super) async fn show(
    State(app): State<App>,
    Pax8Visit(visit): Pax8Visit,
    Path(company): Path<String>,
    Query(shown): Query<Shown>,
) -> PageResult {
    let id = company_id(&company)?;
    let filter = Filter::with_status(&shown.status);
    if !visit.fragment {
        return Ok(go_to(&visit, &filter.opening(&company).url(), &[]));
    }
    let mut tx = app.database.read(visit.actor.organization).await?;
    let row = CompanyRow::load(&mut tx, &visit.actor, id, &filter, app.clock.now()).await?;
    let flashes = match shown.after {
        Some(sync) => outcome(&mut tx, sync, &row.name).await?,
        None => Vec::new(),
    };
    html_parts(&[&row], &flashes)
}

async fn outcome(tx: &mut OrgTx, sync: SyncId, company: &str) -> Result<Vec<Flash>> {
    let sync = load_sync(tx, sync).await?;
    Ok(match (sync.status, &sync.error) {
        (SyncStatus::Succeeded, _) => {
            vec![Flash::ok(format!("{company}: {}.", summary(&sync)))]
        }
        (SyncStatus::Failed, Some(error)) => vec![Flash::bad(error.clone())],
        _ => Vec::new(),
    })
}

/// `GET /admin/integrations/pax8/companies/{company}/subscriptions`: what opening the row loads.
pub(super) async fn subscriptions(
    State(app): State<App>,
    Pax8Visit(visit): Pax8Visit,
    Path(company): Path<String>,
    Query(shown): Query<Shown>,
) -> PageResult {
    let id = company_id(&company)?;
    let filter = Filter::with_status(&shown.status).opening(&company);
    let filter = filter.starting_at(Some(&shown.rows));
    if !visit.fragment {
        return Ok(go_to(&visit, &filter.url(), &[]));
    }
    let mut tx = app.database.read(visit.actor.organization).await?;
    let company = load_company(&mut tx, id).await?;
    let circumstances = Circumstances::load(&mut tx, app.clock.now()).await?;
    let table = table(&mut tx, &visit.actor, &company, &filter, &circumstances).await?;
    html_parts(&[&table], &[])
}
