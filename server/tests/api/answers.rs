//! What is said with every answer, so that browsers and caches do nothing with it that they should not.

use axum::http::{StatusCode, header};

use crate::world::on_each_engine;

#[tokio::test]
async fn answers_of_calls_are_files_and_no_cache_keeps_them() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        for answer in [
            owner.get("/api/v1/me").await,
            owner.get("/api/v1/clients?limit=0").await,
            owner.get("/api/v1/no-such-call").await,
            owner.get("/api/v1/clients/none").await,
            owner.delete("/api/v1/me").await,
            world.nobody().get("/api/v1/me").await,
            world.nobody().get("/api/v1/openapi.json").await,
        ] {
            let (status, headers) = (answer.status, &answer.headers);
            let disposition = &headers[header::CONTENT_DISPOSITION];
            assert_eq!(disposition, "attachment; filename=\"api.json\"", "{status}");
            assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{status}");
            assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        }
        let list = owner.get("/api/v1/exports/clients.csv").await;
        let name = list.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert!(name.ends_with(".csv\""), "its own name: {name}");
    })
    .await;
}

#[tokio::test]
async fn only_assets_are_kept() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        for page in ["/", "/account", "/no-such-page", "/sign-in"] {
            let answer = browser.get(page).await;
            assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{page}");
        }
        let asset = world.nobody().get("/assets/app.js").await;
        let tag = asset.headers[header::ETAG].to_str().unwrap();
        let known = world.nobody().with_header("if-none-match", tag);
        let again = known.get("/assets/app.js").await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        assert!(!again.headers.contains_key(header::CACHE_CONTROL));
    })
    .await;
}
