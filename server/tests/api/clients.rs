//! Clients through the API and the pages.

use serde_json::{Value, json};

use crate::world::{User, World, on_each_engine};

/// Makes a client and gives its id.
pub async fn make_client(user: &User, name: &str) -> String {
    let client = user.post("/api/v1/clients", json!({ "name": name })).await;
    client.json(201)["id"].as_str().unwrap().to_owned()
}

/// The names of a list's rows.
fn names(list: &Value) -> Vec<&str> {
    let rows = list["data"].as_array().unwrap().iter();
    rows.map(|row| row["name"].as_str().unwrap()).collect()
}

/// The fields that were refused.
#[track_caller]
pub fn refused(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().expect("fields were refused");
    let fields = errors.iter().map(|error| error["field"].as_str().unwrap());
    fields.collect()
}

#[tokio::test]
async fn a_client_is_made_shown_changed_and_audited() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let made = owner
            .post("/api/v1/clients", json!({ "name": " Harbor Dental " }))
            .await
            .json(201);
        assert_eq!(made["name"], "Harbor Dental");
        assert_eq!(made["currency"], "USD", "the organization's");
        assert_eq!(made["payment_terms_days"], 30);
        assert_eq!(made["account_reference"], Value::Null);
        assert_eq!(made["status"], "active");
        assert_eq!(made["created_at"], "2026-06-15T12:00:00Z");

        let path = format!("/api/v1/clients/{}", made["id"].as_str().unwrap());
        let change = json!({ "account_reference": "ACC-1", "website": "harbor.example", "currency": "eur", "tax_exempt": true });
        let changed = owner.patch(&path, change).await.json(200);
        assert_eq!(changed["currency"], "EUR");
        assert_eq!(changed["version"], 2);
        assert_eq!(owner.get(&path).await.json(200), changed);
        let cleared = owner
            .patch(&path, json!({ "website": null, "name": "Harbor" }))
            .await
            .json(200);
        assert_eq!(cleared["website"], Value::Null);
        assert_eq!(cleared["account_reference"], "ACC-1", "what is absent stays");
        assert_eq!(cleared["name"], "Harbor");
    })
    .await;
}

#[tokio::test]
async fn every_field_of_a_client_is_checked_and_all_refusals_are_told_at_once() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let body = json!({ "email": "nobody", "currency": "XXQ", "payment_terms_days": 366,
            "account_reference": "9".repeat(101), "website": "a\u{0}b", "address": "x".repeat(1001) });
        let problem = owner.post("/api/v1/clients", body).await.json(422);
        assert_eq!(
            refused(&problem),
            ["name", "account_reference", "website", "email", "address", "currency", "payment_terms_days"]
        );
        let slip = json!({ "name": "A", "acount_reference": "1" });
        let problem = owner.post("/api/v1/clients", slip).await.json(422);
        assert_eq!(refused(&problem), ["acount_reference"]);
        assert!(names(&owner.get("/api/v1/clients").await.json(200)).is_empty());

        let id = make_client(owner, "A").await;
        let path = format!("/api/v1/clients/{id}");
        let problem = owner.patch(&path, json!({ "name": " " })).await.json(422);
        assert_eq!(refused(&problem), ["name"]);
        let problem = owner.patch(&path, json!({ "status": "gone" })).await.json(422);
        assert_eq!(refused(&problem), ["status"]);
    })
    .await;
}

#[tokio::test]
async fn clients_are_listed_by_name_searched_and_paged() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        for name in [
            "delta",
            "Alpha",
            "charlie_1",
            "Bravo",
            "Éclair",
            "charlie 1",
        ] {
            make_client(owner, name).await;
        }
        let all = owner.get("/api/v1/clients").await.json(200);
        // Where signs and letters beyond ASCII stand is the database's affair.
        let plain = ["Alpha", "Bravo", "delta"];
        let order: Vec<_> = names(&all)
            .into_iter()
            .filter(|name| plain.contains(name))
            .collect();
        assert_eq!(order, plain, "in any case");

        let mut seen = Vec::new();
        let mut path = "/api/v1/clients?limit=4".to_owned();
        loop {
            let page = owner.get(&path).await.json(200);
            seen.extend(names(&page).into_iter().map(str::to_owned));
            match page["next_cursor"].as_str() {
                Some(cursor) => path = format!("/api/v1/clients?limit=4&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(seen, names(&all));

        let found = async |q: &str| {
            let list = owner.get(&format!("/api/v1/clients?q={q}")).await.json(200);
            names(&list).join(",")
        };
        assert_eq!(
            found("e_1").await,
            "charlie_1",
            "a wildcard is taken literally"
        );
        assert_eq!(found("%25").await, "");
        assert_eq!(
            found("%C3%89CL").await,
            "Éclair",
            "letters beyond ASCII, in any case"
        );
        assert_eq!(
            owner.get("/api/v1/clients?limit=0").await.refusal(422),
            "invalid_fields"
        );
        assert_eq!(
            owner.get("/api/v1/clients?cursor=x").await.refusal(422),
            "invalid_fields"
        );
    })
    .await;
}

