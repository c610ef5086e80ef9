//! Mapping many companies at once.

use serde_json::{Value, json};

use super::*;
use crate::{clients::refused, world::on_each_engine};

const MAPPINGS: &str = "/api/v1/integrations/pax8/companies/mappings";

fn pair(company: &str, client: &str) -> Value {
    json!({ "company_id": company, "client_id": client })
}

#[tokio::test]
async fn s95_many_companies_are_mapped_at_once_with_an_event_each() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let ids = add_companies(world, &world.ours, &[told("A"), told("B"), told("C")]).await;
        let a = client(owner, json!({ "name": "A" })).await;
        let b = client(owner, json!({ "name": "B" })).await;
        let events = count_events(world).await;
        let body = json!({ "mappings": [pair(&ids[0], &a), pair(&ids[1], &b)] });
        let done = owner.post(MAPPINGS, body).await.json(200);
        assert_eq!(done["skipped"], json!([]));
        assert_eq!(done["mapped"][0]["client"], json!({ "id": a, "name": "A" }));
        assert_eq!(done["mapped"][1]["mapped_by"], "manual");
        assert_eq!(count_events(world).await, events + 2);
        let (action, before, after) = latest_event(world, &ids[1]).await;
        assert_eq!(
            (action.as_str(), &before["client"]),
            ("pax8_company.mapped", &Value::Null)
        );
        assert_eq!(after["client"], "B");
        assert_eq!(shown_company(owner, &ids[2]).await["client"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn s95_what_changed_meanwhile_is_skipped_with_the_reason_and_the_rest_is_mapped() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let names = ["Taken", "Archived", "Strange", "Good"];
        let ids = add_companies(world, &world.ours, &names.map(told)).await;
        let old = client(owner, json!({ "name": "Old" })).await;
        let gone = client(owner, json!({ "name": "Gone" })).await;
        owner.delete(&format!("/api/v1/clients/{gone}")).await;
        let theirs = client(&world.theirs.owner, json!({ "name": "Theirs" })).await;
        let stranger = add_companies(world, &world.theirs, &[told("Stranger")]).await;
        map(owner, &ids[0], &old).await;

        let wanted = [
            pair(&ids[0], &gone),
            pair(&ids[1], &gone),
            pair(&ids[2], &theirs),
            pair(&stranger[0], &old),
            pair("none", "none"),
            pair(&ids[3], &old),
            pair(&ids[3], &old),
        ];
        let done = owner
            .post(MAPPINGS, json!({ "mappings": wanted }))
            .await
            .json(200);
        let reasons: Vec<_> = done["skipped"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["reason"])
            .collect();
        assert_eq!(
            reasons,
            [
                "already_mapped",
                "client_archived",
                "client_not_found",
                "company_not_found",
                "company_not_found",
                "already_mapped"
            ]
        );
        assert_eq!(
            done["skipped"][0]["detail"],
            "Taken is mapped to Old already."
        );
        assert_eq!(
            done["skipped"][1]["detail"],
            "Archived stays unmapped: the client Gone is archived."
        );
        assert_eq!(done["skipped"][1]["company_id"], ids[1]);
        assert_eq!(done["mapped"].as_array().unwrap().len(), 1);
        assert_eq!(done["mapped"][0]["name"], "Good");
        assert_eq!(shown_company(owner, &ids[0]).await["client"]["name"], "Old");
        let other = shown_company(&world.theirs.owner, &stranger[0]).await;
        assert_eq!(other["client"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn no_more_are_mapped_at_once_than_a_transaction_should_hold() {
    on_each_engine(async |world| {
        let many = vec![pair("a", "b"); 1_001];
        let answer = world
            .ours
            .owner
            .post(MAPPINGS, json!({ "mappings": many }))
            .await;
        assert_eq!(refused(&answer.json(422)), ["mappings"]);
    })
    .await;
}

#[tokio::test]
async fn s75_s95_companies_mapped_together_are_each_worth_what_their_own_client_makes_of_them() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (dollars, sold) = add_estate(world, &world.ours, "Dollars", &[SEATS]).await;
        let (euros, sold_in_euros) =
            add_estate(world, &world.ours, "Euros", &[SEATS, YEARLY]).await;
        let us = client(owner, json!({ "name": "US" })).await;
        let eu = client(owner, json!({ "name": "EU", "currency": "EUR" })).await;
        let body = json!({ "mappings": [pair(&euros, &eu), pair(&dollars, &us)] });
        let done = owner.post(MAPPINGS, body).await.json(200);
        assert_eq!(done["mapped"][0]["name"], "Euros", "in the order given");
        let known = (Some("18.50".to_owned()), Some(68450), Some(68450), false);
        assert_eq!(stored_figures(world, &sold[0]).await, known);
        for subscription in &sold_in_euros {
            let figures = stored_figures(world, subscription).await;
            assert_eq!(figures, (None, None, None, false));
        }
    })
    .await;
}
