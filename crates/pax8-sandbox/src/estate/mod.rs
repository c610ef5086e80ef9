//! The estate: companies, products and subscriptions, and the plain calls
//! that change them. Every change is stamped with the sandbox clock and is in
//! the very next answer.

mod add;
mod change;
mod life;
mod records;
mod rows;
mod table;

use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;

pub use change::{Change, NewCompany, NewProduct, NewSubscription, UnknownRecord};
pub(crate) use life::next_end;
pub(crate) use records::{Records, day_of};
pub use rows::{Address, Commitment, Company, Product, Subscription};

use crate::sandbox::Sandbox;

/// The records of a sandbox, to look at and to change.
#[derive(Clone)]
pub struct Estate {
    sandbox: Sandbox,
}

impl Estate {
    pub(crate) fn of(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    /// Every company in the order they came.
    #[must_use]
    pub fn companies(&self) -> Vec<Arc<Company>> {
        self.sandbox
            .lock()
            .records
            .companies
            .iter()
            .cloned()
            .collect()
    }

    /// Every product in the order they came.
    #[must_use]
    pub fn products(&self) -> Vec<Arc<Product>> {
        self.sandbox
            .lock()
            .records
            .products
            .iter()
            .cloned()
            .collect()
    }

    /// Every subscription in the order they came, ended ones included.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<Arc<Subscription>> {
        self.sandbox
            .lock()
            .records
            .subscriptions
            .iter()
            .cloned()
            .collect()
    }

    /// The company with this id.
    #[must_use]
    pub fn company(&self, id: &str) -> Option<Arc<Company>> {
        self.sandbox.lock().records.companies.get(id).cloned()
    }

    /// The product with this id.
    #[must_use]
    pub fn product(&self, id: &str) -> Option<Arc<Product>> {
        self.sandbox.lock().records.products.get(id).cloned()
    }

    /// The subscription with this id.
    #[must_use]
    pub fn subscription(&self, id: &str) -> Option<Arc<Subscription>> {
        self.sandbox.lock().records.subscriptions.get(id).cloned()
    }

    /// Applies a change and gives the id of the record it made or touched,
    /// `None` only for [`Change::Clear`].
    ///
    /// # Errors
    /// [`UnknownRecord`] if the change names a record that is not there.
    pub fn apply(&self, change: Change) -> Result<Option<String>, UnknownRecord> {
        let mut state = self.sandbox.lock();
        let now = state.now;
        state.records.apply(change, now)
    }

    /// Adds a company and gives its id.
    pub fn add_company(&self, new: NewCompany) -> String {
        self.add(Change::AddCompany(new))
    }

    /// Adds a product and gives its id.
    pub fn add_product(&self, new: NewProduct) -> String {
        self.add(Change::AddProduct(new))
    }

    /// Adds a subscription and gives its id. Company and product need not be
    /// there: orphans happen.
    pub fn add_subscription(&self, new: NewSubscription) -> String {
        self.add(Change::AddSubscription(new))
    }

    /// Removes everything.
    pub fn clear(&self) {
        self.add(Change::Clear);
    }

    fn add(&self, change: Change) -> String {
        // Adding and clearing name no record that could be missing.
        self.apply(change).ok().flatten().unwrap_or_default()
    }
}

/// Named changes; each fails with [`UnknownRecord`] if its record is not there.
#[allow(clippy::missing_errors_doc, reason = "said once above for all of them")]
impl Estate {
    /// Gives a company another name.
    pub fn rename_company(&self, id: &str, name: &str) -> Result<(), UnknownRecord> {
        self.change(Change::RenameCompany {
            company: id.to_owned(),
            name: name.to_owned(),
        })
    }

    /// Gives a company another website or none.
    pub fn set_website(&self, id: &str, website: Option<&str>) -> Result<(), UnknownRecord> {
        let website = website.map(str::to_owned);
        self.change(Change::SetWebsite {
            company: id.to_owned(),
            website,
        })
    }

    /// Gives a company another reference or none.
    pub fn set_external_id(&self, id: &str, external: Option<&str>) -> Result<(), UnknownRecord> {
        let external_id = external.map(str::to_owned);
        self.change(Change::SetExternalId {
            company: id.to_owned(),
            external_id,
        })
    }

