//! The organization's logo: taken, shown, printed, removed; nothing that is no picture gets in.

use ascent::recurring::RecurringDetails;
use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use serde_json::json;

use crate::{
    billing::books::{Books, monthly},
    world::{Answer, User, on_each_engine},
};

const PATH: &str = "/api/v1/organization/logo";
const PAGE: &str = "/admin/settings";
const UPLOAD: &str = "/admin/settings/logo";

/// 360 × 120 pixels, and a word on where it was taken.
const JPEG: &[u8] = include_bytes!("../../../crates/invoice-pdf/tests/pictures/logo.jpg");
/// One grey pixel.
pub const DOT: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55\x00\x00\x00\x0a\x49\x44\x41\x54\x78\x9c\x63\x70\x00\x00\x00\x42\x00\x41\x29\x37\xf4\xef\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";
/// The head of a picture of 1 × 100000 pixels.
const TALL: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x01\x86\xa0\x01\x00\x00\x00\x00\xc2\x42\xe4\x39";
const SVG: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
const HTML: &[u8] = b"<!doctype html><script>alert(1)</script>";

/// Sends a file as the logo.
pub async fn put(who: &User, file: &[u8]) -> Answer {
    let body = Body::from(file.to_vec());
    who.send(Method::PUT, PATH, "image/png", body).await
}

