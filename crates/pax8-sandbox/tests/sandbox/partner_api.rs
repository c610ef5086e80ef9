//! The partner API as a client meets it: tokens, paging, filters, sorting,
//! errors, and the promise that nothing can be written.

use std::collections::HashSet;
use std::time::Duration;

use crate::support::{Api, id, json_of, token_request};
use pax8_sandbox::{OversizedPages, Place, SandboxConfig, UnauthorizedBody, Wire};
use serde_json::{Value, json};

#[tokio::test]
async fn a_token_is_issued_for_the_right_credentials_only() {
    let api = Api::small().await;
    assert_eq!(api.token.split('.').count(), 3);
    assert!(api.token.starts_with("eyJ"));

    let wrong = api
        .post("/v1/token", &token_request("sandbox-client", "guess"))
        .await;
    assert_eq!(wrong.status(), 401);
    let body = json_of(wrong).await;
    assert_eq!(
        body,
        json!({"error": "access_denied", "error_description": "Unauthorized"})
    );

    let mut request = token_request("sandbox-client", "sandbox-secret");
    request["audience"] = json!("api://p8p.client");
    let older = api.post("/oauth/token", &request).await;
    assert_eq!(older.status(), 200);
    let older = json_of(older).await;
    assert_eq!(older["expires_in"], json!(86_400));
    assert_eq!(older["token_type"], json!("Bearer"));

    request["audience"] = json!("https://elsewhere.example");
    assert_eq!(api.post("/v1/token", &request).await.status(), 401);
    let missing = api
        .post("/v1/token", &json!({"client_id": "sandbox-client"}))
        .await;
    assert_eq!(missing.status(), 400);
    let count = api.sandbox().counters();
    assert_eq!(count.token_requests, 5);
    assert_eq!(count.refused_writes, 0);
}

#[tokio::test]
async fn a_revoked_or_expired_token_is_refused_in_three_shapes() {
    let shapes = [
        UnauthorizedBody::OAuth,
        UnauthorizedBody::Envelope,
        UnauthorizedBody::Empty,
    ];
    for unauthorized in shapes {
        let config = SandboxConfig {
            unauthorized,
            ..SandboxConfig::sized(3, 3, 3)
        };
        let api = Api::start(config).await;
        assert_eq!(api.get("/v1/companies").await.status(), 200);
        api.sandbox().revoke_tokens();
        let refused = api.get("/v1/companies").await;
        assert_eq!(refused.status(), 401);
        let text = refused.text().await.unwrap();
        match unauthorized {
            UnauthorizedBody::OAuth => assert!(text.contains("invalid_token")),
            UnauthorizedBody::Envelope => assert!(text.contains("\"UNAUTHORIZED\"")),
            UnauthorizedBody::Empty => assert!(text.is_empty()),
        }
    }
    let config = SandboxConfig {
        token_life: Duration::ZERO,
        ..SandboxConfig::sized(1, 1, 1)
    };
    assert_eq!(
        Api::start(config).await.get("/v1/companies").await.status(),
        401
    );
}

#[tokio::test]
async fn the_default_estate_is_served_whole_200_a_page() {
    let api = Api::start(SandboxConfig::default()).await;
    let companies = api.sandbox().estate().companies();
    let deleted = companies
        .iter()
        .filter(|company| company.status == "Deleted")
        .count();
    assert_eq!(companies.len(), 1_000);
    assert!(deleted > 0);

    let listed = api.all("/v1/companies?sort=name,asc", 200).await;
    assert_eq!(listed.len(), 1_000 - deleted);
    let subscriptions = api.all("/v1/subscriptions?sort=createdDate,asc", 200).await;
    assert_eq!(subscriptions.len(), 5_000);
    let distinct: HashSet<_> = subscriptions.iter().map(id).collect();
    assert_eq!(distinct.len(), 5_000);
    assert_eq!(api.all("/v1/products", 200).await.len(), 100);
    assert_eq!(api.sandbox().counters().of(Place::Subscriptions), 25);
}

