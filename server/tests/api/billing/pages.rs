//! The pages of invoices and billing runs.

use ascent::recurring::RecurringDetails;
use scraper::{ElementRef, Html, Selector};

use super::books::{Books, Linked, monthly};
use crate::world::on_each_engine;

fn find<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn text(element: &ElementRef<'_>) -> String {
    element
        .text()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn all_text(page: &Html, selector: &str) -> String {
    find(page, selector)
        .iter()
        .map(text)
        .collect::<Vec<_>>()
        .join(" ")
}

/// One issued invoice with a linked subscription, one draft with a held one.
async fn some_invoices(books: &Books<'_>) {
    let client = books.client("Harbor Dental").await;
    let recurring = books.recurring(&client, monthly()).await;
    books.link(&recurring, Linked::default()).await;
    let client = books.client("Old Mill Bakery").await;
    let recurring = books.recurring(&client, monthly()).await;
    books
        .link(
            &recurring,
            Linked {
                missing: true,
                ..Linked::default()
            },
        )
        .await;
    books.run("2026-06-15").await;
}

async fn id_of(books: &Books<'_>, client: &str) -> String {
    let invoices = books.invoices().await;
    let mut of = invoices.iter().filter(|it| it["client"]["name"] == client);
    of.next().unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_list_is_searched_filtered_and_says_what_needs_review() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let browser = &world.ours.browser;
        let empty = browser.get("/invoices").await.page();
        assert!(all_text(&empty, ".empty").contains("No invoices yet"));
        some_invoices(&books).await;
        let page = browser.get("/invoices").await.page();
        assert!(all_text(&page, ".notice-warn").contains("1 draft needs review, worth $100.00"));
        assert_eq!(find(&page, "tbody tr").len(), 2);
        for (query, client) in [
            ("q=harbor", "Harbor Dental"),
            ("q=inv-0001", "Harbor Dental"),
            ("status=review", "Old Mill Bakery"),
            ("status=issued", "Harbor Dental"),
        ] {
            let page = browser.get(&format!("/invoices?{query}")).await.page();
            assert_eq!(find(&page, "tbody tr").len(), 1, "{query}");
            assert!(all_text(&page, "tbody").contains(client), "{query}");
        }
        let nothing = browser.get("/invoices?q=100%25").await.page();
        assert!(all_text(&nothing, ".empty").contains("No invoice matches"));
    })
    .await;
}

#[tokio::test]
async fn d27_every_line_answers_why_this_amount() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        some_invoices(&books).await;
        let id = id_of(&books, "Harbor Dental").await;
        let page = world
            .ours
            .browser
            .get(&format!("/invoices/{id}"))
            .await
            .page();
        assert!(
            all_text(&page, "h1").contains("INV-0001 Issued")
                || all_text(&page, "h1").contains("INV-0001Issued")
        );
        let answers = find(&page, "details.explain");
        assert_eq!(answers.len(), 2);
        let why = text(&answers[1]);
        for part in [
            "Why this amount?",
            "18.50 USD",
            "18.50 + 20 % = 22.20 USD",
            "5 × 22.20 = 111.00 USD",
        ] {
            assert!(why.contains(part), "{part} is not in {why}");
        }
        let pdf = find(&page, "a[href$='.pdf']")[0]
            .value()
            .attr("href")
            .unwrap()
            .to_owned();
        assert_eq!(world.ours.browser.get(&pdf).await.status, 200);
        assert!(find(&page, "a[href$='/issue']").is_empty());
    })
    .await;
}

#[tokio::test]
async fn d26_a_draft_shows_what_is_held_and_is_issued_after_a_question() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        some_invoices(&books).await;
        let browser = &world.ours.browser;
        let path = format!("/invoices/{}", id_of(&books, "Old Mill Bakery").await);
        let page = browser.get(&path).await.page();
        let notices = all_text(&page, ".notice-warn");
        assert!(
            notices.contains("1 held") && notices.contains("Not found in Pax8 since"),
            "{notices}"
        );
        let decide = find(&page, ".notice-warn a")[0]
            .value()
            .attr("href")
            .unwrap()
            .to_owned();
        assert!(
            browser
                .get(&decide)
                .await
                .page()
                .html()
                .contains("Markup Type")
        );
        let question = browser.get(&format!("{path}/issue")).await.page();
        let asked = all_text(&question, "main");
        assert!(
            asked.contains("Old Mill Bakery is asked to pay $100.00")
                && asked.contains("1 held subscription is not on it"),
            "{asked}"
        );
        let recalculated = browser.submit(&format!("{path}/recalculate"), &[]).await;
        assert_eq!(recalculated.location(), path);
        let issued = browser.submit(&format!("{path}/issue"), &[]).await;
        assert_eq!(issued.location(), path);
        assert!(all_text(&browser.get(&path).await.page(), "h1").contains("INV-0002"));
        let question = browser.get(&format!("{path}/void")).await.page();
        assert!(all_text(&question, "main").contains("keeps its number"));
        browser.submit(&format!("{path}/void"), &[]).await;
        let page = browser.get(&path).await.page();
        assert!(all_text(&page, "h1").contains("Void"));
        let refused = browser.submit(&format!("{path}/issue"), &[]).await;
        assert_eq!(refused.location(), path);
        assert!(all_text(&browser.get(&path).await.page(), "h1").contains("Void"));
    })
    .await;
}

