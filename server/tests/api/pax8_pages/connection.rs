//! Connection Status, API Credentials, Sync Options, Disconnect Pax8.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use pax8_sandbox::{Fault, Place, What};
use scraper::{Html, Selector};

use super::{PAGE, attribute, connect_with_clients, count, text, texts};
use crate::{
    estate::{CLIENT_ID, CLIENT_SECRET},
    world::{World, on_each_engine},
};

async fn page(world: &World) -> Html {
    world.ours.browser.get(PAGE).await.page()
}

fn badge(html: &Html) -> String {
    text(html, "#connection-status .card-head .badge")
}

/// What stands under a term of the status card.
fn fact(html: &Html, term: &str) -> Option<String> {
    let terms = texts(html, "#connection-status dt");
    let values = texts(html, "#connection-status dd");
    let at = terms.iter().position(|it| it == term)?;
    values.get(at).cloned()
}

#[tokio::test]
async fn s30_the_integrations_page_lists_pax8_and_leads_to_its_page() {
    on_each_engine(async |world| {
        let html = world.ours.browser.get("/admin/integrations").await.page();
        assert_eq!(text(&html, ".integration h2"), "Pax8");
        assert_eq!(text(&html, ".integration .badge"), "Not Connected");
        let link = attribute(&html, ".integration a.btn", "href");
        assert_eq!(link.as_deref(), Some(PAGE));
        let sidebar = "#sidebar a[href='/admin/integrations']";
        assert_eq!(text(&html, sidebar), "Integrations");
        assert_eq!(text(&page(world).await, "h1"), "Pax8");
    })
    .await;
}

#[tokio::test]
async fn s25_s31_s32_s33_s34_s37_s45_s48_s52_s89_before_connecting_the_page_asks_for_credentials() {
    on_each_engine(async |world| {
        let html = page(world).await;
        assert_eq!(
            texts(&html, ".card > .card-head h2, .card form > .card-head h2"),
            [
                "Connection Status",
                "API Credentials",
                "Companies & Subscriptions"
            ]
        );
        assert_eq!(badge(&html), "Not Connected");
        assert_eq!(fact(&html, "Last sync").as_deref(), Some("Never"));
        assert_eq!(
            texts(&html, "#api-credentials label"),
            ["Client ID", "Client Secret"]
        );
        assert_eq!(
            count(&html, "main input:not([type=hidden])"),
            2,
            "s25: nothing else is asked for"
        );
        assert_eq!(
            texts(&html, "#api-credentials button"),
            ["Connect Pax8", "Test Credentials"]
        );
        let form = attribute(&html, "#api-credentials form", "action");
        assert_eq!(form, Some(format!("{PAGE}/credentials")));
        let test = "#api-credentials button[formaction]";
        assert_eq!(texts(&html, test), ["Test Credentials"]);
        let tests = attribute(&html, test, "formaction");
        assert_eq!(tests, Some(format!("{PAGE}/credential-tests")));
        for field in ["#client-id", "#client-secret"] {
            assert_eq!(attribute(&html, field, "placeholder"), None);
        }
        assert_eq!(count(&html, "#sync-options"), 0);
        assert_eq!(count(&html, "a[href$='/disconnect']"), 0);
    })
    .await;
}

#[tokio::test]
async fn s35_s36_s38_i2_testing_credentials_tells_the_result_and_saves_nothing() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        let path = format!("{PAGE}/credential-tests");
        let good = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
        let answer = browser.submit(&path, &good).await;
        let html = answer.page();
        assert!(text(&html, "#credentials-result").contains("accepted"));
        assert_eq!(badge(&html), "Not Connected");
        assert!(!answer.text.contains(CLIENT_SECRET));

        let bad = [("client_id", CLIENT_ID), ("client_secret", "wrong-secret")];
        let answer = browser.submit(&path, &bad).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let html = Html::parse_document(&answer.text);
        assert_eq!(count(&html, "#credentials-result .notice-bad"), 1);
        let kept = attribute(&html, "#client-id", "value");
        assert_eq!(
            kept.as_deref(),
            Some(CLIENT_ID),
            "what was typed comes back"
        );
        assert!(
            !answer.text.contains("wrong-secret"),
            "but the secret never"
        );
        assert_eq!(world.sealed().await, None);
    })
    .await;
}

