//! `ascent rotate-key`: another master key while a server runs, and after a kill at any moment.

use std::{fs, path::Path, time::Instant};

use ascent::{
    ids::OrganizationId,
    secrets::{KeyFile, MasterKey, Vault},
};
use db::{
    Database, args,
    testing::{TestDatabase, engines},
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    process::{PATIENCE, Place, browser},
    sync::{Connected, PAX8, stop},
};

db::statements! {
    system INSERT_ORGANIZATION = "insert into organization
        (id, slug, name, currency, timezone, data_key, next_billing_at, created_at) values ($1, $1, 'N', 'USD', 'UTC', $2, $3, 0)";
    org INSERT_CONNECTION = "insert into pax8_connection (organization_id, client_id_sealed, client_secret_sealed, client_id_hint,
        auto_map, active, next_sync_at, version, connected_at) values ($1, $2, $3, '', false, false, 0, 1, 0)";
    system LIST = "select o.id, o.data_key, c.client_secret_sealed from organization o
        join pax8_connection c on c.organization_id = o.id order by o.id";
}

const OLD: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const NEW: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

fn names(place: &Place) -> Vec<String> {
    let files = fs::read_dir(place.data()).unwrap();
    let names = files.map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|it| it.starts_with("master.key")).collect();
    names.sort();
    names
}

async fn on_each_engine(test: impl AsyncFn(&TestDatabase, Place)) {
    for engine in engines() {
        let database = TestDatabase::empty(engine).await;
        let place = Place::new().with("ASCENT_DATABASE_URL", &database.url);
        test(&database, place).await;
        database.remove().await;
    }
}

/// Asks for a sync and waits for its end, which must be a good one.
async fn sync(connected: &Connected, url: &str) {
    let request = browser().post(format!("{url}{PAX8}/syncs"));
    let request = request.bearer_auth(&connected.token);
    let answer = request.json(&serde_json::json!({})).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    let asked: serde_json::Value = answer.json().await.unwrap();
    let path = format!("{url}{PAX8}/syncs/{}", asked["id"].as_str().unwrap());
    let end = Instant::now() + PATIENCE;
    loop {
        let sync = connected.get(path.clone()).await;
        match sync["status"].as_str().unwrap() {
            "succeeded" => return,
            "failed" => panic!("{sync}"),
            _ => assert!(Instant::now() < end, "{sync}"),
        }
        tokio::task::yield_now().await;
    }
}

async fn is_ready(url: &str) -> bool {
    let answer = browser().get(format!("{url}/readyz")).send().await;
    answer.unwrap().status() == 200
}

