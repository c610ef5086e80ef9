//! Recurring invoices through the API and the pages.

use ascent::{ids::RecurringInvoiceId, recurring};
use serde_json::{Value, json};

use crate::{
    clients::{make_client, only, refused},
    world::{User, World, on_each_engine},
};

const PATH: &str = "/api/v1/recurring-invoices";

/// Makes a monthly recurring invoice of a client, from 1 July 2026, and gives its id.
pub async fn make_recurring(user: &User, client: &str) -> String {
    id(&make(user, client, json!({})).await)
}

/// Makes one that differs from the usual in what is given.
async fn make(user: &User, client: &str, given: Value) -> Value {
    user.post(PATH, usual(client, given)).await.json(201)
}

fn usual(client: &str, given: Value) -> Value {
    let mut body = json!({ "client_id": client, "name": "Managed services", "frequency": "monthly",
        "start_date": "2026-07-01",
        "lines": [{ "description": "Helpdesk", "quantity": "37", "unit_price": "32.00", "taxable": true }] });
    for (key, value) in given.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

fn id(invoice: &Value) -> String {
    invoice["id"].as_str().unwrap().to_owned()
}

fn path(invoice: &Value) -> String {
    format!("{PATH}/{}", invoice["id"].as_str().unwrap())
}

/// Moves a recurring invoice over a period, as a billing run does.
async fn bill_until(world: &World, invoice: &Value, end: &str) {
    let id = RecurringInvoiceId::parse(&id(invoice)).unwrap();
    let mut tx = world.app.database.write(world.ours.id).await.unwrap();
    recurring::advance(&mut tx, vec![(id, end.parse().unwrap())])
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_recurring_invoice_is_made_with_its_lines() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let client = make_client(owner, "Harbor").await;
        let lines = json!([
            { "description": "Helpdesk", "quantity": "37.50", "unit_price": "32" },
            { "description": "Metered", "quantity": "1000", "unit_price": "0.0035", "taxable": false },
            { "description": "Discount", "quantity": "1", "unit_price": "-100.00" },
        ]);
        let made = make(owner, &client, json!({ "lines": lines, "review_first": true })).await;
        assert_eq!(made["client_id"], client);
        assert_eq!(made["client_name"], "Harbor");
        assert_eq!(made["currency"], "USD");
        assert_eq!(made["status"], "active");
        assert_eq!(made["next_invoice_date"], "2026-07-01", "the start date");
        assert_eq!(made["end_date"], Value::Null);
        assert_eq!(made["review_first"], true);
        assert_eq!(made["auto_send"], false);
        let first = &made["lines"][0];
        assert_eq!(first["quantity"], "37.5");
        assert_eq!(first["unit_price"], "32.00");
        assert_eq!(first["taxable"], true);
        assert_eq!(made["lines"][1]["unit_price"], "0.0035");
        assert_eq!(made["lines_total"], "1103.50");
        assert_eq!(owner.get(&path(&made)).await.json(200), made);
    })
    .await;
}

