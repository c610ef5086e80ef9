//! What can go wrong, in words that a user can act on.

mod problem;

pub use problem::Problem;

use problem::because;

/// Why Pax8 could not be asked or did not answer usefully.
///
/// The text of an error is a sentence for the user. It never holds a secret,
/// a token or a header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The client was set up with something it cannot use.
    #[error("The Pax8 connection is not set up correctly: {reason}.")]
    Config {
        /// What is wrong, and what is expected.
        reason: String,
    },

    /// Pax8 refused the client id and secret (400, 401 or 403 from the token address).
    #[error(
        "Pax8 did not accept the Client ID and Client Secret{}. Compare both with the API credential in Pax8 and save them again.",
        because(.reason)
    )]
    CredentialsRejected {
        /// The HTTP status of the refusal.
        status: u16,
        /// What Pax8 said about it.
        reason: Option<String>,
    },

    /// No token could be had, for a reason other than the credentials.
    #[error("Pax8 could not be asked for access. {0}")]
    TokenUnavailable(Box<Error>),

    /// Pax8 refused a fresh token, twice.
    #[error(
        "Pax8 refused its own new access token for {path}{}. The API credential may have been revoked: check it in Pax8.",
        because(.problem)
    )]
    Unauthorized {
        /// The path that was asked for.
        path: String,
        /// What Pax8 said about it.
        problem: Option<Box<Problem>>,
    },

    /// The credentials are good but may not read this.
    #[error(
        "Pax8 does not allow this API credential to read {path}{}. Check its permissions in Pax8.",
        because(.problem)
    )]
    Forbidden {
        /// The path that was asked for.
        path: String,
        /// What Pax8 said about it.
        problem: Option<Box<Problem>>,
    },

    /// Pax8 knows nothing at this path.
    #[error("Pax8 has nothing at {path}{}.", because(.problem))]
    NotFound {
        /// The path that was asked for.
        path: String,
        /// What Pax8 said about it.
        problem: Option<Box<Problem>>,
    },

    /// Pax8 answered with another status that a repetition would not change.
    #[error("Pax8 refused the request for {path} (status {status}){}.", because(.problem))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The path that was asked for.
        path: String,
        /// What Pax8 said about it.
        problem: Option<Box<Problem>>,
    },

    /// Pax8 kept answering 429.
    #[error(
        "Pax8 is receiving too many requests for this account ({} at {path}). Try again in a few minutes.",
        times(.attempts)
    )]
    RateLimited {
        /// The path that was asked for.
        path: String,
        /// Requests made for it.
        attempts: usize,
    },

    /// Pax8 kept answering with a fault of its own (408 or 5xx).
    #[error(
        "Pax8 has a problem of its own (status {status} for {path}, {}){}. Try again later; status.pax8.com shows known outages.",
        times(.attempts),
        because(.problem)
    )]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// The path that was asked for.
        path: String,
        /// What Pax8 said about it.
        problem: Option<Box<Problem>>,
        /// Requests made for it.
        attempts: usize,
    },

    /// No answer came back.
    #[error(
        "Pax8 could not be reached: {fault} ({}). Check this server's internet access and try again.",
        times(.attempts)
    )]
    Unreachable {
        /// How the connection failed.
        fault: NetworkFault,
        /// Requests made.
        attempts: usize,
    },

    /// An answer was larger than the configured limit and was not read.
    #[error(
        "Pax8's answer for {path} is larger than the limit of {limit_bytes} bytes and was not read."
    )]
    TooLarge {
        /// The path that was asked for.
        path: String,
        /// The limit, in bytes.
        limit_bytes: usize,
    },

    /// A list has more pages than the configured limit.
    #[error("Pax8's list {path} has {pages} pages; this installation reads at most {limit}.")]
    TooManyPages {
        /// The path of the list.
        path: String,
        /// The pages it announces.
        pages: u64,
        /// The limit, in pages.
        limit: u64,
    },

    /// The answer is not what the API promises.
    #[error("Pax8's answer for {path} could not be used: {reason}{}. Try again; if it stays, something may stand between this server and Pax8.", shown(.excerpt))]
    Protocol {
        /// The path that was asked for.
        path: String,
        /// What is wrong with it.
        reason: String,
        /// The beginning of the answer, shortened, where that is safe to show.
        excerpt: Option<String>,
    },

    /// The answer for one record holds another one, or none.
    #[error("Pax8's answer for {path} is not the {asked} that was asked for. Try again.")]
    OtherRecord {
        /// The path that was asked for.
        path: String,
        /// What sort of record it should have been.
        asked: &'static str,
    },

    /// A list stayed inconsistent however often it was read.
    #[error(
        "Pax8's list {path} kept changing while it was read: {received} of {expected} rows after reading it {attempts} times. Nothing was changed; try again in a few minutes."
    )]
    Incomplete {
        /// The path of the list.
        path: String,
        /// The rows that the last page read promised.
        expected: u64,
        /// The distinct rows received in the last attempt.
        received: u64,
        /// How often the list was read.
        attempts: usize,
    },

    /// An id that cannot be part of an address.
    #[error("“{id}” is not an id that Pax8 can have.")]
    InvalidId {
        /// The id, shortened.
        id: String,
    },
}

