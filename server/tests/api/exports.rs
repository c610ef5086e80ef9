//! Lists as files: complete, exact, filtered, and harmless in a spreadsheet.

use std::io::Cursor;

use ascent::{
    accounts::By,
    clients::{ClientDetails, create_client},
};
use axum::http::StatusCode;
use calamine::{Data, Range, Reader as _, Xlsx};
use serde_json::json;

use crate::{
    billing_settings::{SEATS, Sold, add_estate, client, connect, map, save},
    clients::make_client,
    world::{Answer, Organization, User, World, on_each_engine},
};

const API: &str = "/api/v1/exports";
/// Names that a spreadsheet would run as formulas.
const HOSTILE: [&str; 4] = [
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "@SUM(A1:A9)",
];

/// The rows of a CSV file, the names of the columns first.
#[track_caller]
fn csv_rows(answer: &Answer) -> Vec<Vec<String>> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    let text = answer
        .text
        .strip_prefix('\u{feff}')
        .expect("Excel reads it as UTF-8");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let rows = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect());
    rows.collect()
}

/// A column of rows whose first names the columns.
#[track_caller]
fn column(rows: &[Vec<String>], name: &str) -> Vec<String> {
    let at = rows[0]
        .iter()
        .position(|it| it == name)
        .expect("there is such a column");
    rows[1..].iter().map(|row| row[at].clone()).collect()
}

/// The sheet of a workbook, and that no cell of it is a formula.
#[track_caller]
fn sheet(answer: &Answer, name: &str) -> Range<Data> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let mut book: Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(answer.bytes.clone())).unwrap();
    assert!(
        book.worksheet_formula(name).unwrap().is_empty(),
        "no cell is a formula"
    );
    book.worksheet_range(name).unwrap()
}

/// The cells of a sheet's column.
#[track_caller]
fn cells(sheet: &Range<Data>, name: &str) -> Vec<Data> {
    let mut rows = sheet.rows();
    let named = |it: &Data| it == &Data::String(name.to_owned());
    let at = rows
        .next()
        .unwrap()
        .iter()
        .position(named)
        .expect("there is such a column");
    rows.map(|row| row[at].clone()).collect()
}

async fn add_clients(world: &World, to: &Organization, count: usize) {
    let mut tx = world.app.database.write(to.id).await.unwrap();
    for number in 0..count {
        let details = ClientDetails {
            name: format!("Client {number:04}"),
            currency: "USD".to_owned(),
            payment_terms_days: Some(30),
            account_reference: None,
            website: None,
            email: None,
            address: String::new(),
            tax_exempt: false,
        };
        let by = By::command_line();
        create_client(&mut tx, &by, &details, world.app.clock.now())
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

/// Two clients, each with an invoice of 100.10 or 3.40.
async fn bill(owner: &User) -> [String; 2] {
    let mut ids = Vec::new();
    for (name, price) in [("Harbor", "100.1"), ("Cobalt", "3.4")] {
        let id = make_client(owner, name).await;
        let recurring = json!({ "client_id": id, "name": "Support", "frequency": "monthly", "start_date": "2026-06-01",
            "lines": [{ "description": "=Support", "quantity": "0.5", "unit_price": price }, { "description": "Back", "quantity": "0.5", "unit_price": price }] });
        owner
            .post("/api/v1/recurring-invoices", recurring)
            .await
            .json(201);
        ids.push(id);
    }
    let run = json!({ "as_of": "2026-06-01" });
    owner.post("/api/v1/billing-runs", run).await.json(201);
    ids.try_into().unwrap()
}

#[tokio::test]
async fn hostile_names_stay_text_in_every_file() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        for name in HOSTILE {
            make_client(owner, name).await;
        }
        let rows = csv_rows(&owner.get(&format!("{API}/clients.csv")).await);
        let guarded = HOSTILE.map(|name| format!("'{name}"));
        assert_eq!(column(&rows, "Name"), guarded);
        let sheet = sheet(&owner.get(&format!("{API}/clients.xlsx")).await, "clients");
        let names = HOSTILE.map(|name| Data::String(name.to_owned()));
        assert_eq!(cells(&sheet, "Name"), names, "text cells need no guard");
        assert_eq!(cells(&sheet, "Payment terms (days)")[0], Data::Float(30.0));
    })
    .await;
}

