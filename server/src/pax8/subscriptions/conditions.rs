//! Conditions that statements about subscriptions share. In each, `s` is the subscription and `b` its billing settings.

/// Whether it is in a status that bills without anybody deciding.
macro_rules! status_bills {
    () => {
        "(lower(trim(s.status)) in ('active', 'activated', 'pendingcancel'))"
    };
}

/// The same, or somebody decided to bill it in the status that it has.
macro_rules! bills_when_linked {
    () => {
        "(lower(trim(s.status)) in ('active', 'activated', 'pendingcancel') or b.billed_in_status = coalesce(s.status, ''))"
    };
}

/// Whether a linked subscription may be held, stale data apart: never false for one that is held, and rarely true for
/// another. `k` is the client of its company, `r` the recurring invoice that it feeds.
macro_rules! may_be_held {
    () => {
        "(r.id is not null and (s.missing_since is not null or s.attention is not null or k.id is null or k.id <> r.client_id
            or s.status is null
            or lower(trim(s.status)) not in ('active', 'activated', 'pendingcancel', 'cancelled', 'trial', 'converted')
            or s.currency is null or upper(trim(s.currency)) <> k.currency
            or s.quantity is null or s.quantity like '-%' or s.bill_price is null or s.bill_price like '-%'
            or s.monthly_revenue_minor is null or s.monthly_revenue_minor > 1000000000000000
            or (s.start_date is null and s.billing_start is null)))"
    };
}

pub(crate) use bills_when_linked;
pub(super) use may_be_held;
pub(crate) use status_bills;
