//! What a client is.

use jiff::Timestamp;
use money::Currency;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    error::{Error, Result},
    ids::ClientId,
};

/// A client of the MSP.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Client {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ClientId,
    /// Its name, as printed on invoices.
    pub name: String,
    /// The number it is kept under. Not unique: companies that match several clients by it wait for a person.
    pub account_reference: Option<String>,
    /// Its website, as it was typed.
    pub website: Option<String>,
    /// Where its invoices go.
    pub email: Option<String>,
    /// Its postal address, as printed; lines.
    pub address: String,
    /// The currency of its invoices.
    #[schema(value_type = String)]
    pub currency: Currency,
    /// Days from the issue of an invoice until it is due.
    pub payment_terms_days: u32,
    /// Whether its invoices carry no tax.
    pub tax_exempt: bool,
    /// Whether it is still served.
    pub status: ClientStatus,
    /// Raised by every change.
    pub version: i64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// Whether a client is still served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientStatus {
    /// Can be mapped and billed.
    Active,
    /// Kept for its invoices; nothing new can be made for it.
    Archived,
}

impl ClientStatus {
    /// Its name in the database and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Active, Self::Archived]
            .into_iter()
            .find(|status| status.as_str() == name)
    }
}

impl Client {
    /// Whether new things can be made for it.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == ClientStatus::Active
    }

    /// Goes on only with the version that a person saw; none: with any.
    ///
    /// # Errors
    /// When somebody changed it meanwhile.
    pub fn refuse_stale(&self, version: Option<i64>) -> Result<()> {
        if version.is_none_or(|version| version == self.version) {
            return Ok(());
        }
        Err(Error::conflict(
            "changed_meanwhile",
            "Somebody changed this client meanwhile. Load it again and repeat your change.",
        ))
    }
}

/// A client as offered in a search box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOption {
    /// Its id.
    pub id: ClientId,
    /// Its name.
    pub name: String,
    /// The number it is kept under.
    pub account_reference: Option<String>,
}
