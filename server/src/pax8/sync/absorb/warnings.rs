//! What a person should look at although the sync went well.

use std::collections::{BTreeMap, HashMap};

use ::pax8::Warning;

use crate::pax8::sync::{Scope, pull::Pulled, sift::Sifted, store::subscriptions::Glance};

/// What to do where Pax8 lists nothing although something is stored.
pub(super) const RIGHT_ACCOUNT: &str = "Check that the API credential belongs to the right account; linked subscriptions are held in drafts.";
/// Fewer subscriptions than this say nothing about a habit.
const ENOUGH: usize = 10;

/// "1 company", "2 companies".
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{number} {noun}")
}

/// What the pull itself showed: rows that came twice, unlisted companies, fields that could not be understood.
pub(super) fn about_pull(pulled: &Pulled) -> Vec<String> {
    let mut warnings = Vec::new();
    let repeated = pulled.notes.repeated_rows;
    if repeated > 0 {
        warnings.push(format!(
            "Pax8's lists repeated rows ({repeated}): each was counted once."
        ));
    }
    let unlisted = pulled.notes.unlisted_companies;
    if unlisted > 0 {
        warnings.push(format!(
            "{} with subscriptions missing from Pax8's list of companies.",
            count(unlisted, "company", "companies")
        ));
    }
    let unasked = pulled.unasked.len();
    if unasked > 0 {
        warnings.push(format!(
            "{} with subscriptions not asked for yet: one sync asks for a hundred that Pax8's list leaves out, the next ones go on.",
            count(unasked, "company", "companies")
        ));
    }
    let companies = pulled.companies.iter().flatten();
    let companies = companies.flat_map(|it| &it.warnings);
    warnings.extend(odd_fields(companies, "company", "companies"));
    let subscriptions = pulled.subscriptions.iter().flat_map(|it| &it.warnings);
    warnings.extend(odd_fields(subscriptions, "subscription", "subscriptions"));
    warnings
}

/// What the subscriptions show together: none where there were some, no company, prices that are all costs.
pub(super) fn about_subscriptions(
    warnings: &mut Vec<String>,
    told: &[Sifted],
    stored: &HashMap<String, Glance>,
    scope: Scope,
) {
    match scope {
        // Each time, as long as the list stays empty.
        Scope::Full if told.is_empty() && !stored.is_empty() => warnings.push(format!(
            "Pax8 listed no subscriptions, although {} stored. {RIGHT_ACCOUNT}",
            count(stored.len(), "is", "are")
        )),
        Scope::Company(_) if told.is_empty() => {
            let lost = stored.values().filter(|it| it.is_there()).count();
            if lost > 0 {
                warnings.push(format!(
                    "Pax8 listed no subscriptions of this company, although {} known. They are kept, marked as missing and not billed.",
                    count(lost, "was", "were")
                ));
            }
        }
        _ => {}
    }
    let homeless = told.iter().filter(|it| it.company.is_empty()).count();
    if homeless > 0 {
        warnings.push(format!(
            "{} without a company.",
            count(homeless, "subscription", "subscriptions")
        ));
    }
    let priced = told.iter().filter(|it| it.price_is_cost.is_some()).count();
    let same = told.iter().filter(|it| it.price_is_cost == Some(true));
    let same = same.count();
    if priced >= ENOUGH && same * 10 >= priced * 9 {
        warnings.push(format!(
            "Pax8's price equals your cost for {same} of {priced} subscriptions: Pax8 may not know your sell prices.",
        ));
    }
}

/// One sentence for each field and problem, however many rows have it.
fn odd_fields<'a>(
    warnings: impl Iterator<Item = &'a Warning>,
    one: &str,
    many: &str,
) -> Vec<String> {
    let mut kinds: BTreeMap<(&str, String), (usize, &Warning)> = BTreeMap::new();
    for warning in warnings {
        let kind = (warning.field, warning.problem.to_string());
        kinds.entry(kind).or_insert((0, warning)).0 += 1;
    }
    kinds
        .into_values()
        .map(|(rows, example)| {
            format!(
                "{}: {example}. It is treated as not given; what was known before stays.",
                count(rows, one, many)
            )
        })
        .collect()
}
