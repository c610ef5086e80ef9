//! Companies that wait for nobody's judgement, only for somebody's word.

use std::sync::Arc;

use billing::Outcome;
use db::OrgTx;

use super::{Suggester, SuggestionReason, automatic, store};
use crate::{
    error::Result,
    ids::{ClientId, CompanyId},
};

/// A company that belongs to one client without doubt, and is not mapped to it yet.
#[derive(Debug, Clone)]
pub struct Unambiguous {
    /// The company.
    pub company: CompanyId,
    /// Its name, else Pax8's id.
    pub company_name: String,
    /// The client.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// Every key that leads from one to the other, the strongest first.
    pub reasons: Vec<SuggestionReason>,
}

/// The unmapped companies that automatic mapping would map now, by name. One that was unlinked by hand is not among them.
///
/// # Errors
/// When the database is gone.
pub async fn list_unambiguous(
    tx: &mut OrgTx,
    clients: &Suggester,
) -> Result<Arc<Vec<Unambiguous>>> {
    tx.kept(async |tx| find_unambiguous(tx, clients).await)
        .await
}

async fn find_unambiguous(tx: &mut OrgTx, clients: &Suggester) -> Result<Vec<Unambiguous>> {
    let unmapped = store::unmapped(tx).await?;
    let mut found = Vec::new();
    for (company, outcome) in automatic::outcomes(tx, unmapped, clients.matcher()).await? {
        if let (Outcome::Unique { client_id, reasons }, false) = (outcome, company.keep_unmapped) {
            found.push(Unambiguous {
                company: company.id,
                company_name: company.display_name().to_owned(),
                client: automatic::client_of(&client_id)?,
                client_name: clients.name(&client_id),
                reasons: reasons.into_iter().map(Into::into).collect(),
            });
        }
    }
    found.sort_by_cached_key(|it| (it.company_name.to_lowercase(), it.company));
    Ok(found)
}
