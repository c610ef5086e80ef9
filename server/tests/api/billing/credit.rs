//! Credit notes: a correction is a document of its own, and never more than was invoiced.

use ascent::recurring::RecurringDetails;
use scraper::{Html, Selector};
use serde_json::{Value, json};

use super::{
    books::{Books, Linked, line, monthly, texts},
    payments::{id, pay, refused_at, shown, standing},
};
use crate::world::{Answer, User, World, on_each_engine};

/// An issued invoice: 2 × 50.00 by hand, 5 × 22.20 from Pax8, and 8.25 % tax: 228.41 USD.
async fn issued(books: &Books<'_>) -> String {
    books.tax("8.25").await;
    let client = books.client("Harbor Dental").await;
    let recurring = books.recurring(&client, monthly()).await;
    books.link(&recurring, Linked::default()).await;
    books.run("2026-06-15").await;
    id(&books.invoices().await[0])
}

async fn credit(user: &User, invoice: &str, body: Value) -> Answer {
    user.post(&format!("/api/v1/invoices/{invoice}/credit-note"), body)
        .await
}

async fn act(user: &User, invoice: &str, verb: &str) -> Answer {
    user.post(&format!("/api/v1/invoices/{invoice}/{verb}"), json!({}))
        .await
}

async fn get(user: &User, invoice: &str) -> Value {
    user.get(&format!("/api/v1/invoices/{invoice}"))
        .await
        .json(200)
}

/// Makes and issues a credit note.
async fn credited(user: &User, invoice: &str, body: Value) -> Value {
    let draft = credit(user, invoice, body).await.json(201);
    act(user, &id(&draft), "issue").await.json(200)
}

fn everything() -> Value {
    json!({ "reason": "Billed by mistake." })
}

#[tokio::test]
async fn d27_a_credit_note_is_a_document_of_its_own_and_settles_the_invoice() {
    on_each_engine(async |world| {
        let (books, owner) = (Books::ours(world), &world.ours.owner);
        let invoice = issued(&books).await;
        let paper = owner.get(&format!("/api/v1/invoices/{invoice}.pdf")).await;
        // Rates of today do not count, and neither does a change of the client.
        books.tax("20").await;
        let body = json!({ "reason": "Two seats were never used.", "lines": [{ "line": 2, "quantity": "2" }] });
        let draft = credit(&world.ours.member, &invoice, body).await.json(201);
        for (field, expected) in [
            ("kind", json!("credit_note")),
            ("status", json!("draft")),
            ("number", json!(null)),
            ("corrects", json!({ "id": invoice, "number": "INV-0001" })),
            ("reason", json!("Two seats were never used.")),
            ("subtotal", json!("-44.40")),
            ("tax", json!("-3.66")),
            ("total", json!("-48.06")),
            ("recurring_invoice", json!(null)),
        ] {
            assert_eq!(draft[field], expected, "{field}");
        }
        let line = &draft["lines"][0];
        assert_eq!(
            (&line["quantity"], &line["unit_price"], &line["amount"]),
            (&json!("-2"), &json!("22.20"), &json!("-44.40"))
        );
        assert_eq!(line["source"]["type"], "pax8");
        assert_eq!(line["explanation"]["type"], "credit");
        assert_eq!(line["explanation"]["line"], 2);
        let before = get(owner, &invoice).await;
        assert_eq!(draft["period"], before["period"]);
        assert_eq!(standing(&before), ["issued", "0.00", "228.41"], "a draft settles nothing");
        let note = act(owner, &id(&draft), "issue").await.json(200);
        assert_eq!(
            (&note["number"], &note["due_date"]),
            (&json!("INV-0002"), &json!(null))
        );
        assert_eq!(standing(&note), ["paid", "-48.06", "0.00"]);
        let after = get(owner, &invoice).await;
        assert_eq!(standing(&after), ["partially_paid", "48.06", "180.35"]);
        let payment = &after["payments"][0];
        assert_eq!(payment["kind"], "credit");
        assert_eq!(payment["credit_note"], json!({ "id": note["id"], "number": "INV-0002" }));
        assert_eq!(note["payments"][0], *payment);
        assert_eq!((&after["lines"], &after["total"]), (&before["lines"], &before["total"]));
        let same = owner.get(&format!("/api/v1/invoices/{invoice}.pdf")).await;
        assert!(same.bytes == paper.bytes, "what was issued is never edited");
    })
    .await;
}

