//! Whatever Pax8 does wrong, a sync ends in the complete new estate or leaves the old one untouched.

use pax8_sandbox::{Drift, Fault, Place, RetryAfter, SandboxConfig, What, demo};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{
    estate::Record,
    world::{World, on_each_engine, with_sandbox},
};

/// Faults that pass, or that a second try overcomes.
fn passing() -> Vec<Fault> {
    let pages = [Place::Companies, Place::Subscriptions];
    let short = || Some(RetryAfter::Seconds(0));
    let mut faults: Vec<_> = pages
        .into_iter()
        .flat_map(|place| {
            [
                What::TooManyRequests { retry_after: None },
                What::TooManyRequests {
                    retry_after: short(),
                },
                What::ServerError { status: 500 },
                What::ServerError { status: 503 },
                What::CutBody,
                What::HtmlOk,
                What::EmptyBody,
                What::Unauthorized,
                What::WrongTotal { by: 3 },
                What::WrongTotal { by: -1 },
                What::DuplicateRow,
                What::EmptyPage,
                What::ExtraFields,
                What::NumberAsString,
            ]
            .map(|what| Fault::new(place, what))
        })
        .collect();
    faults.push(Fault::new(Place::Token, What::ServerError { status: 502 }));
    faults
}

/// Faults that stay.
fn lasting() -> Vec<Fault> {
    let pages = [Place::Companies, Place::Subscriptions];
    pages
        .into_iter()
        .flat_map(|place| {
            [
                What::TooManyRequests { retry_after: None },
                What::ServerError { status: 500 },
                What::CutBody,
                What::HtmlOk,
                What::EmptyBody,
                What::Forbidden,
                What::NotFound,
                What::OldError,
                What::WrongTotal { by: 3 },
                What::DuplicateRow,
                What::EmptyPage,
                What::MissingPage,
                What::MissingId,
            ]
            .map(|what| Fault::new(place, what).always())
        })
        .collect()
}

/// Rows that are odd in one field or another.
fn odd_rows() -> Vec<What> {
    vec![
        What::UnknownEnum,
        What::HugeDecimals,
        What::MissingName,
        What::MissingQuantity,
        What::NullFields,
        What::OddDates,
        What::OrphanCompany,
    ]
}

async fn sync_with(world: &World, fault: Fault) -> Value {
    let faults = world.sandbox.sandbox().faults();
    faults.add(fault);
    let sync = world.sync(&world.ours).await;
    faults.clear();
    sync
}

#[tokio::test]
async fn d3_d4_a_fault_that_passes_costs_nothing_but_a_repetition() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let id = demo::subscription_id(1);
        let estate = world.sandbox.sandbox().estate();
        for (quantity, fault) in (100..).zip(passing()) {
            estate.set_quantity(&id, Decimal::from(quantity)).unwrap();
            let sync = sync_with(world, fault.clone()).await;
            assert_eq!(sync["status"], "succeeded", "{fault:?}: {sync}");
            let counts = json!({ "created": 0, "updated": 1, "unchanged": 59, "missing": 0 });
            assert_eq!(sync["subscriptions"], counts, "{fault:?}");
            assert_eq!(sync["companies"]["unchanged"], 15, "{fault:?}");
            let stored = world.subscription(&id).await;
            assert_eq!(stored["quantity"], quantity.to_string(), "{fault:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn i7_d3_d4_a_fault_that_stays_changes_nothing_and_says_why() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let estate = world.sandbox.sandbox().estate();
        estate
            .set_quantity(&demo::subscription_id(1), Decimal::from(77))
            .unwrap();
        let before = world.snapshot(world.ours.id).await;
        for fault in lasting() {
            let sync = sync_with(world, fault.clone()).await;
            assert_eq!(sync["status"], "failed", "{fault:?}: {sync}");
            let sentence = sync["error"].as_str().unwrap();
            assert!(sentence.starts_with("Pax8"), "{sentence}");
            assert_eq!(world.snapshot(world.ours.id).await, before, "{fault:?}");
            let connection = world.connection(&world.ours).await;
            assert_eq!(connection["last_error"], sync["error"]);
            assert_eq!(connection["status"], "connected", "{fault:?}");
            assert_eq!(connection["last_sync_at"], "2026-06-15T12:00:00Z");
        }
        let sync = world.sync(&world.ours).await;
        assert_eq!(sync["subscriptions"]["updated"], 1);
        assert_eq!(
            world.connection(&world.ours).await["last_error"],
            json!(null)
        );
    })
    .await;
}

