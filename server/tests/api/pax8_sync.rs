//! What a sync brings in, changes and leaves alone.

use pax8_sandbox::{Fault, Place, SandboxConfig, What, demo};
use serde_json::json;

use crate::{
    estate::{PAX8, SYNCS},
    pax8_pages::PAGE,
    world::{on_each_engine, with_sandbox},
};

fn decimal(text: &str) -> rust_decimal::Decimal {
    text.parse().unwrap()
}

#[tokio::test]
async fn s2_s3_s70_s75_connecting_brings_companies_and_subscriptions_by_itself() {
    on_each_engine(async |world| {
        let sync = world.connect(&world.ours).await;
        assert_eq!(
            (&sync["status"], &sync["trigger"]),
            (&json!("succeeded"), &json!("connect")),
            "{sync}"
        );
        assert_eq!(
            sync["companies"],
            json!({ "created": 15, "updated": 0, "unchanged": 0, "missing": 0 })
        );
        assert_eq!(
            sync["subscriptions"],
            json!({ "created": 60, "updated": 0, "unchanged": 0, "missing": 0 })
        );
        assert_eq!(
            sync["progress"],
            json!({ "stage": "done", "done": 60, "total": 60 })
        );
        assert!(sync["requests"].as_u64().unwrap() > 3);
        let companies = world.companies(world.ours.id).await;
        assert_eq!(companies.len(), 15);
        let clients = world.ours.owner.get("/api/v1/clients").await.json(200);
        assert_eq!(clients["data"], json!([]), "s75: a sync makes no client");
        for company in world.listed_companies().await {
            assert_eq!(
                (&company["client"], &company["mapped_by"]),
                (&json!(null), &json!(null)),
                "s75"
            );
        }
        assert_eq!(world.subscriptions(world.ours.id).await.len(), 60);
        assert_eq!(world.companies(world.theirs.id).await.len(), 0, "i12");
        let connection = world.connection(&world.ours).await;
        assert_eq!(connection["last_sync_at"], "2026-06-15T12:00:00Z");
        assert_eq!(connection["last_error"], json!(null));
    })
    .await;
}

#[tokio::test]
async fn s72_to_s74_s76_to_s84_what_is_stored() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let companies = world.companies(world.ours.id).await;
        let company = &companies[1];
        assert_eq!(company["name"], "Cedar & Stone Architects, LLC");
        assert_eq!(company["status"], "Active");
        assert_eq!(company["external_id"], "nw-1002");
        assert_eq!(company["subscription_count"], "8");
        let subscription = world.subscription(&demo::subscription_id(10)).await;
        for (field, value) in [
            ("company_pax8_id", demo::company_id(2).as_str()),
            ("product_name", "Acrobat Pro for teams"),
            ("vendor", "Adobe"),
            ("sku", "ADO-ACR-TMS-C100"),
            ("quantity", "5"),
            ("billing_term", "Annual"),
            ("price", "287.88"),
            ("partner_cost", "229.44"),
            ("currency", "USD"),
            ("status", "Active"),
            ("commitment_term", "1-Year"),
            ("bill_price", "229.44"),
            ("monthly_cost_minor", "9560"),
        ] {
            assert_eq!(subscription[field], value, "{field}");
        }
        let unknown = world.subscription(&demo::landmarks::unknown_status()).await;
        assert_eq!(unknown["status"], "Suspended", "d8");
        let absent = world
            .subscription(&demo::landmarks::without_quantity())
            .await;
        assert_eq!(absent["quantity"], "", "d7: absent is not zero");
        assert_eq!(
            world.subscription(&demo::subscription_id(53)).await["quantity"],
            "0"
        );
    })
    .await;
}

