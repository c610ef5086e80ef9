//! Alerts: told once when something is wrong, once a day while it is, and when it is over; by mail and signed to a webhook.

use ascent::{
    alerts, jobs,
    secrets::{MasterKey, Vault, rotate},
};
use db::args;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use pax8_sandbox::{Fault, Place, What};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{
    billing::books::{Books, monthly},
    hook::Call,
    second_factor::{code, first_step, protect, second_step},
    world::{MASTER_KEY, User, World, on_each_engine, with_mail_and_hook},
};

const ALERTS: &str = "/api/v1/alerts";
const SETTINGS: &str = "/api/v1/alert-settings";
const WEBHOOK: &str = "/api/v1/alert-settings/webhook";
const TESTS: &str = "/api/v1/alert-settings/tests";
const PAGE: &str = "/admin/settings/alerts";

db::statements! {
    org FAIL_A_DELIVERY = "insert into delivery (organization_id, id, invoice_id, recipients, state, attempts, message_id, queued_by,
        queued_at, ended_at) select organization_id, id, id, 'a@b.example', 'unknown', 1, '<1@b.example>', 'Owner', created_at, created_at
        from invoice where organization_id = $1";
    org SETTLE_DELIVERIES = "update delivery set state = 'sent' where organization_id = $1";
    org HOLD_BILLING = "update organization set next_billing_at = $2 where id = $1";
    org ALERTS_AS_STORED = "select webhook_host, webhook_url_sealed, webhook_secret_sealed from alert_settings where organization_id = $1";
}

/// Lets time pass, and does what is due then.
async fn pass(world: &World, time: SignedDuration) {
    let then: Timestamp = world.app.clock.now() + time;
    world.set_now(&then.to_string());
    world.work().await;
}

/// As long as it takes until the conditions are looked at again.
async fn look(world: &World) {
    pass(world, SignedDuration::from_mins(6)).await;
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// The conditions that hold.
async fn open(who: &User) -> Vec<String> {
    let list = who.get(&format!("{ALERTS}?open=true")).await.json(200);
    let alerts = list["data"].as_array().unwrap().iter();
    alerts
        .map(|it| it["condition"].as_str().unwrap().to_owned())
        .collect()
}

async fn only(world: &World, told: &str) {
    let all = alerts::Condition::ALL.map(alerts::Condition::as_str);
    let quiet: Vec<&str> = all.into_iter().filter(|it| *it != told).collect();
    let owner = &world.ours.owner;
    owner
        .patch(SETTINGS, json!({ "quiet": quiet }))
        .await
        .json(200);
}

/// Checks the signature as the other side would.
#[track_caller]
fn verify(call: &Call, secret: &str) {
    let (time, digest) = call.header("ascent-signature").split_once(",v1=").unwrap();
    let time = time.strip_prefix("t=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{time}.{}", call.text).as_bytes());
    let expected: Vec<String> = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(digest, expected.concat());
}

