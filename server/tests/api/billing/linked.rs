//! Linked Pax8 subscriptions on recurring invoices: billed by their terms, held where a person must look.

use ascent::{
    billing_runs::{Occasion, preview},
    recurring::RecurringDetails,
};
use jiff::ToSpan as _;
use serde_json::{Value, json};

use super::books::{Books, Linked, day, monthly, pull, texts};
use crate::world::on_each_engine;

/// A recurring invoice without lines of its own.
fn bare() -> RecurringDetails {
    RecurringDetails {
        lines: Vec::new(),
        ..monthly()
    }
}

/// Amounts of the only line of each invoice, in cents.
fn cents(invoices: &[Value]) -> Vec<i64> {
    let amounts = texts(invoices, "/lines/0/amount");
    amounts
        .iter()
        .map(|amount| amount.replace('.', "").parse().unwrap())
        .collect()
}

#[tokio::test]
async fn s10_s139_a_linked_subscription_is_a_line_when_its_recurring_invoice_is_billed() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        let other = books.recurring(&client, monthly()).await;
        let subscription = books.link(&recurring, Linked::default()).await;
        books.run("2026-06-15").await;
        let invoices = books.invoices().await;
        let of = |id: ascent::ids::RecurringInvoiceId| {
            let mut of = invoices
                .iter()
                .filter(|it| it["recurring_invoice"]["id"] == id.to_string());
            of.next().unwrap()
        };
        let line = &of(recurring.id)["lines"][1];
        assert_eq!(line["description"], "Microsoft 365 Business Premium");
        assert_eq!(
            (&line["quantity"], &line["unit_price"]),
            (&json!("5"), &json!("22.20"))
        );
        assert_eq!(line["amount"], "111.00");
        assert_eq!(
            line["source"],
            json!({ "type": "pax8", "subscription_id": subscription })
        );
        assert_eq!(of(recurring.id)["total"], "211.00");
        assert_eq!(of(recurring.id)["status"], "issued");
        assert_eq!(of(other.id)["lines"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn d27_a_line_holds_everything_that_explains_it() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, bare()).await;
        books.link(&recurring, Linked::default()).await;
        books.run("2026-06-15").await;
        let why = &books.invoices().await[0]["lines"][0]["explanation"];
        assert_eq!(why["type"], "pax8");
        assert_eq!(
            why["cost"],
            json!({ "amount": "18.50", "basis": "partner" })
        );
        assert_eq!(why["exact_price"], "22.2");
        assert_eq!(why["sync_id"], pull().to_string());
        let sentences = texts(why["sentences"].as_array().unwrap(), "");
        let told = |text: &str| sentences.iter().any(|sentence| sentence.contains(text));
        assert!(
            told("18.50 USD") && told("18.50 + 20 % = 22.20 USD"),
            "{sentences:?}"
        );
        assert!(told("5 × 22.20 = 111.00 USD"), "{sentences:?}");
    })
    .await;
}

#[tokio::test]
async fn d20_d21_a_yearly_price_on_a_monthly_invoice_is_twelve_shares_that_add_up() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, bare()).await;
        let yearly = Linked {
            term: "Annual",
            start: "2026-06-01",
            quantity: Some("3"),
            override_price: Some("100.00"),
            ..Linked::default()
        };
        books.link(&recurring, yearly).await;
        for month in 0..12 {
            let now = "2026-06-01T12:00:00Z".parse::<jiff::Timestamp>().unwrap();
            let zoned = now
                .to_zoned_datetime(jiff::tz::TimeZone::UTC)
                .checked_add(month.months())
                .unwrap();
            world.set_now(&zoned.timestamp().to_string());
            books.pulled_at(zoned.timestamp()).await;
            books.run(&zoned.date().to_string()).await;
        }
        let invoices = books.invoices().await;
        let shares = cents(&invoices);
        assert_eq!(shares.len(), 12);
        assert_eq!(shares.iter().sum::<i64>(), 30_000);
        assert!(
            shares.iter().all(|share| [2_499, 2_502].contains(share)),
            "{shares:?}"
        );
        assert_eq!(texts(&invoices, "/status"), ["issued"; 12]);
        assert!(
            invoices[4]["lines"][0]["description"]
                .as_str()
                .unwrap()
                .contains("part 5 of 12")
        );
    })
    .await;
}

