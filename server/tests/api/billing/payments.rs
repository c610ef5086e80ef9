//! Payments: in parts, in full, taken back, and never more than the balance.

use ascent::clients::ClientDetails;
use ascent::recurring::RecurringDetails;
use scraper::{Html, Selector};
use serde_json::{Value, json};

use super::books::{Books, line, monthly, texts};
use crate::world::{Answer, User, on_each_engine};

/// An issued invoice over 100.00 USD.
async fn issued(books: &Books<'_>) -> String {
    let client = books.client("Harbor Dental").await;
    books.recurring(&client, monthly()).await;
    books.run("2026-06-15").await;
    id(&books.invoices().await[0])
}

pub fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

pub async fn pay(user: &User, invoice: &str, body: Value) -> Answer {
    user.post(&format!("/api/v1/invoices/{invoice}/payments"), body)
        .await
}

async fn take_back(user: &User, invoice: &str, payment: &str) -> Answer {
    user.delete(&format!("/api/v1/invoices/{invoice}/payments/{payment}"))
        .await
}

/// Status, paid amount and balance.
pub fn standing(invoice: &Value) -> [&str; 3] {
    ["status", "paid", "balance"].map(|field| invoice[field].as_str().unwrap())
}

pub fn refused_at(answer: &Answer) -> (String, String) {
    let problem = answer.json(422);
    let error = &problem["errors"][0];
    let text = |field: &str| error[field].as_str().unwrap().to_owned();
    (text("field"), text("message"))
}

pub fn shown(page: &Html, selector: &str) -> String {
    let selector = Selector::parse(selector).unwrap();
    let texts = page.select(&selector).flat_map(|it| it.text());
    let words = texts.flat_map(str::split_whitespace);
    words.collect::<Vec<_>>().join(" ")
}

fn value(page: &Html, selector: &str) -> String {
    let selector = Selector::parse(selector).unwrap();
    let field = page.select(&selector).next().unwrap();
    field.attr("value").unwrap().to_owned()
}

#[tokio::test]
async fn d27_an_invoice_is_paid_in_parts_and_a_payment_taken_back_is_kept() {
    on_each_engine(async |world| {
        let (books, owner) = (Books::ours(world), &world.ours.owner);
        let invoice = issued(&books).await;
        let body = json!({ "amount": "40.00", "paid_on": "2026-06-14", "reference": "Cheque 7" });
        let part = pay(&world.ours.member, &invoice, body).await.json(201);
        assert_eq!(standing(&part), ["partially_paid", "40.00", "60.00"]);
        let payment = &part["payments"][0];
        for (field, expected) in [
            ("kind", "payment"),
            ("amount", "40.00"),
            ("paid_on", "2026-06-14"),
            ("reference", "Cheque 7"),
        ] {
            assert_eq!(payment[field], expected);
        }
        let whole = pay(owner, &invoice, json!({ "amount": "60" }))
            .await
            .json(201);
        assert_eq!(standing(&whole), ["paid", "100.00", "0.00"]);
        assert_eq!(whole["payments"][1]["paid_on"], "2026-06-15", "today");
        let back = take_back(owner, &invoice, &id(payment)).await.json(200);
        assert_eq!(standing(&back), ["partially_paid", "60.00", "40.00"]);
        assert_eq!(
            texts(back["payments"].as_array().unwrap(), "/amount"),
            ["40.00", "60.00"]
        );
        assert!(back["payments"][0]["taken_back_at"].is_string());
        assert_eq!(
            take_back(owner, &invoice, &id(payment)).await.refusal(409),
            "payment_taken_back"
        );
        let last = id(&back["payments"][1]);
        let none = take_back(owner, &invoice, &last).await.json(200);
        assert_eq!(standing(&none), ["issued", "0.00", "100.00"]);
        assert_eq!(books.invoices().await[0], none, "the list says the same");
    })
    .await;
}

