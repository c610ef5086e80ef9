//! Clients to offer for a company that a person has to map: those that a key finds, then those with a similar name.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use billing::{ClientKeys, CompanyKeys, MatchReason, Matcher, Outcome, matching::normalized_name};
use db::OrgTx;
use serde::Serialize;

use super::{Company, automatic::client_of};
use crate::{
    clients::list_match_keys,
    error::Result,
    ids::{ClientId, CompanyId},
};

/// How many clients are offered.
const MOST: usize = 5;
/// From here on names are similar; 0: nothing in common, 1: the same.
const SIMILAR: f64 = 0.8;

/// A client to offer for a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The client.
    pub client_id: ClientId,
    /// Its name.
    pub name: String,
    /// Why it is offered, the strongest reason first; never empty.
    pub reasons: Vec<SuggestionReason>,
}

/// Why a client is offered. Prints as a few words for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionReason {
    /// The account reference number is the same.
    Reference,
    /// The normalized name is the same.
    Name,
    /// The website's domain is the same.
    Domain,
    /// The names are much alike.
    SimilarName,
}

impl fmt::Display for SuggestionReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reference => "same reference",
            Self::Name => "same name",
            Self::Domain => "same domain",
            Self::SimilarName => "similar name",
        })
    }
}

impl From<MatchReason> for SuggestionReason {
    fn from(reason: MatchReason) -> Self {
        match reason {
            MatchReason::Reference => Self::Reference,
            MatchReason::Name => Self::Name,
            MatchReason::Domain => Self::Domain,
        }
    }
}

/// All active clients, ready to be offered. Made once, and kept as long as clients are as they are.
pub struct Suggester {
    matcher: Matcher,
    /// Names by id.
    names: HashMap<String, String>,
    /// Made when the first company asks for a similar name.
    similar: OnceLock<SimilarNames>,
    /// What was found for companies: a company that changes ends this suggester as well.
    found: Mutex<HashMap<CompanyId, Vec<Suggestion>>>,
}

/// The clients' names, to be compared with others.
struct SimilarNames {
    /// Id and normalized name.
    normalized: Vec<(String, String)>,
    by_clue: HashMap<String, Vec<usize>>,
}

impl Suggester {
    /// Reads all active clients.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn load(tx: &mut OrgTx) -> Result<Arc<Self>> {
        tx.kept(async |tx| Ok(Self::new(list_match_keys(tx).await?)))
            .await
    }

    fn new(clients: Vec<ClientKeys>) -> Self {
        let names = clients.iter().map(|it| (it.id.clone(), it.name.clone()));
        Self {
            names: names.collect(),
            matcher: Matcher::new(clients),
            similar: OnceLock::new(),
            found: Mutex::default(),
        }
    }

    /// What finds the clients that a key leads to.
    pub(super) fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    /// The name of a client.
    pub(super) fn name(&self, client: &str) -> String {
        self.names.get(client).cloned().unwrap_or_default()
    }

    /// The clients to offer for a company, the likeliest first.
    ///
    /// # Errors
    /// When a client's id is none.
    pub fn suggest(&self, company: &Company) -> Result<Vec<Suggestion>> {
        let kept = || self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = kept().get(&company.id) {
            return Ok(found.clone());
        }
        let found = self.reckon(company)?;
        kept().insert(company.id, found.clone());
        Ok(found)
    }

    fn reckon(&self, company: &Company) -> Result<Vec<Suggestion>> {
        let mut found = self.by_key(company);
        let known: HashSet<String> = found.iter().map(|(id, _)| id.clone()).collect();
        let similar = self.similar.get_or_init(|| SimilarNames::of(&self.names));
        let similar = similar.to(company.name.as_deref().unwrap_or_default());
        found.extend(
            similar
                .into_iter()
                .filter(|id| !known.contains(id))
                .map(|id| (id, vec![SuggestionReason::SimilarName])),
        );
        found.truncate(MOST);
        found
            .into_iter()
            .map(|(id, reasons)| {
                Ok(Suggestion {
                    client_id: client_of(&id)?,
                    name: self.name(&id),
                    reasons,
                })
            })
            .collect()
    }

    fn by_key(&self, company: &Company) -> Vec<(String, Vec<SuggestionReason>)> {
        let keys = CompanyKeys {
            id: company.pax8_id.clone(),
            name: company.name.clone().unwrap_or_default(),
            external_id: company.external_id.clone(),
            website: company.website.clone(),
        };
        let outcome = self.matcher.match_companies(&[keys], &HashSet::new()).pop();
        let mut found: Vec<_> = match outcome {
            Some(Outcome::Unique { client_id, reasons }) => vec![(client_id, reasons)],
            Some(Outcome::Ambiguous { candidates }) => candidates
                .into_iter()
                .map(|it| (it.client_id, it.reasons))
                .collect(),
            Some(Outcome::None) | None => Vec::new(),
        };
        // Those with the most reasons, then those with the strongest.
        found.sort_by_key(|(_, reasons)| {
            (std::cmp::Reverse(reasons.len()), reasons.first().copied())
        });
        let reasons = |reasons: Vec<MatchReason>| reasons.into_iter().map(Into::into).collect();
        found
            .into_iter()
            .map(|(id, found)| (id, reasons(found)))
            .collect()
    }
}

