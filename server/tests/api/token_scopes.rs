//! What a token may do of what its owner may.

use serde_json::{Value, json};

use crate::{
    contract::{calls, document},
    me::texts,
    roles::restrict_admin,
    world::{User, World, on_each_engine},
};

const PATH: &str = "/api/v1/api-tokens";

async fn token(world: &World, owner: &User, body: Value) -> User {
    let made = owner.post(PATH, body).await.json(201);
    world.token(made["secret"].as_str().unwrap())
}

#[tokio::test]
async fn a_token_that_reads_only_is_refused_every_call_that_is_no_read() {
    on_each_engine(async |world| {
        let body = json!({ "name": "Reports", "read_only": true });
        let reader = token(world, &world.ours.owner, body).await;
        let mut refused = 0;
        for call in calls(&document(world).await) {
            let path = format!("/api/v1{}", call.path.replace("{id}", "x"));
            if call.method == "GET" {
                continue;
            }
            let method = call.method.parse().unwrap();
            let body = axum::body::Body::from("{}");
            let answer = reader.send(method, &path, "application/json", body).await;
            assert_eq!(
                answer.refusal(403),
                "token_reads_only",
                "{} {path}",
                call.method
            );
            refused += 1;
        }
        assert!(refused > 40);
        for path in [
            "/api/v1/me",
            "/api/v1/clients",
            "/api/v1/users",
            "/api/v1/audit-events",
        ] {
            reader.get(path).await.json(200);
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_has_the_permissions_it_was_given_as_long_as_its_owner_has_them() {
    on_each_engine(async |world| {
        let body = json!({ "name": "Import", "permissions": ["clients.manage", "audit.read"] });
        let import = token(world, &world.ours.admin, body).await;
        let me = import.get("/api/v1/me").await.json(200);
        assert_eq!(me["permissions"], json!(["clients.manage", "audit.read"]));
        let client = json!({ "name": "Lakeside", "currency": "USD" });
        import.post("/api/v1/clients", client).await.json(201);
        let refused = import.get("/api/v1/users").await.json(403);
        assert!(refused["detail"].as_str().unwrap().contains("roles.manage"));
        restrict_admin(world, &["clients.manage", "roles.manage"]).await;
        let me = import.get("/api/v1/me").await.json(200);
        assert_eq!(me["permissions"], json!(["clients.manage"]));
        import.get("/api/v1/audit-events").await.json(403);
        let list = world
            .ours
            .owner
            .get(&format!("{PATH}?all=true&q=Import"))
            .await
            .json(200);
        assert_eq!(
            list["data"][0]["permissions"],
            json!(["clients.manage", "audit.read"])
        );
        assert_eq!(list["data"][0]["read_only"], false);
    })
    .await;
}

#[tokio::test]
async fn nobody_makes_a_token_that_may_more_than_they_or_the_token_they_use() {
    on_each_engine(async |world| {
        let refused = async |who: &User, permissions: Value| {
            let body = json!({ "name": "More", "permissions": permissions });
            let refused = who.post(PATH, body).await.json(422);
            assert_eq!(refused["errors"][0]["field"], "permissions");
        };
        refused(&world.ours.member, json!(["roles.manage"])).await;
        refused(&world.ours.owner, json!(["no.such"])).await;
        let body = json!({ "name": "Some", "permissions": ["clients.manage"] });
        let some = token(world, &world.ours.owner, body.clone()).await;
        refused(&some, json!(["roles.manage"])).await;
        refused(&some, json!(null)).await;
        token(world, &some, body).await;
    })
    .await;
}

#[tokio::test]
async fn a_token_is_told_on_the_page_what_it_may_do_and_the_list_says_it() {
    on_each_engine(async |world| {
        let member = world.sign_in("member@ours.example").await;
        let page = member.get("/account/tokens/new").await.text;
        assert!(page.contains("clients.manage") && !page.contains("roles.manage"));
        let form = [
            ("name", "Import"),
            ("lifetime", "30"),
            ("scope", "chosen"),
            ("permission", "clients.manage"),
            ("read_only", "true"),
        ];
        let made = member.submit("/account/tokens/new", &form).await;
        let secret = texts(&made.page(), "#secret", "value").remove(0);
        let me = world.token(&secret).get("/api/v1/me").await.json(200);
        assert_eq!(me["permissions"], json!(["clients.manage"]));
        let told = "manage clients, reading only";
        assert!(made.text.contains(told) && member.get("/account").await.text.contains(told));
        let audit = world
            .ours
            .owner
            .get("/api/v1/audit-events?limit=1")
            .await
            .json(200);
        assert_eq!(audit["data"][0]["after"]["read_only"], true);
        assert_eq!(
            audit["data"][0]["after"]["permissions"],
            json!(["clients.manage"])
        );
        let form = [
            ("name", "More"),
            ("scope", "chosen"),
            ("permission", "roles.manage"),
        ];
        assert_eq!(
            member.submit("/account/tokens/new", &form).await.status,
            422
        );
    })
    .await;
}
