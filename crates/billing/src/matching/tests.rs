use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

fn client(id: &str, name: &str, reference: &str, website: &str, email: &str) -> ClientKeys {
    let some = |text: &str| Some(text.to_owned());
    ClientKeys {
        id: id.into(),
        name: name.into(),
        account_reference: some(reference),
        website: some(website),
        email: some(email),
    }
}

fn company(name: &str, external_id: &str, website: &str) -> CompanyKeys {
    CompanyKeys {
        id: name.into(),
        name: name.into(),
        external_id: Some(external_id.into()),
        website: Some(website.into()),
    }
}

fn outcomes(clients: &[ClientKeys], companies: &[CompanyKeys]) -> Vec<Outcome> {
    Matcher::new(clients.to_vec()).match_companies(companies, &HashSet::new())
}

fn unique(client_id: &str, reasons: &[MatchReason]) -> Outcome {
    Outcome::Unique {
        client_id: client_id.into(),
        reasons: reasons.to_vec(),
    }
}

fn candidates(outcome: &Outcome) -> Vec<&str> {
    match outcome {
        Outcome::Ambiguous { candidates } => {
            candidates.iter().map(|c| c.client_id.as_str()).collect()
        }
        _ => Vec::new(),
    }
}

use MatchReason::{Domain, Name, Reference};

#[test]
fn s57_the_account_reference_number_matches() {
    let clients = [
        client("c1", "Old Name", " AC-100 ", "", ""),
        client("c2", "Other", "AC-1001", "", ""),
    ];
    assert_eq!(
        outcomes(&clients, &[company("New Name", "ac-100", "")]),
        [unique("c1", &[Reference])]
    );
}

#[test]
fn s58_the_normalized_name_matches() {
    let clients = [
        client("c1", "Acme, Inc.", "", "", ""),
        client("c2", "Acme Labs", "", "", ""),
    ];
    assert_eq!(
        outcomes(&clients, &[company("ACME", "", "")]),
        [unique("c1", &[Name])]
    );
}

#[test]
fn s59_the_website_domain_matches_a_website_or_a_mail_address() {
    let clients = [
        client("c1", "One", "", "https://www.one.com/about", ""),
        client("c2", "Two", "", "", "office@two.co.uk"),
    ];
    let companies = [
        company("Uno", "", "shop.one.com"),
        company("Due", "", "http://two.co.uk"),
    ];
    assert_eq!(
        outcomes(&clients, &companies),
        [unique("c1", &[Domain]), unique("c2", &[Domain])]
    );
}

#[test]
fn s56_all_keys_that_agree_are_named() {
    let clients = [client("c1", "Acme", "7", "acme.com", "x@acme.com")];
    let all = [company("Acme Ltd", "7", "acme.com")];
    assert_eq!(
        outcomes(&clients, &all),
        [unique("c1", &[Reference, Name, Domain])]
    );
}

#[test]
fn s60_two_clients_on_one_key_are_ambiguous() {
    let clients = [
        client("c1", "Acme", "", "", ""),
        client("c2", "ACME GmbH", "", "", ""),
    ];
    let found = outcomes(&clients, &[company("Acme Inc", "", "")]);
    assert_eq!(candidates(&found[0]), ["c1", "c2"]);
}

#[test]
fn s60_a_reference_that_another_key_contradicts_is_ambiguous() {
    let clients = [
        client("c1", "Acme", "7", "", ""),
        client("c2", "Beta", "", "beta.com", ""),
    ];
    let found = outcomes(&clients, &[company("Gamma", "7", "beta.com")]);
    assert_eq!(
        found,
        [Outcome::Ambiguous {
            candidates: vec![
                Candidate {
                    client_id: "c1".into(),
                    reasons: vec![Reference]
                },
                Candidate {
                    client_id: "c2".into(),
                    reasons: vec![Domain]
                },
            ],
        }]
    );
}

#[test]
fn s60_two_companies_with_an_equal_claim_are_both_ambiguous() {
    let clients = [client("c1", "Acme", "7", "acme.com", "")];
    let found = outcomes(
        &clients,
        &[company("Acme", "", ""), company("Branch", "", "acme.com")],
    );
    assert_eq!(
        [candidates(&found[0]), candidates(&found[1])],
        [["c1"], ["c1"]]
    );
    let found = outcomes(&clients, &[company("X", "7", ""), company("Y", "7", "")]);
    assert_eq!(
        [candidates(&found[0]), candidates(&found[1])],
        [["c1"], ["c1"]]
    );
}

#[test]
fn s60_a_claim_by_reference_goes_before_others() {
    let clients = [client("c1", "Acme", "7", "", "")];
    let found = outcomes(
        &clients,
        &[company("Acme", "", ""), company("Parent", "7", "")],
    );
    assert_eq!(candidates(&found[0]), ["c1"]);
    assert_eq!(found[1], unique("c1", &[Reference]));
}

