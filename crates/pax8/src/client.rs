//! The client: what can be asked of Pax8.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;

use crate::config::RetryPolicy;
use crate::pull::Pull;
use crate::request::{Read, Request};
use crate::retry::{Attempts, Fault};
use crate::rows::{self, Row};
use crate::token::{AccessToken, Tokens};
use crate::transport::Transport;
use crate::wire::Object;
use crate::{
    ClientConfig, Company, Error, Invoice, InvoiceItem, Product, Products, RequestCount,
    Subscription,
};

/// A client for one partner account. Clones share its token, its count and
/// its connections.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Transport,
    tokens: Tokens,
    retry: RetryPolicy,
    parallelism: usize,
    max_pages: u64,
}

/// Whose draft items to list: Pax8 drafts this month's and next month's invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftMonth {
    /// The month that is running.
    Current,
    /// The month that comes.
    Next,
}

impl Client {
    /// A client for the account that `config` names. Sends nothing yet.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if the address is neither `https` nor on this
    /// machine, or the credentials or the user agent cannot be sent.
    pub fn new(config: ClientConfig) -> Result<Self, Error> {
        Ok(Self {
            inner: Arc::new(Inner {
                transport: Transport::new(&config)?,
                tokens: Tokens::new(),
                retry: config.retry,
                parallelism: config.parallelism.max(1),
                max_pages: config.max_pages,
            }),
        })
    }

    /// Tests the credentials: asks for a new token and reads one row with it.
    ///
    /// # Errors
    ///
    /// [`Error::is_credentials`] tells refused credentials from every other
    /// reason why Pax8 could not be asked.
    pub async fn verify(&self) -> Result<(), Error> {
        self.inner.tokens.clear().await;
        let one_row = Read::collection("companies")
            .with("page", "0")
            .with("size", "1");
        let is_list = |body: &[u8]| {
            let body: Option<Object<'_>> = serde_json::from_slice(body).ok();
            let page = body.and_then(|body| body.get("page").map(drop));
            page.ok_or_else(|| "it is not a list of companies".to_owned())
        };
        self.get(Request::get(one_row), is_list).await
    }

    /// All companies, by name.
    pub fn list_companies(&self) -> Pull<Company> {
        self.pull(Read::collection("companies").with("sort", "name,asc"))
    }

    /// All subscriptions of all companies in every status, oldest first.
    pub fn list_subscriptions(&self) -> Pull<Subscription> {
        self.pull(subscriptions())
    }

    /// The subscriptions of one company in every status, oldest first.
    ///
    /// A subscription of another company in the answer is an
    /// [`Error::Protocol`]; a company of another partner is an
    /// [`Error::Forbidden`].
    pub fn subscriptions_of(&self, company_id: &str) -> Pull<Subscription> {
        self.pull(subscriptions().with("companyId", company_id))
            .only_company(company_id)
    }

    /// One subscription with its vendor's ids; `None` if Pax8 does not know it.
    ///
    /// # Errors
    ///
    /// Whatever keeps the answer from being read.
    pub async fn subscription(&self, id: &str) -> Result<Option<Subscription>, Error> {
        self.find("subscriptions", id).await
    }

    /// One company; `None` if Pax8 does not know it.
    ///
    /// # Errors
    ///
    /// Whatever keeps the answer from being read.
    pub async fn company(&self, id: &str) -> Result<Option<Company>, Error> {
        self.find("companies", id).await
    }

    /// One product; `None` if Pax8 does not know it, which happens to retired ones.
    ///
    /// # Errors
    ///
    /// Whatever keeps the answer from being read.
    pub async fn product(&self, id: &str) -> Result<Option<Product>, Error> {
        self.find("products", id).await
    }