#[tokio::test]
async fn a_file_has_every_row_and_not_only_a_page() {
    on_each_engine(async |world| {
        add_clients(world, &world.ours, 401).await;
        let owner = &world.ours.owner;
        let answer = owner.get(&format!("{API}/clients.csv")).await;
        let disposition = "attachment; filename=\"clients-2026-06-15.csv\"";
        assert_eq!(answer.headers["content-disposition"], disposition);
        let names = column(&csv_rows(&answer), "Name");
        assert_eq!(names.len(), 401);
        assert!(names.is_sorted() && names[400] == "Client 0400");
        let sheet = sheet(&owner.get(&format!("{API}/clients.xlsx")).await, "clients");
        assert_eq!(sheet.height(), 402);
        let theirs = world.theirs.owner.get(&format!("{API}/clients.csv")).await;
        assert_eq!(csv_rows(&theirs).len(), 1, "the names of the columns alone");
    })
    .await;
}

#[tokio::test]
async fn a_file_arrives_whole_where_it_is_sent_compressed() {
    on_each_engine(async |world| {
        add_clients(world, &world.ours, 3).await;
        let owner = &world.ours.owner;
        for path in [
            "/api/v1/exports/clients.csv",
            "/api/v1/exports/clients.xlsx",
        ] {
            let plain = owner.get(path).await;
            let browser = owner.with_header("Accept-Encoding", "gzip");
            let packed = browser.get(path).await;
            assert_eq!(
                (plain.status, packed.status),
                (StatusCode::OK, StatusCode::OK)
            );
            if packed.headers.contains_key("content-encoding") {
                // Such a file ends with the length of what it holds.
                let (_, length) = packed.bytes.split_last_chunk::<4>().unwrap();
                let length = usize::try_from(u32::from_le_bytes(*length)).unwrap();
                assert_eq!(length, plain.bytes.len(), "{path}");
            }
        }
        let packed = owner.with_header("Accept-Encoding", "gzip");
        let packed = packed.get("/api/v1/exports/clients.csv").await;
        assert_eq!(packed.headers["content-encoding"], "gzip");
    })
    .await;
}

