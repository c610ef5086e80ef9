//! The API as its document describes it: complete, consistent, and nothing that writes to Pax8.

use serde_json::Value;

use crate::world::{World, on_each_engine};

pub async fn document(world: &World) -> Value {
    world.nobody().get("/api/v1/openapi.json").await.json(200)
}

/// Every call of the document: method, path, description.
pub fn calls(document: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, call) in item.as_object().unwrap() {
            found.push((method.to_uppercase(), path.clone(), call.clone()));
        }
    }
    found
}

#[tokio::test]
async fn s12_s13_no_call_makes_changes_or_cancels_a_subscription() {
    on_each_engine(async |world| {
        let document = document(world).await;
        let calls = calls(&document);
        let mut writes: Vec<String> = calls
            .iter()
            .filter(|(method, path, _)| method != "GET" && path.contains("pax8"))
            .map(|(method, path, _)| {
                let (_, path) = path.split_once("/integrations/pax8").unwrap();
                format!("{method} {path}")
            })
            .collect();
        writes.sort();
        // Credentials, syncs, and decisions of ours; what Pax8 says is nowhere among them.
        assert_eq!(
            writes,
            [
                "DELETE ",
                "DELETE /companies/{id}/mapping",
                "POST /credential-tests",
                "POST /syncs",
                "PUT ",
                "PUT /companies/{id}/mapping",
                "PUT /subscriptions/{id}/billing",
            ]
        );
    })
    .await;
}