#[tokio::test]
async fn d27_credits_in_parts_come_to_the_invoice_and_never_to_more() {
    on_each_engine(async |world| {
        let (books, owner) = (Books::ours(world), &world.ours.owner);
        let invoice = issued(&books).await;
        let mut totals = Vec::new();
        for lines in [
            json!([{ "line": 2, "quantity": "1" }]),
            json!([{ "line": 1, "amount": "33.33" }, { "line": 2, "quantity": "3" }]),
            json!([{ "line": 1, "amount": "0.07" }]),
        ] {
            let body = json!({ "reason": "Part", "lines": lines });
            totals.push(credited(owner, &invoice, body).await["total"].clone());
        }
        let at = async |lines: Value| {
            let body = json!({ "reason": "Part", "lines": lines });
            refused_at(&credit(owner, &invoice, body).await)
        };
        for (lines, field, message) in [
            (
                json!([{ "line": 2, "quantity": "2" }]),
                "lines[0].quantity",
                "At most 1 of line 2 can be credited.",
            ),
            (
                json!([{ "line": 1, "amount": "66.61" }]),
                "lines[0].amount",
                "At most 66.60 USD of line 1 can be credited.",
            ),
            (
                json!([{ "line": 1, "amount": "1.001" }]),
                "lines[0].amount",
                "Use at most 2 decimals for USD.",
            ),
            (
                json!([{ "line": 1 }, { "line": 3 }]),
                "lines[1].line",
                "INV-0001 has no line 3.",
            ),
            (
                json!([{ "line": 1 }, { "line": 1 }]),
                "lines[1].line",
                "Line 1 is there twice.",
            ),
            (
                json!([{ "line": 1, "quantity": "1", "amount": "1" }]),
                "lines[0].amount",
                "Give a quantity or an amount, not both.",
            ),
            (
                json!([{ "line": 1, "quantity": "-1" }]),
                "lines[0].quantity",
                "Enter a number other than 0, with the sign that line 1 has.",
            ),
        ] {
            assert_eq!(at(lines).await, (field.to_owned(), message.to_owned()));
        }
        assert_eq!(at(json!([])).await.0, "lines");
        let body = json!({ "reason": "Part", "lines": [{ "line": 2 }] });
        totals.push(credited(owner, &invoice, body).await["total"].clone());
        assert_eq!(
            at(json!([{ "line": 2, "quantity": "1" }])).await.1,
            "Nothing of line 2 is left to credit."
        );
        let blank = credit(owner, &invoice, json!({ "reason": " " })).await;
        assert_eq!(refused_at(&blank).0, "reason");
        totals.push(credited(owner, &invoice, everything()).await["total"].clone());
        let cents = |it: &Value| {
            it.as_str()
                .unwrap()
                .replace('.', "")
                .parse::<i64>()
                .unwrap()
        };
        assert_eq!(totals.iter().map(cents).sum::<i64>(), -22_841, "{totals:?}");
        assert_eq!(
            standing(&get(owner, &invoice).await),
            ["paid", "228.41", "0.00"]
        );
        assert_eq!(
            credit(owner, &invoice, everything()).await.refusal(409),
            "nothing_to_credit"
        );
    })
    .await;
}

#[tokio::test]
async fn d27_two_drafts_do_not_credit_twice_and_a_void_one_credits_nothing() {
    on_each_engine(async |world| {
        let (books, owner) = (Books::ours(world), &world.ours.owner);
        let invoice = issued(&books).await;
        let first = credit(owner, &invoice, everything()).await.json(201);
        assert_eq!(
            credit(owner, &invoice, everything()).await.refusal(409),
            "nothing_to_credit"
        );
        let problem = act(owner, &invoice, "void").await.json(409);
        assert_eq!(problem["code"], "has_credit_notes");
        assert_eq!(
            problem["detail"],
            "INV-0001 has credit notes: Draft credit note. Make those void first."
        );
        act(owner, &id(&first), "void").await.json(200);
        let note = credited(owner, &invoice, everything()).await;
        assert_eq!(note["total"], "-228.41");
        // Its credit was used: first that is taken back, then it is void, then the invoice can be.
        assert_eq!(
            act(owner, &id(&note), "void").await.refusal(409),
            "invoice_status"
        );
        assert_eq!(
            act(owner, &invoice, "void").await.refusal(409),
            "has_credit_notes"
        );
        let payment = id(&note["payments"][0]);
        let path = format!("/api/v1/invoices/{invoice}/payments/{payment}");
        let back = owner.delete(&path).await.json(200);
        assert_eq!(standing(&back), ["issued", "0.00", "228.41"]);
        let open = get(owner, &id(&note)).await;
        assert_eq!(standing(&open), ["issued", "0.00", "-228.41"]);
        let void = act(owner, &id(&note), "void").await.json(200);
        assert_eq!(
            (&void["status"], &void["balance"]),
            (&json!("void"), &json!("0.00"))
        );
        act(owner, &invoice, "void").await.json(200);
    })
    .await;
}

