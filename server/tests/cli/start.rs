//! What can be wrong at the start: each time one sentence that says what and what to do, and nothing is harmed.

use std::{fs, net::TcpListener};

use crate::process::Place;

db::statements! {
    system REMEMBER_A_LATER_MIGRATION = "insert into schema_migration (name, digest, oldest) values ('9999_later', 'x', '9999_later')";
}

/// Another key than any that a test makes.
const ANOTHER_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

#[test]
fn a_used_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let place = Place::new();
    for command in ["serve", "sandbox"] {
        let refused = place.ascent(&[command, "--listen", &address]).fails();
        assert!(
            refused.contains(&format!("The address {address} is in use already.")),
            "{refused}"
        );
        assert!(refused.contains("--listen"), "{refused}");
    }
}

#[test]
fn an_address_that_is_not_ours_is_named() {
    let refused = Place::new()
        .ascent(&["serve", "--listen", "192.0.2.1:80"])
        .fails();
    assert!(
        refused.contains("Listening on 192.0.2.1:80 is not possible"),
        "{refused}"
    );
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let place = Place::new();
    let file = place.path("file");
    fs::write(&file, "").unwrap();
    let folder = file.join("data");
    for command in ["serve", "migrate"] {
        let refused = place
            .ascent(&[command])
            .env("ASCENT_DATA_DIR", &folder)
            .fails();
        assert!(
            refused.contains(&format!(
                "The data folder {} cannot be used",
                folder.display()
            )),
            "{refused}"
        );
        assert!(refused.contains("--data-dir"), "{refused}");
    }
}

#[test]
fn a_wrong_master_key_is_noticed_before_anything_is_sealed_with_it() {
    let place = Place::new();
    place.set_up("Ours");
    let refused = place
        .ascent(&["serve", "--listen", "127.0.0.1:0"])
        .env("ASCENT_MASTER_KEY", ANOTHER_KEY)
        .fails();
    assert!(
        refused.contains(
            "The master key from the environment variable ASCENT_MASTER_KEY is not the one"
        ),
        "{refused}"
    );
    assert!(!refused.contains(ANOTHER_KEY), "{refused}");

    fs::write(place.data().join("master.key"), ANOTHER_KEY).unwrap();
    let refused = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).fails();
    assert!(refused.contains("master.key is not the one"), "{refused}");
}

#[test]
fn a_lost_key_file_is_not_replaced() {
    let place = Place::new();
    place.set_up("Ours");
    let key = place.data().join("master.key");
    fs::remove_file(&key).unwrap();
    let refused = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).fails();
    assert!(refused.contains("master.key is missing"), "{refused}");
    assert!(!key.exists());
}

#[test]
fn a_malformed_master_key_is_refused_without_being_shown() {
    let refused = Place::new()
        .ascent(&["serve", "--listen", "127.0.0.1:0"])
        .env("ASCENT_MASTER_KEY", "hush")
        .fails();
    assert!(refused.contains("ASCENT_MASTER_KEY"), "{refused}");
    assert!(refused.contains("32 bytes in base64"), "{refused}");
    assert!(!refused.contains("hush"), "{refused}");
}

#[cfg(unix)]
#[test]
fn key_and_data_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.set_up("Ours");
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(place.data()), 0o700);
    let key = place.data().join("master.key");
    assert_eq!(mode(key.clone()), 0o600);

    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).fails();
    assert!(refused.contains("can be read by others"), "{refused}");
    assert!(refused.contains("chmod 600"), "{refused}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let place = Place::new();
    place.set_up("Ours");
    let url = format!("sqlite:{}", place.data().join("ascent.db").display());
    let database = db::Database::open(&url).await.unwrap();
    let mut tx = database.system_write().await.unwrap();
    tx.execute(&REMEMBER_A_LATER_MIGRATION, db::args![])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    database.close().await;
    for command in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["migrate"],
        &["serve", "--no-migrate"],
    ] {
        let refused = place.ascent(command).fails();
        assert!(refused.contains("newer version of Ascent"), "{refused}");
        assert!(refused.contains("9999_later"), "{refused}");
    }
}

#[test]
fn without_migrating_an_empty_database_is_refused() {
    let place = Place::new();
    let refused = place.ascent(&["serve", "--no-migrate"]).fails();
    assert!(refused.contains("run `ascent migrate`"), "{refused}");
    assert!(place.ascent(&["migrate"]).run().status.success());
    let mut server = place
        .ascent(&["serve", "--no-migrate", "--listen", "127.0.0.1:0"])
        .start();
    server.url();
}

#[test]
fn a_postgres_that_does_not_answer_is_named_without_its_password() {
    let place = Place::new();
    let refused = place
        .ascent(&[
            "serve",
            "--database-url",
            "postgres://u:hush@nowhere.invalid:5432/ascent",
        ])
        .fails();
    assert!(
        refused.contains("The database postgres://nowhere.invalid:5432/ascent cannot be opened"),
        "{refused}"
    );
    assert!(!refused.contains("hush"), "{refused}");
}

#[tokio::test]
async fn a_postgres_elsewhere_is_reached_unencrypted_only_where_the_address_says_so() {
    if !db::testing::engines().contains(&db::Engine::Postgres) {
        return;
    }
    let postgres = db::testing::TestDatabase::empty(db::Engine::Postgres).await;
    // This machine by a name that is not its own.
    let elsewhere = postgres.url.replace("127.0.0.1", "0.0.0.0");
    let place = Place::new();
    let migrate = |url: &str| place.ascent(&["migrate", "--database-url", url]);
    let refused = migrate(&elsewhere).fails();
    assert!(
        refused.contains("end the address in ?sslmode=disable"),
        "{refused}"
    );
    let done = migrate(&format!("{elsewhere}?sslmode=disable")).run();
    assert!(done.status.success(), "{}", done.stderr);
}

#[test]
fn a_database_file_in_a_folder_that_is_not_there_is_named() {
    let place = Place::new();
    let url = format!("sqlite:{}", place.path("nowhere/ascent.db").display());
    let refused = place.ascent(&["migrate", "--database-url", &url]).fails();
    assert!(
        refused.contains(&format!("The database {url} cannot be opened")),
        "{refused}"
    );
    assert!(
        refused.contains("Check that its folder exists"),
        "{refused}"
    );
}