#[tokio::test]
async fn s1_s37_s40_s41_s45_s46_s53_s54_s55_i1_connecting_shows_masked_fields_and_sync_options() {
    on_each_engine(async |world| {
        let fields = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
        let path = format!("{PAGE}/credentials");
        let answer = world.ours.browser.submit(&path, &fields).await;
        assert_eq!(answer.location(), PAGE);
        world.work().await;
        let answer = world.ours.browser.get(PAGE).await;
        assert!(!answer.text.contains(CLIENT_ID) && !answer.text.contains(CLIENT_SECRET));
        let html = answer.page();
        assert_eq!(badge(&html), "Connected");
        for field in ["#client-id", "#client-secret"] {
            let placeholder = attribute(&html, field, "placeholder").unwrap();
            assert!(placeholder.starts_with("••••••••"), "{placeholder}");
            assert_eq!(attribute(&html, field, "value").unwrap_or_default(), "");
        }
        assert_eq!(
            texts(&html, ".card > .card-head h2, .card form > .card-head h2"),
            [
                "Connection Status",
                "API Credentials",
                "Sync Options",
                "Companies & Subscriptions"
            ]
        );
        assert_eq!(
            texts(&html, "#sync-options label"),
            ["Automatically map companies to clients"]
        );
        assert_eq!(count(&html, "#sync-options input:not([type=hidden])"), 1);
        assert!(attribute(&html, "#auto-map", "checked").is_some());
    })
    .await;
}

#[tokio::test]
async fn d33_refused_credentials_come_back_without_the_secret_and_connect_nothing() {
    on_each_engine(async |world| {
        let fields = [("client_id", CLIENT_ID), ("client_secret", "wrong-secret")];
        let answer = world
            .ours
            .browser
            .submit(&format!("{PAGE}/credentials"), &fields)
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!answer.text.contains("wrong-secret"));
        let html = Html::parse_document(&answer.text);
        assert_eq!(badge(&html), "Not Connected");
        assert_eq!(count(&html, "#credentials-result .notice-bad"), 1);
        assert_eq!(
            attribute(&html, "#client-id", "value").as_deref(),
            Some(CLIENT_ID)
        );
        assert_eq!(
            count(&html, "#api-credentials input[aria-invalid=true]"),
            2,
            "nobody knows which of the two it is"
        );
        let described = attribute(&html, "#client-secret", "aria-describedby");
        assert_eq!(
            described.as_deref(),
            Some("client-secret-error credentials-result")
        );
    })
    .await;
}

#[tokio::test]
async fn s42_s43_s44_blank_fields_keep_what_is_stored_and_typed_ones_replace_it() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let before = world.sealed().await.unwrap();
        let path = format!("{PAGE}/credentials");
        let blank = [("client_id", ""), ("client_secret", "")];
        assert_eq!(
            world.ours.browser.submit(&path, &blank).await.location(),
            PAGE
        );
        assert_eq!(world.sealed().await.unwrap(), before);
        world
            .ours
            .browser
            .submit(&format!("{PAGE}/options"), &[])
            .await;
        assert_eq!(world.sealed().await.unwrap(), before);
        let typed = [("client_id", ""), ("client_secret", CLIENT_SECRET)];
        world.ours.browser.submit(&path, &typed).await;
        assert_ne!(world.sealed().await.unwrap(), before, "sealed anew");
    })
    .await;
}

#[tokio::test]
async fn s54_i5_the_switch_is_saved_at_once_and_survives_a_reload() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let path = format!("{PAGE}/options");
        assert_eq!(world.ours.browser.submit(&path, &[]).await.location(), PAGE);
        let html = page(world).await;
        assert_eq!(attribute(&html, "#auto-map", "checked"), None);
        world
            .ours
            .browser
            .submit(&path, &[("auto_map", "true")])
            .await;
        assert!(attribute(&page(world).await, "#auto-map", "checked").is_some());
    })
    .await;
}

#[tokio::test]
async fn s49_s51_s63_s64_s65_s70_s71_sync_now_runs_shows_progress_and_reports_what_it_did() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let html = page(world).await;
        assert_eq!(text(&html, "#connection-status button"), "Sync Now");
        let form = attribute(&html, "#connection-status form", "action");
        assert_eq!(form, Some(format!("{PAGE}/syncs")));
        let fields = "#connection-status input:not([name=csrf_token])";
        assert_eq!(count(&html, fields), 0, "s65: for all companies");
        let result = fact(&html, "Result").unwrap();
        assert!(result.contains("75 created, 0 updated"), "{result}");
        let last = attribute(&html, "#connection-status div:first-child time", "datetime");
        assert_eq!(last.as_deref(), Some("2026-06-15T12:00:00Z"));
        assert_eq!(count(&html, "#connection-status .notice-bad"), 0);
    })
    .await;
}