    /// Gives a company another status; `Deleted` leaves the unfiltered list.
    pub fn set_company_status(&self, id: &str, status: &str) -> Result<(), UnknownRecord> {
        let (company, status) = (id.to_owned(), status.to_owned());
        self.change(Change::SetCompanyStatus { company, status })
    }

    /// Removes a company; its subscriptions become orphans.
    pub fn remove_company(&self, id: &str) -> Result<(), UnknownRecord> {
        self.change(Change::RemoveCompany {
            company: id.to_owned(),
        })
    }

    /// Gives a product another name.
    pub fn rename_product(&self, id: &str, name: &str) -> Result<(), UnknownRecord> {
        self.change(Change::RenameProduct {
            product: id.to_owned(),
            name: name.to_owned(),
        })
    }

    /// Removes a product; it answers 404 from now on.
    pub fn remove_product(&self, id: &str) -> Result<(), UnknownRecord> {
        self.change(Change::RemoveProduct {
            product: id.to_owned(),
        })
    }

    /// Changes the number of units.
    pub fn set_quantity(&self, id: &str, quantity: Decimal) -> Result<(), UnknownRecord> {
        let quantity = Some(quantity);
        self.change(Change::SetQuantity {
            subscription: id.to_owned(),
            quantity,
        })
    }

    /// Leaves the quantity out of the answer from now on.
    pub fn drop_quantity(&self, id: &str) -> Result<(), UnknownRecord> {
        self.change(Change::SetQuantity {
            subscription: id.to_owned(),
            quantity: None,
        })
    }

    /// Changes the sell price per unit and term.
    pub fn set_price(&self, id: &str, price: Decimal) -> Result<(), UnknownRecord> {
        let price = Some(price);
        self.change(Change::SetPrice {
            subscription: id.to_owned(),
            price,
        })
    }

    /// Changes the partner's cost per unit and term, or leaves it out.
    pub fn set_partner_cost(&self, id: &str, cost: Option<Decimal>) -> Result<(), UnknownRecord> {
        let (subscription, partner_cost) = (id.to_owned(), cost);
        self.change(Change::SetPartnerCost {
            subscription,
            partner_cost,
        })
    }

    /// Changes the status.
    pub fn set_status(&self, id: &str, status: &str) -> Result<(), UnknownRecord> {
        let (subscription, status) = (id.to_owned(), status.to_owned());
        self.change(Change::SetStatus {
            subscription,
            status,
        })
    }

    /// Changes the billing term; prices stay as they are.
    pub fn set_billing_term(&self, id: &str, term: &str) -> Result<(), UnknownRecord> {
        let (subscription, billing_term) = (id.to_owned(), term.to_owned());
        self.change(Change::SetBillingTerm {
            subscription,
            billing_term,
        })
    }

    /// Changes the currency or leaves it out.
    pub fn set_currency(&self, id: &str, currency: Option<&str>) -> Result<(), UnknownRecord> {
        let (subscription, currency) = (id.to_owned(), currency.map(str::to_owned));
        self.change(Change::SetCurrency {
            subscription,
            currency,
        })
    }

    /// Sets the last day: `Cancelled` if it has passed, else `PendingCancel`.
    pub fn cancel(&self, id: &str, end: Date) -> Result<(), UnknownRecord> {
        self.change(Change::Cancel {
            subscription: id.to_owned(),
            end,
        })
    }

    /// Moves a subscription to another company.
    pub fn move_subscription(&self, id: &str, company: &str) -> Result<(), UnknownRecord> {
        let (subscription, company) = (id.to_owned(), company.to_owned());
        self.change(Change::MoveSubscription {
            subscription,
            company,
        })
    }

    /// Makes a subscription one of another product, under the same id.
    pub fn change_product(&self, id: &str, product: &str) -> Result<(), UnknownRecord> {
        let (subscription, product) = (id.to_owned(), product.to_owned());
        self.change(Change::ChangeProduct {
            subscription,
            product,
        })
    }

    /// Removes a subscription without a trace.
    pub fn remove_subscription(&self, id: &str) -> Result<(), UnknownRecord> {
        self.change(Change::RemoveSubscription {
            subscription: id.to_owned(),
        })
    }

    fn change(&self, change: Change) -> Result<(), UnknownRecord> {
        self.apply(change).map(drop)
    }
}
