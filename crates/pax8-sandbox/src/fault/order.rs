//! A fault as data: where, when, how often, what.

use serde::{Deserialize, Serialize};

/// What a request asks for; [`Any`](Self::Any) only in faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Any request but the token's.
    #[default]
    Any,
    /// `POST /v1/token` or `/oauth/token`
    Token,
    /// `GET /v1/companies`
    Companies,
    /// `GET /v1/companies/{id}`
    Company,
    /// `GET /v1/companies/{id}/contacts` and one of them
    Contacts,
    /// `GET /v1/products`
    Products,
    /// `GET /v1/products/{id}`
    Product,
    /// `GET /v1/products/{id}/pricing`
    Pricing,
    /// `GET /v1/products/{id}/provision-details`
    ProvisionDetails,
    /// `GET /v1/products/{id}/dependencies`
    Dependencies,
    /// `GET /v1/subscriptions`
    Subscriptions,
    /// `GET /v1/subscriptions/{id}`
    Subscription,
    /// `GET /v1/subscriptions/{id}/history`
    History,
    /// `GET /v1/invoices`
    Invoices,
    /// `GET /v1/invoices/{id}`
    Invoice,
    /// `GET /v1/invoices/{id}/items`
    InvoiceItems,
    /// `GET /v1/invoices/draftItems`
    DraftItems,
    /// `GET /v1/subscriptions/{id}/usage-summaries` and one of them
    UsageSummaries,
    /// `GET /v1/usage-summaries/{id}/usage-lines`
    UsageLines,
    /// A path the sandbox does not know.
    Unknown,
}

/// How often a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// This many times.
    Times(u32),
    /// Until it is taken back.
    Always,
}

impl Default for Repeat {
    fn default() -> Self {
        Self::Times(1)
    }
}

/// An order to go wrong: for requests at `place`, on `page` if one is named,
/// after `skip` matching requests, as often as `repeat` says.
///
/// As JSON: `{"place": "subscriptions", "page": 1, "skip": 0,
/// "repeat": {"times": 2}, "what": {"server_error": {"status": 503}}}`; all but
/// `what` may be left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Which requests.
    #[serde(default)]
    pub place: Place,
    /// Which page, from 0; any if `None`.
    #[serde(default)]
    pub page: Option<u64>,
    /// Matching requests that still go well.
    #[serde(default)]
    pub skip: u32,
    /// How often it strikes.
    #[serde(default)]
    pub repeat: Repeat,
    /// What goes wrong.
    pub what: What,
}

impl Fault {
    /// Once, at the next request there.
    #[must_use]
    pub fn new(place: Place, what: What) -> Self {
        Self {
            place,
            page: None,
            skip: 0,
            repeat: Repeat::Times(1),
            what,
        }
    }

    /// Only on this page, from 0.
    #[must_use]
    pub fn page(self, page: u64) -> Self {
        Self {
            page: Some(page),
            ..self
        }
    }

    /// Only after this many matching requests.
    #[must_use]
    pub fn skip(self, skip: u32) -> Self {
        Self { skip, ..self }
    }

    /// This many times.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self {
            repeat: Repeat::Times(times),
            ..self
        }
    }

    /// Until it is taken back.
    #[must_use]
    pub fn always(self) -> Self {
        Self {
            repeat: Repeat::Always,
            ..self
        }
    }
}

/// What the `Retry-After` header of a 429 says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// Seconds from now.
    Seconds(u64),
    /// This text as it stands, for example an HTTP date.
    Text(String),
}

