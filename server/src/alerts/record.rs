//! An alert and what was told of it, as they are kept.

use db::OrgTx;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Condition, store};
use crate::{
    error::Result,
    http::{List, PageQuery},
    ids::{AlertId, AlertNoticeId},
};

/// A condition from when it began to when it ended.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Alert {
    /// Its id.
    #[schema(value_type = String)]
    pub id: AlertId,
    /// What is wrong.
    pub condition: Condition,
    /// The same in words.
    pub title: &'static str,
    /// How it stood when it was last looked at, in a sentence.
    #[schema(example = "3 syncs failed in a row. The last: Pax8 did not answer in time.")]
    pub detail: String,
    /// When it was first seen.
    #[schema(value_type = String, format = DateTime)]
    pub began_at: Timestamp,
    /// When it was last told; null: it was told to nobody.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub told_at: Option<Timestamp>,
    /// When it was over; null: it lasts.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// What was told of it, the latest first.
    pub notices: Vec<Notice>,
}

/// One thing told of an alert, one way.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Notice {
    /// Its id: the same at each attempt.
    #[schema(value_type = String)]
    pub id: AlertNoticeId,
    /// Which way.
    pub channel: Channel,
    /// What of the alert.
    pub event: Event,
    /// When it was put on its way.
    #[schema(value_type = String, format = DateTime)]
    pub queued_at: Timestamp,
    /// When it was taken; null: not yet.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    /// Why it was not taken the last time; null: nothing is known against it.
    #[schema(example = "The webhook answered 500.")]
    pub last_error: Option<String>,
}

/// A way to tell people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By e-mail.
    Mail,
    /// To the webhook.
    Webhook,
}

/// What of an alert is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It began.
    Began,
    /// It lasts: told again once a day.
    Lasts,
    /// It is over.
    Ended,
    /// It is none: somebody tries whether alerts arrive.
    Test,
}

/// Names in the database, the same as in the API.
macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal),* }) => {
        impl $type {
            /// Its name in the database and the API.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The one of that name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

names!(Channel {
    Mail = "mail",
    Webhook = "webhook"
});
names!(Event {
    Began = "began",
    Lasts = "lasts",
    Ended = "ended",
    Test = "test"
});

/// The alerts that last, the earliest first, without what was told of them.
///
/// # Errors
/// When the database is gone.
pub async fn list_open(tx: &mut OrgTx) -> Result<Vec<Alert>> {
    store::list_open(tx).await
}

/// Alerts, the latest first, with what was told of them; only those that last, where that is asked for.
///
/// # Errors
/// When the page is not one of the list.
pub async fn list_alerts(tx: &mut OrgTx, only_open: bool, page: &PageQuery) -> Result<List<Alert>> {
    let mut list = store::list(tx, only_open, &page.paging()?).await?;
    let ids = (list.data.last(), list.data.first());
    if let (Some(earliest), Some(latest)) = ids {
        let notices = store::list_notices(tx, earliest.id, latest.id).await?;
        for (alert, notice) in notices {
            let of = list.data.iter_mut().find(|it| it.id == alert);
            if let Some(of) = of {
                of.notices.push(notice);
            }
        }
    }
    Ok(list)
}
