//! Deliveries as pages show them.

use jiff::tz::TimeZone;

use super::{Delivery, DeliveryState};
use crate::{
    http::{Moment, filters},
    invoices::view::Badge,
};

/// A delivery, written out.
pub struct DeliveryView {
    /// Whom it goes to.
    pub to: String,
    /// How it stands.
    pub badge: Badge,
    /// What happened last.
    pub what: &'static str,
    /// When.
    pub at: Moment,
    /// Why it was not sent, and what to do.
    pub trouble: Option<String>,
    /// When it is tried again.
    pub again: Option<String>,
    /// Where a person says that the client has it; none: there is nothing to say, or not for this reader.
    pub settle_url: Option<String>,
}

impl DeliveryView {
    /// A delivery, for a reader who may send, or not.
    #[must_use]
    pub fn of(it: &Delivery, zone: &TimeZone, may_send: bool) -> Self {
        let settles = matches!(it.state, DeliveryState::Failed | DeliveryState::Unknown);
        Self {
            to: it.to.clone(),
            badge: badge_of(it),
            what: if it.state.has_ended() {
                ""
            } else {
                "asked for "
            },
            at: Moment::new(it.ended_at.unwrap_or(it.queued_at), zone),
            trouble: trouble(it),
            again: it
                .next_attempt_at
                .filter(|_| it.attempts > 0)
                .map(|at| filters::minute(&at, zone)),
            settle_url: (settles && may_send).then(|| format!("/deliveries/{}/settle", it.id)),
        }
    }
}

fn trouble(it: &Delivery) -> Option<String> {
    let why = it
        .last_error
        .clone()
        .filter(|_| it.state != DeliveryState::Sent)?;
    Some(match it.state {
        DeliveryState::Unknown => {
            format!("{why} It may have been sent. Ask the client, or send it again.")
        }
        _ => why,
    })
}

fn badge_of(it: &Delivery) -> Badge {
    let (class, icon, label) = match it.state {
        DeliveryState::Queued if it.attempts > 0 => ("badge-warn", "clock", "Tried again"),
        DeliveryState::Queued => ("badge-info", "clock", "Waiting"),
        DeliveryState::Sending => ("badge-info", "send", "Being sent"),
        DeliveryState::Sent => ("badge-ok", "ok", "Sent"),
        DeliveryState::Failed => ("badge-bad", "error", "Not sent"),
        DeliveryState::Unknown => ("badge-warn", "warning", "Unknown"),
    };
    Badge { class, icon, label }
}
