//! The subscriptions of all companies that need a decision: not linked, held, sold below cost.

use askama::Template;
use axum::extract::{Query, State};
use db::OrgTx;
use serde::Deserialize;

use super::{
    billing::{back, mapping_url},
    filter::PAGE,
    held::HeldNotice,
    row::Row,
};
use crate::{
    app::App,
    error::Result,
    http::{Frame, PageQuery, PageResult, Pax8Visit, Place, filters, html},
    pax8::subscriptions::{
        Circumstances, ListSubscriptions, Subscription, ToDecide, count_held, count_to_decide,
        list_subscriptions, unseen_changes,
    },
};

#[derive(Template)]
#[template(path = "pax8/decisions.html")]
struct DecisionsPage {
    frame: Frame,
    tabs: Vec<Tab>,
    /// What holds for all of them.
    hint: Option<&'static str>,
    rows: Vec<Item>,
    empty: &'static str,
    next: Option<String>,
}

struct Tab {
    label: &'static str,
    count: String,
    url: String,
    current: bool,
}

/// A subscription, with its company and what can be done about it.
struct Item {
    row: Row,
    company: String,
    company_url: String,
    /// Where its company is mapped, if it is not.
    map_url: Option<String>,
    held: Option<HeldNotice>,
    /// What it brings a month, where that can be told.
    monthly: Option<String>,
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
            Self::NotLinked => "Every subscription that bills feeds a recurring invoice.",
            Self::Held => "No linked subscription is held.",
            Self::BelowCost => "Nothing is sold below its cost.",
        }
    }

    fn hint(self) -> Option<&'static str> {
        (self == Self::Held)
            .then_some("The next invoice of each of these waits as a draft until somebody decides.")
    }

    fn wanted(self) -> ListSubscriptions {
        match self {
            Self::NotLinked => ListSubscriptions::not_linked(),
            Self::Held => ListSubscriptions::held(),
            Self::BelowCost => ListSubscriptions::below_cost(),
        }
    }

    fn url(self) -> String {
        format!("{PAGE}/subscriptions?show={}", self.code())
    }
}

/// The address of the list of what is held.
pub(super) fn held_list() -> String {
    Show::Held.url()
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
    let shown = found.data.iter().map(|it| it.id);
    let unseen = unseen_changes(&mut tx, shown).await?;
    let item = |subscription: &Subscription| {
        let row = Row::new(subscription, None, &visit.actor.timezone);
        let held = HeldNotice::of(subscription, &circumstances, &unseen);
        Item::new(subscription, row, held)
    };
    let counts = Counts::load(&mut tx, &circumstances).await?;
    html(&DecisionsPage {
        frame: visit.frame(Place::Integrations, "Subscriptions"),
        tabs: Show::ALL.map(|it| Tab::new(it, show, &counts)).into(),
        hint: show.hint(),
        rows: found.data.iter().map(item).collect(),
        empty: show.empty(),
        next: found
            .next_cursor
            .map(|cursor| format!("{}&cursor={cursor}", show.url())),
    })
}

impl Tab {
    fn new(show: Show, current: Show, counts: &Counts) -> Self {
        Self {
            label: show.label(),
            count: filters::grouped(&counts.of(show).to_string()),
            url: show.url(),
            current: show == current,
        }
    }
}

impl Item {
    fn new(subscription: &Subscription, row: Row, held: Option<HeldNotice>) -> Self {
        Self {
            row,
            company: subscription
                .company_name
                .clone()
                .unwrap_or_else(|| "Unknown company".to_owned()),
            company_url: back(subscription),
            map_url: subscription
                .client
                .is_none()
                .then(|| mapping_url(subscription)),
            held,
            monthly: subscription
                .worth()
                .monthly_revenue
                .as_ref()
                .map(filters::money),
        }
    }
}

/// How many subscriptions each list has.
struct Counts {
    held: usize,
    others: ToDecide,
}

impl Counts {
    async fn load(tx: &mut OrgTx, circumstances: &Circumstances) -> Result<Self> {
        Ok(Self {
            held: count_held(tx, circumstances).await?,
            others: count_to_decide(tx).await?,
        })
    }

    fn of(&self, show: Show) -> u64 {
        match show {
            Show::Held => u64::try_from(self.held).unwrap_or(u64::MAX),
            Show::NotLinked => self.others.not_linked.into(),
            Show::BelowCost => self.others.below_cost.into(),
        }
    }
}

/// The lists with how many subscriptions each has, as links on the integration's page.
#[derive(Template)]
#[template(path = "pax8/to_decide.html")]
pub(super) struct ToDecideLinks {
    tabs: Vec<Tab>,
}

impl ToDecideLinks {
    pub(super) async fn load(tx: &mut OrgTx, circumstances: &Circumstances) -> Result<Self> {
        let counts = Counts::load(tx, circumstances).await?;
        Ok(Self {
            tabs: Show::ALL
                .map(|it| Tab::new(it, Show::default(), &counts))
                .into(),
        })
    }
}