#[tokio::test]
async fn failing_syncs_are_told_when_it_begins_once_a_day_and_when_it_is_over() {
    with_mail_and_hook(async |world, post, hook| {
        let owner = &world.ours.owner;
        only(world, "sync_failing").await;
        let set = owner.put(WEBHOOK, json!({ "url": hook.url() })).await;
        let secret = set.json(200)["secret"].as_str().unwrap().to_owned();
        world.connect(&world.ours).await;
        let away = Fault::new(Place::Companies, What::ServerError { status: 500 });
        world.sandbox.sandbox().faults().add(away.always());
        for failures in 1..=2 {
            pass(world, hours(5)).await;
            look(world).await;
            assert!(open(owner).await.is_empty(), "after {failures}");
        }
        pass(world, hours(5)).await;
        assert!(post.came().is_empty());
        look(world).await;
        assert_eq!(open(owner).await, ["sync_failing"]);
        let [mail] = &post.taken()[..] else {
            panic!("{:?}", post.taken())
        };
        assert_eq!(mail.to, ["owner@ours.example"]);
        assert_eq!(mail.header("Subject"), "Pax8 syncs keep failing (Ours)");
        let raw = mail.raw.replace("=\r\n", "");
        assert!(raw.contains("3 syncs failed in a row. The last:"), "{raw}");
        assert!(raw.contains("http://localhost/admin/integrations/pax8"));
        let [call] = &hook.came()[..] else {
            panic!("{:?}", hook.came())
        };
        verify(call, &secret);
        let told = call.json();
        assert_eq!(told["event"], "alert.began");
        assert_eq!(told["alert"]["condition"], "sync_failing");
        assert_eq!(told["organization"]["name"], "Ours");
        assert_eq!(told["id"], call.header("ascent-event-id"));

        for _ in 0..4 {
            pass(world, hours(5)).await;
        }
        assert_eq!((post.taken().len(), hook.came().len()), (1, 1));
        pass(world, hours(5)).await;
        assert_eq!((post.taken().len(), hook.came().len()), (2, 2));
        let again = &post.taken()[1];
        assert_eq!(
            again.header("Subject"),
            "Still: Pax8 syncs keep failing (Ours)"
        );
        assert_ne!(again.header("Message-ID"), mail.header("Message-ID"));
        assert_eq!(hook.came()[1].json()["event"], "alert.lasts");

        world.sandbox.sandbox().faults().clear();
        pass(world, hours(5)).await;
        look(world).await;
        assert!(open(owner).await.is_empty());
        assert_eq!((post.taken().len(), hook.came().len()), (3, 3));
        assert_eq!(hook.came()[2].json()["event"], "alert.ended");
        assert_eq!(
            post.taken()[2].header("Subject"),
            "Over: Pax8 syncs keep failing (Ours)"
        );
        look(world).await;
        pass(world, hours(25)).await;
        assert_eq!((post.taken().len(), hook.came().len()), (3, 3));
        let list = owner.get(ALERTS).await.json(200);
        let mut alerts = list["data"].as_array().unwrap().iter();
        let alert = alerts.find(|it| it["condition"] == "sync_failing").unwrap();
        assert_eq!(alert["notices"].as_array().unwrap().len(), 6);
        assert!(alert["ended_at"].is_string());
        let theirs = world.theirs.owner.get(ALERTS).await.json(200);
        assert_eq!(theirs["data"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn each_condition_begins_and_ends() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        world.connect(&world.ours).await;
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, monthly()).await;
        look(world).await;
        assert!(open(owner).await.is_empty(), "all is well");

        let refuses = Fault::new(Place::Token, What::Unauthorized);
        world.sandbox.sandbox().faults().add(refuses.always());
        for _ in 0..3 {
            pass(world, hours(5)).await;
        }
        look(world).await;
        assert_eq!(open(owner).await, ["credentials_refused"]);
        pass(world, hours(10)).await;
        assert_eq!(open(owner).await, ["data_stale", "credentials_refused"]);
        world.sandbox.sandbox().faults().clear();
        world.connect(&world.ours).await;
        look(world).await;
        assert!(open(owner).await.is_empty(), "both are over");

        // The run of the first night made the invoice; nobody sent it for certain.
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        tx.execute(&FAIL_A_DELIVERY, args![]).await.unwrap();
        tx.commit().await.unwrap();
        look(world).await;
        assert_eq!(open(owner).await, ["not_sent"]);
        let told = owner.get(ALERTS).await.json(200);
        assert_eq!(told["data"][0]["detail"], "1 invoice was perhaps not sent.");
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        tx.execute(&SETTLE_DELIVERIES, args![]).await.unwrap();
        tx.commit().await.unwrap();
        look(world).await;
        assert!(open(owner).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn whoever_guesses_at_sign_ins_is_told_to_the_organization_whose_people_they_are() {
    on_each_engine(async |world| {
        let guess = async |email: &str, times: usize| {
            for _ in 0..times {
                let form = [("email", email), ("password", "no such thing at all")];
                let refused = world.nobody().submit("/sign-in", &form).await;
                assert!(refused.status == 422 || refused.status == 429);
            }
        };
        let owner = &world.ours.owner;
        guess("member@ours.example", 9).await;
        guess("nobody@ours.example", 30).await;
        // Slowly, so that nothing is ever locked.
        world.set_now("2026-06-15T18:00:00Z");
        guess("Member@ours.example ", 8).await;
        look(world).await;
        assert!(open(owner).await.is_empty(), "17 of 20");
        let it = protect(world, "owner@ours.example").await;
        let step = first_step(world, "owner@ours.example").await;
        for _ in 0..2 {
            second_step(world, &step, "000000").await;
        }
        let used = code(world, &it.secret, 0);
        second_step(world, &step, &used).await;
        look(world).await;
        assert_eq!(open(owner).await, ["sign_ins_refused"]);
        assert!(open(&world.theirs.owner).await.is_empty());
        let told = owner.get(ALERTS).await.json(200);
        assert_eq!(
            told["data"][0]["detail"],
            "20 sign-ins and codes were refused within a day: member@ours.example (17), owner@ours.example (3)."
        );
        world.set_now("2026-06-16T12:00:00Z");
        look(world).await;
        assert!(open(owner).await.is_empty(), "the first nine are a day old");
        guess("member@ours.example", 30).await;
        look(world).await;
        assert_eq!(open(owner).await, ["sign_ins_refused"], "locked ones count");
    })
    .await;
}

#[tokio::test]
async fn billing_that_did_not_happen_is_told_and_drafts_that_wait() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let broken = books.recurring(&client, monthly()).await;
        books.spoil(broken.id, true).await;
        pass(world, hours(20)).await;
        assert!(open(owner).await.is_empty(), "it may not have met a run");
        for _ in 0..3 {
            pass(world, hours(5)).await;
        }
        look(world).await;
        assert_eq!(open(owner).await, ["billing_overdue"]);
        let told = owner.get(ALERTS).await.json(200);
        let detail = told["data"][0]["detail"].as_str().unwrap();
        assert_eq!(
            detail,
            "1 recurring invoice was due on 1 Jun 2026 and is not billed."
        );
        books.spoil(broken.id, false).await;
        pass(world, hours(24)).await;
        look(world).await;
        assert!(open(owner).await.is_empty());

        let late = world.app.clock.now() - hours(3);
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        tx.execute(&HOLD_BILLING, args![late]).await.unwrap();
        tx.commit().await.unwrap();
        let then = world.app.clock.now() + hours(1);
        world.set_now(&then.to_string());
        alerts::check(&world.app, world.ours.id).await.unwrap();
        assert_eq!(open(owner).await, ["billing_overdue"], "no run was begun");
        world.work().await;
        look(world).await;
        assert!(open(owner).await.is_empty());

        let mut reviewed = monthly();
        reviewed.review_first = true;
        reviewed.start_date = "2026-06-10".to_owned();
        books.recurring(&client, reviewed).await;
        books.run("2026-06-20").await;
        pass(world, hours(71)).await;
        assert!(open(owner).await.is_empty());
        pass(world, hours(2)).await;
        assert_eq!(open(owner).await, ["drafts_waiting"]);
    })
    .await;
}

#[tokio::test]
async fn a_webhook_is_tried_again_under_the_same_id_and_follows_no_redirect() {
    with_mail_and_hook(async |world, post, hook| {
        let owner = &world.ours.owner;
        owner
            .patch(SETTINGS, json!({ "by_mail": false }))
            .await
            .json(200);
        let set = owner.put(WEBHOOK, json!({ "url": hook.url() })).await;
        let secret = set.json(200)["secret"].as_str().unwrap().to_owned();
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, monthly()).await;
        books.run("2026-06-15").await;
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        tx.execute(&FAIL_A_DELIVERY, args![]).await.unwrap();
        tx.commit().await.unwrap();
        hook.answer(500);
        hook.answer(302);
        look(world).await;
        let notice = async || {
            let list = owner.get(ALERTS).await.json(200);
            list["data"][0]["notices"][0].clone()
        };
        assert_eq!(notice().await["last_error"], "The webhook answered 500.");
        pass(world, SignedDuration::from_secs(20)).await;
        let why = notice().await["last_error"].as_str().unwrap().to_owned();
        assert!(why.contains("302") && why.contains("not followed"), "{why}");
        assert_eq!(hook.came().len(), 2, "the redirect was not followed");
        pass(world, SignedDuration::from_secs(130)).await;
        assert!(notice().await["sent_at"].is_string());
        let came = hook.came();
        assert_eq!(came.len(), 3);
        for call in &came {
            verify(call, &secret);
            assert_eq!(call.text, came[0].text, "the same at each attempt");
        }
        assert_ne!(
            came[0].header("ascent-signature"),
            came[1].header("ascent-signature"),
            "signed at its own time"
        );
        assert!(post.came().is_empty());
    })
    .await;
}

#[tokio::test]
async fn i1_neither_the_secret_nor_the_address_of_a_webhook_comes_out_again() {
    with_mail_and_hook(async |world, _, hook| {
        let owner = &world.ours.owner;
        let set = owner.put(WEBHOOK, json!({ "url": hook.url() })).await;
        let secret = set.json(200)["secret"].as_str().unwrap().to_owned();
        hook.answer(500);
        let tested = owner.post(TESTS, json!({})).await.json(200);
        assert_eq!(tested["results"][1]["ok"], false);
        for path in [SETTINGS, ALERTS, "/api/v1/audit-events", PAGE] {
            let who = match path {
                PAGE => &world.ours.browser,
                _ => owner,
            };
            let answer = who.get(path).await;
            assert_eq!(answer.status, 200, "{path}");
            for hidden in [secret.as_str(), "in-the-address"] {
                assert!(!answer.text.contains(hidden), "{path}");
            }
        }
        let mut tx = world.app.database.read(world.ours.id).await.unwrap();
        let row = tx.fetch_one(&ALERTS_AS_STORED, args![]).await.unwrap();
        let host: String = row.get("webhook_host").unwrap();
        assert_eq!(host, "127.0.0.1");
        for column in ["webhook_url_sealed", "webhook_secret_sealed"] {
            let sealed: String = row.get(column).unwrap();
            assert!(!sealed.contains(&secret) && !sealed.contains("127.0.0.1"));
        }
        drop(tx);
        let again = owner.put(WEBHOOK, json!({ "url": hook.url() })).await;
        assert_ne!(again.json(200)["secret"], secret, "a new one each time");
        let gone = owner.delete(WEBHOOK).await.json(200);
        assert_eq!(gone["webhook_host"], Value::Null);
        assert_eq!(owner.delete(WEBHOOK).await.refusal(404), "not_found");
    })
    .await;
}

#[tokio::test]
async fn a_webhook_leads_to_a_public_host_or_one_that_the_operator_named() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        for url in [
            "http://hooks.example.com/",
            "https://127.0.0.1/",
            "http://127.0.0.1:8080/",
            "https://169.254.169.254/latest/meta-data",
            "https://[::ffff:10.0.0.1]/",
            "https://user:word@hooks.example.com/",
            "nonsense",
        ] {
            let refused = owner.put(WEBHOOK, json!({ "url": url })).await.json(422);
            assert_eq!(refused["errors"][0]["field"], "url", "{url}");
        }
        // A name may lead anywhere, and is looked at when something is sent.
        let url = json!({ "url": "https://localhost/alerts" });
        owner.put(WEBHOOK, url).await.json(200);
        let tested = owner.post(TESTS, json!({})).await.json(200);
        assert_eq!(tested["results"][0]["ok"], false);
        let why = tested["results"][0]["detail"].as_str().unwrap();
        assert!(why.contains("ASCENT_WEBHOOK_HOSTS"), "{why}");
    })
    .await;
}

