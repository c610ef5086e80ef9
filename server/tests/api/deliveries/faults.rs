//! What a mail server can do to a mail, and a process that ends in between.

use ascent::deliveries::RETRY_AFTER;
use db::args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{deliveries, issued, send};
use crate::{
    billing::books::{Books, texts},
    post::{How, MAIL_PASSWORD, Post},
    world::{World, with_mail},
};

db::statements! {
    org LEAVE_SENDING = "update delivery set state = 'sending', attempts = attempts + 1, next_attempt_at = null where organization_id = $1";
}

/// Sends the one invoice against a fault; what the delivery says then.
async fn against(world: &World, id: &str) -> Value {
    send(&world.ours.owner, id, json!({})).await.json(202);
    world.work().await;
    deliveries(world, id).await.remove(0)
}

fn why(delivery: &Value) -> &str {
    delivery["last_error"].as_str().unwrap()
}

async fn later(world: &World, seconds: i64) {
    let now = world.app.clock.now();
    let then = Timestamp::from_millisecond(now.as_millisecond() + seconds * 1000).unwrap();
    world.set_now(&then.to_string());
    world.work().await;
}

#[tokio::test]
async fn what_was_not_taken_for_certain_is_tried_again_and_arrives_once() {
    for (at, how, said) in [
        ("CONNECT", How::Close, "broke off"),
        ("CONNECT", How::Say("421 4.3.2 Closing"), "421"),
        ("RCPT", How::Say("451 4.7.1 Greylisted"), "Greylisted"),
        ("MAIL", How::Silence, "did not answer"),
        ("DATA", How::Close, "broke off"),
        ("END", How::Say("452 4.3.1 Disk full"), "Disk full"),
    ] {
        with_mail(async |world, post| {
            let id = issued(&Books::ours(world)).await;
            post.fail(at, how);
            let waiting = against(world, &id).await;
            assert_eq!(
                (&waiting["state"], &waiting["attempts"]),
                (&json!("queued"), &json!(1)),
                "{at} {waiting}"
            );
            assert!(why(&waiting).contains(said), "{waiting}");
            assert_eq!(waiting["next_attempt_at"], "2026-06-15T12:01:00Z");
            later(world, 59).await;
            assert_eq!(post.connections(), 1, "not before its time");
            later(world, 2).await;
            assert_eq!(texts(&deliveries(world, &id).await, "/state"), ["sent"]);
            later(world, 100_000).await;
            let taken = post.taken();
            assert_eq!(taken.len(), 1);
            assert_eq!(
                Value::from(taken[0].header("Message-ID")),
                waiting["message_id"]
            );
        })
        .await;
    }
}