#[tokio::test]
async fn d27_a_payment_is_refused_at_its_field_and_never_above_the_balance() {
    on_each_engine(async |world| {
        let (books, owner) = (Books::ours(world), &world.ours.owner);
        let invoice = issued(&books).await;
        for (amount, message) in [
            ("100.01", "Enter at most what is left on INV-0001: $100.00."),
            ("0", "Enter an amount above 0."),
            ("-5", "Enter an amount above 0."),
            ("1.005", "Use at most 2 decimals for USD."),
            (
                "1,000",
                "Use a point for decimals and nothing between thousands, for example 1234.50.",
            ),
            ("", "Enter a number, for example 1234.50."),
        ] {
            let refused = pay(owner, &invoice, json!({ "amount": amount })).await;
            assert_eq!(
                refused_at(&refused),
                ("amount".to_owned(), message.to_owned())
            );
        }
        // In New York it is still the 15th.
        world.set_now("2026-06-16T03:00:00Z");
        let dated = async |day: &str| {
            let body = json!({ "amount": "1", "paid_on": day });
            refused_at(&pay(owner, &invoice, body).await)
        };
        assert_eq!(
            dated("2026-06-16").await,
            (
                "paid_on".to_owned(),
                "Choose today, 2026-06-15, or an earlier day.".to_owned()
            )
        );
        assert_eq!(dated("16.6.2026").await.0, "paid_on");
        let long = json!({ "amount": "1", "reference": "x".repeat(201) });
        assert_eq!(refused_at(&pay(owner, &invoice, long).await).0, "reference");
        let foreign = json!({ "amount": "1", "credit_note_id": invoice });
        assert_eq!(
            refused_at(&pay(owner, &invoice, foreign).await).0,
            "credit_note_id"
        );
        pay(owner, &invoice, json!({ "amount": "100" }))
            .await
            .json(201);
        let more = pay(owner, &invoice, json!({ "amount": "0.01" })).await;
        assert_eq!(refused_at(&more).1, "Nothing is left to pay on INV-0001.");
        let paid = owner
            .get(&format!("/api/v1/invoices/{invoice}"))
            .await
            .json(200);
        assert_eq!(standing(&paid), ["paid", "100.00", "0.00"]);
    })
    .await;
}

#[tokio::test]
async fn an_amount_has_the_decimals_of_its_currency() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = ClientDetails {
            name: "Kyoto Tea".to_owned(),
            currency: "JPY".to_owned(),
            payment_terms_days: Some(30),
            account_reference: None,
            website: None,
            email: None,
            address: String::new(),
            tax_exempt: false,
        };
        let client = books.client_like(client).await;
        let lines = vec![line("Helpdesk", "1", "1500")];
        books
            .recurring(&client, RecurringDetails { lines, ..monthly() })
            .await;
        books.run("2026-06-15").await;
        let invoice = id(&books.invoices().await[0]);
        let owner = &world.ours.owner;
        let refused = pay(owner, &invoice, json!({ "amount": "10.5" })).await;
        assert_eq!(refused_at(&refused).1, "Use at most 0 decimals for JPY.");
        let paid = pay(owner, &invoice, json!({ "amount": "500.0" }))
            .await
            .json(201);
        assert_eq!(standing(&paid), ["partially_paid", "500", "1000"]);
    })
    .await;
}

#[tokio::test]
async fn d27_drafts_and_void_invoices_take_no_payment_and_paid_ones_are_not_void() {
    on_each_engine(async |world| {
        let (books, owner) = (Books::ours(world), &world.ours.owner);
        let client = books.client("Harbor Dental").await;
        let details = RecurringDetails {
            review_first: true,
            ..monthly()
        };
        books.recurring(&client, details).await;
        books.run("2026-06-15").await;
        let invoice = id(&books.invoices().await[0]);
        let act = async |verb: &str| {
            owner
                .post(&format!("/api/v1/invoices/{invoice}/{verb}"), json!({}))
                .await
        };
        let one = json!({ "amount": "1" });
        assert_eq!(
            pay(owner, &invoice, one.clone()).await.refusal(409),
            "invoice_status"
        );
        act("issue").await.json(200);
        let paid = pay(owner, &invoice, one.clone()).await.json(201);
        assert_eq!(act("void").await.refusal(409), "invoice_status");
        take_back(owner, &invoice, &id(&paid["payments"][0]))
            .await
            .json(200);
        act("void").await.json(200);
        assert_eq!(
            pay(owner, &invoice, one).await.refusal(409),
            "invoice_status"
        );
    })
    .await;
}

#[tokio::test]
async fn d27_ten_payments_at_once_do_not_overpay() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let invoice = issued(&books).await;
        let tries = (0..10).map(|_| {
            let (user, invoice) = (world.ours.owner.clone(), invoice.clone());
            tokio::spawn(async move {
                let answer = pay(&user, &invoice, json!({ "amount": "30" })).await;
                answer.status.as_u16()
            })
        });
        let mut statuses = Vec::new();
        for answer in futures::future::join_all(tries).await {
            statuses.push(answer.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 201, 201, 422, 422, 422, 422, 422, 422, 422]);
        assert_eq!(
            standing(&books.invoices().await[0]),
            ["partially_paid", "90.00", "10.00"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_payment_sent_twice_with_one_key_is_recorded_once() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let invoice = issued(&books).await;
        let owner = world.ours.owner.with_header("idempotency-key", "bank-4711");
        let body = json!({ "amount": "30" });
        let first = pay(&owner, &invoice, body.clone()).await.json(201);
        let again = pay(&owner, &invoice, body).await.json(201);
        assert_eq!(first, again);
        assert_eq!(standing(&books.invoices().await[0])[1], "30.00");
    })
    .await;
}