#[tokio::test]
async fn every_field_of_a_recurring_invoice_is_checked() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let client = make_client(owner, "Harbor").await;
        let problem = owner.post(PATH, json!({})).await.json(422);
        assert_eq!(
            refused(&problem),
            ["client_id", "name", "frequency", "start_date"]
        );

        for (given, field) in [
            (json!({ "client_id": "x" }), "client_id"),
            (json!({ "name": "n".repeat(201) }), "name"),
            (json!({ "frequency": "daily" }), "frequency"),
            (json!({ "start_date": "1 July" }), "start_date"),
            (json!({ "start_date": "0026-07-01" }), "start_date"),
            (json!({ "end_date": "2026-07-01" }), "end_date"),
            (
                json!({ "next_invoice_date": "2026-06-30" }),
                "next_invoice_date",
            ),
            (
                json!({ "next_invoice_date": "2026-08-01", "end_date": "2026-08-01" }),
                "next_invoice_date",
            ),
            (json!({ "start_date": "2006-07-01" }), "next_invoice_date"),
            (json!({ "surprise": 1 }), "surprise"),
        ] {
            let problem = owner
                .post(PATH, usual(&client, given.clone()))
                .await
                .json(422);
            assert_eq!(refused(&problem), [field], "{given}");
        }
        for (line, field) in [
            (json!({ "quantity": "1", "unit_price": "1" }), "description"),
            (
                json!({ "description": "A", "quantity": "0", "unit_price": "1" }),
                "quantity",
            ),
            (
                json!({ "description": "A", "quantity": "one", "unit_price": "1" }),
                "quantity",
            ),
            (
                json!({ "description": "A", "quantity": "1.00001", "unit_price": "1" }),
                "quantity",
            ),
            (
                json!({ "description": "A", "quantity": "1000001", "unit_price": "1" }),
                "quantity",
            ),
            (
                json!({ "description": "A", "quantity": "1", "unit_price": "1,50" }),
                "unit_price",
            ),
            (
                json!({ "description": "A", "quantity": "1", "unit_price": "12.345" }),
                "unit_price",
            ),
            (
                json!({ "description": "A", "quantity": "1", "unit_price": "0.00001" }),
                "unit_price",
            ),
            (
                json!({ "description": "A", "quantity": "1", "unit_price": "100000001" }),
                "unit_price",
            ),
        ] {
            let good = json!({ "description": "B", "quantity": "1", "unit_price": "1" });
            let body = usual(&client, json!({ "lines": [good, line.clone()] }));
            let problem = owner.post(PATH, body).await.json(422);
            assert_eq!(refused(&problem), [format!("lines[1].{field}")], "{line}");
        }
        let nothing = owner.get(PATH).await.json(200);
        assert_eq!(nothing["data"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn s137_s138_the_list_of_a_client_has_its_recurring_invoices_and_no_others() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let (one, other) = (
            make_client(owner, "One").await,
            make_client(owner, "Other").await,
        );
        let first = make(
            owner,
            &one,
            json!({ "name": "First", "start_date": "2026-08-01" }),
        )
        .await;
        let second = make(
            owner,
            &one,
            json!({ "name": "Second", "frequency": "annual" }),
        )
        .await;
        make_recurring(owner, &other).await;

        let list = owner
            .get(&format!("{PATH}?client_id={one}"))
            .await
            .json(200);
        let ids: Vec<_> = list["data"].as_array().unwrap().iter().map(id).collect();
        assert_eq!(
            ids,
            [id(&second), id(&first)],
            "the earliest next date first"
        );
        let of_client = ascent::ids::ClientId::parse(&one).unwrap();
        let mut tx = world.app.database.read(world.ours.id).await.unwrap();
        let listed = recurring::list_of_client(&mut tx, of_client).await.unwrap();
        drop(tx);
        assert_eq!(
            listed.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
            ["Second", "First"]
        );

        let count = async |query: &str| {
            let list = owner.get(&format!("{PATH}?{query}")).await.json(200);
            list["data"].as_array().unwrap().len()
        };
        assert_eq!(count("").await, 3);
        assert_eq!(count("frequency=annual").await, 1);
        assert_eq!(count("q=other").await, 1, "by the client's name");
        assert_eq!(count("q=SECOND").await, 1);
        assert_eq!(count("status=paused").await, 0);
        let page = owner.get(&format!("{PATH}?limit=2")).await.json(200);
        let cursor = page["next_cursor"].as_str().unwrap();
        assert_eq!(count(&format!("limit=2&cursor={cursor}")).await, 1);
        assert_eq!(
            owner.get(&format!("{PATH}?status=x")).await.refusal(422),
            "invalid_fields"
        );
    })
    .await;
}