#[tokio::test]
async fn a_webhook_is_signed_with_its_secret_after_the_keys_were_replaced() {
    with_mail_and_hook(async |world, _, hook| {
        let owner = &world.ours.owner;
        let set = owner.put(WEBHOOK, json!({ "url": hook.url() })).await;
        let secret = set.json(200)["secret"].as_str().unwrap().to_owned();
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, monthly()).await;
        books.run("2026-06-15").await;
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        tx.execute(&FAIL_A_DELIVERY, args![]).await.unwrap();
        tx.commit().await.unwrap();
        let next = MasterKey::from_bytes([8; 32]);
        let both = [MasterKey::from_bytes(MASTER_KEY), next.clone()];
        let (both, _) = world.with_vault(Vault::of_keys(&both));
        rotate(&both, &both.vault.master(&next.id()).unwrap())
            .await
            .unwrap();
        let (app, _) = world.with_vault(Vault::of_keys(&[next]));
        alerts::check(&app, world.ours.id).await.unwrap();
        jobs::drain(&app, &ascent::job_registry()).await.unwrap();
        let [call] = &hook.came()[..] else {
            panic!("{:?}", hook.came())
        };
        verify(call, &secret);
    })
    .await;
}

#[tokio::test]
async fn any_number_of_processes_tell_of_an_alert_once() {
    with_mail_and_hook(async |world, post, _| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, monthly()).await;
        books.run("2026-06-15").await;
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        tx.execute(&FAIL_A_DELIVERY, args![]).await.unwrap();
        tx.commit().await.unwrap();
        let looks = (0..8).map(|_| alerts::watch(world.app.clone()));
        for looked in futures::future::join_all(looks).await {
            looked.unwrap();
        }
        world.work().await;
        assert_eq!(post.taken().len(), 1);
        let list = world.ours.owner.get(ALERTS).await.json(200);
        assert_eq!(list["data"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_settings_are_checked_and_who_was_overtaken_is_told() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let before = owner.get(SETTINGS).await.json(200);
        assert_eq!(before["by_mail"], true);
        assert_eq!(before["mail_available"], false);
        let refused = json!({ "recipients": "nobody", "sync_failures": 0, "stale_intervals": 1, "waiting_days": 1000, "refused_sign_ins": 4 });
        let refused = owner.patch(SETTINGS, refused).await.json(422);
        let fields: Vec<_> = refused["errors"].as_array().unwrap().iter().collect();
        assert_eq!(fields.len(), 5, "{refused}");
        let change = json!({ "recipients": "a@b.example, c@d.example", "waiting_days": 7, "refused_sign_ins": 100, "version": before["version"] });
        let after = owner.patch(SETTINGS, change.clone()).await.json(200);
        assert_eq!(after["recipients"], "a@b.example, c@d.example");
        assert_eq!(after["waiting_days"], 7);
        assert_eq!(after["refused_sign_ins"], 100);
        assert_eq!(after["sync_failures"], 3, "what is absent stays");
        let stale = owner.patch(SETTINGS, change).await;
        assert_eq!(stale.refusal(409), "changed_meanwhile");
        assert_eq!(
            owner.post(TESTS, json!({})).await.refusal(409),
            "alerts_to_nobody"
        );
        let theirs = world.theirs.owner.get(SETTINGS).await.json(200);
        assert_eq!(theirs["waiting_days"], 3);
    })
    .await;
}

