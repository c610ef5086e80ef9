//! A database without room, and one that takes no changes: said clearly, nothing half done, and over when it is over.

use ascent::jobs;
use db::testing;
use serde_json::{Value, json};

use crate::{
    estate::SYNCS,
    world::{World, on_each_engine},
};

const CLIENTS: &str = "/api/v1/clients";

async fn names(world: &World) -> Vec<String> {
    let mut names = Vec::new();
    let mut path = format!("{CLIENTS}?limit=200");
    loop {
        let page = world.ours.owner.get(&path).await.json(200);
        let data = page["data"].as_array().unwrap().iter();
        names.extend(data.map(|it| it["name"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("{CLIENTS}?limit=200&cursor={cursor}"),
            None => return names,
        }
    }
}

fn client(number: usize) -> Value {
    let address = "A long street\n".repeat(30);
    json!({ "name": format!("Client {number:03}"), "address": address })
}

/// What a page and a call say while nothing can be saved; reading goes on.
async fn is_told(world: &World, why: &str) {
    // Longer than what is left in the last pages.
    let address = "A long street\n".repeat(30);
    let form = [
        ("name", "Typed"),
        ("address", &address),
        ("currency", "USD"),
        ("payment_terms_days", "30"),
    ];
    let page = world.ours.browser.submit("/clients/new", &form).await;
    assert_eq!(page.status, 503, "{}", page.text);
    assert!(page.text.contains("Nothing was saved"), "{}", page.text);
    assert!(page.text.contains(why), "{}", page.text);
    assert_eq!(world.ours.browser.get("/clients").await.status, 200);
    assert_eq!(world.ours.owner.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_full_disk_is_told_keeps_what_was_saved_and_is_over_when_there_is_room() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        testing::fill_up(&world.app.database).await;
        let mut kept = 0;
        // Until what is left in the last pages is used up.
        let refused = loop {
            let answer = owner.post(CLIENTS, client(kept)).await;
            if answer.status != 201 {
                break answer;
            }
            kept += 1;
            assert!(kept < 500, "it was never full");
        };
        assert_eq!(refused.headers["retry-after"], "5");
        let problem = refused.json(503);
        assert_eq!(problem["code"], "unavailable");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("no room left"), "{detail}");
        // SQLite's limit belongs to a connection, and the one that failed is gone.
        testing::fill_up(&world.app.database).await;
        is_told(world, "no room left").await;
        let mut expected: Vec<String> = (0..kept).map(|it| format!("Client {it:03}")).collect();
        assert_eq!(names(world).await, expected, "what was answered with 201");

        testing::make_room(&world.app.database).await;
        for number in kept..kept + 3 {
            assert_eq!(owner.post(CLIENTS, client(number)).await.status, 201);
            expected.push(format!("Client {number:03}"));
        }
        assert_eq!(names(world).await, expected);
    })
    .await;
}

#[tokio::test]
async fn a_database_that_takes_no_changes_is_told_and_is_over_when_it_does() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        testing::forbid_writes(&world.app.database).await;
        let problem = owner.post(CLIENTS, client(1)).await.json(503);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("takes no changes"), "{detail}");
        is_told(world, "takes no changes").await;
        assert!(names(world).await.is_empty());
        testing::allow_writes(&world.app.database).await;
        assert_eq!(owner.post(CLIENTS, client(1)).await.status, 201);
    })
    .await;
}

#[tokio::test]
async fn a_sync_that_finds_no_room_stores_nothing_of_the_estate_and_the_next_one_all() {
    on_each_engine(async |world| {
        world.connect(&world.theirs).await;
        let complete = world.snapshot(world.theirs.id).await;
        for (break_it, mend) in [(true, true), (false, false)] {
            let body = json!({ "client_id": crate::estate::CLIENT_ID, "client_secret": crate::estate::CLIENT_SECRET });
            let connected = world.ours.owner.put(crate::estate::PAX8, body).await;
            assert_eq!(connected.status, 200, "and a first sync waits");
            let database = &world.app.database;
            match break_it {
                true => testing::fill_up(database).await,
                false => testing::forbid_writes(database).await,
            }
            // Whether the queue itself can be written decides how it ends.
            let ended = jobs::drain(&world.app, &ascent::job_registry()).await;
            let (companies, subscriptions, history) = world.snapshot(world.ours.id).await;
            assert!(companies.is_empty() && subscriptions.is_empty() && history == 0, "{ended:?}");
            match mend {
                true => testing::make_room(database).await,
                false => testing::allow_writes(database).await,
            }
            assert_eq!(world.ours.owner.delete(crate::estate::PAX8).await.status, 204);
        }
        world.connect(&world.ours).await;
        let asked = world.ours.owner.get(&format!("{SYNCS}?limit=1")).await.json(200);
        assert_eq!(asked["data"][0]["status"], "succeeded");
        let stored = world.snapshot(world.ours.id).await;
        assert_eq!(stored.0.len(), complete.0.len());
        assert_eq!(stored.1.len(), complete.1.len());
    })
    .await;
}
