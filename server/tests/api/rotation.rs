//! Replacing the master key: everything sealed is sealed anew, and who has the new key goes on.

use std::collections::BTreeSet;

use ascent::{
    accounts::By,
    app::App,
    error::Error,
    jobs,
    organizations::{NewOrganization, create_organization},
    secrets::{MasterKey, Vault, rotate},
};
use db::args;
use secrecy::SecretString;
use serde_json::json;

use crate::{
    estate::{CLIENT_SECRET, PAX8, SYNCS},
    world::{MASTER_KEY, PASSWORD, World, on_each_engine},
};

db::statements! {
    org CONNECTION = "select client_id_sealed, client_secret_sealed from pax8_connection where organization_id = $1";
    org KEYS = "select request_sealed, body_sealed from idempotency_key where organization_id = $1";
    org SPOIL = "update pax8_connection set client_secret_sealed = $2 where organization_id = $1";
}

fn old_key() -> MasterKey {
    MasterKey::from_bytes(MASTER_KEY)
}

pub fn new_key() -> MasterKey {
    MasterKey::from_bytes([8; 32])
}

/// Every sealed text of our organization.
async fn sealed(world: &World) -> Vec<String> {
    let mut tx = world.app.database.read(world.ours.id).await.unwrap();
    let mut texts = Vec::new();
    for (statement, columns) in [
        (&CONNECTION, ["client_id_sealed", "client_secret_sealed"]),
        (&KEYS, ["request_sealed", "body_sealed"]),
    ] {
        for row in tx.fetch_all(statement, args![]).await.unwrap() {
            texts.extend(columns.map(|column| row.get::<String>(column).unwrap()));
        }
    }
    texts
}

pub async fn rotate_to_the_new_key(world: &World) -> ascent::error::Result<u32> {
    let (both, _) = world.with_vault(Vault::of_keys(&[old_key(), new_key()]));
    let master = both.vault.master(&new_key().id()).unwrap();
    rotate(&both, &master).await
}

async fn another_organization(app: &App, name: &str) -> Result<(), Error> {
    let new = NewOrganization {
        name: name.to_owned(),
        owner_name: String::new(),
        owner_email: format!("owner@{name}.example"),
        owner_password: SecretString::from(PASSWORD),
        currency: "USD".to_owned(),
        timezone: "UTC".to_owned(),
        features: Vec::new(),
        ..NewOrganization::default()
    };
    let made = create_organization(app, new, &By::command_line()).await;
    made.map(|_| ())
}

#[tokio::test]
async fn everything_is_sealed_anew_and_works_for_whoever_has_the_new_key() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        world.connect(&world.theirs).await;
        let key = ("Idempotency-Key", "3e0c2f4e-5a55-4d4e-8a34-8e6f5a0f4c11");
        let keyed = world.ours.owner.with_header(key.0, key.1);
        let body = json!({ "name": "Lakeside" });
        let first = keyed.post("/api/v1/clients", body.clone()).await;
        assert_eq!(first.status, 201);
        let before = sealed(world).await;
        assert_eq!(before.len(), 4);

        assert_eq!(rotate_to_the_new_key(world).await.unwrap(), 2);
        assert_eq!(rotate_to_the_new_key(world).await.unwrap(), 0, "done");
        let after = sealed(world).await;
        assert_eq!(after.len(), before.len());
        for (before, after) in before.iter().zip(&after) {
            assert_ne!(before, after, "sealed anew");
        }

        let (app, router) = world.with_vault(Vault::new(&new_key()));
        let owner = world.ours.owner.at(&router);
        let again = keyed.at(&router).post("/api/v1/clients", body).await;
        assert_eq!((again.status, &again.text), (first.status, &first.text));
        assert_eq!(again.headers["idempotent-replayed"], "true");
        for owner in [&owner, &world.theirs.owner.at(&router)] {
            let asked = owner.post(SYNCS, json!({})).await.json(202);
            jobs::drain(&app, &ascent::job_registry()).await.unwrap();
            let path = format!("{SYNCS}/{}", asked["id"].as_str().unwrap());
            assert_eq!(owner.get(&path).await.json(200)["status"], "succeeded");
        }
        assert_eq!(owner.get("/readyz").await.status, 200);
        assert!(another_organization(&app, "Later").await.is_ok());
        assert!(
            world
                .audit()
                .await
                .contains("organization.credentials_resealed Command line")
        );
        let page = world.ours.browser.get("/admin/audit").await.text;
        assert!(page.contains("sealed the stored credentials under a new key"));
    })
    .await;
}

