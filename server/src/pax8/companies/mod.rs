//! Companies as pulled from Pax8, and the clients they are mapped to.
//!
//! Invariants:
//! - A mapping made by hand is only ever changed by hand, and a company unlinked by hand is not mapped automatically again.
//! - Whenever a company leaves a client, the links of its subscriptions to that client's recurring invoices end in the same
//!   transaction; their pricing stays.

mod api;
mod automatic;
mod body;
mod company;
mod list;
mod map;
mod map_many;
mod remap;
mod seen;
mod store;
mod suggest;
mod unambiguous;

pub use api::api;
pub use automatic::{map_automatically, refresh_matches};
pub use body::CompanyBody;
pub use company::{Company, MappedBy, MatchCandidate, MatchOutcome, display_name};
pub use list::{ListCompanies, companies_of_client, list_companies, load_company};
pub use map::{UnlinkImpact, impact_of_unlink, map_company, unlink_company};
pub use map_many::{
    MOST_MAPPED_AT_ONCE, MappedMany, SkipReason, SkippedMapping, WantedMapping, map_companies,
};
pub use remap::Remapped;
pub use seen::SeenMapping;
pub use suggest::{Suggester, Suggestion, SuggestionReason};
pub use unambiguous::{Unambiguous, list_unambiguous};
