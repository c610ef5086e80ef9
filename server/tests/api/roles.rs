//! Custom roles: what they replace, and what nobody can give away.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{User, World, on_each_engine};

const PATH: &str = "/api/v1/roles";

pub async fn role(user: &User, name: &str, permissions: &[&str]) -> Value {
    let body = json!({ "name": name, "permissions": permissions });
    user.post(PATH, body).await.json(201)
}

/// The id of the user with an address.
pub async fn id_of(user: &User, email: &str) -> String {
    let list = user.get("/api/v1/users").await.json(200);
    let users = list["data"].as_array().unwrap();
    let found = users.iter().find(|it| it["email"] == email);
    found.expect("the user is listed")["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Gives a custom role to the administrator of ours.
pub async fn restrict_admin(world: &World, permissions: &[&str]) -> Value {
    let role = role(&world.ours.owner, "Restricted", permissions).await;
    let admin = id_of(&world.ours.owner, "admin@ours.example").await;
    let change = json!({ "custom_role_id": role["id"] });
    let path = format!("/api/v1/users/{admin}");
    world.ours.owner.patch(&path, change).await.json(200);
    role
}

#[tokio::test]
async fn d30_system_roles_come_first_with_what_they_allow() {
    on_each_engine(async |world| {
        role(&world.ours.owner, "Billing clerk", &["billing.manage"]).await;
        let list = world.ours.owner.get(PATH).await.json(200);
        let roles = list["data"].as_array().unwrap();
        let names: Vec<_> = roles
            .iter()
            .map(|role| role["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["Owner", "Admin", "Member", "Billing clerk"]);
        assert_eq!(roles[0]["member_count"], 1);
        assert_eq!(
            roles[2]["permissions"],
            json!(["clients.manage", "billing.manage"])
        );
        assert_eq!(roles[3]["permissions"], json!(["billing.manage"]));
        let theirs = world.theirs.owner.get(PATH).await.json(200);
        assert_eq!(theirs["data"].as_array().unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn d30_a_custom_role_replaces_what_the_role_allows() {
    on_each_engine(async |world| {
        let role = restrict_admin(world, &["settings.manage"]).await;
        let me = world.ours.admin.get("/api/v1/me").await.json(200);
        assert_eq!(me["permissions"], json!(["settings.manage"]));
        assert_eq!(me["custom_role"], "Restricted");
        assert_eq!(
            world.ours.admin.get(PATH).await.refusal(403),
            "permission_denied"
        );
        let path = format!("{PATH}/{}", role["id"].as_str().unwrap());
        let change = json!({ "permissions": ["roles.manage"], "version": 1 });
        world
            .ours
            .owner
            .patch(&path, change.clone())
            .await
            .json(200);
        world.ours.admin.get(PATH).await.json(200);
        assert_eq!(
            world.ours.owner.patch(&path, change).await.refusal(409),
            "changed_meanwhile"
        );
    })
    .await;
}

#[tokio::test]
async fn a_role_in_use_stays_and_says_how_many_have_it() {
    on_each_engine(async |world| {
        let role = restrict_admin(world, &["settings.manage"]).await;
        let path = format!("{PATH}/{}", role["id"].as_str().unwrap());
        let refused = world.ours.owner.delete(&path).await.json(409);
        assert_eq!(refused["code"], "role_in_use");
        assert!(refused["detail"].as_str().unwrap().starts_with("1 member"));
        let admin = id_of(&world.ours.owner, "admin@ours.example").await;
        let change = json!({ "custom_role_id": null });
        let user = format!("/api/v1/users/{admin}");
        world.ours.owner.patch(&user, change).await.json(200);
        assert_eq!(world.ours.owner.delete(&path).await.status, 204);
        assert_eq!(world.ours.owner.get(&path).await.refusal(404), "not_found");
    })
    .await;
}

#[tokio::test]
async fn nobody_gives_a_right_that_they_lack_nor_raises_themselves() {
    on_each_engine(async |world| {
        let own = restrict_admin(world, &["roles.manage", "billing.manage"]).await;
        let admin = &world.ours.admin;
        role(admin, "Within", &["billing.manage"]).await;
        let beyond = json!({ "name": "Beyond", "permissions": ["settings.manage"] });
        assert_eq!(
            admin.post(PATH, beyond).await.refusal(422),
            "beyond_own_rights"
        );

        let path = format!("{PATH}/{}", own["id"].as_str().unwrap());
        let raise = json!({ "permissions": ["roles.manage", "settings.manage"] });
        assert_eq!(
            admin.patch(&path, raise).await.refusal(422),
            "beyond_own_rights"
        );

        let me = id_of(admin, "admin@ours.example").await;
        let member = id_of(admin, "member@ours.example").await;
        for (user, change, code) in [
            (&me, json!({ "custom_role_id": null }), "beyond_own_rights"),
            (
                &me,
                json!({ "role": "owner", "custom_role_id": null }),
                "owners_only",
            ),
            (&member, json!({ "role": "admin" }), "beyond_own_rights"),
            (&member, json!({ "role": "owner" }), "beyond_own_rights"),
        ] {
            let path = format!("/api/v1/users/{user}");
            assert_eq!(admin.patch(&path, change).await.refusal(422), code);
        }
        let me = admin.get("/api/v1/me").await.json(200);
        assert_eq!(me["permissions"], json!(["billing.manage", "roles.manage"]));

        // Whoever has the link of an invitation could become the user.
        let body = json!({ "email": "ann@new.example", "role": "admin" });
        let ann = world.ours.owner.post("/api/v1/users", body).await.json(201);
        let path = format!("/api/v1/users/{}/invitation", ann["id"].as_str().unwrap());
        assert_eq!(
            admin.post(&path, json!({})).await.refusal(422),
            "beyond_own_rights"
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_changes_or_deletes_a_role_that_allows_more() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let strong = role(owner, "Strong", &["settings.manage", "billing.manage"]).await;
        let member = id_of(owner, "member@ours.example").await;
        let give = json!({ "custom_role_id": strong["id"] });
        owner
            .patch(&format!("/api/v1/users/{member}"), give)
            .await
            .json(200);
        let unused = role(owner, "Unused", &["audit.read"]).await;
        restrict_admin(world, &["roles.manage", "billing.manage"]).await;

        let admin = &world.ours.admin;
        let strong = strong["id"].as_str().unwrap();
        for change in [json!({ "permissions": [] }), json!({ "name": "Weak" })] {
            let refused = admin.patch(&format!("{PATH}/{strong}"), change).await;
            assert_eq!(refused.refusal(422), "beyond_own_rights");
        }
        let unused = unused["id"].as_str().unwrap();
        let refused = admin.delete(&format!("{PATH}/{unused}")).await;
        assert_eq!(refused.refusal(422), "beyond_own_rights");

        let browser = world.sign_in("admin@ours.example").await;
        for id in [strong, unused] {
            let page = browser.get(&format!("/admin/roles/{id}")).await;
            assert!(page.text.contains("which you do not have yourself"));
            assert!(!page.text.contains("Save role") && !page.text.contains("Delete role"));
            let form = [("name", "Weak"), ("version", "1")];
            let refused = browser.submit(&format!("/admin/roles/{id}"), &form).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
    })
    .await;
}

#[tokio::test]
async fn names_are_unique_whatever_their_capitals_and_permissions_known() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        role(owner, "Billing clerk", &[]).await;
        for (body, field) in [
            (json!({ "name": "billing CLERK" }), "name"),
            (json!({ "name": "Owner" }), "name"),
            (json!({ "name": "" }), "name"),
            (
                json!({ "name": "Other", "permissions": ["everything"] }),
                "permissions",
            ),
        ] {
            let refused = owner.post(PATH, body).await.json(422);
            assert_eq!(refused["errors"][0]["field"], field);
        }
        role(&world.theirs.owner, "Billing clerk", &[]).await;
    })
    .await;
}

#[tokio::test]
async fn i12_another_organizations_role_is_not_there() {
    on_each_engine(async |world| {
        let theirs = role(&world.theirs.owner, "Theirs", &[]).await;
        let id = theirs["id"].as_str().unwrap();
        let (owner, path) = (&world.ours.owner, format!("{PATH}/{id}"));
        assert_eq!(owner.get(&path).await.refusal(404), "not_found");
        assert_eq!(
            owner
                .patch(&path, json!({ "name": "Mine" }))
                .await
                .refusal(404),
            "not_found"
        );
        assert_eq!(owner.delete(&path).await.refusal(404), "not_found");
        let member = id_of(owner, "member@ours.example").await;
        let change = json!({ "custom_role_id": id });
        let refused = owner
            .patch(&format!("/api/v1/users/{member}"), change)
            .await
            .json(422);
        assert_eq!(refused["errors"][0]["field"], "custom_role_id");
    })
    .await;
}

#[tokio::test]
async fn a_role_is_made_changed_and_deleted_on_its_pages() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        let form = [
            ("name", "Billing clerk"),
            ("permission", "billing.manage"),
            ("permission", "clients.manage"),
        ];
        assert_eq!(
            browser.submit("/admin/roles/new", &form).await.location(),
            "/admin/roles"
        );
        let again = browser.submit("/admin/roles/new", &form).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text.contains("value=\"Billing clerk\"") && again.text.contains("already"));

        let list = world.ours.owner.get(PATH).await.json(200);
        let id = list["data"][3]["id"].as_str().unwrap().to_owned();
        let page = format!("/admin/roles/{id}");
        assert!(browser.get(&page).await.text.contains("billing.manage"));
        let form = [
            ("version", "1"),
            ("name", "Clerk"),
            ("permission", "billing.manage"),
        ];
        assert_eq!(
            browser.submit(&page, &form).await.location(),
            "/admin/roles"
        );
        let stale = browser.submit(&page, &form).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(
            stale.text.contains("owner@Ours.example") || stale.text.contains("owner@ours.example")
        );
        let delete = format!("{page}/delete");
        assert!(
            browser
                .get(&delete)
                .await
                .text
                .contains("Delete the role Clerk?")
        );
        assert_eq!(
            world.theirs.browser.submit(&delete, &[]).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            browser.submit(&delete, &[]).await.location(),
            "/admin/roles"
        );
    })
    .await;
}

#[tokio::test]
async fn s26_s27_s28_the_page_lists_members_and_what_roles_allow() {
    on_each_engine(async |world| {
        for email in ["owner@ours.example", "admin@ours.example"] {
            let page = world.sign_in(email).await.get("/admin/roles").await;
            assert!(page.text.contains("member@ours.example") && !page.text.contains("@theirs"));
            page.page();
        }
        let member = world.sign_in("member@ours.example").await;
        for path in ["/admin/roles", "/admin/roles/new", "/admin/roles/invite"] {
            assert_eq!(
                member.get(path).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
            let submitted = member.submit(path, &[]).await.status;
            assert!(
                submitted == StatusCode::FORBIDDEN || submitted == StatusCode::METHOD_NOT_ALLOWED
            );
        }
    })
    .await;
}

#[tokio::test]
async fn s28_a_custom_role_of_all_permissions_does_not_open_the_admin_area_to_a_member() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let all = ascent::accounts::Permission::ALL.map(|it| it.as_str());
        let all = role(owner, "Everything", &all).await;
        let member = id_of(owner, "member@ours.example").await;
        let give = json!({ "custom_role_id": all["id"] });
        owner
            .patch(&format!("/api/v1/users/{member}"), give)
            .await
            .json(200);
        let browser = world.sign_in("member@ours.example").await;
        for page in [
            "integrations",
            "integrations/pax8",
            "roles",
            "roles/new",
            "roles/invite",
            "audit",
            "audit.csv",
            "jobs",
            "jobs/billing.run/run",
            "settings",
            "settings/taxes",
            "settings/numbers",
            "settings/tokens",
            "settings/licence",
        ] {
            let answer = browser.get(&format!("/admin/{page}")).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{page}");
        }
        let token = &world.ours.member;
        for call in [
            "audit-events",
            "audit-events/x",
            "background-jobs",
            "users",
            "roles",
            "integrations/pax8",
            "exports/audit-events.csv",
            "exports/audit-events.xlsx",
            "exports/subscriptions.csv",
            "exports/subscriptions.xlsx",
            "integrations/pax8/companies",
        ] {
            for who in [token, &browser] {
                let answer = who.get(&format!("/api/v1/{call}")).await;
                assert_eq!(answer.refusal(403), "permission_denied", "{call}");
            }
        }
        for call in [
            "background-jobs/billing.run/run",
            "background-jobs/pax8.sync/run",
            "background-jobs/queue/x/retry",
        ] {
            let answer = token.post(&format!("/api/v1/{call}"), json!({})).await;
            assert_eq!(answer.refusal(403), "permission_denied", "{call}");
        }
        token.get("/api/v1/clients").await.json(200);
    })
    .await;
}
