//! Invoices: their legal moves, their numbers, their lists, and the same on paper.

use ascent::recurring::RecurringDetails;
use serde_json::{Value, json};

use super::books::{Books, Linked, line, monthly, texts};
use crate::world::{User, World, on_each_engine};

/// The one draft of a recurring invoice that is reviewed first.
async fn draft(books: &Books<'_>) -> String {
    let client = books.client("Harbor Dental").await;
    let details = RecurringDetails {
        review_first: true,
        ..monthly()
    };
    books.recurring(&client, details).await;
    books.run("2026-06-15").await;
    books.invoices().await.pop().unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn act(user: &User, id: &str, verb: &str) -> crate::world::Answer {
    user.post(&format!("/api/v1/invoices/{id}/{verb}"), json!({}))
        .await
}

#[tokio::test]
async fn d27_a_draft_is_issued_once_and_made_void_once() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let id = draft(&books).await;
        world.set_now("2026-06-20T03:00:00Z");
        let issued = act(&world.ours.member, &id, "issue").await.json(200);
        assert_eq!(
            (&issued["status"], &issued["number"]),
            (&json!("issued"), &json!("INV-0001"))
        );
        assert_eq!(
            (&issued["issue_date"], &issued["due_date"]),
            (&json!("2026-06-19"), &json!("2026-07-19"))
        );
        assert_eq!(issued["needs_review"], false);
        assert_eq!(
            act(&world.ours.owner, &id, "issue").await.refusal(409),
            "invoice_status"
        );
        assert_eq!(
            act(&world.ours.owner, &id, "recalculate")
                .await
                .refusal(409),
            "invoice_status"
        );
        let void = act(&world.ours.owner, &id, "void").await.json(200);
        assert_eq!(
            (&void["status"], &void["number"], &void["balance"]),
            (&json!("void"), &json!("INV-0001"), &json!("0.00"))
        );
        assert_eq!(void["lines"], issued["lines"]);
        assert_eq!(
            act(&world.ours.owner, &id, "void").await.refusal(409),
            "invoice_status"
        );
        assert_eq!(
            act(&world.ours.owner, &id, "issue").await.refusal(409),
            "invoice_status"
        );
    })
    .await;
}

#[tokio::test]
async fn d27_ten_issues_at_once_give_one_number() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let id = draft(&books).await;
        let tries = (0..10).map(|_| {
            let (user, id) = (world.ours.owner.clone(), id.clone());
            tokio::spawn(async move { act(&user, &id, "issue").await.status.as_u16() })
        });
        let mut statuses = Vec::new();
        for answer in futures::future::join_all(tries).await {
            statuses.push(answer.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses[0], 200);
        assert!(
            statuses[1..].iter().all(|status| *status == 409),
            "{statuses:?}"
        );
        let client = books.client("Old Mill Bakery").await;
        books.recurring(&client, monthly()).await;
        books.run("2026-06-15").await;
        assert_eq!(
            texts(&books.invoices().await, "/number"),
            ["INV-0001", "INV-0002"]
        );
    })
    .await;
}

#[tokio::test]
async fn d30_who_may_not_bill_may_look_but_not_act() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let id = draft(&books).await;
        crate::clients::only(world, "clients.manage").await;
        let member = &world.ours.member;
        member
            .get(&format!("/api/v1/invoices/{id}"))
            .await
            .json(200);
        for verb in ["issue", "void", "recalculate", "rebill"] {
            assert_eq!(
                act(member, &id, verb).await.refusal(403),
                "permission_denied"
            );
        }
        let run = member
            .post(
                "/api/v1/billing-runs",
                json!({ "as_of": "2026-06-15", "dry_run": true }),
            )
            .await;
        assert_eq!(run.refusal(403), "permission_denied");
    })
    .await;
}

