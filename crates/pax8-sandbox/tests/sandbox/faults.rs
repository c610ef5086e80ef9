//! Every fault, as a client sees it, and that the sandbox is well again after.

use std::collections::HashSet;

use crate::support::{Api, id, json_of, token_request};
use pax8_sandbox::{Drift, Fault, Place, RetryAfter, SandboxConfig, What};
use serde_json::{Value, json};

const LIST: &str = "/v1/subscriptions?sort=createdDate,asc";

/// The answer to the first subscriptions page with this fault.
async fn spoilt(what: What) -> (Value, Value) {
    let api = Api::small().await;
    let good = api.json(LIST).await;
    api.sandbox()
        .faults()
        .add(Fault::new(Place::Subscriptions, what));
    let bad = api.json(LIST).await;
    assert_eq!(api.json(LIST).await, good, "well again after one strike");
    assert_eq!(api.sandbox().counters().faults, 1);
    (good, bad)
}

#[tokio::test]
async fn statuses_come_with_the_bodies_of_the_field() {
    let api = Api::small().await;
    let retry_after = Some(RetryAfter::Seconds(7));
    let cases = [
        (
            What::TooManyRequests { retry_after: None },
            429,
            "TOO_MANY_REQUESTS",
        ),
        (
            What::TooManyRequests { retry_after },
            429,
            "TOO_MANY_REQUESTS",
        ),
        (What::ServerError { status: 500 }, 500, "<html>"),
        (What::ServerError { status: 502 }, 502, "<html>"),
        (What::ServerError { status: 503 }, 503, "<html>"),
        (What::HtmlOk, 200, "<html>"),
        (What::EmptyBody, 200, ""),
        (What::Unauthorized, 401, "invalid_token"),
        (What::Forbidden, 403, "FORBIDDEN"),
        (What::NotFound, 404, "NOT_FOUND"),
        (What::OldError, 404, "\"errors\""),
    ];
    for (what, status, text) in cases {
        let with_header = what
            == What::TooManyRequests {
                retry_after: Some(RetryAfter::Seconds(7)),
            };
        api.sandbox()
            .faults()
            .add(Fault::new(Place::Companies, what.clone()));
        let response = api.get("/v1/companies").await;
        assert_eq!(response.status(), status, "{what:?}");
        assert_eq!(response.headers().contains_key("retry-after"), with_header);
        let body = response.text().await.unwrap();
        assert!(body.contains(text), "{what:?}: {body}");
        assert_eq!(body.is_empty(), what == What::EmptyBody);
    }
    assert!(api.sandbox().faults().waiting().is_empty());
}

#[tokio::test]
async fn a_token_request_can_fail_too() {
    let api = Api::small().await;
    api.sandbox()
        .faults()
        .add(Fault::new(Place::Token, What::Unauthorized));
    let body = token_request("sandbox-client", "sandbox-secret");
    let refused = api.post("/v1/token", &body).await;
    assert_eq!(refused.status(), 401);
    assert_eq!(json_of(refused).await["error"], json!("access_denied"));
    assert_eq!(api.post("/v1/token", &body).await.status(), 200);
}

#[tokio::test]
async fn a_cut_body_breaks_the_connection() {
    let api = Api::small().await;
    api.sandbox()
        .faults()
        .add(Fault::new(Place::Subscriptions, What::CutBody));
    let broken = match api.request(LIST).send().await {
        Ok(response) => response.text().await.is_err(),
        Err(_) => true,
    };
    assert!(broken);
    api.json(LIST).await;
}

#[tokio::test]
async fn an_oversized_body_is_as_long_as_ordered() {
    let api = Api::small().await;
    let bytes = 3 * 1024 * 1024;
    api.sandbox()
        .faults()
        .add(Fault::new(Place::Companies, What::OversizedBody { bytes }));
    let length = api.get("/v1/companies").await.bytes().await.unwrap().len();
    assert!(u64::try_from(length).unwrap() >= bytes);
}

#[tokio::test]
async fn a_slow_answer_is_late_and_right() {
    let api = Api::small().await;
    let good = api.json(LIST).await;
    let start = tokio::time::Instant::now();
    api.sandbox()
        .faults()
        .add(Fault::new(Place::Subscriptions, What::Slow { ms: 40 }));
    assert_eq!(api.json(LIST).await, good);
    assert!(start.elapsed().as_millis() >= 40);
}

