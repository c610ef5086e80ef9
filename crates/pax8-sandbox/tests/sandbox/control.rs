//! The control API does what the library does.

use crate::support::{Api, json_of};
use serde_json::{Value, json};

#[tokio::test]
async fn faults_are_ordered_and_taken_back() {
    let api = Api::small().await;
    let orders = json!([
        {"what": "cut_body", "place": "companies", "page": 3},
        {"what": {"too_many_requests": {"retry_after": {"seconds": 2}}}, "skip": 1,
         "repeat": {"times": 2}},
        {"what": {"page_drift": "insert"}, "place": "products", "repeat": "always"},
    ]);
    assert_eq!(api.post("/_sandbox/faults", &orders).await.status(), 204);
    assert_eq!(api.sandbox().faults().waiting().len(), 3);
    assert_eq!(api.get("/v1/companies").await.status(), 200);
    let refused = api.get("/v1/companies").await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "2");
    let url = format!("{}/_sandbox/faults", api.running.url());
    assert_eq!(api.http.delete(url).send().await.unwrap().status(), 204);
    assert_eq!(api.get("/v1/companies").await.status(), 200);
    let wrong = api.post("/_sandbox/faults", &json!({"what": "rain"})).await;
    assert_eq!(wrong.status(), 400);
    assert!(json_of(wrong).await["error"].is_string());
}

#[tokio::test]
async fn the_state_tells_sizes_clock_and_counters() {
    let api = Api::small().await;
    api.get("/v1/companies").await;
    let state = api.json("/_sandbox/state").await;
    assert_eq!(state["companies"], json!(20));
    assert_eq!(state["subscriptions"], json!(100));
    assert_eq!(state["products"], json!(10));
    assert_eq!(state["now"], json!("2026-07-01T12:00:00Z"));
    assert_eq!(state["wire"], json!("live"));
    assert_eq!(
        state["counters"]["by_place"],
        json!({"companies": 1, "token": 1})
    );
    assert_eq!(state["counters"]["peak_per_minute"], json!(2));
}

#[tokio::test]
async fn the_clock_moves_and_the_estate_changes() {
    let api = Api::small().await;
    let now = json_of(
        api.post("/_sandbox/clock", &json!({"advance": "P1M"}))
            .await,
    )
    .await;
    assert_eq!(now, json!({"now": "2026-08-01T12:00:00Z"}));
    let set = json!({"set": "2027-01-01T00:00:00Z"});
    assert_eq!(api.post("/_sandbox/clock", &set).await.status(), 200);

    let subscription = api.sandbox().estate().subscriptions()[0].id.clone();
    let changes = json!([
        {"set_quantity": {"subscription": subscription, "quantity": "12.5"}},
        {"cancel": {"subscription": subscription, "end": "2027-02-01"}},
        {"add_company": {"name": "Through the door"}},
        {"add_subscription": {"company": "c", "product": "p", "price": "1.25",
                              "commitment": ["1-Year", "2028-01-01"]}},
    ]);
    let ids = json_of(api.post("/_sandbox/estate", &changes).await).await;
    let ids = ids["ids"].as_array().unwrap().clone();
    assert_eq!(ids[0], Value::from(subscription.as_str()));
    let row = api.json(&format!("/v1/subscriptions/{subscription}")).await;
    assert_eq!(row["quantity"].to_string(), "12.5");
    assert_eq!(row["status"], json!("PendingCancel"));
    let company = api
        .json(&format!("/v1/companies/{}", ids[2].as_str().unwrap()))
        .await;
    assert_eq!(company["name"], json!("Through the door"));

    let unknown = json!({"remove_company": {"company": "nobody"}});
    assert_eq!(api.post("/_sandbox/estate", &unknown).await.status(), 404);
    assert_eq!(
        api.post("/_sandbox/estate", &json!("clear")).await.status(),
        200
    );
    assert!(api.sandbox().estate().companies().is_empty());
    assert_eq!(api.post("/_sandbox/reset", &json!({})).await.status(), 204);
    assert_eq!(api.sandbox().estate().companies().len(), 20);
    assert_eq!(api.sandbox().now().to_string(), "2026-07-01T12:00:00Z");
}

#[tokio::test]
async fn tokens_are_revoked_and_nothing_listens_after_the_end() {
    let api = Api::small().await;
    let url = format!("{}/_sandbox/tokens", api.running.url());
    assert_eq!(api.http.delete(url).send().await.unwrap().status(), 204);
    assert_eq!(api.get("/v1/companies").await.status(), 401);
    let request = api.request("/v1/companies");
    api.running.shutdown().await.unwrap();
    assert!(request.send().await.is_err());
}
