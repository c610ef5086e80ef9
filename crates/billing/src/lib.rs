//! From a Pax8 subscription to a line on a client's invoice, and from a Pax8
//! company to a client.
//!
//! Pure rules: dates come in as civil dates of the organization's time zone,
//! prices as exact decimals, and nothing here reads a clock, a database or the
//! network. The rules with worked examples stand in `docs/money.md`.
//!
//! * [`price`]: cost basis, markup, override: what one unit costs the client.
//! * [`term`]: Pax8's billing terms and what a price is worth a month.
//! * [`status`]: whether a subscription may be billed at all.
//! * [`schedule`]: the periods of a recurring invoice.
//! * [`charge`]: what one subscription puts on one period.
//! * [`invoice`]: all of it together: lines, what is held, what is skipped.
//! * [`tax`]: tax on the sum of taxable lines.
//! * [`matching`]: which client a company belongs to.

pub mod charge;
pub mod invoice;
pub mod matching;
pub mod price;
pub mod schedule;
pub mod status;
pub mod tax;
pub mod term;

pub use charge::{
    Billed, Charge, ChargeInput, ChargeOutcome, Charged, Elsewhere, Portion, Ratio, SplitBy,
    charge_for,
};
pub use invoice::{
    Assembled, CreditError, CreditOf, Creditable, Decided, Decision, Explanation, Fraction, Held,
    HoldReason, InvoiceInput, Invoiced, Line, LineLeft, LineSource, LineText, LinkedSubscription,
    ManualLine, Proration, ProrationBasis, QuantityChange, SeatChange, SkipReason, Skipped,
    assemble,
};
pub use matching::{Candidate, ClientKeys, CompanyKeys, MatchReason, Matcher, Outcome};
pub use price::{
    BillPrice, Cost, CostBasis, Markup, PriceRule, Pricing, PricingError, bill_price, cost_of,
};
pub use schedule::{DateOutOfRange, Frequency, Period, Schedule};
pub use status::{Standing, SubscriptionDates, SubscriptionStatus, standing};
pub use tax::{TaxLine, TaxRate};
pub use term::{BillingTerm, monthly_cost, monthly_total};

/// A computation of this crate that has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BillingError {
    /// An amount is too large, or currencies were mixed.
    #[error(transparent)]
    Money(#[from] money::MoneyError),
    /// A date lies beyond the calendar.
    #[error(transparent)]
    Date(#[from] DateOutOfRange),
}