#[tokio::test]
async fn d7_d8_an_odd_row_costs_no_row_and_is_put_right_by_the_next_sync() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let facts = async || -> Vec<Record> {
            let mut stored = world.subscriptions(world.ours.id).await;
            for it in &mut stored {
                it.remove("seen_at");
                it.remove("seen_sync_id");
            }
            stored
        };
        let before = facts().await;
        for place in [Place::Companies, Place::Subscriptions] {
            for what in odd_rows() {
                let sync = sync_with(world, Fault::new(place, what.clone())).await;
                assert_eq!(sync["status"], "succeeded", "{what:?}: {sync}");
                assert_eq!(sync["subscriptions"]["missing"], 0, "{what:?}");
                assert_eq!(world.subscriptions(world.ours.id).await.len(), 60);
                let sync = world.sync(&world.ours).await;
                assert_eq!(sync["status"], "succeeded");
                assert_eq!(facts().await, before, "{what:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn d7_an_amount_with_too_many_digits_is_kept_as_last_known_with_a_warning() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let before = world.subscriptions(world.ours.id).await;
        let fault = Fault::new(Place::Subscriptions, What::HugeDecimals);
        let sync = sync_with(world, fault).await;
        let warnings = sync["warnings"].to_string();
        assert!(warnings.contains("more digits"), "{warnings}");
        let after = world.subscriptions(world.ours.id).await;
        let prices = |stored: &[Record]| -> Vec<[String; 2]> {
            let of = |it: &Record| ["price", "partner_cost"].map(|name| it[name].clone());
            stored.iter().map(of).collect()
        };
        assert_eq!(prices(&after), prices(&before));
        let remembered = after.iter().filter(|it| it["last_known"] != "{}");
        assert_eq!(remembered.count(), 1);
    })
    .await;
}

#[tokio::test]
async fn d7_an_end_date_that_cannot_be_read_stays_as_last_known() {
    on_each_engine(async |world| {
        let estate = world.sandbox.sandbox().estate();
        for subscription in estate.subscriptions() {
            let end = "2027-01-01".parse().unwrap();
            estate.cancel(&subscription.id, end).unwrap();
        }
        world.connect(&world.ours).await;
        let ended = async || {
            let stored = world.subscriptions(world.ours.id).await;
            let last_known = |it: &&Record| it["last_known"].contains("end_date");
            let ended = stored.iter().filter(|it| it["end_date"] == "2027-01-01");
            (ended.count(), stored.iter().filter(last_known).count())
        };
        assert_eq!(ended().await, (60, 0));
        let odd = || Fault::new(Place::Subscriptions, What::OddDates);
        let sync = sync_with(world, odd()).await;
        assert_eq!(ended().await, (60, 1), "{sync}");
        let warnings = sync["warnings"].to_string();
        assert!(
            warnings.contains("what was known before stays"),
            "{warnings}"
        );
        sync_with(world, odd()).await;
        assert_eq!(ended().await, (60, 1));
        world.sync(&world.ours).await;
        assert_eq!(ended().await, (60, 0));
        sync_with(world, Fault::new(Place::Subscriptions, What::NullFields)).await;
        assert_eq!(
            ended().await,
            (59, 0),
            "an end that is absent was taken away"
        );
    })
    .await;
}

#[tokio::test]
async fn d3_a_product_that_pax8_refuses_costs_no_more_than_its_vendor() {
    on_each_engine(async |world| {
        let refused = Fault::new(Place::Product, What::Forbidden).always();
        world.sandbox.sandbox().faults().add(refused);
        let sync = world.connect(&world.ours).await;
        assert_eq!(sync["status"], "succeeded", "{sync}");
        let id = demo::subscription_id(1);
        assert_eq!(world.subscription(&id).await["vendor"], "");
        world.sandbox.sandbox().faults().clear();
        world.set_now("2026-06-23T12:00:00Z");
        world.sync(&world.ours).await;
        assert_eq!(world.subscription(&id).await["vendor"], "Microsoft");
    })
    .await;
}

