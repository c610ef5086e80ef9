//! The people of an organization: inviting, roles, removing, and the last Owner.

use axum::http::StatusCode;
use serde_json::json;

use crate::{
    client_pages::{attribute, texts},
    invitations::join,
    roles::{id_of, restrict_admin},
    second_factor::protect,
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
async fn nobody_changes_or_removes_somebody_who_may_do_more() {
    on_each_engine(async |world| {
        let strong =
            json!({ "email": "strong@ours.example", "role": "admin", "password": PASSWORD });
        let strong = world.ours.owner.post(PATH, strong).await.json(201);
        let strong = strong["id"].as_str().unwrap();
        restrict_admin(world, &["roles.manage", "clients.manage"]).await;
        let (admin, path) = (&world.ours.admin, format!("{PATH}/{strong}"));
        let weaker = json!({ "role": "member", "custom_role_id": null });
        for refused in [
            admin.patch(&path, json!({})).await,
            admin.patch(&path, weaker).await,
            admin.delete(&path).await,
        ] {
            assert_eq!(refused.refusal(422), "beyond_own_rights");
            assert!(refused.text.contains("which you do not have"));
        }

        let browser = world.sign_in("admin@ours.example").await;
        let list = browser.get("/admin/roles").await.text;
        let member = id_of(admin, "member@ours.example").await;
        assert!(!list.contains(&format!("/members/{strong}")), "{list}");
        assert!(
            !list.contains(&format!("/members/{member}")),
            "they may bill"
        );
        let own = id_of(admin, "admin@ours.example").await;
        assert!(list.contains(&format!("/members/{own}")));
        let page = format!("/admin/roles/members/{strong}");
        for form in [page.clone(), format!("{page}/remove")] {
            let answer = browser.submit(&form, &[("role", "member")]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        }
        let user = world.ours.owner.get(&path).await.json(200);
        assert_eq!(user["role"], "admin");
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
        let invited = world.ours.admin.post(PATH, body).await.json(201);
        let form = [("name", "Member"), ("password", "seven lamps in a tunnel")];
        join(world, &invited, &form).await.get("/").await.page();
    })
    .await;
}

#[tokio::test]
async fn an_account_goes_with_its_last_organization_and_not_before() {
    on_each_engine(async |world| {
        let email = "member@ours.example";
        protect(world, email).await;
        let body = json!({ "email": email, "role": "member" });
        let there = &world.theirs.owner;
        let invited = there.post(PATH, body.clone()).await.json(201);
        assert_eq!(invited["had_account"], true);
        let member = invited["id"].as_str().unwrap();
        let path = format!("{PATH}/{member}");
        let removed = world.ours.owner.delete(&path).await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT);
        let told = there.get(&path).await.json(200);
        assert_eq!(told["email"], email, "they are still invited there");
        assert_eq!(there.delete(&path).await.status, StatusCode::NO_CONTENT);
        let anew = there.post(PATH, body).await.json(201);
        assert_eq!(anew["had_account"], false);
        assert_ne!(anew["id"], member);
        let log = there.get("/api/v1/audit-events").await;
        assert!(log.text.contains(email), "what was done stays");
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
                .contains("Withdraw the invitation of Ann?")
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

#[tokio::test]
async fn members_are_found_by_name_and_address_in_any_letters() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        for number in 0..60 {
            let body = json!({ "email": format!("tech{number:02}@ours.example"), "name": "Ärztin Öz", "role": "member" });
            owner.post(PATH, body).await.json(201);
        }
        let found = async |q: &str| {
            let list = owner.get(&format!("{PATH}?q={q}&limit=200")).await.json(200);
            list["data"].as_array().unwrap().len()
        };
        assert_eq!(found("%C3%A4RZTIN").await, 60);
        assert_eq!(found("tech07@").await, 1);
        assert_eq!(found("%25").await, 0, "a wildcard is a letter");

        let browser = &world.ours.browser;
        let page = browser.get("/admin/roles?q=tech").await.page();
        assert_eq!(texts(&page, "#list tbody tr").len(), 50);
        let next = attribute(&page, ".pager a", "href");
        assert!(next.contains("q=tech"), "{next}");
        let page = browser.get(&next).await.page();
        assert_eq!(texts(&page, "#list tbody tr").len(), 10);
        let part = browser.script().get("/admin/roles?q=nobody-at-all").await;
        assert!(part.text.trim_start().starts_with("<div id=\"list\">"));
        assert!(part.text.contains("Nobody matches"));
    })
    .await;
}
