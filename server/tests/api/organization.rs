//! The organization's settings, taxes, numbers of invoices and licence.

use axum::http::StatusCode;
use serde_json::json;

use crate::{
    billing::books::{Books, monthly},
    world::on_each_engine,
};

const PATH: &str = "/api/v1/organization";

#[tokio::test]
async fn settings_are_read_by_everybody_and_changed_by_who_manages_them() {
    on_each_engine(async |world| {
        let before = world.ours.member.get(PATH).await.json(200);
        assert_eq!(before["currency"], "USD");
        assert_eq!(before["taxes"], json!([]));
        let change = json!({
            "name": "Ridgeline IT", "timezone": "Europe/Berlin", "address": "1 Harbour Street\nPortland",
            "email": "books@ridgeline.example", "tax_id": "DE 123", "page_size": "letter", "currency": "EUR",
            "version": before["version"],
        });
        assert_eq!(
            world.ours.member.patch(PATH, change.clone()).await.refusal(403),
            "permission_denied"
        );
        let after = world.ours.admin.patch(PATH, change.clone()).await.json(200);
        for field in ["name", "timezone", "address", "email", "tax_id", "page_size", "currency"] {
            assert_eq!(after[field], change[field], "{field}");
        }
        assert_eq!(
            world.ours.admin.patch(PATH, change).await.refusal(409),
            "changed_meanwhile"
        );
        let theirs = world.theirs.owner.get(PATH).await.json(200);
        assert_eq!((&theirs["name"], &theirs["version"]), (&json!("Theirs"), &json!(1)));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_at_its_field() {
    on_each_engine(async |world| {
        for (change, field) in [
            (json!({ "name": " " }), "name"),
            (json!({ "timezone": "Mars/Olympus" }), "timezone"),
            (json!({ "currency": "ZZZ" }), "currency"),
            (json!({ "email": "nobody" }), "email"),
            (json!({ "page_size": "a5" }), "page_size"),
            (json!({ "invoice_prefix": "INV-1" }), "invoice_prefix"),
            (json!({ "next_invoice_number": 0 }), "next_invoice_number"),
            (
                json!({ "taxes": [{ "name": "VAT", "percent": "101" }] }),
                "taxes[0].percent",
            ),
            (
                json!({ "taxes": [{ "name": "VAT", "percent": "0.00001" }] }),
                "taxes[0].percent",
            ),
            (json!({ "colour": "red" }), "colour"),
        ] {
            let refused = world.ours.owner.patch(PATH, change.clone()).await.json(422);
            assert_eq!(refused["errors"][0]["field"], field, "{change}");
        }
        let after = world.ours.owner.get(PATH).await.json(200);
        assert_eq!(after["version"], 1, "nothing was changed");
    })
    .await;
}

#[tokio::test]
async fn d28_every_tax_is_computed_on_the_sum_of_the_taxable_lines() {
    on_each_engine(async |world| {
        let taxes = json!([
            { "name": "State tax", "percent": "8.875" },
            { "name": "City tax", "percent": "1.5" },
            { "name": "Exempt until 2027", "percent": "0" },
        ]);
        let change = json!({ "taxes": taxes });
        let after = world.ours.owner.patch(PATH, change).await.json(200);
        assert_eq!(after["taxes"], taxes);
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, monthly()).await;
        books.run("2026-06-01").await;
        let invoice = &books.invoices().await[0];
        let amounts: Vec<_> = invoice["taxes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["amount"])
            .collect();
        assert_eq!(amounts, ["8.88", "1.50", "0.00"]);
        assert_eq!(
            (&invoice["tax"], &invoice["total"]),
            (&json!("10.38"), &json!("110.38"))
        );
        let none = world
            .ours
            .owner
            .patch(PATH, json!({ "taxes": [] }))
            .await
            .json(200);
        assert_eq!(none["taxes"], json!([]));
        assert_eq!(
            books.invoices().await[0]["tax"],
            "10.38",
            "what was made stays"
        );
    })
    .await;
}

#[tokio::test]
async fn d27_numbers_go_on_from_where_they_are_told_and_never_back() {
    on_each_engine(async |world| {
        let change =
            json!({ "invoice_prefix": "R{YY}-", "invoice_digits": 6, "next_invoice_number": 1200 });
        let after = world.ours.owner.patch(PATH, change).await.json(200);
        assert_eq!(after["next_invoice_sample"], "R26-001200");
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, monthly()).await;
        books.run("2026-06-01").await;
        assert_eq!(books.invoices().await[0]["number"], "R26-001200");
        let back = json!({ "next_invoice_number": 1200 });
        let refused = world.ours.owner.patch(PATH, back).await.json(422);
        assert!(
            refused["detail"].as_str().unwrap().contains("1201"),
            "{refused}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_currency_is_fixed_once_there_are_invoices() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, monthly()).await;
        books.run("2026-06-01").await;
        let refused = world
            .ours
            .owner
            .patch(PATH, json!({ "currency": "EUR" }))
            .await
            .json(422);
        assert_eq!(refused["errors"][0]["field"], "currency");
        let same = world
            .ours
            .owner
            .patch(PATH, json!({ "currency": "USD" }))
            .await;
        assert_eq!(same.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn the_licence_says_what_each_feature_is_for() {
    on_each_engine(async |world| {
        let path = "/api/v1/license";
        let licence = world.ours.member.get(path).await.json(200);
        assert_eq!(licence["features"][0]["feature"], "pax8Integration");
        assert_eq!(licence["features"][0]["licensed"], true);
        world
            .set_feature(&world.ours, "pax8Integration", false)
            .await;
        let licence = world.ours.member.get(path).await.json(200);
        assert_eq!(licence["features"][0]["licensed"], false);
        let theirs = world.theirs.member.get(path).await.json(200);
        assert_eq!(theirs["features"][0]["licensed"], true);
    })
    .await;
}

#[tokio::test]
async fn s28_the_settings_pages_are_for_who_manages_them() {
    on_each_engine(async |world| {
        let member = world.sign_in("member@ours.example").await;
        for path in ["", "/numbers", "/taxes", "/tokens", "/licence"] {
            let path = format!("/admin/settings{path}");
            assert_eq!(
                member.get(&path).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
            let page = world.ours.browser.get(&path).await;
            assert!(page.text.contains("aria-current=\"page\""), "{path}");
            page.page();
        }
        for path in ["", "/numbers", "/taxes"] {
            let path = format!("/admin/settings{path}");
            assert_eq!(
                member.submit(&path, &[]).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_form_that_was_overtaken_comes_back_filled_and_says_by_whom() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        world
            .ours
            .admin
            .patch(PATH, json!({ "name": "Renamed" }))
            .await
            .json(200);
        let form = [
            ("version", "1"),
            ("name", "Typed here"),
            ("timezone", "Europe/Berlin"),
            ("currency", "USD"),
            ("page_size", "a4"),
        ];
        let answer = browser.submit("/admin/settings", &form).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.text.contains("Typed here") && answer.text.contains("admin@ours.example"));
        assert_eq!(
            world.ours.owner.get(PATH).await.json(200)["name"],
            "Renamed"
        );
        let again = [&[("version", "2")][..], &form[1..]].concat();
        browser.submit("/admin/settings", &again).await.location();
        assert_eq!(
            world.ours.owner.get(PATH).await.json(200)["name"],
            "Typed here"
        );
    })
    .await;
}

#[tokio::test]
async fn tax_rates_are_rows_of_a_form_that_comes_back_filled() {
    on_each_engine(async |world| {
        let (browser, path) = (&world.ours.browser, "/admin/settings/taxes");
        let rows = |percent: &'static str| {
            [
                ("version", "1"),
                ("tax_name", "VAT"),
                ("tax_percent", percent),
                ("tax_name", ""),
                ("tax_percent", ""),
            ]
        };
        let refused = browser.submit(path, &rows("101")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("value=\"101\"") && refused.text.contains("from 0 to 100"));
        let more = [&rows("8.875")[..], &[("add_row", "1")]].concat();
        let page = browser.submit(path, &more).await;
        assert!(
            page.text.contains("value=\"8.875\""),
            "a row more saves nothing"
        );
        assert_eq!(world.ours.owner.get(PATH).await.json(200)["version"], 1);
        assert_eq!(browser.submit(path, &rows("8.875")).await.location(), path);
        let after = world.ours.owner.get(PATH).await.json(200);
        assert_eq!(
            after["taxes"],
            json!([{ "name": "VAT", "percent": "8.875" }])
        );
    })
    .await;
}

#[tokio::test]
async fn the_numbering_page_shows_the_next_number() {
    on_each_engine(async |world| {
        let (browser, path) = (&world.ours.browser, "/admin/settings/numbers");
        assert!(browser.get(path).await.text.contains("INV-0001"));
        let form = |next: &'static str| {
            [
                ("invoice_prefix", "R-"),
                ("invoice_digits", "5"),
                ("next_invoice_number", next),
            ]
        };
        let refused = browser.submit(path, &form("first")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("value=\"first\""));
        assert_eq!(browser.submit(path, &form("70")).await.location(), path);
        assert!(browser.get(path).await.text.contains("R-00070"));
    })
    .await;
}
