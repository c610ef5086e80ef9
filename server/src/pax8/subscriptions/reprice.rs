//! Keeping the figures for sums true when a company's client changes.

use db::OrgTx;

use super::store;
use crate::{error::Result, ids::CompanyId};

/// Computes the figures kept for sums anew for all subscriptions of a company, after it was mapped or unlinked. Only rows
/// that differ are written; tells how many those were.
///
/// # Errors
/// When the database is gone.
pub async fn reprice_company(tx: &mut OrgTx, company: CompanyId) -> Result<u64> {
    let stored = store::stored_worth(tx, company).await?;
    let mut written = 0;
    for subscription in store::of_company(tx, company).await? {
        let worth = subscription.worth();
        if stored.get(&subscription.id) != Some(&store::worth_columns(&worth)) {
            store::save_worth(tx, subscription.id, &worth).await?;
            written += 1;
        }
    }
    Ok(written)
}
