//! Lists sorted by the heads of their columns, over all their pages.

use scraper::{Html, Selector};
use serde_json::json;

use crate::{
    client_pages::{attribute, texts},
    world::{User, World, on_each_engine},
};

/// Three clients, one of them in euros, with 18 recurring invoices each, some of which wait for review.
async fn many(world: &World) {
    let owner = &world.ours.owner;
    for (name, currency) in [("Avery", "USD"), ("bergen", "EUR"), ("Calder", "USD")] {
        let client = json!({ "name": name, "currency": currency });
        let client = owner.post("/api/v1/clients", client).await.json(201);
        for number in 0..18 {
            let frequency = ["monthly", "weekly", "annual"][number % 3];
            let price = format!("{}.00", (number * 7) % 18 + 1);
            let body = json!({ "client_id": client["id"], "name": format!("Plan {number:02} {name}"),
                "frequency": frequency, "start_date": format!("2026-06-{:02}", number + 10),
                "review_first": number % 4 == 0,
                "lines": [{ "description": "Work", "quantity": "1", "unit_price": price }] });
            owner
                .post("/api/v1/recurring-invoices", body)
                .await
                .json(201);
        }
    }
}

/// The cells of a column of all pages of a list.
async fn column(user: &User, path: &str, number: usize) -> Vec<String> {
    let (mut path, mut cells) = (path.to_owned(), Vec::new());
    loop {
        let page = user.get(&path).await.page();
        cells.extend(texts(
            &page,
            &format!("#list tbody tr > :nth-child({number})"),
        ));
        match link(&page, ".pager a:last-child", "Next") {
            Some(next) => path = next,
            None => return cells,
        }
    }
}

fn link(page: &Html, selector: &str, label: &str) -> Option<String> {
    let selector = Selector::parse(selector).unwrap();
    let mut links = page.select(&selector);
    let found = links.find(|it| it.text().collect::<String>().trim() == label)?;
    found.attr("href").map(str::to_owned)
}

/// Follows the head of a column, and checks that it says how the list is sorted.
async fn choose(user: &User, path: &str, label: &str, sorted: &str) -> String {
    let page = user.get(path).await.page();
    let to = link(&page, "#list th a", label).unwrap();
    let page = user.get(&to).await.page();
    assert_eq!(attribute(&page, "th[aria-sort]", "aria-sort"), sorted);
    assert_eq!(texts(&page, "th[aria-sort]"), [label]);
    to
}

fn is_sorted(cells: &[String]) -> bool {
    cells.is_sorted_by_key(|cell| cell.to_lowercase())
}

/// Amounts and their currencies.
fn amounts(cells: &[String]) -> Vec<(bool, i64)> {
    let minor = |cell: &String| {
        let digits: String = cell.chars().filter(char::is_ascii_digit).collect();
        (cell.starts_with('$'), digits.parse().unwrap())
    };
    cells.iter().map(minor).collect()
}

fn by_amount(mut amounts: Vec<(bool, i64)>, falling: bool) -> Vec<(bool, i64)> {
    amounts.sort_by_key(|(own, minor)| (!own, if falling { -minor } else { *minor }));
    amounts
}

#[tokio::test]
async fn recurring_invoices_are_sorted_by_every_column_over_all_pages() {
    on_each_engine(async |world| {
        many(world).await;
        let browser = &world.ours.browser;
        let page = browser.get("/recurring").await.page();
        assert_eq!(texts(&page, "th[aria-sort=ascending]"), ["Next invoice"]);
        for (label, number) in [("Name", 1), ("Client", 2)] {
            let rising = choose(browser, "/recurring?status=all", label, "ascending").await;
            let cells = column(browser, &rising, number).await;
            assert!(cells.len() == 54 && is_sorted(&cells), "{cells:?}");
            let falling = choose(browser, &rising, label, "descending").await;
            assert!(falling.contains("status=all"), "{falling}");
            let mut turned = column(browser, &falling, number).await;
            turned.reverse();
            assert_eq!(turned, cells);
        }
        let falling = choose(browser, "/recurring", "Amount", "descending").await;
        let cells = amounts(&column(browser, &falling, 3).await);
        assert_eq!(cells.len(), 54);
        assert_eq!(cells, by_amount(cells.clone(), true));
        let rising = choose(browser, &falling, "Amount", "ascending").await;
        let cells = amounts(&column(browser, &rising, 3).await);
        assert_eq!(cells, by_amount(cells.clone(), false));
        let rhythm = choose(browser, "/recurring", "Frequency", "ascending").await;
        let mut cells = column(browser, &rhythm, 4).await;
        cells.dedup();
        assert_eq!(cells, ["Weekly", "Monthly", "Annual"]);
        choose(browser, "/recurring", "Status", "ascending").await;
        let usual = choose(browser, &rhythm, "Next invoice", "ascending").await;
        assert_eq!(usual, "/recurring");
    })
    .await;
}

