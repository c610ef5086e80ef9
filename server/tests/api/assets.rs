//! Styles and scripts: browsers ask for each once and keep it until it is another.

use axum::http::{StatusCode, header};

use crate::world::on_each_engine;

/// The addresses of ours that a page names.
fn named(page: &str) -> Vec<String> {
    let addresses = page.split('"').filter(|it| it.starts_with("/assets/"));
    let addresses = addresses.map(|it| it.split('#').next().unwrap_or_default().to_owned());
    addresses.collect()
}

#[tokio::test]
async fn a_page_names_assets_by_addresses_that_browsers_keep_for_good() {
    on_each_engine(async |world| {
        let page = world.nobody().get("/sign-in").await.text;
        let assets = named(&page);
        assert!(assets.len() > 2, "{assets:?}");
        for asset in assets {
            let answer = world.nobody().get(&asset).await;
            assert_eq!(answer.status, StatusCode::OK, "{asset}");
            let caching = answer.headers[header::CACHE_CONTROL].to_str().unwrap();
            assert!(caching.ends_with("immutable"), "{asset}: {caching}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_asset_without_its_version_is_asked_for_again_and_sent_once() {
    on_each_engine(async |world| {
        for asset in ["/assets/app.css", "/assets/app.css?v=old"] {
            let answer = world.nobody().get(asset).await;
            assert_eq!(answer.headers[header::CACHE_CONTROL], "no-cache", "{asset}");
            let tag = answer.headers[header::ETAG].to_str().unwrap();
            let known = world.nobody().with_header("if-none-match", tag);
            let again = known.get(asset).await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED);
            assert!(again.bytes.is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn assets_and_pages_are_compressed_for_those_who_take_it() {
    on_each_engine(async |world| {
        let visitor = world.nobody().with_header("accept-encoding", "gzip");
        for address in ["/assets/app.css", "/assets/app.js", "/sign-in"] {
            let plain = world.nobody().get(address).await;
            assert!(!plain.headers.contains_key(header::CONTENT_ENCODING));
            let small = visitor.get(address).await;
            assert_eq!(small.headers[header::CONTENT_ENCODING], "gzip", "{address}");
            assert!(small.bytes.len() < plain.bytes.len() / 2, "{address}");
        }
    })
    .await;
}