#[tokio::test]
async fn i12_a_recurring_invoice_of_another_organization_is_not_there() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let client = make_client(owner, "Ours").await;
        let made = make(owner, &client, json!({})).await;
        let (path, them) = (path(&made), &world.theirs.owner);
        let refusals = [
            them.get(&path).await,
            them.patch(&path, json!({ "name": "X" })).await,
            them.delete(&path).await,
            them.post(&format!("{path}/pause"), json!({})).await,
            them.post(&format!("{path}/resume"), json!({})).await,
        ];
        for refusal in refusals {
            assert_eq!(refusal.refusal(404), "not_found");
        }
        let problem = them.post(PATH, usual(&client, json!({}))).await.json(422);
        assert_eq!(refused(&problem), ["client_id"], "our client is not theirs");
        assert_eq!(
            them.get(&format!("{PATH}?client_id={client}"))
                .await
                .json(200)["data"],
            json!([])
        );
        assert_eq!(owner.get(&path).await.json(200), made);
    })
    .await;
}

#[tokio::test]
async fn d30_recurring_invoices_are_changed_with_the_permission_only() {
    on_each_engine(async |world| {
        let client = make_client(&world.ours.member, "A").await;
        let made = make(&world.ours.member, &client, json!({})).await;
        only(world, "clients.manage").await;
        let (path, member) = (path(&made), &world.ours.member);
        assert_eq!(member.get(&path).await.json(200), made);
        let refusals = [
            member.post(PATH, usual(&client, json!({}))).await,
            member.patch(&path, json!({ "name": "X" })).await,
            member.delete(&path).await,
            member.post(&format!("{path}/pause"), json!({})).await,
            member.post(&format!("{path}/resume"), json!({})).await,
        ];
        for refusal in refusals {
            assert_eq!(refusal.refusal(403), "permission_denied");
        }
    })
    .await;
}

#[tokio::test]
async fn a_change_replaces_what_is_given_and_lines_as_a_whole() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let client = make_client(owner, "A").await;
        let made = make(
            owner,
            &client,
            json!({ "end_date": "2027-07-01", "auto_send": true }),
        )
        .await;
        let path = path(&made);
        let changed = owner
            .patch(&path, json!({ "name": "Renamed" }))
            .await
            .json(200);
        assert_eq!(changed["name"], "Renamed");
        assert_eq!(changed["end_date"], "2027-07-01");
        assert_eq!(changed["auto_send"], true);
        assert_eq!(changed["lines_total"], "1184.00");

        let lines = json!([{ "description": "B", "quantity": "2", "unit_price": "5" }]);
        let change = json!({ "lines": lines, "end_date": null, "version": 2 });
        let changed = owner.patch(&path, change).await.json(200);
        assert_eq!(changed["end_date"], Value::Null);
        assert_eq!(changed["lines"].as_array().unwrap().len(), 1);
        assert_eq!(changed["lines_total"], "10.00");

        let stale = owner
            .patch(&path, json!({ "name": "X", "version": 2 }))
            .await;
        assert_eq!(stale.refusal(409), "changed_meanwhile");
        let another = make_client(owner, "B").await;
        let problem = owner
            .patch(&path, json!({ "client_id": another }))
            .await
            .json(422);
        assert_eq!(refused(&problem), ["client_id"], "its client stays");
        let sent_back = owner
            .patch(&path, json!({ "lines": changed["lines"] }))
            .await
            .json(200);
        assert_eq!(
            sent_back["lines_total"], "10.00",
            "an answer can be sent back"
        );
    })
    .await;
}

