//! Searching all kinds, or one of them page by page.

use db::OrgTx;
use serde::Serialize;
use utoipa::ToSchema;

use super::hits;
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    http::{List, PageQuery},
};

/// How many of each kind are shown.
const FIRST: u32 = 5;
/// The longest text that is searched for, in characters.
const LONGEST: usize = 200;

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Found {
    /// The text that was searched for.
    pub q: String,
    /// The kinds of which something was found.
    pub groups: Vec<Group>,
}

/// What was found of a kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct Group {
    /// The kind.
    pub kind: Kind,
    /// The first few.
    pub hits: Vec<Hit>,
    /// Whether there are more.
    pub more: bool,
}

/// Something that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hit {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What tells it from others of the same name.
    pub detail: Option<String>,
    /// Its page.
    pub path: String,
}

/// A kind of record that is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Clients.
    Client,
    /// Pax8 companies.
    Company,
    /// Pax8 subscriptions.
    Subscription,
    /// Recurring invoices.
    RecurringInvoice,
    /// Invoices.
    Invoice,
}

impl Kind {
    /// Every kind, in the order of the answer.
    pub const ALL: [Self; 5] = [
        Self::Client,
        Self::Company,
        Self::Subscription,
        Self::RecurringInvoice,
        Self::Invoice,
    ];

    /// Its name in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Company => "company",
            Self::Subscription => "subscription",
            Self::RecurringInvoice => "recurring_invoice",
            Self::Invoice => "invoice",
        }
    }

    /// What several of it are called.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Client => "Clients",
            Self::Company => "Pax8 companies",
            Self::Subscription => "Pax8 subscriptions",
            Self::RecurringInvoice => "Recurring invoices",
            Self::Invoice => "Invoices",
        }
    }

    fn is_seen_by(self, actor: &Actor) -> bool {
        match self {
            Self::Company | Self::Subscription => actor.require_pax8().is_ok(),
            Self::Client | Self::RecurringInvoice | Self::Invoice => true,
        }
    }
}

/// The first few of each kind that the actor may see. An empty text finds nothing.
///
/// # Errors
/// When the text is too long.
pub async fn find(app: &App, actor: &Actor, tx: &mut OrgTx, q: &str) -> Result<Found> {
    let mut found = Found {
        q: checked(q)?.to_owned(),
        groups: Vec::new(),
    };
    if found.q.is_empty() {
        return Ok(found);
    }
    let page = PageQuery {
        limit: Some(FIRST),
        cursor: None,
    };
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_seen_by(actor)) {
        let list = of_kind(app, tx, kind, &found.q, &page).await?;
        if !list.data.is_empty() {
            found.groups.push(Group {
                kind,
                more: list.next_cursor.is_some(),
                hits: list.data,
            });
        }
    }
    Ok(found)
}

/// A page of the subscriptions that a text finds: they have no list of their own that could be searched.
pub(super) async fn find_subscriptions(
    app: &App,
    actor: &Actor,
    tx: &mut OrgTx,
    q: &str,
    page: &PageQuery,
) -> Result<List<Hit>> {
    actor.require_pax8()?;
    of_kind(app, tx, Kind::Subscription, checked(q)?, page).await
}

async fn of_kind(
    app: &App,
    tx: &mut OrgTx,
    kind: Kind,
    q: &str,
    page: &PageQuery,
) -> Result<List<Hit>> {
    match kind {
        Kind::Client => hits::clients(tx, q, page).await,
        Kind::Company => hits::companies(tx, q, page).await,
        Kind::Subscription => hits::subscriptions(tx, q, page, app.clock.now()).await,
        Kind::RecurringInvoice => hits::recurring_invoices(tx, q, page).await,
        Kind::Invoice => hits::invoices(tx, q, page).await,
    }
}

fn checked(q: &str) -> Result<&str> {
    let q = q.trim();
    if q.chars().count() > LONGEST {
        return Err(Error::field("q", "Use at most 200 characters."));
    }
    Ok(q)
}