#[tokio::test]
async fn d27_ten_credit_notes_at_once_do_not_credit_twice() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let invoice = issued(&books).await;
        let tries = (0..10).map(|_| {
            let (user, invoice) = (world.ours.owner.clone(), invoice.clone());
            tokio::spawn(async move {
                let answer = credit(&user, &invoice, everything()).await;
                answer.status.as_u16()
            })
        });
        let mut statuses = Vec::new();
        for answer in futures::future::join_all(tries).await {
            statuses.push(answer.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses[0], 201);
        assert!(
            statuses[1..].iter().all(|status| *status == 409),
            "{statuses:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn d27_credit_of_a_paid_invoice_is_left_and_settles_another_or_is_paid_out() {
    on_each_engine(async |world| {
        let (books, owner) = (Books::ours(world), &world.ours.owner);
        let invoice = issued(&books).await;
        pay(owner, &invoice, json!({ "amount": "200" }))
            .await
            .json(201);
        let body = json!({ "reason": "Half", "lines": [{ "line": 1 }] });
        let note = credited(owner, &invoice, body).await;
        assert_eq!(standing(&note), ["partially_paid", "-28.41", "-79.84"]);
        assert_eq!(
            standing(&get(owner, &invoice).await),
            ["paid", "228.41", "0.00"]
        );
        world.set_now("2026-07-02T12:00:00Z");
        books.pulled_at(world.app.clock.now()).await;
        books.run("2026-07-02").await;
        let next = id(books.invoices().await.last().unwrap());
        let with = |amount: &str| json!({ "amount": amount, "credit_note_id": note["id"] });
        assert_eq!(
            refused_at(&pay(owner, &next, with("79.85")).await).1,
            "Enter at most what is left on INV-0002: $79.84."
        );
        let settled = pay(owner, &next, with("50")).await.json(201);
        assert_eq!(standing(&settled), ["partially_paid", "50.00", "178.41"]);
        let rest = get(owner, &id(&note)).await;
        assert_eq!(standing(&rest), ["partially_paid", "-78.41", "-29.84"]);
        let out = pay(
            owner,
            &id(&note),
            json!({ "amount": "29.84", "reference": "Wire" }),
        )
        .await;
        let out = out.json(201);
        assert_eq!(standing(&out), ["paid", "-108.25", "0.00"]);
        assert_eq!(
            texts(out["payments"].as_array().unwrap(), "/kind"),
            ["credit", "credit", "refund"]
        );
        assert_eq!(out["payments"][2]["amount"], "-29.84");
        let more = pay(owner, &id(&note), json!({ "amount": "0.01" })).await;
        assert_eq!(refused_at(&more).0, "amount");
        assert_eq!(
            refused_at(&pay(owner, &next, with("1")).await).0,
            "credit_note_id"
        );
        // Another client's invoice is not settled by it.
        let refund = id(&out["payments"][2]);
        let path = format!("/api/v1/invoices/{}/payments/{refund}", id(&note));
        owner.delete(&path).await.json(200);
        let other = books.client("Old Mill Bakery").await;
        books.recurring(&other, monthly()).await;
        books.run("2026-07-02").await;
        let foreign = id(books.invoices().await.last().unwrap());
        assert_eq!(
            refused_at(&pay(owner, &foreign, with("1")).await).0,
            "credit_note_id"
        );
    })
    .await;
}

#[tokio::test]
async fn d27_only_what_was_issued_is_credited() {
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
        assert_eq!(
            credit(owner, &invoice, everything()).await.refusal(409),
            "invoice_status"
        );
        act(owner, &invoice, "issue").await.json(200);
        let note = credit(owner, &invoice, everything()).await.json(201);
        assert_eq!(
            credit(owner, &id(&note), everything()).await.refusal(409),
            "invoice_status"
        );
        for verb in ["recalculate", "rebill"] {
            assert_eq!(act(owner, &id(&note), verb).await.status, 409);
        }
        act(owner, &id(&note), "void").await.json(200);
        act(owner, &invoice, "void").await.json(200);
        assert_eq!(
            credit(owner, &invoice, everything()).await.refusal(409),
            "invoice_status"
        );
    })
    .await;
}