#[tokio::test]
async fn i3_d5_an_unchanged_sync_writes_no_row_of_the_estate() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let before = world.snapshot(world.ours.id).await;
        world.set_now("2026-06-15T13:00:00Z");
        let sync = world.sync(&world.ours).await;
        assert_eq!(
            sync["companies"],
            json!({ "created": 0, "updated": 0, "unchanged": 15, "missing": 0 })
        );
        assert_eq!(
            sync["subscriptions"],
            json!({ "created": 0, "updated": 0, "unchanged": 60, "missing": 0 })
        );
        assert_eq!(world.snapshot(world.ours.id).await, before);
        assert_eq!(world.changes(&sync).await.len(), 0);
        assert_eq!(
            world.connection(&world.ours).await["last_sync_at"],
            "2026-06-15T13:00:00Z"
        );
    })
    .await;
}

#[tokio::test]
async fn s14_s15_s16_s71_s151_s152_s153_the_next_sync_brings_in_what_changed() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let (seats, price, cancelled) = (
            demo::subscription_id(1),
            demo::subscription_id(2),
            demo::subscription_id(3),
        );
        world.price(&seats).await;
        let estate = world.sandbox.sandbox().estate();
        world.set_now("2026-06-15T12:30:00Z");
        estate.set_quantity(&seats, decimal("20")).unwrap();
        estate.set_price(&price, decimal("6.50")).unwrap();
        estate
            .set_partner_cost(&price, Some(decimal("5.50")))
            .unwrap();
        estate
            .cancel(&cancelled, "2026-06-10".parse().unwrap())
            .unwrap();
        let added = estate.add_subscription(pax8_sandbox::NewSubscription {
            company: demo::company_id(1),
            product: demo::product_id(2),
            ..Default::default()
        });
        let ids = world.subscriptions(world.ours.id).await.len();
        let sync = world.sync(&world.ours).await;
        assert_eq!(
            sync["subscriptions"],
            json!({ "created": 1, "updated": 3, "unchanged": 57, "missing": 0 })
        );
        assert_eq!(
            world.subscriptions(world.ours.id).await.len(),
            ids + 1,
            "the same records"
        );
        assert_eq!(world.subscription(&seats).await["quantity"], "20");
        assert_eq!(world.subscription(&price).await["price"], "6.5");
        assert_eq!(world.subscription(&price).await["partner_cost"], "5.5");
        assert_eq!(world.subscription(&cancelled).await["status"], "Cancelled");
        assert_eq!(
            world.subscription(&cancelled).await["end_date"],
            "2026-06-10"
        );
        assert_eq!(world.subscription(&added).await["vendor"], "Microsoft");
        assert_eq!(
            world.companies(world.ours.id).await[0]["subscription_count"],
            "9"
        );

        let changes = world.changes(&sync).await;
        let seats = changes
            .iter()
            .find(|it| it["record_pax8_id"] == json!(seats))
            .unwrap();
        assert_eq!(seats["field"], "quantity");
        assert_eq!(
            (&seats["before"], &seats["after"]),
            (&json!("18"), &json!("20"))
        );
        assert_eq!(seats["currency"], "USD");
        // 2 × 18.48, with 20 % at 22.18.
        assert_eq!(
            (&seats["revenue_change"], &seats["cost_change"]),
            (&json!("44.36"), &json!("36.96"))
        );
        let fields = |id: &str| -> Vec<String> {
            let of = changes
                .iter()
                .filter(|it| it["record_pax8_id"] == json!(id));
            of.map(|it| it["field"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(fields(&price), ["price", "partner_cost"]);
        assert_eq!(fields(&cancelled), ["end_date", "status"]);
        assert_eq!(fields(&added), ["created"]);
        let ended = changes
            .iter()
            .find(|it| it["after"] == "Cancelled")
            .unwrap();
        assert_eq!(ended["cost_change"], "-74.40");
    })
    .await;
}

