//! Sends one request within the budget and reads its answer within the limits.

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response, Url};
use serde_json::json;

use crate::reply::{self, Reply};
use crate::request::{Request, Verb};
use crate::retry::Fault;
use crate::secrets::Secrets;
use crate::stats::RequestCounter;
use crate::token::AccessToken;
use crate::{ClientConfig, Credentials, Error, NetworkFault, RateBudget, tls};

const AUDIENCE: &str = "https://api.pax8.com";
/// As much as most answers take at most, so that one that only announces much
/// gets no more.
const LIKELY_BODY_BYTES: usize = 256 * 1024;

/// The one place that touches the network.
pub(crate) struct Transport {
    http: reqwest::Client,
    base: Url,
    credentials: Credentials,
    budget: RateBudget,
    max_body_bytes: usize,
    pub(crate) counter: RequestCounter,
}

impl Transport {
    pub(crate) fn new(config: &ClientConfig) -> Result<Self, Error> {
        if config.credentials.is_blank() {
            return Err(Error::config(
                "the Client ID and the Client Secret are both needed",
            ));
        }
        let base = config.checked_base()?;
        Ok(Self {
            http: http_client(config)?,
            base,
            credentials: config.credentials.clone(),
            budget: config.rate.clone(),
            max_body_bytes: config.max_body_bytes,
            counter: RequestCounter::default(),
        })
    }

    /// Sends `request` once.
    pub(crate) async fn send(
        &self,
        request: &Request,
        token: Option<&AccessToken>,
    ) -> Result<Reply, Fault> {
        self.budget.spend().await;
        self.counter.count_sent(request.verb() == Verb::PostToken);
        let mut outgoing = self.outgoing(request);
        if let Some(token) = token {
            outgoing = outgoing.header(AUTHORIZATION, token.header());
        }
        let response = outgoing.send().await.map_err(network_fault)?;
        tracing::debug!(
            path = request.path(),
            status = response.status().as_u16(),
            "Pax8 answered"
        );
        self.read(request, response).await
    }

    fn outgoing(&self, request: &Request) -> RequestBuilder {
        let url = request.url(&self.base);
        match request.verb() {
            Verb::Get => self.http.get(url),
            Verb::PostToken => self
                .http
                .post(url)
                .header(CONTENT_TYPE, "application/json")
                .body(self.token_body()),
        }
    }

    fn token_body(&self) -> String {
        json!({
            "client_id": self.credentials.client_id(),
            "client_secret": self.credentials.client_secret(),
            "audience": AUDIENCE,
            "grant_type": "client_credentials",
        })
        .to_string()
    }

    async fn read(&self, request: &Request, mut response: Response) -> Result<Reply, Fault> {
        let status = response.status().as_u16();
        let retry_after = reply::retry_after(response.headers());
        let announced = response
            .content_length()
            .and_then(|it| usize::try_from(it).ok());
        let mut body = Vec::with_capacity(announced.unwrap_or(0).min(LIKELY_BODY_BYTES));
        while let Some(chunk) = response.chunk().await.map_err(network_fault)? {
            if body.len() + chunk.len() > self.max_body_bytes {
                return Err(Fault::last(Error::TooLarge {
                    path: request.path(),
                    limit_bytes: self.max_body_bytes,
                }));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply {
            path: request.path(),
            status,
            retry_after,
            body,
        })
    }

    /// What the answer to a request must not be quoted with.
    pub(crate) fn secrets<'a>(&'a self, token: Option<&'a AccessToken>) -> Secrets<'a> {
        Secrets {
            client_secret: self.credentials.client_secret(),
            token: token.map(AccessToken::text),
        }
    }
}

fn http_client(config: &ClientConfig) -> Result<reqwest::Client, Error> {
    let user_agent = HeaderValue::from_str(&config.user_agent)
        .map_err(|_| Error::config("the user agent holds characters that a header cannot"))?;
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls::client_config()?)
        .user_agent(user_agent)
        .default_headers(HeaderMap::from_iter([(
            ACCEPT,
            HeaderValue::from_static("application/json"),
        )]))
        // A redirect could carry the token to somebody else.
        .redirect(Policy::none())
        // Trying again is decided in one place, and counted there.
        .retry(reqwest::retry::never())
        // Nobody in between whom the configuration does not name: variables such as ALL_PROXY are often meant for other programs.
        .no_proxy()
        .connect_timeout(config.timeouts.connect)
        .read_timeout(config.timeouts.read)
        .timeout(config.timeouts.whole)
        .build()
        .map_err(|_| Error::config("the HTTP client could not be set up on this machine"))
}

fn network_fault(error: reqwest::Error) -> Fault {
    let fault = if error.is_timeout() {
        NetworkFault::TimedOut
    } else if error.is_connect() {
        NetworkFault::NoConnection
    } else {
        NetworkFault::Broken
    };
    tracing::debug!(error = %error.without_url(), ?fault, "no answer from Pax8");
    Fault::network(fault)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::pin::pin;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn nothing_leaves_once_the_budget_is_spent() {
        let budget = RateBudget::new(NonZeroU32::MIN);
        budget.spend().await;
        let config = ClientConfig::new(Credentials::new("id", "secret"), budget)
            .with_base_url("http://127.0.0.1:1");
        let transport = Transport::new(&config).unwrap();
        let request = Request::token();
        let mut send = pin!(transport.send(&request, None));
        assert!(futures::poll!(&mut send).is_pending());
        assert_eq!(transport.counter.snapshot().sent, 0);
        tokio::time::advance(std::time::Duration::from_secs(61)).await;
        assert!(futures::poll!(&mut send).is_pending());
        assert_eq!(transport.counter.snapshot().sent, 1);
    }
}
