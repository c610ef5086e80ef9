//! An answer of Pax8, and what its status means for the request.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use serde_json::value::RawValue;

use crate::Error;
use crate::error::Problem;
use crate::retry::Fault;
use crate::secrets::Secrets;

/// Characters of an unreadable answer that an error shows.
const EXCERPT_CHARS: usize = 120;

/// An answer, read to its end.
pub(crate) struct Reply {
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// What `meaning` makes of the body of a success; otherwise what went
    /// wrong and whether trying again makes sense.
    pub(crate) fn into_meaning<T>(
        self,
        meaning: impl Fn(&[u8]) -> Result<T, String>,
        secrets: &Secrets<'_>,
    ) -> Result<T, Fault> {
        if !(200..300).contains(&self.status) {
            return Err(self.into_fault(secrets));
        }
        meaning(&self.body).map_err(|reason| match is_json(&self.body) {
            true => Fault::last(Error::protocol(self.path.clone(), reason)),
            false => self.unusable("the answer is not JSON", secrets),
        })
    }

    /// What the error body says, in whichever of the known shapes.
    pub(crate) fn problem(&self, secrets: &Secrets<'_>) -> Option<Box<Problem>> {
        Problem::from_body(&self.body, secrets).map(Box::new)
    }

    /// Whether the body is a web page, which the API never sends: some
    /// machine in between has answered.
    pub(crate) fn is_web_page(&self) -> bool {
        self.body
            .iter()
            .find(|byte| !byte.is_ascii_whitespace())
            .is_some_and(|first| *first == b'<')
    }

    pub(crate) fn into_fault(self, secrets: &Secrets<'_>) -> Fault {
        if matches!(self.status, 401 | 403 | 404) && self.is_web_page() {
            return self.unusable("it answered with a web page", secrets);
        }
        let problem = self.problem(secrets);
        let Self { path, status, .. } = self;
        match status {
            429 => Fault::patient(Error::RateLimited { path, attempts: 1 }, self.retry_after),
            408 | 500.. => {
                let error = Error::Unavailable {
                    status,
                    path,
                    problem,
                    attempts: 1,
                };
                Fault::patient(error, self.retry_after)
            }
            401 => Fault::last(Error::Unauthorized { path, problem }),
            403 => Fault::last(Error::Forbidden { path, problem }),
            404 => Fault::last(Error::NotFound { path, problem }),
            _ => Fault::last(Error::Refused {
                status,
                path,
                problem,
            }),
        }
    }

    fn unusable(&self, reason: &str, secrets: &Secrets<'_>) -> Fault {
        Fault::garbled(Error::Protocol {
            path: self.path.clone(),
            reason: reason.to_owned(),
            excerpt: secrets.line_of(&String::from_utf8_lossy(&self.body), EXCERPT_CHARS),
        })
    }
}

fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<&RawValue>(body).is_ok()
}

/// The wait that `Retry-After` asks for, written in seconds or as a date. A
/// date is measured against the `Date` of the same answer, so that the clock
/// of this machine plays no part.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = http_date(text)?;
    let now = http_date(headers.get(DATE)?.to_str().ok()?)?;
    Duration::try_from(until.duration_since(now)).ok()
}

fn http_date(text: &str) -> Option<Timestamp> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new();
    parser.parse_timestamp(text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn headers(pairs: &[(reqwest::header::HeaderName, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    #[test]
    fn retry_after_in_seconds_and_as_a_date() {
        let seconds = headers(&[(RETRY_AFTER, "7")]);
        assert_eq!(retry_after(&seconds), Some(Duration::from_secs(7)));

        let date = headers(&[
            (DATE, "Wed, 21 Oct 2015 07:28:00 GMT"),
            (RETRY_AFTER, "Wed, 21 Oct 2015 07:28:09 GMT"),
        ]);
        assert_eq!(retry_after(&date), Some(Duration::from_secs(9)));

        let huge = headers(&[(RETRY_AFTER, "99999999999999999999999")]);
        assert_eq!(retry_after(&huge), Some(Duration::from_secs(u64::MAX)));
    }

    #[test]
    fn a_retry_after_that_says_nothing_is_ignored() {
        let past = headers(&[
            (DATE, "Wed, 21 Oct 2015 07:28:00 GMT"),
            (RETRY_AFTER, "Wed, 21 Oct 2015 07:27:00 GMT"),
        ]);
        assert_eq!(retry_after(&past), None);
        assert_eq!(retry_after(&headers(&[(RETRY_AFTER, "soon")])), None);
        assert_eq!(retry_after(&headers(&[(RETRY_AFTER, "")])), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
