//! Runs: what is due is billed once, whoever runs and whatever breaks.

use std::collections::BTreeSet;

use ascent::{
    accounts::By,
    billing_runs::{Occasion, PeriodBill, Trigger, assemble_period, preview, run},
    clients::{Client, ClientDetails},
    ids::InvoiceId,
    invoices::{ClientSnapshot, NewInvoice, insert_draft, issue},
    recurring::{RecurringDetails, advance, pause_recurring_invoice, schedule_of},
};
use billing::Period;
use serde_json::{Value, json};

use super::books::{Books, day, line, monthly, texts};
use crate::world::on_each_engine;

#[tokio::test]
async fn a_due_recurring_invoice_becomes_an_issued_invoice() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        books.tax("8.25").await;
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        let answer = world.ours.owner.post("/api/v1/billing-runs", json!({ "as_of": "2026-06-15" })).await;
        let run = answer.json(201);
        assert_eq!((&run["status"], &run["created"], &run["skipped"]), (&json!("succeeded"), &json!(1), &json!(0)));
        assert_eq!(run["failed"], json!([]));
        let id = run["invoice_ids"][0].as_str().unwrap();
        let invoice = world.ours.owner.get(&format!("/api/v1/invoices/{id}")).await.json(200);
        let expected = json!({
            "number": "INV-0001", "status": "issued", "currency": "USD", "needs_review": false,
            "issue_date": "2026-06-15", "due_date": "2026-07-15",
            "period": { "start": "2026-06-01", "end": "2026-07-01" },
            "client": { "id": client.id, "name": "Harbor Dental" },
            "recurring_invoice": { "id": recurring.id, "name": "Managed services" },
            "subtotal": "100.00", "tax": "8.25", "total": "108.25", "balance": "108.25", "paid": "0.00",
            "held": [], "skipped": [],
        });
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(&invoice[field], value, "{field}");
        }
        assert_eq!(invoice["lines"][0]["unit_price"], "50.00");
        assert_eq!(invoice["lines"][0]["source"], json!({ "type": "manual" }));
        assert_eq!(books.reload(recurring.id).await.next_invoice_date, day("2026-07-01"));
        let again = world.ours.owner.get(&format!("/api/v1/billing-runs/{}", run["id"].as_str().unwrap())).await;
        assert_eq!(again.json(200), run);
    })
    .await;
}

#[tokio::test]
async fn d24_running_again_for_the_same_date_makes_nothing_twice() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books.recurring(&client, monthly()).await;
        assert_eq!(books.run("2026-06-15").await.created, 1);
        assert_eq!(books.run("2026-06-15").await.created, 0);
        assert_eq!(books.invoices().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn d24_d27_ten_runs_at_once_bill_each_period_once_with_numbers_without_a_gap() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        for number in 0..4 {
            let client = books.client(&format!("Client {number}")).await;
            let details = RecurringDetails {
                start_date: "2026-04-01".to_owned(),
                ..monthly()
            };
            books.recurring(&client, details).await;
        }
        let runs = (0..10).map(|_| {
            let (app, organization) = (world.app.clone(), world.ours.id);
            tokio::spawn(async move {
                run(
                    &app,
                    organization,
                    day("2026-06-15"),
                    false,
                    Trigger::Scheduled,
                )
                .await
                .unwrap()
            })
        });
        let mut created = 0;
        for run in futures::future::join_all(runs).await {
            let run = run.unwrap();
            assert!(run.failed.is_empty(), "{:?}", run.failed);
            created += run.created;
        }
        assert_eq!(created, 12);
        let invoices = books.invoices().await;
        let numbers: BTreeSet<_> = texts(&invoices, "/number").into_iter().collect();
        let expected = (1..=12).map(|number| format!("INV-{number:04}")).collect();
        assert_eq!(numbers, expected);
        let periods: BTreeSet<_> = texts(&invoices, "/recurring_invoice/id")
            .into_iter()
            .zip(texts(&invoices, "/period/start"))
            .collect();
        assert_eq!(periods.len(), 12);
    })
    .await;
}

/// The steps of billing a period, each time stopped after one step more: a process that dies there leaves nothing.
#[tokio::test]
async fn d24_a_death_between_any_two_steps_leaves_nothing_half() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        let before = books.count_everything().await;
        let now = world.app.clock.now();
        let period = schedule_of(&recurring)
            .period_starting(recurring.next_invoice_date)
            .unwrap()
            .unwrap();
        for steps in 1..=3 {
            let mut tx = books.write().await;
            let bill = assemble_period(&mut tx, &recurring, period, Occasion::of(&world.app))
                .await
                .unwrap();
            let draft = draft_of(&client, bill, period);
            let id = InvoiceId::new();
            insert_draft(&mut tx, id, &draft, now).await.unwrap();
            if steps > 1 {
                issue(&mut tx, &By::job(), id, None, now).await.unwrap();
            }
            if steps > 2 {
                let until = vec![(recurring.id, period.end)];
                advance(&mut tx, until).await.unwrap();
            }
            drop(tx);
            assert_eq!(
                books.count_everything().await,
                before,
                "after {steps} steps"
            );
        }
        books.run("2026-06-15").await;
        assert_eq!(texts(&books.invoices().await, "/number"), ["INV-0001"]);
    })
    .await;
}

