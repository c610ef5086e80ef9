//! A walk through the whole product with every secret that it knows, failures included; then each of them is looked for in whatever
//! the product wrote, printed or answered.

use std::{fs, time::Instant};

use pax8_sandbox::{Fault, Place as At, Running, Sandbox, SandboxConfig, What};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    leaks::{Secret, refuse},
    post::{How, MAIL_PASSWORD, Post},
    process::{Ended, PATIENCE, Place, browser},
    sync::PAX8,
};

const PAX8_SECRET: &str = "Pax8+secret/of=the&partner";
const WRONG_PAX8_SECRET: &str = "another/Pax8+secret&typed";
const PASSWORD: &str = "a password for tests";
const WRONG_PASSWORD: &str = "n0t/the+password&typed";
const NEW_PASSWORD: &str = "another/password+for&the owner";
const WEBHOOK_PATH: &str = "T0/B7/its-path+is&the=secret";
const JOINED_PASSWORD: &str = "the/password+of&who joined";

/// Everything that came out, by place.
struct Walk {
    client: Client,
    url: String,
    token: String,
    secrets: Vec<Secret>,
    seen: Vec<(String, String)>,
}

impl Walk {
    fn knows(&mut self, name: &str, secret: &str) {
        self.secrets.push(Secret::new(name, secret));
    }

    fn saw(&mut self, place: &str, text: impl Into<String>) {
        self.seen.push((place.to_owned(), text.into()));
    }

    fn saw_command(&mut self, name: &str, ended: &Ended) {
        self.saw(&format!("{name}'s result"), &ended.stdout);
        self.saw(&format!("{name}'s log"), &ended.stderr);
    }

    /// Sends a request of the API's and keeps what came back.
    async fn call(&mut self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let url = format!("{}{path}", self.url);
        let request = self.client.request(method.clone(), url);
        let request = request.bearer_auth(&self.token);
        let answer = request.json(&body).send().await.unwrap();
        let status = answer.status();
        let headers = format!("{:?}", answer.headers());
        let text = answer.text().await.unwrap();
        let value = serde_json::from_str(&text).unwrap_or(Value::Null);
        let place = format!("{method} {path}");
        self.saw(&format!("headers of {place}"), headers);
        self.saw(&place, text);
        (status, value)
    }

    /// The same, where the answer shows a secret once, and that alone.
    async fn shown_once(
        &mut self,
        method: Method,
        path: &str,
        body: Value,
        at: &str,
    ) -> (Value, String) {
        let (status, answer) = self.call(method, path, body).await;
        assert!(status.is_success(), "{answer}");
        let (place, text) = self.seen.pop().unwrap();
        let shown = answer
            .pointer(at)
            .and_then(Value::as_str)
            .unwrap()
            .to_owned();
        let secret = shown
            .rsplit_once('.')
            .map_or(&shown[..], |(_, secret)| secret);
        self.saw(&place, text.replace(&shown, ""));
        self.knows(&place, secret);
        (answer, shown)
    }

    /// Sends a form and keeps what came back; the cookies stay with the client.
    async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> StatusCode {
        let form: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self.client.post(format!("{}{path}", self.url));
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let answer = request.send().await.unwrap();
        let status = answer.status();
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            if let Some(value) = cookie.strip_prefix("ascent_session=") {
                let value = value.split(';').next().unwrap();
                let secret = value.rsplit_once('.').map_or(value, |(_, secret)| secret);
                if secret.len() >= 8 {
                    self.knows("a session", secret);
                }
            }
        }
        let text = answer.text().await.unwrap();
        self.saw(&format!("form {path}"), text);
        status
    }

    async fn page(&mut self, path: &str) -> String {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await;
        let text = answer.unwrap().text().await.unwrap();
        self.saw(path, &text);
        text
    }

    /// Sends until it is answered as wanted.
    async fn until(&mut self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let (_, answer) = self.call(Method::GET, path, json!({})).await;
            if wanted(&answer) {
                return answer;
            }
            assert!(Instant::now() < end, "{answer}");
            tokio::task::yield_now().await;
        }
    }

    async fn sync(&mut self) {
        let path = format!("{PAX8}/syncs");
        let (_, asked) = self.call(Method::POST, &path, json!({})).await;
        let path = format!("{path}/{}", asked["id"].as_str().unwrap());
        let ended = |it: &Value| !matches!(it["status"].as_str(), Some("queued" | "running"));
        self.until(&path, ended).await;
    }
}

async fn sandbox() -> Running {
    let config = SandboxConfig {
        client_secret: PAX8_SECRET.to_owned(),
        ..SandboxConfig::demo()
    };
    Sandbox::bind("127.0.0.1:0", config).await.unwrap()
}