#[tokio::test]
async fn whoever_has_only_the_old_key_is_told_and_harms_nothing() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        assert_eq!(rotate_to_the_new_key(world).await.unwrap(), 2);
        let before = sealed(world).await;

        let owner = &world.ours.owner;
        let typed = json!({ "client_secret": CLIENT_SECRET });
        let problem = owner.put(PAX8, typed).await.json(503);
        assert_eq!(problem["code"], "unavailable");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("does not have the master key"), "{detail}");
        let ready = owner.get("/readyz").await;
        assert_eq!(ready.status, 503);
        assert!(ready.text.contains("master key"), "{}", ready.text);
        let refused = another_organization(&world.app, "Later").await;
        assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
        assert_eq!(sealed(world).await, before);
        assert_eq!(
            owner.get("/api/v1/clients").await.status,
            200,
            "the rest works"
        );
    })
    .await;
}

#[tokio::test]
async fn what_does_not_open_stops_the_rotation_and_loses_nothing() {
    on_each_engine(async |world| {
        world.connect(&world.ours).await;
        let whole = sealed(world).await;
        let spoil = async |text: &str| {
            let mut tx = world.app.database.write(world.ours.id).await.unwrap();
            tx.execute(&SPOIL, args![text]).await.unwrap();
            tx.commit().await.unwrap();
        };
        spoil("c3BvaWx0").await;
        assert!(rotate_to_the_new_key(world).await.is_err());
        let stopped = sealed(world).await;
        assert_eq!(stopped[0], whole[0], "not half of it");

        spoil(&whole[1]).await;
        rotate_to_the_new_key(world).await.unwrap();
        let (_, router) = world.with_vault(Vault::new(&new_key()));
        let tested = world
            .ours
            .owner
            .at(&router)
            .post(&format!("{PAX8}/credential-tests"), json!({}))
            .await;
        assert_eq!(tested.json(200)["ok"], true);
    })
    .await;
}

#[tokio::test]
async fn a_rotation_to_a_third_key_does_not_begin_before_one_to_another_key_has_ended() {
    on_each_engine(async |world| {
        rotate_to_the_new_key(world).await.unwrap();
        let third = MasterKey::from_bytes([9; 32]);
        let (app, _) = world.with_vault(Vault::of_keys(&[old_key(), third.clone()]));
        let master = app.vault.master(&third.id()).unwrap();
        assert!(matches!(
            rotate(&app, &master).await,
            Err(Error::Unavailable(_))
        ));
        assert_eq!(rotate_to_the_new_key(world).await.unwrap(), 0, "untouched");
    })
    .await;
}

#[test]
fn every_sealed_column_of_the_schema_is_sealed_anew() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/db/migrations");
    let mut columns = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let mut table = "";
        for line in text.lines() {
            let mut words = line.split_whitespace();
            match (words.next(), words.next(), words.next()) {
                (Some("create"), Some("table"), Some(name)) => table = name,
                (Some(column), Some(_), _) if column.ends_with("_sealed") => {
                    columns.insert(format!("{table}.{column}"));
                }
                _ => {}
            }
        }
    }
    let covered = ascent::resealers().into_iter().flat_map(|it| it.columns);
    // It belongs to a person, of no one organization: sealed anew by itself.
    let covered = covered.chain(&["second_factor.secret_sealed"]);
    let covered: BTreeSet<String> = covered.map(|it| (*it).to_owned()).collect();
    assert!(columns.len() >= 4);
    assert_eq!(columns, covered);
}
