//! Whole lists: read to the end, each row once, complete or an error.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use pax8::{Client, Company, Complete, Error};
use serde_json::{Value, json};
use wiremock::{MockServer, Request, Respond, ResponseTemplate};

use crate::support::*;

const COMPANIES: &str = "/v1/companies";

async fn companies(
    respond: impl Respond + 'static,
) -> (MockServer, Result<Complete<Company>, Error>) {
    let server = server().await;
    on_get(&server, COMPANIES, respond).await;
    let pulled = client(&server).list_companies().complete(|_, _| {}).await;
    (server, pulled)
}

fn ids(companies: &Complete<Company>) -> Vec<&str> {
    companies
        .rows()
        .iter()
        .map(|company| company.id.as_str())
        .collect()
}

/// The pages of `readings[n]` on the n-th reading of the list; the last stays.
fn readings(readings: Vec<Vec<Value>>) -> impl Fn(&Request) -> ResponseTemplate + Send + Sync {
    let begun = AtomicUsize::new(0);
    move |request: &Request| {
        let number = usize::try_from(asked(request, "page")).unwrap();
        if number == 0 {
            begun.fetch_add(1, Ordering::SeqCst);
        }
        let reading = begun.load(Ordering::SeqCst).min(readings.len()) - 1;
        ok(readings[reading][number].clone())
    }
}

#[tokio::test]
async fn lists_of_every_size_come_whole_and_in_order() {
    for total in [0, 1, 199, 200, 201, 400, 1234] {
        let (server, pulled) = companies(paged(total)).await;
        let pulled = pulled.unwrap();
        let expected: Vec<_> = (0..total).map(|n| format!("row-{n}")).collect();
        assert_eq!(ids(&pulled), expected);
        assert_eq!((pulled.attempts(), pulled.duplicates()), (1, 0));
        let pages = usize::try_from(total.div_ceil(200).max(1)).unwrap();
        assert_eq!(count(&server, COMPANIES).await, pages);
    }
}

#[tokio::test]
async fn two_hundred_rows_a_page_in_a_stable_order_are_asked_for() {
    let server = server().await;
    for list in [
        "companies",
        "subscriptions",
        "invoices",
        "invoices/i1/items",
        "invoices/draftItems",
    ] {
        on_get(&server, &format!("/v1/{list}"), paged(0)).await;
    }
    let client = client(&server);
    client.list_companies().complete(|_, _| {}).await.unwrap();
    client
        .list_subscriptions()
        .complete(|_, _| {})
        .await
        .unwrap();
    client
        .subscriptions_of("c&1")
        .complete(|_, _| {})
        .await
        .unwrap();
    let since = jiff::civil::date(2026, 3, 1);
    client
        .list_invoices(Some(since))
        .complete(|_, _| {})
        .await
        .unwrap();
    client
        .invoice_items("i1")
        .unwrap()
        .complete(|_, _| {})
        .await
        .unwrap();
    client
        .draft_items(pax8::DraftMonth::Next)
        .complete(|_, _| {})
        .await
        .unwrap();

    let sent: Vec<String> = server.received_requests().await.unwrap()[1..]
        .iter()
        .map(|request| format!("{}?{}", request.url.path(), request.url.query().unwrap()))
        .collect();
    assert_eq!(
        sent,
        [
            "/v1/companies?sort=name%2Casc&page=0&size=200",
            "/v1/subscriptions?sort=createdDate%2Casc&page=0&size=200",
            "/v1/subscriptions?sort=createdDate%2Casc&companyId=c%261&page=0&size=200",
            "/v1/invoices?sort=invoiceDate%2Casc&invoiceDateRangeStart=2026-03-01&page=0&size=200",
            "/v1/invoices/i1/items?page=0&size=200",
            "/v1/invoices/draftItems?monthOffset=1&page=0&size=200",
        ]
    );
}

#[tokio::test]
async fn a_server_that_gives_smaller_pages_is_followed() {
    let (_server, pulled) = companies(|request: &Request| {
        let number = asked(request, "page");
        let from = number * 50;
        ok(page(rows(from..(from + 50).min(120)), number, 50, 120))
    })
    .await;
    assert_eq!(pulled.unwrap().rows().len(), 120);
}

#[tokio::test]
async fn a_page_larger_than_the_list_is_the_only_page() {
    let (server, pulled) = companies(|_: &Request| ok(page(rows(0..3), 0, 5000, 3))).await;
    assert_eq!(pulled.unwrap().rows().len(), 3);
    assert_eq!(count(&server, COMPANIES).await, 1);
}

#[tokio::test]
async fn an_empty_list_may_lack_its_content() {
    let info = json!({"page": {"size": 200, "totalElements": 0, "totalPages": 0, "number": 0}});
    let (_server, pulled) = companies(ok(info)).await;
    assert!(pulled.unwrap().rows().is_empty());
}