#[tokio::test]
async fn s64_s65_s66_every_page_is_read_companies_first_and_never_a_call_for_each_company() {
    with_sandbox(
        || SandboxConfig::sized(450, 1_300, 20),
        async |world| {
            let counters = || world.sandbox.sandbox().counters();
            let sync = world.connect(&world.ours).await;
            let estate = world.sandbox.sandbox().estate();
            let subscriptions = estate.subscriptions();
            let seen = estate.companies().into_iter().filter(|it| {
                // Deleted ones are not listed; with subscriptions they are asked for.
                it.status != "Deleted" || subscriptions.iter().any(|s| s.company_id == it.id)
            });
            assert_eq!(sync["companies"]["created"], seen.count(), "{sync}");
            assert_eq!(sync["subscriptions"]["created"], 1_300);
            let before = counters();
            world.sync(&world.ours).await;
            let after = counters();
            let asked = |place| after.of(place) - before.of(place);
            assert_eq!(asked(Place::Companies), 3);
            assert_eq!(asked(Place::Subscriptions), 7);
            assert_eq!(asked(Place::Product), 0, "products are known by now");
            assert_eq!(after.refused_writes, 0, "s11");

            let broken = Fault::new(Place::Companies, What::ServerError { status: 500 });
            world.sandbox.sandbox().faults().add(broken.always());
            let before = counters();
            let sync = world.sync(&world.ours).await;
            assert_eq!(sync["status"], "failed");
            let after = counters();
            assert_eq!(
                after.of(Place::Subscriptions),
                before.of(Place::Subscriptions),
                "s66: subscriptions wait for companies"
            );
        },
    )
    .await;
}

#[tokio::test]
async fn s68_s69_a_row_refresh_pulls_that_companys_subscriptions_alone() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let estate = world.sandbox.sandbox().estate();
        let (here, there) = (demo::subscription_id(1), demo::subscription_id(9));
        estate.set_quantity(&here, decimal("30")).unwrap();
        estate.set_quantity(&there, decimal("30")).unwrap();
        estate
            .remove_subscription(&demo::subscription_id(2))
            .unwrap();
        estate
            .remove_subscription(&demo::subscription_id(10))
            .unwrap();
        let before = world.sandbox.sandbox().counters();
        world.set_now("2026-06-15T12:30:00Z");
        let sync = world.sync_company(&demo::company_id(1)).await;
        assert_eq!(
            (&sync["scope"], &sync["status"]),
            (&json!("company"), &json!("succeeded")),
            "{sync}"
        );
        assert_eq!(
            sync["subscriptions"],
            json!({ "created": 0, "updated": 1, "unchanged": 6, "missing": 1 })
        );
        let after = world.sandbox.sandbox().counters();
        assert_eq!(after.of(Place::Companies), before.of(Place::Companies));
        assert_eq!(world.subscription(&here).await["quantity"], "30");
        assert_ne!(
            world.subscription(&demo::subscription_id(2)).await["missing_since"],
            ""
        );
        assert_eq!(world.subscription(&there).await["quantity"], "12", "s69");
        assert_eq!(
            world.subscription(&demo::subscription_id(10)).await["missing_since"],
            "",
            "s69"
        );
        let companies = world.companies(world.ours.id).await;
        assert_ne!(companies[0]["last_synced_at"], "");
        assert_eq!(companies[1]["last_synced_at"], "");
        let connection = world.connection(&world.ours).await;
        assert_eq!(
            connection["last_sync_at"], "2026-06-15T12:00:00Z",
            "only a full one confirms everything"
        );
        let foreign = json!({ "company_id": "00000000-0000-4000-8000-000000000000" });
        assert_eq!(
            world.ours.owner.post(SYNCS, foreign).await.refusal(404),
            "not_found"
        );
        let ours = json!({ "company_id": world.company_id(&demo::company_id(1)) });
        world.connect(&world.theirs).await;
        assert_eq!(
            world.theirs.owner.post(SYNCS, ours).await.refusal(404),
            "not_found"
        );
    })
    .await;
}

#[tokio::test]
async fn s68_a_row_refresh_asks_for_no_other_companys_subscriptions() {
    with_sandbox(
        || SandboxConfig::sized(20, 500, 5),
        async |world| {
            world.connect(&world.ours).await;
            let estate = world.sandbox.sandbox().estate();
            let company = estate.subscriptions()[0].company_id.clone();
            let asked = || world.sandbox.sandbox().counters().of(Place::Subscriptions);
            let before = asked();
            world.sync_company(&company).await;
            assert_eq!(asked() - before, 1, "all of them would be three pages");
        },
    )
    .await;
}

