//! Finding companies.

use db::OrgTx;

use super::{Company, store};
use crate::{
    error::{Error, Result},
    http::{List, PageQuery},
    ids::{ClientId, CompanyId},
    like::containing,
};

/// Which companies to list. An absent one narrows nothing.
#[derive(Debug, Clone, Default)]
pub struct ListCompanies {
    /// Text in the name, the reference, Pax8's id or the client's name.
    pub q: Option<String>,
    /// The status in Pax8, in any case.
    pub status: Option<String>,
    /// Whether it is mapped.
    pub mapped: Option<bool>,
    /// The client it is mapped to.
    pub client: Option<ClientId>,
}

/// The company.
///
/// # Errors
/// When there is none in the transaction's organization.
pub async fn load_company(tx: &mut OrgTx, id: CompanyId) -> Result<Company> {
    let found = store::find(tx, id).await?;
    found.ok_or(Error::NotFound("company"))
}

/// A page of companies, by name.
///
/// # Errors
/// When the page's cursor or limit is refused.
pub async fn list_companies(
    tx: &mut OrgTx,
    wanted: &ListCompanies,
    page: &PageQuery,
) -> Result<List<Company>> {
    let paging = page.paging()?;
    let narrowing = store::Narrowing {
        containing: wanted.q.as_deref().and_then(containing),
        status: wanted.status.as_deref().map(str::to_lowercase),
        mapped: wanted.mapped,
        client: wanted.client,
    };
    let rows = store::list(tx, &narrowing, &paging).await?;
    let list = paging.list(rows, |(key, _)| key.clone())?;
    Ok(list.map(|(_, company)| company))
}

/// The companies that are mapped to a client, by name.
///
/// # Errors
/// When the database is gone.
pub async fn companies_of_client(tx: &mut OrgTx, client: ClientId) -> Result<Vec<Company>> {
    store::of_client(tx, client).await
}