#[tokio::test]
async fn lists_can_lie_about_their_rows() {
    let (good, bad) = spoilt(What::DuplicateRow).await;
    assert_eq!(bad["content"][9], good["content"][0]);
    assert_eq!(bad["page"], good["page"]);
    let (_, bad) = spoilt(What::WrongTotal { by: 3 }).await;
    assert_eq!(bad["page"]["totalElements"], json!(103));
    assert_eq!(bad["page"]["totalPages"], json!(11));
    let (_, bad) = spoilt(What::WrongTotal { by: -3 }).await;
    assert_eq!(bad["page"]["totalElements"], json!(97));
    let (good, bad) = spoilt(What::EmptyPage).await;
    assert_eq!((&bad["content"], &bad["page"]), (&json!([]), &good["page"]));
    let (_, bad) = spoilt(What::EmptyEstate).await;
    assert_eq!(
        (&bad["content"], &bad["page"]["totalElements"]),
        (&json!([]), &json!(0))
    );
    let (_, bad) = spoilt(What::MissingContent).await;
    assert!(bad.get("content").is_none() && bad.get("page").is_some());
    let (good, bad) = spoilt(What::MissingPage).await;
    assert_eq!(bad, json!({"content": good["content"]}));
}

#[tokio::test]
async fn rows_can_be_odd() {
    let first = |body: &Value| body["content"][0].clone();
    let (good, bad) = spoilt(What::OrphanCompany).await;
    assert_ne!(first(&good)["companyId"], first(&bad)["companyId"]);
    assert_eq!(good["content"][1], bad["content"][1], "only the first row");
    let (_, bad) = spoilt(What::UnknownEnum).await;
    assert_eq!(first(&bad)["status"], json!("Hibernated"));
    assert_eq!(first(&bad)["billingTerm"], json!("Fortnightly"));
    let (_, bad) = spoilt(What::ExtraFields).await;
    assert!(first(&bad)["futureField"].is_object());
    let (good, bad) = spoilt(What::NumberAsString).await;
    assert_eq!(
        first(&bad)["price"],
        json!(first(&good)["price"].to_string())
    );
    let (_, bad) = spoilt(What::HugeDecimals).await;
    assert_eq!(first(&bad)["price"].to_string().len(), 65);
    let (_, bad) = spoilt(What::MissingQuantity).await;
    assert!(first(&bad).get("quantity").is_none());
    let (_, bad) = spoilt(What::MissingId).await;
    assert!(first(&bad).get("id").is_none());
    let (_, bad) = spoilt(What::NullFields).await;
    assert!(first(&bad)["companyId"].is_null() && first(&bad)["id"].is_string());
    let (_, bad) = spoilt(What::OddDates).await;
    assert_eq!(first(&bad)["startDate"], json!("soon"));
}

#[tokio::test]
async fn a_name_can_be_missing_and_a_single_product_gone() {
    let api = Api::small().await;
    let faults = api.sandbox().faults();
    faults.add(Fault::new(Place::Companies, What::MissingName));
    let body = api.json("/v1/companies").await;
    assert!(body["content"][0].get("name").is_none());
    let product = format!("/v1/products/{}", api.sandbox().estate().products()[0].id);
    faults.add(Fault::new(Place::Product, What::NotFound).always());
    assert_eq!(api.get(&product).await.status(), 404);
    assert_eq!(api.get(&product).await.status(), 404);
    faults.clear();
    assert_eq!(api.get(&product).await.status(), 200);
    faults.add(Fault::new(Place::Product, What::MissingName));
    assert!(api.json(&product).await.get("name").is_none());
}

#[tokio::test]
async fn rows_drift_between_two_pages() {
    for (path, place) in [
        (
            "/v1/subscriptions?sort=createdDate,asc",
            Place::Subscriptions,
        ),
        ("/v1/companies?sort=name,asc", Place::Companies),
        ("/v1/products?sort=name,asc", Place::Products),
    ] {
        for (drift, total_change) in [(Drift::Insert, 1), (Drift::Delete, -1)] {
            let api = Api::start(SandboxConfig::sized(40, 40, 40)).await;
            let before = total(&api, path).await;
            let fault = Fault::new(place, What::PageDrift(drift)).page(0);
            api.sandbox().faults().add(fault);
            let rows = api.all(path, 10).await;
            let distinct: HashSet<_> = rows.iter().map(id).collect();
            let after = total(&api, path).await;
            assert_eq!(after, before + total_change, "{path} {drift:?}");
            match drift {
                Drift::Insert => assert!(distinct.len() < rows.len(), "{path}: one row twice"),
                Drift::Delete => {
                    assert_eq!(
                        i64::try_from(distinct.len()).unwrap(),
                        before - 1,
                        "one missed"
                    );
                }
            }
            let again: HashSet<_> = api.all(path, 10).await.iter().map(id).collect();
            assert_eq!(i64::try_from(again.len()).unwrap(), after);
        }
    }
}

async fn total(api: &Api, path: &str) -> i64 {
    api.json(path).await["page"]["totalElements"]
        .as_i64()
        .unwrap()
}