#[tokio::test]
async fn s71_s72_s73_s74_a_company_that_changed_is_counted_and_stored() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let estate = world.sandbox.sandbox().estate();
        let id = demo::company_id(1);
        estate.rename_company(&id, "Another Name").unwrap();
        estate.set_company_status(&id, "Inactive").unwrap();
        estate.set_external_id(&id, Some("NW-9")).unwrap();
        let sync = world.sync(&world.ours).await;
        assert_eq!(
            sync["companies"],
            json!({ "created": 0, "updated": 1, "unchanged": 14, "missing": 0 })
        );
        let companies = world.companies(world.ours.id).await;
        let company = companies.iter().find(|it| it["pax8_id"] == id).unwrap();
        assert_eq!(company["name"], "Another Name");
        assert_eq!(company["status"], "Inactive");
        assert_eq!(company["external_id"], "NW-9");
        let html = world.ours.browser.get(PAGE).await.text;
        assert!(html.contains("0 created, 1 updated"), "on the card");
    })
    .await;
}

#[tokio::test]
async fn s56_a_scheduled_sync_maps_and_a_row_refresh_does_not() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let company = world.companies(world.ours.id).await.remove(1);
        let name = json!({ "name": company["name"] });
        world
            .ours
            .owner
            .post("/api/v1/clients", name)
            .await
            .json(201);
        world.sync_company(&company["pax8_id"]).await;
        let mapped_by = async || {
            let all = world.listed_companies().await.into_iter();
            let mut all = all.filter(|it| it["pax8_id"] == company["pax8_id"]);
            all.next().unwrap()["mapped_by"].clone()
        };
        assert_eq!(mapped_by().await, json!(null));
        world.set_now("2026-06-15T17:00:00Z");
        world.work().await;
        let sync = world.last_sync(&world.ours).await;
        assert_eq!(sync["trigger"], "scheduled");
        assert_eq!(sync["mapped"], 1, "{sync}");
        assert_eq!(mapped_by().await, "auto");
    })
    .await;
}

#[tokio::test]
async fn s102_a_company_without_subscriptions_shows_none_until_its_refresh_fetches_them() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let empty = demo::landmarks::without_subscriptions();
        let count = async || {
            let companies = world.companies(world.ours.id).await;
            let it = companies.into_iter().find(|it| it["pax8_id"] == empty);
            it.unwrap()["subscription_count"].clone()
        };
        assert_eq!(count().await, "0");
        world
            .sandbox
            .sandbox()
            .estate()
            .add_subscription(pax8_sandbox::NewSubscription {
                company: empty.clone(),
                product: demo::product_id(2),
                ..Default::default()
            });
        world.sync_company(&empty).await;
        assert_eq!(count().await, "1");
    })
    .await;
}

#[tokio::test]
async fn d6_what_is_gone_is_kept_and_marked_and_may_come_back() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let estate = world.sandbox.sandbox().estate();
        let gone = demo::subscription_id(17);
        let row = estate.subscription(&gone).unwrap();
        estate.remove_subscription(&gone).unwrap();
        estate.remove_company(&demo::company_id(10)).unwrap();
        world.set_now("2026-06-15T12:30:00Z");
        let sync = world.sync(&world.ours).await;
        assert_eq!(
            sync["subscriptions"],
            json!({ "created": 0, "updated": 0, "unchanged": 59, "missing": 1 })
        );
        assert_eq!(sync["companies"]["missing"], 1);
        let stored = world.subscription(&gone).await;
        assert_ne!(stored["missing_since"], "");
        assert_eq!(stored["quantity"], "40");
        let change = &world.changes(&sync).await;
        let change = change
            .iter()
            .find(|it| it["record_pax8_id"] == json!(gone))
            .unwrap();
        assert_eq!(
            (&change["field"], &change["cost_change"]),
            (&json!("missing_since"), &json!("-420.00"))
        );
        let sync = world.sync(&world.ours).await;
        assert_eq!(sync["subscriptions"]["missing"], 0, "told once");

        estate.add_subscription(pax8_sandbox::NewSubscription {
            id: Some(gone.clone()),
            company: row.company_id.clone(),
            product: row.product_id.clone(),
            quantity: Some(decimal("40")),
            price: row.price,
            partner_cost: row.partner_cost,
            start: Some(row.start),
            ..Default::default()
        });
        let sync = world.sync(&world.ours).await;
        assert_eq!(sync["subscriptions"]["updated"], 1);
        let back = world.subscription(&gone).await;
        assert_eq!(
            (back["missing_since"].as_str(), back["quantity"].as_str()),
            ("", "40")
        );
    })
    .await;
}

