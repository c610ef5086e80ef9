//! What somebody saw of a company's mapping before they changed it.

use super::Company;
use crate::{
    error::{Error, Result},
    ids::ClientId,
};

/// The client that a company was shown with when a change of its mapping was decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SeenMapping {
    /// Nobody says: the change is meant whatever it is by now.
    #[default]
    Whatever,
    /// The client of this id; none: it was not mapped.
    Client(Option<String>),
}

impl SeenMapping {
    /// What a field of a form or query says: absent nothing, empty that the company was not mapped.
    #[must_use]
    pub fn of_field(text: Option<&str>) -> Self {
        text.map_or(Self::Whatever, |text| {
            Self::Client(Some(text.trim().to_owned()).filter(|id| !id.is_empty()))
        })
    }

    /// Goes on only if the company is still mapped as it was seen, or is already mapped as it is wanted: then nobody's
    /// decision is undone.
    ///
    /// # Errors
    /// When somebody mapped or unlinked it meanwhile.
    pub fn refuse_stale(&self, company: &Company, wanted: Option<ClientId>) -> Result<()> {
        let present = company.client.as_ref();
        let present_id = present.map(|client| client.id);
        let same = match self {
            Self::Whatever => true,
            Self::Client(seen) => *seen == present_id.map(|id| id.to_string()),
        };
        if same || present_id == wanted {
            return Ok(());
        }
        let name = company.display_name();
        let meanwhile = match present {
            Some(client) => format!("{name} is mapped to {} meanwhile.", client.name),
            None => format!("{name} was unlinked meanwhile."),
        };
        Err(Error::conflict(
            "changed_meanwhile",
            format!("{meanwhile} Look again before you change it."),
        ))
    }
}
