//! The pages of clients, through HTML.

use axum::http::StatusCode;
use scraper::{Html, Selector};
use serde_json::json;

use crate::{
    clients::{make_client, only},
    world::{Answer, User, World, on_each_engine},
};

/// The texts of all elements that a selector finds.
pub fn texts(page: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    let text = |element: scraper::ElementRef<'_>| element.text().collect::<String>();
    page.select(&selector)
        .map(|it| text(it).trim().to_owned())
        .collect()
}

/// An attribute of the first element that a selector finds.
#[track_caller]
pub fn attribute(page: &Html, selector: &str, name: &str) -> String {
    let found = page.select(&Selector::parse(selector).unwrap()).next();
    let element = found.unwrap_or_else(|| panic!("no {selector}"));
    element.attr(name).unwrap_or_default().to_owned()
}

/// The page of a form that was refused.
#[track_caller]
pub fn refused(answer: &Answer) -> Html {
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        answer.text
    );
    Html::parse_document(&answer.text)
}

/// Every link of a page leads to a page.
pub async fn follow_links(user: &User, path: &str) {
    let page = user.get(path).await.page();
    let links: Vec<String> = page
        .select(&Selector::parse("main a[href]").unwrap())
        .map(|link| link.attr("href").unwrap().to_owned())
        .collect();
    for link in links {
        let status = user.get(&link).await.status;
        let there = status == StatusCode::OK || status == StatusCode::SEE_OTHER;
        assert!(there, "{path} leads to {link}: {status}");
    }
}

async fn fragment(world: &World, path: &str) -> Answer {
    world.ours.browser.script().get(path).await
}

#[tokio::test]
async fn the_list_of_clients_says_what_to_do_when_it_is_empty() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        let page = browser.get("/clients").await.page();
        assert_eq!(texts(&page, "#list h2"), ["No clients yet"]);
        make_client(&world.ours.owner, "Harbor Dental").await;
        let page = browser.get("/clients?q=nothing").await.page();
        assert_eq!(texts(&page, "#list h2"), ["No client matches"]);
        assert_eq!(attribute(&page, "main input[name=q]", "value"), "nothing");
        follow_links(browser, "/clients").await;
    })
    .await;
}

#[tokio::test]
async fn the_list_of_clients_is_searched_filtered_and_paged() {
    on_each_engine(async |world| {
        let (owner, browser) = (&world.ours.owner, &world.ours.browser);
        for number in 0..60 {
            make_client(owner, &format!("Client {number:02}")).await;
        }
        let gone = make_client(owner, "Client gone").await;
        owner
            .delete(&format!("/api/v1/clients/{gone}"))
            .await
            .json(200);

        let names = async |path: &str| texts(&browser.get(path).await.page(), "#list tbody th a");
        let first = browser.get("/clients?q=client").await.page();
        assert_eq!(texts(&first, "#list tbody th a").len(), 50);
        let next = attribute(&first, ".pager a", "href");
        assert!(next.contains("q=client"), "{next}");
        let rest = names(&next).await;
        assert_eq!(rest.len(), 10);
        assert_eq!(rest[9], "Client 59");
        assert_eq!(names("/clients?status=archived").await, ["Client gone"]);
        assert_eq!(names("/clients?q=client+0").await.len(), 10);

        let part = fragment(world, "/clients?q=client+0").await;
        assert!(
            part.text.trim_start().starts_with("<div id=\"list\">"),
            "{}",
            part.text
        );
    })
    .await;
}

#[tokio::test]
async fn a_refused_form_of_a_client_comes_back_filled_with_the_messages_at_its_fields() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        let blank = browser.get("/clients/new").await.page();
        assert_eq!(attribute(&blank, "#payment_terms_days", "value"), "30");
        assert_eq!(texts(&blank, "#currency option[selected]"), ["USD"]);
        let fields = [
            ("name", ""),
            ("website", "harbor.example"),
            ("email", "<nobody>"),
            ("address", "1 Quay\r\nBoston"),
            ("currency", "EUR"),
            ("payment_terms_days", "soon"),
            ("tax_exempt", "true"),
        ];
        let page = refused(&browser.submit("/clients/new", &fields).await);
        assert_eq!(texts(&page, "#name-error"), ["Enter the client's name."]);
        assert_eq!(attribute(&page, "#name", "aria-invalid"), "true");
        assert_eq!(attribute(&page, "#name", "aria-describedby"), "name-error");
        assert_eq!(attribute(&page, "#website", "value"), "harbor.example");
        assert_eq!(attribute(&page, "#email", "value"), "<nobody>");
        assert_eq!(texts(&page, "#email-error").len(), 1);
        assert_eq!(texts(&page, "#address"), ["1 Quay\nBoston"]);
        assert_eq!(texts(&page, "#currency option[selected]"), ["EUR"]);
        assert_eq!(attribute(&page, "#payment_terms_days", "value"), "soon");
        assert_eq!(texts(&page, "#payment_terms_days-error").len(), 1);
        attribute(&page, "#tax_exempt[checked]", "id");
    })
    .await;
}

