//! Everything that can happen to an estate, as data: the same vocabulary for
//! plain Rust calls and for the control API.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One change of the estate. As JSON: `{"set_quantity": {"subscription": "…",
/// "quantity": "12"}}`; decimals are strings. `now` is the sandbox clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A new company.
    AddCompany(NewCompany),
    /// Another name.
    RenameCompany {
        /// The company's id.
        company: String,
        /// The name from now on.
        name: String,
    },
    /// Another website, or none.
    SetWebsite {
        /// The company's id.
        company: String,
        /// The website from now on.
        website: Option<String>,
    },
    /// Another reference of the partner, or none.
    SetExternalId {
        /// The company's id.
        company: String,
        /// The reference from now on.
        external_id: Option<String>,
    },
    /// Another status. `Deleted` leaves the unfiltered list.
    SetCompanyStatus {
        /// The company's id.
        company: String,
        /// The status from now on.
        status: String,
    },
    /// The company is gone; its subscriptions stay.
    RemoveCompany {
        /// The company's id.
        company: String,
    },
    /// A new product.
    AddProduct(NewProduct),
    /// Another product name.
    RenameProduct {
        /// The product's id.
        product: String,
        /// The name from now on.
        name: String,
    },
    /// The product is gone; its subscriptions stay.
    RemoveProduct {
        /// The product's id.
        product: String,
    },
    /// A new subscription.
    AddSubscription(NewSubscription),
    /// More or fewer seats; `null` leaves the field out.
    SetQuantity {
        /// The subscription's id.
        subscription: String,
        /// Units from now on.
        quantity: Option<Decimal>,
    },
    /// Another sell price per unit and term; `null` leaves the field out.
    SetPrice {
        /// The subscription's id.
        subscription: String,
        /// The price from now on.
        price: Option<Decimal>,
    },
    /// Another cost per unit and term; `null` leaves the field out.
    SetPartnerCost {
        /// The subscription's id.
        subscription: String,
        /// The cost from now on.
        partner_cost: Option<Decimal>,
    },
    /// Another status.
    SetStatus {
        /// The subscription's id.
        subscription: String,
        /// The status from now on.
        status: String,
    },
    /// Another billing term.
    SetBillingTerm {
        /// The subscription's id.
        subscription: String,
        /// The term from now on.
        billing_term: String,
    },
    /// Another currency; `null` leaves the field out.
    SetCurrency {
        /// The subscription's id.
        subscription: String,
        /// ISO 4217 from now on.
        currency: Option<String>,
    },
    /// An end date: `Cancelled` if it has passed, `PendingCancel` otherwise.
    Cancel {
        /// The subscription's id.
        subscription: String,
        /// The last day.
        end: Date,
    },
    /// The subscription moves to another company.
    MoveSubscription {
        /// The subscription's id.
        subscription: String,
        /// The company's id from now on.
        company: String,
    },
    /// The subscription is of another product from now on.
    ChangeProduct {
        /// The subscription's id.
        subscription: String,
        /// The product's id from now on.
        product: String,
    },
    /// The subscription is gone without a trace.
    RemoveSubscription {
        /// The subscription's id.
        subscription: String,
    },
    /// Everything is gone.
    Clear,
}

/// A company to add.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewCompany {
    /// The id it gets; drawn if `None`.
    pub id: Option<String>,
    /// The name.
    pub name: String,
    /// The website.
    pub website: Option<String>,
    /// The partner's own reference.
    pub external_id: Option<String>,
}

/// A product to add.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewProduct {
    /// The id it gets; drawn if `None`.
    pub id: Option<String>,
    /// The marketing name.
    pub name: String,
    /// The vendor.
    pub vendor: String,
    /// Pax8's SKU.
    pub sku: String,
    /// The vendor's SKU.
    pub vendor_sku: Option<String>,
    /// What the partner pays for one unit and month.
    pub monthly_cost: Decimal,
}

/// A subscription to add: one active seat in USD, billed monthly from today,
/// unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewSubscription {
    /// The id it gets; drawn if `None`.
    pub id: Option<String>,
    /// The company that holds it.
    pub company: String,
    /// The product it is of.
    pub product: String,
    /// Seats or units.
    pub quantity: Option<Decimal>,
    /// What the customer pays per unit and term.
    pub price: Option<Decimal>,
    /// What the partner pays per unit and term.
    pub partner_cost: Option<Decimal>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// The billing term.
    pub billing_term: String,
    /// The status.
    pub status: String,
    /// The first day; today if `None`.
    pub start: Option<Date>,
    /// The first day that is billed; the first day if `None`.
    pub billing_start: Option<Date>,
    /// The last day.
    pub end: Option<Date>,
    /// The term of the commitment and its end.
    pub commitment: Option<(String, Option<Date>)>,
    /// The subscription it is an add-on of.
    pub parent: Option<String>,
}

impl Default for NewSubscription {
    fn default() -> Self {
        Self {
            id: None,
            company: String::new(),
            product: String::new(),
            quantity: Some(Decimal::ONE),
            price: Some(Decimal::TEN),
            partner_cost: Some(Decimal::from(8)),
            currency: Some("USD".to_owned()),
            billing_term: "Monthly".to_owned(),
            status: "Active".to_owned(),
            start: None,
            billing_start: None,
            end: None,
            commitment: None,
            parent: None,
        }
    }
}

/// A change named a record that the estate does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no {kind} with the id {id} is in the sandbox")]
pub struct UnknownRecord {
    /// `company`, `product` or `subscription`.
    pub kind: &'static str,
    /// The id that was given.
    pub id: String,
}
