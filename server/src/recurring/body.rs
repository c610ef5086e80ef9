//! What a program sends and gets about a recurring invoice.

use db::OrgTx;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LineDetails, RecurringDetails, RecurringInvoice};
use crate::{
    accounts::Actor,
    error::Result,
    http::given,
    pax8::subscriptions::{Circumstances, SubscriptionBody, linked_summaries},
};

/// A recurring invoice with the subscriptions that feed it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecurringBody {
    #[serde(flatten)]
    invoice: RecurringInvoice,
    /// The Pax8 subscriptions that it bills besides its lines. Without `integrations.manage` and the licence feature
    /// `pax8Integration` their `price`, `partner_cost`, `cost`, `markup` and `monthly_margin` are null.
    linked_subscriptions: Vec<SubscriptionBody>,
}

impl RecurringBody {
    pub async fn of(
        tx: &mut OrgTx,
        invoice: RecurringInvoice,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Self> {
        let circumstances = Circumstances::load(tx, now).await?;
        let linked = linked_summaries(tx, invoice.id).await?;
        let body =
            |subscription| SubscriptionBody::of(subscription, &circumstances).with(actor.costs());
        Ok(Self {
            invoice,
            linked_subscriptions: linked.iter().map(body).collect(),
        })
    }
}

/// A recurring invoice that was changed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangedBody {
    #[serde(flatten)]
    pub invoice: RecurringBody,
    /// How many subscriptions fed it and feed nothing now, because the end date leaves nothing to bill.
    pub links_ended: u64,
}

/// A recurring invoice to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRecurringInvoice {
    /// Whom it bills; it cannot be changed later.
    #[serde(default)]
    #[schema(required)]
    pub client_id: String,
    /// Its name.
    #[serde(default)]
    #[schema(required)]
    name: String,
    /// `weekly`, `monthly`, `quarterly`, `semi_annual` or `annual`.
    #[serde(default)]
    #[schema(required)]
    frequency: String,
    /// The first day it may bill.
    #[serde(default)]
    #[schema(required, format = Date)]
    start_date: String,
    /// The first day on which no period starts any more.
    #[schema(format = Date)]
    end_date: Option<String>,
    /// The start of the first period to be billed; the start date where it is absent.
    #[schema(format = Date)]
    next_invoice_date: Option<String>,
    #[serde(default)]
    review_first: bool,
    #[serde(default)]
    auto_send: bool,
    #[serde(default)]
    prorate_first: bool,
    #[serde(default)]
    prorate_changes: bool,
    #[serde(default)]
    lines: Vec<NewLine>,
}

/// A line that somebody wrote.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewLine {
    /// Ignored: lines are replaced as a whole. Taken so that an answer can be sent back.
    #[serde(default, rename = "id")]
    _id: Option<String>,
    /// As printed.
    #[serde(default)]
    #[schema(required)]
    description: String,
    /// A decimal other than 0; negative for a credit.
    #[serde(default)]
    #[schema(required)]
    quantity: String,
    /// A decimal in the client's currency; negative for a discount.
    #[serde(default)]
    #[schema(required)]
    unit_price: String,
    /// Whether tax is charged on it; it is where this is absent.
    #[serde(default = "yes")]
    taxable: bool,
}

/// What is to be changed of a recurring invoice; what is absent stays. Lines are replaced as a whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecurringChange {
    name: Option<String>,
    frequency: Option<String>,
    #[schema(format = Date)]
    start_date: Option<String>,
    /// Null: it goes on.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = Date)]
    end_date: Option<Option<String>>,
    #[schema(format = Date)]
    next_invoice_date: Option<String>,
    review_first: Option<bool>,
    auto_send: Option<bool>,
    prorate_first: Option<bool>,
    prorate_changes: Option<bool>,
    lines: Option<Vec<NewLine>>,
    /// Refuses the change if the recurring invoice has another version by now.
    pub version: Option<i64>,
}

impl NewRecurringInvoice {
    pub fn into_details(self) -> RecurringDetails {
        RecurringDetails {
            name: self.name,
            frequency: self.frequency,
            start_date: self.start_date,
            end_date: self.end_date,
            next_invoice_date: self.next_invoice_date,
            review_first: self.review_first,
            auto_send: self.auto_send,
            prorate_first: self.prorate_first,
            prorate_changes: self.prorate_changes,
            lines: self.lines.into_iter().map(NewLine::into_details).collect(),
        }
    }
}

impl RecurringChange {
    /// Puts what was given in place of what was there.
    pub fn apply(self, details: &mut RecurringDetails) {
        if let Some(end_date) = self.end_date {
            details.end_date = end_date;
        }
        if let Some(lines) = self.lines {
            details.lines = lines.into_iter().map(NewLine::into_details).collect();
        }
        let starts_elsewhere = self
            .start_date
            .as_ref()
            .is_some_and(|date| *date != details.start_date);
        // A date that was sent is meant; one that was not follows the start.
        if self.next_invoice_date.is_some() || starts_elsewhere {
            details.next_invoice_date = self.next_invoice_date;
        }
        replace(&mut details.name, self.name);
        replace(&mut details.frequency, self.frequency);
        replace(&mut details.start_date, self.start_date);
        replace(&mut details.review_first, self.review_first);
        replace(&mut details.auto_send, self.auto_send);
        replace(&mut details.prorate_first, self.prorate_first);
        replace(&mut details.prorate_changes, self.prorate_changes);
    }
}

impl NewLine {
    fn into_details(self) -> LineDetails {
        LineDetails {
            description: self.description,
            quantity: self.quantity,
            unit_price: self.unit_price,
            taxable: self.taxable,
        }
    }
}

fn replace<T>(field: &mut T, given: Option<T>) {
    if let Some(value) = given {
        *field = value;
    }
}

fn yes() -> bool {
    true
}
