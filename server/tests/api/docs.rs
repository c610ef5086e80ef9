//! `/api/docs`: the document as a page.

use crate::{
    contract::{calls, document},
    pax8_pages::{attribute, count, text, texts},
    world::on_each_engine,
};

#[tokio::test]
async fn the_page_is_open_and_has_every_call_with_a_place_of_its_own() {
    on_each_engine(async |world| {
        let answer = world.nobody().get("/api/docs").await;
        let html = answer.page();
        let calls = calls(&document(world).await);
        assert_eq!(count(&html, "article"), calls.len());
        for call in &calls {
            let id = call.said["operationId"].as_str().unwrap();
            assert_eq!(text(&html, &format!("article#{id} h3 .badge")), call.method);
            assert_eq!(text(&html, &format!("article#{id} h3 code")), call.path);
            assert_eq!(
                count(&html, &format!(".sidebar a[href='#{id}']")),
                1,
                "{id}"
            );
            let curl = &texts(&html, &format!("article#{id} pre"))[0];
            assert!(
                curl.contains(&format!("'http://localhost/api/v1{}'", call.path)),
                "{curl}"
            );
            if call.example().is_some() {
                assert!(curl.contains("-d '{"), "{curl}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_page_says_what_a_call_needs_takes_and_answers() {
    on_each_engine(async |world| {
        let html = world.nobody().get("/api/docs").await.page();
        let id = "article#put_integrations_pax8_subscriptions_one_billing";
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
        let refusals = "Refusals: 400, 401, 403, 404, 409, 422, 503";
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