#[tokio::test]
async fn a_logo_is_put_shown_to_its_organization_alone_and_removed() {
    on_each_engine(async |world| {
        let (ours, theirs) = (&world.ours.owner, &world.theirs.owner);
        assert_eq!(ours.get(PATH).await.refusal(404), "not_found");
        let kept = put(ours, JPEG).await.json(200);
        assert_eq!(kept, json!({ "width": 360, "height": 120 }));
        assert_eq!(theirs.get(PATH).await.refusal(404), "not_found");
        put(theirs, DOT).await.json(200);
        let (our_logo, their_logo) = (ours.get(PATH).await, theirs.get(PATH).await);
        assert_ne!(our_logo.bytes, their_logo.bytes);
        for logo in [&our_logo, &their_logo] {
            assert!(logo.bytes.starts_with(b"\x89PNG"));
            assert_eq!(logo.headers[header::CONTENT_TYPE], "image/png");
            assert_eq!(logo.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
            let policy = logo.headers[header::CONTENT_SECURITY_POLICY].to_str();
            assert!(policy.unwrap().starts_with("default-src 'none'"));
        }
        assert!(JPEG.windows(5).any(|part| part == b"taken"));
        assert!(!our_logo.bytes.windows(5).any(|part| part == b"taken"));
        let gone = ours.delete(PATH).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        assert_eq!(ours.get(PATH).await.refusal(404), "not_found");
        assert_eq!(ours.delete(PATH).await.refusal(404), "not_found");
        assert_eq!(theirs.get(PATH).await.bytes, their_logo.bytes);
        for (action, count) in [("logo_changed", 1), ("logo_removed", 1)] {
            let path = format!("/api/v1/audit-events?action=organization.{action}");
            let events = ours.get(&path).await.json(200);
            assert_eq!(events["data"].as_array().unwrap().len(), count, "{action}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_logo_is_changed_by_who_manages_the_settings() {
    on_each_engine(async |world| {
        put(&world.ours.admin, JPEG).await.json(200);
        let member = &world.ours.member;
        assert_eq!(put(member, DOT).await.refusal(403), "permission_denied");
        let refused = member.delete(PATH).await.refusal(403);
        assert_eq!(refused, "permission_denied");
        assert_eq!(member.get(PATH).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_picture_is_refused_with_a_word_whatever_it_is_called() {
    on_each_engine(async |world| {
        let (owner, browser) = (&world.ours.owner, &world.ours.browser);
        put(owner, DOT).await.json(200);
        let before = owner.get(PATH).await.bytes;
        let mut large = JPEG.to_vec();
        large.resize(2_000_000, 0);
        for (file, word) in [
            (SVG, "no PNG or JPEG"),
            (HTML, "no PNG or JPEG"),
            (b"", "first"),
            (TALL, "1 × 100000 pixels"),
            (&DOT[..DOT.len() - 20], "damaged"),
            (&JPEG[..JPEG.len() / 2], "damaged"),
            (&large, "larger than 1 MB"),
        ] {
            let problem = put(owner, file).await.json(422);
            assert_eq!(problem["errors"][0]["field"], "logo");
            let message = problem["errors"][0]["message"].as_str().unwrap();
            assert!(message.contains(word), "{message}");
            let page = browser.upload(UPLOAD, "logo.png", file).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            let page = scraper::Html::parse_document(&page.text);
            let error = scraper::Selector::parse("#logo-error").unwrap();
            let told: String = page.select(&error).next().unwrap().text().collect();
            assert_eq!(told.trim(), message);
        }
        assert_eq!(owner.get(PATH).await.bytes, before, "nothing was changed");
    })
    .await;
}

#[tokio::test]
async fn the_page_takes_shows_and_removes_the_logo() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        let shown = format!("src=\"{PATH}\"");
        assert!(!browser.get(PAGE).await.text.contains(&shown));
        let saved = browser.upload(UPLOAD, "logo.jpg", JPEG).await;
        assert_eq!(saved.location(), PAGE);
        assert!(browser.get(PAGE).await.text.contains(&shown));
        let remove = format!("{UPLOAD}/remove");
        let question = browser.get(&remove).await;
        assert!(question.text.contains("Remove the logo?"));
        assert_eq!(browser.submit(&remove, &[]).await.location(), PAGE);
        assert!(!browser.get(PAGE).await.text.contains(&shown));
        assert_eq!(browser.get(&remove).await.location(), PAGE);
    })
    .await;
}

#[tokio::test]
async fn a_forged_upload_is_refused() {
    on_each_engine(async |world| {
        let body = "--part\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nx\r\n--part--\r\n";
        let kind = "multipart/form-data; boundary=part";
        let send = async |user: &User, kind, body: &'static str| {
            user.send(Method::POST, UPLOAD, kind, Body::from(body)).await
        };
        let forged = send(&world.ours.browser, kind, body).await;
        assert_eq!(forged.status, StatusCode::CONFLICT);
        assert!(forged.text.contains("out of date"));
        for (kind, body) in [("text/plain", "x"), (kind, "--part\r\nno end")] {
            let unreadable = send(&world.ours.browser, kind, body).await;
            assert_eq!(unreadable.status, StatusCode::BAD_REQUEST, "{body}");
        }
        assert_eq!(world.ours.owner.get(PATH).await.refusal(404), "not_found");
    })
    .await;
}

#[tokio::test]
async fn a_draft_has_the_present_logo_and_an_issued_invoice_keeps_its_own() {
    on_each_engine(async |world| {
        let books = Books::ours(world);
        let client = books.client("Harbor Dental").await;
        let reviewed = RecurringDetails {
            review_first: true,
            ..monthly()
        };
        books.recurring(&client, reviewed).await;
        books.run("2026-06-01").await;
        let id = books.invoices().await[0]["id"].clone();
        let paper = format!("/api/v1/invoices/{}.pdf", id.as_str().unwrap());
        let owner = &world.ours.owner;
        let shows = |bytes: &[u8], mark: &[u8]| bytes.windows(mark.len()).any(|part| part == mark);
        let has_picture = |bytes: &[u8]| shows(bytes, b"/Subtype/Image");
        assert!(!has_picture(&owner.get(&paper).await.bytes));
        put(&world.theirs.owner, DOT).await.json(200);
        assert!(!has_picture(&owner.get(&paper).await.bytes));
        put(owner, JPEG).await.json(200);
        let drawn = owner.get(&paper).await.bytes;
        assert!(has_picture(&drawn));
        assert_eq!(owner.get(&paper).await.bytes, drawn);
        owner
            .post(&paper.replace(".pdf", "/issue"), json!({}))
            .await
            .json(200);
        // It is printed when it is first asked for, with what was true when it was issued.
        put(owner, DOT).await.json(200);
        let issued = owner.get(&paper).await.bytes;
        assert!(shows(&issued, b"/Width 360"), "the logo of its day");
        owner.delete(PATH).await;
        assert!(owner.get(&paper).await.bytes == issued);
        put(owner, DOT).await.json(200);
        put(owner, JPEG).await.json(200);
        assert!(owner.get(&paper).await.bytes == issued);
    })
    .await;
}
