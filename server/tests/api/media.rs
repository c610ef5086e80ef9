//! Bodies say what they are: what says something else, or nothing, is not read as if it had said it.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use serde_json::json;

use crate::{
    contract::conforms,
    walk::{Walk, name, of_people},
    world::{PASSWORD, User, on_each_engine},
};

const CLIENTS: &str = "/api/v1/clients";

#[tokio::test]
async fn a_body_that_does_not_say_that_it_is_json_is_refused_by_every_call() {
    on_each_engine(async |world| {
        let walk = Walk::prepare(world).await;
        let mut walked = 0;
        for call in walk.calls.iter().filter(|it| !of_people(it)) {
            let Some(body) = call.example() else {
                continue;
            };
            let method: Method = call.method.parse().unwrap();
            for kind in ["", "text/plain", "application/x-www-form-urlencoded"] {
                let path = walk.path(call);
                let body = Body::from(body.to_string());
                let owner = &world.ours.owner;
                let answer = owner.send(method.clone(), &path, kind, body).await;
                assert_eq!(
                    answer.refusal(415),
                    "unsupported_media_type",
                    "{}",
                    name(call)
                );
                let problem = answer.json(415);
                assert_eq!(answer.headers["content-type"], "application/problem+json");
                let detail = problem["detail"].as_str().unwrap();
                assert!(
                    detail.contains("Content-Type: application/json"),
                    "{detail}"
                );
                let said = json!({ "$ref": "#/components/schemas/ProblemBody" });
                conforms(&walk.document, &said, &problem).unwrap();
            }
            assert!(call.said["responses"]["415"].is_object(), "{}", name(call));
            walked += 1;
        }
        assert!(walked > 20, "{walked}");
    })
    .await;
}

#[tokio::test]
async fn a_body_of_a_format_made_of_json_is_read_and_one_left_out_says_nothing() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let kind = "Application/merge-patch+json; charset=utf-8";
        let body = Body::from(json!({ "name": "Lakeside" }).to_string());
        let made = owner
            .send(Method::POST, CLIENTS, kind, body)
            .await
            .json(201);
        let path = format!("{CLIENTS}/{}", made["id"].as_str().unwrap());
        let left_out = owner.send(Method::PATCH, &path, "", Body::empty()).await;
        assert_eq!(left_out.json(200)["name"], "Lakeside");
        owner.delete(&path).await.json(200);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_free_again_after_a_body_of_the_wrong_kind() {
    on_each_engine(async |world| {
        let owner = world.ours.owner.with_header("Idempotency-Key", "once");
        let body = json!({ "name": "Lakeside" });
        let text = Body::from(body.to_string());
        let refused = owner.send(Method::POST, CLIENTS, "text/plain", text).await;
        assert_eq!(refused.refusal(415), "unsupported_media_type");
        owner.post(CLIENTS, body).await.json(201);
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_not_sent_as_one_is_refused() {
    on_each_engine(async |world| {
        let form = format!("email=owner@ours.example&password={PASSWORD}&name=Other");
        let send = async |who: &User, path: &str, kind: &str| {
            let form = Body::from(form.clone());
            who.send(Method::POST, path, kind, form).await
        };
        let nobody = world.nobody();
        let browser = &world.ours.browser;
        for kind in ["", "text/plain", "application/json"] {
            for (who, path) in [
                (&nobody, "/sign-in"),
                (&nobody, "/sign-in/code"),
                (&nobody, "/sign-in/password"),
                (&nobody, "/invitation"),
                (browser, "/account/name"),
                (browser, "/account/password"),
            ] {
                let refused = send(who, path, kind).await;
                assert_eq!(
                    refused.status,
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "{path} {kind}"
                );
                assert!(refused.text.contains("Open the page in Ascent"), "{path}");
                assert!(refused.cookie("ascent_session").is_none());
            }
        }
        let account = browser.get("/account").await.text;
        assert!(!account.contains("value=\"Other\""));
    })
    .await;
}
