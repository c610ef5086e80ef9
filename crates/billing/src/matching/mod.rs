//! Which client a Pax8 company belongs to, when nobody has said so.
//!
//! Three keys are compared: the account reference number, the normalized name
//! and the registrable website domain. A company is matched only if all
//! clients that any key finds are one and the same, and no other company lays
//! an equal claim to that client. Everything else is left to a person, with
//! the candidates and the reasons. Empty texts never match.

mod domain;
mod matcher;
mod name;
mod shared_hosts;

use serde::{Deserialize, Serialize};

pub use domain::{email_domain, website_domain};
pub use matcher::Matcher;
pub use name::normalized_name;

/// What a client can be recognized by. Empty texts count as absent.
#[derive(Clone, Debug, Default)]
pub struct ClientKeys {
    /// Any id by which the caller finds the client again.
    pub id: String,
    /// The client's name.
    pub name: String,
    /// The number the partner keeps the client under.
    pub account_reference: Option<String>,
    /// A web address, with or without scheme and path.
    pub website: Option<String>,
    /// A mail address; its domain counts unless it is a free-mail host.
    pub email: Option<String>,
}

/// What a Pax8 company can be recognized by. Empty texts count as absent.
#[derive(Clone, Debug, Default)]
pub struct CompanyKeys {
    /// Any id by which the caller finds the company again.
    pub id: String,
    /// The company's name in Pax8.
    pub name: String,
    /// The partner's own reference in Pax8 (`externalId`).
    pub external_id: Option<String>,
    /// The company's website in Pax8.
    pub website: Option<String>,
}

/// Which key found a client. Ordered from the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchReason {
    /// The account reference number.
    Reference,
    /// The normalized name.
    Name,
    /// The registrable domain of the website, or of the client's mail address.
    Domain,
}

/// A client that a company might belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The client.
    pub client_id: String,
    /// Every key that found it, the strongest first; never empty.
    pub reasons: Vec<MatchReason>,
}

/// What matching says about one company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// One client, and no doubt.
    Unique {
        /// The client.
        client_id: String,
        /// Every key that found it, the strongest first.
        reasons: Vec<MatchReason>,
    },
    /// Several clients, or one that another company claims too: a person decides.
    Ambiguous {
        /// The clients found, in the order they were given to the matcher.
        candidates: Vec<Candidate>,
    },
    /// No key found anything.
    None,
}

#[cfg(test)]
mod tests;
