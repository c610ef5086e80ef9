//! Pulling: companies first, then subscriptions, then the products that are not known. Nothing is written here.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use ::pax8::{Client, Company, Error, Products};
use jiff::{SignedDuration, Timestamp};

use super::{
    Progress, Stage,
    sift::{Sieve, Sifted, companies_of},
    store::{products::Product, subscriptions::Glance},
};

/// So many companies that the list left out are asked for one by one, in one sync.
const MOST_LOOKED_UP: usize = 100;
/// One that Pax8 did not know, refused or confused with another is asked for again after so long: that may have passed.
const ASK_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What is to be pulled, and what is known already.
pub(super) struct Plan {
    /// Now.
    pub now: Timestamp,
    /// Pax8's id of the only company, where it is one.
    pub only_company: Option<String>,
    /// Products that need not be asked for.
    pub known_products: HashMap<String, Product>,
    /// How many companies the list probably has.
    pub likely_companies: u64,
    /// The subscriptions that are stored. They change by syncs alone, and this one has the lease.
    pub stored: HashMap<String, Glance>,
    /// Companies that the list left out before, by when Pax8 was last asked for them and whether it knew them.
    pub looked_up: HashMap<String, LookedUp>,
}

/// What asking for an unlisted company came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct LookedUp {
    pub at: Timestamp,
    pub found: bool,
}

impl Plan {
    /// How many subscriptions there probably are: as many as there were.
    fn likely_subscriptions(&self) -> u64 {
        let present = self.stored.values().filter(|it| it.is_there());
        u64::try_from(present.count()).unwrap_or(u64::MAX)
    }
}

/// Everything that was pulled, proved complete.
pub(super) struct Pulled {
    /// The companies; none where only one company's subscriptions were pulled.
    pub companies: Option<Vec<Company>>,
    pub subscriptions: Vec<Sifted>,
    /// The companies that those name.
    pub named: BTreeSet<Arc<str>>,
    pub products: Products,
    /// Companies that the list left out and Pax8 was asked for one by one; those it knows are among the companies.
    pub looked_up: Vec<String>,
    /// Those for which a later sync will ask: nothing is known about them.
    pub unasked: HashSet<String>,
    pub notes: Notes,
}

/// What was odd about the pull.
#[derive(Default)]
pub(super) struct Notes {
    pub repeated_rows: u64,
    pub unlisted_companies: usize,
}

/// How far the pull is, for whoever wants to show it.
pub(super) struct Gauge(Mutex<Progress>);

impl Gauge {
    pub(super) fn new() -> Self {
        Self(Mutex::new(at(Stage::Companies, 0, None)))
    }

    pub(super) fn read(&self) -> Progress {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, stage: Stage) {
        self.set(at(stage, 0, None));
    }

    fn follow(&self, stage: Stage) -> impl Fn(u64, u64) + Send + Sync + '_ {
        move |done, total| self.set(at(stage, small(done), Some(small(total))))
    }

    fn set(&self, progress: Progress) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }
}

pub(super) fn at(stage: Stage, done: u32, total: Option<u32>) -> Progress {
    Progress { stage, done, total }
}

/// A count as it is stored; nothing that is counted here comes near the limit.
pub(super) fn small(count: impl TryInto<u32>) -> u32 {
    count.try_into().unwrap_or(u32::MAX)
}

/// Pulls what the plan asks for.
pub(super) async fn pull(client: &Client, plan: &Plan, gauge: &Gauge) -> Result<Pulled, Error> {
    let mut notes = Notes::default();
    let mut companies = None;
    let (mut looked_up, mut unasked) = (Vec::new(), HashSet::new());
    if plan.only_company.is_none() {
        gauge.enter(Stage::Companies);
        let pull = client.list_companies().expecting(plan.likely_companies);
        let list = pull.complete(gauge.follow(Stage::Companies)).await?;
        notes.repeated_rows += list.duplicates();
        companies = Some(list.into_rows());
    }
    gauge.enter(Stage::Subscriptions);
    let pull = match &plan.only_company {
        None => client.list_subscriptions(),
        Some(company) => client.subscriptions_of(company),
    };
    let mut sieve = Sieve::new(&plan.stored, &plan.known_products);
    let list = pull
        .expecting(plan.likely_subscriptions())
        .complete_as(|row| sieve.sift(row), gauge.follow(Stage::Subscriptions))
        .await?;
    notes.repeated_rows += list.duplicates();
    let subscriptions = list.into_rows();
    let named = companies_of(&subscriptions);
    if let Some(companies) = &mut companies {
        let unlisted = unlisted_companies(companies, &named);
        notes.unlisted_companies = unlisted.len();
        (looked_up, unasked) = share_out(plan, unlisted);
        companies.extend(client.companies(&looked_up).await?);
    }
    gauge.enter(Stage::Products);
    let unknown: BTreeSet<String> = subscriptions
        .iter()
        .filter_map(|it| it.news.as_ref()?.facts.product_id.clone())
        .filter(|id| !plan.known_products.contains_key(id))
        .collect();
    let products = client
        .products(unknown, gauge.follow(Stage::Products))
        .await?;
    Ok(Pulled {
        companies,
        subscriptions,
        named,
        products,
        looked_up,
        unasked,
        notes,
    })
}

/// Companies that have subscriptions and that the list left out, as it may do with inactive or deleted ones.
fn unlisted_companies(companies: &[Company], named: &BTreeSet<Arc<str>>) -> BTreeSet<String> {
    let listed: HashSet<&str> = companies.iter().map(|it| it.id.as_str()).collect();
    let unlisted = named
        .iter()
        .filter(|id| !id.is_empty() && !listed.contains(&***id));
    unlisted.map(|id| id.as_ref().to_owned()).collect()
}

/// Which unlisted companies to ask for now, and which later: first those that were never asked for, then those for which
/// it is longest ago. Those that Pax8 did not know are not asked for again for some days.
fn share_out(plan: &Plan, unlisted: BTreeSet<String>) -> (Vec<String>, HashSet<String>) {
    let before = |id: &String| plan.looked_up.get(id);
    let mut now: Vec<String> = unlisted
        .into_iter()
        .filter(|id| before(id).is_none_or(|it| it.found || it.at + ASK_AGAIN_AFTER <= plan.now))
        .collect();
    now.sort_by_key(|id| before(id).map(|it| it.at));
    let later = now.split_off(now.len().min(MOST_LOOKED_UP));
    (now, later.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn companies_never_asked_for_come_first_and_those_unknown_to_pax8_some_days_later() {
        let id = |number: usize| format!("c{number:03}");
        let looked_up = |number: usize| {
            let at = Timestamp::from_second(i64::try_from(1_000 - number).unwrap()).unwrap();
            (
                id(number),
                LookedUp {
                    at,
                    found: number != 5,
                },
            )
        };
        let mut plan = Plan {
            now: Timestamp::from_second(1_000).unwrap(),
            only_company: None,
            known_products: HashMap::new(),
            likely_companies: 0,
            stored: HashMap::new(),
            looked_up: (0..110).map(looked_up).collect(),
        };
        let (now, later) = share_out(&plan, (0..115).map(id).collect());
        assert_eq!(now[..6], [110, 111, 112, 113, 114, 109].map(id));
        assert_eq!(now.len(), MOST_LOOKED_UP);
        let recent = [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14];
        assert_eq!(later, recent.map(id).into());
        plan.now += ASK_AGAIN_AFTER;
        let (now, later) = share_out(&plan, (5..6).map(id).collect());
        assert_eq!((now, later.len()), (vec![id(5)], 0));
    }
}
