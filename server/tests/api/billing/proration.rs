//! Seats that come and go between two invoices, as syncs see them.

use ascent::ids::{SubscriptionId, digest_of};
use pax8_sandbox::demo;
use serde_json::{Value, json};

use super::books::{Books, Linked, line, monthly, texts};
use crate::{
    clients::make_client,
    estate::PAX8,
    world::{World, on_each_engine},
};

/// Our client's monthly recurring invoice from 1 July, with the demo's first subscription linked to it: its id.
async fn linked(world: &World, settings: Value) -> String {
    let owner = &world.ours.owner;
    world.connect(&world.ours).await;
    let client = make_client(owner, "Harbor").await;
    let company = world.company_id(&demo::company_id(1));
    let path = format!("{PAX8}/companies/{company}/mapping");
    owner
        .put(&path, json!({ "client_id": client }))
        .await
        .json(200);
    let mut body = json!({ "client_id": client, "name": "Managed services", "frequency": "monthly",
        "start_date": "2026-07-01", "prorate_changes": true });
    body.as_object_mut()
        .unwrap()
        .extend(settings.as_object().unwrap().clone());
    let recurring = owner
        .post("/api/v1/recurring-invoices", body)
        .await
        .json(201)["id"]
        .clone();
    let digest = digest_of(world.ours.id, "subscription", &demo::subscription_id(1));
    let subscription = SubscriptionId::from_digest(digest);
    let body =
        json!({ "markup": null, "override_price": "30.00", "recurring_invoice_id": recurring });
    owner
        .put(
            &format!("{PAX8}/subscriptions/{subscription}/billing"),
            body,
        )
        .await
        .json(200);
    recurring.as_str().unwrap().to_owned()
}

fn set_quantity(world: &World, quantity: i64) {
    let estate = world.sandbox.sandbox().estate();
    estate
        .set_quantity(&demo::subscription_id(1), quantity.into())
        .unwrap();
}

/// A sync at noon of a day, with so many seats from then on.
async fn seats_on(world: &World, date: &str, quantity: i64) -> Value {
    world.set_now(&format!("{date}T16:00:00Z"));
    set_quantity(world, quantity);
    world.sync(&world.ours).await
}

async fn run_on(world: &World, date: &str) {
    world.set_now(&format!("{date}T16:00:00Z"));
    world.sync(&world.ours).await;
    Books::ours(world).run(date).await;
}

fn lines(invoice: &Value) -> Vec<String> {
    let lines = invoice["lines"].as_array().unwrap();
    let (words, amounts) = (texts(lines, "/description"), texts(lines, "/amount"));
    words
        .into_iter()
        .zip(amounts)
        .map(|(it, amount)| format!("{it} = {amount}"))
        .collect()
}

#[tokio::test]
async fn d25_seats_that_came_and_went_are_charged_by_days_with_the_sync_that_saw_them() {
    on_each_engine(async |world| {
        linked(world, json!({})).await;
        seats_on(world, "2026-06-20", 10).await;
        run_on(world, "2026-07-01").await;
        let more = seats_on(world, "2026-07-11", 14).await;
        seats_on(world, "2026-07-21", 9).await;
        run_on(world, "2026-08-01").await;
        run_on(world, "2026-09-01").await;

        let invoices = Books::ours(world).invoices().await;
        let product = invoices[0]["lines"][0]["description"].as_str().unwrap();
        assert_eq!(lines(&invoices[0]), [format!("{product} = 300.00")]);
        assert_eq!(
            lines(&invoices[1]),
            [
                format!("{product} = 270.00"),
                format!("{product} (4 added on 11 Jul 2026: 4 × 30.00 × 21/31) = 81.29"),
                format!("{product} (5 removed on 21 Jul 2026: -5 × 30.00 × 11/31) = -53.23"),
            ]
        );
        assert_eq!(lines(&invoices[2]), [format!("{product} = 270.00")]);
        let why = &invoices[1]["lines"][1]["explanation"];
        assert_eq!(why["cause"]["seen_by_sync"], more["id"]);
        assert_eq!(
            why["fraction"],
            json!({ "parts": 21, "of": 31, "unit": "days" })
        );
        assert_eq!(why["rule"]["type"], "override");
        let base = &invoices[1]["lines"][0]["explanation"];
        assert_eq!(
            base["quantity_changes"].as_array().unwrap().len(),
            2,
            "{base}"
        );

        // Nobody learns the cost who may not.
        let path = format!("/api/v1/invoices/{}", invoices[1]["id"].as_str().unwrap());
        let seen = world.ours.member.get(&path).await.json(200);
        assert_eq!(seen["lines"][1]["explanation"].get("cost"), None);
        assert_eq!(seen["lines"][1]["explanation"].get("rule"), None);
        world.theirs.owner.get(&path).await.refusal(404);
    })
    .await;
}

