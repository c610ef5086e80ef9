//! Keeping the figures for sums true when a company's client changes.

use db::OrgTx;

use super::store;
use crate::{error::Result, ids::CompanyId};

/// Computes the figures kept for sums anew for all subscriptions of companies, after these were mapped or unlinked. Only
/// rows that differ are written; tells how many those were.
///
/// # Errors
/// When the database is gone.
pub async fn reprice_companies(tx: &mut OrgTx, companies: &[CompanyId]) -> Result<usize> {
    let news = store::outdated_worths(tx, companies).await?;
    let written = news.len();
    store::save_worths(tx, news).await?;
    Ok(written)
}