#[tokio::test]
async fn d30_d31_payments_need_the_permission_and_stay_within_the_organization() {
    on_each_engine(async |world| {
        let (books, owner) = (Books::ours(world), &world.ours.owner);
        let invoice = issued(&books).await;
        let body = json!({ "amount": "30" });
        let paid = pay(owner, &invoice, body.clone()).await.json(201);
        let payment = id(&paid["payments"][0]);
        let stranger = &world.theirs.owner;
        assert_eq!(
            pay(stranger, &invoice, body.clone()).await.refusal(404),
            "not_found"
        );
        assert_eq!(
            take_back(stranger, &invoice, &payment).await.refusal(404),
            "not_found"
        );
        for page in ["new", &format!("{payment}/take-back")] {
            let path = format!("/invoices/{invoice}/payments/{page}");
            assert_eq!(world.theirs.browser.get(&path).await.status, 404);
            let form = [("amount", "1")];
            assert_eq!(world.theirs.browser.submit(&path, &form).await.status, 404);
        }
        // A payment of another invoice of ours is none of this one.
        let client = books.client("Old Mill Bakery").await;
        books.recurring(&client, monthly()).await;
        books.run("2026-06-15").await;
        let other = id(&books.invoices().await[1]);
        assert_eq!(
            take_back(owner, &other, &payment).await.refusal(404),
            "not_found"
        );
        crate::clients::only(world, "clients.manage").await;
        let member = &world.ours.member;
        assert_eq!(
            pay(member, &invoice, body).await.refusal(403),
            "permission_denied"
        );
        assert_eq!(
            take_back(member, &invoice, &payment).await.refusal(403),
            "permission_denied"
        );
        assert_eq!(standing(&books.invoices().await[0])[1], "30.00");
    })
    .await;
}

#[tokio::test]
async fn the_log_tells_what_a_payment_changed() {
    on_each_engine(async |world| {
        let (books, owner) = (Books::ours(world), &world.ours.owner);
        let invoice = issued(&books).await;
        let paid = pay(owner, &invoice, json!({ "amount": "30" }))
            .await
            .json(201);
        take_back(owner, &invoice, &id(&paid["payments"][0]))
            .await
            .json(200);
        let path = format!("/api/v1/audit-events?subject_id={invoice}");
        let events = owner.get(&path).await.json(200);
        let (back, recorded) = (&events["data"][0], &events["data"][1]);
        assert_eq!(recorded["action"], "invoice.payment_recorded");
        assert_eq!(recorded["before"]["balance"], "100.00");
        assert_eq!(recorded["after"]["balance"], "70.00");
        assert_eq!(recorded["after"]["payment"]["amount"], "30.00");
        let told = recorded["summary"].as_str().unwrap();
        assert!(told.contains("recorded a payment of INV-0001"), "{told}");
        assert_eq!(back["action"], "invoice.payment_taken_back");
        assert_eq!(back["after"]["status"], "issued");
    })
    .await;
}

