//! Automatic mapping, as a sync does it.

use ascent::pax8::companies::{map_automatically, refresh_matches};
use serde_json::{Value, json};

use super::*;
use crate::world::on_each_engine;

/// What a sync does in its transaction when the setting is on; tells how many companies it mapped.
async fn map_all(world: &World) -> u64 {
    let mut tx = world.app.database.write(world.ours.id).await.unwrap();
    let mapped = map_automatically(&mut tx, world.app.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    mapped
}

fn with_reference(name: &'static str, reference: &'static str) -> Told {
    Told {
        external_id: Some(reference),
        ..told(name)
    }
}

#[tokio::test]
async fn s5_s56_s57_s58_s59_s99_what_is_beyond_doubt_is_mapped() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let by_reference = client(
            owner,
            json!({ "name": "Lakeside", "account_reference": " nw-1 " }),
        )
        .await;
        let by_name = client(owner, json!({ "name": "Café Söhne" })).await;
        let by_domain = client(
            owner,
            json!({ "name": "Bluebird", "website": "https://www.bluebird-bakery.com/" }),
        )
        .await;
        let companies = [
            with_reference("Another name", "NW-1"),
            told("CAFE SOHNE GmbH"),
            Told {
                website: Some("shop.bluebird-bakery.com"),
                ..told("BB Bakery")
            },
            told("Nobody's"),
        ];
        let ids = add_companies(world, &world.ours, &companies).await;
        assert_eq!(map_all(world).await, 3);
        for (company, client, reason) in [
            (&ids[0], &by_reference, "reference"),
            (&ids[1], &by_name, "name"),
            (&ids[2], &by_domain, "domain"),
        ] {
            let company = shown_company(owner, company).await;
            assert_eq!(company["client"]["id"], **client, "{reason}");
            assert_eq!(company["mapped_by"], "auto");
            assert_eq!(company["match"]["outcome"], "unique");
            assert_eq!(
                company["match"]["candidates"][0]["reasons"],
                json!([reason])
            );
        }
        let left = shown_company(owner, &ids[3]).await;
        assert_eq!(
            (&left["client"], &left["match"]["outcome"]),
            (&Value::Null, &json!("none"))
        );
        assert_eq!(latest_event(world, &ids[0]).await.0, "pax8_company.mapped");
        let events = count_events(world).await;
        assert_eq!(map_all(world).await, 0);
        assert_eq!(count_events(world).await, events);
    })
    .await;
}

#[tokio::test]
async fn s60_d12_what_is_in_doubt_waits_for_a_person_with_its_candidates() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let granite = client(
            owner,
            json!({ "name": "Granite Law", "account_reference": "NW-8" }),
        )
        .await;
        let quarry = client(owner, json!({ "name": "Quarry Legal" })).await;
        client(owner, json!({ "name": "Summit Outdoor" })).await;
        let companies = [
            with_reference("Quarry Legal LLC", "NW-8"),
            told("Summit Outdoor"),
            told("SUMMIT OUTDOOR, Inc."),
        ];
        let ids = add_companies(world, &world.ours, &companies).await;
        assert_eq!(map_all(world).await, 0);
        let torn = shown_company(owner, &ids[0]).await["match"].clone();
        assert_eq!(torn["outcome"], "ambiguous");
        assert_eq!(
            torn["candidates"],
            json!([
                { "client_id": granite, "name": "Granite Law", "reasons": ["reference"] },
                { "client_id": quarry, "name": "Quarry Legal", "reasons": ["name"] },
            ])
        );
        for id in &ids[1..] {
            assert_eq!(
                shown_company(owner, id).await["match"]["outcome"],
                "ambiguous"
            );
        }
        // The reasons are there before anybody asks for a sync that maps, too.
        map(owner, &ids[0], &quarry).await;
        assert_eq!(map_all(world).await, 0);
    })
    .await;
}

#[tokio::test]
async fn s61_without_the_setting_candidates_are_found_but_nothing_is_mapped() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        client(owner, json!({ "name": "Harbor" })).await;
        let (company, _) = add_estate(world, &world.ours, "Harbor", &[]).await;
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        refresh_matches(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let company = shown_company(owner, &company).await;
        assert_eq!(company["client"], Value::Null);
        assert_eq!(company["match"]["outcome"], "unique");
        assert_eq!(company["match"]["candidates"][0]["name"], "Harbor");
    })
    .await;
}

#[tokio::test]
async fn i5_d13_what_a_person_decided_is_never_overwritten() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        client(owner, json!({ "name": "Harbor" })).await;
        let chosen = client(owner, json!({ "name": "Chosen" })).await;
        let ids = add_companies(world, &world.ours, &[told("Harbor"), told("Chosen")]).await;
        map(owner, &ids[0], &chosen).await;
        assert_eq!(
            map_all(world).await,
            0,
            "the one is mapped, the other's client is taken"
        );
        assert_eq!(shown_company(owner, &ids[0]).await["client"]["id"], chosen);
        assert_eq!(
            shown_company(owner, &ids[1]).await["match"]["outcome"],
            "ambiguous"
        );

        let mapping = format!("/api/v1/integrations/pax8/companies/{}/mapping", ids[0]);
        owner.delete(&mapping).await.json(200);
        assert_eq!(map_all(world).await, 1, "only the other company");
        let unlinked = shown_company(owner, &ids[0]).await;
        assert_eq!(unlinked["client"], Value::Null);
        assert_eq!(
            unlinked["match"]["outcome"], "unique",
            "it is still offered"
        );
        map(owner, &ids[0], &chosen).await;
        assert_eq!(shown_company(owner, &ids[0]).await["mapped_by"], "manual");
    })
    .await;
}

#[tokio::test]
async fn d12_companies_that_are_gone_and_clients_that_are_archived_take_no_part() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        client(owner, json!({ "name": "Harbor" })).await;
        let archived = client(owner, json!({ "name": "Granite" })).await;
        owner.delete(&format!("/api/v1/clients/{archived}")).await;
        let gone = Told {
            missing: true,
            ..told("Harbor")
        };
        let ids = add_companies(world, &world.ours, &[gone, told("Harbor"), told("Granite")]).await;
        assert_eq!(map_all(world).await, 1);
        assert_eq!(shown_company(owner, &ids[0]).await["client"], Value::Null);
        assert_eq!(shown_company(owner, &ids[1]).await["mapped_by"], "auto");
        assert_eq!(
            shown_company(owner, &ids[2]).await["match"]["outcome"],
            "none"
        );
    })
    .await;
}