#[tokio::test]
async fn d23_the_31st_survives_short_months() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let client = make_client(owner, "A").await;
        let made = make(owner, &client, json!({ "start_date": "2026-01-31" })).await;
        bill_until(world, &made, "2026-02-28").await;
        let billed = owner.get(&path(&made)).await.json(200);
        assert_eq!(billed["next_invoice_date"], "2026-02-28");
        assert_eq!(billed["anchor_date"], "2026-01-31");

        let id = RecurringInvoiceId::parse(&id(&made)).unwrap();
        let mut tx = world.app.database.read(world.ours.id).await.unwrap();
        let invoice = recurring::load_recurring_invoice(&mut tx, id)
            .await
            .unwrap();
        let next = recurring::schedule_of(&invoice)
            .next_after(invoice.next_invoice_date)
            .unwrap();
        assert_eq!(next.to_string(), "2026-03-31");
    })
    .await;
}

#[tokio::test]
async fn d23_a_start_that_moves_takes_an_unbilled_first_period_with_it() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let client = make_client(owner, "A").await;
        let path = path(&make(owner, &client, json!({})).await);
        let moved = owner
            .patch(&path, json!({ "start_date": "2026-08-15" }))
            .await
            .json(200);
        assert_eq!(moved["next_invoice_date"], "2026-08-15");
        assert_eq!(moved["anchor_date"], "2026-08-15");
        let later = owner
            .patch(&path, json!({ "next_invoice_date": "2026-09-20" }))
            .await
            .json(200);
        assert_eq!(
            later["anchor_date"], "2026-09-20",
            "a date off the periods is the new anchor"
        );
        assert_eq!(later["start_date"], "2026-08-15");
    })
    .await;
}

#[tokio::test]
async fn d23_what_was_billed_is_never_billed_again_by_a_change() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let client = make_client(owner, "A").await;
        let made = make(owner, &client, json!({ "start_date": "2026-05-01" })).await;
        let path = path(&made);
        bill_until(world, &made, "2026-06-01").await;
        bill_until(world, &made, "2026-07-01").await;
        for next in ["2026-05-01", "2026-06-15", "2026-06-30"] {
            let problem = owner
                .patch(&path, json!({ "next_invoice_date": next }))
                .await
                .json(422);
            assert_eq!(refused(&problem), ["next_invoice_date"], "{next}");
        }
        let problem = owner
            .patch(&path, json!({ "start_date": "2026-04-01" }))
            .await
            .json(422);
        assert_eq!(refused(&problem), ["start_date"]);
        let stale = owner
            .patch(&path, json!({ "name": "X", "version": 1 }))
            .await;
        assert_eq!(
            stale.refusal(409),
            "changed_meanwhile",
            "billing is a change, too"
        );
        let later = owner
            .patch(&path, json!({ "next_invoice_date": "2026-07-10" }))
            .await
            .json(200);
        assert_eq!(later["anchor_date"], "2026-07-10");
        let quarterly = json!({ "next_invoice_date": "2026-07-01", "frequency": "quarterly" });
        let back = owner.patch(&path, quarterly).await.json(200);
        assert_eq!(
            back["next_invoice_date"], "2026-07-01",
            "back to where billing stands"
        );
    })
    .await;
}

#[tokio::test]
async fn d23_a_pause_bills_nothing_and_resuming_leaves_out_what_started_in_it() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let client = make_client(owner, "A").await;
        let made = make(owner, &client, json!({})).await;
        let path = path(&made);
        let paused = owner
            .post(&format!("{path}/pause"), json!({}))
            .await
            .json(200);
        assert_eq!(paused["status"], "paused");
        let again = owner
            .post(&format!("{path}/pause"), json!({}))
            .await
            .json(200);
        assert_eq!(again["version"], paused["version"], "again changes nothing");
        assert_eq!(due(world, "2026-12-31").await, 0);

        // Half past three in the night of 1 October in UTC is still 30 September in New York.
        world.set_now("2026-10-01T03:30:00Z");
        let resumed = owner
            .post(&format!("{path}/resume"), json!({}))
            .await
            .json(200);
        assert_eq!(resumed["status"], "active");
        assert_eq!(resumed["next_invoice_date"], "2026-10-01");
        assert_eq!(resumed["periods_left_out"], 3, "July, August, September");
        assert_eq!(due(world, "2026-09-30").await, 0);
        assert_eq!(due(world, "2026-10-01").await, 1);
        let again = owner
            .post(&format!("{path}/resume"), json!({}))
            .await
            .json(200);
        assert_eq!(again["periods_left_out"], 0);
        assert_eq!(again["version"], resumed["version"]);

        let back = owner
            .patch(&path, json!({ "next_invoice_date": "2026-08-01" }))
            .await
            .json(200);
        assert_eq!(
            back["next_invoice_date"], "2026-08-01",
            "whoever wants them billed says so"
        );
    })
    .await;
}