#[tokio::test]
async fn d27_a_discount_is_credited_with_what_it_was_given_on() {
    on_each_engine(async |world| {
        let (books, owner) = (Books::ours(world), &world.ours.owner);
        let client = books.client("Harbor Dental").await;
        let lines = vec![line("Helpdesk", "2", "50"), line("Discount", "-1", "30")];
        books.recurring(&client, RecurringDetails { lines, ..monthly() }).await;
        books.run("2026-06-15").await;
        let invoice = id(&books.invoices().await[0]);
        for (number, message) in [
            (1, "This comes to 100.00 USD, and INV-0001 has 70.00 left to credit. Credit its lines below zero with it."),
            (2, "Nothing is left to credit here: it would come to -30.00 USD."),
        ] {
            let body = json!({ "reason": "Part", "lines": [{ "line": number }] });
            let refused = refused_at(&credit(owner, &invoice, body).await);
            assert_eq!(refused, ("lines".to_owned(), message.to_owned()));
        }
        let note = credited(owner, &invoice, everything()).await;
        assert_eq!(texts(note["lines"].as_array().unwrap(), "/amount"), ["-100.00", "30.00"]);
        assert_eq!(note["total"], "-70.00");
    })
    .await;
}

#[tokio::test]
async fn d20_a_credit_opens_no_term() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let owner = &world.ours.owner;
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        let yearly = Linked {
            product: "Backup",
            quantity: Some("1"),
            term: "Annual",
            start: "2026-06-01",
            override_price: Some("1200"),
            ..Linked::default()
        };
        books.link(&recurring, yearly).await;
        let once = Linked {
            product: "Setup",
            term: "One-Time",
            override_price: Some("10.00"),
            ..Linked::default()
        };
        books.link(&recurring, once).await;
        books.run("2026-06-15").await;
        let invoice = id(&books.invoices().await[0]);
        credited(owner, &invoice, everything()).await;
        books.run("2026-07-01").await;
        let next = books.invoices().await.pop().unwrap();
        assert_eq!(
            texts(next["lines"].as_array().unwrap(), "/amount"),
            ["100.00", "100.00"],
            "the second share of the year, and no setup again"
        );
    })
    .await;
}

#[tokio::test]
async fn d30_d31_credit_notes_need_the_permission_and_stay_within_the_organization() {
    on_each_engine(async |world| {
        let (books, owner) = (Books::ours(world), &world.ours.owner);
        let invoice = issued(&books).await;
        let stranger = &world.theirs.owner;
        assert_eq!(
            credit(stranger, &invoice, everything()).await.refusal(404),
            "not_found"
        );
        let path = format!("/invoices/{invoice}/credit-note");
        assert_eq!(world.theirs.browser.get(&path).await.status, 404);
        assert_eq!(world.theirs.browser.submit(&path, &[]).await.status, 404);
        // Nor does their credit settle our invoice.
        let theirs = issued(&Books::theirs(world)).await;
        pay(stranger, &theirs, json!({ "amount": "228.41" }))
            .await
            .json(201);
        let note = credited(stranger, &theirs, everything()).await;
        let with = json!({ "amount": "1", "credit_note_id": note["id"] });
        assert_eq!(
            refused_at(&pay(owner, &invoice, with).await).0,
            "credit_note_id"
        );
        crate::clients::only(world, "clients.manage").await;
        let member = &world.ours.member;
        assert_eq!(
            credit(member, &invoice, everything()).await.refusal(403),
            "permission_denied"
        );
    })
    .await;
}