#[tokio::test]
async fn the_page_records_payments_and_takes_them_back() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let invoice = issued(&books).await;
        let browser = &world.ours.browser;
        let path = format!("/invoices/{invoice}");
        let paper = browser.get(&format!("{path}.pdf")).await.bytes;
        let form = browser.get(&format!("{path}/payments/new")).await.page();
        assert_eq!(value(&form, "[name=amount]"), "100.00");
        assert_eq!(value(&form, "[name=paid_on]"), "2026-06-15");
        let dialog = browser.script().get(&format!("{path}/payments/new")).await;
        assert!(dialog.text.trim_start().starts_with("<dialog"));
        let sent = [
            ("amount", "100.50"),
            ("paid_on", "2026-06-15"),
            ("reference", "Wire"),
        ];
        let refused = browser.submit(&format!("{path}/payments/new"), &sent).await;
        assert_eq!(refused.status, 422);
        let again = Html::parse_document(&refused.text);
        assert!(shown(&again, ".error").contains("$100.00"));
        assert_eq!(value(&again, "[name=reference]"), "Wire");
        let sent = [
            ("amount", "40"),
            ("paid_on", "2026-06-15"),
            ("reference", "Wire"),
        ];
        let done = browser.submit(&format!("{path}/payments/new"), &sent).await;
        assert_eq!(done.location(), path);
        let page = browser.get(&path).await.page();
        assert!(shown(&page, "h1").contains("Partially paid"));
        assert!(shown(&page, "tfoot").contains("Paid $40.00 Balance $60.00"));
        let listed = shown(&page, "[aria-labelledby=payments-title]");
        assert!(
            listed.contains("15 Jun 2026 Payment Wire, recorded by Owner"),
            "{listed}"
        );
        let link = Selector::parse("a[href$=take-back]").unwrap();
        let link = page
            .select(&link)
            .next()
            .unwrap()
            .attr("href")
            .unwrap()
            .to_owned();
        let question = browser.get(&link).await.page();
        assert!(shown(&question, "h1").contains("Take back $40.00 of 15 Jun 2026?"));
        assert_eq!(browser.submit(&link, &[]).await.location(), path);
        let page = browser.get(&path).await.page();
        assert!(shown(&page, "h1").contains("Issued"));
        assert!(shown(&page, "[aria-labelledby=payments-title]").contains("taken back"));
        let same = browser.get(&format!("{path}.pdf")).await.bytes;
        assert!(
            same == paper,
            "what was issued is not changed by what is paid"
        );
    })
    .await;
}

#[tokio::test]
async fn d27_what_is_past_due_is_found_in_lists_on_the_dashboard_and_at_the_client() {
    on_each_engine(async |world| {
        let (books, owner) = (Books::ours(world), &world.ours.owner);
        let invoice = issued(&books).await;
        let other = books.client("Old Mill Bakery").await;
        books.recurring(&other, monthly()).await;
        books.run("2026-06-15").await;
        let paid = id(&books.invoices().await[1]);
        pay(owner, &invoice, json!({ "amount": "30" }))
            .await
            .json(201);
        let overdue = async || {
            let list = owner.get("/api/v1/invoices?status=overdue").await.json(200);
            texts(list["data"].as_array().unwrap(), "/number")
        };
        // Due on 15 July: not overdue on that day, which in New York it still is.
        world.set_now("2026-07-16T03:00:00Z");
        assert_eq!(overdue().await, [""; 0]);
        let browser = world.sign_in("owner@ours.example").await;
        let home = browser.get("/").await.page();
        assert!(!shown(&home, "[aria-labelledby=decide]").contains("overdue"));
        world.set_now("2026-07-16T05:00:00Z");
        assert_eq!(overdue().await, ["INV-0002", "INV-0001"]);
        pay(owner, &paid, json!({ "amount": "100" }))
            .await
            .json(201);
        assert_eq!(overdue().await, ["INV-0001"]);
        let home = browser.get("/").await.page();
        let decide = shown(&home, "[aria-labelledby=decide]");
        assert!(
            decide.contains("1 invoice overdue $70.00 is not paid"),
            "{decide}"
        );
        let link = Selector::parse("a[href='/invoices?status=overdue']").unwrap();
        assert_eq!(home.select(&link).count(), 1);
        for list in [
            "/invoices?status=overdue",
            "/invoices?status=overdue&sort=total",
        ] {
            let list = browser.get(list).await.page();
            let rows = shown(&list, "tbody");
            assert!(
                rows.contains("INV-0001") && rows.contains("Overdue"),
                "{rows}"
            );
            assert!(!rows.contains("INV-0002"), "{rows}");
        }
        let csv = owner
            .get("/api/v1/exports/invoices.csv?status=overdue")
            .await
            .text;
        assert!(
            csv.contains("INV-0001") && !csv.contains("INV-0002"),
            "{csv}"
        );
        let client = owner
            .get(&format!("/api/v1/invoices/{invoice}"))
            .await
            .json(200);
        let client = client["client"]["id"].as_str().unwrap().to_owned();
        let page = browser.get(&format!("/clients/{client}")).await.page();
        assert_eq!(shown(&page, "#standing dl"), "Owes $70.00 Overdue $70.00");
        let page = browser.get(&format!("/clients/{}", other.id)).await.page();
        assert_eq!(shown(&page, "#standing dl"), "Owes Nothing");
        let theirs = world.sign_in("owner@theirs.example").await;
        let theirs = theirs.get("/").await.page();
        assert!(!shown(&theirs, "[aria-labelledby=decide]").contains("overdue"));
    })
    .await;
}