#[tokio::test]
async fn page_information_is_nested_and_right() {
    let api = Api::small().await;
    let first = api.json("/v1/subscriptions").await;
    let info = json!({"size": 10, "totalElements": 100, "totalPages": 10, "number": 0});
    assert_eq!(first["page"], info);
    assert!(first.get("totalPages").is_none());
    let past = api.json("/v1/subscriptions?page=99&size=30").await;
    let info = json!({"size": 30, "totalElements": 100, "totalPages": 4, "number": 99});
    assert_eq!(past, json!({"content": [], "page": info}));
    api.sandbox().estate().clear();
    let empty = api.json("/v1/companies?size=200").await;
    let info = json!({"size": 200, "totalElements": 0, "totalPages": 0, "number": 0});
    assert_eq!(empty, json!({"content": [], "page": info}));
}

#[tokio::test]
async fn a_size_out_of_range_is_refused_or_clamped() {
    let api = Api::small().await;
    for query in ["size=201", "size=0", "size=-1", "size=ten", "page=-1"] {
        let (status, body) = api.told(&format!("/v1/companies?{query}")).await;
        assert_eq!(
            (status, &body["type"]),
            (400, &json!("INVALID_PARAM")),
            "{query}"
        );
        assert_eq!(body["instance"], json!("/public/v1/companies"));
        assert_eq!(body["details"], json!([]));
    }
    let oversized_pages = OversizedPages::Clamp;
    let config = SandboxConfig {
        oversized_pages,
        ..SandboxConfig::sized(20, 300, 10)
    };
    let api = Api::start(config).await;
    let clamped = api.json("/v1/subscriptions?size=1000").await;
    assert_eq!(clamped["content"].as_array().unwrap().len(), 200);
    assert_eq!(clamped["page"]["size"], json!(200));
}

#[tokio::test]
async fn filters_and_sorts_do_what_they_say() {
    let api = Api::small().await;
    let all = api.all("/v1/subscriptions", 200).await;
    let one = all[0].clone();
    let company = one["companyId"].as_str().unwrap();
    for (name, field, value) in [
        ("companyId", "companyId", company),
        ("productId", "productId", one["productId"].as_str().unwrap()),
        ("status", "status", "Active"),
        ("billingTerm", "billingTerm", "Monthly"),
    ] {
        let rows = api
            .all(&format!("/v1/subscriptions?{name}={value}"), 200)
            .await;
        let wanted = all.iter().filter(|row| row[field] == json!(value)).count();
        assert!(wanted > 0 && rows.len() == wanted, "{name}");
        assert!(rows.iter().all(|row| row[field] == json!(value)), "{name}");
    }
    let number = |row: &Value| row["quantity"].to_string().parse::<f64>().unwrap();
    let rows = api.all("/v1/subscriptions?sort=quantity,DESC", 200).await;
    assert!(
        rows.windows(2)
            .all(|pair| number(&pair[0]) >= number(&pair[1]))
    );
    let names: Vec<_> = api.all("/v1/companies?sort=name", 200).await;
    let names: Vec<_> = names
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert!(names.is_sorted());
    let (status, body) = api.told("/v1/products?sort=vendorName").await;
    assert_eq!((status, &body["type"]), (400, &json!("INVALID_PARAM")));
    let microsoft = api
        .all("/v1/products?vendorName=microsoft&sort=vendor", 200)
        .await;
    assert!(!microsoft.is_empty());
    assert_eq!(
        api.all("/v1/products?search=premium&somethingElse=1", 200)
            .await
            .len(),
        1
    );
}

#[tokio::test]
async fn a_foreign_company_is_forbidden_and_an_empty_one_is_not() {
    let api = Api::small().await;
    let foreign = "/v1/subscriptions?companyId=11111111-2222-4333-8444-555555555555";
    let (status, body) = api.told(foreign).await;
    assert_eq!((status, &body["type"]), (403, &json!("FORBIDDEN")));
    let own = api
        .sandbox()
        .estate()
        .add_company(pax8_sandbox::NewCompany::default());
    let (status, body) = api
        .told(&format!("/v1/subscriptions?companyId={own}"))
        .await;
    assert_eq!((status, &body["content"]), (200, &json!([])));
}

