//! The estates themselves: the same for the same seed, in the right mixes, and
//! alive when the clock moves.

use std::collections::{BTreeMap, HashSet};

use crate::support::{Api, id};
use jiff::ToSpan;
use pax8_sandbox::{NewCompany, NewProduct, NewSubscription, Sandbox, SandboxConfig, demo};
use rust_decimal::Decimal;
use serde_json::json;

fn fingerprint(sandbox: &Sandbox) -> String {
    let estate = sandbox.estate();
    let rows = json!([
        estate
            .companies()
            .iter()
            .map(|r| format!("{r:?}"))
            .collect::<Vec<_>>(),
        estate
            .products()
            .iter()
            .map(|r| format!("{r:?}"))
            .collect::<Vec<_>>(),
        estate
            .subscriptions()
            .iter()
            .map(|r| format!("{r:?}"))
            .collect::<Vec<_>>()
    ]);
    rows.to_string()
}

#[test]
fn the_same_seed_gives_the_same_estate() {
    let config = SandboxConfig::sized(50, 300, 45);
    let other = SandboxConfig {
        seed: 2,
        ..config.clone()
    };
    let first = fingerprint(&Sandbox::new(config.clone()));
    assert_eq!(first, fingerprint(&Sandbox::new(config)));
    assert_ne!(first, fingerprint(&Sandbox::new(other)));
}

#[test]
fn the_first_ids_of_seed_one_never_change() {
    let estate = Sandbox::new(SandboxConfig::sized(1, 1, 1)).estate();
    assert_eq!(
        estate.companies()[0].id,
        "8dcd2ee1-dea3-4020-a400-6223dc0d27ae"
    );
    assert_eq!(
        estate.products()[0].id,
        "4ee5d221-81fd-4512-86b0-864fe9214e0a"
    );
    assert_eq!(
        estate.subscriptions()[0].id,
        "b6b1ad04-e5ea-4c06-a618-17d9fda508c7"
    );
}

#[test]
fn the_default_estate_has_the_mixes_of_a_real_partner() {
    let estate = Sandbox::new(SandboxConfig::default()).estate();
    let rows = estate.subscriptions();
    let share = |wanted: &dyn Fn(&pax8_sandbox::estate::Subscription) -> bool| {
        rows.iter().filter(|row| wanted(row)).count() * 1_000 / rows.len()
    };
    let near = |name: &str, got: usize, permille: usize| {
        assert!(
            got.abs_diff(permille) <= 20,
            "{name}: {got} of 1,000 instead of {permille}"
        );
    };
    for (status, permille) in [
        ("Active", 750),
        ("Cancelled", 150),
        ("Trial", 50),
        ("PendingManual", 30),
    ] {
        near(status, share(&|row| row.status == status), permille);
    }
    for (term, permille) in [
        ("Monthly", 500),
        ("Annual", 250),
        ("2-Year", 80),
        ("Trial", 50),
    ] {
        near(term, share(&|row| row.billing_term == term), permille);
    }
    near("no cost", share(&|row| row.partner_cost.is_none()), 50);
    assert!(
        rows.iter()
            .any(|row| row.partner_cost == Some(Decimal::ZERO))
    );
    assert!(
        rows.iter()
            .any(|row| row.partner_cost.is_some_and(|cost| cost.scale() > 2))
    );
    assert!(
        rows.windows(2)
            .all(|pair| pair[0].created <= pair[1].created)
    );

    let mut held: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *held.entry(&row.company_id).or_default() += 1;
    }
    assert!(held.len() < 1_000, "some companies hold nothing");
    assert!(held.values().max() > Some(&100), "some hold hundreds");
    let names: HashSet<_> = estate
        .companies()
        .iter()
        .map(|row| row.name.clone())
        .collect();
    assert_eq!(names.len(), 1_000);
    assert!(names.iter().any(|name| name.starts_with("<script>")));
    assert!(names.iter().any(|name| name.starts_with('=')));
    assert!(names.iter().any(|name| name.chars().count() == 300));
}