#[tokio::test]
async fn invoices_are_sorted_by_every_column_over_all_pages() {
    on_each_engine(async |world| {
        many(world).await;
        let run = json!({ "as_of": "2026-06-30" });
        let run = world.ours.owner.post("/api/v1/billing-runs", run).await;
        let made = usize::try_from(run.json(201)["created"].as_u64().unwrap()).unwrap();
        assert!(made > 60, "{made}");
        let browser = &world.ours.browser;
        let page = browser.get("/invoices").await.page();
        assert!(texts(&page, "th[aria-sort]").is_empty());
        let status = choose(browser, "/invoices", "Status", "ascending").await;
        let mut cells = column(browser, &status, 7).await;
        cells.dedup();
        assert_eq!(cells, ["Needs review", "Issued"]);
        for (label, number) in [("Number", 1), ("Client", 2)] {
            let first = if number == 1 {
                "descending"
            } else {
                "ascending"
            };
            let to = choose(browser, "/invoices", label, first).await;
            let mut cells = column(browser, &to, number).await;
            assert_eq!(cells.len(), made);
            if number == 1 {
                let drafts = cells.iter().rev().take_while(|it| *it == "Draft");
                cells.truncate(made - drafts.count());
                cells.reverse();
            }
            assert!(is_sorted(&cells), "{label}: {cells:?}");
        }
        for (label, number) in [("Total", 5), ("Balance", 6)] {
            let falling = choose(browser, "/invoices", label, "descending").await;
            let cells = amounts(&column(browser, &falling, number).await);
            assert_eq!(cells, by_amount(cells.clone(), true), "{label}");
            let rising = choose(browser, &falling, label, "ascending").await;
            let cells = amounts(&column(browser, &rising, number).await);
            assert!(cells.len() == made && cells == by_amount(cells.clone(), false));
        }
        for label in ["Issued", "Due"] {
            let first = if label == "Due" {
                "ascending"
            } else {
                "descending"
            };
            let to = choose(browser, "/invoices", label, first).await;
            let cells = column(browser, &to, 3).await;
            let drafts = cells.iter().skip_while(|it| *it != "Not issued");
            assert!(
                drafts.clone().all(|it| it == "Not issued"),
                "drafts come last"
            );
            assert!(drafts.count() > 0 && cells.len() == made);
        }
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_is_sorted_by_time_and_person_over_all_pages() {
    on_each_engine(async |world| {
        for number in 0..56 {
            let by = [&world.ours.owner, &world.ours.admin][number % 2];
            world.set_now(&format!("2026-06-15T12:{number:02}:00Z"));
            let client = json!({ "name": format!("Client {number:02}") });
            by.post("/api/v1/clients", client).await.json(201);
        }
        let browser = &world.ours.browser;
        let page = browser.get("/admin/audit").await.page();
        assert_eq!(texts(&page, "th[aria-sort=descending]"), ["When"]);
        let list = "/admin/audit?action=client.created";
        let all = async |path: &str| {
            let rows = column(browser, path, 2).await;
            let told = rows.iter().filter(|row| row.contains("Client"));
            told.cloned().collect::<Vec<_>>()
        };
        let newest = all(list).await;
        assert!(
            newest.len() == 56 && newest[0].contains("Client 55"),
            "{newest:?}"
        );
        let mut oldest = all(&choose(browser, list, "When", "ascending").await).await;
        oldest.reverse();
        assert_eq!(oldest, newest);
        let rising = choose(browser, list, "Who and what", "ascending").await;
        let people = all(&rising).await;
        assert!(people.len() == 56 && is_sorted(&people), "{people:?}");
        let mut turned = all(&choose(browser, &rising, "Who and what", "descending").await).await;
        turned.reverse();
        assert_eq!(turned, people);
    })
    .await;
}

#[tokio::test]
async fn a_cursor_of_another_order_is_refused() {
    on_each_engine(async |world| {
        many(world).await;
        let browser = &world.ours.browser;
        let page = browser.get("/recurring?sort=-amount").await.page();
        let next = link(&page, ".pager a:last-child", "Next").unwrap();
        let other = next.replace("sort=-amount", "sort=name");
        assert_eq!(browser.get(&other).await.status, 422);
        let hidden = attribute(&page, "input[name=sort][form=recurring-filters]", "value");
        assert_eq!(hidden, "-amount", "the filters keep the order");
    })
    .await;
}