#[tokio::test]
async fn a_client_is_made_edited_and_archived_by_its_pages() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        let fields = [
            ("name", "Harbor & Sons"),
            ("account_reference", "ACC-1"),
            ("currency", "GBP"),
            ("payment_terms_days", "14"),
        ];
        let path = browser
            .submit("/clients/new", &fields)
            .await
            .location()
            .to_owned();
        let page = browser.get(&path).await.page();
        assert!(texts(&page, "h1")[0].starts_with("Harbor & Sons"));
        follow_links(browser, &path).await;

        let form = browser.get(&format!("{path}/edit")).await.page();
        assert_eq!(attribute(&form, "#name", "value"), "Harbor & Sons");
        assert_eq!(attribute(&form, "input[name=version]", "value"), "1");
        let mut fields = vec![
            ("name", "Harbor"),
            ("currency", "GBP"),
            ("payment_terms_days", "14"),
            ("version", "1"),
        ];
        let saved = browser.submit(&format!("{path}/edit"), &fields).await;
        assert_eq!(saved.location(), path);

        fields[0].1 = "Stale";
        let page = refused(&browser.submit(&format!("{path}/edit"), &fields).await);
        assert!(texts(&page, ".notice")[0].contains("replaces their change"));
        assert_eq!(
            attribute(&page, "#name", "value"),
            "Stale",
            "what was typed is kept"
        );
        assert_eq!(attribute(&page, "input[name=version]", "value"), "2");

        let question = fragment(world, &format!("{path}/archive")).await;
        assert!(
            question.text.trim_start().starts_with("<dialog"),
            "{}",
            question.text
        );
        let question = browser.get(&format!("{path}/archive")).await.page();
        assert_eq!(texts(&question, "h1"), ["Archive Harbor?"]);
        let archived = browser.submit(&format!("{path}/archive"), &[]).await;
        let page = browser.get(archived.location()).await.page();
        assert!(texts(&page, "h1")[0].contains("Archived"));
        follow_links(browser, &path).await;
        let restored = browser.submit(&format!("{path}/restore"), &[]).await;
        assert!(texts(&browser.get(restored.location()).await.page(), "h1")[0].contains("Active"));
    })
    .await;
}

#[tokio::test]
async fn clients_with_the_same_reference_are_shown_to_each_other() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let made = async |name: &str| {
            let body = json!({ "name": name, "account_reference": "ACC-7" });
            let client = owner.post("/api/v1/clients", body).await.json(201);
            client["id"].as_str().unwrap().to_owned()
        };
        let (first, second) = (made("First").await, made("Second").await);
        let page = world
            .ours
            .browser
            .get(&format!("/clients/{first}"))
            .await
            .page();
        assert!(texts(&page, ".notice")[0].contains("Second"));
        assert_eq!(
            attribute(&page, ".notice a", "href"),
            format!("/clients/{second}")
        );
    })
    .await;
}

#[tokio::test]
async fn the_search_box_offers_active_clients() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let id = make_client(owner, "Harbor <Dental>").await;
        make_client(owner, "The Harbor").await;
        make_client(owner, "Old Mill").await;
        let answer = fragment(world, "/clients/options?q=harb").await;
        let options = Html::parse_fragment(&answer.text);
        assert_eq!(
            texts(&options, "li[role=option]"),
            ["Harbor <Dental>", "The Harbor"]
        );
        assert_eq!(attribute(&options, "li", "data-value"), id);
        assert!(
            fragment(world, "/clients/options?q=zzz")
                .await
                .text
                .trim()
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn d30_pages_of_clients_offer_what_the_permissions_allow() {
    on_each_engine(async |world| {
        let id = make_client(&world.ours.owner, "A").await;
        only(world, "audit.read").await;
        let member = world.sign_in("member@ours.example").await;
        let page = member.get(&format!("/clients/{id}")).await;
        assert!(!page.text.contains("/edit") && !page.text.contains("/recurring/new"));
        assert!(!member.get("/clients").await.text.contains("/clients/new"));
        for path in ["/clients/new".to_owned(), format!("/clients/{id}/edit")] {
            assert_eq!(member.get(&path).await.status, StatusCode::FORBIDDEN);
            assert_eq!(
                member.submit(&path, &[("name", "B")]).await.status,
                StatusCode::FORBIDDEN
            );
        }
        let archive = format!("/clients/{id}/archive");
        assert_eq!(
            member.submit(&archive, &[]).await.status,
            StatusCode::FORBIDDEN
        );
    })
    .await;
}

#[tokio::test]
async fn i12_pages_of_another_organizations_client_are_not_there() {
    on_each_engine(async |world| {
        let id = make_client(&world.ours.owner, "A").await;
        let them = &world.theirs.browser;
        for path in ["", "/edit", "/archive"] {
            assert_eq!(
                them.get(&format!("/clients/{id}{path}")).await.status,
                StatusCode::NOT_FOUND
            );
        }
        for path in ["/edit", "/archive", "/restore"] {
            let answer = them
                .submit(&format!("/clients/{id}{path}"), &[("name", "B")])
                .await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND);
        }
    })
    .await;
}