#[test]
fn the_demo_shows_every_state_there_is() {
    let estate = Sandbox::new(SandboxConfig::demo()).estate();
    let rows = estate.subscriptions();
    assert_eq!(rows.len(), 60);
    let has = |what: &str, found: bool| assert!(found, "{what}");
    for status in [
        "Active",
        "Cancelled",
        "PendingCancel",
        "PendingManual",
        "Trial",
        "Converted",
        "Suspended",
    ] {
        has(status, rows.iter().any(|row| row.status == status));
    }
    for term in [
        "Monthly",
        "Annual",
        "2-Year",
        "3-Year",
        "One-Time",
        "Trial",
        "Activation",
        "Quarterly",
    ] {
        has(term, rows.iter().any(|row| row.billing_term == term));
    }
    has("no cost", rows.iter().any(|row| row.partner_cost.is_none()));
    has("no quantity", rows.iter().any(|row| row.quantity.is_none()));
    has(
        "below cost",
        rows.iter().any(|row| row.price < row.partner_cost),
    );
    let companies: HashSet<_> = estate
        .companies()
        .iter()
        .map(|row| row.id.clone())
        .collect();
    let holders: HashSet<_> = rows.iter().map(|row| row.company_id.clone()).collect();
    assert!(holders.is_subset(&companies));
    assert!(!holders.contains(&demo::landmarks::without_subscriptions()));
    let row = |id: String| estate.subscription(&id).unwrap();
    assert_eq!(row(demo::landmarks::without_cost()).partner_cost, None);
    assert_eq!(row(demo::landmarks::without_quantity()).quantity, None);
    assert_eq!(row(demo::landmarks::unknown_status()).status, "Suspended");
    for subscription in &rows {
        assert!(estate.product(&subscription.product_id).is_some());
    }
}

#[test]
fn demo_clients_meet_the_companies_they_say() {
    let companies = Sandbox::new(SandboxConfig::demo()).estate().companies();
    let references: Vec<_> = companies
        .iter()
        .filter_map(|row| row.external_id.as_deref())
        .map(str::trim)
        .collect();
    let known = |client: &&demo::Client| {
        let reference = client.account_reference.unwrap_or_default();
        references
            .iter()
            .any(|known| known.eq_ignore_ascii_case(reference))
    };
    assert_eq!(demo::clients().iter().filter(known).count(), 6);
}

#[tokio::test]
async fn a_change_is_in_the_next_answer_with_its_time_and_its_history() {
    let api = Api::start(SandboxConfig::demo()).await;
    let (sandbox, subscription) = (api.sandbox(), demo::subscription_id(1));
    let estate = sandbox.estate();
    let path = format!("/v1/subscriptions/{subscription}");
    let before = api.json(&path).await;
    sandbox.advance(3.days()).unwrap();
    estate
        .set_quantity(&subscription, Decimal::from(21))
        .unwrap();
    let after = api.json(&path).await;
    assert_eq!(after["quantity"], json!(21));
    assert_ne!(after.get("updatedDate"), before.get("updatedDate"));
    let history = api.json(&format!("{path}/history")).await;
    let quantities: Vec<_> = history["content"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["quantity"])
        .collect();
    assert_eq!(quantities, [&json!(21), &json!(18)]);
    assert!(estate.set_quantity("nothing", Decimal::ONE).is_err());
}

