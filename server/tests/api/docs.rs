//! `/api/docs`: the document as pages.

use axum::http::StatusCode;
use scraper::Html;

use crate::{
    contract::{calls, document},
    pax8_pages::{attribute, count, text, texts},
    world::{World, on_each_engine},
};

/// The page with the calls of a tag.
async fn page_of(world: &World, tag: &str) -> Html {
    let path = format!("/api/docs/{}", tag.replace(' ', "-"));
    world.nobody().get(&path).await.page()
}

#[tokio::test]
async fn the_pages_are_open_and_have_every_call_with_a_place_of_its_own() {
    on_each_engine(async |world| {
        let overview = world.nobody().get("/api/docs").await.page();
        let document = document(world).await;
        let calls = calls(&document);
        assert_eq!(count(&overview, "main tbody tr"), calls.len());
        for tag in document["tags"].as_array().unwrap() {
            let tag = tag["name"].as_str().unwrap();
            let html = page_of(world, tag).await;
            let calls: Vec<_> = calls
                .iter()
                .filter(|it| it.said["tags"][0] == tag)
                .collect();
            assert_eq!(count(&html, "article"), calls.len(), "{tag}");
            for call in calls {
                let id = call.said["operationId"].as_str().unwrap();
                let slug = tag.replace(' ', "-");
                let link = format!("main a[href='/api/docs/{slug}#{id}'] code");
                assert_eq!(text(&overview, &link), call.path);
                assert_eq!(text(&html, &format!("article#{id} h2 .badge")), call.method);
                assert_eq!(text(&html, &format!("article#{id} h2 code")), call.path);
                let link = format!(".sidebar a[href='#{id}']");
                assert_eq!(count(&html, &link), 1, "{id}");
                let curl = &texts(&html, &format!("article#{id} pre"))[0];
                let address = format!("'http://localhost/api/v1{}'", call.path);
                assert!(curl.contains(&address), "{curl}");
                if call.example().is_some() {
                    assert!(curl.contains("-d '{"), "{curl}");
                }
            }
        }
        let nowhere = world.nobody().get("/api/docs/no-such-tag").await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn the_page_says_what_a_call_needs_takes_and_answers() {
    on_each_engine(async |world| {
        let document = document(world).await;
        let id = "put_integrations_pax8_subscriptions_one_billing";
        let calls = calls(&document);
        let call = calls
            .iter()
            .find(|it| it.said["operationId"] == id)
            .unwrap();
        let html = page_of(world, call.said["tags"][0].as_str().unwrap()).await;
        let id = format!("article#{id}");
        let said = texts(&html, &format!("{id} .card-body > p")).join(" ");
        assert!(
            said.contains("Needs the permission integrations.manage"),
            "{said}"
        );
        assert!(said.contains("licence feature pax8Integration"), "{said}");
        let names = texts(&html, &format!("{id} tbody th"));
        for name in [
            "id",
            "markup",
            "markup.type",
            "override_price",
            "bill_price",
            "warnings",
        ] {
            assert!(names.iter().any(|it| it == name), "{name}: {names:?}");
        }
        let summaries = texts(&html, &format!("{id} summary"));
        let refusals = "Refusals: 400, 401, 403, 404, 409, 415, 422, 429, 503";
        assert!(summaries.iter().any(|it| it == refusals), "{summaries:?}");
    })
    .await;
}

#[tokio::test]
async fn the_page_needs_no_other_host_and_nothing_inline() {
    on_each_engine(async |world| {
        let answer = world.nobody().get("/api/docs").await;
        assert!(!answer.text.contains(" style=") && !answer.text.contains("onclick"));
        let html = answer.page();
        for script in [
            "script:not([src^='/assets/'])",
            "link:not([href^='/assets/'])",
            "style",
            "img",
        ] {
            assert_eq!(count(&html, script), 0, "{script}");
        }
        let home = world.ours.browser.get("/").await.page();
        let link = attribute(&home, "#user-menu a[href='/api/docs']", "href");
        assert!(link.is_some());
    })
    .await;
}
