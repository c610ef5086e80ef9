//! Taking in companies.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use super::{
    Intake, KnownCompanies, KnownCompany, differ,
    facts::{CompanyFacts, unreadable},
};
use crate::{
    error::Result,
    ids::{CompanyId, digest_of},
    pax8::sync::{
        Counts,
        fingerprint::Fingerprint,
        store::{
            changes::NewChange,
            companies::{self, StoredCompany},
        },
    },
};

/// What a pull told of companies.
pub(super) struct Told {
    /// Those that Pax8 gave; none where they were not pulled.
    pub companies: Option<Vec<::pax8::Company>>,
    /// Those that it was asked for by their ids.
    pub looked_up: Vec<String>,
    /// Those of which nothing is known yet.
    pub unasked: HashSet<String>,
}

/// Stores what was told of companies, if they were pulled, and gives all that are known. `needed` are those that
/// subscriptions belong to: where neither Pax8's list nor the store has one, an empty record holds its place.
pub(super) async fn take_in(
    intake: &mut Intake<'_>,
    told: Told,
    needed: BTreeSet<Arc<str>>,
) -> Result<(KnownCompanies, Counts)> {
    let mut stored: HashMap<String, StoredCompany> = companies::list(intake.tx)
        .await?
        .into_iter()
        .map(|it| (it.pax8_id.clone(), it))
        .collect();
    let mut counts = Counts::default();
    let mut written = Vec::new();
    if let Some(companies) = told.companies {
        warn_if_empty(intake, companies.is_empty(), stored.len());
        let mut present = told.unasked.clone();
        present.extend(companies.iter().map(|it| it.id.clone()));
        for company in companies {
            let before = stored.remove(&company.id);
            let after = compare(intake, before, &company, &mut counts, &mut written);
            stored.insert(company.id, after);
        }
        for company in stored.values_mut() {
            if !present.contains(&company.pax8_id) && company.missing_since.is_none() {
                counts.missing += 1;
                written.push(lose(intake, company));
            }
        }
    }
    hold_places(intake, needed, &told.unasked, &mut stored, &mut written);
    companies::put(intake.tx, written).await?;
    companies::set_looked_up(intake.tx, &told.looked_up, intake.now).await?;
    let known = stored.into_iter().map(|(pax8_id, it)| {
        let known = KnownCompany {
            id: it.id,
            name: it.facts.name,
            last_synced_at: it.last_synced_at,
        };
        (pax8_id, known)
    });
    Ok((known.collect(), counts))
}

fn compare(
    intake: &mut Intake<'_>,
    before: Option<StoredCompany>,
    told: &::pax8::Company,
    counts: &mut Counts,
    written: &mut Vec<StoredCompany>,
) -> StoredCompany {
    let mut facts = CompanyFacts::from(told);
    let unreadable = unreadable(&told.warnings);
    let fingerprint = Fingerprint::of(&facts, &told.id, &unreadable);
    let Some(before) = before else {
        let new = StoredCompany {
            facts,
            fingerprint,
            ..blank(intake, &told.id)
        };
        counts.created += 1;
        record(intake, &new, "created", None, None);
        written.push(new.clone());
        return new;
    };
    if before.fingerprint == fingerprint && before.missing_since.is_none() {
        counts.unchanged += 1;
        return before;
    }
    differ::keep_company(&mut facts, &before.facts, &unreadable);
    let after = StoredCompany {
        facts,
        fingerprint,
        missing_since: None,
        ..before.clone()
    };
    if let Some(since) = before.missing_since {
        record(
            intake,
            &after,
            "missing_since",
            Some(since.to_string()),
            None,
        );
    }
    let differences = differ::of_companies(&before.facts, &after.facts);
    if differences.is_empty() && before.missing_since.is_none() {
        counts.unchanged += 1;
    } else {
        counts.updated += 1;
    }
    for it in differences {
        record(intake, &after, it.field, it.before, it.after);
    }
    written.push(after.clone());
    after
}

/// Marks a company that Pax8 no longer lists.
fn lose(intake: &mut Intake<'_>, company: &mut StoredCompany) -> StoredCompany {
    company.missing_since = Some(intake.now);
    let since = intake.now.to_string();
    record(intake, company, "missing_since", None, Some(since));
    company.clone()
}

fn hold_places(
    intake: &mut Intake<'_>,
    needed: BTreeSet<Arc<str>>,
    unasked: &HashSet<String>,
    stored: &mut HashMap<String, StoredCompany>,
    written: &mut Vec<StoredCompany>,
) {
    let unknown: Vec<String> = needed
        .iter()
        .filter(|id| !stored.contains_key(&***id))
        .map(|id| id.as_ref().to_owned())
        .collect();
    let lost = unknown.iter().filter(|id| !unasked.contains(*id)).count();
    if lost > 0 {
        intake.warnings.push(format!(
            "{} with subscriptions unknown to Pax8: shown without a name.",
            super::warnings::count(lost, "company", "companies")
        ));
    }
    for pax8_id in unknown {
        let facts = CompanyFacts::default();
        let company = StoredCompany {
            fingerprint: Fingerprint::of(&facts, &pax8_id, &[]),
            missing_since: (!unasked.contains(&pax8_id)).then_some(intake.now),
            ..blank(intake, &pax8_id)
        };
        written.push(company.clone());
        stored.insert(pax8_id, company);
    }
}

fn blank(intake: &Intake<'_>, pax8_id: &str) -> StoredCompany {
    let digest = digest_of(intake.tx.organization(), "company", pax8_id);
    StoredCompany {
        id: CompanyId::from_digest(digest),
        pax8_id: pax8_id.to_owned(),
        facts: CompanyFacts::default(),
        missing_since: None,
        last_synced_at: None,
        fingerprint: Fingerprint::default(),
        first_seen_at: intake.now,
    }
}

fn record(
    intake: &mut Intake<'_>,
    company: &StoredCompany,
    field: &'static str,
    before: Option<String>,
    after: Option<String>,
) {
    intake.changes.push(NewChange {
        record_type: "company",
        record_pax8_id: company.pax8_id.clone(),
        record_name: company.facts.name.clone(),
        field,
        before,
        after,
        revenue: None,
        cost: None,
    });
}

/// Each time, as long as the list stays empty: that it was empty before makes it no more likely.
fn warn_if_empty(intake: &mut Intake<'_>, empty: bool, stored: usize) {
    if empty && stored > 0 {
        let stored = super::warnings::count(stored, "is", "are");
        intake.warnings.push(format!(
            "Pax8 listed no companies, although {stored} stored. {}",
            super::warnings::RIGHT_ACCOUNT
        ));
    }
}
