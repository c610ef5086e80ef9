//! Taking in subscriptions.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    Intake, KnownCompanies,
    compare::{Comparison, Told},
    facts::unreadable,
    warnings,
};
use crate::{
    error::Result,
    pax8::sync::{
        Counts,
        fingerprint::Fingerprint,
        sift::{News, Sifted},
        store::{self, products::Product, subscriptions::Glance},
    },
};

/// So many subscriptions are compared and stored at a time, so that no more than these are held as whole rows.
const AT_A_TIME: usize = 1_000;

/// Stores what was told of subscriptions: those that differ from what is `stored`, and those that are gone.
pub(super) async fn take_in(
    intake: &mut Intake<'_>,
    told: Vec<Sifted>,
    stored: HashMap<String, Glance>,
    known: &KnownCompanies,
    confirmed: Option<Timestamp>,
) -> Result<Counts> {
    warnings::about_subscriptions(&mut intake.warnings, &told, &stored, intake.sync.scope);
    let products = store::products::list(intake.tx).await?;
    let mut counts = Counts::default();
    let mut differing = Vec::new();
    let mut present = vec![false; stored.len()];
    for it in told {
        if let Some(present) = it.stored.and_then(|place| present.get_mut(place)) {
            *present = true;
        }
        match Told::new(it, &products) {
            Some(told) if !is_stored(&stored, &told) => differing.push(told),
            _ => counts.unchanged += 1,
        }
    }
    let gone = stored
        .into_iter()
        .filter(|(_, it)| it.is_there() && !present[it.place]);
    let mut gone: Vec<String> = gone.map(|(pax8_id, _)| pax8_id).collect();
    if differing.is_empty() && gone.is_empty() {
        return Ok(counts);
    }
    let mut comparison = Comparison {
        known,
        pax8_ids: known
            .iter()
            .map(|(pax8_id, it)| (it.id, pax8_id.as_str()))
            .collect(),
        decided: store::subscriptions::list_decided(intake.tx).await?,
        currencies: store::companies::list_currencies(intake.tx).await?,
        confirmed,
        counts,
        written: Vec::new(),
        held: 0,
    };
    // In the order of two indices: each of their pages is filled once, instead of again and again.
    differing.sort_unstable_by(|a, b| a.pax8_id.cmp(&b.pax8_id));
    gone.sort_unstable();
    intake.tx.make_room(differing.len()).await?;
    let mut differing = differing.into_iter();
    while differing.len() > 0 {
        let some = differing.by_ref().take(AT_A_TIME).collect();
        compare(intake, &mut comparison, some).await?;
    }
    for some in gone.chunks(AT_A_TIME) {
        lose(intake, &mut comparison, some).await?;
    }
    if comparison.held > 0 {
        intake.warnings.push(format!(
            "{} on recurring invoices moved, changed product or went missing: held until somebody looks.",
            warnings::count(comparison.held, "subscription", "subscriptions")
        ));
    }
    store::subscriptions::void_decisions(intake.tx).await?;
    store::companies::recount(intake.tx).await?;
    Ok(comparison.counts)
}

fn is_stored(stored: &HashMap<String, Glance>, told: &Told) -> bool {
    let before = stored.get(&told.pax8_id);
    before.is_some_and(|it| it.says(told.fingerprint))
}

async fn compare(
    intake: &mut Intake<'_>,
    comparison: &mut Comparison<'_>,
    differing: Vec<Told>,
) -> Result<()> {
    // A pull of one company looked at what is stored under that one only: another may have had it.
    let one_company = intake.sync.scope.company().is_some();
    let may_be_stored = differing.iter().filter(|it| it.known || one_company);
    let ids = may_be_stored.map(|it| it.pax8_id.as_str());
    let mut stored = store::subscriptions::load_many(intake.tx, ids).await?;
    for told in differing {
        match stored.remove(&told.pax8_id) {
            None => comparison.create(intake, told)?,
            Some(before) => comparison.update(intake, before, told)?,
        }
    }
    put(intake, comparison).await
}

async fn lose(
    intake: &mut Intake<'_>,
    comparison: &mut Comparison<'_>,
    gone: &[String],
) -> Result<()> {
    let ids = gone.iter().map(String::as_str);
    let mut stored = store::subscriptions::load_many(intake.tx, ids).await?;
    for before in gone.iter().filter_map(|id| stored.remove(id)) {
        comparison.lose(intake, before);
    }
    put(intake, comparison).await
}

/// Stores what the comparison came to so far.
async fn put(intake: &mut Intake<'_>, comparison: &mut Comparison<'_>) -> Result<()> {
    let written = std::mem::take(&mut comparison.written);
    store::subscriptions::put(intake.tx, written).await?;
    intake.record_changes().await
}

impl Told {
    /// What is news of a subscription, completed by what is known of its product by now.
    fn new(sifted: Sifted, products: &HashMap<String, Product>) -> Option<Self> {
        let News { pax8_id, mut facts } = sifted.news?;
        let product = facts.product_id.as_ref().and_then(|id| products.get(id));
        if let Some(product) = product {
            facts.complete(product);
        }
        let unreadable = unreadable(&sifted.warnings);
        Some(Self {
            fingerprint: Fingerprint::of(&*facts, &sifted.company, &unreadable),
            pax8_id,
            known: sifted.stored.is_some(),
            company: sifted.company,
            facts,
            unreadable,
        })
    }
}
