//! What happens by itself when the clock moves: trials convert or end,
//! commitments renew, end dates pass.

use jiff::civil::Date;
use jiff::{Span, Timestamp};

use super::change::NewSubscription;
use super::records::{Records, day_of};
use super::rows::Subscription;
use crate::seeded::choice;

/// Statuses after which nothing happens any more.
const FINAL: [&str; 2] = ["Cancelled", "Converted"];

impl Records {
    /// Lets everything due until `now` happen, stamped with `now`.
    pub(crate) fn live_until(&mut self, now: Timestamp) {
        let today = day_of(now);
        let due: Vec<_> = self
            .subscriptions
            .iter()
            .filter(|row| is_due(row, today))
            .cloned()
            .collect();
        for row in due {
            if row.end.is_none_or(|end| end > today) {
                self.renew(&row, today, now);
            } else if row.status == "Trial" && converts(&row) {
                self.convert(&row, today, now);
            } else {
                self.set_status(&row, "Cancelled", now);
            }
        }
    }

    fn renew(&mut self, row: &Subscription, today: Date, now: Timestamp) {
        let renewed = row.commitment.as_ref().and_then(|commitment| {
            Some(next_end(commitment.end?, months(&commitment.term)?, today))
        });
        // A change of a record that was just listed always finds it.
        let _ = self.edit(row.id.clone(), now, |row| {
            if let Some(commitment) = &mut row.commitment {
                commitment.end = renewed.or(commitment.end);
            }
        });
    }

    /// The trial stays as a row of its own beside the paid subscription.
    fn convert(&mut self, trial: &Subscription, today: Date, now: Timestamp) {
        self.set_status(trial, "Converted", now);
        let start = trial.end.unwrap_or(today);
        let commitment = Some(("1-Year".to_owned(), Some(next_end(start, 12, today))));
        self.add_subscription(
            NewSubscription {
                company: trial.company_id.clone(),
                product: trial.product_id.clone(),
                quantity: trial.quantity,
                price: self.monthly_price(trial),
                partner_cost: self
                    .products
                    .get(&trial.product_id)
                    .map(|row| row.monthly_cost),
                currency: trial.currency.clone(),
                start: Some(start),
                commitment,
                ..NewSubscription::default()
            },
            now,
        );
    }

    fn monthly_price(&self, trial: &Subscription) -> Option<rust_decimal::Decimal> {
        let cost = self.products.get(&trial.product_id)?.monthly_cost;
        Some(crate::generate::retail(cost))
    }

    fn set_status(&mut self, row: &Subscription, status: &str, now: Timestamp) {
        // As above: the record was just listed.
        let _ = self.edit(row.id.clone(), now, |row| row.status = status.to_owned());
    }
}

fn is_due(row: &Subscription, today: Date) -> bool {
    if FINAL.contains(&row.status.as_str()) {
        return false;
    }
    let ended = row.end.is_some_and(|end| end <= today);
    let renews = row.end.is_none()
        && row.commitment.as_ref().is_some_and(|commitment| {
            commitment.end.is_some_and(|end| end <= today) && months(&commitment.term).is_some()
        });
    ended || renews
}

/// Three trials of four become paid, always the same ones.
fn converts(trial: &Subscription) -> bool {
    choice(&trial.id, "trial converts", 4) > 0
}

fn months(commitment_term: &str) -> Option<i64> {
    match commitment_term {
        "Monthly" => Some(1),
        "1-Year" | "Annual" => Some(12),
        "2-Year" => Some(24),
        "3-Year" => Some(36),
        _ => None,
    }
}

/// The first end after today, whole terms after `end`; the anchor day
/// survives short months.
pub(crate) fn next_end(end: Date, months: i64, today: Date) -> Date {
    (1..2_400)
        .map(|terms| end.saturating_add(Span::new().months(terms * months)))
        .find(|next| *next > today)
        .unwrap_or(end)
}
