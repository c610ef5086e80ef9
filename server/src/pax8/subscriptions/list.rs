//! Finding subscriptions.

use db::OrgTx;

use super::{
    BillingState, Circumstances, Subscription,
    list_store::{self, Listed, Narrowing, Of, SortKey},
    search::{list_containing, patterns},
    store,
    to_decide::short_list,
};
use crate::{
    error::{Error, Result},
    http::{List, PageQuery, Paging},
    ids::{CompanyId, SubscriptionId},
};

/// How many subscriptions are read at once where each has to be judged before it is known whether it is shown.
const BATCH: u32 = 500;

/// Which subscriptions to list. An absent one narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListSubscriptions {
    /// Text in the product's name, vendor or SKU, how Pax8's id begins (four digits or more), or text in the company's name, reference
    /// or Pax8 id.
    pub q: Option<String>,
    /// The status in Pax8, in any case.
    pub status: Option<String>,
    /// The company.
    pub company: Option<CompanyId>,
    /// Whether it feeds a recurring invoice.
    pub linked: Option<bool>,
    /// Whether it is sold for less than it costs.
    pub below_cost: Option<bool>,
    /// Whether its status is one that bills.
    pub bills: Option<bool>,
    /// What becomes of it on the next invoice.
    pub billing: Option<BillingState>,
}

/// The subscription.
///
/// # Errors
/// When there is none in the transaction's organization.
pub async fn load_subscription(tx: &mut OrgTx, id: SubscriptionId) -> Result<Subscription> {
    let found = store::find(tx, id).await?;
    found.ok_or(Error::NotFound("subscription"))
}

/// A page of subscriptions, by product.
///
/// # Errors
/// When the page's cursor or limit is refused.
pub async fn list_subscriptions(
    tx: &mut OrgTx,
    wanted: &ListSubscriptions,
    page: &PageQuery,
    circumstances: &Circumstances,
) -> Result<List<Subscription>> {
    let paging = page.paging()?;
    let narrowing = Narrowing {
        status: wanted.status.as_deref().map(str::to_lowercase),
        linked: wanted.linked,
        below_cost: wanted.below_cost,
        bills: wanted.bills,
        may_be_held: None,
    };
    let whose = Whose {
        text: wanted.q.as_deref(),
        company: wanted.company,
    };
    let rows = match wanted.billing {
        _ if let Some(page) = short_page(tx, wanted, &paging, circumstances).await? => page,
        None => whose.list(tx, &narrowing, &paging).await?,
        Some(state) => list_in_state(tx, whose, narrowing, &paging, state, circumstances).await?,
    };
    let list = paging.list(rows, |(key, _)| key.clone())?;
    Ok(list.map(|(_, subscription)| subscription))
}

/// Among which subscriptions a list is made.
#[derive(Clone, Copy)]
struct Whose<'a> {
    text: Option<&'a str>,
    company: Option<CompanyId>,
}

impl Whose<'_> {
    async fn list(
        self,
        tx: &mut OrgTx,
        narrowing: &Narrowing,
        paging: &Paging<SortKey>,
    ) -> Result<Vec<Listed>> {
        match (self.company, self.text) {
            (Some(company), text) => {
                let patterns = text.and_then(patterns);
                let of = Of::Company(company, patterns.as_ref());
                list_store::list(tx, of, narrowing, paging).await
            }
            (None, Some(text)) => list_containing(tx, text, narrowing, paging).await,
            (None, None) => list_store::list(tx, Of::All, narrowing, paging).await,
        }
    }
}

/// A page of what waits for a decision, where that is little and known: a search for it in the order of the list would go
/// through everything that waits for none.
async fn short_page(
    tx: &mut OrgTx,
    wanted: &ListSubscriptions,
    paging: &Paging<SortKey>,
    circumstances: &Circumstances,
) -> Result<Option<Vec<Listed>>> {
    let Some(ids) = short_list(tx, wanted, circumstances).await? else {
        return Ok(None);
    };
    let from = match &paging.after {
        None => Some(0),
        // It may wait no more.
        Some((_, after)) => ids.iter().position(|id| id == after).map(|at| at + 1),
    };
    let Some(from) = from else { return Ok(None) };
    let fetch = usize::try_from(paging.fetch()).map_err(Error::internal)?;
    let to = ids.len().min(from.saturating_add(fetch));
    Ok(Some(list_store::find_many(tx, &ids[from..to]).await?))
}

/// How many subscriptions a company has; only those in a status, in any case, where one is given.
///
/// # Errors
/// When the database is gone.
pub async fn count_of_company(
    tx: &mut OrgTx,
    company: CompanyId,
    status: Option<&str>,
) -> Result<u32> {
    store::count_of_company(tx, company, status).await
}

/// Every status that a subscription has at present.
///
/// # Errors
/// When the database is gone.
pub async fn statuses_present(tx: &mut OrgTx) -> Result<Vec<String>> {
    struct Present(Vec<String>);
    let present = tx.kept(async |tx| store::statuses(tx).await.map(Present));
    Ok(present.await?.0.clone())
}

/// What becomes of a subscription is computed, not stored: batch after batch is judged until the page is full.
async fn list_in_state(
    tx: &mut OrgTx,
    whose: Whose<'_>,
    mut narrowing: Narrowing,
    paging: &Paging<SortKey>,
    state: BillingState,
    circumstances: &Circumstances,
) -> Result<Vec<Listed>> {
    let linked = state != BillingState::NotLinked;
    if narrowing.linked.is_some_and(|wanted| wanted != linked) {
        return Ok(Vec::new());
    }
    narrowing.linked = Some(linked);
    if state == BillingState::Held && !circumstances.data_is_stale {
        narrowing.may_be_held = Some(true);
    }
    let full = usize::try_from(paging.fetch()).map_err(Error::internal)?;
    let mut found: Vec<Listed> = Vec::new();
    let mut batch = Paging {
        limit: BATCH,
        after: paging.after.clone(),
    };
    loop {
        let rows = whose.list(tx, &narrowing, &batch).await?;
        let Some((last, _)) = rows.last() else { break };
        batch.after = Some(last.clone());
        let wanted = |row: &Listed| row.1.standing(circumstances).state == state;
        found.extend(rows.into_iter().filter(wanted));
        if found.len() >= full {
            break;
        }
    }
    found.truncate(full);
    Ok(found)
}