#[tokio::test]
async fn d6_an_empty_estate_is_data_with_a_warning_as_long_as_it_stays_empty() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        for place in [Place::Companies, Place::Subscriptions] {
            let empty = Fault::new(place, What::EmptyEstate).always();
            world.sandbox.sandbox().faults().add(empty);
        }
        for missing in [(15, 60), (0, 0)] {
            let sync = world.sync(&world.ours).await;
            assert_eq!(sync["status"], "succeeded");
            assert_eq!(
                (
                    &sync["companies"]["missing"],
                    &sync["subscriptions"]["missing"]
                ),
                (&json!(missing.0), &json!(missing.1))
            );
            let warnings = sync["warnings"].to_string();
            for wanted in [
                "no companies, although 15 are stored",
                "no subscriptions, although 60 are stored",
                "Check that the API credential belongs to the right account; linked subscriptions are held in drafts.",
            ] {
                assert!(warnings.contains(wanted), "{warnings}");
            }
        }
        let stored = world.subscriptions(world.ours.id).await;
        assert!(stored.iter().all(|it| !it["missing_since"].is_empty()));
        world.sandbox.sandbox().faults().clear();
        let sync = world.sync(&world.ours).await;
        assert!(!sync["warnings"].to_string().contains("are stored"), "{sync}");
    })
    .await;
}

#[tokio::test]
async fn d10_companies_beyond_those_asked_for_at_once_are_neither_missing_nor_forgotten() {
    on_each_engine(async |world| {
        let estate = world.sandbox.sandbox().estate();
        let name = |number: u32| format!("f0000000-0000-4000-8000-{number:012}");
        for number in 1..=130 {
            estate.add_subscription(pax8_sandbox::NewSubscription {
                company: name(number),
                product: demo::product_id(1),
                ..Default::default()
            });
        }
        // Not listed, but known by its id; the last in the order of ids.
        let deleted = estate.add_company(pax8_sandbox::NewCompany {
            id: Some(name(130)),
            name: "Last in line".to_owned(),
            ..Default::default()
        });
        estate.set_company_status(&deleted, "Deleted").unwrap();
        let asked = || world.sandbox.sandbox().counters().of(Place::Company);
        let missing = async || {
            let companies = world.companies(world.ours.id).await;
            let added = companies.iter().filter(|it| it["pax8_id"].starts_with('f'));
            added.filter(|it| !it["missing_since"].is_empty()).count()
        };

        let sync = world.connect(&world.ours).await;
        assert_eq!((asked(), missing().await), (100, 100));
        let warnings = sync["warnings"].to_string();
        assert!(warnings.contains("not asked for yet"), "{warnings}");

        let before = asked();
        let sync = world.sync(&world.ours).await;
        assert_eq!(asked() - before, 30);
        let warnings = sync["warnings"].to_string();
        assert!(!warnings.contains("not asked for yet"), "{warnings}");
        assert_eq!(missing().await, 129);
        let companies = world.companies(world.ours.id).await;
        let found = companies.iter().find(|it| it["pax8_id"] == deleted);
        let found = found.unwrap();
        assert_eq!(
            (found["name"].as_str(), found["missing_since"].as_str()),
            ("Last in line", "")
        );

        let before = asked();
        world.sync(&world.ours).await;
        assert_eq!(
            asked() - before,
            1,
            "those unknown to Pax8 are asked for once"
        );
        assert_eq!(missing().await, 129);
    })
    .await;
}

