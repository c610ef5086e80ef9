//! Every call of the document, asked by everybody who must not get through. A call that is added is walked by itself.

use std::collections::HashMap;

use ascent::accounts::Permission;
use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use db::args;
use serde_json::{Value, json};

use crate::{
    contract::{Call, calls, conforms, document},
    estate::{CLIENT_SECRET, PAX8},
    logo,
    pax8_pages::{client, connect_with_clients, recurring},
    world::{Answer, User, World, on_each_engine},
};

db::statements! {
    org GIVE_UP = "insert into job (organization_id, id, kind, payload, state, run_at, attempts, last_error, created_at, finished_at)
        values ($1, $2, 'billing.run', '{}', 'failed', $3, 3, 'gone', $3, $3)";
    org FAIL_DELIVERIES = "insert into delivery (organization_id, id, invoice_id, recipients, state, attempts, message_id, queued_by,
        queued_at, ended_at) select organization_id, id, id, 'a@b.example', 'failed', 1, '<1@b.example>', 'Owner', created_at, created_at
        from invoice where organization_id = $1";
    org EXPIRE_TOKENS = "update api_token set expires_at = $2 where organization_id = $1";
}

/// Everything to walk through: calls, and where each leads among our records.
pub struct Walk<'a> {
    world: &'a World,
    pub calls: Vec<Call>,
    pub document: Value,
    /// By the path of a list: the id of one of its records.
    pub ids: HashMap<String, String>,
}

impl<'a> Walk<'a> {
    pub async fn prepare(world: &'a World) -> Self {
        connect_with_clients(world).await;
        let lakeside = client(world, "Lakeside Dental Care").await;
        let invoice = recurring(world, &lakeside, "Managed services", "monthly").await;
        let lines =
            json!({ "lines": [{ "description": "Care", "quantity": "1", "unit_price": "100" }] });
        let path = format!("/api/v1/recurring-invoices/{invoice}");
        world.ours.owner.patch(&path, lines).await.json(200);
        // Each has one of its own, so that asking for it is answered.
        logo::put(&world.ours.owner, logo::DOT).await.json(200);
        logo::put(&world.theirs.owner, logo::DOT).await.json(200);
        let run = json!({ "as_of": "2026-07-01" });
        world
            .ours
            .owner
            .post("/api/v1/billing-runs", run)
            .await
            .json(201);
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        tx.execute(&FAIL_DELIVERIES, args![]).await.unwrap();
        tx.commit().await.unwrap();
        let document = document(world).await;
        let mut walk = Self {
            world,
            calls: calls(&document),
            document,
            ids: HashMap::new(),
        };
        walk.aim().await;
        walk
    }

    /// Finds a record of ours for each id: the first of the list before it; where there is none, one made of the example.
    async fn aim(&mut self) {
        let job = give_up_a_job(self.world).await;
        let role = make_role(self.world).await;
        let known = [
            ("/roles", role),
            ("/background-jobs", "billing.run".to_owned()),
            ("/background-jobs/queue", job),
        ];
        self.ids = known.map(|(list, id)| (list.to_owned(), id)).into();
        for call in &self.calls {
            let Some((list, _)) = place(&call.path) else {
                continue;
            };
            if !self.ids.contains_key(list) {
                let id = self.first(list).await;
                let id = id.unwrap_or_else(|| panic!("no way to aim at {}", call.path));
                self.ids.insert(list.to_owned(), id);
            }
        }
        let payment = pay(self.world, &self.ids["/invoices"]).await;
        self.ids
            .insert("/invoices/{id}/payments".to_owned(), payment);
    }

    async fn first(&self, list: &str) -> Option<String> {
        let owner = &self.world.ours.owner;
        let path = format!("/api/v1{list}");
        let mut found = owner.get(&path).await.json(200);
        if found["data"][0].is_null() {
            let makes = |it: &&Call| it.method == "POST" && it.path == list;
            let example = self.calls.iter().find(makes).and_then(Call::example)?;
            owner.post(&path, example.clone()).await.json(201);
            found = owner.get(&path).await.json(200);
        }
        found["data"][0]["id"].as_str().map(str::to_owned)
    }