#[tokio::test]
async fn d23_a_short_pause_changes_no_date() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let client = make_client(owner, "A").await;
        let path = path(&make(owner, &client, json!({})).await);
        owner
            .post(&format!("{path}/pause"), json!({}))
            .await
            .json(200);
        world.set_now("2026-06-20T12:00:00Z");
        let resumed = owner
            .post(&format!("{path}/resume"), json!({}))
            .await
            .json(200);
        assert_eq!(resumed["next_invoice_date"], "2026-07-01");
        assert_eq!(resumed["periods_left_out"], 0);
    })
    .await;
}

#[tokio::test]
async fn a_recurring_invoice_that_is_over_stays_over() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let client = make_client(owner, "A").await;
        let made = make(owner, &client, json!({})).await;
        let gone = path(&made);
        assert_eq!(owner.delete(&gone).await.json(200)["status"], "cancelled");
        assert_eq!(
            owner.delete(&gone).await.json(200)["version"],
            2,
            "again changes nothing"
        );
        assert_eq!(
            owner.get(&gone).await.json(200)["status"],
            "cancelled",
            "kept for its invoices"
        );
        assert_eq!(due(world, "2030-01-01").await, 0);

        let shortened = path(&make(owner, &client, json!({})).await);
        let next = json!({ "next_invoice_date": "2026-09-01", "end_date": "2026-08-01" });
        assert_eq!(
            owner.patch(&shortened, next).await.json(200)["status"],
            "ended"
        );
        for path in [&gone, &shortened] {
            let refusals = [
                owner.patch(path, json!({ "name": "X" })).await,
                owner.post(&format!("{path}/pause"), json!({})).await,
                owner.post(&format!("{path}/resume"), json!({})).await,
            ];
            for refusal in refusals {
                assert_eq!(refusal.refusal(409), "recurring_invoice_over");
            }
        }
        assert_eq!(
            owner.delete(&shortened).await.json(200)["status"],
            "cancelled"
        );
    })
    .await;
}

#[tokio::test]
async fn d23_a_pause_that_outlasts_the_end_date_cannot_be_resumed_by_the_way() {
    on_each_engine(async |world| {
        let owner = &world.ours.owner;
        let client = make_client(owner, "A").await;
        let path = path(&make(owner, &client, json!({ "end_date": "2026-09-01" })).await);
        owner
            .post(&format!("{path}/pause"), json!({}))
            .await
            .json(200);
        world.set_now("2026-08-15T12:00:00Z");
        let refusal = owner.post(&format!("{path}/resume"), json!({})).await;
        assert_eq!(refusal.refusal(409), "recurring_invoice_over");
        owner
            .patch(&path, json!({ "end_date": "2026-12-01" }))
            .await
            .json(200);
        let resumed = owner
            .post(&format!("{path}/resume"), json!({}))
            .await
            .json(200);
        assert_eq!(resumed["next_invoice_date"], "2026-09-01");
    })
    .await;
}

async fn due(world: &World, as_of: &str) -> usize {
    let mut tx = world.app.database.read(world.ours.id).await.unwrap();
    recurring::list_due(&mut tx, as_of.parse().unwrap())
        .await
        .unwrap()
        .len()
}