#[tokio::test]
async fn d31_another_organizations_invoice_does_not_exist() {
    on_each_engine(async |world| {
        let id = draft(&Books::ours(world)).await;
        let stranger = &world.theirs.owner;
        for path in [
            format!("/api/v1/invoices/{id}"),
            format!("/api/v1/invoices/{id}.pdf"),
        ] {
            assert_eq!(stranger.get(&path).await.refusal(404), "not_found");
        }
        for verb in ["issue", "void", "recalculate", "rebill"] {
            assert_eq!(act(stranger, &id, verb).await.refusal(404), "not_found");
        }
        for page in ["", ".pdf", "/issue", "/void", "/rebill"] {
            let path = format!("/invoices/{id}{page}");
            assert_eq!(world.theirs.browser.get(&path).await.status, 404, "{path}");
        }
        assert_eq!(
            world
                .ours
                .owner
                .get("/api/v1/invoices/nonsense")
                .await
                .status,
            404
        );
        let mine = world
            .ours
            .owner
            .get(&format!("/api/v1/invoices/{id}"))
            .await
            .json(200);
        assert_eq!(mine["status"], "draft");
    })
    .await;
}

#[tokio::test]
async fn lists_are_filtered_and_go_on_where_they_ended() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let other = books.client("Old Mill Bakery").await;
        let since = RecurringDetails {
            start_date: "2026-02-01".to_owned(),
            ..monthly()
        };
        books.recurring(&client, since).await;
        books
            .recurring(
                &other,
                RecurringDetails {
                    review_first: true,
                    ..monthly()
                },
            )
            .await;
        books.run("2026-06-15").await;
        let list = async |query: &str| {
            world
                .ours
                .owner
                .get(&format!("/api/v1/invoices?{query}"))
                .await
                .json(200)
        };
        let count = async |query: &str| list(query).await["data"].as_array().unwrap().len();
        assert_eq!(count("").await, 6);
        assert_eq!(count(&format!("client_id={}", other.id)).await, 1);
        assert_eq!(count("status=issued").await, 5);
        assert_eq!(count("status=void").await, 0);
        let refusal = world.ours.owner.get("/api/v1/invoices?status=Issued").await;
        assert_eq!(refusal.json(422)["errors"][0]["field"], "status");

        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = list(&format!("limit=4&status=issued{cursor}")).await;
            let data = page["data"].as_array().unwrap();
            assert!(
                data.iter()
                    .all(|invoice| !invoice["lines"].as_array().unwrap().is_empty())
            );
            seen.extend(texts(data, "/period/start"));
            match &page["next_cursor"] {
                Value::String(next) => cursor = format!("&cursor={next}"),
                _ => break,
            }
        }
        assert_eq!(
            seen,
            [
                "2026-06-01",
                "2026-05-01",
                "2026-04-01",
                "2026-03-01",
                "2026-02-01"
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn d27_the_paper_says_what_was_true_then_and_is_the_same_on_any_day() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        books.tax("8.25").await;
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        books.link(&recurring, Linked::default()).await;
        books.run("2026-06-15").await;
        let id = books.invoices().await[0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/invoices/{id}.pdf");
        let paper = world.ours.owner.get(&path).await;
        assert_eq!(paper.status, 200);
        assert_eq!(paper.headers["content-type"], "application/pdf");
        assert!(
            paper.headers["content-disposition"]
                .to_str()
                .unwrap()
                .contains("INV-0001.pdf")
        );
        let text = text_of(world, &id).await;
        for expected in [
            "INV-0001",
            "Harbor Dental",
            "4 Mill Lane",
            "1 Harbour Street",
            "Helpdesk",
            "100.00",
            "Microsoft 365 Business Premium",
            "22.20",
            "111.00",
            "211.00",
            "VAT 8.25%",
            "17.41",
            "USD 228.41",
            "15 Jun 2026",
            "15 Jul 2026",
            "Due within 30 days",
        ] {
            assert!(text.contains(expected), "{expected} is not in {text}");
        }
        assert!(!text.contains("18.50"), "the cost is not for the client");
        books.tax("20").await;
        world.set_now("2026-12-24T12:00:00Z");
        assert!(world.ours.owner.get(&path).await.bytes == paper.bytes);
    })
    .await;
}