    pub fn path(&self, call: &Call) -> String {
        let path = match place(&call.path) {
            Some((list, rest)) => {
                let rest = match place(rest) {
                    Some((within, end)) => {
                        let known = self.ids.get(&format!("{list}/{{id}}{within}"));
                        let id = known.unwrap_or_else(|| panic!("no way to aim at {}", call.path));
                        format!("{within}/{id}{end}")
                    }
                    None => rest.to_owned(),
                };
                format!("{list}/{}{rest}", self.ids[list])
            }
            None => call.path.clone(),
        };
        format!("/api/v1{path}")
    }

    pub async fn send(&self, who: &User, call: &Call, body: Option<Value>) -> Answer {
        let method: Method = call.method.parse().unwrap();
        let path = self.path(call);
        match body {
            Some(body) => {
                let body = Body::from(body.to_string());
                who.send(method, &path, "application/json", body).await
            }
            None => who.send(method, &path, "", Body::empty()).await,
        }
    }

    /// Asks with the body of the example.
    pub async fn ask(&self, who: &User, call: &Call) -> Answer {
        self.send(who, call, call.example().cloned()).await
    }

    /// Lets our administrator have these permissions and no others.
    async fn permit(&self, permissions: &[&str]) {
        let owner = &self.world.ours.owner;
        let role = &self.ids["/roles"];
        let body = json!({ "permissions": permissions });
        owner
            .patch(&format!("/api/v1/roles/{role}"), body)
            .await
            .json(200);
        let users = owner.get("/api/v1/users").await.json(200);
        let users = users["data"].as_array().unwrap();
        let admin = users.iter().find(|it| it["role"] == "admin").unwrap();
        let path = format!("/api/v1/users/{}", admin["id"].as_str().unwrap());
        owner
            .patch(&path, json!({ "custom_role_id": role }))
            .await
            .json(200);
    }
}

async fn make_role(world: &World) -> String {
    let role = json!({ "name": "Walk", "permissions": [] });
    let made = world.ours.owner.post("/api/v1/roles", role).await.json(201);
    made["id"].as_str().unwrap().to_owned()
}