#[tokio::test]
async fn i7_a_sync_of_one_company_says_nothing_about_the_connection() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let faults = world.sandbox.sandbox().faults();
        let error = async || world.connection(&world.ours).await["last_error"].clone();
        let one = demo::company_id(1);

        faults.add(Fault::new(Place::Subscriptions, What::Forbidden).always());
        let sync = world.sync_company(&one).await;
        assert_eq!(sync["status"], "failed");
        let sentence = "Pax8 no longer gives this company; run Sync Now.";
        assert_eq!(sync["error"], sentence);
        assert_eq!(error().await, json!(null));
        faults.clear();

        faults.add(Fault::new(Place::Companies, What::WrongTotal { by: 3 }).always());
        let failed = world.sync(&world.ours).await;
        assert_eq!(failed["status"], "failed");
        assert_eq!(error().await, failed["error"]);
        let sync = world.sync_company(&one).await;
        assert_eq!(sync["status"], "succeeded");
        assert_eq!(
            error().await,
            failed["error"],
            "everything is as unsure as before"
        );
        faults.clear();

        // It proves the credentials, though: refusals count in a row.
        let refused = || Fault::new(Place::Token, What::Unauthorized).always();
        for _ in 0..2 {
            faults.add(refused());
            world.sync(&world.ours).await;
            world.sync_company(&one).await;
            faults.clear();
            assert_eq!(world.sync_company(&one).await["status"], "succeeded");
            assert_eq!(world.connection(&world.ours).await["status"], "connected");
        }
        faults.add(refused());
        for _ in 0..3 {
            world.sync_company(&one).await;
        }
        let connection = world.connection(&world.ours).await;
        assert_eq!(connection["status"], "inactive");
        let told = connection["last_error"].as_str().unwrap();
        assert!(told.contains("Client ID and Client Secret"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn a_company_was_last_synced_when_its_subscriptions_were_alone_or_with_all() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let shown = async |number: u32| {
            let id = world.company_id(&demo::company_id(number));
            let path = format!("{PAX8}/companies/{id}");
            let shown = world.ours.owner.get(&path).await.json(200);
            shown["last_synced_at"].clone()
        };
        assert_eq!(shown(1).await, "2026-06-15T12:00:00Z");
        world.set_now("2026-06-15T13:00:00Z");
        world.sync_company(&demo::company_id(1)).await;
        assert_eq!(shown(1).await, "2026-06-15T13:00:00Z");
        assert_eq!(shown(2).await, "2026-06-15T12:00:00Z");
        world.set_now("2026-06-15T14:00:00Z");
        let estate = world.sandbox.sandbox().estate();
        estate.remove_company(&demo::company_id(2)).unwrap();
        world.sync(&world.ours).await;
        assert_eq!(shown(1).await, "2026-06-15T14:00:00Z");
        assert_eq!(
            shown(2).await,
            json!(null),
            "missing: only what it had itself"
        );
    })
    .await;
}

