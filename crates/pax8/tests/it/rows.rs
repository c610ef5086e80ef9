//! Rows as Pax8 really writes them.

use pax8::{Client, Company, FieldProblem, Subscription};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use wiremock::{MockServer, ResponseTemplate};

use crate::support::*;

async fn served(at: &str, body: &str) -> (MockServer, Client) {
    let server = server().await;
    let answer = ResponseTemplate::new(200).set_body_raw(body.to_owned(), "application/json");
    on_get(&server, at, answer).await;
    let client = client(&server);
    (server, client)
}

async fn subscription(body: &str) -> Subscription {
    let (_server, client) = served("/v1/subscriptions/s1", body).await;
    client.subscription("s1").await.unwrap().unwrap()
}

async fn company(body: Value) -> Company {
    let (_server, client) = served("/v1/companies/c1", &body.to_string()).await;
    client.company("c1").await.unwrap().unwrap()
}

fn exact(text: &str) -> Option<Decimal> {
    Some(text.parse().unwrap())
}

#[tokio::test]
async fn a_subscription_as_sent() {
    let read = subscription(
        r#"{"id":"s1","companyId":"c1","productId":"p1","productName":" Business Suite ",
            "quantity":18,"startDate":"2025-03-14T00:00:00.000-0600","createdDate":"2025-03-13",
            "updatedDate":"2026-02-02T09:15:03.220-0700","billingStart":"2025-03-14T23:00:00.000-0600",
            "status":"Active","price":22.0,"partnerCost":18.480000000000000001,"currencyCode":"USD",
            "billingTerm":"Monthly","somethingNew":{"a":[1]},
            "commitment":{"id":"m1","term":"1-Year","endDate":"2027-03-13"},
            "commitmentTerm":{"id":"other","term":"3-Year"}}"#,
    )
    .await;
    assert_eq!(read.product_name.as_deref(), Some("Business Suite"));
    assert_eq!(read.quantity, exact("18"));
    assert_eq!(read.price, exact("22"));
    assert_eq!(read.partner_cost, exact("18.480000000000000001"));
    let start = read.start_date.unwrap();
    assert_eq!(start.timestamp().to_string(), "2025-03-14T06:00:00Z");
    assert_eq!(start.written(), "2025-03-14T00:00:00.000-0600");
    assert!(read.created_date.unwrap().is_bare_date());
    assert_eq!(read.billing_start.unwrap().date().to_string(), "2025-03-14");
    let commitment = read.commitment.unwrap();
    assert_eq!(commitment.term.as_deref(), Some("1-Year"));
    assert_eq!(
        commitment.end_date.unwrap().date().to_string(),
        "2027-03-13"
    );
    assert_eq!(read.end_date, None);
    assert!(read.warnings.is_empty());
}

#[tokio::test]
async fn the_documented_name_of_the_commitment_is_read_too() {
    for (body, term) in [
        (
            r#"{"id":"s1","commitmentTerm":{"term":"3-Year"}}"#,
            Some("3-Year"),
        ),
        (
            r#"{"id":"s1","commitment":null,"commitmentTerm":{"term":"3-Year"}}"#,
            Some("3-Year"),
        ),
        (
            r#"{"id":"s1","commitment":{},"commitmentTerm":"1-Year"}"#,
            Some("1-Year"),
        ),
        (
            r#"{"id":"s1","commitment":{"term":"","endDate":null}}"#,
            None,
        ),
        (r#"{"id":"s1","commitment":null}"#, None),
        (r#"{"id":"s1"}"#, None),
    ] {
        let read = subscription(body).await;
        assert_eq!(
            read.commitment
                .and_then(|commitment| commitment.term)
                .as_deref(),
            term,
            "{body}"
        );
        assert!(read.warnings.is_empty(), "{body}");
    }
}

#[tokio::test]
async fn absent_null_and_empty_are_unknown_and_zero_is_zero() {
    for nothing in ["null", "\"\"", "\"  \""] {
        let read = subscription(&format!(
            r#"{{"id":"s1","quantity":{nothing},"price":{nothing},"partnerCost":{nothing},
                "status":{nothing},"endDate":{nothing},"billingStart":{nothing},"commitment":{nothing}}}"#
        ))
        .await;
        let bare = subscription(r#"{"id":"s1"}"#).await;
        assert_eq!(read, bare);
        assert_eq!(
            (read.quantity, read.price, read.partner_cost),
            (None, None, None)
        );
    }
    let zero = subscription(r#"{"id":"s1","quantity":0,"price":0.00,"partnerCost":"0"}"#).await;
    assert_eq!(
        (zero.quantity, zero.price, zero.partner_cost),
        (exact("0"), exact("0"), exact("0"))
    );
}

#[tokio::test]
async fn an_odd_field_costs_itself_and_not_its_row() {
    let read = subscription(
        r#"{"id":"s1","quantity":"12","price":"19.99","partnerCost":1e40,"startDate":"next week",
            "endDate":1741910400,"status":["Active"],"billingTerm":7,"currencyCode":"USD",
            "commitment":["1-Year"]}"#,
    )
    .await;
    assert_eq!((read.quantity, read.price), (exact("12"), exact("19.99")));
    assert_eq!(
        (read.partner_cost, read.start_date, read.end_date),
        (None, None, None)
    );
    assert_eq!(
        (read.status.as_deref(), read.billing_term.as_deref()),
        (None, Some("7"))
    );
    assert_eq!(read.currency_code.as_deref(), Some("USD"));
    let warned: Vec<_> = read
        .warnings
        .iter()
        .map(|warning| (warning.field, warning.problem))
        .collect();
    assert_eq!(
        warned,
        [
            ("startDate", FieldProblem::NotADate),
            ("endDate", FieldProblem::NotADate),
            ("status", FieldProblem::NotText),
            ("partnerCost", FieldProblem::TooManyDigits),
            ("commitment", FieldProblem::NotAnObject),
        ]
    );
    let shown = read.warnings[3].to_string();
    assert_eq!(
        shown,
        "partnerCost has more digits than can be kept exactly (“1e40”)"
    );
}

#[tokio::test]
async fn of_two_fields_of_one_name_the_later_counts_and_half_a_character_is_no_text() {
    let read = subscription(
        r#"{"id":"s0","id":"s1","status":"Active","status":"Trial","productName":"\ud83d",
            "billingTerm":"2\u002dYear"}"#,
    )
    .await;
    assert_eq!(read.status.as_deref(), Some("Trial"));
    assert_eq!(read.billing_term.as_deref(), Some("2-Year"));
    assert_eq!(read.product_name, None);
    assert_eq!(read.warnings[0].problem, FieldProblem::NotText);
}

