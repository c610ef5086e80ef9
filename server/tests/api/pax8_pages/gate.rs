//! Who gets to see the Pax8 pages.

use ascent::accounts::Permission;
use axum::http::{Method, StatusCode};
use pax8_sandbox::demo;
use serde_json::json;

use super::{PAGE, company, connect_with_clients, subscription};
use crate::{
    estate::CLIENT_SECRET,
    roles::restrict_admin,
    world::{World, on_each_engine},
};

/// The pages; the last sync's is nobody's where there was none.
async fn paths(world: &World) -> Vec<String> {
    let (company, subscription) = (company(world, 1), subscription(world, 1));
    let sync = world.last_sync(&world.ours).await["id"].clone();
    let sync = sync.as_str().unwrap_or("none").to_owned();
    [
        String::new(),
        "/status".to_owned(),
        "/disconnect".to_owned(),
        "/subscriptions".to_owned(),
        "/companies/mappings".to_owned(),
        format!("/companies/{company}"),
        format!("/companies/{company}/subscriptions"),
        format!("/companies/{company}/mapping"),
        format!("/companies/{company}/unlink"),
        format!("/subscriptions/{subscription}/billing"),
        format!("/subscriptions/{subscription}/history"),
        format!("/syncs/{sync}/changes"),
    ]
    .map(|path| format!("{PAGE}{path}"))
    .into()
}

fn forms(world: &World) -> Vec<String> {
    let (company, subscription) = (company(world, 1), subscription(world, 1));
    [
        "/syncs".to_owned(),
        "/credentials".to_owned(),
        "/credential-tests".to_owned(),
        "/options".to_owned(),
        "/disconnect".to_owned(),
        "/companies/mappings".to_owned(),
        format!("/companies/{company}/mapping"),
        format!("/companies/{company}/unlink"),
        format!("/subscriptions/{subscription}/billing"),
        format!("/subscriptions/{subscription}/billing/preview"),
        format!("/subscriptions/{subscription}/accept-change"),
    ]
    .map(|path| format!("{PAGE}{path}"))
    .into()
}

#[tokio::test]
async fn s22_s24_i11_without_the_licence_every_page_shows_the_upgrade_and_the_data_stays() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let pages = paths(world).await;
        world
            .set_feature(&world.ours, "pax8Integration", false)
            .await;
        for path in pages {
            let answer = world.ours.browser.get(&path).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            assert!(answer.text.contains("pax8Integration"), "{path}");
            assert!(!answer.text.contains("Lakeside"), "{path}");
        }
        for path in forms(world) {
            let answer = world.ours.browser.submit(&path, &[]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        world
            .set_feature(&world.ours, "pax8Integration", true)
            .await;
        let answer = world.ours.browser.get(PAGE).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.text.contains("Lakeside"));
    })
    .await;
}

/// Where the forms of a page lead, with the ids of records taken out.
fn actions(html: &scraper::Html) -> Vec<String> {
    let forms = scraper::Selector::parse("main form[method=post]").unwrap();
    let blank = |action: &str| {
        let words = action.split('/');
        let words = words.map(|word| if word.len() == 36 { "…" } else { word });
        words.collect::<Vec<_>>().join("/")
    };
    html.select(&forms)
        .filter_map(|form| form.attr("action"))
        .map(blank)
        .collect()
}

#[tokio::test]
async fn i1_no_page_holds_the_secret_or_its_sealed_form() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let sealed = world.sealed().await.unwrap();
        let mut pages = paths(world).await;
        pages.push(format!("{PAGE}?company={}", company(world, 1)));
        for path in pages {
            let answer = world.ours.browser.get(&path).await;
            assert!(
                !answer.text.is_empty() || answer.status.is_redirection(),
                "{path}"
            );
            assert!(!answer.text.contains(CLIENT_SECRET), "{path}");
            for text in &sealed {
                assert!(!answer.text.contains(text.as_str()), "{path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn s12_s13_no_form_of_the_pages_makes_changes_or_cancels_a_subscription() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let known = [
            "/syncs",
            "/credentials",
            "/credential-tests",
            "/options",
            "/disconnect",
            "/companies/mappings",
            "/companies/…/mapping",
            "/companies/…/unlink",
            "/subscriptions/…/billing",
            "/subscriptions/…/billing/preview",
            "/subscriptions/…/accept-change",
        ]
        .map(|path| format!("{PAGE}{path}"));
        let mut pages = paths(world).await;
        pages.push(format!("{PAGE}?company={}", company(world, 1)));
        let mut seen = 0;
        for path in pages {
            let answer = world.ours.browser.get(&path).await;
            for action in actions(&scraper::Html::parse_document(&answer.text)) {
                assert!(known.contains(&action), "{path}: {action}");
                seen += 1;
            }
        }
        assert!(seen > 10, "{seen}");
        for path in forms(world) {
            world.ours.browser.submit(&path, &[]).await;
        }
        world.work().await;
        let counters = world.sandbox.sandbox().counters();
        assert_eq!(
            counters.refused_writes, 0,
            "nothing was sent to Pax8 either"
        );
    })
    .await;
}