#[tokio::test]
async fn d7_what_comes_back_absent_keeps_its_last_known_value_and_date() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let id = demo::subscription_id(1);
        let estate = world.sandbox.sandbox().estate();
        world.set_now("2026-06-15T14:00:00Z");
        world.sync(&world.ours).await;
        estate.drop_quantity(&id).unwrap();
        world.set_now("2026-06-15T16:00:00Z");
        let sync = world.sync(&world.ours).await;
        assert_eq!(sync["subscriptions"]["updated"], 1);
        let stored = world.subscription(&id).await;
        assert_eq!(stored["quantity"], "18");
        assert_eq!(
            stored["last_known"],
            r#"{"quantity":"2026-06-15T14:00:00Z"}"#
        );
        world.set_now("2026-06-15T18:00:00Z");
        assert_eq!(world.sync(&world.ours).await["subscriptions"]["updated"], 0);
        assert_eq!(
            world.subscription(&id).await["last_known"],
            stored["last_known"]
        );
        estate.set_quantity(&id, decimal("19")).unwrap();
        let sync = world.sync(&world.ours).await;
        let stored = world.subscription(&id).await;
        assert_eq!(
            (stored["quantity"].as_str(), stored["last_known"].as_str()),
            ("19", "{}")
        );
        let change = &world.changes(&sync).await[0];
        assert_eq!(
            (&change["before"], &change["after"]),
            (&json!("18"), &json!("19"))
        );
    })
    .await;
}

#[tokio::test]
async fn an_orphan_is_stored_under_a_company_without_a_name() {
    on_each_engine(async |world| {
        let estate = world.sandbox.sandbox().estate();
        let orphan = estate.add_subscription(pax8_sandbox::NewSubscription {
            company: "c0000000-0000-4000-8000-000000009999".to_owned(),
            product: demo::product_id(1),
            ..Default::default()
        });
        let sync = world.connect(&world.ours).await;
        assert_eq!(sync["status"], "succeeded");
        assert!(
            sync["warnings"].to_string().contains("unknown to Pax8"),
            "{}",
            sync["warnings"]
        );
        let stored = world.subscription(&orphan).await;
        let companies = world.companies(world.ours.id).await;
        let company = companies
            .iter()
            .find(|it| it["pax8_id"] == stored["company_pax8_id"])
            .unwrap();
        assert_eq!(company["name"], "");
        assert_ne!(company["missing_since"], "");
        let asked = || world.sandbox.sandbox().counters().of(Place::Company);
        let before = asked();
        world.sync(&world.ours).await;
        assert_eq!(asked(), before, "asked for once");
    })
    .await;
}

#[tokio::test]
async fn i12_two_organizations_on_one_account_do_not_meet() {
    on_each_engine(async |world| {
        let sync = world.connect(&world.ours).await;
        world.connect(&world.theirs).await;
        let theirs = world.snapshot(world.theirs.id).await;
        world
            .sandbox
            .sandbox()
            .estate()
            .set_quantity(&demo::subscription_id(1), decimal("99"))
            .unwrap();
        world.sync(&world.ours).await;
        assert_eq!(world.snapshot(world.theirs.id).await, theirs);
        let path = format!("{SYNCS}/{}", sync["id"].as_str().unwrap());
        for path in [
            path.clone(),
            format!("{path}/changes"),
            format!("{path}/events"),
        ] {
            assert_eq!(
                world.theirs.owner.get(&path).await.refusal(404),
                "not_found"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_lists_are_paged_and_refuse_a_cursor_of_another_list() {
    on_each_engine(async |world| {
        let sync = world.connect(&world.ours).await;
        let path = format!("{SYNCS}/{}/changes?limit=50", sync["id"].as_str().unwrap());
        let first = world.ours.owner.get(&path).await.json(200);
        assert_eq!(first["data"].as_array().unwrap().len(), 50);
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = world
            .ours
            .owner
            .get(&format!("{path}&cursor={cursor}"))
            .await
            .json(200);
        assert_eq!(
            second["data"].as_array().unwrap().len(),
            25,
            "15 companies, 60 subscriptions"
        );
        assert_eq!(second["next_cursor"], json!(null));
        assert_ne!(first["data"][0]["id"], second["data"][0]["id"]);
        assert_eq!(
            world
                .ours
                .owner
                .get(&format!("{path}&cursor=nonsense"))
                .await
                .refusal(422),
            "invalid_fields"
        );
        assert_eq!(
            world.connection(&world.ours).await["running_sync_id"],
            json!(null)
        );
        world
            .ours
            .owner
            .put(PAX8, json!({ "auto_map": false }))
            .await;
    })
    .await;
}
