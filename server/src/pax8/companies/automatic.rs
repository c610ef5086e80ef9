//! Mapping companies to clients without a person, where there is no doubt.

use std::collections::HashSet;

use billing::{Candidate, Matcher, Outcome};
use db::OrgTx;
use jiff::Timestamp;

use super::{MatchCandidate, MatchOutcome, map::map_by_match, store};
use crate::{
    clients::list_match_keys,
    error::{Error, Result},
    ids::ClientId,
};

/// Judges all unmapped companies and maps those that belong to one client without doubt; tells how many those were. A
/// company that was unlinked by hand is judged, so that its claim counts and its candidates are shown, but not mapped.
///
/// # Errors
/// When the database is gone.
pub async fn map_automatically(tx: &mut OrgTx, now: Timestamp) -> Result<u64> {
    let mut mapped = 0;
    for (company, outcome) in judge(tx).await? {
        if let (Outcome::Unique { client_id, .. }, false) = (outcome, company.keep_unmapped) {
            map_by_match(tx, company.id, client_of(&client_id)?, now).await?;
            mapped += 1;
        }
    }
    Ok(mapped)
}

/// Judges all unmapped companies and keeps what came out, without mapping any.
///
/// # Errors
/// When the database is gone.
pub async fn refresh_matches(tx: &mut OrgTx) -> Result<()> {
    judge(tx).await?;
    Ok(())
}

/// Judges all unmapped companies against all active clients, and writes what is news.
async fn judge(tx: &mut OrgTx) -> Result<Vec<(store::Unmapped, Outcome)>> {
    let companies = store::unmapped(tx).await?;
    if companies.is_empty() {
        return Ok(Vec::new());
    }
    let matcher = Matcher::new(list_match_keys(tx).await?);
    let judged = outcomes(tx, companies, &matcher).await?;
    for (company, outcome) in &judged {
        let news = as_stored(outcome)?;
        if news != company.stored {
            store::set_match(tx, company.id, news.0, &news.1).await?;
        }
    }
    Ok(judged)
}

/// What the matcher says about each of all unmapped companies.
pub(super) async fn outcomes(
    tx: &mut OrgTx,
    companies: Vec<store::Unmapped>,
    matcher: &Matcher,
) -> Result<Vec<(store::Unmapped, Outcome)>> {
    let taken: HashSet<String> = store::clients_with_company(tx).await?.into_iter().collect();
    let keys: Vec<_> = companies.iter().map(|it| it.keys.clone()).collect();
    let outcomes = matcher.match_companies(&keys, &taken);
    Ok(companies.into_iter().zip(outcomes).collect())
}

fn as_stored(outcome: &Outcome) -> Result<(MatchOutcome, Vec<MatchCandidate>)> {
    Ok(match outcome {
        Outcome::Unique { client_id, reasons } => {
            let client_id = client_of(client_id)?;
            let reasons = reasons.clone();
            (
                MatchOutcome::Unique,
                vec![MatchCandidate { client_id, reasons }],
            )
        }
        Outcome::Ambiguous { candidates } => {
            let candidates = candidates.iter().map(candidate).collect::<Result<_>>()?;
            (MatchOutcome::Ambiguous, candidates)
        }
        Outcome::None => (MatchOutcome::None, Vec::new()),
    })
}

pub(super) fn candidate(candidate: &Candidate) -> Result<MatchCandidate> {
    Ok(MatchCandidate {
        client_id: client_of(&candidate.client_id)?,
        reasons: candidate.reasons.clone(),
    })
}

/// The matcher gives back the ids that it was given.
pub(super) fn client_of(id: &str) -> Result<ClientId> {
    ClientId::parse(id).ok_or_else(|| Error::internal("a match with an id that is none"))
}
