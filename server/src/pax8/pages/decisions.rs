//! The subscriptions of all companies that need a decision: not linked, held, sold below cost.

use askama::Template;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::{company::hold, filter::PAGE, row::Row};
use crate::{
    app::App,
    http::{Frame, PageQuery, PageResult, Pax8Visit, Place, html},
    pax8::subscriptions::{
        BillingState, Circumstances, ListSubscriptions, Subscription, list_subscriptions,
    },
};

#[derive(Template)]
#[template(path = "pax8/decisions.html")]
struct DecisionsPage {
    frame: Frame,
    tabs: Vec<Tab>,
    rows: Vec<Item>,
    empty: &'static str,
    next: Option<String>,
}

struct Tab {
    label: &'static str,
    url: String,
    current: bool,
}

/// A subscription, with its company and what can be done about it.
struct Item {
    row: Row,
    company: String,
    company_url: String,
    mapped: bool,
    /// Somebody has to look at a change of Pax8's before it is billed again.
    changed: bool,
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    show: Show,
    cursor: Option<String>,
}

/// Which subscriptions are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Show {
    #[default]
    NotLinked,
    Held,
    BelowCost,
}

impl Show {
    const ALL: [Self; 3] = [Self::NotLinked, Self::Held, Self::BelowCost];

    fn code(self) -> &'static str {
        match self {
            Self::NotLinked => "not_linked",
            Self::Held => "held",
            Self::BelowCost => "below_cost",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::NotLinked => "Not linked",
            Self::Held => "Held",
            Self::BelowCost => "Below cost",
        }
    }

    fn empty(self) -> &'static str {
        match self {
            Self::NotLinked => "Every active subscription feeds a recurring invoice.",
            Self::Held => "No linked subscription is held.",
            Self::BelowCost => "Nothing is sold below its cost.",
        }
    }

    fn wanted(self) -> ListSubscriptions {
        let active = Some("Active".to_owned());
        match self {
            Self::NotLinked => ListSubscriptions {
                status: active,
                linked: Some(false),
                ..ListSubscriptions::default()
            },
            Self::Held => ListSubscriptions {
                billing: Some(BillingState::Held),
                ..ListSubscriptions::default()
            },
            Self::BelowCost => ListSubscriptions {
                status: active,
                below_cost: Some(true),
                ..ListSubscriptions::default()
            },
        }
    }

    fn url(self) -> String {
        format!("{PAGE}/subscriptions?show={}", self.code())
    }
}

/// `GET …/subscriptions`
pub(super) async fn show(
    State(app): State<App>,
    Pax8Visit(visit): Pax8Visit,
    Query(Wanted { show, cursor }): Query<Wanted>,
) -> PageResult {
    let page = PageQuery {
        limit: None,
        cursor,
    };
    let mut tx = app.database.read(visit.actor.organization).await?;
    let circumstances = Circumstances::load(&mut tx, app.clock.now()).await?;
    let found = list_subscriptions(&mut tx, &show.wanted(), &page, &circumstances).await?;
    let item = |subscription: &Subscription| {
        let hold = hold(subscription, &circumstances);
        Item::new(
            subscription,
            Row::new(subscription, hold, &visit.actor.timezone),
        )
    };
    html(&DecisionsPage {
        frame: visit.frame(Place::Integrations, "Subscriptions"),
        tabs: Show::ALL.map(|it| Tab::new(it, show)).into(),
        rows: found.data.iter().map(item).collect(),
        empty: show.empty(),
        next: found
            .next_cursor
            .map(|cursor| format!("{}&cursor={cursor}", show.url())),
    })
}

impl Tab {
    fn new(show: Show, current: Show) -> Self {
        Self {
            label: show.label(),
            url: show.url(),
            current: show == current,
        }
    }
}

impl Item {
    fn new(subscription: &Subscription, row: Row) -> Self {
        Self {
            row,
            company: subscription
                .company_name
                .clone()
                .unwrap_or_else(|| "Unknown company".to_owned()),
            company_url: super::billing::back(subscription),
            mapped: subscription.client.is_some(),
            changed: subscription.attention.is_some(),
        }
    }
}
