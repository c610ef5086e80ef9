//! What all forms of settings do: load, lay what was typed over what there is, save, or come back filled.

use billing::TaxRate;
use db::OrgTx;
use jiff::Timestamp;

use crate::{
    audit,
    error::{Error, Result},
    http::{Fields, Refusals, Visit},
    organizations::{
        Organization, SettingsDetails, change_organization, list_tax_rates, load_organization,
    },
};

/// The settings as they are.
pub(super) struct Present {
    pub organization: Organization,
    pub taxes: Vec<TaxRate>,
}

/// Why a form was not saved, for its page.
pub(super) struct Refused {
    pub refusals: Refusals,
    /// Where it concerns no field: somebody else was faster.
    pub notice: Option<String>,
}

impl Present {
    pub(super) async fn load(tx: &mut OrgTx) -> Result<Self> {
        Ok(Self {
            organization: load_organization(tx).await?,
            taxes: list_tax_rates(tx).await?,
        })
    }

    pub(super) fn details(&self) -> SettingsDetails {
        SettingsDetails::of(&self.organization, &self.taxes)
    }
}

/// Saves a form that says a part of the settings; none: it is saved.
pub(super) async fn save(
    tx: &mut OrgTx,
    visit: &Visit,
    fields: &Fields,
    details: &SettingsDetails,
    now: Timestamp,
) -> Result<Option<Refused>> {
    let version = fields.text("version").parse().ok();
    let by = visit.actor.by();
    match change_organization(tx, &by, version, details, now).await {
        Ok(_) => Ok(None),
        Err(Error::Conflict {
            code: "changed_meanwhile",
            ..
        }) => {
            let id = visit.actor.organization.to_string();
            let zone = &visit.actor.timezone;
            let notice = audit::overtaken(tx, "organization", &id, zone).await?;
            Ok(Some(Refused {
                refusals: Refusals::default(),
                notice: Some(notice),
            }))
        }
        Err(error) if error.field_errors().is_empty() => Err(error),
        Err(error) => Ok(Some(Refused {
            refusals: Refusals::of(&error),
            notice: None,
        })),
    }
}