/// Which way rows shift between two pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    /// A row appears before this page: the next page repeats one.
    Insert,
    /// A row of this page disappears: the next page misses one.
    Delete,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// 429 with the envelope.
    TooManyRequests {
        /// The header, if there is one.
        #[serde(default)]
        retry_after: Option<RetryAfter>,
    },
    /// A status of the edge (500, 502, 503, 504) with an HTML page.
    ServerError {
        /// The status.
        status: u16,
    },
    /// The right answer, late.
    Slow {
        /// The wait in milliseconds.
        ms: u64,
    },
    /// The connection ends in the middle of the body.
    CutBody,
    /// 200 with an HTML page.
    HtmlOk,
    /// 200 with no body.
    EmptyBody,
    /// 401, as if the token had expired.
    Unauthorized,
    /// 403 with the envelope.
    Forbidden,
    /// 404 with the envelope.
    NotFound,
    /// 404 in the older shape, `{"errors": ["…"]}`.
    OldError,
    /// The estate changes between this page and the next.
    PageDrift(Drift),
    /// The first row of the page comes twice, in place of the last.
    DuplicateRow,
    /// `totalElements` is off.
    WrongTotal {
        /// By so much.
        by: i64,
    },
    /// The page information promises rows, and none come.
    EmptyPage,
    /// The list has no rows and says so.
    EmptyEstate,
    /// An empty list without `content`.
    MissingContent,
    /// A list without `page`.
    MissingPage,
    /// The first row's company does not exist.
    OrphanCompany,
    /// The first row's status and billing term are words nobody knows.
    UnknownEnum,
    /// Every row has fields nobody knows.
    ExtraFields,
    /// Every number of a row is a string.
    NumberAsString,
    /// The first row's amounts have more digits than fit anywhere.
    HugeDecimals,
    /// The first row has no name.
    MissingName,
    /// The first row has no quantity.
    MissingQuantity,
    /// The first row has no id.
    MissingId,
    /// Every field of the first row but id and name is null.
    NullFields,
    /// The first row's dates are no dates.
    OddDates,
    /// A body this long.
    OversizedBody {
        /// In bytes.
        bytes: u64,
    },
}

impl What {
    /// Every kind of fault, with the parameters that make a difference.
    #[must_use]
    pub fn every() -> Vec<Self> {
        let too_many = |retry_after| Self::TooManyRequests { retry_after };
        let past = "Wed, 21 Oct 2015 07:28:00 GMT";
        let mut every = vec![
            too_many(None),
            too_many(Some(RetryAfter::Seconds(0))),
            too_many(Some(RetryAfter::Seconds(1))),
            too_many(Some(RetryAfter::Text(past.to_owned()))),
        ];
        every.extend([500, 502, 503, 504].map(|status| Self::ServerError { status }));
        every.extend([Drift::Insert, Drift::Delete].map(Self::PageDrift));
        every.extend([3, -1].map(|by| Self::WrongTotal { by }));
        every.extend([
            Self::Slow { ms: 20 },
            Self::CutBody,
            Self::HtmlOk,
            Self::EmptyBody,
            Self::Unauthorized,
            Self::Forbidden,
            Self::NotFound,
            Self::OldError,
            Self::DuplicateRow,
            Self::EmptyPage,
            Self::EmptyEstate,
            Self::MissingContent,
            Self::MissingPage,
            Self::OrphanCompany,
            Self::UnknownEnum,
            Self::ExtraFields,
            Self::NumberAsString,
            Self::HugeDecimals,
            Self::MissingName,
            Self::MissingQuantity,
            Self::MissingId,
            Self::NullFields,
            Self::OddDates,
            Self::OversizedBody { bytes: 17 << 20 },
        ]);
        every
    }
}

#[cfg(test)]
mod tests {
    use super::What;

    /// The reader of JSON knows every kind by name, a new one too.
    #[test]
    fn every_kind_is_in_the_list() {
        let unknown = serde_json::from_str::<What>(r#""no such fault""#).unwrap_err();
        let told = unknown.to_string();
        let known = told.split_once("expected one of ").unwrap().1;
        let kinds: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        assert!(kinds.len() > 20, "{told}");
        let listed = serde_json::to_string(&What::every()).unwrap();
        for kind in kinds {
            assert!(listed.contains(&format!("\"{kind}\"")), "{kind}");
        }
    }
}
