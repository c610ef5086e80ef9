//! Sending invoices by mail: once, with the paper that everybody else gets, and honest about what nobody knows.

mod automatic;
mod faults;
mod pages;

use ascent::clients::ClientDetails;
use serde_json::{Value, json};

use crate::{
    billing::books::{Books, monthly, texts},
    post::MAIL_PASSWORD,
    world::{Answer, User, World, on_each_engine, with_mail},
};

/// The one issued invoice of an organization.
pub async fn issued(books: &Books<'_>) -> String {
    let client = books.client("Harbor Dental").await;
    books.recurring(&client, monthly()).await;
    books.run("2026-06-15").await;
    id_of(&books.invoices().await[0])
}

pub fn id_of(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

pub async fn send(user: &User, id: &str, body: Value) -> Answer {
    user.post(&format!("/api/v1/invoices/{id}/send"), body)
        .await
}

/// The deliveries of an invoice, latest first.
pub async fn deliveries(world: &World, id: &str) -> Vec<Value> {
    let path = format!("/api/v1/invoices/{id}");
    let invoice = world.ours.owner.get(&path).await.json(200);
    invoice["deliveries"].as_array().unwrap().clone()
}

async fn actions(world: &World) -> Vec<String> {
    let events = world
        .ours
        .owner
        .get("/api/v1/audit-events?limit=200")
        .await
        .json(200);
    texts(events["data"].as_array().unwrap(), "/action")
}

/// A client with or without an address.
pub fn client_like(name: &str, email: Option<&str>) -> ClientDetails {
    ClientDetails {
        name: name.to_owned(),
        account_reference: None,
        website: None,
        email: email.map(str::to_owned),
        address: String::new(),
        currency: "USD".to_owned(),
        payment_terms_days: Some(30),
        tax_exempt: false,
    }
}

#[tokio::test]
async fn an_issued_invoice_goes_out_once_with_the_paper_that_is_downloaded() {
    with_mail(async |world, post| {
        let books = Books::ours(world);
        let settings = json!({ "email": "desk@ours.example" });
        world
            .ours
            .owner
            .patch("/api/v1/organization", settings)
            .await
            .json(200);
        let id = issued(&books).await;
        let asked = send(&world.ours.member, &id, json!({})).await.json(202);
        assert_eq!(
            (&asked["state"], &asked["to"], &asked["joined"]),
            (
                &json!("queued"),
                &json!("accounts@client.example"),
                &json!(false)
            )
        );
        assert!(post.came().is_empty(), "nothing is sent within the request");
        world.work().await;
        world.work().await;

        let [mail] = &post.taken()[..] else {
            panic!("{:?}", post.taken())
        };
        assert_eq!(mail.from, "billing@msp.example");
        assert_eq!(mail.to, ["accounts@client.example"]);
        assert_eq!(mail.header("From"), "Ours <billing@msp.example>");
        assert_eq!(mail.header("Reply-To"), "desk@ours.example");
        assert_eq!(mail.header("To"), "accounts@client.example");
        assert_eq!(mail.header("Subject"), "Invoice INV-0001 from Ours");
        assert_eq!(mail.header("Date"), "Mon, 15 Jun 2026 12:00:00 +0000");
        assert_eq!(Value::from(mail.header("Message-ID")), asked["message_id"]);
        for told in [
            "Harbor Dental",
            "$100.00",
            "15 Jul 2026",
            "1 Jun 2026 to 30 Jun 2026",
            "Lines: 1",
        ] {
            assert!(
                mail.text().contains(told),
                "{told} is not in {}",
                mail.text()
            );
        }
        let paper = world
            .ours
            .owner
            .get(&format!("/api/v1/invoices/{id}.pdf"))
            .await;
        let (name, pdf) = mail.pdf();
        assert_eq!(name, "INV-0001.pdf");
        assert!(pdf == paper.bytes, "another paper than the one to download");

        let sent = deliveries(world, &id).await;
        assert_eq!(texts(&sent, "/state"), ["sent"]);
        assert_eq!(
            (&sent[0]["attempts"], &sent[0]["last_error"]),
            (&json!(1), &Value::Null)
        );
        assert_eq!(sent[0]["ended_at"], "2026-06-15T12:00:00Z");
        let listed = world.ours.owner.get("/api/v1/invoices").await.json(200);
        assert_eq!(texts(&[listed], "/data/0/deliveries/0/state"), ["sent"]);
        assert_eq!(
            &actions(world).await[..2],
            ["invoice.sent", "invoice.send_requested"]
        );
    })
    .await;
}

#[tokio::test]
async fn who_asks_again_joins_and_another_address_takes_the_place_of_one_that_waits() {
    with_mail(async |world, post| {
        let id = issued(&Books::ours(world)).await;
        let owner = &world.ours.owner;
        post.fail("RCPT", crate::post::How::Say("451 4.7.1 Come back later"));
        let first = send(owner, &id, json!({})).await.json(202);
        let again = send(owner, &id, json!({ "to": "Accounts@Client.example" }))
            .await
            .json(202);
        assert_eq!(
            (&again["id"], &again["joined"]),
            (&first["id"], &json!(true))
        );
        world.work().await;
        assert_eq!(post.connections(), 1);
        let other = send(
            owner,
            &id,
            json!({ "to": "boss@client.example, cfo@client.example" }),
        )
        .await
        .json(202);
        assert_eq!(other["joined"], false);
        world.work().await;
        world.set_now("2026-06-17T12:00:00Z");
        world.work().await;
        let [mail] = &post.taken()[..] else {
            panic!("{:?}", post.taken())
        };
        assert_eq!(mail.to, ["boss@client.example", "cfo@client.example"]);
        let all = deliveries(world, &id).await;
        assert_eq!(texts(&all, "/state"), ["sent", "failed"]);
        let why = all[1]["last_error"].as_str().unwrap();
        assert!(
            why.contains("boss@client.example") && why.contains("Come back later"),
            "{why}"
        );
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_what_to_do() {
    with_mail(async |world, post| {
        let books = Books::ours(world);
        let owner = &world.ours.owner;
        let id = issued(&books).await;
        let nobody = books
            .client_like(client_like("Old Mill Bakery", None))
            .await;
        let details = ascent::recurring::RecurringDetails {
            review_first: true,
            ..monthly()
        };
        books.recurring(&nobody, details).await;
        books.run("2026-06-15").await;
        let draft = id_of(&books.invoices().await[1]);
        let refused = send(owner, &draft, json!({})).await;
        assert_eq!(refused.refusal(409), "invoice_status");
        assert!(refused.text.contains("Issue it first"), "{}", refused.text);
        owner
            .post(&format!("/api/v1/invoices/{draft}/issue"), json!({}))
            .await
            .json(200);
        let refused = send(owner, &draft, json!({})).await.json(422);
        assert_eq!(refused["errors"][0]["field"], "to");
        let told = refused["detail"].as_str().unwrap();
        assert!(
            told.contains("Old Mill Bakery") && told.contains("client's page"),
            "{told}"
        );
        for bad in [
            "nobody",
            "a@b.example\r\nBcc: x@y.example",
            "a@b.example,",
            "ä@b.example",
        ] {
            let refused = send(owner, &draft, json!({ "to": bad })).await.json(422);
            assert_eq!(refused["errors"][0]["field"], "to", "{bad}");
        }
        send(owner, &draft, json!({ "cc": "a@b.example" }))
            .await
            .json(422);
        assert_eq!(
            send(&world.theirs.owner, &id, json!({})).await.refusal(404),
            "not_found"
        );
        owner
            .post(&format!("/api/v1/invoices/{id}/void"), json!({}))
            .await
            .json(200);
        assert_eq!(
            send(owner, &id, json!({})).await.refusal(409),
            "invoice_status"
        );
        crate::clients::only(world, "clients.manage").await;
        let refused = send(&world.ours.member, &draft, json!({})).await;
        assert_eq!(refused.refusal(403), "permission_denied");
        world.work().await;
        assert_eq!(post.connections(), 0);
    })
    .await;
}

#[tokio::test]
async fn an_installation_without_a_mail_server_says_what_to_set() {
    on_each_engine(async |world| {
        let id = issued(&Books::ours(world)).await;
        let refused = send(&world.ours.owner, &id, json!({})).await;
        assert_eq!(refused.refusal(409), "mail_not_configured");
        for name in ["ASCENT_SMTP_URL", "ASCENT_MAIL_FROM"] {
            assert!(refused.text.contains(name), "{}", refused.text);
        }
        let page = world
            .ours
            .browser
            .get(&format!("/invoices/{id}/send"))
            .await;
        let page = world.ours.browser.get(page.location()).await;
        assert!(page.text.contains("Send"), "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn an_organizations_own_words_go_out_and_a_slip_in_them_is_refused() {
    with_mail(async |world, post| {
        let owner = &world.ours.owner;
        let words = json!({ "mail_subject": "{number} of {organization}", "mail_text": "For {client}\n{total}, {due_date}, {period}" });
        let saved = owner.patch("/api/v1/organization", words.clone()).await.json(200);
        assert_eq!((&saved["mail_subject"], &saved["mail_text"]), (&words["mail_subject"], &words["mail_text"]));
        let slip = json!({ "mail_text": "Due {due}" });
        let refused = owner.patch("/api/v1/organization", slip).await.json(422);
        assert_eq!(refused["errors"][0]["field"], "mail_text");
        let told = refused["detail"].as_str().unwrap();
        assert!(told.contains("{due} is no placeholder") && told.contains("{due_date}"), "{told}");
        let line = json!({ "mail_subject": "a\r\nBcc: x@y.example" });
        owner.patch("/api/v1/organization", line).await.json(422);
        let browser = &world.ours.browser;
        let page = browser.get("/admin/settings/mail").await.text;
        assert!(page.contains("value=\"{number} of {organization}\""), "{page}");
        let fields = [("mail_subject", "{numbr}"), ("mail_text", "")];
        let refused = browser.submit("/admin/settings/mail", &fields).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("mail_subject-error"), "{}", refused.text);

        let id = issued(&Books::ours(world)).await;
        send(owner, &id, json!({})).await.json(202);
        world.work().await;
        let mail = &post.taken()[0];
        assert_eq!(mail.header("Subject"), "INV-0001 of Ours");
        let text = "For Harbor Dental\n$100.00, 15 Jul 2026, 1 Jun 2026 to 30 Jun 2026";
        assert_eq!(mail.text().trim(), text);
        assert_eq!(mail.pdf().0, "INV-0001.pdf");
    })
    .await;
}

/// Two organizations share a mail server and nothing else.
#[tokio::test]
async fn i12_another_organizations_deliveries_are_not_there() {
    with_mail(async |world, post| {
        let (ours, theirs) = (Books::ours(world), Books::theirs(world));
        let (mine, yours) = (issued(&ours).await, issued(&theirs).await);
        let first = send(&world.ours.owner, &mine, json!({})).await.json(202);
        send(
            &world.theirs.owner,
            &yours,
            json!({ "to": "x@theirs.example" }),
        )
        .await
        .json(202);
        world.work().await;
        let mut senders: Vec<_> = post
            .taken()
            .iter()
            .map(|mail| mail.header("From"))
            .collect();
        senders.sort();
        assert_eq!(
            senders,
            ["Ours <billing@msp.example>", "Theirs <billing@msp.example>"]
        );
        let listed = world.theirs.owner.get("/api/v1/deliveries").await.json(200);
        assert_eq!(
            texts(listed["data"].as_array().unwrap(), "/to"),
            ["x@theirs.example"]
        );
        let path = format!("/api/v1/deliveries/{}/settle", id_of(&first));
        assert_eq!(
            world.theirs.owner.post(&path, json!({})).await.refusal(404),
            "not_found"
        );
        let path = format!("/deliveries/{}/settle", id_of(&first));
        assert_eq!(world.theirs.browser.submit(&path, &[]).await.status, 404);
        for path in [
            "/api/v1/me",
            "/api/v1/organization",
            "/deliveries",
            "/admin/settings",
        ] {
            let told = world.ours.browser.get(path).await.text;
            assert!(
                !told.contains(MAIL_PASSWORD) && !told.contains("smtp"),
                "{path}: {told}"
            );
        }
    })
    .await;
}