    /// The products of these ids, each asked for once, a few at a time.
    /// `progress` is told how many are done and how many there are. One that
    /// Pax8 does not know, refuses or confuses with another counts as missing.
    ///
    /// # Errors
    ///
    /// The first error that is not about one product alone.
    pub async fn products<I>(
        &self,
        ids: I,
        progress: impl Fn(u64, u64) + Send + Sync,
    ) -> Result<Products, Error>
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let (found, missing) = self.find_each("products", ids, progress).await?;
        Ok(Products { found, missing })
    }

    /// Those of the companies of these ids that can be had, a few at a time.
    /// One that Pax8 does not know, refuses or confuses with another is left
    /// out.
    ///
    /// # Errors
    ///
    /// The first error that is not about one company alone.
    pub async fn companies<I>(&self, ids: I) -> Result<Vec<Company>, Error>
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let (found, _) = self.find_each("companies", ids, |_, _| {}).await?;
        Ok(found)
    }

    /// The invoices from Pax8 to the partner, oldest first; with `since`, only
    /// those made out for that day or later.
    pub fn list_invoices(&self, since: Option<Date>) -> Pull<Invoice> {
        let list = Read::collection("invoices").with("sort", "invoiceDate,asc");
        self.pull(match since {
            Some(day) => list.with("invoiceDateRangeStart", day.to_string()),
            None => list,
        })
    }

    /// The items of one invoice.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidId`] if `invoice_id` cannot be an id.
    pub fn invoice_items(&self, invoice_id: &str) -> Result<Pull<InvoiceItem>, Error> {
        let invoice = Read::collection("invoices").member(invoice_id)?;
        Ok(self.pull(invoice.below("items")))
    }

    /// The items of an invoice that is not made out yet: a forecast, without
    /// usage that is charged afterwards.
    pub fn draft_items(&self, month: DraftMonth) -> Pull<InvoiceItem> {
        let offset = match month {
            DraftMonth::Current => "0",
            DraftMonth::Next => "1",
        };
        self.pull(
            Read::collection("invoices")
                .below("draftItems")
                .with("monthOffset", offset),
        )
    }

    /// What this client and its clones have sent so far.
    #[must_use]
    pub fn requests(&self) -> RequestCount {
        self.inner.transport.counter.snapshot()
    }

    pub(crate) fn parallelism(&self) -> usize {
        self.inner.parallelism
    }

    pub(crate) fn max_pages(&self) -> u64 {
        self.inner.max_pages
    }

    /// Sends a read until it is answered or there is no point in trying again,
    /// and gives what `meaning` makes of the answer, or the reason why it is
    /// not what was asked for.
    pub(crate) async fn get<T>(
        &self,
        request: Request,
        meaning: impl Fn(&[u8]) -> Result<T, String>,
    ) -> Result<T, Error> {
        let mut attempts = Attempts::new(&self.inner.retry, &self.inner.transport.counter);
        loop {
            match self.inner.attempt(&request, &meaning).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => attempts.wait(fault).await?,
            }
        }
    }

    fn pull<T: Row>(&self, list: Read) -> Pull<T> {
        Pull::new(self.clone(), list)
    }

    /// One row by id.
    async fn find<T: Row>(&self, collection: &str, id: &str) -> Result<Option<T>, Error> {
        let read = Read::collection(collection).member(id)?;
        let path = read.path();
        let row: Option<T> = match self.get(Request::get(read), rows::read).await {
            Ok(row) => row,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        match row.filter(|row| row.key().is_some_and(|key| key.eq_ignore_ascii_case(id))) {
            Some(row) => Ok(Some(row)),
            None => Err(Error::OtherRecord {
                path,
                asked: T::NAME,
            }),
        }
    }

    /// The rows of these ids, each asked for once, and the ids of those that cannot be had.
    async fn find_each<T: Row, I>(
        &self,
        collection: &str,
        ids: I,
        progress: impl Fn(u64, u64) + Send + Sync,
    ) -> Result<(Vec<T>, Vec<String>), Error>
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let ids: BTreeSet<String> = ids.into_iter().map(Into::into).collect();
        let total = u64::try_from(ids.len()).unwrap_or(u64::MAX);
        let mut answers = stream::iter(ids)
            .map(|id| self.find_or_id(collection, id))
            .buffered(self.parallelism());
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        let mut done = 0;
        while let Some(answer) = answers.try_next().await? {
            match answer {
                Ok(row) => found.push(row),
                Err(id) => missing.push(id),
            }
            done += 1;
            progress(done, total);
        }
        Ok((found, missing))
    }

    /// A row that cannot be had costs no more than its name: the others are asked for all the same.
    async fn find_or_id<T: Row>(
        &self,
        collection: &str,
        id: String,
    ) -> Result<Result<T, String>, Error> {
        match self.find(collection, &id).await {
            Ok(found) => Ok(found.ok_or(id)),
            Err(error) if error.is_about_one_record() => Ok(Err(id)),
            Err(error) => Err(error),
        }
    }
}

impl Inner {
    /// Sends a read once, or twice if the token had to be renewed.
    async fn attempt<T>(
        &self,
        request: &Request,
        meaning: impl Fn(&[u8]) -> Result<T, String>,
    ) -> Result<T, Fault> {
        let mut token = self.token().await?;
        let mut reply = self.transport.send(request, Some(&token)).await?;
        if reply.status == 401 && !reply.is_web_page() {
            self.tokens.discard(&token).await;
            token = self.token().await?;
            reply = self.transport.send(request, Some(&token)).await?;
        }
        reply.into_meaning(meaning, &self.transport.secrets(Some(&token)))
    }

    /// The token; its own request has its own attempts.
    async fn token(&self) -> Result<Arc<AccessToken>, Fault> {
        self.tokens
            .current(&self.transport, &self.retry)
            .await
            .map_err(Fault::last)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("requests", &self.requests())
            .finish_non_exhaustive()
    }
}

fn subscriptions() -> Read {
    Read::collection("subscriptions").with("sort", "createdDate,asc")
}