/// Whatever the program would make of it later: the bytes that it was first downloaded with are what is downloaded and shown.
#[tokio::test]
async fn d27_an_issued_invoice_keeps_the_paper_of_its_day() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, monthly()).await;
        books.run("2026-06-15").await;
        let id = books.invoices().await[0]["id"].as_str().unwrap().to_owned();
        let paths = [
            format!("/api/v1/invoices/{id}.pdf"),
            format!("/invoices/{id}.pdf"),
        ];
        let paper = world.ours.browser.get(&paths[0]).await.bytes;
        books.rename_on_invoice(&id, "Another Name").await;
        for path in &paths {
            assert!(
                world.ours.browser.get(path).await.bytes == paper,
                "{path} was made anew"
            );
        }
        act(&world.ours.owner, &id, "void").await.json(200);
        assert!(text_of(world, &id).await.contains("Void invoice"));
    })
    .await;
}

#[tokio::test]
async fn a_draft_and_a_void_invoice_say_so_on_paper() {
    on_each_engine(async |world| {
        let id = draft(&Books::ours(world)).await;
        assert!(text_of(world, &id).await.contains("Draft invoice"));
        act(&world.ours.owner, &id, "void").await.json(200);
        assert!(text_of(world, &id).await.contains("Void invoice"));
    })
    .await;
}

/// The words of its PDF.
pub async fn text_of(world: &World, id: &str) -> String {
    let paper = world
        .ours
        .owner
        .get(&format!("/api/v1/invoices/{id}.pdf"))
        .await;
    let pdf = lopdf::Document::load_mem(&paper.bytes).unwrap();
    let pages: Vec<u32> = pdf.get_pages().into_keys().collect();
    pdf.extract_text(&pages)
        .unwrap()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test]
async fn d26_after_a_decision_the_draft_is_recalculated_and_issued() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        let gone = books
            .link(
                &recurring,
                Linked {
                    missing: true,
                    ..Linked::default()
                },
            )
            .await;
        let once = Linked {
            product: "Setup",
            term: "One-Time",
            override_price: Some("50.00"),
            ..Linked::default()
        };
        books.link(&recurring, once).await;
        books.run("2026-06-15").await;
        let id = books.invoices().await[0]["id"].as_str().unwrap().to_owned();
        let same = act(&world.ours.owner, &id, "recalculate").await.json(200);
        assert_eq!(
            (&same["total"], &same["needs_review"]),
            (&json!("350.00"), &json!(true))
        );
        books.found_again(gone).await;
        let after = act(&world.ours.owner, &id, "recalculate").await.json(200);
        assert_eq!(
            (&after["total"], &after["needs_review"]),
            (&json!("461.00"), &json!(true))
        );
        assert_eq!(
            (&after["status"], &after["held"]),
            (&json!("draft"), &json!([]))
        );
        assert_eq!(after["lines"].as_array().unwrap().len(), 3);
        let issued = act(&world.ours.owner, &id, "issue").await.json(200);
        assert_eq!(issued["lines"], after["lines"]);
        // The price that is paid once is on that invoice and on no other.
        books.run("2026-07-01").await;
        assert_eq!(
            texts(&books.invoices().await, "/total"),
            ["461.00", "211.00"]
        );
    })
    .await;
}

#[tokio::test]
async fn quantities_and_credits_are_shown_as_they_were_typed() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let lines = vec![
            line("Helpdesk", "1.5", "33.33"),
            line("Discount", "-1", "5.00"),
        ];
        books
            .recurring(&client, RecurringDetails { lines, ..monthly() })
            .await;
        books.run("2026-06-15").await;
        let invoice = books.invoices().await.pop().unwrap();
        let lines = invoice["lines"].as_array().unwrap();
        assert_eq!(texts(lines, "/quantity"), ["1.5", "-1"]);
        assert_eq!(texts(lines, "/amount"), ["50.00", "-5.00"]);
        assert_eq!(invoice["subtotal"], "45.00");
    })
    .await;
}
