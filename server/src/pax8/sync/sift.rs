//! Sifting subscriptions as they come in. Of one that says what is stored, no more is kept than the whole list is judged by, so
//! that what a sync holds follows from what is new.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
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
    /// Pax8's id of the company; empty where it names none.
    pub company: Arc<str>,
    /// Whether its price is its cost; none where one of them is not known, or it is free.
    pub price_is_cost: Option<bool>,
    pub warnings: Vec<Warning>,
    /// The place of what is stored of it; none where nothing is.
    pub stored: Option<usize>,
    /// What it says; none where that is what is stored.
    pub news: Option<News>,
}

/// What a subscription says.
pub(super) struct News {
    pub pax8_id: String,
    pub facts: Box<SubscriptionFacts>,
}

/// The companies that subscriptions name, each once.
pub(super) fn companies_of(subscriptions: &[Sifted]) -> BTreeSet<Arc<str>> {
    let mut seen = HashSet::new();
    let named = subscriptions.iter().map(|it| &it.company);
    // The sieve made one text for each: which it is tells that they are the same sooner than what it says.
    named
        .filter(|company| seen.insert(Arc::as_ptr(company)))
        .cloned()
        .collect()
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
        let stored = self.stored.get(&pax8_id);
        let told = self.complete(&mut facts)
            && stored.is_some_and(|it| {
                it.says(Fingerprint::of(&facts, &company, &unreadable(&warnings)))
            });
        Sifted {
            company,
            price_is_cost,
            warnings,
            stored: stored.map(|it| it.place),
            news: (!told).then(|| News {
                pax8_id,
                facts: Box::new(facts),
            }),
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
        let facts = new.news.unwrap().facts;
        assert_eq!((&*new.company, new.price_is_cost), ("c1", Some(true)));
        assert_eq!(new.stored, None);
        assert_eq!(facts.vendor.as_deref(), Some("Vendor"));

        let glance = Glance {
            place: 0,
            fingerprint: Some(Fingerprint::of(&*facts, "c1", &[])),
        };
        let mut stored = HashMap::from([("s1".to_owned(), glance)]);
        let is_news = |stored: &_, products: &_, text: &str| {
            Sieve::new(stored, products).sift(row(text)).news.is_some()
        };
        assert!(!is_news(&stored, &products, ROW));
        assert!(is_news(&stored, &products, &ROW.replace("5,", "6,")));
        assert!(is_news(&stored, &products, &ROW.replace("c1", "c2")));
        assert!(is_news(&stored, &HashMap::new(), ROW));
        stored.values_mut().for_each(|it| it.fingerprint = None);
        assert!(is_news(&stored, &products, ROW), "it is back");
    }
}