/// The draft that a billing run would make of a period.
fn draft_of(client: &Client, bill: PeriodBill, period: Period) -> NewInvoice {
    NewInvoice {
        client_id: client.id,
        client: ClientSnapshot {
            name: client.name.clone(),
            address: String::new(),
            email: None,
            account_reference: None,
            tax_exempt: false,
        },
        seller: bill.seller,
        payment_terms_days: 30,
        origin: Some(bill.origin),
        correction: None,
        billing_run_id: None,
        currency: client.currency,
        period: Some(period),
        first_from: bill.first_from,
        assembled: bill.assembled,
        review: Vec::new(),
    }
}

#[tokio::test]
async fn d24_the_schema_itself_refuses_a_second_invoice_for_a_period() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        books.run("2026-06-15").await;
        let mut tx = books.write().await;
        let now = world.app.clock.now();
        let period = schedule_of(&recurring)
            .period_starting(day("2026-06-01"))
            .unwrap()
            .unwrap();
        let bill = assemble_period(&mut tx, &recurring, period, Occasion::of(&world.app))
            .await
            .unwrap();
        let draft = draft_of(&client, bill, period);
        let id = InvoiceId::new();
        assert!(insert_draft(&mut tx, id, &draft, now).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn d23_a_missed_quarter_is_caught_up_period_by_period_and_the_31st_survives() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let details = RecurringDetails {
            start_date: "2026-01-31".to_owned(),
            ..monthly()
        };
        let recurring = books.recurring(&client, details).await;
        assert_eq!(books.run("2026-03-31").await.created, 3);
        let invoices = books.invoices().await;
        assert_eq!(
            texts(&invoices, "/period/start"),
            ["2026-01-31", "2026-02-28", "2026-03-31"]
        );
        assert_eq!(
            texts(&invoices, "/period/end"),
            ["2026-02-28", "2026-03-31", "2026-04-30"]
        );
        assert_eq!(
            books.reload(recurring.id).await.next_invoice_date,
            day("2026-04-30")
        );
    })
    .await;
}

#[tokio::test]
async fn d23_what_is_paused_or_has_ended_is_not_billed() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let paused = books.recurring(&client, monthly()).await;
        let details = RecurringDetails {
            end_date: Some("2026-07-15".to_owned()),
            ..monthly()
        };
        let ending = books.recurring(&client, details).await;
        let mut tx = books.write().await;
        pause_recurring_invoice(&mut tx, &By::job(), paused.id, world.app.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let run = books.run("2026-09-01").await;
        assert_eq!(run.created, 2);
        let ended = books.reload(ending.id).await;
        assert_eq!(ended.status.as_str(), "ended");
        assert_eq!(ended.next_invoice_date, day("2026-08-01"));
    })
    .await;
}

#[tokio::test]
async fn d24_one_that_fails_is_reported_and_does_not_stop_the_others() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let spoilt = books.recurring(&client, monthly()).await;
        books.recurring(&client, monthly()).await;
        books.spoil(spoilt.id, true).await;
        let run = books.try_run("2026-06-15", false).await.unwrap();
        assert_eq!((run.created, run.status.as_str()), (1, "partly_failed"));
        assert_eq!(run.failed[0].recurring_invoice_id, spoilt.id.to_string());
        assert!(!run.failed[0].error.contains("fortnightly"));
        books.spoil(spoilt.id, false).await;
        assert_eq!(books.run("2026-06-15").await.created, 1);
        assert_eq!(
            texts(&books.invoices().await, "/number"),
            ["INV-0001", "INV-0002"]
        );
    })
    .await;
}

#[tokio::test]
async fn d24_without_lines_no_invoice_is_made_but_the_date_moves() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books
            .recurring(
                &client,
                RecurringDetails {
                    lines: Vec::new(),
                    ..monthly()
                },
            )
            .await;
        let run = books.run("2026-06-15").await;
        assert_eq!((run.created, run.skipped), (0, 1));
        assert_eq!(
            serde_json::to_value(&run.skips[0]).unwrap()["cause"],
            "nothing_to_bill"
        );
        assert!(books.invoices().await.is_empty());
        assert_eq!(
            books.reload(recurring.id).await.next_invoice_date,
            day("2026-07-01")
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_reviewed_first_or_below_zero_waits_as_a_draft() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        books
            .recurring(
                &client,
                RecurringDetails {
                    review_first: true,
                    ..monthly()
                },
            )
            .await;
        let credit = RecurringDetails {
            lines: vec![line("Goodwill", "-1", "10.00")],
            ..monthly()
        };
        books.recurring(&client, credit).await;
        books.run("2026-06-15").await;
        let invoices = books.invoices().await;
        assert_eq!(texts(&invoices, "/status"), ["draft", "draft"]);
        assert_eq!(texts(&invoices, "/number"), ["null", "null"]);
        assert_eq!(invoices[0]["review_reasons"], json!(["review_first"]));
        assert_eq!(invoices[1]["review_reasons"], json!(["negative_total"]));
        assert_eq!(invoices[1]["total"], "-10.00");
    })
    .await;
}