impl SimilarNames {
    fn of(names: &HashMap<String, String>) -> Self {
        let mut by_clue: HashMap<String, Vec<usize>> = HashMap::new();
        let mut normalized = Vec::with_capacity(names.len());
        for (id, name) in names {
            let Some(plain) = normalized_name(name) else {
                continue;
            };
            for clue in clues(name) {
                by_clue.entry(clue).or_default().push(normalized.len());
            }
            normalized.push((id.clone(), plain));
        }
        Self {
            normalized,
            by_clue,
        }
    }

    /// The ids of the clients whose names are most like this one.
    fn to(&self, name: &str) -> Vec<String> {
        let Some(wanted) = normalized_name(name) else {
            return Vec::new();
        };
        let places: BTreeSet<usize> = clues(name)
            .iter()
            .filter_map(|clue| self.by_clue.get(clue))
            .flatten()
            .copied()
            .collect();
        let mut similar: Vec<(f64, &str, &str)> = places
            .into_iter()
            .filter_map(|place| self.normalized.get(place))
            .map(|(id, plain)| {
                let likeness = strsim::jaro_winkler(&wanted, plain);
                (likeness, plain.as_str(), id.as_str())
            })
            .filter(|(likeness, ..)| *likeness >= SIMILAR)
            .collect();
        similar.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let ids = similar.into_iter().map(|(.., id)| id.to_owned());
        ids.take(MOST).collect()
    }
}

/// What two names have in common if they are alike: a word of some length, or how they begin. Spares comparing every
/// company with every client.
fn clues(name: &str) -> BTreeSet<String> {
    let name = name.to_lowercase();
    let words = name.split(|c: char| !c.is_alphanumeric());
    let beginning: String = name.chars().take(3).collect();
    words
        .filter(|word| word.chars().count() > 3)
        .map(str::to_owned)
        .chain(Some(format!("^{beginning}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pax8::companies::MatchOutcome;

    fn client(name: &str, reference: Option<&str>) -> ClientKeys {
        ClientKeys {
            id: ClientId::new().to_string(),
            name: name.to_owned(),
            account_reference: reference.map(str::to_owned),
            ..ClientKeys::default()
        }
    }

    fn company(name: &str, external_id: Option<&str>) -> Company {
        Company {
            id: CompanyId::new(),
            pax8_id: "p".to_owned(),
            name: Some(name.to_owned()),
            status: None,
            external_id: external_id.map(str::to_owned),
            website: None,
            client: None,
            mapped_by: None,
            keep_unmapped: false,
            match_outcome: MatchOutcome::None,
            candidates: Vec::new(),
            subscription_count: 0,
            missing_since: None,
            last_synced_at: None,
        }
    }

    fn offered(suggester: &Suggester, company: &Company) -> Vec<(String, Vec<SuggestionReason>)> {
        let suggestions = suggester.suggest(company).unwrap();
        suggestions
            .into_iter()
            .map(|it| (it.name, it.reasons))
            .collect()
    }

    #[test]
    fn s94_what_a_key_finds_comes_before_what_only_looks_alike() {
        use SuggestionReason as R;
        let suggester = Suggester::new(vec![
            client("Harbour Dental", None),
            client("Harbor Dental Group", Some("NW-1")),
            client("Granite Law", None),
        ]);
        assert_eq!(
            offered(&suggester, &company("Harbor Dental", Some("nw-1"))),
            [
                ("Harbor Dental Group".to_owned(), vec![R::Reference]),
                ("Harbour Dental".to_owned(), vec![R::SimilarName]),
            ]
        );
        assert_eq!(
            offered(&suggester, &company("GRANITE LAW, LLC", None)),
            [("Granite Law".to_owned(), vec![R::Name])]
        );
        assert_eq!(offered(&suggester, &company("Quarry Legal", None)), []);
        assert_eq!(offered(&suggester, &company("", Some(" "))), []);
    }

    #[test]
    fn no_more_are_offered_than_a_person_reads() {
        let clients = (0..40).map(|n| client(&format!("Harbor Dental {n}"), None));
        let suggester = Suggester::new(clients.collect());
        assert_eq!(
            offered(&suggester, &company("Harbor Dental", None)).len(),
            MOST
        );
    }
}