#[tokio::test]
async fn a_key_file_is_replaced_while_a_server_runs_and_syncs() {
    on_each_engine(async |_, place| {
        let connected = Connected::new(&place).await;
        let mut server = connected.serve(&place);
        let url = server.url();
        let old = fs::read_to_string(place.data().join("master.key")).unwrap();
        for turn in 1..=3 {
            let mut rotation = place.ascent(&["rotate-key"]).start();
            sync(&connected, &url).await;
            let replaced = rotation.line("organizations sealed anew: ");
            assert_eq!(replaced, "1");
            let ended = rotation.wait();
            assert!(ended.status.success(), "{}", ended.stderr);
            assert!(ended.stdout.contains("master.key.old-"), "{}", ended.stdout);
            sync(&connected, &url).await;
            assert!(is_ready(&url).await);
            assert_eq!(names(&place).len(), 1 + turn, "{:?}", names(&place));
        }
        stop(server);
        #[cfg(unix)]
        for name in names(&place) {
            use std::os::unix::fs::PermissionsExt as _;
            let file = fs::metadata(place.data().join(&name)).unwrap();
            assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
        }
        let mut server = connected.serve(&place);
        sync(&connected, &server.url()).await;
        stop(server);

        fs::write(place.data().join("master.key"), old).unwrap();
        let refused = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).fails();
        assert!(refused.contains("master.key is not the one"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn a_key_of_the_environment_is_replaced_while_a_server_with_both_keys_runs() {
    on_each_engine(async |_, place| {
        let place = place.with("ASCENT_MASTER_KEY", OLD);
        let connected = Connected::new(&place).await;
        let refused = place.ascent(&["rotate-key"]).fails();
        assert!(refused.contains("ASCENT_NEW_MASTER_KEY"), "{refused}");
        let same = place.ascent(&["rotate-key"]);
        let refused = same.env("ASCENT_NEW_MASTER_KEY", OLD).fails();
        assert!(refused.contains("another one than in"), "{refused}");

        let place = place.with("ASCENT_NEW_MASTER_KEY", NEW);
        let mut server = connected.serve(&place);
        let url = server.url();
        sync(&connected, &url).await;
        let ended = place.ascent(&["rotate-key"]).run();
        assert!(ended.status.success(), "{}", ended.stderr);
        assert!(
            ended.stdout.starts_with("organizations sealed anew: 1\n"),
            "{}",
            ended.stdout
        );
        for key in [OLD, NEW] {
            assert!(!ended.stdout.contains(key) && !ended.stderr.contains(key));
        }
        sync(&connected, &url).await;
        assert!(is_ready(&url).await);
        stop(server);
        assert!(!place.data().exists(), "no folder is needed");

        let place = place.with("ASCENT_MASTER_KEY", NEW);
        let place = place.with("ASCENT_NEW_MASTER_KEY", "");
        let mut server = connected.serve(&place);
        sync(&connected, &server.url()).await;
        stop(server);
        let serve = place.ascent(&["serve", "--listen", "127.0.0.1:0"]);
        let refused = serve.env("ASCENT_MASTER_KEY", OLD).fails();
        assert!(refused.contains("is not the one"), "{refused}");
    })
    .await;
}

#[test]
fn a_new_key_in_the_environment_does_not_go_with_a_key_file() {
    let place = Place::new().with("ASCENT_NEW_MASTER_KEY", NEW);
    for command in [&["rotate-key"][..], &["serve", "--listen", "127.0.0.1:0"]] {
        let refused = place.ascent(command).fails();
        assert!(refused.contains("Take the variable away"), "{refused}");
        assert!(!refused.contains(NEW), "{refused}");
    }
}

#[test]
fn a_replacement_that_ended_between_two_steps_is_finished_by_the_next_one() {
    let place = Place::new();
    place.set_up("Ours");
    let file = KeyFile::new(place.data().join("master.key"));
    let starts = || {
        let mut server = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).start();
        server.url();
        stop(server);
    };
    let rotate = |replaced: &str| {
        let ended = place.ascent(&["rotate-key"]).run();
        assert!(ended.status.success(), "{}", ended.stderr);
        let told = format!("organizations sealed anew: {replaced}\n");
        assert!(ended.stdout.starts_with(&told), "{}", ended.stdout);
    };
    // The next key was written, and nothing more.
    let next = file.make_next().unwrap();
    starts();
    rotate("1");
    assert_eq!(
        file.make().unwrap().id(),
        next.id(),
        "it went on with that key"
    );

    // Everything was sealed anew, and the file not replaced; the old key was put aside, or not yet.
    let old = place.data().join(names(&place).pop().unwrap());
    for aside in [true, false] {
        fs::rename(file.path(), place.data().join("master.key.new")).unwrap();
        fs::copy(&old, file.path()).unwrap();
        if !aside {
            fs::remove_file(&old).unwrap();
        }
        starts();
        rotate("0");
        assert_eq!(file.make().unwrap().id(), next.id());
        assert_eq!(names(&place).len(), 2, "{:?}", names(&place));
    }
    starts();
}

/// Organizations with sealed credentials: enough that a rotation takes its time.
async fn many(database: &Database, key: &Path) -> Vec<OrganizationId> {
    let key = MasterKey::find_file(key).unwrap().unwrap();
    let vault = Vault::new(&key);
    let master = vault.master(&key.id()).unwrap();
    let mut organizations = Vec::new();
    for _ in 0..150 {
        let id = OrganizationId::new();
        let (data_key, wrapped) = master.make_data_key(id).unwrap();
        let mut tx = database.system_write().await.unwrap();
        let never = i64::MAX / 2;
        tx.execute(&INSERT_ORGANIZATION, args![id, wrapped, never])
            .await
            .unwrap();
        let mut tx = tx.into_writer_of(id).await.unwrap();
        let seal = |field: &str, text: &str| {
            let text = SecretString::from(text.to_owned());
            data_key.seal(field, &text).unwrap()
        };
        let sealed = args![
            seal("pax8.client_id", "the-id"),
            seal("pax8.client_secret", "the-secret")
        ];
        tx.execute(&INSERT_CONNECTION, sealed).await.unwrap();
        tx.commit().await.unwrap();
        organizations.push(id);
    }
    organizations
}

struct Stored {
    id: OrganizationId,
    data_key: String,
    secret: String,
}

async fn stored(database: &Database) -> Vec<Stored> {
    let mut tx = database.system_read().await.unwrap();
    let rows = tx.fetch_all(&LIST, args![]).await.unwrap();
    let read = |row: &db::Row| Stored {
        id: row.get("id").unwrap(),
        data_key: row.get("data_key").unwrap(),
        secret: row.get("client_secret_sealed").unwrap(),
    };
    rows.iter().map(read).collect()
}

#[tokio::test]
async fn a_rotation_killed_in_the_middle_loses_nothing_and_is_gone_on_with() {
    on_each_engine(async |database, place| {
        place.set_up("Ours");
        let file = KeyFile::new(place.data().join("master.key"));
        let organizations = many(&database.database, file.path()).await;
        let all_open = async |file: &KeyFile| {
            let vault = Vault::of_file(file.clone()).unwrap();
            let all = stored(&database.database).await;
            assert_eq!(all.len(), organizations.len());
            for it in all {
                let key = vault.data_key(it.id, &it.data_key).unwrap();
                let secret = key.open("pax8.client_secret", &it.secret).unwrap();
                assert_eq!(secret.expose_secret(), "the-secret");
            }
        };
        let replaced = async |before: &[Stored]| {
            let now = stored(&database.database).await;
            let pairs = before.iter().zip(&now);
            pairs.filter(|(a, b)| a.data_key != b.data_key).count()
        };
        let mut kills = 0;
        let before = stored(&database.database).await;
        for threshold in [0, 20, 70, 120] {
            let mut rotation = place.ascent(&["rotate-key"]).start();
            let end = Instant::now() + PATIENCE;
            while replaced(&before).await <= threshold {
                assert!(Instant::now() < end);
                tokio::task::yield_now().await;
            }
            rotation.kill();
            kills += usize::from(!rotation.wait().status.success());
            all_open(&file).await;
        }
        assert!(kills > 0, "at least one was under way");
        eprintln!("{kills} of 4 rotations were killed under way");
        let mut server = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).start();
        assert!(is_ready(&server.url()).await);
        let ended = place.ascent(&["rotate-key"]).run();
        assert!(ended.status.success(), "{}", ended.stderr);
        all_open(&file).await;
        assert!(!place.data().join("master.key.new").exists());
        let new = Vault::new(&MasterKey::find_file(file.path()).unwrap().unwrap());
        for it in stored(&database.database).await {
            assert!(
                new.data_key(it.id, &it.data_key).is_ok(),
                "under the new key"
            );
        }
        assert!(is_ready(&server.url()).await);
        stop(server);
    })
    .await;
}
