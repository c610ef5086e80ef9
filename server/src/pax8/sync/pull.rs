//! Pulling: companies first, then subscriptions, then the products that are not known. Nothing is written here.

use std::{
    collections::{BTreeSet, HashSet},
    sync::{Mutex, PoisonError},
};

use ::pax8::{Client, Company, Error, Products, Subscription};

use super::{Progress, Stage};

/// So many companies that the list left out are asked for one by one, in one sync.
const MOST_LOOKED_UP: usize = 100;

/// What is to be pulled, and what is known already.
pub(super) struct Plan {
    /// Pax8's id of the only company, where it is one.
    pub only_company: Option<String>,
    /// Products that need not be asked for.
    pub known_products: HashSet<String>,
    /// Companies that Pax8 did not know when it was last asked for them.
    pub lost_companies: HashSet<String>,
}

/// Everything that was pulled, proved complete.
pub(super) struct Pulled {
    /// The companies; none where only one company's subscriptions were pulled.
    pub companies: Option<Vec<Company>>,
    pub subscriptions: Vec<Subscription>,
    pub products: Products,
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
    if plan.only_company.is_none() {
        gauge.enter(Stage::Companies);
        let pull = client.list_companies();
        let list = pull.complete(gauge.follow(Stage::Companies)).await?;
        notes.repeated_rows += list.duplicates();
        companies = Some(list.into_rows());
    }
    gauge.enter(Stage::Subscriptions);
    let pull = match &plan.only_company {
        None => client.list_subscriptions(),
        Some(company) => client.subscriptions_of(company),
    };
    let list = pull.complete(gauge.follow(Stage::Subscriptions)).await?;
    notes.repeated_rows += list.duplicates();
    let subscriptions = list.into_rows();
    if let Some(companies) = &mut companies {
        let unlisted = unlisted_companies(companies, &subscriptions);
        notes.unlisted_companies = unlisted.len();
        look_up(client, plan, unlisted, companies).await?;
    }
    gauge.enter(Stage::Products);
    let unknown: BTreeSet<String> = subscriptions
        .iter()
        .filter_map(|it| it.product_id.clone())
        .filter(|id| !plan.known_products.contains(id))
        .collect();
    let products = client
        .products(unknown, gauge.follow(Stage::Products))
        .await?;
    Ok(Pulled {
        companies,
        subscriptions,
        products,
        notes,
    })
}

/// Companies that have subscriptions and that the list left out, as it may do with inactive or deleted ones.
fn unlisted_companies(companies: &[Company], subscriptions: &[Subscription]) -> BTreeSet<String> {
    let listed: HashSet<&str> = companies.iter().map(|it| it.id.as_str()).collect();
    let named = subscriptions
        .iter()
        .filter_map(|it| it.company_id.as_deref());
    named
        .filter(|id| !listed.contains(id))
        .map(str::to_owned)
        .collect()
}

/// Asks for unlisted companies one by one, except those that Pax8 did not know before.
async fn look_up(
    client: &Client,
    plan: &Plan,
    unlisted: BTreeSet<String>,
    companies: &mut Vec<Company>,
) -> Result<(), Error> {
    let worth_asking = unlisted
        .into_iter()
        .filter(|id| !plan.lost_companies.contains(id));
    for id in worth_asking.take(MOST_LOOKED_UP) {
        match client.company(&id).await {
            Ok(found) => companies.extend(found),
            Err(Error::Forbidden { .. } | Error::InvalidId { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