#[test]
fn s60_a_client_that_has_a_company_gets_a_second_one_only_by_hand() {
    let matcher = Matcher::new(vec![client("c1", "Acme", "", "", "")]);
    let taken = HashSet::from(["c1".to_owned()]);
    let found = matcher.match_companies(&[company("Acme", "", "")], &taken);
    assert_eq!(candidates(&found[0]), ["c1"]);
}

#[test]
fn s60_free_mail_and_shared_hosts_connect_nobody() {
    let clients = [client("c1", "One", "", "facebook.com/one", "one@gmail.com")];
    let companies = [
        company("A", "", "gmail.com"),
        company("B", "", "facebook.com/b"),
    ];
    assert_eq!(
        outcomes(&clients, &companies),
        [Outcome::None, Outcome::None]
    );
}

#[test]
fn s60_empty_keys_never_match() {
    let clients = [
        client("c1", "", " ", "", ""),
        client("c2", "...", "", "http://", "@"),
    ];
    let companies = [company("", "", ""), company("***", "  ", "https://")];
    assert_eq!(
        outcomes(&clients, &companies),
        [Outcome::None, Outcome::None]
    );
}

#[test]
fn a_large_estate_is_matched_in_one_pass() {
    let clients: Vec<ClientKeys> = (0..5_000)
        .map(|n| {
            client(
                &format!("c{n}"),
                &format!("Client {n} Ltd"),
                &format!("R{n}"),
                &format!("client{n}.com"),
                "",
            )
        })
        .collect();
    let companies: Vec<CompanyKeys> = (0..1_000)
        .map(|n| company(&format!("CLIENT {n}"), "", &format!("www.client{n}.com")))
        .collect();
    let found = outcomes(&clients, &companies);
    for (n, outcome) in found.iter().enumerate() {
        assert_eq!(*outcome, unique(&format!("c{n}"), &[Name, Domain]));
    }
}

/// Few words, so that keys collide often.
fn any_key() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "",
        " ",
        "acme",
        "Acme Inc",
        "beta",
        "acme.com",
        "www.beta.com",
        "gmail.com",
    ])
    .prop_map(str::to_owned)
}

fn any_clients() -> impl Strategy<Value = Vec<ClientKeys>> {
    proptest::collection::vec((any_key(), any_key(), any_key()), 0..5).prop_map(|keys| {
        let clients = keys.iter().enumerate();
        clients
            .map(|(n, (name, reference, site))| client(&n.to_string(), name, reference, site, ""))
            .collect()
    })
}

fn any_companies() -> impl Strategy<Value = Vec<CompanyKeys>> {
    proptest::collection::vec((any_key(), any_key(), any_key()), 0..5).prop_map(|keys| {
        keys.iter()
            .map(|(name, reference, site)| company(name, reference, site))
            .collect()
    })
}

proptest! {
    /// No client gets two companies of equal strength.
    #[test]
    fn s60_unique_matches_never_share_a_client_equally(clients in any_clients(), companies in any_companies()) {
        let mut seen = HashSet::new();
        for outcome in outcomes(&clients, &companies) {
            if let Outcome::Unique { client_id, .. } = outcome {
                prop_assert!(seen.insert(client_id));
            }
        }
    }

    /// The order of companies and clients decides nothing.
    #[test]
    fn s60_order_does_not_matter(clients in any_clients(), companies in any_companies()) {
        let uniques = |outcomes: Vec<Outcome>| -> Vec<Option<String>> {
            outcomes.into_iter().map(|outcome| match outcome {
                Outcome::Unique { client_id, .. } => Some(client_id),
                _ => None,
            }).collect()
        };
        let forward = uniques(outcomes(&clients, &companies));
        let reverse = |mut list: Vec<ClientKeys>| { list.reverse(); list };
        let mut turned_companies = companies.clone();
        turned_companies.reverse();
        let mut backward = uniques(outcomes(&reverse(clients), &turned_companies));
        backward.reverse();
        prop_assert_eq!(forward, backward);
    }

    /// Matching is symmetric: swapping the roles of client and company finds the same pair.
    #[test]
    fn s56_a_pair_matches_whichever_side_asks(name in any_key(), reference in any_key(), site in any_key(), other_name in any_key(), other_reference in any_key(), other_site in any_key()) {
        let one = outcomes(&[client("x", &name, &reference, &site, "")], &[company(&other_name, &other_reference, &other_site)]);
        let two = outcomes(&[client("x", &other_name, &other_reference, &other_site, "")], &[company(&name, &reference, &site)]);
        prop_assert_eq!(one, two);
    }

    /// Text from outside never stops matching, and normalizing twice changes nothing.
    #[test]
    fn s58_any_text_has_one_normal_form(text: String) {
        if let Some(name) = normalized_name(&text) {
            prop_assert!(!name.is_empty());
        }
        let _ = website_domain(&text);
        let _ = email_domain(&text);
    }
}