#[tokio::test]
async fn i12_a_client_of_another_organization_is_not_there() {
    on_each_engine(async |world| {
        let id = make_client(&world.ours.owner, "Ours alone").await;
        let path = format!("/api/v1/clients/{id}");
        let them = &world.theirs.owner;
        assert_eq!(them.get(&path).await.refusal(404), "not_found");
        assert_eq!(
            them.patch(&path, json!({ "name": "B" })).await.refusal(404),
            "not_found"
        );
        assert_eq!(them.delete(&path).await.refusal(404), "not_found");
        assert!(names(&them.get("/api/v1/clients?q=ours").await.json(200)).is_empty());
        let options = world.theirs.browser.get("/clients/options?q=ours").await;
        assert!(!options.text.contains("Ours alone"));
        assert_eq!(
            world
                .theirs
                .browser
                .get(&format!("/clients/{id}"))
                .await
                .status,
            404
        );
        assert_eq!(
            world
                .ours
                .owner
                .get("/api/v1/clients/nonsense")
                .await
                .refusal(404),
            "not_found"
        );
    })
    .await;
}

#[tokio::test]
async fn a_stale_save_of_a_client_is_refused() {
    on_each_engine(async |world| {
        let id = make_client(&world.ours.owner, "A").await;
        let path = format!("/api/v1/clients/{id}");
        let owner = &world.ours.owner;
        owner
            .patch(&path, json!({ "name": "B", "version": 1 }))
            .await
            .json(200);
        let stale = owner
            .patch(&path, json!({ "name": "C", "version": 1 }))
            .await;
        assert_eq!(stale.refusal(409), "changed_meanwhile");
        assert_eq!(owner.get(&path).await.json(200)["name"], "B");
    })
    .await;
}

#[tokio::test]
async fn d30_clients_are_changed_with_the_permission_only() {
    on_each_engine(async |world| {
        let id = make_client(&world.ours.member, "By a member").await;
        only(world, "audit.read").await;
        let member = &world.ours.member;
        let path = format!("/api/v1/clients/{id}");
        assert_eq!(member.get(&path).await.json(200)["name"], "By a member");
        let refusals = [
            member.post("/api/v1/clients", json!({ "name": "B" })).await,
            member.patch(&path, json!({ "name": "B" })).await,
            member.delete(&path).await,
        ];
        for refusal in refusals {
            assert_eq!(refusal.refusal(403), "permission_denied");
        }
    })
    .await;
}

/// Gives the member a custom role with one permission in place of the default ones.
pub async fn only(world: &World, permission: &str) {
    let role = ascent::ids::CustomRoleId::new();
    let permissions = format!("[\"{permission}\"]");
    let mut tx = world.app.database.write(world.ours.id).await.unwrap();
    tx.execute(&INSERT_ROLE, db::args![role, permissions])
        .await
        .unwrap();
    tx.execute(&GIVE_ROLE, db::args![role]).await.unwrap();
    tx.commit().await.unwrap();
}

db::statements! {
    org INSERT_ROLE = "insert into custom_role (organization_id, id, name, sort_name, permissions, version, created_at)
        values ($1, $2, 'Only', 'only', $3, 1, 0)";
    org GIVE_ROLE = "update membership set custom_role_id = $2 where organization_id = $1 and role = 'member'";
}

#[tokio::test]
async fn a_client_that_is_still_billed_is_not_archived() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let id = make_client(owner, "A").await;
        let path = format!("/api/v1/clients/{id}");
        let recurring = crate::recurring::make_recurring(owner, &id).await;
        let refusal = owner.delete(&path).await;
        assert!(refusal.text.contains("cancel it"), "{}", refusal.text);
        assert_eq!(refusal.refusal(409), "client_in_use");
        let refusal = owner.patch(&path, json!({ "currency": "EUR" })).await.json(422);
        assert_eq!(refused(&refusal), ["currency"]);

        owner.delete(&format!("/api/v1/recurring-invoices/{recurring}")).await.json(200);
        assert_eq!(owner.delete(&path).await.json(200)["status"], "archived");
        assert_eq!(owner.delete(&path).await.json(200)["version"], 2, "again changes nothing");
        assert!(names(&owner.get("/api/v1/clients?status=active").await.json(200)).is_empty());
        assert_eq!(names(&owner.get("/api/v1/clients").await.json(200)), ["A"]);
        assert!(!world.ours.browser.get("/clients/options?q=A").await.text.contains("role=\"option\""));

        let body = json!({ "client_id": id, "name": "B", "frequency": "monthly", "start_date": "2026-07-01" });
        let problem = owner.post("/api/v1/recurring-invoices", body).await.json(422);
        assert_eq!(refused(&problem), ["client_id"]);
        let restored = owner.patch(&path, json!({ "status": "active" })).await.json(200);
        assert_eq!(restored["status"], "active");
    })
    .await;
}

#[tokio::test]
async fn a_client_can_be_made_in_the_archive() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let make = async |status: &str| {
            let body = json!({ "name": "Old Mill", "status": status });
            owner.post("/api/v1/clients", body).await
        };
        assert_eq!(make("archived").await.json(201)["status"], "archived");
        assert_eq!(make("active").await.json(201)["status"], "active");
        let refused = make("asleep").await.json(422);
        assert_eq!(refused["errors"][0]["field"], "status");
    })
    .await;
}
