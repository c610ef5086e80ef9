//! Mapping by hand and unlinking.

use ascent::{
    ids::CompanyId,
    pax8::companies::{Suggester, companies_of_client, impact_of_unlink, load_company},
};
use serde_json::{Value, json};

use super::*;
use crate::{clients::refused, world::on_each_engine};

fn mapping(company: &str) -> String {
    format!("/api/v1/integrations/pax8/companies/{company}/mapping")
}

#[tokio::test]
async fn s4_s95_s96_s100_a_company_is_mapped_by_hand() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (company, _) = add_estate(world, &world.ours, "Harbor", &[SEATS]).await;
        let harbor = client(owner, json!({ "name": "Harbor Dental Group" })).await;
        let mapped = map(owner, &company, &harbor).await;
        assert_eq!(
            mapped["client"],
            json!({ "id": harbor, "name": "Harbor Dental Group" })
        );
        assert_eq!(mapped["mapped_by"], "manual");
        assert_eq!(mapped["links_ended"], 0);
        assert_eq!(shown_company(owner, &company).await["client"]["id"], harbor);

        let (action, before, after) = latest_event(world, &company).await;
        assert_eq!(action, "pax8_company.mapped");
        assert_eq!(before["client_id"], Value::Null);
        assert_eq!(after["client"], "Harbor Dental Group");

        let events = count_events(world).await;
        map(owner, &company, &harbor).await;
        assert_eq!(count_events(world).await, events, "nothing changed");
    })
    .await;
}

#[tokio::test]
async fn d13_two_companies_may_be_mapped_to_one_client_by_hand() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let ids = add_companies(world, &world.ours, &[told("A"), told("B")]).await;
        let one = client(owner, json!({ "name": "One" })).await;
        for id in &ids {
            map(owner, id, &one).await;
        }
        let mut tx = world.app.database.read(world.ours.id).await.unwrap();
        let one = ascent::ids::ClientId::parse(&one).unwrap();
        let companies = companies_of_client(&mut tx, one).await.unwrap();
        let names: Vec<_> = companies.iter().map(|it| it.display_name()).collect();
        assert_eq!(names, ["A", "B"]);
    })
    .await;
}

