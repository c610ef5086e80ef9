//! The people of an organization: inviting, roles, removing, and the last Owner.

use axum::http::StatusCode;
use serde_json::json;

use crate::{
    roles::id_of,
    world::{PASSWORD, on_each_engine},
};

const PATH: &str = "/api/v1/users";

#[tokio::test]
async fn s28_people_are_for_owners_and_administrators() {
    on_each_engine(async |world| {
        let list = world
            .ours
            .admin
            .get(&format!("{PATH}?limit=2"))
            .await
            .json(200);
        let emails: Vec<_> = list["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["email"])
            .collect();
        assert_eq!(emails, ["admin@ours.example", "member@ours.example"]);
        let cursor = list["next_cursor"].as_str().unwrap();
        let rest = world
            .ours
            .admin
            .get(&format!("{PATH}?cursor={cursor}"))
            .await
            .json(200);
        assert_eq!(rest["data"][0]["email"], "owner@ours.example");
        assert_eq!(rest["next_cursor"], json!(null));
        assert_eq!(
            world.ours.member.get(PATH).await.refusal(403),
            "permission_denied"
        );
        let body = json!({ "email": "x@y.example", "role": "member" });
        assert_eq!(
            world.ours.member.post(PATH, body).await.refusal(403),
            "permission_denied"
        );
    })
    .await;
}

#[tokio::test]
async fn somebody_invited_chooses_a_password_by_a_link_that_works_once() {
    on_each_engine(async |world| {
        let body = json!({ "email": "Ann@New.example", "name": "Ann", "role": "member" });
        let invited = world.ours.admin.post(PATH, body).await.json(201);
        assert_eq!(
            (&invited["email"], &invited["status"]),
            (&json!("ann@new.example"), &json!("invited"))
        );
        let url = invited["invitation"]["url"].as_str().unwrap();
        let (_, code) = url.split_once("code=").unwrap();
        let page = world
            .nobody()
            .get(&format!("/invitation?code={code}"))
            .await;
        assert!(
            page.text.contains("Ours") && page.text.contains("ann@new.example"),
            "{}",
            page.text
        );

        let form = [("code", code), ("name", "Ann Reed"), ("password", "short")];
        let refused = world.nobody().submit("/invitation", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("Ann Reed") && refused.text.contains("at least 12"));

        let form = [("code", code), ("name", "Ann Reed"), ("password", PASSWORD)];
        assert_eq!(
            world.nobody().submit("/invitation", &form).await.location(),
            "/"
        );
        assert_eq!(
            world.nobody().submit("/invitation", &form).await.status,
            StatusCode::NOT_FOUND
        );
        world.sign_in("ann@new.example").await.get("/").await.page();
        let id = id_of(&world.ours.owner, "ann@new.example").await;
        let user = world
            .ours
            .owner
            .get(&format!("{PATH}/{id}"))
            .await
            .json(200);
        assert_eq!(
            (&user["name"], &user["status"]),
            (&json!("Ann Reed"), &json!("active"))
        );
    })
    .await;
}

#[tokio::test]
async fn a_link_ends_after_a_week_and_a_new_one_ends_the_old() {
    on_each_engine(async |world| {
        let body = json!({ "email": "ann@new.example", "role": "member" });
        let invited = world.ours.admin.post(PATH, body).await.json(201);
        let path = format!("{PATH}/{}/invitation", invited["id"].as_str().unwrap());
        let renewed = world.ours.admin.post(&path, json!({})).await.json(201);
        let page = |url: &serde_json::Value| {
            let (_, code) = url.as_str().unwrap().split_once("code=").unwrap();
            format!("/invitation?code={code}")
        };
        let (old, new) = (page(&invited["invitation"]["url"]), page(&renewed["url"]));
        assert_eq!(world.nobody().get(&old).await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.nobody().get(&new).await.status, StatusCode::OK);
        world.set_now("2026-06-22T12:00:01Z");
        assert_eq!(world.nobody().get(&new).await.status, StatusCode::NOT_FOUND);
        let sign_in = [("email", "ann@new.example"), ("password", PASSWORD)];
        let refused = world.nobody().submit("/sign-in", &sign_in).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn an_account_that_exists_becomes_a_member_and_keeps_its_name_and_password() {
    on_each_engine(async |world| {
        let body = json!({ "email": "member@theirs.example", "name": "Other", "role": "admin", "password": "another password" });
        let invited = world.ours.owner.post(PATH, body.clone()).await.json(201);
        assert_eq!(invited["had_account"], true);
        assert_eq!(invited["name"], "member");
        assert_eq!(invited["invitation"], json!(null));
        world.sign_in("member@theirs.example").await.get("/").await.page();
        let refused = world.ours.owner.post(PATH, body).await.json(422);
        assert_eq!(refused["errors"][0]["field"], "email");
        let theirs = world.theirs.owner.get(PATH).await.json(200);
        assert_eq!(theirs["data"].as_array().unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_first_password_opens_at_once_and_appears_nowhere() {
    on_each_engine(async |world| {
        let body = json!({ "email": "ann@new.example", "role": "member", "password": PASSWORD });
        let answer = world.ours.owner.post(PATH, body).await;
        assert!(!answer.text.contains(PASSWORD) && !answer.text.contains("argon2"));
        assert_eq!(answer.json(201)["status"], "active");
        world.sign_in("ann@new.example").await.get("/").await.page();
        let short = json!({ "email": "bob@new.example", "role": "member", "password": "short" });
        let refused = world.ours.owner.post(PATH, short).await.json(422);
        assert_eq!(refused["errors"][0]["field"], "password");
    })
    .await;
}

#[tokio::test]
async fn the_last_owner_stays_and_only_an_owner_makes_one() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let me = format!("{PATH}/{}", id_of(owner, "owner@ours.example").await);
        let admin = format!("{PATH}/{}", id_of(owner, "admin@ours.example").await);
        assert_eq!(owner.delete(&me).await.refusal(409), "last_owner");
        assert_eq!(
            owner
                .patch(&me, json!({ "role": "admin" }))
                .await
                .refusal(409),
            "last_owner"
        );
        for change in [json!({ "role": "member" }), json!({})] {
            assert_eq!(
                world.ours.admin.patch(&me, change).await.refusal(422),
                "owners_only"
            );
        }
        assert_eq!(
            world.ours.admin.delete(&me).await.refusal(422),
            "owners_only"
        );
        let to_owner = json!({ "role": "owner" });
        assert_eq!(
            world
                .ours
                .admin
                .patch(&admin, to_owner.clone())
                .await
                .refusal(422),
            "owners_only"
        );
        owner.patch(&admin, to_owner).await.json(200);
        owner
            .patch(&me, json!({ "role": "member" }))
            .await
            .json(200);
        assert_eq!(owner.get(PATH).await.refusal(403), "permission_denied");
        assert_eq!(
            world
                .ours
                .admin
                .patch(&admin, json!({ "role": "admin" }))
                .await
                .refusal(409),
            "last_owner"
        );
    })
    .await;
}

#[tokio::test]
async fn who_is_removed_is_out_at_once() {
    on_each_engine(async |world| {
        let browser = world.sign_in("member@ours.example").await;
        let member = id_of(&world.ours.owner, "member@ours.example").await;
        let path = format!("{PATH}/{member}");
        assert_eq!(
            world.ours.admin.delete(&path).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            world.ours.member.get("/api/v1/me").await.refusal(401),
            "not_signed_in"
        );
        assert_eq!(
            browser.get("/clients").await.location(),
            "/sign-in?next=%2Fclients"
        );
        assert_eq!(world.ours.admin.get(&path).await.refusal(404), "not_found");
        let body = json!({ "email": "member@ours.example", "role": "member" });
        assert_eq!(
            world.ours.admin.post(PATH, body).await.json(201)["had_account"],
            true
        );
        world
            .sign_in("member@ours.example")
            .await
            .get("/")
            .await
            .page();
    })
    .await;
}

#[tokio::test]
async fn a_stale_change_of_a_role_is_told() {
    on_each_engine(async |world| {
        let path = format!(
            "{PATH}/{}",
            id_of(&world.ours.owner, "member@ours.example").await
        );
        let change = json!({ "role": "admin", "version": 1 });
        world
            .ours
            .owner
            .patch(&path, change.clone())
            .await
            .json(200);
        assert_eq!(
            world.ours.owner.patch(&path, change).await.refusal(409),
            "changed_meanwhile"
        );
    })
    .await;
}

#[tokio::test]
async fn i12_another_organizations_user_is_not_there() {
    on_each_engine(async |world| {
        let theirs = id_of(&world.theirs.owner, "member@theirs.example").await;
        let (owner, path) = (&world.ours.owner, format!("{PATH}/{theirs}"));
        assert_eq!(owner.get(&path).await.refusal(404), "not_found");
        assert_eq!(
            owner
                .patch(&path, json!({ "role": "admin" }))
                .await
                .refusal(404),
            "not_found"
        );
        assert_eq!(owner.delete(&path).await.refusal(404), "not_found");
        let invitation = format!("{path}/invitation");
        assert_eq!(
            owner.post(&invitation, json!({})).await.refusal(404),
            "not_found"
        );
    })
    .await;
}

#[tokio::test]
async fn somebody_is_invited_changed_and_removed_on_the_pages() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        let form = [("email", "nobody"), ("name", "Ann"), ("role", "member")];
        let refused = browser.submit("/admin/roles/invite", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("value=\"Ann\"") && refused.text.contains("not an e-mail"));
        let form = [
            ("email", "ann@new.example"),
            ("name", "Ann"),
            ("role", "member"),
        ];
        let shown = browser.submit("/admin/roles/invite", &form).await;
        assert!(shown.text.contains("/invitation?code="), "{}", shown.text);
        let list = browser.get("/admin/roles").await;
        assert!(list.text.contains("Invited") && !list.text.contains("/invitation?code="));

        let id = id_of(&world.ours.owner, "ann@new.example").await;
        let member = format!("/admin/roles/members/{id}");
        let renewed = browser.submit(&format!("{member}/invitation"), &[]).await;
        assert!(renewed.text.contains("/invitation?code="));
        let form = [("version", "1"), ("role", "admin")];
        assert_eq!(
            browser.submit(&member, &form).await.location(),
            "/admin/roles"
        );
        assert_eq!(
            browser.submit(&member, &form).await.status,
            StatusCode::CONFLICT
        );
        let remove = format!("{member}/remove");
        assert!(
            browser
                .get(&remove)
                .await
                .text
                .contains("Remove Ann from Ours?")
        );
        for (user, status) in [(&world.theirs.browser, 404_u16), (browser, 303)] {
            assert_eq!(user.submit(&remove, &[]).await.status, status);
        }
    })
    .await;
}

#[tokio::test]
async fn the_page_keeps_the_last_owner_and_says_why() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        let id = id_of(&world.ours.owner, "owner@ours.example").await;
        let page = format!("/admin/roles/members/{id}");
        let answer = browser
            .submit(&page, &[("version", "1"), ("role", "member")])
            .await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.text.contains("The last Owner cannot be made less"));
        assert_eq!(
            browser.get(&format!("{page}/remove")).await.location(),
            "/admin/roles"
        );
    })
    .await;
}