#[tokio::test]
async fn amounts_and_dates_of_invoices_are_exact() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let [harbor, _] = bill(owner).await;
        let rows = csv_rows(&owner.get(&format!("{API}/invoices.csv?q=harbor")).await);
        for (name, value) in [
            ("Client", "Harbor"),
            ("Currency", "USD"),
            ("Total", "100.10"),
            ("Balance", "100.10"),
            ("Period start", "2026-06-01"),
            ("Period end", "2026-07-01"),
        ] {
            assert_eq!(column(&rows, name), [value], "{name}");
        }
        let rows = csv_rows(
            &owner
                .get(&format!("{API}/invoice-lines.csv?client_id={harbor}"))
                .await,
        );
        assert_eq!(column(&rows, "Description"), ["'=Support", "Back"]);
        assert_eq!(column(&rows, "Line"), ["1", "2"]);
        assert_eq!(column(&rows, "Quantity"), ["0.5", "0.5"]);
        assert_eq!(column(&rows, "Amount"), ["50.05", "50.05"]);

        let lines = sheet(
            &owner.get(&format!("{API}/invoice-lines.xlsx")).await,
            "invoice-lines",
        );
        assert_eq!(lines.height(), 5);
        let invoices = sheet(
            &owner.get(&format!("{API}/invoices.xlsx?q=harbor")).await,
            "invoices",
        );
        assert_eq!(cells(&invoices, "Total"), [Data::Float(100.1)]);
        let Data::DateTime(day) = cells(&invoices, "Period start")[0] else {
            panic!("a day is a date")
        };
        assert_eq!(day.to_ymd_hms_milli(), (2026, 6, 1, 0, 0, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn files_take_the_filters_of_the_lists() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let [harbor, cobalt] = bill(owner).await;
        let gone = make_client(owner, "Gone").await;
        owner
            .delete(&format!("/api/v1/clients/{gone}"))
            .await
            .json(200);
        let found = async |path: &str| {
            let rows = csv_rows(&owner.get(&format!("{API}/{path}")).await);
            column(
                &rows,
                if path.starts_with("clients") {
                    "Name"
                } else {
                    "Client"
                },
            )
        };
        assert_eq!(found("clients.csv?status=archived").await, ["Gone"]);
        assert_eq!(
            found("clients.csv?status=active&q=b").await,
            ["Cobalt", "Harbor"]
        );
        assert_eq!(found("clients.csv?status=all&q=").await.len(), 3);
        assert_eq!(
            found(&format!("invoices.csv?client_id={cobalt}")).await,
            ["Cobalt"]
        );
        assert!(found("invoices.csv?status=void").await.is_empty());
        for path in [
            "clients.csv?status=gone",
            "invoices.xlsx?status=lost",
            "invoice-lines.csv?status=x",
        ] {
            assert_eq!(
                owner.get(&format!("{API}/{path}")).await.status,
                422,
                "{path}"
            );
        }
        let stranger = format!("{API}/invoices.csv?client_id={harbor}");
        let rows = csv_rows(&world.theirs.owner.get(&stranger).await);
        assert_eq!(rows.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn subscriptions_are_exported_to_those_who_may_see_them() {
    on_each_engine(async |world| {
        connect(world, &world.ours).await;
        let owner = &world.ours.owner;
        let sold = [
            Sold { product: Some("=Backup"), quantity: Some("3"), partner_cost: Some("10.5"), ..SEATS },
            Sold { product: Some("Mail"), quantity: None, partner_cost: None, price: None, ..SEATS },
        ];
        let (company, ids) = add_estate(world, &world.ours, "Contoso", &sold).await;
        add_estate(world, &world.ours, "Fabrikam", &sold[1..]).await;
        let harbor = client(owner, json!({ "name": "Harbor" })).await;
        map(owner, &company, &harbor).await;
        save(owner, &ids[0], json!({ "markup": { "type": "percentage", "value": "20" }, "override_price": null, "recurring_invoice_id": null })).await;
        let rows = csv_rows(&owner.get(&format!("{API}/subscriptions.csv?company=cont&mapped=true")).await);
        assert_eq!(column(&rows, "Product"), ["'=Backup", "Mail"]);
        assert_eq!(column(&rows, "Client"), ["Harbor", "Harbor"]);
        assert_eq!(column(&rows, "Bill price"), ["12.60", ""], "unknown is empty, not zero");
        assert_eq!(column(&rows, "Monthly total"), ["37.80", ""]);
        assert_eq!(column(&rows, "Quantity"), ["3", ""]);
        let rows = csv_rows(&owner.get(&format!("{API}/subscriptions.csv?mapped=false")).await);
        assert_eq!(column(&rows, "Company"), ["Fabrikam"]);
        let member = world.ours.member.get(&format!("{API}/subscriptions.csv")).await;
        assert_eq!(member.status, 403);
        let audit = world.ours.member.get(&format!("{API}/audit-events.csv")).await;
        assert_eq!(audit.refusal(403), "permission_denied");
        assert_eq!(world.nobody().get(&format!("{API}/clients.csv")).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_is_exported_in_the_organizations_time() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        make_client(owner, "Harbor").await;
        let query = "audit.csv?action=client.created&q=&from=2026-06-15";
        let rows = csv_rows(&world.ours.browser.get(&format!("/admin/{query}")).await);
        assert_eq!(column(&rows, "When"), ["2026-06-15T08:00:00-04:00"]);
        assert_eq!(
            column(&rows, "Summary"),
            ["Owner created the client Harbor"]
        );
        assert!(column(&rows, "After")[0].contains("\"name\":\"Harbor\""));
        let rows = csv_rows(
            &owner
                .get(&format!("{API}/audit-events.csv?action=client.created"))
                .await,
        );
        assert_eq!(rows.len(), 2);
        let book = owner.get(&format!("{API}/audit-events.xlsx")).await;
        assert_eq!(sheet(&book, "audit-events").height(), 3);
        let refused = world.ours.browser.get("/admin/audit.csv?from=soon").await;
        assert_eq!(refused.status, 422);
    })
    .await;
}

#[tokio::test]
async fn pages_offer_the_files_of_what_they_show() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        make_client(&world.ours.owner, "Harbor").await;
        connect(world, &world.ours).await;
        add_estate(world, &world.ours, "Contoso", &[]).await;
        for (page, link) in [
            ("/clients", "/api/v1/exports/clients.csv?status=active"),
            ("/clients?q=a+b&status=all", "/api/v1/exports/clients.xlsx?q=a+b&amp;status=all"),
            ("/invoices?status=review", "/api/v1/exports/invoice-lines.csv?status=review"),
            ("/admin/audit?action=client.created", "/admin/audit.csv?action=client.created"),
            (
                "/admin/integrations/pax8?q=cont&mapped=false",
                "/api/v1/exports/subscriptions.xlsx?company=cont&amp;mapped=false&amp;status=Active",
            ),
        ] {
            let link = format!("href=\"{link}\"");
            let whole = browser.get(page).await;
            assert!(whole.text.replace("&#38;", "&amp;").contains(&link), "{page}: {}", whole.text);
            let part = browser.script().get(page).await;
            assert!(part.text.replace("&#38;", "&amp;").contains(&link), "a filter that changes changes the links: {page}");
        }
    })
    .await;
}