#[tokio::test]
async fn d27_the_paper_of_a_credit_note_names_the_invoice() {
    on_each_engine(async |world| {
        let (books, owner) = (Books::ours(world), &world.ours.owner);
        let invoice = issued(&books).await;
        let note = credited(owner, &invoice, everything()).await;
        let text = super::invoices::text_of(world, &id(&note)).await;
        for expected in [
            "Credit note",
            "INV-0002",
            "Corrects invoice INV-0001: Billed by mistake.",
            "Harbor Dental",
            "USD -228.41",
        ] {
            assert!(text.contains(expected), "{expected} is not in {text}");
        }
        assert!(!text.contains("Due"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn exports_and_search_tell_credit_notes_apart() {
    on_each_engine(async |world| {
        let (books, owner) = (Books::ours(world), &world.ours.owner);
        let invoice = issued(&books).await;
        credited(owner, &invoice, everything()).await;
        let invoices = owner.get("/api/v1/exports/invoices.csv").await.text;
        assert!(
            invoices.contains("\"INV-0002\",\"credit_note\",\"INV-0001\",\"paid\""),
            "{invoices}"
        );
        assert!(
            invoices.contains("\"INV-0001\",\"invoice\",,\"paid\""),
            "{invoices}"
        );
        let lines = owner.get("/api/v1/exports/invoice-lines.csv").await.text;
        assert!(
            lines.contains("\"INV-0002\",\"credit_note\",\"INV-0001\",\"paid\""),
            "{lines}"
        );
        let list = async |query: &str| {
            let list = owner.get(&format!("/api/v1/invoices?{query}")).await;
            texts(list.json(200)["data"].as_array().unwrap(), "/number")
        };
        assert_eq!(list("kind=credit_note").await, ["INV-0002"]);
        assert_eq!(list("kind=invoice").await, ["INV-0001"]);
        assert_eq!(list(&format!("corrects_id={invoice}")).await, ["INV-0002"]);
        let refused = owner.get("/api/v1/invoices?kind=bill").await;
        assert_eq!(refused_at(&refused).0, "kind");
        let found = owner.get("/api/v1/search?q=INV-0001").await.text;
        assert!(found.contains("Credit note for INV-0001"), "{found}");
    })
    .await;
}

#[tokio::test]
async fn the_page_makes_a_credit_note_line_by_line() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let invoice = issued(&books).await;
        let browser = &world.ours.browser;
        let path = format!("/invoices/{invoice}/credit-note");
        let form = browser.get(&path).await.page();
        assert_eq!(values(&form, "[name=credit]"), ["2", "5"]);
        let rows = |first: &'static str, second: &'static str| {
            [
                ("reason", "Two seats"),
                ("line", "1"),
                ("credit", first),
                ("by", "amount"),
                ("line", "2"),
                ("credit", second),
                ("by", "units"),
            ]
        };
        let refused = browser.submit(&path, &rows("", "6")).await;
        assert_eq!(refused.status, 422);
        let again = Html::parse_document(&refused.text);
        assert_eq!(values(&again, "[name=credit]"), ["", "6"]);
        assert_eq!(values(&again, "[name=reason]"), ["Two seats"]);
        assert_eq!(
            shown(&again, "#line-2-error"),
            "At most 5 of line 2 can be credited."
        );
        let made = browser.submit(&path, &rows("", "2")).await;
        let note = made.location().to_owned();
        let page = browser.get(&note).await.page();
        assert!(shown(&page, "main").contains("credit note for INV-0001"));
        let question = browser.get(&format!("{note}/issue")).await.page();
        let asked = shown(&question, "main");
        assert!(
            asked.contains("$48.06 settles what is open of INV-0001."),
            "{asked}"
        );
        assert_eq!(
            browser
                .submit(&format!("{note}/issue"), &[])
                .await
                .location(),
            note
        );
        let page = browser.get(&note).await.page();
        assert!(shown(&page, "h1").contains("INV-0002 Used"));
        assert!(shown(&page, "[aria-labelledby=payments-title]").contains("Set against INV-0001"));
        let page = browser.get(&format!("/invoices/{invoice}")).await.page();
        assert!(shown(&page, "[aria-labelledby=notes-title]").contains("INV-0002"));
        assert!(shown(&page, "[aria-labelledby=payments-title]").contains("Credit note INV-0002"));
        let list = browser.get("/invoices").await.page();
        assert!(shown(&list, "tbody").contains("Credit note for INV-0001"));
        refund_on_the_page(world, &invoice).await;
    })
    .await;
}

/// What is left of the credit of a paid invoice is offered for the next one, and is paid out.
async fn refund_on_the_page(world: &World, invoice: &str) {
    let (browser, owner) = (&world.ours.browser, &world.ours.owner);
    pay(owner, invoice, json!({ "amount": "180.35" }))
        .await
        .json(201);
    let note = credited(owner, invoice, everything()).await;
    let page = browser
        .get(&format!("/invoices/{}", id(&note)))
        .await
        .page();
    assert!(shown(&page, "h1").contains("Open credit"));
    let path = format!("/invoices/{}/payments/new", id(&note));
    let client = get(owner, invoice).await;
    let client = client["client"]["id"].as_str().unwrap();
    let page = browser.get(&format!("/clients/{client}")).await.page();
    assert_eq!(
        shown(&page, "#standing dl"),
        "Owes Nothing Open credit $180.35"
    );
    let form = browser.get(&path).await.page();
    assert_eq!(values(&form, "[name=amount]"), ["180.35"]);
    let done = browser.submit(&path, &[("amount", "180.35")]).await;
    let page = browser.get(done.location()).await.page();
    assert!(shown(&page, "[aria-labelledby=payments-title]").contains("Paid out"));
}

fn values(page: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    let fields = page.select(&selector);
    fields
        .map(|it| it.attr("value").unwrap().to_owned())
        .collect()
}