#[tokio::test]
async fn s21_s22_the_key_of_the_feature_opens_the_pages_and_no_other_key_does() {
    on_each_engine(async |world| {
        world
            .set_feature(&world.ours, "pax8Integration", false)
            .await;
        for other in ["pax8integration", "pax8_integration", "Pax8Integration"] {
            world.set_feature(&world.ours, other, true).await;
            let answer = world.ours.browser.get(PAGE).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{other}");
        }
        world
            .set_feature(&world.ours, "pax8Integration", true)
            .await;
        assert_eq!(world.ours.browser.get(PAGE).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn s26_s28_s29_a_member_reaches_neither_pages_nor_forms() {
    on_each_engine(async |world| {
        let member = world.sign_in("member@ours.example").await;
        let mut refused = paths(world).await;
        refused.push("/admin/integrations".to_owned());
        for path in refused {
            let answer = member.get(&path).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        for path in forms(world) {
            let answer = member.submit(&path, &[]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        let home = member.get("/").await;
        assert_eq!(home.status, StatusCode::OK);
        assert!(!home.text.contains("/admin/"), "no link leads to a refusal");
    })
    .await;
}

#[tokio::test]
async fn s26_s27_owner_and_administrator_open_the_admin_area_and_the_page() {
    on_each_engine(async |world| {
        for email in ["owner@ours.example", "admin@ours.example"] {
            let browser = world.sign_in(email).await;
            for path in ["/admin/integrations", PAGE] {
                let answer = browser.get(path).await;
                assert_eq!(answer.status, StatusCode::OK, "{email} {path}");
            }
            let home = browser.get("/").await.text;
            assert!(home.contains("href=\"/admin/integrations\""), "{email}");
        }
    })
    .await;
}

#[tokio::test]
async fn s29_the_pages_need_the_permission_to_manage_integrations_and_no_other() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let all = Permission::ALL.map(Permission::as_str).into_iter();
        let others: Vec<_> = all.filter(|it| *it != "integrations.manage").collect();
        let role = restrict_admin(world, &others).await;
        let admin = world.sign_in("admin@ours.example").await;
        for path in paths(world)
            .await
            .into_iter()
            .chain(["/admin/integrations".to_owned()])
        {
            let answer = admin.get(&path).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            assert!(answer.text.contains("integrations.manage"), "{path}");
        }
        for path in forms(world) {
            let answer = admin.submit(&path, &[]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        let change = json!({ "permissions": ["integrations.manage"] });
        let role = format!("/api/v1/roles/{}", role["id"].as_str().unwrap());
        world.ours.owner.patch(&role, change).await.json(200);
        for path in paths(world)
            .await
            .into_iter()
            .chain(["/admin/integrations".to_owned()])
        {
            let answer = admin.get(&path).await;
            // Some paths are parts of the page and lead back to it.
            let open = [StatusCode::OK, StatusCode::SEE_OTHER];
            assert!(open.contains(&answer.status), "{path}: {}", answer.status);
        }
        for path in ["/admin/integrations", PAGE] {
            admin.get(path).await.page();
        }
    })
    .await;
}

#[tokio::test]
async fn i12_another_organizations_records_are_not_there() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        for path in paths(world).await.iter().skip(5) {
            let answer = world.theirs.browser.script().get(path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        for path in forms(world).iter().skip(6) {
            let any = company(world, 1);
            let fields = [("client_id", any.as_str())];
            let answer = world.theirs.browser.submit(path, &fields).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        let page = world.theirs.browser.get(PAGE).await;
        assert!(!page.text.contains("Lakeside") && !page.text.contains(&demo::company_id(1)));
    })
    .await;
}

#[tokio::test]
async fn a_form_without_its_token_does_nothing() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let before = world.sealed().await;
        for path in forms(world) {
            let answer = world
                .ours
                .browser
                .send(
                    Method::POST,
                    &path,
                    "application/x-www-form-urlencoded",
                    axum::body::Body::from("csrf_token=wrong"),
                )
                .await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{path}");
        }
        assert_eq!(world.sealed().await, before);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_id_leads_nowhere() {
    on_each_engine(async |world| {
        for path in [
            "companies/x",
            "companies/x/unlink",
            "subscriptions/x/billing",
            "subscriptions/x/history",
            "syncs/x/changes",
        ] {
            let answer = world
                .ours
                .browser
                .script()
                .get(&format!("{PAGE}/{path}"))
                .await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
    })
    .await;
}
