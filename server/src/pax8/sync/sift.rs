//! Sifting subscriptions as they come in. Of one that says what is stored, no more is kept than the whole list is judged by, so
//! that what a sync holds follows from what is new.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use ::pax8::{Subscription, Warning};

use super::{
    absorb::{SubscriptionFacts, unreadable},
    fingerprint::Fingerprint,
    store::{products::Product, subscriptions::Glance},
};

/// What is kept of a subscription until its list is proved complete.
pub(super) struct Sifted {
    pub pax8_id: String,
    /// Pax8's id of the company; empty where it names none.
    pub company: Arc<str>,
    /// Whether its price is its cost; none where one of them is not known, or it is free.
    pub price_is_cost: Option<bool>,
    pub warnings: Vec<Warning>,
    /// What it says; none where that is what is stored.
    pub news: Option<Box<SubscriptionFacts>>,
}

/// Tells apart what is news.
pub(super) struct Sieve<'a> {
    stored: &'a HashMap<String, Glance>,
    /// Those that need not be asked for.
    products: &'a HashMap<String, Product>,
    companies: HashSet<Arc<str>>,
}

impl<'a> Sieve<'a> {
    pub(super) fn new(
        stored: &'a HashMap<String, Glance>,
        products: &'a HashMap<String, Product>,
    ) -> Self {
        Self {
            stored,
            products,
            companies: HashSet::new(),
        }
    }

    pub(super) fn sift(&mut self, mut row: Subscription) -> Sifted {
        let company = self.company(row.company_id.as_deref().unwrap_or_default());
        let pax8_id = std::mem::take(&mut row.id);
        let warnings = std::mem::take(&mut row.warnings);
        let priced = row.price.zip(row.partner_cost);
        let price_is_cost = priced
            .filter(|(price, _)| !price.is_zero())
            .map(|(price, cost)| price == cost);
        let mut facts = SubscriptionFacts::from(row);
        let told =
            self.complete(&mut facts) && self.is_stored(&pax8_id, &facts, &company, &warnings);
        Sifted {
            pax8_id,
            company,
            price_is_cost,
            warnings,
            news: (!told).then(|| Box::new(facts)),
        }
    }

    /// Adds what is known of the product; tells whether all of it is.
    fn complete(&self, facts: &mut SubscriptionFacts) -> bool {
        let Some(id) = &facts.product_id else {
            return true;
        };
        let product = self.products.get(id);
        if let Some(product) = product {
            facts.complete(product);
        }
        product.is_some()
    }

    fn is_stored(
        &self,
        pax8_id: &str,
        facts: &SubscriptionFacts,
        company: &str,
        warnings: &[Warning],
    ) -> bool {
        let told = Fingerprint::of(facts, company, &unreadable(warnings));
        let stored = self.stored.get(pax8_id);
        // One without a fingerprint is looked at again, and there it is an error.
        stored.is_some_and(|it| told.is_ok_and(|told| it.says(told)))
    }

    /// One text for all subscriptions of a company.
    fn company(&mut self, pax8_id: &str) -> Arc<str> {
        if let Some(known) = self.companies.get(pax8_id) {
            return Arc::clone(known);
        }
        let new: Arc<str> = pax8_id.into();
        self.companies.insert(Arc::clone(&new));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(json: &str) -> Subscription {
        serde_json::from_str(json).unwrap()
    }

    const ROW: &str =
        r#"{"id":"s1","companyId":"c1","productId":"p1","quantity":5,"price":10,"partnerCost":10}"#;

    #[test]
    fn d5_of_what_is_stored_nothing_is_kept_unless_its_product_may_have_changed() {
        let product = Product {
            vendor: Some("Vendor".to_owned()),
            ..Product::default()
        };
        let products = HashMap::from([("p1".to_owned(), product)]);
        let nothing = HashMap::new();
        let new = Sieve::new(&nothing, &products).sift(row(ROW));
        let facts = new.news.unwrap();
        assert_eq!((&*new.company, new.price_is_cost), ("c1", Some(true)));
        assert_eq!(facts.vendor.as_deref(), Some("Vendor"));

        let glance = Glance {
            fingerprint: Fingerprint::of(&facts, "c1", &[]).unwrap(),
            missing: false,
        };
        let mut stored = HashMap::from([("s1".to_owned(), glance)]);
        let is_news = |stored: &_, products: &_, text: &str| {
            Sieve::new(stored, products).sift(row(text)).news.is_some()
        };
        assert!(!is_news(&stored, &products, ROW));
        assert!(is_news(&stored, &products, &ROW.replace("5,", "6,")));
        assert!(is_news(&stored, &products, &ROW.replace("c1", "c2")));
        assert!(is_news(&stored, &HashMap::new(), ROW));
        stored.values_mut().for_each(|it| it.missing = true);
        assert!(is_news(&stored, &products, ROW), "it is back");
    }
}
