//! What an organization is licensed for.

use db::OrgTx;
use serde::Serialize;
use utoipa::ToSchema;

use super::store;
use crate::{accounts::PAX8_FEATURE, error::Result};

/// What an organization is licensed for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Licence {
    /// Every feature that can be licensed, and every one that is.
    pub features: Vec<LicenceFeature>,
}

/// A feature of the licence.
#[derive(Debug, Serialize, ToSchema)]
pub struct LicenceFeature {
    /// Its key.
    pub feature: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether the organization has it.
    pub licensed: bool,
}

/// Features that this version knows: key, name, what it is for.
const KNOWN: [(&str, &str, &str); 1] = [(
    PAX8_FEATURE,
    "Pax8 integration",
    "Reads your Pax8 companies and subscriptions, prices them, and puts them on your clients' recurring invoices.",
)];

/// The licence of the transaction's organization.
///
/// # Errors
/// When the database is gone.
pub async fn load_licence(tx: &mut OrgTx) -> Result<Licence> {
    let licensed = store::list_features(tx).await?;
    let known = KNOWN.iter().map(|(key, name, description)| LicenceFeature {
        feature: (*key).to_owned(),
        name: (*name).to_owned(),
        description: (*description).to_owned(),
        licensed: licensed.iter().any(|it| it == key),
    });
    let unknown = licensed
        .iter()
        .filter(|feature| KNOWN.iter().all(|(key, ..)| key != feature))
        .map(|feature| LicenceFeature {
            feature: feature.clone(),
            name: feature.clone(),
            description: "This version of Ascent does not know this feature.".to_owned(),
            licensed: true,
        });
    Ok(Licence {
        features: known.chain(unknown).collect(),
    })
}
