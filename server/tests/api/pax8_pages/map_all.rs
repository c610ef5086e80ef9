//! Mapping all companies at once whose client is beyond doubt.

use serde_json::json;

use super::{PAGE, attribute, count, text, texts};
use crate::{
    billing_settings::{Told, add_companies, client, map, told},
    world::{World, on_each_engine},
};

/// Three companies that fit one client each, and one that fits two.
async fn estate(world: &World) -> (Vec<String>, Vec<String>) {
    let owner = &world.ours.owner;
    let harbor = Told {
        external_id: Some("NW-1"),
        ..told("Harbor")
    };
    let companies = [harbor, told("Granite Law"), told("Pine"), told("Twin")];
    let companies = add_companies(world, &world.ours, &companies).await;
    let mut clients = Vec::new();
    for given in [
        json!({ "name": "Harbor Dental Group", "account_reference": "nw-1" }),
        json!({ "name": "Granite Law LLC" }),
        json!({ "name": "Pine" }),
        json!({ "name": "Twin" }),
        json!({ "name": "Twin Inc." }),
    ] {
        clients.push(client(owner, given).await);
    }
    (companies, clients)
}

#[tokio::test]
async fn d12_companies_beyond_doubt_are_counted_listed_with_reasons_and_mapped() {
    on_each_engine(async |world| {
        let (companies, clients) = estate(world).await;
        let browser = &world.ours.browser;
        let card = browser.get(PAGE).await.page();
        assert_eq!(text(&card, "#map-all a"), "Map all unambiguous 3");
        let path = attribute(&card, "#map-all a", "href").unwrap();

        let page = browser.get(&path).await.page();
        assert_eq!(
            texts(&page, "tbody td[data-label=Why]"),
            ["same name", "same reference", "same name"]
        );
        assert_eq!(count(&page, "input[name=mapping][checked]"), 3);
        assert_eq!(
            texts(&page, "tbody tr > *:not([data-label=Why])"),
            [
                "Granite Law",
                "Granite Law LLC",
                "Harbor",
                "Harbor Dental Group",
                "Pine",
                "Pine"
            ]
        );

        // Granite is unticked, somebody maps Pine, and Harbor's client is archived before the answer is sent.
        map(&world.ours.owner, &companies[2], &clients[3]).await;
        let harbor = format!("{}:{}", companies[0], clients[0]);
        let pine = format!("{}:{}", companies[2], clients[2]);
        world
            .ours
            .owner
            .delete(&format!("/api/v1/clients/{}", clients[0]))
            .await;
        let answer = browser
            .submit(&path, &[("mapping", &harbor), ("mapping", &pine)])
            .await;
        assert_eq!(answer.location(), PAGE);
        let told = browser.get(PAGE).await.page();
        assert_eq!(
            count(&told, ".company-actions > span > a[href^='/clients/']"),
            1
        );

        let granite = format!("{}:{}", companies[1], clients[1]);
        browser.submit(&path, &[("mapping", &granite)]).await;
        let after = browser.get(PAGE).await.page();
        assert_eq!(count(&after, "#map-all a"), 0, "nothing is left to map");
        let row = format!("#company-{} .company-actions > span", companies[1]);
        assert_eq!(text(&after, &row), "Mapped to Granite Law LLC");
        let empty = browser.get(&path).await.page();
        assert_eq!(text(&empty, ".empty h2"), "No company is beyond doubt");
    })
    .await;
}

#[tokio::test]
async fn d13_a_company_unlinked_by_hand_is_not_among_those_beyond_doubt() {
    on_each_engine(async |world| {
        let (companies, clients) = estate(world).await;
        let browser = &world.ours.browser;
        map(&world.ours.owner, &companies[1], &clients[1]).await;
        let unlink = format!("{PAGE}/companies/{}/unlink", companies[1]);
        let answer = browser.script().submit(&unlink, &[]).await.page();
        assert_eq!(
            text(&answer, "#map-all a"),
            "Map all unambiguous 2",
            "the number follows"
        );
    })
    .await;
}

#[tokio::test]
async fn s94_a_sole_suggestion_is_one_click() {
    on_each_engine(async |world| {
        let (companies, clients) = estate(world).await;
        let html = world.ours.browser.get(PAGE).await.page();
        let row = format!("#company-{} .company-actions", companies[0]);
        let button = format!("{row} form:has(input[name=client_id]) button");
        assert_eq!(text(&html, &button), "Map to Harbor Dental Group");
        assert_eq!(
            text(&html, &format!("{row} form > .muted")),
            "same reference"
        );
        let value = format!("{row} input[name=client_id]");
        assert_eq!(attribute(&html, &value, "value"), Some(clients[0].clone()));
        assert_eq!(
            count(&html, &format!("{row} search-select")),
            1,
            "another can be chosen"
        );

        let twin = format!("#company-{}", companies[3]);
        assert_eq!(count(&html, &format!("{twin} input[name=client_id]")), 0);
        let reasons = scraper::Selector::parse(&format!("{twin} optgroup option")).unwrap();
        let reasons: Vec<_> = html
            .select(&reasons)
            .map(|it| it.attr("title").unwrap())
            .collect();
        assert_eq!(reasons, ["same name", "same name"]);
    })
    .await;
}

#[tokio::test]
async fn only_those_who_may_use_the_integration_map_all() {
    on_each_engine(async |world| {
        let path = format!("{PAGE}/companies/mappings");
        let anonymous = world.nobody().get(&path).await;
        assert_ne!(anonymous.status, 200);
        let theirs = world.theirs.browser.get(&path).await.page();
        assert_eq!(count(&theirs, "input[name=mapping]"), 0);
        let (companies, clients) = estate(world).await;
        let pair = format!("{}:{}", companies[0], clients[0]);
        world
            .theirs
            .browser
            .submit(&path, &[("mapping", &pair)])
            .await;
        let ours = world.ours.browser.get(&path).await.page();
        assert_eq!(
            count(&ours, "input[name=mapping]"),
            3,
            "a stranger maps nothing of ours"
        );
    })
    .await;
}
