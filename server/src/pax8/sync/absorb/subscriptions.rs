//! Taking in subscriptions.

use jiff::Timestamp;

use super::{
    Intake, KnownCompanies,
    compare::{Comparison, Told},
    facts::{SubscriptionFacts, fingerprint, unreadable},
    warnings,
};
use crate::{
    error::Result,
    pax8::sync::{
        Counts,
        store::{self, subscriptions::Glance},
    },
};

/// Stores what was told of subscriptions: those that differ, and those that are gone.
pub(super) async fn take_in(
    intake: &mut Intake<'_>,
    told: Vec<::pax8::Subscription>,
    known: &KnownCompanies,
    confirmed: Option<Timestamp>,
) -> Result<Counts> {
    let only = intake.sync.scope.company();
    let mut glances = store::subscriptions::list_glances(intake.tx, only).await?;
    let products = store::products::list(intake.tx).await?;
    warnings::about_subscriptions(&mut intake.warnings, &told, &glances, intake.sync.scope);
    let mut counts = Counts::default();
    let mut differing = Vec::new();
    for row in told {
        let product = row.product_id.as_ref().and_then(|id| products.get(id));
        let told = Told::new(&row, SubscriptionFacts::new(&row, product))?;
        match glances.remove(&told.pax8_id) {
            Some(glance) if glance.is(&told.fingerprint) => counts.unchanged += 1,
            _ => differing.push(told),
        }
    }
    let gone: Vec<String> = glances
        .into_iter()
        .filter(|(_, glance)| !glance.missing)
        .map(|(pax8_id, _)| pax8_id)
        .collect();
    if differing.is_empty() && gone.is_empty() {
        return Ok(counts);
    }
    let ids = differing.iter().map(|it| it.pax8_id.as_str());
    let ids: Vec<&str> = ids.chain(gone.iter().map(String::as_str)).collect();
    let mut stored = store::subscriptions::load_many(intake.tx, &ids).await?;
    let mut comparison = Comparison {
        known,
        decided: store::subscriptions::list_decided(intake.tx).await?,
        currencies: store::companies::list_currencies(intake.tx).await?,
        confirmed,
        counts,
        written: Vec::new(),
        held: 0,
    };
    for told in differing {
        match stored.remove(&told.pax8_id) {
            None => comparison.create(intake, told)?,
            Some(before) => comparison.update(intake, before, told)?,
        }
    }
    for before in gone.iter().filter_map(|id| stored.remove(id)) {
        comparison.lose(intake, before);
    }
    if comparison.held > 0 {
        intake.warnings.push(format!(
            "{} on recurring invoices moved, changed product or went missing: held until somebody looks.",
            warnings::count(comparison.held, "subscription", "subscriptions")
        ));
    }
    store::subscriptions::put(intake.tx, comparison.written).await?;
    store::subscriptions::void_decisions(intake.tx).await?;
    Ok(comparison.counts)
}

impl Told {
    fn new(row: &::pax8::Subscription, facts: SubscriptionFacts) -> Result<Self> {
        let company = row.company_id.clone().unwrap_or_default();
        let unreadable = unreadable(&row.warnings);
        Ok(Self {
            pax8_id: row.id.clone(),
            fingerprint: fingerprint(&facts, &company, &unreadable)?,
            company,
            facts,
            unreadable,
        })
    }
}

impl Glance {
    fn is(&self, fingerprint: &str) -> bool {
        !self.missing && self.fingerprint == fingerprint
    }
}