#[tokio::test]
async fn a_list_without_page_information_is_refused() {
    for body in [
        json!({"content": rows(0..200)}),
        json!({"content": rows(0..200), "totalPages": 1, "totalElements": 200}),
        json!([]),
    ] {
        let (_server, pulled) = companies(ok(body)).await;
        let error = pulled.unwrap_err();
        assert!(matches!(error, Error::Protocol { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_row_without_an_id_fails_the_list() {
    let mut content = rows(0..2);
    content.push(json!({"name": "Nobody"}));
    let (_server, pulled) = companies(ok(page(content, 0, 200, 3))).await;
    let error = pulled.unwrap_err();
    assert!(
        error.to_string().contains("a company without an id"),
        "{error}"
    );
}

#[tokio::test]
async fn a_row_that_moved_between_pages_and_hid_another_means_reading_again() {
    let drifted = vec![
        page(rows(0..200), 0, 200, 202),
        page(rows([199, 200]), 1, 200, 202),
    ];
    let settled = vec![
        page(rows(0..200), 0, 200, 202),
        page(rows([200, 201]), 1, 200, 202),
    ];
    let (server, pulled) = companies(readings(vec![drifted, settled])).await;
    let pulled = pulled.unwrap();
    assert_eq!((pulled.rows().len(), pulled.attempts()), (202, 2));
    assert_eq!(count(&server, COMPANIES).await, 4);
}

#[tokio::test]
async fn a_row_that_came_twice_counts_once_and_its_later_form_stays() {
    let mut second = rows([200]);
    second.push(json!({"id": "row-7", "name": "Renamed"}));
    let pages = vec![page(rows(0..200), 0, 200, 201), page(second, 1, 200, 201)];
    let (_server, pulled) = companies(readings(vec![pages])).await;
    let pulled = pulled.unwrap();
    assert_eq!(
        (pulled.rows().len(), pulled.duplicates(), pulled.attempts()),
        (201, 1, 1)
    );
    let renamed = pulled
        .rows()
        .iter()
        .find(|company| company.id == "row-7")
        .unwrap();
    assert_eq!(renamed.name.as_deref(), Some("Renamed"));
    assert_eq!(ids(&pulled).into_iter().collect::<BTreeSet<_>>().len(), 201);
}

#[tokio::test]
async fn of_each_row_only_what_is_made_of_it_is_kept_and_the_later_form_counts() {
    let server = server().await;
    let mut second = rows([200]);
    second.push(json!({"id": "row-7", "name": "Renamed"}));
    let pages = vec![page(rows(0..200), 0, 200, 201), page(second, 1, 200, 201)];
    on_get(&server, COMPANIES, readings(vec![pages])).await;
    let mut seen = 0;
    let keep = |company: Company| {
        seen += 1;
        company.name.filter(|name| name != "Row 3")
    };
    let pull = client(&server).list_companies();
    let pulled = pull.complete_as(keep, |_, _| {});
    let names = pulled.await.unwrap().into_rows();
    assert_eq!((seen, names.len()), (202, 201));
    assert_eq!(names[3], None, "a row of which nothing is kept counts");
    assert_eq!(names[7].as_deref(), Some("Renamed"));
}

#[tokio::test]
async fn a_total_that_shifts_between_pages_means_reading_again() {
    let grown = vec![
        page(rows(0..200), 0, 200, 201),
        page(rows([200, 201]), 1, 200, 202),
    ];
    let settled = vec![
        page(rows(0..200), 0, 200, 202),
        page(rows([200, 201]), 1, 200, 202),
    ];
    let (_server, pulled) = companies(readings(vec![grown, settled])).await;
    let pulled = pulled.unwrap();
    assert_eq!((pulled.rows().len(), pulled.attempts()), (202, 2));
}

#[tokio::test]
async fn a_total_that_shrinks_to_what_came_is_no_proof() {
    // The last page agrees with the rows received; the first does not.
    let shrunk = vec![
        page(rows(0..200), 0, 200, 202),
        page(rows([200]), 1, 200, 201),
    ];
    let settled = vec![
        page(rows(0..200), 0, 200, 201),
        page(rows([200]), 1, 200, 201),
    ];
    let (_server, pulled) = companies(readings(vec![shrunk, settled])).await;
    assert_eq!(pulled.unwrap().attempts(), 2);
}

#[tokio::test]
async fn a_promised_page_that_is_empty_is_incomplete_after_three_readings() {
    let hollow = vec![page(rows(0..200), 0, 200, 350), page(vec![], 1, 200, 350)];
    let (server, pulled) = companies(readings(vec![hollow])).await;
    let error = pulled.unwrap_err();
    assert_eq!(
        error,
        Error::Incomplete {
            path: COMPANIES.to_owned(),
            expected: 350,
            received: 200,
            attempts: 3
        }
    );
    assert!(error.is_transient());
    assert_eq!(count(&server, COMPANIES).await, 6);
}

#[tokio::test]
async fn more_rows_than_promised_are_no_proof_either() {
    let (_server, pulled) = companies(ok(page(rows(0..5), 0, 200, 4))).await;
    let error = pulled.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Incomplete {
                expected: 4,
                received: 5,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_server_that_repeats_its_first_page_is_incomplete() {
    let (_server, pulled) = companies(|_: &Request| ok(page(rows(0..200), 0, 200, 600))).await;
    let error = pulled.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Incomplete {
                expected: 600,
                received: 200,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn too_few_pages_announced_lose_no_rows() {
    let (_server, pulled) = companies(|request: &Request| {
        let number = asked(request, "page");
        let from = number * 200;
        let mut body = page(rows(from..(from + 200).min(450)), number, 200, 450);
        body["page"]["totalPages"] = json!(1);
        ok(body)
    })
    .await;
    assert_eq!(pulled.unwrap().rows().len(), 450);
}

#[tokio::test]
async fn a_list_without_end_is_not_begun() {
    let server = server().await;
    on_get(
        &server,
        COMPANIES,
        ok(page(rows(0..200), 0, 200, 10_000_000)),
    )
    .await;
    let mut config = config(&server.uri());
    config.max_pages = 100;
    let client = Client::new(config).unwrap();
    let error = client
        .list_companies()
        .complete(|_, _| {})
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::TooManyPages {
                pages: 50_000,
                limit: 100,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(count(&server, COMPANIES).await, 1);
}

#[tokio::test]
async fn progress_rises_to_the_total() {
    let server = server().await;
    on_get(&server, COMPANIES, paged(950)).await;
    let seen = Mutex::new(Vec::new());
    client(&server)
        .list_companies()
        .complete(|done, total| seen.lock().unwrap().push((done, total)))
        .await
        .unwrap();
    let expected = [(200, 950), (400, 950), (600, 950), (800, 950), (950, 950)];
    assert_eq!(seen.into_inner().unwrap(), expected);
}

#[tokio::test]
async fn any_parallelism_brings_the_same_list() {
    let server = server().await;
    on_get(&server, COMPANIES, paged(3000)).await;
    for parallelism in [0, 1, 16] {
        let mut config = config(&server.uri());
        config.parallelism = parallelism;
        let pulled = Client::new(config)
            .unwrap()
            .list_companies()
            .complete(|_, _| {})
            .await;
        assert_eq!(pulled.unwrap().rows().len(), 3000);
    }
}

#[tokio::test]
async fn whatever_was_expected_the_list_is_as_long_as_its_pages_say() {
    for (expected, total, asked) in [(0, 450, 3), (450, 450, 3), (900, 450, 5), (200, 900, 5)] {
        let server = server().await;
        on_get(&server, COMPANIES, paged(total)).await;
        let pull = client(&server).list_companies().expecting(expected);
        let pulled = pull.complete(|_, _| {}).await.unwrap();
        let expected: Vec<_> = (0..total).map(|n| format!("row-{n}")).collect();
        assert_eq!(ids(&pulled), expected);
        assert_eq!(count(&server, COMPANIES).await, asked);
    }
}

#[tokio::test]
async fn items_without_ids_count_one_each() {
    let server = server().await;
    let item = json!({"type": "subscription", "quantity": 1});
    on_get(
        &server,
        "/v1/invoices/i1/items",
        ok(page(vec![item.clone(), item], 0, 200, 2)),
    )
    .await;
    let items = client(&server)
        .invoice_items("i1")
        .unwrap()
        .complete(|_, _| {})
        .await
        .unwrap();
    assert_eq!(items.rows().len(), 2);
    assert_eq!(items.rows()[0].kind.as_deref(), Some("subscription"));
}

#[tokio::test]
async fn subscriptions_of_one_company_hold_no_others() {
    let server = server().await;
    let rows = vec![
        json!({"id": "s1", "companyId": "C1"}),
        json!({"id": "s2", "companyId": "c2"}),
    ];
    on_get(&server, "/v1/subscriptions", ok(page(rows, 0, 200, 2))).await;
    let client = client(&server);
    let error = client
        .subscriptions_of("c1")
        .complete(|_, _| {})
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Protocol { .. }), "{error:?}");
    let all = client
        .list_subscriptions()
        .complete(|_, _| {})
        .await
        .unwrap();
    assert_eq!(all.into_rows().len(), 2);
}

#[tokio::test]
async fn products_are_asked_for_once_each_and_may_be_gone() {
    let server = server().await;
    for id in ["p1", "p2"] {
        on_get(
            &server,
            &format!("/v1/products/{id}"),
            ok(json!({"id": id, "vendorName": "Acme"})),
        )
        .await;
    }
    on_get(
        &server,
        "/v1/products/gone",
        envelope(404, "NOT_FOUND", "Product Not Found: gone"),
    )
    .await;
    let client = client(&server);
    let last = AtomicU64::new(0);
    let products = client
        .products(["p2", "gone", "p1", "p2"], |done, total| {
            assert_eq!(total, 3);
            last.store(done, Ordering::SeqCst);
        })
        .await
        .unwrap();
    let found: Vec<_> = products
        .found
        .iter()
        .map(|product| product.id.as_str())
        .collect();
    assert_eq!(
        (found, products.missing),
        (vec!["p1", "p2"], vec!["gone".to_owned()])
    );
    assert_eq!(last.into_inner(), 3);
    assert_eq!(client.requests().sent, 4);
}