/// How a connection failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkFault {
    /// The name was not found, nobody listened, or encryption could not be agreed.
    #[error("no connection could be made")]
    NoConnection,
    /// The answer took too long.
    #[error("the answer took too long")]
    TimedOut,
    /// The connection ended before the answer did.
    #[error("the connection broke before the answer was complete")]
    Broken,
}

impl Error {
    /// Whether new credentials are the remedy: Pax8 refused the client id and
    /// secret, or a fresh token. A network failure never counts.
    #[must_use]
    pub fn is_credentials(&self) -> bool {
        matches!(
            self,
            Self::CredentialsRejected { .. } | Self::Unauthorized { .. }
        )
    }

    /// Whether it concerns only the record that was asked for by its id, so
    /// that others may well be had.
    #[must_use]
    pub fn is_about_one_record(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                status: 400..500,
                ..
            } | Self::Forbidden { .. }
                | Self::NotFound { .. }
                | Self::OtherRecord { .. }
                | Self::InvalidId { .. }
        )
    }

    /// Whether the same request may well succeed later without a change here.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::TokenUnavailable(source) => source.is_transient(),
            Self::RateLimited { .. }
            | Self::Unavailable { .. }
            | Self::Unreachable { .. }
            | Self::Protocol { .. }
            | Self::OtherRecord { .. }
            | Self::Incomplete { .. } => true,
            _ => false,
        }
    }

    pub(crate) fn config(reason: &str) -> Self {
        Self::Config {
            reason: reason.to_owned(),
        }
    }

    pub(crate) fn invalid_id(id: &str) -> Self {
        Self::InvalidId {
            id: id.chars().filter(|c| !c.is_control()).take(64).collect(),
        }
    }

    pub(crate) fn protocol(path: String, reason: impl Into<String>) -> Self {
        Self::Protocol {
            path,
            reason: reason.into(),
            excerpt: None,
        }
    }

    pub(crate) fn token_unavailable(source: Self) -> Self {
        Self::TokenUnavailable(Box::new(source))
    }

    /// The same error after this many attempts.
    pub(crate) fn after(mut self, made: usize) -> Self {
        match &mut self {
            Self::TokenUnavailable(source) => {
                **source = std::mem::replace(&mut **source, Self::config("")).after(made)
            }
            Self::RateLimited { attempts, .. }
            | Self::Unavailable { attempts, .. }
            | Self::Unreachable { attempts, .. } => *attempts = made,
            _ => {}
        }
        self
    }
}

fn times(attempts: &usize) -> String {
    match attempts {
        1 => "1 attempt".to_owned(),
        more => format!("{more} attempts"),
    }
}

fn shown(excerpt: &Option<String>) -> String {
    excerpt
        .as_ref()
        .map(|text| format!(" (it begins with “{text}”)"))
        .unwrap_or_default()
}