#[tokio::test]
async fn d21_a_monthly_price_on_a_quarterly_invoice_is_taken_three_times() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let quarterly = RecurringDetails {
            frequency: "quarterly".to_owned(),
            ..bare()
        };
        let recurring = books.recurring(&client, quarterly).await;
        books.link(&recurring, Linked::default()).await;
        books.run("2026-06-15").await;
        let line = &books.invoices().await[0]["lines"][0];
        assert_eq!(
            (&line["unit_price"], &line["amount"]),
            (&json!("66.60"), &json!("333.00"))
        );
    })
    .await;
}

#[tokio::test]
async fn d21_on_renewal_the_whole_year_is_on_one_invoice() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, bare()).await;
        let yearly = Linked {
            term: "Annual",
            start: "2025-07-10",
            override_price: Some("100.00"),
            charge: "on_renewal",
            ..Linked::default()
        };
        books.link(&recurring, yearly).await;
        let run = books.run("2026-06-15").await;
        assert_eq!((run.created, run.skipped), (0, 1));
        books.run("2026-07-01").await;
        assert_eq!(cents(&books.invoices().await), [50_000]);
    })
    .await;
}

#[tokio::test]
async fn d22_a_one_time_price_is_billed_once_even_when_periods_are_caught_up() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, bare()).await;
        let once = Linked {
            term: "One-Time",
            override_price: Some("50.00"),
            ..Linked::default()
        };
        books.link(&recurring, once).await;
        let dry = books.dry_run("2026-08-15").await;
        assert_eq!((dry.created, dry.skipped), (1, 2));
        let run = books.run("2026-08-15").await;
        assert_eq!((run.created, run.skipped), (1, 2));
        assert_eq!(books.run("2026-09-15").await.created, 0);
        assert_eq!(cents(&books.invoices().await), [25_000]);
    })
    .await;
}

#[tokio::test]
async fn d27_making_an_invoice_void_lets_its_one_time_price_be_billed_again() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, bare()).await;
        let once = Linked {
            term: "One-Time",
            override_price: Some("50.00"),
            ..Linked::default()
        };
        books.link(&recurring, once).await;
        books.run("2026-06-15").await;
        let id = books.invoices().await[0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/invoices/{id}/void");
        world.ours.owner.post(&path, json!({})).await.json(200);
        assert_eq!(books.run("2026-07-15").await.created, 1);
        assert_eq!(cents(&books.invoices().await), [25_000, 25_000]);
    })
    .await;
}

#[tokio::test]
async fn d26_a_held_subscription_makes_a_draft_that_says_so_and_is_not_issued() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        books
            .link(
                &recurring,
                Linked {
                    missing: true,
                    ..Linked::default()
                },
            )
            .await;
        let run = books.run("2026-06-15").await;
        assert_eq!((run.created, run.invoices[0].held), (1, 1));
        let invoice = &books.invoices().await[0];
        assert_eq!(
            (&invoice["status"], &invoice["number"]),
            (&json!("draft"), &Value::Null)
        );
        assert_eq!(
            (&invoice["needs_review"], &invoice["review_reasons"]),
            (&json!(true), &json!(["held"]))
        );
        assert_eq!(invoice["lines"].as_array().unwrap().len(), 1);
        assert_eq!(
            (
                &invoice["held"][0]["code"],
                &invoice["held"][0]["monthly_value"]
            ),
            (&json!("missing"), &json!("111.00"))
        );
    })
    .await;
}

#[tokio::test]
async fn d26_where_all_is_held_the_draft_is_made_all_the_same() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        for linked in [
            Linked {
                missing: true,
                ..Linked::default()
            },
            Linked {
                quantity: None,
                ..Linked::default()
            },
            Linked {
                currency: "EUR",
                ..Linked::default()
            },
            Linked {
                status: "Reticulating",
                ..Linked::default()
            },
            Linked {
                term: "Fortnightly",
                ..Linked::default()
            },
            Linked {
                partner_cost: None,
                markup_percent: None,
                ..Linked::default()
            },
        ] {
            let recurring = books.recurring(&client, bare()).await;
            books.link(&recurring, linked).await;
        }
        books.run("2026-06-15").await;
        let invoices = books.invoices().await;
        let expected = [
            "missing",
            "unknown_quantity",
            "wrong_currency",
            "unknown_status",
            "unknown_term",
            "unknown_price",
        ];
        assert_eq!(texts(&invoices, "/held/0/code"), expected);
        assert_eq!(texts(&invoices, "/status"), ["draft"; 6]);
        assert_eq!(texts(&invoices, "/total"), ["0.00"; 6]);
    })
    .await;
}