#[tokio::test]
async fn d24_a_dry_run_and_a_preview_write_nothing_and_tell_what_a_run_makes() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        books.tax("19").await;
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        books
            .recurring(
                &client,
                RecurringDetails {
                    lines: Vec::new(),
                    ..monthly()
                },
            )
            .await;
        let before = books.count_everything().await;
        let dry = books.dry_run("2026-08-01").await;
        let previewed = preview(
            &mut books.read().await,
            recurring.id,
            Some(day("2026-08-01")),
            Occasion::of(&world.app),
        )
        .await
        .unwrap();
        assert_eq!(books.count_everything().await, before);
        assert_eq!((dry.id, dry.created, dry.skipped), (None, 3, 3));
        let real = books.run("2026-08-01").await;
        assert_eq!((real.created, real.skipped), (3, 3));
        let totals = |run: &ascent::billing_runs::BillingRun| {
            run.invoices.iter().map(|it| it.total).collect::<Vec<_>>()
        };
        assert_eq!(totals(&dry), totals(&real));

        assert_eq!(previewed.before, 2);
        let previewed =
            serde_json::to_value(previewed.body(ascent::accounts::Costs::Shown).unwrap()).unwrap();
        let made = books.invoices().await.pop().unwrap();
        for field in [
            "lines", "subtotal", "taxes", "tax", "total", "balance", "period", "status", "held",
            "skipped", "client", "currency",
        ] {
            assert_eq!(previewed[field], made[field], "{field}");
        }
    })
    .await;
}

#[tokio::test]
async fn d28_an_exempt_client_pays_no_tax_and_an_untaxed_line_is_left_out_of_it() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        books.tax("19").await;
        let client = books.client("Harbor Dental").await;
        let mut untaxed = line("Stamps", "1", "0.50");
        untaxed.taxable = false;
        let lines = vec![line("Helpdesk", "1", "0.50"), untaxed];
        books
            .recurring(&client, RecurringDetails { lines, ..monthly() })
            .await;
        let exempt = ClientDetails {
            tax_exempt: true,
            ..ClientDetails::of(&client)
        };
        let exempt = books.client_like(exempt).await;
        books.recurring(&exempt, monthly()).await;
        books.run("2026-06-15").await;
        let invoices = books.invoices().await;
        assert_eq!(texts(&invoices, "/tax"), ["0.10", "0.00"]);
        assert_eq!(texts(&invoices, "/total"), ["1.10", "100.00"]);
        assert_eq!(
            invoices[0]["taxes"],
            json!([{ "name": "VAT", "percent": "19", "taxable": "0.50", "amount": "0.10" }])
        );
    })
    .await;
}

#[tokio::test]
async fn d31_a_run_bills_one_organization_and_another_sees_nothing_of_it() {
    on_each_engine(async |world| {
        let (ours, theirs) = (Books::ours(world), Books::theirs(world));
        for books in [&ours, &theirs] {
            let client = books.client("Harbor Dental").await;
            books.recurring(&client, monthly()).await;
        }
        let run = ours.run("2026-06-15").await;
        assert_eq!(ours.invoices().await.len(), 1);
        assert!(theirs.invoices().await.is_empty());
        let path = format!("/api/v1/billing-runs/{}", run.id.unwrap());
        assert_eq!(
            world.theirs.owner.get(&path).await.refusal(404),
            "not_found"
        );
        assert_eq!(
            theirs.run("2026-06-15").await.invoices[0].number.as_deref(),
            Some("INV-0001")
        );
    })
    .await;
}

#[tokio::test]
async fn a_run_that_cannot_be_meant_is_refused() {
    on_each_engine(async |world| {
        let start = async |body: Value| world.ours.owner.post("/api/v1/billing-runs", body).await;
        for (body, field) in [
            (json!({}), "as_of"),
            (json!({ "as_of": "2206-06-15" }), "as_of"),
            (json!({ "as_of": "2026-06-15", "dryrun": true }), "dryrun"),
        ] {
            let refusal = start(body).await.json(422);
            assert_eq!(refusal["errors"][0]["field"], field, "{refusal}");
        }
        assert_eq!(start(json!({ "as_of": "yesterday" })).await.status, 422);
        let anonymous = world
            .nobody()
            .post("/api/v1/billing-runs", json!({ "as_of": "2026-06-15" }))
            .await;
        assert_eq!(anonymous.status, 401);
    })
    .await;
}