#[tokio::test]
async fn no_secret_is_in_the_database_a_backup_the_log_an_answer_or_a_print() {
    let (sandbox, post) = (sandbox().await, Post::start().await);
    let place = Place::new()
        .with("ASCENT_LOG", "trace")
        .with("ASCENT_SMTP_URL", &post.url())
        .with("ASCENT_MAIL_FROM", "billing@msp.example")
        .with("ASCENT_PAX8_URL", &sandbox.url());
    let made = place.set_up("Ours");
    let start = || place.ascent(&["serve", "--listen", "127.0.0.1:0"]).start();
    let mut server = start();
    let token = made["api_token"].as_str().unwrap().to_owned();
    let mut walk = Walk {
        client: browser(),
        url: server.url(),
        token: token.clone(),
        secrets: Vec::new(),
        seen: Vec::new(),
    };
    for (name, secret) in [
        ("the Pax8 secret", PAX8_SECRET),
        ("the wrong Pax8 secret", WRONG_PAX8_SECRET),
        ("the password", PASSWORD),
        ("the wrong password", WRONG_PASSWORD),
        ("the new password", NEW_PASSWORD),
        ("the password of who joined", JOINED_PASSWORD),
        ("the mail server's password", MAIL_PASSWORD),
        ("the path of the webhook", WEBHOOK_PATH),
        (
            "the token of setup",
            token.rsplit_once('_').map_or(&token[..], |(_, it)| it),
        ),
    ] {
        walk.knows(name, secret);
    }
    let key = || fs::read_to_string(place.data().join("master.key")).unwrap();
    walk.knows("the master key", key().trim());

    credentials(&mut walk, &sandbox).await;
    people(&mut walk).await;
    mail(&mut walk, &post).await;
    webhook(&mut walk).await;
    stop_and_see(&mut walk, server);

    let file = place.path("backup.db");
    let backup = ["backup", file.to_str().unwrap()];
    walk.saw_command("backup", &place.ascent(&backup).run());
    walk.saw_command("rotate-key", &place.ascent(&["rotate-key"]).run());
    walk.knows("the new master key", key().trim());
    let restore = ["restore", file.to_str().unwrap()];
    let refused = place.ascent(&restore).run();
    assert!(!refused.status.success(), "it needs the old key");
    walk.saw_command("restore", &refused);
    let mut server = start();
    walk.url = server.url();
    walk.sync().await;
    stop_and_see(&mut walk, server);

    let mut read = 0;
    let files = fs::read_dir(place.data())
        .unwrap()
        .map(|it| it.unwrap().path());
    for path in files.chain([file]) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.starts_with("master.key") {
            let bytes = fs::read(&path).unwrap();
            read += bytes.len();
            refuse(&walk.secrets, &name, &bytes);
        }
    }
    for (place, text) in &walk.seen {
        refuse(&walk.secrets, place, text.as_bytes());
    }
    assert!(read > 500_000 && walk.seen.len() > 50 && walk.secrets.len() > 12);
    eprintln!(
        "{} secrets looked for in {} answers and prints and {read} bytes of files",
        walk.secrets.len(),
        walk.seen.len()
    );
    let log = walk.seen.iter().filter(|(place, _)| place == "the log");
    assert!(log.map(|(_, text)| text.len()).sum::<usize>() > 10_000);
    sandbox.shutdown().await.unwrap();
}

fn stop_and_see(walk: &mut Walk, server: crate::process::Process) {
    server.signal("TERM");
    let ended = server.wait();
    assert!(ended.status.success());
    walk.saw("the server's result", ended.stdout);
    walk.saw("the log", ended.stderr);
}

/// Credentials that are wrong, right, tested, half typed and malformed, and syncs that fail in every way.
async fn credentials(walk: &mut Walk, sandbox: &Running) {
    let id = sandbox.sandbox().config().client_id.clone();
    for (body, status) in [
        (
            json!({ "client_id": id, "client_secret": WRONG_PAX8_SECRET }),
            422,
        ),
        (
            json!({ "client_id": id, "client_secret": [PAX8_SECRET] }),
            422,
        ),
        (
            json!({ "client_id": id, "secret": PAX8_SECRET, PAX8_SECRET: 1 }),
            422,
        ),
        (
            json!({ "client_id": id, "client_secret": format!("{PAX8_SECRET}\0") }),
            422,
        ),
        (
            json!({ "client_id": id, "client_secret": PAX8_SECRET }),
            200,
        ),
        (json!({ "client_secret": WRONG_PAX8_SECRET }), 422),
    ] {
        let (answered, _) = walk.call(Method::PUT, PAX8, body).await;
        let named = answered.as_u16();
        assert!(
            named == status || status == 422 && named < 500,
            "{answered}"
        );
    }
    let test = format!("{PAX8}/credential-tests");
    for body in [json!({}), json!({ "client_secret": WRONG_PAX8_SECRET })] {
        let (answered, _) = walk.call(Method::POST, &test, body).await;
        assert_eq!(answered, 200);
    }
    walk.sync().await;
    let faults = sandbox.sandbox().faults();
    for what in [What::Unauthorized, What::EmptyBody, What::CutBody] {
        faults.add(Fault::new(At::Companies, what).always());
        walk.sync().await;
        faults.clear();
    }
    faults.add(Fault::new(At::Token, What::EmptyBody).always());
    walk.call(Method::POST, &test, json!({})).await;
    faults.clear();
    walk.call(Method::GET, PAX8, json!({})).await;
}