#[tokio::test]
async fn a_missing_record_is_a_404_in_the_envelope() {
    let api = Api::small().await;
    let missing = "11111111-2222-4333-8444-555555555555";
    let (status, body) = api.told(&format!("/v1/companies/{missing}")).await;
    let wanted = json!({
        "type": "NOT_FOUND",
        "message": format!("Company Not Found: {missing}"),
        "instance": format!("/public/v1/companies/{missing}"),
        "status": 404,
        "details": [],
    });
    assert_eq!((status, body), (404, wanted));
    for path in ["products", "subscriptions", "invoices", "usage-summaries"] {
        assert_eq!(
            api.told(&format!("/v1/{path}/{missing}")).await.0,
            404,
            "{path}"
        );
    }
    for path in [
        "/v1/orders",
        "/v1/usage-summaries",
        "/v2/quotes",
        "/",
        "/v1/companies/",
    ] {
        let (status, body) = api.told(path).await;
        assert_eq!(
            (status, &body["type"]),
            (404, &json!("NOT_FOUND")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn every_write_is_refused_counted_and_without_effect() {
    let api = Api::small().await;
    let before = api.json("/v1/subscriptions?size=200").await;
    let subscription = format!("/v1/subscriptions/{}", id(&before["content"][0]));
    let writes = [
        ("POST", "/v1/companies", 405),
        ("PUT", subscription.as_str(), 405),
        ("DELETE", subscription.as_str(), 405),
        ("PATCH", "/v1/companies", 405),
        ("POST", "/v1/orders", 404),
        ("PUT", "/v1/token", 405),
    ];
    for (method, path, wanted) in writes {
        let url = format!("{}{path}", api.running.url());
        let request = api
            .http
            .request(method.parse().unwrap(), url)
            .bearer_auth(&api.token);
        let response = request.body("{}").send().await.unwrap();
        assert_eq!(response.status(), wanted, "{method} {path}");
    }
    assert_eq!(api.sandbox().counters().refused_writes, 6);
    assert_eq!(api.json("/v1/subscriptions?size=200").await, before);
}

#[tokio::test]
async fn the_rate_limit_counts_any_sixty_seconds() {
    let requests_per_minute = Some(5);
    let config = SandboxConfig {
        requests_per_minute,
        ..SandboxConfig::sized(3, 3, 3)
    };
    let api = Api::start(config).await;
    for _ in 0..4 {
        assert_eq!(api.get("/v1/companies").await.status(), 200);
    }
    let refused = api.get("/v1/companies").await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().get("retry-after").is_none());
    let counters = api.sandbox().counters();
    assert_eq!((counters.throttled, counters.peak_per_minute), (1, 6));
}

#[tokio::test]
async fn vendor_ids_are_told_by_the_single_record_only() {
    let api = Api::start(SandboxConfig::demo()).await;
    let listed = api.all("/v1/subscriptions", 200).await;
    assert!(listed.iter().all(|row| row.get("vendorSkuId").is_none()));
    let first = api
        .json(&format!("/v1/subscriptions/{}", id(&listed[0])))
        .await;
    assert!(first["vendorSkuId"].is_string());
    assert!(first["vendorSubscriptionId"].is_string());
}

#[tokio::test]
async fn the_two_wires_spell_the_commitment_their_own_way() {
    for (wire, there, absent) in [
        (Wire::Live, "commitment", "commitmentTerm"),
        (Wire::Spec, "commitmentTerm", "commitment"),
    ] {
        let api = Api::start(SandboxConfig {
            wire,
            ..SandboxConfig::sized(50, 400, 20)
        })
        .await;
        let rows = api.all("/v1/subscriptions", 200).await;
        assert!(rows.iter().any(|row| row[there].is_object()));
        assert!(rows.iter().all(|row| row.get(absent).is_none()));
        let shapes: HashSet<_> = rows.iter().map(|row| shape(&row["startDate"])).collect();
        assert_eq!(shapes.len(), if wire == Wire::Live { 3 } else { 1 });
    }
}

#[tokio::test]
async fn a_field_without_value_is_absent_or_null_or_empty() {
    let api = Api::start(SandboxConfig::sized(200, 0, 0)).await;
    let rows = api.all("/v1/companies", 200).await;
    let count = |wanted: Option<Value>| {
        rows.iter()
            .filter(|row| row.get("externalId") == wanted.as_ref())
            .count()
    };
    assert!(count(None) > 0, "absent");
    assert!(count(Some(Value::Null)) > 0, "null");
    assert!(count(Some(json!(""))) > 0, "empty");
    let config = SandboxConfig {
        wire: Wire::Spec,
        ..SandboxConfig::sized(200, 0, 0)
    };
    for row in Api::start(config).await.all("/v1/companies", 200).await {
        assert!(
            row.as_object()
                .unwrap()
                .values()
                .all(|value| !value.is_null())
        );
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes() {
    for path in [
        "/v1/companies",
        "/v1/products",
        "/v1/subscriptions",
        "/v1/invoices",
    ] {
        let (one, other) = (Api::small().await, Api::small().await);
        let text = async |api: &Api| api.get(path).await.bytes().await.unwrap();
        assert_eq!(text(&one).await, text(&other).await, "{path}");
    }
}

/// Digits are digits, whichever; a shape is what remains.
fn shape(date: &Value) -> String {
    date.as_str()
        .unwrap()
        .replace(|c: char| c.is_ascii_digit(), "9")
}

#[tokio::test]
async fn numbers_keep_their_digits() {
    let api = Api::small().await;
    let estate = api.sandbox().estate();
    let id = estate.subscriptions()[0].id.clone();
    estate
        .set_price(&id, "0.1000000000000000000000001".parse().unwrap())
        .unwrap();
    let text = api
        .get(&format!("/v1/subscriptions/{id}"))
        .await
        .text()
        .await
        .unwrap();
    assert!(
        text.contains("\"price\":0.1000000000000000000000001"),
        "{text}"
    );
}

#[tokio::test]
async fn invoices_add_up_and_their_items_are_paged() {
    let api = Api::start(SandboxConfig::demo()).await;
    let invoices = api.all("/v1/invoices?sort=invoiceDate,desc", 200).await;
    assert!(invoices.len() >= 15, "five months in three currencies");
    for invoice in &invoices {
        let items = api
            .all(&format!("/v1/invoices/{}/items", id(invoice)), 7)
            .await;
        let cents = |value: &Value| -> rust_decimal::Decimal { value.to_string().parse().unwrap() };
        let sum: rust_decimal::Decimal = items.iter().map(|item| cents(&item["costTotal"])).sum();
        assert_eq!(sum, cents(&invoice["total"]));
    }
    let draft = api.json("/v1/invoices/draftItems?size=200").await;
    assert!(!draft["content"].as_array().unwrap().is_empty());
    assert_eq!(
        api.told("/v1/invoices/draftItems?monthOffset=7").await.0,
        400
    );
    assert_eq!(api.told("/v1/invoices?invoiceDate=soon").await.0, 400);
}

#[tokio::test]
async fn usage_hangs_on_subscriptions_billed_in_arrears() {
    let api = Api::start(SandboxConfig::demo()).await;
    let azure = pax8_sandbox::demo::subscription_id(16);
    let summaries = api
        .all(&format!("/v1/subscriptions/{azure}/usage-summaries"), 10)
        .await;
    assert_eq!(summaries.len(), 2);
    assert!(summaries[0].get("companyId").is_none());
    let summary = format!("/v1/usage-summaries/{}", id(&summaries[0]));
    assert!(api.json(&summary).await["companyId"].is_string());
    assert_eq!(api.told(&format!("{summary}/usage-lines")).await.0, 400);
    let lines = api
        .all(&format!("{summary}/usage-lines?usageDate=2026-06-30"), 3)
        .await;
    assert_eq!(lines.len(), 4);
}
