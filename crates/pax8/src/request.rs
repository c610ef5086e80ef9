//! The requests that this client can express: reads, and the token request.
//!
//! `Kind` is private to this module and has no third case, so there is no way
//! to build a request that writes. The transport takes nothing but a
//! [`Request`].

use reqwest::Url;

use crate::Error;

/// Rows on a page, the most Pax8 gives.
pub(crate) const PAGE_SIZE: u64 = 200;

/// No id of Pax8 comes near this; ours goes into an address.
const LONGEST_ID: usize = 128;

/// A request that Pax8 may be sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Token,
    Read(Read),
}

/// The two methods of this client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    PostToken,
}

/// An address below `/v1` and its query.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    segments: Vec<String>,
    query: Vec<(&'static str, String)>,
}

impl Read {
    /// A collection such as `companies`.
    pub(crate) fn collection(name: &str) -> Self {
        Self {
            segments: vec![name.to_owned()],
            query: Vec::new(),
        }
    }

    /// One member of this collection. An id that would change the address
    /// instead of naming a row is refused.
    pub(crate) fn member(mut self, id: &str) -> Result<Self, Error> {
        let plain = !id.is_empty()
            && id.len() <= LONGEST_ID
            && id != "."
            && id != ".."
            && !id.chars().any(char::is_control);
        if !plain {
            return Err(Error::invalid_id(id));
        }
        self.segments.push(id.to_owned());
        Ok(self)
    }

    /// A collection below this address.
    pub(crate) fn below(mut self, name: &str) -> Self {
        self.segments.push(name.to_owned());
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub(crate) fn page(&self, number: u64) -> Request {
        Request::get(
            self.clone()
                .with("page", number.to_string())
                .with("size", PAGE_SIZE.to_string()),
        )
    }

    /// The path as errors name it, without the query.
    pub(crate) fn path(&self) -> String {
        format!("/v1/{}", self.segments.join("/"))
    }
}

impl Request {
    /// A read.
    pub(crate) fn get(read: Read) -> Self {
        Self {
            kind: Kind::Read(read),
        }
    }

    /// The request for an access token.
    pub(crate) fn token() -> Self {
        Self { kind: Kind::Token }
    }

    pub(crate) fn verb(&self) -> Verb {
        match self.kind {
            Kind::Token => Verb::PostToken,
            Kind::Read(_) => Verb::Get,
        }
    }

    pub(crate) fn path(&self) -> String {
        match &self.kind {
            Kind::Token => "/v1/token".to_owned(),
            Kind::Read(read) => read.path(),
        }
    }

    /// The full address below `base`.
    pub(crate) fn url(&self, base: &Url) -> Url {
        let mut url = base.clone();
        // A checked base address always has a path, so the error cannot occur.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("v1");
            match &self.kind {
                Kind::Token => path.push("token"),
                Kind::Read(read) => path.extend(&read.segments),
            };
        }
        if let Kind::Read(read) = &self.kind
            && !read.query.is_empty()
        {
            url.query_pairs_mut().extend_pairs(&read.query);
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(request: &Request, base: &str) -> String {
        request.url(&Url::parse(base).unwrap()).to_string()
    }

    #[test]
    fn addresses_lie_below_v1_of_the_base() {
        let page = Read::collection("companies")
            .with("sort", "name,asc")
            .page(3);
        assert_eq!(
            url(&page, "https://api.pax8.com"),
            "https://api.pax8.com/v1/companies?sort=name%2Casc&page=3&size=200"
        );
        assert_eq!(
            url(&Request::token(), "http://127.0.0.1:9/sandbox/"),
            "http://127.0.0.1:9/sandbox/v1/token"
        );
    }

    #[test]
    fn an_id_cannot_leave_its_place_in_the_address() {
        let product = Read::collection("products").member("a/../b?c#d").unwrap();
        assert_eq!(
            url(&Request::get(product), "https://api.pax8.com"),
            "https://api.pax8.com/v1/products/a%2F..%2Fb%3Fc%23d"
        );
        for bad in ["", ".", "..", "a\nb", &"x".repeat(129)] {
            let refused = Read::collection("products").member(bad);
            assert!(matches!(refused, Err(Error::InvalidId { .. })), "{bad:?}");
        }
    }
}
