//! A subscription as JSON shows it.

use billing::{Charge, CostBasis, Markup};
use jiff::{Timestamp, civil::Date};
use money::{Amount, Currency};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Acceptance, BillingStanding, Circumstances, Subscription};
use crate::{
    accounts::Costs,
    ids::{CompanyId, RecurringInvoiceId, SubscriptionId},
};

/// A subscription. What Pax8 did not give is null. Prices are per unit and billing term; amounts are in `currency`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SubscriptionBody {
    #[schema(value_type = String)]
    id: SubscriptionId,
    pax8_id: String,
    #[schema(value_type = String)]
    company_id: CompanyId,
    product: ProductBody,
    /// Units.
    quantity: Option<String>,
    /// As Pax8 wrote it.
    billing_term: Option<String>,
    commitment: Option<CommitmentBody>,
    /// The currency of Pax8's prices.
    currency: Option<String>,
    /// What Pax8 suggests to charge.
    price: Option<String>,
    /// What the partner pays.
    partner_cost: Option<String>,
    /// The basis of pricing: the partner cost, or Pax8's price where there is none.
    cost: Option<CostBody>,
    markup: Option<MarkupBody>,
    override_price: Option<String>,
    /// The price of one unit.
    bill_price: Option<String>,
    /// What it brings a month.
    monthly_total: Option<String>,
    /// What is left of that after the cost.
    monthly_margin: Option<String>,
    recurring_invoice: Option<RecurringInvoiceBody>,
    #[schema(value_type = String, example = "spread")]
    charge: Charge,
    /// As Pax8 wrote it.
    status: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    start_date: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    end_date: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    billing_start: Option<Date>,
    /// Since when complete pulls no longer contain it.
    #[schema(value_type = Option<String>, format = DateTime)]
    missing_since: Option<Timestamp>,
    billing: BillingStanding,
    /// What can be accepted so that it is billed again, to be sent to `accept-change` as it is; null: nothing waits for that.
    to_accept: Option<Acceptance>,
    /// The version of the billing settings; 0: never set.
    version: i64,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
struct ProductBody {
    id: Option<String>,
    name: Option<String>,
    vendor: Option<String>,
    sku: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
struct CommitmentBody {
    term: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    end_date: Option<Date>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
struct CostBody {
    amount: String,
    #[schema(value_type = String, example = "partner")]
    basis: CostBasis,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
struct MarkupBody {
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
struct RecurringInvoiceBody {
    #[schema(value_type = String)]
    id: RecurringInvoiceId,
    name: String,
}

impl SubscriptionBody {
    /// The subscription as it is shown.
    #[must_use]
    pub fn of(subscription: &Subscription, circumstances: &Circumstances) -> Self {
        let worth = subscription.worth();
        let money = Figures::of(subscription);
        let product = &subscription.product;
        let recurring = subscription.recurring_invoice.as_ref();
        let commitment = subscription.commitment.as_ref();
        Self {
            id: subscription.id,
            pax8_id: subscription.pax8_id.clone(),
            company_id: subscription.company_id,
            product: ProductBody {
                id: product.pax8_id.clone(),
                name: product.name.clone(),
                vendor: product.vendor.clone(),
                sku: product.sku.clone(),
            },
            quantity: subscription.quantity.map(plain),
            billing_term: subscription.billing_term.clone(),
            commitment: commitment.map(|commitment| CommitmentBody {
                term: commitment.term.clone(),
                end_date: commitment.end_date,
            }),
            currency: subscription.currency.clone(),
            price: subscription.price.map(|it| money.figure(it)),
            partner_cost: subscription.partner_cost.map(|it| money.figure(it)),
            cost: subscription.cost().map(|cost| CostBody {
                amount: money.figure(cost.amount),
                basis: cost.basis,
            }),
            markup: subscription
                .settings
                .pricing
                .markup
                .map(|it| money.markup(it)),
            override_price: subscription
                .settings
                .pricing
                .override_price
                .map(|it| money.figure(it)),
            bill_price: worth.bill_price.map(|price| price.unit.to_string()),
            monthly_total: worth.monthly_revenue.map(text),
            monthly_margin: worth.monthly_margin().map(text),
            recurring_invoice: recurring.map(|recurring| RecurringInvoiceBody {
                id: recurring.id,
                name: recurring.name.clone(),
            }),
            charge: subscription.settings.charge,
            status: subscription.status.clone(),
            start_date: subscription.dates.start,
            end_date: subscription.dates.end,
            billing_start: subscription.dates.billing_start,
            missing_since: subscription.missing_since,
            billing: subscription.standing(circumstances),
            to_accept: subscription.to_accept(),
            version: subscription.settings.version,
        }
    }

    /// The same with costs, markup and margin, or without.
    #[must_use]
    pub fn with(self, costs: Costs) -> Self {
        match costs {
            Costs::Shown => self,
            Costs::Hidden => Self {
                price: None,
                partner_cost: None,
                cost: None,
                markup: None,
                monthly_margin: None,
                ..self
            },
        }
    }
}

/// How prices are written: exactly, with at least the decimals of their currency.
struct Figures {
    decimals: u32,
}

impl Figures {
    fn of(subscription: &Subscription) -> Self {
        let currency = subscription.currency.as_deref();
        let currency = currency.and_then(|code| code.trim().to_uppercase().parse().ok());
        Self {
            decimals: currency.map_or(2, Currency::minor_digits),
        }
    }

    fn figure(&self, mut value: Decimal) -> String {
        value.rescale(value.scale().max(self.decimals));
        value.to_string()
    }

    fn markup(&self, markup: Markup) -> MarkupBody {
        let (kind, value) = match markup {
            Markup::Percentage(percent) => ("percentage", percent.to_string()),
            Markup::Fixed(amount) => ("fixed", self.figure(amount)),
        };
        MarkupBody { kind, value }
    }
}

fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}

fn text(amount: Amount) -> String {
    amount.to_string()
}