#[tokio::test]
async fn the_page_saves_tests_and_shows_what_is_wrong() {
    with_mail_and_hook(async |world, post, hook| {
        let browser = &world.ours.browser;
        let page = browser.get(PAGE).await;
        page.page();
        assert!(page.text.contains("Nothing is wrong"));
        assert!(page.text.contains("owner@ours.example"));
        let shown = browser
            .submit(&format!("{PAGE}/webhook"), &[("url", &hook.url())])
            .await;
        shown.page();
        assert!(shown.text.contains("ascwh_"));
        let refused = browser
            .submit(
                &format!("{PAGE}/webhook"),
                &[("url", "http://x.example/key")],
            )
            .await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("url-error") && !refused.text.contains("x.example/key"));
        let tested = browser.submit(&format!("{PAGE}/test"), &[]).await;
        assert_eq!(tested.location(), PAGE);
        assert!(tested.told().contains("The webhook took it."));
        assert!(tested.told().contains("The mail server took it."));
        assert_eq!(hook.came()[0].json()["event"], "alert.test");
        assert_eq!(post.taken()[0].header("Subject"), "A test of alerts (Ours)");

        let version = async || {
            let settings = world.ours.owner.get(SETTINGS).await.json(200);
            settings["version"].to_string()
        };
        let seen = version().await;
        let mut form = vec![
            ("version", seen.as_str()),
            ("by_mail", "true"),
            ("recipients", "desk@ours.example"),
            ("sync_failures", "x"),
            ("stale_intervals", "6"),
            ("waiting_days", "3"),
            ("refused_sign_ins", "20"),
            ("not_sent", "true"),
        ];
        let refused = browser.submit(PAGE, &form).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("sync_failures-error"));
        assert!(
            refused.text.contains("desk@ours.example"),
            "as it was typed"
        );
        form[3].1 = "1";
        form[0].1 = "1";
        assert_eq!(browser.submit(PAGE, &form).await.status, 409, "overtaken");
        form[0].1 = &seen;
        let saved = browser.submit(PAGE, &form).await;
        assert_eq!(saved.location(), PAGE);
        let settings = world.ours.owner.get(SETTINGS).await.json(200);
        assert_eq!(settings["quiet"].as_array().unwrap().len(), 6);

        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, monthly()).await;
        books.run("2026-06-15").await;
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        tx.execute(&FAIL_A_DELIVERY, args![]).await.unwrap();
        tx.commit().await.unwrap();
        look(world).await;
        for path in [PAGE, "/", "/admin/jobs"] {
            let page = browser.get(path).await;
            assert!(
                page.text.contains("1 invoice was perhaps not sent."),
                "{path}"
            );
        }
        assert_eq!(post.taken()[1].to, ["desk@ours.example"]);
        let asked = browser.get(&format!("{PAGE}/webhook/remove")).await;
        assert!(
            asked
                .text
                .contains("Nothing is sent to 127.0.0.1 any more.")
        );
        let removed = browser.submit(&format!("{PAGE}/webhook/remove"), &[]).await;
        assert_eq!(removed.location(), PAGE);
    })
    .await;
}