#[tokio::test]
async fn a_company_is_mapped_only_to_an_active_client() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (company, _) = add_estate(world, &world.ours, "Harbor", &[]).await;
        for id in ["not-an-id", "0190c2f0-0000-7000-8000-000000000000"] {
            let answer = owner
                .put(&mapping(&company), json!({ "client_id": id }))
                .await;
            assert_eq!(answer.refusal(404), "not_found");
        }
        let gone = client(owner, json!({ "name": "Gone" })).await;
        owner.delete(&format!("/api/v1/clients/{gone}")).await;
        let answer = owner
            .put(&mapping(&company), json!({ "client_id": gone }))
            .await;
        assert_eq!(refused(&answer.json(422)), ["client_id"]);
        let slip = owner
            .put(&mapping(&company), json!({ "client": gone }))
            .await;
        assert_eq!(refused(&slip.json(422)), ["client"]);
        assert_eq!(shown_company(owner, &company).await["client"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn s97_s98_d14_unlinking_ends_links_keeps_pricing_and_the_company_can_be_mapped_again() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (company, sold) = add_estate(world, &world.ours, "Harbor", &[SEATS, YEARLY, SEATS]).await;
        let harbor = client(owner, json!({ "name": "Harbor" })).await;
        map(owner, &company, &harbor).await;
        let monthly = recurring(owner, &harbor, "monthly").await;
        for id in &sold[..2] {
            let settings = json!({ "markup": { "type": "percentage", "value": "20" }, "recurring_invoice_id": monthly });
            save(owner, id, settings).await;
        }
        let mut tx = world.app.database.read(world.ours.id).await.unwrap();
        let id = CompanyId::parse(&company).unwrap();
        let impact = impact_of_unlink(&mut tx, id).await.unwrap();
        drop(tx);
        assert_eq!(impact.lines, 2);
        assert_eq!(impact.monthly.unwrap().to_string(), "957.48", "821.40 and 136.08");

        let unlinked = owner.delete(&mapping(&company)).await.json(200);
        assert_eq!(unlinked["client"], Value::Null);
        assert_eq!(unlinked["mapped_by"], Value::Null);
        assert_eq!(unlinked["links_ended"], 2);
        assert_eq!(latest_event(world, &company).await.2["links_ended"], 2);
        let subscription = shown(owner, &sold[0]).await;
        assert_eq!(subscription["recurring_invoice"], Value::Null);
        assert_eq!(subscription["markup"], json!({ "type": "percentage", "value": "20" }));
        assert_eq!(subscription["bill_price"], "22.20");
        assert_eq!(subscription["billing"], json!({ "state": "not_linked", "reason": null }));
        assert_eq!(owner.delete(&mapping(&company)).await.json(200)["links_ended"], 0);

        map(owner, &company, &harbor).await;
        assert_eq!(shown(owner, &sold[0]).await["recurring_invoice"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn d14_an_old_client_never_pays_for_a_new_one() {
    on_each_engine(async |world| {
        connect(world, &world.ours).await;
        let owner = &world.ours.owner;
        let (company, sold) = add_estate(world, &world.ours, "Harbor", &[SEATS]).await;
        let (other, others) = add_estate(world, &world.ours, "Other", &[SEATS]).await;
        let old = client(owner, json!({ "name": "Old" })).await;
        let new = client(owner, json!({ "name": "New" })).await;
        let invoice = recurring(owner, &old, "monthly").await;
        for (company, sold) in [(&company, &sold[0]), (&other, &others[0])] {
            map(owner, company, &old).await;
            save(owner, sold, json!({ "recurring_invoice_id": invoice })).await;
        }
        let mapped = map(owner, &company, &new).await;
        assert_eq!(mapped["links_ended"], 1);
        assert_eq!(mapped["client"]["name"], "New");
        assert_eq!(
            shown(owner, &sold[0]).await["recurring_invoice"],
            Value::Null
        );
        assert_eq!(
            shown(owner, &others[0]).await["recurring_invoice"]["id"],
            invoice
        );

        let run = json!({ "as_of": "2026-07-01" });
        let run = owner.post("/api/v1/billing-runs", run).await;
        assert!(run.status.is_success(), "{}", run.text);
        let invoices = owner.get("/api/v1/invoices").await;
        invoices.json(200);
        assert!(!invoices.text.contains(&sold[0]), "{}", invoices.text);
        assert!(invoices.text.contains(&others[0]), "{}", invoices.text);
    })
    .await;
}

#[tokio::test]
async fn s75_s122_mapping_changes_no_figure_unless_the_currency_differs() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (company, sold) = add_estate(world, &world.ours, "Harbor", &[SEATS]).await;
        let figures = (Some("18.50".to_owned()), Some(68450), Some(68450), false);
        assert_eq!(stored_figures(world, &sold[0]).await, figures);
        map(
            owner,
            &company,
            &client(owner, json!({ "name": "Dollars" })).await,
        )
        .await;
        assert_eq!(stored_figures(world, &sold[0]).await, figures);
        let euros = client(owner, json!({ "name": "Euros", "currency": "EUR" })).await;
        map(owner, &company, &euros).await;
        assert_eq!(
            stored_figures(world, &sold[0]).await,
            (None, None, None, false)
        );
        assert_eq!(shown(owner, &sold[0]).await["bill_price"], Value::Null);
        owner.delete(&mapping(&company)).await.json(200);
        assert_eq!(stored_figures(world, &sold[0]).await, figures);
    })
    .await;
}

#[tokio::test]
async fn s94_clients_are_offered_with_their_reasons() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let harbor = client(
            owner,
            json!({ "name": "Harbor Dental Group", "account_reference": "NW-1" }),
        )
        .await;
        client(owner, json!({ "name": "Granite Law" })).await;
        let company = Told {
            external_id: Some("nw-1"),
            ..told("Harbor Dental Grp")
        };
        let ids = add_companies(world, &world.ours, &[company]).await;
        let mut tx = world.app.database.read(world.ours.id).await.unwrap();
        let company = load_company(&mut tx, CompanyId::parse(&ids[0]).unwrap())
            .await
            .unwrap();
        let offered = Suggester::load(&mut tx)
            .await
            .unwrap()
            .suggest(&company)
            .unwrap();
        assert_eq!(offered.len(), 1);
        assert_eq!(offered[0].client_id.to_string(), harbor);
        assert_eq!(offered[0].reasons[0].to_string(), "same reference");
    })
    .await;
}

#[tokio::test]
async fn s95_s97_a_mapping_that_was_changed_meanwhile_is_not_overwritten() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (company, _) = add_estate(world, &world.ours, "Zenith", &[]).await;
        let path = mapping(&company);
        let x = client(owner, json!({ "name": "X" })).await;
        let y = client(owner, json!({ "name": "Y" })).await;
        let put = async |client: &str, seen: Value| {
            let body = json!({ "client_id": client, "expected_client_id": seen });
            owner.put(&path, body).await
        };
        put(&x, Value::Null).await.json(200);
        let stale = put(&y, Value::Null).await;
        assert_eq!(stale.refusal(409), "changed_meanwhile");
        assert_eq!(
            stale.json(409)["detail"],
            "Zenith is mapped to X meanwhile. Look again before you change it."
        );
        put(&x, Value::Null).await.json(200); // as it is already: nothing is overwritten
        put(&y, json!(x)).await.json(200);
        let stale = owner
            .delete(&format!("{path}?expected_client_id={x}"))
            .await;
        assert_eq!(stale.refusal(409), "changed_meanwhile");
        assert_eq!(shown_company(owner, &company).await["client"]["id"], y);
        owner
            .delete(&format!("{path}?expected_client_id={y}"))
            .await
            .json(200);
        let stale = put(&x, json!(y)).await.json(409);
        assert_eq!(
            stale["detail"],
            "Zenith was unlinked meanwhile. Look again before you change it."
        );
    })
    .await;
}