#[tokio::test]
async fn a_run_is_rehearsed_then_made_and_shows_what_came_of_it() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, monthly()).await;
        let empty = RecurringDetails {
            name: "Empty".to_owned(),
            lines: Vec::new(),
            ..monthly()
        };
        books.recurring(&client, empty).await;
        let browser = &world.ours.browser;
        let form = browser.get("/billing-runs").await.page();
        assert!(all_text(&form, "main").contains("No run yet. The first one is made"));
        let other = browser.get("/billing-runs?as_of=2026-07-01").await.page();
        assert_eq!(
            find(&other, "input[name=as_of]")[0].value().attr("value"),
            Some("2026-07-01")
        );
        assert_eq!(
            find(&form, "input[name=as_of]")[0].value().attr("value"),
            Some("2026-06-15")
        );
        let refused = browser
            .submit("/billing-runs", &[("as_of", "2206-01-01")])
            .await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.text.contains("value=\"2206-01-01\"") && refused.text.contains("no later than")
        );

        let dry = browser
            .submit(
                "/billing-runs",
                &[("as_of", "2026-06-15"), ("dry_run", "on")],
            )
            .await
            .page();
        assert!(all_text(&dry, "h1").contains("Dry run of 15 Jun 2026"));
        assert!(all_text(&dry, "main").contains("$100.00"));
        assert!(books.invoices().await.is_empty());

        let made = browser
            .submit("/billing-runs", &[("as_of", "2026-06-15")])
            .await;
        world.work().await;
        let page = browser.get(made.location()).await.page();
        let shown = all_text(&page, "main");
        for part in [
            "Billing run of 15 Jun 2026",
            "INV-0001",
            "Harbor Dental",
            "$100.00",
            "Empty",
            "Nothing to bill",
        ] {
            assert!(shown.contains(part), "{part} is not in {shown}");
        }
        let form = browser.get("/billing-runs").await.page();
        assert!(all_text(&form, "main").contains("1 made, 1 skipped"));
        assert_eq!(world.theirs.browser.get(made.location()).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_long_run_is_shown_page_by_page_with_drafts_first_and_the_sums_of_all() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        for _ in 0..101 {
            books.recurring(&client, monthly()).await;
        }
        let reviewed = RecurringDetails {
            review_first: true,
            ..monthly()
        };
        for _ in 0..2 {
            books.recurring(&client, reviewed.clone()).await;
        }
        let browser = &world.ours.browser;
        let day = [("as_of", "2026-06-15")];
        let made = browser.submit("/billing-runs", &day).await;
        world.work().await;
        let first = browser.get(made.location()).await.page();
        let tiles = all_text(&first, ".tiles");
        for part in ["101", "$10,100.00", "$200.00"] {
            assert!(tiles.contains(part), "{part} is not in {tiles}");
        }
        let rows = |page: &Html, title: &str| {
            let table = format!("section[aria-labelledby={title}] tbody tr");
            find(page, &table).len()
        };
        assert_eq!((rows(&first, "review"), rows(&first, "issued")), (2, 98));
        let next = find(&first, ".pager a")[0].value().attr("href").unwrap();
        let second = browser.get(next).await.page();
        assert_eq!((rows(&second, "review"), rows(&second, "issued")), (0, 3));
        assert_eq!(all_text(&second, ".tiles"), tiles);
        let part = browser.script().get(next).await;
        assert!(part.text.contains("id=\"list\"") && !part.text.contains("<html"));
        assert_eq!(find(&second, ".pager a").len(), 1, "the first page only");
    })
    .await;
}
