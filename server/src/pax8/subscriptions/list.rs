//! Finding subscriptions.

use db::OrgTx;

use super::{BillingState, Circumstances, Subscription, store};
use crate::{
    error::{Error, Result},
    http::{List, PageQuery, Paging},
    ids::{CompanyId, SubscriptionId},
    like::containing,
};

/// How many subscriptions are read at once where each has to be judged before it is known whether it is shown.
const BATCH: u32 = 500;

/// Which subscriptions to list. An absent one narrows nothing.
#[derive(Debug, Clone, Default)]
pub struct ListSubscriptions {
    /// Text in the product's name, vendor or SKU, Pax8's id, or the company's name, reference or Pax8 id.
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
    let narrowing = store::Narrowing {
        containing: wanted.q.as_deref().and_then(containing),
        status: wanted.status.as_deref().map(str::to_lowercase),
        company: wanted.company,
        linked: wanted.linked,
        below_cost: wanted.below_cost,
        bills: wanted.bills,
        may_be_held: None,
    };
    let rows = match wanted.billing {
        None => store::list(tx, &narrowing, &paging).await?,
        Some(state) => list_in_state(tx, narrowing, &paging, state, circumstances).await?,
    };
    let list = paging.list(rows, |(key, _)| key.clone())?;
    Ok(list.map(|(_, subscription)| subscription))
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

type Row = (store::SortKey, Subscription);

/// What becomes of a subscription is computed, not stored: batch after batch is judged until the page is full.
async fn list_in_state(
    tx: &mut OrgTx,
    mut narrowing: store::Narrowing,
    paging: &Paging<store::SortKey>,
    state: BillingState,
    circumstances: &Circumstances,
) -> Result<Vec<Row>> {
    let linked = state != BillingState::NotLinked;
    if narrowing.linked.is_some_and(|wanted| wanted != linked) {
        return Ok(Vec::new());
    }
    narrowing.linked = Some(linked);
    if state == BillingState::Held && !circumstances.data_is_stale {
        narrowing.may_be_held = Some(true);
    }
    let full = usize::try_from(paging.fetch()).map_err(Error::internal)?;
    let mut found: Vec<Row> = Vec::new();
    let mut batch = Paging {
        limit: BATCH,
        after: paging.after.clone(),
    };
    loop {
        let rows = store::list(tx, &narrowing, &batch).await?;
        let Some((last, _)) = rows.last() else { break };
        batch.after = Some(last.clone());
        let wanted = |row: &Row| row.1.standing(circumstances).state == state;
        found.extend(rows.into_iter().filter(wanted));
        if found.len() >= full {
            break;
        }
    }
    found.truncate(full);
    Ok(found)
}
