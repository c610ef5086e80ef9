//! `ascent serve`: it answers, says that it is ready, and ends in good order.

use crate::process::{Place, browser};

#[tokio::test]
async fn it_is_alive_ready_and_measured() {
    let place = Place::new();
    let mut server = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).start();
    let url = server.url();
    for (path, status) in [
        ("/healthz", 200),
        ("/readyz", 200),
        ("/metrics", 200),
        ("/nothing", 404),
    ] {
        let answer = browser().get(format!("{url}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
    }
    let first = browser()
        .get(format!("{url}/sign-in"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        first.headers()["location"],
        "/first-run",
        "nobody is there yet"
    );
}

#[test]
fn a_signal_ends_it_cleanly() {
    for signal in ["TERM", "INT"] {
        let place = Place::new();
        let mut server = place
            .ascent(&["serve", "--listen", "127.0.0.1:0", "--log-format", "json"])
            .start();
        server.url();
        server.signal(signal);
        let ended = server.wait();
        assert!(ended.status.success(), "{}", ended.stderr);
        let last = ended.stderr.lines().last().expect("a log");
        let last: serde_json::Value = serde_json::from_str(last).expect("the log is JSON");
        assert_eq!(last["message"], "ended");
        assert!(
            !place.data().join("ascent.db-wal").exists(),
            "the database was closed"
        );
    }
}

#[test]
fn a_crash_leaves_no_file_with_the_memory_in_it() {
    let place = Place::new();
    let mut server = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).start();
    server.url();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let words: Vec<&str> = core.expect("a limit").split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "{limits}");
}

#[test]
fn the_log_follows_its_filter() {
    let place = Place::new();
    let mut server = place
        .ascent(&["serve", "--listen", "127.0.0.1:0"])
        .env("ASCENT_LOG", "error")
        .start();
    server.url();
    server.signal("TERM");
    assert_eq!(server.wait().stderr, "");
}

#[tokio::test]
async fn two_processes_share_one_postgres() {
    if !db::testing::engines().contains(&db::Engine::Postgres) {
        return;
    }
    let postgres = db::testing::TestDatabase::empty(db::Engine::Postgres).await;
    let place = Place::new();
    let start = || {
        place
            .ascent(&[
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--database-url",
                &postgres.url,
            ])
            .env(
                "ASCENT_MASTER_KEY",
                "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
            )
            .start()
    };
    let (mut first, mut second) = (start(), start());
    for server in [&mut first, &mut second] {
        let url = server.url();
        let ready = browser().get(format!("{url}/readyz")).send().await.unwrap();
        assert_eq!(ready.status(), 200);
    }
    assert!(!place.data().exists(), "no folder is needed");
    for server in [first, second] {
        server.signal("TERM");
        assert!(server.wait().status.success());
    }
    postgres.remove().await;
}