#[tokio::test]
async fn d26_data_older_than_48_hours_is_held() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, bare()).await;
        books.link(&recurring, Linked::default()).await;
        let now = world.app.clock.now();
        books.pulled_at(now - 49.hours()).await;
        books.run("2026-06-15").await;
        assert_eq!(texts(&books.invoices().await, "/held/0/code"), ["stale"]);
        books.pulled_at(now).await;
        books.run("2026-07-01").await;
        assert_eq!(
            texts(&books.invoices().await, "/status"),
            ["draft", "issued"]
        );
    })
    .await;
}

#[tokio::test]
async fn d22_what_is_rightly_not_billed_is_skipped_with_the_reason() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        for linked in [
            Linked {
                status: "Cancelled",
                end: Some("2026-05-31"),
                ..Linked::default()
            },
            Linked {
                status: "Trial",
                ..Linked::default()
            },
            Linked {
                quantity: Some("0"),
                ..Linked::default()
            },
            Linked {
                start: "2026-06-20",
                ..Linked::default()
            },
        ] {
            books.link(&recurring, linked).await;
        }
        books.run("2026-06-15").await;
        let invoice = &books.invoices().await[0];
        let mut codes = texts(invoice["skipped"].as_array().unwrap(), "/code");
        codes.sort();
        assert_eq!(codes, ["ended", "not_started", "trial", "zero_quantity"]);
        assert_eq!(
            (&invoice["status"], &invoice["total"]),
            (&json!("issued"), &json!("100.00"))
        );
    })
    .await;
}

#[tokio::test]
async fn d24_the_preview_of_linked_subscriptions_is_the_run_to_the_cent() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        books.tax("8.875").await;
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        for linked in [
            Linked::default(),
            Linked {
                product: "Acrobat",
                term: "Annual",
                quantity: Some("2.5"),
                partner_cost: Some("199.99"),
                ..Linked::default()
            },
            Linked {
                product: "Metered",
                quantity: Some("1234"),
                partner_cost: Some("0.0333"),
                ..Linked::default()
            },
            Linked {
                product: "Gone",
                missing: true,
                ..Linked::default()
            },
            Linked {
                product: "Over",
                status: "Cancelled",
                end: Some("2026-05-01"),
                ..Linked::default()
            },
        ] {
            books.link(&recurring, linked).await;
        }
        let now = Occasion::of(&world.app);
        let date = Some(day("2026-06-01"));
        let before = preview(&mut books.read().await, recurring.id, date, now)
            .await
            .unwrap();
        books.run("2026-06-01").await;
        let made = &books.invoices().await[0];
        let previewed =
            serde_json::to_value(before.body(ascent::accounts::Costs::Shown).unwrap()).unwrap();
        for field in [
            "lines",
            "subtotal",
            "taxes",
            "tax",
            "total",
            "balance",
            "period",
            "status",
            "held",
            "skipped",
            "needs_review",
        ] {
            assert_eq!(previewed[field], made[field], "{field}");
        }
        assert_eq!(
            made["held"].as_array().unwrap().len() + made["skipped"].as_array().unwrap().len(),
            2
        );
    })
    .await;
}

#[tokio::test]
async fn an_unlicensed_organization_keeps_billing_its_own_lines_and_holds_what_went_stale() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let recurring = books.recurring(&client, monthly()).await;
        books.link(&recurring, Linked::default()).await;
        world
            .set_feature(&world.ours, "pax8Integration", false)
            .await;
        books.pulled_at(world.app.clock.now() - 72.hours()).await;
        books.run("2026-06-15").await;
        let invoice = &books.invoices().await[0];
        assert_eq!(
            texts(invoice["held"].as_array().unwrap(), "/code"),
            ["stale"]
        );
        assert_eq!(invoice["total"], "100.00");
    })
    .await;
}