#[test]
fn a_row_in_json_is_read_as_the_client_reads_it() {
    let read: Vec<Subscription> =
        serde_json::from_str(r#"[{"id":"s1","quantity":"12","price":null}]"#).unwrap();
    assert_eq!((read[0].quantity, read[0].price), (exact("12"), None));
    assert!(serde_json::from_str::<Subscription>(r#"{"id":" "}"#).is_err());
}

#[tokio::test]
async fn unknown_words_are_kept_as_they_are() {
    let read = subscription(r#"{"id":"s1","status":"Hibernating","billingTerm":"5-Year"}"#).await;
    assert_eq!(read.status.as_deref(), Some("Hibernating"));
    assert_eq!(read.billing_term.as_deref(), Some("5-Year"));
}

#[tokio::test]
async fn a_company_as_sent() {
    let read = company(json!({
        "id": "c1", "name": "  Käse & \"Söhne\"\t<b>\u{0000} ", "website": "vfc.example.com", "phone": "",
        "externalId": " A-7 ", "billOnBehalfOfEnabled": true, "selfServiceAllowed": null,
        "orderApprovalRequired": "false", "status": "Inactive",
        "address": {"street": "1 Main St", "street2": "", "stateOrProvince": "CO", "postalCode": 80202},
        "updatedDate": "2023-08-11T11:33:12.314-0600",
    }))
    .await;
    assert_eq!(read.name.as_deref(), Some("Käse & \"Söhne\"\t<b>"));
    assert_eq!(
        (read.phone, read.external_id.as_deref()),
        (None, Some("A-7"))
    );
    assert_eq!(read.bill_on_behalf_of_enabled, Some(true));
    assert_eq!(
        (read.self_service_allowed, read.order_approval_required),
        (None, Some(false))
    );
    assert_eq!(read.address.street.as_deref(), Some("1 Main St"));
    assert_eq!((read.address.street2, read.address.city), (None, None));
    assert_eq!(read.address.postal_code.as_deref(), Some("80202"));
    assert!(read.warnings.is_empty(), "{:?}", read.warnings);
}

#[tokio::test]
async fn a_company_may_have_nothing_but_an_id() {
    let read = company(json!({"id": "c1", "address": "1 Main St", "selfServiceAllowed": 1})).await;
    assert_eq!(read.name, None);
    assert_eq!(read.address, pax8::Address::default());
    let warned: Vec<_> = read
        .warnings
        .iter()
        .map(|warning| warning.problem)
        .collect();
    assert_eq!(
        warned,
        [FieldProblem::NotAnObject, FieldProblem::NotTrueOrFalse]
    );
}

#[tokio::test]
async fn a_product_keeps_every_shape_of_a_vendor_sku() {
    for sku in ["CFQ7TTC0LH18:0001", r#"{"productId":"CFQ7","skuId":1}"#] {
        let body = json!({"id": "p1", "vendorSku": sku, "shortDescription": null, "requiresCommitment": true});
        let (_server, client) = served("/v1/products/p1", &body.to_string()).await;
        let read = client.product("p1").await.unwrap().unwrap();
        assert_eq!(read.vendor_sku.as_deref(), Some(sku));
        assert_eq!(read.requires_commitment, Some(true));
    }
}

#[tokio::test]
async fn an_invoice_and_its_items_as_sent() {
    let invoice =
        json!({"id": "i1", "invoiceDate": "2026-03-04", "status": "Unpaid", "total": 86.456});
    let (_server, client) =
        served("/v1/invoices", &page(vec![invoice], 0, 200, 1).to_string()).await;
    let read = client
        .list_invoices(None)
        .complete(|_, _| {})
        .await
        .unwrap();
    assert_eq!(read.rows()[0].total, exact("86.456"));
    assert_eq!(
        read.rows()[0].invoice_date.as_ref().unwrap().to_string(),
        "2026-03-04"
    );

    let item = json!({"type": "prorate", "startPeriod": "2026-03-04", "quantity": -2, "cost": 1.692,
        "term": "3 Year", "subscriptionId": null, "billedByPax8": false, "amountDue": "-3.38"});
    let (_server, client) = served(
        "/v1/invoices/i1/items",
        &page(vec![item], 0, 200, 1).to_string(),
    )
    .await;
    let items = client
        .invoice_items("i1")
        .unwrap()
        .complete(|_, _| {})
        .await
        .unwrap();
    let read = &items.rows()[0];
    assert_eq!(
        (read.quantity, read.cost, read.amount_due),
        (exact("-2"), exact("1.692"), exact("-3.38"))
    );
    assert_eq!(
        (read.id.as_deref(), read.subscription_id.as_deref()),
        (None, None)
    );
}