#[tokio::test]
async fn s49_s63_while_a_sync_runs_the_card_follows_its_events() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let browser = &world.ours.browser;
        let answer = browser.submit(&format!("{PAGE}/syncs"), &[]).await;
        assert_eq!(answer.location(), PAGE);
        let html = page(world).await;
        let events = attribute(&html, "#connection-status [data-events]", "data-events");
        let events = events.unwrap();
        assert!(events.starts_with("/api/v1/integrations/pax8/syncs/"));
        assert!(attribute(&html, "#connection-status button", "disabled").is_some());
        assert_eq!(fact(&html, "Next sync").as_deref(), Some("After this one"));

        world.work().await;
        let sync = world.last_sync(&world.ours).await;
        let id = sync["id"].as_str().unwrap();
        let answer = browser
            .script()
            .get(&format!("{PAGE}/status?after={id}"))
            .await;
        let html = answer.page();
        assert!(text(&html, ".flash").contains("0 created, 0 updated"));
        assert_eq!(count(&html, "#companies"), 0, "nothing changed");
        assert_eq!(count(&html, "[data-events]"), 0);
    })
    .await;
}

#[tokio::test]
async fn an_open_page_asks_whether_something_happened_elsewhere() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let script = world.ours.browser.script();
        let ask = attribute(&page(world).await, "#connection-status", "data-watch").unwrap();
        assert_eq!(script.get(&ask).await.status, StatusCode::NO_CONTENT);

        world
            .ours
            .admin
            .post("/api/v1/integrations/pax8/syncs", serde_json::json!({}))
            .await
            .json(202);
        let html = script.get(&ask).await.page();
        assert_eq!(count(&html, "#connection-status [data-events]"), 1);
        assert_eq!(
            count(&html, "[data-watch]"),
            0,
            "it is followed by its events now"
        );

        world.work().await;
        let html = script.get(&ask).await.page();
        let ask = attribute(&html, "#connection-status", "data-watch").unwrap();
        assert_eq!(script.get(&ask).await.status, StatusCode::NO_CONTENT);
    })
    .await;
}

#[tokio::test]
async fn s50_s51_i7_an_error_shows_until_a_sync_goes_well() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        assert_eq!(
            count(&page(world).await, "#connection-status .notice-bad"),
            0
        );
        let faults = world.sandbox.sandbox().faults();
        faults.add(Fault::new(Place::Companies, What::ServerError { status: 500 }).always());
        world.sync(&world.ours).await;
        let html = page(world).await;
        let error = world.connection(&world.ours).await["last_error"].clone();
        let shown = text(&html, "#connection-status .notice-bad");
        assert!(shown.contains(error.as_str().unwrap()), "{shown}");
        assert_eq!(badge(&html), "Connected");
        faults.clear();
        world.sync(&world.ours).await;
        assert_eq!(
            count(&page(world).await, "#connection-status .notice-bad"),
            0
        );
    })
    .await;
}

#[tokio::test]
async fn s47_a_connection_that_is_switched_off_shows_configured_inactive() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let body = serde_json::json!({ "active": false });
        let owner = &world.ours.owner;
        owner.put(crate::estate::PAX8, body).await.json(200);
        let html = page(world).await;
        assert_eq!(badge(&html), "Configured (Inactive)");
        assert_eq!(
            fact(&html, "Next sync").as_deref(),
            Some("None while inactive")
        );
        assert!(attribute(&html, "#connection-status button", "disabled").is_some());
        assert_eq!(count(&html, "#connection-status .notice-bad"), 0);
        let told = text(&html, "#connection-status .notice");
        assert!(told.contains("choose Connect Pax8 to use"), "{told}");

        let path = format!("{PAGE}/credentials");
        let again = async || {
            let answer = world.ours.browser.submit(&path, &[]).await;
            assert_eq!(answer.location(), PAGE);
            let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
            let browser = world.ours.browser.with_header("cookie", &cookie);
            text(&browser.get(PAGE).await.page(), ".flash")
        };
        let flash = again().await;
        assert!(
            flash.contains("Pax8 is used again; next sync at"),
            "{flash}"
        );
        let html = page(world).await;
        assert_eq!(badge(&html), "Connected");
        assert_eq!(count(&html, "#connection-status .notice"), 0);
        assert!(again().await.contains("stored credentials are kept"));
    })
    .await;
}