#[tokio::test]
async fn d25_without_the_setting_a_change_counts_from_the_next_period_on() {
    on_each_engine(async |world| {
        linked(world, json!({ "prorate_changes": false })).await;
        seats_on(world, "2026-06-20", 10).await;
        run_on(world, "2026-07-01").await;
        seats_on(world, "2026-07-11", 14).await;
        run_on(world, "2026-08-01").await;
        let invoices = Books::ours(world).invoices().await;
        assert_eq!(
            texts(invoices[1]["lines"].as_array().unwrap(), "/amount"),
            ["420.00"]
        );
    })
    .await;
}

#[tokio::test]
async fn d25_preview_dry_run_and_run_agree_and_invoices_made_ahead_are_put_right() {
    on_each_engine(async |world| {
        let recurring = linked(world, json!({})).await;
        seats_on(world, "2026-06-20", 10).await;
        run_on(world, "2026-07-01").await;
        seats_on(world, "2026-07-11", 14).await;
        let books = Books::ours(world);
        let foreseen = books.dry_run("2026-09-01").await;
        let path = format!("/api/v1/recurring-invoices/{recurring}/preview?date=2026-09-01");
        let preview = world.ours.owner.get(&path).await.json(200);
        books.run("2026-09-01").await;
        let invoices = books.invoices().await;
        let totals = foreseen.invoices.iter().map(|it| it.total.to_string());
        assert_eq!(texts(&invoices[1..], "/total"), totals.collect::<Vec<_>>());
        assert_eq!(preview["lines"], invoices[2]["lines"]);
        let amounts = |invoice: &Value| texts(invoice["lines"].as_array().unwrap(), "/amount");
        assert_eq!(amounts(&invoices[1]), ["420.00", "81.29"]);
        assert_eq!(amounts(&invoices[2]), ["420.00"]);

        seats_on(world, "2026-08-16", 12).await;
        run_on(world, "2026-10-01").await;
        // Two that went on 16 August were paid for until the end of September.
        let october = books.invoices().await.remove(3);
        assert_eq!(amounts(&october), ["360.00", "-30.97", "-60.00"]);
    })
    .await;
}

#[tokio::test]
async fn d25_by_whole_months_and_in_words_of_ones_own() {
    on_each_engine(async |world| {
        let change =
            json!({ "proration_basis": "months", "line_text": "{product} {period} ({change})" });
        let after = world
            .ours
            .owner
            .patch("/api/v1/organization", change)
            .await
            .json(200);
        assert_eq!(after["proration_basis"], "months");
        linked(world, json!({ "frequency": "quarterly" })).await;
        seats_on(world, "2026-06-20", 10).await;
        run_on(world, "2026-07-01").await;
        seats_on(world, "2026-08-11", 12).await;
        run_on(world, "2026-10-01").await;
        let invoices = Books::ours(world).invoices().await;
        let told = lines(&invoices[1]);
        assert!(
            told[0].ends_with("1 Oct 2026 to 31 Dec 2026 (10 → 12 on 11 Aug 2026) = 1080.00"),
            "{told:?}"
        );
        assert!(told[1].ends_with("2 × 90.00 × 2/3) = 120.00"), "{told:?}");
        for (field, wrong) in [
            ("line_text", "Licences"),
            ("line_text", "{product} {prise}"),
            ("proration_basis", "weeks"),
        ] {
            let refused = world
                .ours
                .owner
                .patch("/api/v1/organization", json!({ field: wrong }))
                .await;
            assert_eq!(refused.json(422)["errors"][0]["field"], field);
        }
        let browser = world.sign_in("owner@Ours.example").await;
        let page = browser.get("/admin/settings/lines").await;
        assert!(
            page.text.contains("{product} {period} ({change})"),
            "{}",
            page.text
        );
        let form = [
            ("line_text", "{prise}"),
            ("proration_basis", "days"),
            ("version", "2"),
        ];
        let refused = browser.submit("/admin/settings/lines", &form).await;
        assert!(refused.text.contains("is no placeholder") && refused.text.contains("{prise}"));
    })
    .await;
}

#[tokio::test]
async fn equal_lines_are_printed_as_one_and_lines_of_zero_left_out() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let change = json!({ "print_zero_lines": false, "group_lines": true });
        world
            .ours
            .owner
            .patch("/api/v1/organization", change)
            .await
            .json(200);
        let client = books.client("Harbor Dental").await;
        let mut details = monthly();
        details.lines = vec![line("Onboarding, a gift", "1", "0.00")];
        let recurring = books.recurring(&client, details).await;
        books.link(&recurring, Linked::default()).await;
        books
            .link(
                &recurring,
                Linked {
                    quantity: Some("7"),
                    ..Linked::default()
                },
            )
            .await;
        books.run("2026-06-15").await;
        let invoice = books.invoices().await.remove(0);
        assert_eq!(
            invoice["lines"].as_array().unwrap().len(),
            3,
            "all are kept"
        );
        let paper = super::invoices::text_of(world, invoice["id"].as_str().unwrap()).await;
        assert!(
            !paper.contains("a gift") && paper.contains("266.40"),
            "{paper}"
        );
        assert_eq!(paper.matches("Business Premium").count(), 1, "{paper}");
    })
    .await;
}