/// A webhook that is refused, set, and cannot be reached.
async fn webhook(walk: &mut Walk) {
    let settings = "/api/v1/alert-settings";
    let path = format!("{settings}/webhook");
    for scheme in ["http", "ftp"] {
        let refused = json!({ "url": format!("{scheme}://127.0.0.1:1/{WEBHOOK_PATH}") });
        let (answered, _) = walk.call(Method::PUT, &path, refused).await;
        assert_eq!(answered, 422);
    }
    let body = json!({ "url": format!("https://hooks.invalid/{WEBHOOK_PATH}") });
    walk.shown_once(Method::PUT, &path, body, "/secret").await;
    let tests = format!("{settings}/tests");
    let (answered, results) = walk.call(Method::POST, &tests, json!({})).await;
    assert_eq!(answered, 200, "{results}");
    walk.call(Method::GET, settings, json!({})).await;
    walk.page("/admin/settings/alerts").await;
}

/// Signing in and failing to, tokens, an invitation and its link.
async fn people(walk: &mut Walk) {
    let email = "owner@ours.example";
    let wrong = [("email", email), ("password", WRONG_PASSWORD)];
    assert!(!walk.form("/sign-in", &wrong).await.is_redirection());
    let right = [("email", email), ("password", PASSWORD)];
    assert!(walk.form("/sign-in", &right).await.is_redirection());
    for path in [
        "/",
        "/integrations/pax8",
        "/account",
        "/admin/audit",
        "/nothing",
    ] {
        walk.page(path).await;
    }
    let account = walk.page("/account").await;
    let csrf = account
        .split_once("name=\"csrf_token\" value=\"")
        .unwrap()
        .1;
    let csrf = csrf.split('"').next().unwrap().to_owned();
    for current in [WRONG_PASSWORD, PASSWORD] {
        let fields = [
            ("csrf_token", csrf.as_str()),
            ("present_password", current),
            ("password", NEW_PASSWORD),
        ];
        walk.form("/account/password", &fields).await;
    }

    let tokens = "/api/v1/api-tokens";
    let (made, secret) = walk
        .shown_once(
            Method::POST,
            tokens,
            json!({ "name": "Another" }),
            "/secret",
        )
        .await;
    let first = std::mem::replace(&mut walk.token, secret);
    walk.call(Method::GET, tokens, json!({})).await;
    let one = format!("{tokens}/{}", made["id"].as_str().unwrap());
    walk.token = first;
    walk.call(Method::DELETE, &one, json!({})).await;

    let body = json!({ "email": "new@ours.example", "name": "New", "role": "member" });
    let (_, link) = walk
        .shown_once(Method::POST, "/api/v1/users", body, "/invitation/url")
        .await;
    let (_, code) = link.split_once("code=").unwrap();
    let owner = std::mem::replace(&mut walk.client, browser());
    walk.client
        .get(format!("{}/invitation?code={code}", walk.url))
        .send()
        .await
        .unwrap();
    for password in ["short", JOINED_PASSWORD] {
        let fields = [("code", code), ("name", "New"), ("password", password)];
        walk.form("/invitation", &fields).await;
        // The form carries the code on to its next attempt, for whoever has the link.
        let (place, page) = walk.seen.pop().unwrap();
        walk.saw(&place, page.replace(code, ""));
    }
    let joined = [("email", "new@ours.example"), ("password", JOINED_PASSWORD)];
    walk.form("/sign-in", &joined).await;
    walk.client = owner;
}

/// An invoice on its way to a mail server that fails, repeats what it was told, and takes it.
async fn mail(walk: &mut Walk, post: &Post) {
    let body = json!({ "name": "Lakeside", "currency": "USD", "email": "pay@lakeside.example" });
    let (_, client) = walk.call(Method::POST, "/api/v1/clients", body).await;
    let recurring = json!({
        "client_id": client["id"], "name": "Care", "frequency": "monthly", "start_date": "2026-06-01",
        "lines": [{"description": "Care", "quantity": "3", "unit_price": "7.40", "taxable": false}],
    });
    walk.call(Method::POST, "/api/v1/recurring-invoices", recurring)
        .await;
    let body = json!({ "as_of": "2026-06-01" });
    walk.call(Method::POST, "/api/v1/billing-runs", body).await;
    let some = |it: &Value| it["data"].as_array().is_some_and(|all| !all.is_empty());
    let all = walk.until("/api/v1/invoices", some).await;
    let invoice = all["data"][0]["id"].as_str().unwrap().to_owned();
    post.fail("AUTH", How::Echo);
    let send = format!("/api/v1/invoices/{invoice}/send");
    walk.call(Method::POST, &send, json!({})).await;
    let tried = |it: &Value| it["data"][0]["attempts"].as_u64().unwrap_or(1) > 0;
    walk.until("/api/v1/deliveries", tried).await;
    let end = Instant::now() + PATIENCE;
    while post.connections() == 0 {
        assert!(Instant::now() < end, "nobody tried to send");
        walk.call(Method::GET, "/api/v1/deliveries", json!({}))
            .await;
    }
    walk.call(Method::GET, "/api/v1/deliveries", json!({}))
        .await;
}