#[tokio::test]
async fn s47_an_error_before_it_was_switched_off_is_no_word_about_refused_credentials() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let faults = world.sandbox.sandbox().faults();
        faults.add(Fault::new(Place::Token, What::Unauthorized).always());
        world.sync(&world.ours).await;
        let body = serde_json::json!({ "active": false });
        let owner = &world.ours.owner;
        owner.put(crate::estate::PAX8, body).await.json(200);
        let told = text(&page(world).await, "#connection-status .notice-bad");
        assert!(told.contains("choose Connect Pax8 to use"), "{told}");
        assert!(!told.contains("several times"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn s47_s50_d11_three_refusals_switch_it_off_and_the_card_says_what_to_do() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let faults = world.sandbox.sandbox().faults();
        faults.add(Fault::new(Place::Token, What::Unauthorized).always());
        for _ in 0..3 {
            world.sync(&world.ours).await;
        }
        let html = page(world).await;
        assert_eq!(badge(&html), "Configured (Inactive)");
        let told = text(&html, "#connection-status .notice-bad");
        assert!(
            told.contains("enter it below and choose Connect Pax8"),
            "{told}"
        );

        faults.clear();
        let fields = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
        let path = format!("{PAGE}/credentials");
        world.ours.browser.submit(&path, &fields).await;
        world.work().await;
        let html = page(world).await;
        assert_eq!(badge(&html), "Connected");
        assert_eq!(count(&html, "#connection-status .notice-bad"), 0);
    })
    .await;
}

#[tokio::test]
async fn s62_nothing_on_the_page_sets_the_schedule() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let html = page(world).await;
        let fields = Selector::parse(
            "main :is(input:not([type=hidden]), select, textarea):not(search-select *)",
        );
        let fields = fields.unwrap();
        let named: BTreeSet<_> = html
            .select(&fields)
            .filter_map(|it| it.attr("name"))
            .collect();
        assert_eq!(
            named,
            BTreeSet::from([
                "auto_map",
                "client_id",
                "client_secret",
                "mapped",
                "q",
                "status"
            ])
        );
    })
    .await;
}

#[tokio::test]
async fn s146_s147_s148_s149_i10_disconnecting_asks_first_and_then_forgets() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let browser = &world.ours.browser;
        let html = page(world).await;
        let ask = format!("{PAGE}/disconnect");
        let before = (world.sealed().await, world.snapshot(world.ours.id).await);
        assert_eq!(
            text(&html, "#api-credentials a.btn-danger"),
            "Disconnect Pax8"
        );
        let question = browser.get(&ask).await.page();
        assert_eq!(text(&question, "h1"), "Disconnect Pax8?");
        let effects = texts(&question, ".card-body li").join(" ");
        assert!(
            effects.contains("company mappings are removed"),
            "{effects}"
        );
        let decline = ".card-foot a.btn";
        assert_eq!(text(&question, decline), "Keep it connected");
        let back = attribute(&question, decline, "href").unwrap();
        let dialog = browser.script().get(&ask).await.page();
        assert_eq!(count(&dialog, "dialog form"), 1);
        assert_eq!(back, PAGE);
        let html = browser.get(&back).await.page();
        assert_eq!(badge(&html), "Connected", "asking changes nothing");
        let after = (world.sealed().await, world.snapshot(world.ours.id).await);
        assert_eq!(after, before);

        assert_eq!(browser.submit(&ask, &[]).await.location(), PAGE);
        let html = page(world).await;
        assert_eq!(badge(&html), "Not Connected");
        assert_eq!(count(&html, ".company"), 0);
        assert_eq!(world.sealed().await, None);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_credential_stands_at_its_field() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        for path in [
            format!("{PAGE}/credentials"),
            format!("{PAGE}/credential-tests"),
        ] {
            let fields = [("client_id", CLIENT_ID), ("client_secret", "")];
            let answer = browser.submit(&path, &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            let html = Html::parse_document(&answer.text);
            assert_eq!(
                text(&html, "#client-secret-error"),
                "Enter the Client Secret."
            );
            assert_eq!(
                attribute(&html, "#client-secret", "aria-invalid").as_deref(),
                Some("true")
            );
            assert_eq!(attribute(&html, "#client-id", "aria-invalid"), None);
            assert_eq!(
                attribute(&html, "#client-id", "value").as_deref(),
                Some(CLIENT_ID)
            );
            assert!(attribute(&html, "#client-id-error", "hidden").is_some());

            let part = browser.script().submit(&path, &fields).await;
            assert_eq!(part.status, StatusCode::UNPROCESSABLE_ENTITY);
            let html = Html::parse_fragment(&part.text);
            assert_eq!(
                attribute(&html, "#credentials-result", "data-invalid").as_deref(),
                Some("client-secret")
            );
            assert_eq!(
                text(&html, "#client-secret-error"),
                "Enter the Client Secret."
            );
            assert_eq!(
                count(&html, "input"),
                0,
                "what was typed stays in the browser"
            );
        }
    })
    .await;
}