#[tokio::test]
async fn a_mail_server_that_is_away_for_a_day_is_given_up() {
    with_mail(async |world, post| {
        let id = issued(&Books::ours(world)).await;
        post.shut().await;
        let mut delivery = against(world, &id).await;
        for wait in RETRY_AFTER {
            assert_eq!(delivery["state"], "queued");
            assert!(why(&delivery).contains("cannot be reached"), "{delivery}");
            later(world, wait.as_secs() + 1).await;
            delivery = deliveries(world, &id).await.remove(0);
        }
        assert_eq!(
            (&delivery["state"], &delivery["attempts"]),
            (&json!("failed"), &json!(6))
        );
        assert!(
            world.app.clock.now() > "2026-06-16T09:00:00Z".parse().unwrap(),
            "over a day"
        );
        post.open().await;
        later(world, 100_000).await;
        assert!(post.came().is_empty());
        let again = against(world, &id).await;
        assert_eq!(again["state"], "sent");
        assert_eq!(post.taken().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_for_good_is_told_at_once_in_the_servers_words() {
    for (at, words) in [
        ("RCPT", "550 5.1.1 No such user"),
        ("END", "554 5.7.1 Looks like spam"),
        ("MAIL", "553 5.7.1 Not your address"),
    ] {
        with_mail(async |world, post| {
            let id = issued(&Books::ours(world)).await;
            post.fail(at, How::Say(words));
            let failed = against(world, &id).await;
            assert_eq!(
                (&failed["state"], &failed["next_attempt_at"]),
                (&json!("failed"), &Value::Null)
            );
            assert!(why(&failed).contains(words), "{failed}");
            later(world, 100_000).await;
            assert_eq!(post.connections(), 1, "nothing is tried again");
        })
        .await;
    }
}

#[tokio::test]
async fn where_nobody_knows_nothing_is_sent_again_by_itself() {
    for (at, how) in [
        ("BODY", How::Close),
        ("END", How::Close),
        ("END", How::Silence),
    ] {
        with_mail(async |world, post| {
            let id = issued(&Books::ours(world)).await;
            post.fail(at, how);
            let unknown = against(world, &id).await;
            assert_eq!(unknown["state"], "unknown", "{unknown}");
            assert!(
                why(&unknown).contains("did not say that it took it"),
                "{unknown}"
            );
            later(world, 100_000).await;
            later(world, 100_000).await;
            assert_eq!(post.connections(), 1);
            told_on_pages(world, &id).await;
            // A person decides.
            let again = against(world, &id).await;
            assert_ne!(again["id"], unknown["id"]);
            assert_eq!(
                texts(&deliveries(world, &id).await, "/state"),
                ["sent", "unknown"]
            );
            assert_eq!(post.taken().len(), 1);
        })
        .await;
    }
}

async fn told_on_pages(world: &World, id: &str) {
    let browser = world.sign_in("owner@ours.example").await;
    for path in [format!("/invoices/{id}"), "/deliveries".to_owned()] {
        let page = browser.get(&path).await;
        assert!(
            page.text
                .contains("It may have been sent. Ask the client, or send it again."),
            "{}",
            page.text
        );
    }
}

/// The job was claimed and the process killed while the mail was handed over: the next one finds the mark.
#[tokio::test]
async fn a_process_that_died_while_sending_leaves_an_unknown_and_no_second_mail() {
    with_mail(async |world, post| {
        let books = Books::ours(world);
        let id = issued(&books).await;
        send(&world.ours.owner, &id, json!({})).await.json(202);
        let mut tx = books.write().await;
        tx.execute(&LEAVE_SENDING, args![]).await.unwrap();
        tx.commit().await.unwrap();
        world.work().await;
        let lost = deliveries(world, &id).await.remove(0);
        assert_eq!(
            (&lost["state"], &lost["attempts"]),
            (&json!("unknown"), &json!(1))
        );
        assert!(why(&lost).contains("ended while"), "{lost}");
        assert_eq!(post.connections(), 0);
        later(world, 100_000).await;
        assert_eq!(post.connections(), 0);
        assert!(
            super::actions(world)
                .await
                .contains(&"invoice.sending_lost".to_owned())
        );
    })
    .await;
}

#[tokio::test]
async fn what_was_made_void_while_it_waited_is_not_sent() {
    with_mail(async |world, post| {
        let id = issued(&Books::ours(world)).await;
        send(&world.ours.owner, &id, json!({})).await.json(202);
        world
            .ours
            .owner
            .post(&format!("/api/v1/invoices/{id}/void"), json!({}))
            .await
            .json(200);
        world.work().await;
        let failed = deliveries(world, &id).await.remove(0);
        assert_eq!(failed["state"], "failed");
        assert!(why(&failed).contains("void"), "{failed}");
        assert_eq!(post.connections(), 0);
    })
    .await;
}

#[tokio::test]
async fn i1_the_mail_servers_password_is_told_nowhere() {
    with_mail(async |world, post: &Post| {
        let id = issued(&Books::ours(world)).await;
        post.fail("AUTH", How::Echo);
        let failed = against(world, &id).await;
        assert_eq!(failed["state"], "failed");
        assert!(
            why(&failed).contains("535") && why(&failed).contains("AUTH PLAIN …?"),
            "{failed}"
        );
        let encoded = base64::Engine::encode(
            &base64::prelude::BASE64_STANDARD,
            format!("\0desk\0{MAIL_PASSWORD}"),
        );
        for path in [
            format!("/invoices/{id}"),
            "/deliveries".to_owned(),
            "/admin/audit".to_owned(),
            "/admin/jobs".to_owned(),
            "/api/v1/audit-events".to_owned(),
            "/api/v1/deliveries".to_owned(),
            "/api/v1/background-jobs".to_owned(),
        ] {
            let told = world.ours.browser.get(&path).await;
            assert_eq!(told.status, 200, "{path}");
            assert!(
                !told.text.contains(MAIL_PASSWORD) && !told.text.contains(&encoded),
                "{path}"
            );
        }
        assert!(!format!("{:?}", world.app.settings).contains(MAIL_PASSWORD));
    })
    .await;
}
