//! `ascent demo`: prints where to click and with which sign-in, and both are true.

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use crate::process::{Place, Process, browser};

/// Signs in with what the demo printed, and gives the browser that did.
async fn sign_in(demo: &mut Process) -> (reqwest::Client, String) {
    let url = demo.url();
    assert_eq!(demo.line("  Open          "), url);
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("email", &demo.line("  E-mail        "))
        .append_pair("password", &demo.line("  Password      "))
        .finish();
    let browser = browser();
    let answer = browser
        .post(format!("{url}/sign-in"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    (browser, url)
}

#[tokio::test]
async fn a_demo_without_a_folder_is_ready_to_click_and_leaves_nothing_behind() {
    let place = Place::new();
    let mut demo = place
        .ascent(&["demo", "--listen", "127.0.0.1:0"])
        .env("ASCENT_DATABASE_URL", "postgres://u:p@nowhere.invalid/real")
        .start();
    let (browser, url) = sign_in(&mut demo).await;
    let ask = async |path: &str| -> Value {
        let answer = browser
            .get(format!("{url}/api/v1{path}"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    };
    let connection = ask("/integrations/pax8").await;
    assert_eq!(connection["status"], "connected");
    let syncs = ask("/integrations/pax8/syncs").await;
    let states: Vec<&Value> = syncs["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["status"])
        .collect();
    assert_eq!(states, ["succeeded", "succeeded"]);

    let rows = ask("/integrations/pax8/subscriptions?limit=200").await;
    let rows = rows["data"].as_array().unwrap();
    let states: BTreeSet<&str> = rows
        .iter()
        .map(|it| it["billing"]["state"].as_str().unwrap())
        .collect();
    let all = ["billable", "held", "not_billable", "not_linked"];
    assert_eq!(states, BTreeSet::from(all), "every state shows");
    let missing = rows
        .iter()
        .filter(|it| !it["missing_since"].is_null())
        .count();
    assert_eq!(missing, 2);
    let rhythms = ask("/recurring-invoices?limit=200").await;
    let rhythms = rhythms["data"].as_array().unwrap();
    let rhythms: BTreeSet<&str> = rhythms
        .iter()
        .map(|it| it["frequency"].as_str().unwrap())
        .collect();
    assert_eq!(rhythms.len(), 5, "{rhythms:?}");

    let invoices = ask("/invoices?limit=200").await;
    let invoices = invoices["data"].as_array().unwrap();
    let statuses: BTreeSet<&str> = invoices
        .iter()
        .map(|it| it["status"].as_str().unwrap())
        .collect();
    assert_eq!(
        statuses,
        BTreeSet::from(["draft", "issued", "paid", "partially_paid"])
    );

    let left = || fs::read_dir(place.path("")).unwrap().count();
    assert_eq!(left(), 1, "its temporary folder");
    demo.signal("TERM");
    let ended = demo.wait();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert_eq!(left(), 0);
}

#[tokio::test]
async fn a_demo_with_a_folder_goes_on_where_it_was() {
    let place = Place::new();
    let folder = place.path("demo");
    let start = || {
        let arguments = ["demo", "--listen", "127.0.0.1:0", "--data-dir"];
        place
            .ascent(&arguments)
            .arg(folder.to_str().unwrap())
            .start()
    };
    let mut seen = Vec::new();
    for _ in 0..2 {
        let mut demo = start();
        let (browser, url) = sign_in(&mut demo).await;
        let clients = browser
            .get(format!("{url}/api/v1/clients"))
            .send()
            .await
            .unwrap();
        seen.push(clients.json::<Value>().await.unwrap());
        let mail = folder.join("mail");
        assert_eq!(demo.line("  Mail folder   "), mail.to_str().unwrap());
        // A sign-in in a second browser is told of by mail too, whenever that gets there.
        let letters = fs::read_dir(mail).unwrap();
        let letters = letters.map(|it| fs::read_to_string(it.unwrap().path()).unwrap());
        let invoices: Vec<_> = letters
            .filter(|it| it.contains("Subject: Invoice INV-"))
            .collect();
        assert_eq!(invoices.len(), 2, "two months that are sent by themselves");
        for invoice in invoices {
            assert!(invoice.contains("application/pdf"), "{invoice}");
        }
        demo.signal("INT");
        assert!(demo.wait().status.success());
    }
    assert_eq!(seen[0], seen[1]);
    assert!(folder.join("ascent.db").exists());
}

#[test]
fn a_demo_never_moves_into_a_real_installation() {
    let place = Place::new();
    place.set_up("Ours");
    let data = place.data();
    let refused = place
        .ascent(&["demo", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(data.to_str().unwrap())
        .fails();
    assert!(
        refused.contains("something other than a finished demo"),
        "{refused}"
    );
}
