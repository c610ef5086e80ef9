//! Finding clients by their keys.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    Candidate, ClientKeys, CompanyKeys, MatchReason, Outcome, email_domain, normalized_name,
    website_domain,
};

/// All clients of one organization, indexed by key. Building and asking take
/// time in proportion to the number of clients and companies.
#[derive(Debug)]
pub struct Matcher {
    ids: Vec<String>,
    by_key: HashMap<(MatchReason, String), Vec<usize>>,
}

/// Clients found for one company: their place in the list, and the keys that found them.
type Found = BTreeMap<usize, Vec<MatchReason>>;

impl Matcher {
    /// Indexes the clients. Their order is the order of candidates.
    #[must_use]
    pub fn new(clients: Vec<ClientKeys>) -> Self {
        let mut by_key: HashMap<(MatchReason, String), Vec<usize>> = HashMap::new();
        for (place, client) in clients.iter().enumerate() {
            for key in client_keys(client) {
                by_key.entry(key).or_default().push(place);
            }
        }
        let ids = clients.into_iter().map(|client| client.id).collect();
        Self { ids, by_key }
    }

    /// One outcome per company, in the order given. `taken` are the clients
    /// that already have a company: they are still candidates, but giving them
    /// a second company is a person's decision.
    ///
    /// Pass all companies that are to be judged at once: two that claim the
    /// same client equally (both by reference, or both without) are both
    /// ambiguous, and one that claims by reference goes before one that does not.
    #[must_use]
    pub fn match_companies(
        &self,
        companies: &[CompanyKeys],
        taken: &HashSet<String>,
    ) -> Vec<Outcome> {
        let found: Vec<Found> = companies.iter().map(|company| self.find(company)).collect();
        let claims = Claims::count(&found);
        found
            .into_iter()
            .map(|found| self.judge(found, &claims, taken))
            .collect()
    }

    fn find(&self, company: &CompanyKeys) -> Found {
        let mut found = Found::new();
        for key in company_keys(company) {
            for &client in self.by_key.get(&key).into_iter().flatten() {
                found.entry(client).or_default().push(key.0);
            }
        }
        found
    }

    fn judge(&self, found: Found, claims: &Claims, taken: &HashSet<String>) -> Outcome {
        let sole = found.len() == 1;
        let mut candidates: Vec<Candidate> = Vec::with_capacity(found.len());
        let mut undisputed = true;
        for (client, reasons) in found {
            let client_id = self.ids[client].clone();
            undisputed &= claims.is_undisputed(client, &reasons) && !taken.contains(&client_id);
            candidates.push(Candidate { client_id, reasons });
        }
        match candidates.pop() {
            None => Outcome::None,
            Some(Candidate { client_id, reasons }) if sole && undisputed => {
                Outcome::Unique { client_id, reasons }
            }
            Some(last) => {
                candidates.push(last);
                Outcome::Ambiguous { candidates }
            }
        }
    }
}

/// How many companies claim each client, apart by strength.
#[derive(Default)]
struct Claims {
    by_reference: HashMap<usize, usize>,
    otherwise: HashMap<usize, usize>,
}

impl Claims {
    fn count(found: &[Found]) -> Self {
        let mut claims = Self::default();
        for (&client, reasons) in found.iter().flatten() {
            let counts = if reasons.contains(&MatchReason::Reference) {
                &mut claims.by_reference
            } else {
                &mut claims.otherwise
            };
            *counts.entry(client).or_default() += 1;
        }
        claims
    }

    /// Whether no other company claims the client as strongly or more so.
    fn is_undisputed(&self, client: usize, reasons: &[MatchReason]) -> bool {
        let of = |counts: &HashMap<usize, usize>| counts.get(&client).copied().unwrap_or(0);
        if reasons.contains(&MatchReason::Reference) {
            of(&self.by_reference) == 1
        } else {
            of(&self.by_reference) == 0 && of(&self.otherwise) == 1
        }
    }
}

fn client_keys(client: &ClientKeys) -> Vec<(MatchReason, String)> {
    let site = client.website.as_deref().and_then(website_domain);
    let mail = client
        .email
        .as_deref()
        .and_then(email_domain)
        .filter(|mail| site.as_ref() != Some(mail));
    keys(
        client.account_reference.as_deref(),
        &client.name,
        site.into_iter().chain(mail),
    )
}

fn company_keys(company: &CompanyKeys) -> Vec<(MatchReason, String)> {
    let site = company.website.as_deref().and_then(website_domain);
    keys(company.external_id.as_deref(), &company.name, site)
}

/// The keys in the order of their strength.
fn keys(
    reference: Option<&str>,
    name: &str,
    domains: impl IntoIterator<Item = String>,
) -> Vec<(MatchReason, String)> {
    let reference = reference.map(str::trim).filter(|text| !text.is_empty());
    let reference = reference.map(|text| (MatchReason::Reference, text.to_lowercase()));
    let name = normalized_name(name).map(|name| (MatchReason::Name, name));
    let domains = domains
        .into_iter()
        .map(|domain| (MatchReason::Domain, domain));
    reference.into_iter().chain(name).chain(domains).collect()
}
