//! `ascent sync`: in the foreground, as the API shows it, with an exit code that says how it went.

use std::time::Instant;

use serde_json::{Value, json};

use crate::process::{Ascent, PATIENCE, Place, Process, browser};

db::statements! {
    system MAKE_DUE = "update pax8_connection set next_sync_at = 0";
}

pub const PAX8: &str = "/api/v1/integrations/pax8";

const SIZE: [&str; 6] = [
    "--companies",
    "12",
    "--subscriptions",
    "34",
    "--products",
    "5",
];

/// An organization that is connected to a sandbox.
pub struct Connected {
    sandbox: Process,
    pax8_url: String,
    pub token: String,
}

fn sandbox(place: &Place, listen: &str, id: &str, secret: &str) -> Process {
    place
        .ascent(&["sandbox", "--listen", listen])
        .args(&["--client-id", id, "--client-secret", secret])
        .args(&SIZE)
        .start()
}

impl Connected {
    pub async fn new(place: &Place) -> Self {
        let mut sandbox = sandbox(place, "127.0.0.1:0", "the-id", "the-secret");
        let pax8_url = sandbox.url();
        let made = place.set_up("Ours");
        let it = Self {
            sandbox,
            pax8_url,
            token: made["api_token"].as_str().unwrap().to_owned(),
        };
        let mut server = it.serve(place);
        let typed = json!({"client_id": "the-id", "client_secret": "the-secret"});
        assert_eq!(it.put(&server.url(), typed).await, 200);
        stop(server);
        it
    }

    pub fn serve(&self, place: &Place) -> Process {
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        place
            .ascent(&serve)
            .args(&["--pax8-url", &self.pax8_url])
            .start()
    }

    pub fn sync(&self, place: &Place) -> Ascent {
        place
            .ascent(&["sync", "--organization", "ours"])
            .args(&["--pax8-url", &self.pax8_url])
    }

    /// Changes the connection and gives the answer's status.
    async fn put(&self, server: &str, body: Value) -> u16 {
        let request = browser()
            .put(format!("{server}{PAX8}"))
            .bearer_auth(&self.token);
        let answer = request.json(&body).send().await.unwrap();
        answer.status().as_u16()
    }

    pub async fn get(&self, url: String) -> Value {
        let request = browser().get(url).bearer_auth(&self.token);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Ends the sandbox and starts another one in its place, which accepts these credentials only.
    fn rotate(self, place: &Place, id: &str, secret: &str) -> Self {
        let address = self.pax8_url.strip_prefix("http://").unwrap().to_owned();
        self.sandbox.signal("TERM");
        self.sandbox.wait();
        let mut changed = sandbox(place, &address, id, secret);
        changed.url();
        Self {
            sandbox: changed,
            ..self
        }
    }
}

pub fn stop(server: Process) {
    server.signal("TERM");
    assert!(server.wait().status.success());
}

#[tokio::test]
async fn a_sync_is_printed_as_the_api_shows_it() {
    let place = Place::new();
    let connected = Connected::new(&place).await;
    let sync = || connected.sync(&place);
    // The first sync of the connection may have ended before the server did; either way everything is there now.
    let done = sync().arg("--json").run();
    assert!(done.status.success(), "{}", done.stderr);
    let done: Value = done.json();
    assert_eq!(done["status"], "succeeded");
    assert_eq!(done["scope"], "full");
    let seen = |kind: &str| -> u64 {
        ["created", "unchanged"]
            .iter()
            .map(|count| done[kind][count].as_u64().unwrap())
            .sum()
    };
    assert_eq!((seen("companies"), seen("subscriptions")), (12, 34));

    let told = sync().run();
    assert!(told.status.success(), "{}", told.stderr);
    assert!(
        told.stdout
            .contains("subscriptions: 0 created, 0 updated, 34 unchanged, 0 missing"),
        "{}",
        told.stdout
    );
}

#[tokio::test]
async fn a_failed_sync_is_printed_too_and_ends_with_1() {
    let place = Place::new();
    let connected = Connected::new(&place).await;
    let connected = connected.rotate(&place, "the-id", "another-secret");
    let ended = connected.sync(&place).arg("--json").run();
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
    assert_eq!(ended.json()["status"], "failed");
    assert!(
        ended
            .stderr
            .contains("Error: The sync failed and changed nothing: "),
        "{}",
        ended.stderr
    );
    assert!(!ended.stderr.contains("the-secret"));
}

#[tokio::test]
async fn s39_s44_new_credentials_work_in_place_of_the_old_and_neither_is_readable_on_disk() {
    let place = Place::new();
    let connected = Connected::new(&place).await;
    let connected = connected.rotate(&place, "another-id", "another-secret");
    let mut server = connected.serve(&place);
    let url = server.url();
    let half = json!({"client_secret": "another-secret"});
    assert_eq!(
        connected.put(&url, half).await,
        422,
        "with the old id it is refused"
    );
    let both = json!({"client_id": "another-id", "client_secret": "another-secret"});
    assert_eq!(connected.put(&url, both).await, 200);
    stop(server);
    let ended = connected.sync(&place).run();
    assert!(ended.status.success(), "{}", ended.stderr);

    let hidden = ["the-id", "the-secret", "another-id", "another-secret"];
    let mut read = 0;
    for file in std::fs::read_dir(place.data()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        read += bytes.len();
        for text in hidden {
            let found = bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes());
            assert!(!found, "{text} in {}", path.display());
        }
    }
    assert!(read > 10_000, "the database was among them");
}

#[tokio::test]
async fn s17_s18_a_server_pulls_by_itself_every_few_hours() {
    let place = Place::new();
    let connected = Connected::new(&place).await;
    let url = format!("sqlite:{}", place.data().join("ascent.db").display());
    let database = db::Database::open(&url).await.unwrap();
    let mut tx = database.system_write().await.unwrap();
    tx.execute(&MAKE_DUE, db::args![]).await.unwrap();
    tx.commit().await.unwrap();
    database.close().await;

    let mut server = connected.serve(&place);
    let server_url = server.url();
    let end = Instant::now() + PATIENCE;
    loop {
        let list = connected
            .get(format!("{server_url}{PAX8}/syncs?limit=1"))
            .await;
        let latest = &list["data"][0];
        if latest["trigger"] == "scheduled" && latest["status"] == "succeeded" {
            break;
        }
        assert!(Instant::now() < end, "{latest}");
        tokio::task::yield_now().await;
    }
    let connection = connected.get(format!("{server_url}{PAX8}")).await;
    let moment = |name: &str| -> jiff::Timestamp {
        let text = connection[name].as_str();
        text.unwrap().parse().unwrap()
    };
    let wait = moment("next_sync_at").duration_since(moment("last_sync_at"));
    assert!(
        (4 * 3600 - 60..5 * 3600).contains(&wait.as_secs()),
        "{connection}"
    );
    stop(server);
}

#[test]
fn an_organization_that_cannot_sync_is_told_why() {
    let place = Place::new();
    let unknown = place.ascent(&["sync", "--organization", "ours"]).fails();
    assert!(
        unknown.contains("There is no organization \"ours\". There is none yet"),
        "{unknown}"
    );
    place.set_up("Ours");
    let unknown = place.ascent(&["sync", "--organization", "nobodys"]).fails();
    assert!(unknown.contains("There are: ours."), "{unknown}");
    let refused = place.ascent(&["sync", "--organization", "ours"]).fails();
    assert!(refused.contains("not connected"), "{refused}");
}