/// Records a payment of an invoice.
async fn pay(world: &World, invoice: &str) -> String {
    let path = format!("/api/v1/invoices/{invoice}/payments");
    let paid = world.ours.owner.post(&path, json!({ "amount": "1" })).await;
    paid.json(201)["payments"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// What stands before and after the first id in a path.
fn place(path: &str) -> Option<(&str, &str)> {
    let (list, rest) = path.split_once("/{")?;
    Some((list, rest.split_once('}')?.1))
}

/// Puts a job into the queue that was given up.
async fn give_up_a_job(world: &World) -> String {
    let id = ascent::ids::JobId::new();
    let mut tx = world.app.database.write(world.ours.id).await.unwrap();
    let now = world.app.clock.now();
    tx.execute(&GIVE_UP, args![id, now]).await.unwrap();
    tx.commit().await.unwrap();
    id.to_string()
}

pub fn name(call: &Call) -> String {
    format!("{} {}", call.method, call.path)
}

#[tokio::test]
async fn no_call_answers_without_a_valid_token() {
    on_each_engine(async |world| {
        let walk = Walk::prepare(world).await;
        let organization = world.ours.id;
        for who in [
            world.nobody(),
            world.token("nonsense"),
            world.token(&format!("asc_{organization}_unknown")),
        ] {
            for call in &walk.calls {
                let answer = walk.ask(&who, call).await;
                assert_eq!(answer.refusal(401), "not_signed_in", "{}", name(call));
            }
        }
        let mut tx = world.app.database.write(organization).await.unwrap();
        tx.execute(&EXPIRE_TOKENS, args![world.app.clock.now()])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        for call in &walk.calls {
            let answer = walk.ask(&world.ours.owner, call).await;
            assert_eq!(answer.refusal(401), "not_signed_in", "{}", name(call));
        }
    })
    .await;
}

#[tokio::test]
async fn i1_no_read_gives_the_secret_or_its_sealed_form() {
    on_each_engine(async |world| {
        let walk = Walk::prepare(world).await;
        let sealed = world.sealed().await.unwrap();
        for call in walk.calls.iter().filter(|it| it.method == "GET") {
            let answer = walk.ask(&world.ours.owner, call).await;
            assert!(!answer.text.contains(CLIENT_SECRET), "{}", name(call));
            for text in &sealed {
                assert!(!answer.text.contains(text.as_str()), "{}", name(call));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn d30_s29_every_call_asks_for_the_permission_that_the_document_names_and_no_other() {
    on_each_engine(async |world| {
        let walk = Walk::prepare(world).await;
        let admin = &world.ours.admin;
        for missing in Permission::ALL.map(Permission::as_str) {
            let others = Permission::ALL.map(Permission::as_str);
            let others: Vec<&str> = others.into_iter().filter(|it| *it != missing).collect();
            walk.permit(&others).await;
            let needs = |it: &&Call| it.said["x-permission"] == missing;
            for call in walk.calls.iter().filter(needs) {
                let problem = walk.ask(admin, call).await.json(403);
                assert_eq!(problem["code"], "permission_denied", "{}", name(call));
                let detail = problem["detail"].as_str().unwrap();
                assert!(detail.contains(missing), "{}: {detail}", name(call));
            }
        }
        walk.permit(&[]).await;
        for call in &walk.calls {
            let writes = call.method != "GET";
            let named = call.said["x-permission"].is_string();
            assert!(
                named || !writes || own(call),
                "{} changes something",
                name(call)
            );
            if !named && !of_people(call) {
                let answer = walk.ask(admin, call).await;
                assert_ne!(answer.status, StatusCode::FORBIDDEN, "{}", name(call));
            }
        }
    })
    .await;
}

/// Whether a call is a person's, in their own session.
pub fn of_people(call: &Call) -> bool {
    ["person", "session"]
        .iter()
        .any(|it| call.said["x-confirmation"] == *it)
}

#[tokio::test]
async fn no_token_changes_how_a_person_proves_who_they_are() {
    on_each_engine(async |world| {
        let walk = Walk::prepare(world).await;
        let mut walked = 0;
        for call in walk.calls.iter().filter(|it| of_people(it)) {
            let answer = walk.ask(&world.ours.owner, call).await;
            assert_eq!(answer.refusal(403), "person_required", "{}", name(call));
            walked += 1;
        }
        assert!(walked > 3);
    })
    .await;
}

/// Whether a call concerns only the one who asks.
fn own(call: &Call) -> bool {
    ["/me", "/api-tokens"]
        .iter()
        .any(|it| call.path.starts_with(it))
}

#[tokio::test]
async fn s23_s24_i11_every_call_of_the_integration_asks_for_the_licence_reads_included() {
    on_each_engine(async |world| {
        let walk = Walk::prepare(world).await;
        let owner = &world.ours.owner;
        world
            .set_feature(&world.ours, "pax8Integration", false)
            .await;
        let mut walked = 0;
        for call in &walk.calls {
            let licensed = call.said["x-feature"] == "pax8Integration";
            assert!(licensed || !call.path.contains("/pax8"), "{}", name(call));
            if licensed {
                let problem = walk.ask(owner, call).await.json(403);
                assert_eq!(
                    problem["code"],
                    "license_feature_required",
                    "{}",
                    name(call)
                );
                assert_eq!(problem["feature"], "pax8Integration", "{}", name(call));
                walked += 1;
            } else if call.method == "GET" {
                let answer = walk.ask(owner, call).await;
                assert_eq!(answer.status, StatusCode::OK, "{}", name(call));
            }
        }
        assert!(walked > 10);
        world
            .set_feature(&world.ours, "pax8Integration", true)
            .await;
        assert_eq!(owner.get(PAX8).await.json(200)["status"], "connected");
    })
    .await;
}

#[tokio::test]
async fn every_body_refuses_a_field_that_it_does_not_know() {
    on_each_engine(async |world| {
        let walk = Walk::prepare(world).await;
        for call in walk.calls.iter().filter(|it| !of_people(it)) {
            if let Some(mut body) = call.example().cloned() {
                body["no_such_field"] = json!(1);
                let problem = walk
                    .send(&world.ours.owner, call, Some(body))
                    .await
                    .json(422);
                assert_eq!(
                    problem["errors"][0]["field"],
                    "no_such_field",
                    "{}",
                    name(call)
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_read_answers_what_the_document_says() {
    on_each_engine(async |world| {
        let walk = Walk::prepare(world).await;
        for call in walk.calls.iter().filter(|it| it.method == "GET") {
            let answer = walk.ask(&world.ours.owner, call).await;
            assert_eq!(
                answer.status,
                StatusCode::OK,
                "{}: {}",
                name(call),
                answer.text
            );
            if let Some(schema) = call
                .said
                .pointer("/responses/200/content/application~1json/schema")
            {
                conforms(&walk.document, schema, &answer.json(200))
                    .unwrap_or_else(|error| panic!("{}: {error}", name(call)));
            }
        }
    })
    .await;
}