#[tokio::test]
async fn d3_rows_that_shift_between_pages_are_read_again() {
    with_sandbox(
        || SandboxConfig::sized(20, 500, 5),
        async |world| {
            world.connect(&world.ours).await;
            for drift in [Drift::Insert, Drift::Delete] {
                let fault = Fault::new(Place::Subscriptions, What::PageDrift(drift)).page(0);
                let sync = sync_with(world, fault).await;
                assert_eq!(sync["status"], "succeeded", "{sync}");
                let mut there: Vec<String> = world
                    .sandbox
                    .sandbox()
                    .estate()
                    .subscriptions()
                    .iter()
                    .map(|it| it.id.clone())
                    .collect();
                there.sort();
                let stored = world.subscriptions(world.ours.id).await;
                let present = stored.iter().filter(|it| it["missing_since"].is_empty());
                let here: Vec<String> = present.map(|it| it["pax8_id"].clone()).collect();
                assert_eq!(here, there);
            }
            let drift = What::PageDrift(Drift::Insert);
            let always = Fault::new(Place::Subscriptions, drift).page(0).always();
            let before = world.snapshot(world.ours.id).await;
            let sync = sync_with(world, always).await;
            assert_eq!(sync["status"], "failed", "{sync}");
            assert_eq!(world.snapshot(world.ours.id).await, before);
        },
    )
    .await;
}

#[tokio::test]
async fn d11_three_refusals_in_a_row_switch_it_off_and_network_failures_never_do() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let refused = || Fault::new(Place::Token, What::Unauthorized).always();
        let down = || Fault::new(Place::Token, What::ServerError { status: 503 }).always();
        for _ in 0..4 {
            let sync = sync_with(world, down()).await;
            assert_eq!(sync["status"], "failed");
        }
        assert_eq!(world.connection(&world.ours).await["status"], "connected");
        for _ in 0..2 {
            sync_with(world, refused()).await;
        }
        assert_eq!(world.connection(&world.ours).await["status"], "connected");
        world.sync(&world.ours).await;
        for _ in 0..3 {
            sync_with(world, refused()).await;
        }
        let connection = world.connection(&world.ours).await;
        assert_eq!(connection["status"], "inactive", "three in a row");
        let error = connection["last_error"].as_str().unwrap();
        assert!(error.contains("Client ID and Client Secret"), "{error}");
        let owner = &world.ours.owner;
        let answer = owner.post(crate::estate::SYNCS, json!({})).await;
        assert_eq!(answer.refusal(409), "pax8_inactive");
        let syncs = world.count_syncs(&world.ours).await;
        world.set_now("2026-06-16T12:00:00Z");
        world.work().await;
        assert_eq!(
            world.count_syncs(&world.ours).await,
            syncs,
            "i6: no scheduled one"
        );
        assert_eq!(world.connect(&world.ours).await["status"], "succeeded");
        assert_eq!(world.connection(&world.ours).await["status"], "connected");
    })
    .await;
}

#[tokio::test]
async fn the_character_nul_in_what_pax8_sends_is_left_out() {
    on_each_engine(async |world| {
        let estate = world.sandbox.sandbox().estate();
        let (company, subscription) = (demo::company_id(1), demo::subscription_id(1));
        estate.rename_company(&company, "Lake\0side\0").unwrap();
        estate
            .set_website(&company, Some("\0lakeside.example"))
            .unwrap();
        estate.set_external_id(&company, Some("\0")).unwrap();
        estate.set_status(&subscription, "Act\0ive").unwrap();
        estate.set_billing_term(&subscription, "Mon\0thly").unwrap();
        estate.set_currency(&subscription, Some("US\0D")).unwrap();
        let product = estate.subscription(&subscription).unwrap();
        estate
            .rename_product(&product.product_id, "Mail\0box")
            .unwrap();
        let sync = world.connect(&world.ours).await;
        assert_eq!(sync["status"], "succeeded", "{sync}");
        let companies = world.companies(world.ours.id).await;
        let stored = companies
            .iter()
            .find(|it| it["pax8_id"] == company)
            .unwrap();
        assert_eq!(stored["name"], "Lakeside");
        assert_eq!(stored["website"], "lakeside.example");
        assert_eq!(stored["external_id"], "");
        let stored = world.subscription(&subscription).await;
        assert_eq!(stored["status"], "Active");
        assert_eq!(stored["billing_term"], "Monthly");
        assert_eq!(stored["currency"], "USD");
        assert_eq!(stored["product_name"], "Mailbox");
    })
    .await;
}
