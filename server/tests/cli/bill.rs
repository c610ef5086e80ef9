//! `ascent bill`: a dry run tells and writes nothing, a run makes each invoice once.

use serde_json::{Value, json};

use crate::process::{Place, browser};

/// An organization with one recurring invoice that is due on 1 June 2026.
async fn due(place: &Place) -> String {
    let made = place.set_up("Ours");
    let mut server = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).start();
    let url = server.url();
    let token = made["api_token"].as_str().unwrap();
    let post = async |path: &str, body: Value| -> Value {
        let request = browser()
            .post(format!("{url}/api/v1{path}"))
            .bearer_auth(token);
        let answer = request.json(&body).send().await.unwrap();
        assert_eq!(
            answer.status(),
            201,
            "{path}: {}",
            answer.text().await.unwrap()
        );
        answer.json().await.unwrap()
    };
    let client = post("/clients", json!({"name": "Lakeside", "currency": "USD"})).await;
    let recurring = json!({
        "client_id": client["id"], "name": "Care", "frequency": "monthly", "start_date": "2026-06-01",
        "lines": [{"description": "Care", "quantity": "3", "unit_price": "7.40", "taxable": false}],
    });
    post("/recurring-invoices", recurring).await;
    server.signal("TERM");
    assert!(server.wait().status.success());
    made["organization_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_a_run_bills_once() {
    let place = Place::new();
    let organization = due(&place).await;
    let bill = |more: &[&str]| {
        let arguments = [
            "bill",
            "--organization",
            &organization,
            "--as-of",
            "2026-06-01",
            "--json",
        ];
        let ended = place.ascent(&arguments).args(more).run();
        assert!(ended.status.success(), "{}", ended.stderr);
        ended.json()
    };
    for _ in 0..2 {
        let dry = bill(&["--dry-run"]);
        assert_eq!((&dry["created"], &dry["id"]), (&json!(1), &Value::Null));
        assert_eq!(dry["as_of"], "2026-06-01");
        assert_eq!(dry["invoices"][0]["total"], "22.20");
    }
    let run = bill(&[]);
    assert_eq!(run["created"], 1);
    assert_eq!(run["invoice_ids"].as_array().unwrap().len(), 1);
    assert_eq!(bill(&[])["created"], 0, "once");
}

#[tokio::test]
async fn without_json_it_is_told_in_lines() {
    let place = Place::new();
    due(&place).await;
    let bill = place.ascent(&["bill", "--organization", "ours", "--as-of", "2026-06-01"]);
    let told = bill.run().stdout;
    assert!(told.starts_with("invoices made: 1\n"), "{told}");
    assert!(told.contains("Lakeside, USD 22.20"), "{told}");
}

#[test]
fn an_unknown_organization_or_a_day_far_ahead_is_refused() {
    let place = Place::new();
    place.set_up("Ours");
    let bill = |organization: &str, day: &str| {
        place.ascent(&["bill", "--organization", organization, "--as-of", day])
    };
    let refused = bill("nobodys", "2026-06-01").fails();
    assert!(refused.contains("There are: ours."), "{refused}");
    let refused = bill("ours", "9000-01-01").fails();
    assert!(refused.contains("as_of"), "{refused}");
    let ended = bill("ours", "soon").run();
    assert_eq!(ended.status.code(), Some(2));
    assert!(ended.stderr.contains("--as-of"), "{}", ended.stderr);
}