#[tokio::test]
async fn companies_products_and_subscriptions_come_and_go() {
    let api = Api::small().await;
    let estate = api.sandbox().estate();
    let company = estate.add_company(NewCompany {
        name: "New".to_owned(),
        ..NewCompany::default()
    });
    let product = estate.add_product(NewProduct {
        name: "Thing".to_owned(),
        ..NewProduct::default()
    });
    let subscription = estate.add_subscription(NewSubscription {
        company: company.clone(),
        product: product.clone(),
        ..NewSubscription::default()
    });
    estate.rename_company(&company, "Renamed").unwrap();
    estate.set_external_id(&company, Some("X-1")).unwrap();
    estate
        .set_website(&company, Some("renamed.example"))
        .unwrap();
    let shown = api.json(&format!("/v1/companies/{company}")).await;
    assert_eq!(shown["name"], json!("Renamed"));
    assert_eq!(shown["externalId"], json!("X-1"));
    assert_eq!(shown["website"], json!("renamed.example"));

    let other = estate.companies()[0].id.clone();
    let path = format!("/v1/subscriptions/{subscription}");
    estate.move_subscription(&subscription, &other).unwrap();
    estate
        .change_product(&subscription, &estate.products()[0].id)
        .unwrap();
    estate
        .set_status(&subscription, "PendingAutomated")
        .unwrap();
    estate.set_partner_cost(&subscription, None).unwrap();
    let shown = api.json(&path).await;
    assert_eq!(shown["companyId"], json!(other));
    assert_ne!(shown["productId"], json!(product));
    assert_eq!(shown["status"], json!("PendingAutomated"));
    assert!(shown.get("partnerCost").is_none());

    estate.set_company_status(&company, "Deleted").unwrap();
    let listed = api.all("/v1/companies", 200).await;
    assert!(!listed.iter().any(|row| id(row) == company));
    estate.remove_company(&company).unwrap();
    estate.remove_product(&product).unwrap();
    estate.remove_subscription(&subscription).unwrap();
    for gone in [
        format!("/v1/companies/{company}"),
        format!("/v1/products/{product}"),
        path,
    ] {
        assert_eq!(api.get(&gone).await.status(), 404);
    }
}

#[test]
fn life_goes_on_when_the_clock_moves() {
    let sandbox = Sandbox::new(SandboxConfig::demo());
    let estate = sandbox.estate();
    let row = |number| estate.subscription(&demo::subscription_id(number)).unwrap();
    let renews_on = row(30).commitment.clone().unwrap().end.unwrap();
    sandbox.advance(1.month()).unwrap();
    assert_eq!(row(18).status, "Cancelled", "was cancelled before");
    assert_eq!(row(18).updated, None, "and is left alone");
    assert_eq!(row(19).status, "Cancelled", "its end date has passed");
    assert_eq!(row(19).updated, Some(sandbox.now()));
    let renewed = row(30).commitment.clone().unwrap().end.unwrap();
    assert_eq!(renewed, renews_on.saturating_add(1.year()));
    let trial = row(22);
    let paid = estate.subscriptions().len() - 60;
    let expected = if trial.status == "Converted" { 1 } else { 0 };
    assert!(["Converted", "Cancelled"].contains(&trial.status.as_str()));
    assert_eq!(paid, expected);
}

#[test]
fn trials_convert_into_a_paid_row_beside_them() {
    let sandbox = Sandbox::new(SandboxConfig::sized(50, 1_000, 20));
    let estate = sandbox.estate();
    let trials = estate
        .subscriptions()
        .iter()
        .filter(|row| row.status == "Trial")
        .count();
    sandbox.advance(2.months()).unwrap();
    let rows = estate.subscriptions();
    let converted = rows.iter().filter(|row| row.status == "Converted").count();
    assert!(converted > trials / 2 && converted < trials);
    assert_eq!(rows.len(), 1_000 + converted);
    assert!(rows.iter().all(|row| row.status != "Trial"));
    assert!(
        rows[1_000..]
            .iter()
            .all(|row| row.status == "Active" && row.billing_term == "Monthly")
    );
}

#[test]
fn a_cancellation_waits_for_its_day() {
    let sandbox = Sandbox::new(SandboxConfig::demo());
    let (estate, subscription) = (sandbox.estate(), demo::subscription_id(1));
    let status = || estate.subscription(&subscription).unwrap().status.clone();
    estate
        .cancel(&subscription, jiff::civil::date(2026, 7, 20))
        .unwrap();
    assert_eq!(status(), "PendingCancel");
    sandbox.advance(10.days()).unwrap();
    assert_eq!(status(), "PendingCancel");
    sandbox.advance(10.days()).unwrap();
    assert_eq!(status(), "Cancelled");
    sandbox.reset();
    assert_eq!(status(), "Active");
}
