//! Mapping companies to clients without a person, where there is no doubt.

use std::collections::HashSet;

use billing::{Candidate, Matcher, Outcome};
use db::OrgTx;
use jiff::Timestamp;

use super::{MappedBy, MatchCandidate, MatchOutcome, remap::remap, store};
use crate::{
    accounts::By,
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
    let mut clients = Vec::new();
    for (company, outcome) in judge(tx).await? {
        if let (Outcome::Unique { client_id, .. }, false) = (outcome, company.keep_unmapped) {
            clients.push((company.id, client_of(&client_id)?));
        }
    }
    let mut companies = store::find_many(tx, clients.iter().map(|(id, _)| *id)).await?;
    let changes = clients
        .into_iter()
        .filter_map(|(id, client)| Some((companies.remove(&id)?, Some((client, MappedBy::Auto)))));
    let mapped = remap(tx, &By::job(), changes.collect(), now).await?;
    u64::try_from(mapped.len()).map_err(Error::internal)
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
    let mut news = Vec::new();
    for (company, outcome) in &judged {
        let (outcome, candidates) = as_stored(outcome)?;
        if company.stored != (outcome, candidates.clone()) {
            news.push((company.id, outcome, candidates));
        }
    }
    store::set_matches(tx, news).await?;
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
