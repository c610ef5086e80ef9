//! The audit log through the API and the pages.

use serde_json::{Value, json};

use crate::{
    clients::make_client,
    world::{World, on_each_engine},
};

const API: &str = "/api/v1/audit-events";
const PAGE: &str = "/admin/audit";

/// The sentences of a list's events.
fn told(list: &Value) -> Vec<&str> {
    let rows = list["data"].as_array().unwrap().iter();
    rows.map(|row| row["summary"].as_str().unwrap()).collect()
}

/// A client that is made, changed a minute later and archived on the next day. Gives its id.
async fn story(world: &World) -> String {
    let owner = &world.ours.owner;
    let id = make_client(owner, "Harbor Dental").await;
    let path = format!("/api/v1/clients/{id}");
    world.set_now("2026-06-15T12:01:00Z");
    let change = json!({ "website": "harbor.example" });
    owner.patch(&path, change).await.json(200);
    world.set_now("2026-06-16T12:00:00Z");
    world.ours.member.delete(&path).await.json(200);
    id
}

#[tokio::test]
async fn what_was_done_is_told_newest_first_with_both_states() {
    on_each_engine(async |world| {
        let id = story(world).await;
        let owner = &world.ours.owner;
        let list = owner.get(API).await.json(200);
        assert_eq!(
            told(&list),
            [
                "member archived the client Harbor Dental",
                "Owner changed the client Harbor Dental",
                "Owner created the client Harbor Dental",
                "Command line set up the organization Ours",
            ]
        );
        let changed = &list["data"][1];
        assert_eq!(changed["at"], "2026-06-15T12:01:00Z");
        assert_eq!(changed["actor"]["name"], "Owner <owner@ours.example>");
        assert_eq!(changed["via"], "token");
        assert_eq!(changed["remote_address"], "127.0.0.1");
        assert_eq!(changed["action"], "client.changed");
        let subject = json!({ "type": "client", "id": id, "name": "Harbor Dental" });
        assert_eq!(changed["subject"], subject);
        assert_eq!(changed["before"]["website"], Value::Null);
        assert_eq!(changed["after"]["website"], "harbor.example");
        let path = format!("{API}/{}", changed["id"].as_str().unwrap());
        assert_eq!(&owner.get(&path).await.json(200), changed);
        assert_eq!(
            world.theirs.owner.get(&path).await.refusal(404),
            "not_found"
        );
    })
    .await;
}

#[tokio::test]
async fn each_filter_narrows_the_list_and_pages_follow_each_other() {
    on_each_engine(async |world| {
        let id = story(world).await;
        let owner = &world.ours.owner;
        let count = async |query: &str| {
            let list = owner.get(&format!("{API}?{query}")).await.json(200);
            list["data"].as_array().unwrap().len()
        };
        for (query, found) in [
            ("q=HARBOR%20d", 3),
            ("q=member%40", 1),
            ("q=100%25", 0),
            ("action=client.changed", 1),
            ("subject_type=client", 3),
            (&format!("subject_id={id}"), 3),
            ("subject_type=invoice", 0),
            ("actor=Command%20line", 1),
            ("from=2026-06-16", 1),
            ("to=2026-06-15", 3),
            ("from=2026-06-15T12:01:00Z&to=2026-06-16T12:00:00Z", 1),
        ] {
            assert_eq!(count(query).await, found, "{query}");
        }
        assert_eq!(owner.get(&format!("{API}?from=soon")).await.status, 422);
        let account = owner.get(API).await.json(200)["data"][0]["actor"]["id"].clone();
        let by_id = format!("actor={}", account.as_str().unwrap());
        assert_eq!(count(&by_id).await, 1);

        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("{API}?limit=1{cursor}");
            let list = owner.get(&path).await.json(200);
            seen.extend(told(&list).into_iter().map(str::to_owned));
            match list["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, told(&owner.get(API).await.json(200)));
    })
    .await;
}

#[tokio::test]
async fn i12_the_log_of_another_organization_is_out_of_reach() {
    on_each_engine(async |world| {
        let id = story(world).await;
        let theirs = &world.theirs.owner;
        let list = theirs.get(API).await.json(200);
        assert_eq!(told(&list), ["Command line set up the organization Theirs"]);
        let list = theirs
            .get(&format!("{API}?subject_id={id}"))
            .await
            .json(200);
        assert!(told(&list).is_empty());
        let browser = world.sign_in("owner@theirs.example").await;
        let page = browser.get(PAGE).await.page();
        assert!(!page.html().contains("Harbor"));
    })
    .await;
}

#[tokio::test]
async fn the_log_needs_its_permission() {
    on_each_engine(async |world| {
        let refused = world.ours.member.get(API).await.json(403);
        assert_eq!(refused["code"], "permission_denied");
        assert_eq!(
            refused["detail"],
            "The Admin area is for owners and administrators."
        );
        let member = world.sign_in("member@Ours.example").await;
        assert_eq!(member.get(PAGE).await.status, 403);
        assert!(!member.get("/").await.text.contains("Audit Logs"));
        assert!(
            world
                .ours
                .browser
                .get("/")
                .await
                .text
                .contains("Audit Logs")
        );
    })
    .await;
}

#[tokio::test]
async fn the_page_tells_events_in_words_and_opens_both_states() {
    on_each_engine(async |world| {
        let id = story(world).await;
        let browser = &world.sign_in("owner@ours.example").await;
        let page = browser.get(PAGE).await.page();
        let text: Vec<_> = page.root_element().text().collect();
        let text = text.join("");
        assert!(
            text.contains("15 Jun 2026, 08:01"),
            "in the organization's zone"
        );
        let link = format!("/clients/{id}");
        let link = scraper::Selector::parse(&format!("a[href='{link}']")).unwrap();
        assert_eq!(page.select(&link).count(), 3);
        let actions = scraper::Selector::parse("#f-action option").unwrap();
        let actions: Vec<String> = page
            .select(&actions)
            .map(|it| it.text().collect())
            .collect();
        assert_eq!(
            actions,
            [
                "All",
                "Archived client",
                "Changed client",
                "Created client",
                "Created organization"
            ]
        );

        let opened = scraper::Selector::parse("a[data-expand]").unwrap();
        let path = page
            .select(&opened)
            .nth(1)
            .unwrap()
            .attr("href")
            .unwrap()
            .to_owned();
        let states = browser.script().get(&path).await;
        assert!(
            states.text.contains("<ins>harbor.example</ins>"),
            "{}",
            states.text
        );
        assert!(states.text.contains("<del>none</del>"));
        assert!(!states.text.contains("<html"));
        let whole = browser.get(&path).await;
        assert!(
            whole
                .text
                .contains("Owner changed the client Harbor Dental")
        );
        let theirs = world.sign_in("owner@theirs.example").await;
        assert_eq!(theirs.get(&path).await.status, 404);

        let none = browser.get(&format!("{PAGE}?q=nobody")).await;
        assert!(none.text.contains("Nothing matches"));
        let rows = browser
            .script()
            .get(&format!("{PAGE}?action=client.created"))
            .await;
        assert!(rows.text.trim_start().starts_with("<div id=\"list\">"));
    })
    .await;
}
