//! The card `Companies & Subscriptions`: filters, a page of companies, the open ones with their subscriptions.

use std::sync::Arc;

use askama::Template;
use db::OrgTx;
use jiff::Timestamp;

use super::{
    company::CompanyRow,
    counts::{CompanyCounts, Counter},
    decisions::ToDecideLinks,
    filter::{Filter, StatusChoice},
    map_all::MapAll,
};
use crate::{
    accounts::Actor,
    error::Result,
    exports::ExportMenu,
    http::List,
    pax8::{
        companies::{Company, ListCompanies, Suggester, list_companies},
        subscriptions::{Circumstances, statuses_present},
    },
};

#[derive(Template)]
#[template(path = "pax8/companies.html")]
pub(super) struct CompaniesCard {
    any: bool,
    empty: &'static str,
    q: String,
    mapped: Option<bool>,
    statuses: Vec<StatusChoice>,
    counter: Counter,
    export: ExportMenu,
    map_all: MapAll,
    to_decide: ToDecideLinks,
    list: CompanyList,
}

/// The companies that the filter leaves, a page of them.
#[derive(Template)]
#[template(path = "pax8/company_list.html")]
pub(super) struct CompanyList {
    rows: Vec<CompanyRow>,
    first: bool,
    start: String,
    next: Option<String>,
}

impl CompaniesCard {
    pub(super) async fn load(
        tx: &mut OrgTx,
        actor: &Actor,
        connected: bool,
        filter: &Filter,
        now: Timestamp,
    ) -> Result<Self> {
        let counts = CompanyCounts::load(tx).await?;
        let circumstances = Circumstances::load(tx, now).await?;
        let page = shown(tx, filter).await?;
        let suggester = suggester(tx, counts.mappable > 0 || waits(&page)).await?;
        let suggester = suggester.as_deref();
        Ok(Self {
            any: counts.all > 0,
            empty: if connected {
                "They appear here after the first sync."
            } else {
                "They appear here after the first sync, which starts by itself as soon as Pax8 is connected."
            },
            q: filter.q.clone(),
            mapped: filter.mapped(),
            statuses: filter.status_choices(&statuses_present(tx).await?),
            counter: counts.counter(),
            export: filter.export(),
            map_all: MapAll::of(tx, suggester).await?,
            to_decide: ToDecideLinks::load(tx, &circumstances).await?,
            list: CompanyList::of(tx, actor, filter, page, suggester, now).await?,
        })
    }
}

impl CompanyList {
    pub(super) async fn load(
        tx: &mut OrgTx,
        actor: &Actor,
        filter: &Filter,
        now: Timestamp,
    ) -> Result<Self> {
        let page = shown(tx, filter).await?;
        let suggester = suggester(tx, waits(&page)).await?;
        Self::of(tx, actor, filter, page, suggester.as_deref(), now).await
    }

    async fn of(
        tx: &mut OrgTx,
        actor: &Actor,
        filter: &Filter,
        page: List<Company>,
        suggester: Option<&Suggester>,
        now: Timestamp,
    ) -> Result<Self> {
        let circumstances = Circumstances::load(tx, now).await?;
        let mut rows = Vec::with_capacity(page.data.len());
        for company in &page.data {
            rows.push(CompanyRow::of(tx, actor, company, filter, &circumstances, suggester).await?);
        }
        Ok(Self {
            rows,
            first: filter.is_first(),
            start: filter.at(None).url(),
            next: page
                .next_cursor
                .map(|cursor| filter.at(Some(&cursor)).url()),
        })
    }
}

/// The companies that the filter leaves.
async fn shown(tx: &mut OrgTx, filter: &Filter) -> Result<List<Company>> {
    let wanted = ListCompanies {
        q: filter.search(),
        mapped: filter.mapped(),
        ..ListCompanies::default()
    };
    list_companies(tx, &wanted, &filter.page()).await
}

/// Whether any of them waits for a client.
fn waits(page: &List<Company>) -> bool {
    page.data.iter().any(|company| company.client.is_none())
}

/// All clients, which are many, where one has to be found among them.
pub(super) async fn suggester(tx: &mut OrgTx, needed: bool) -> Result<Option<Arc<Suggester>>> {
    match needed {
        true => Suggester::load(tx).await.map(Some),
        false => Ok(None),
    }
}
