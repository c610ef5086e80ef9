//! The log of a server: a line for each request and each job, tied together by the request's id; and its limits.

use serde_json::{Value, json};

use crate::process::{Place, Process, browser};

fn serve(place: &Place, more: &[&str]) -> Process {
    let usual = ["serve", "--listen", "127.0.0.1:0", "--log-format", "json"];
    place.ascent(&usual).args(more).start()
}

/// Asks again and again until something is so.
async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..2_000 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::task::yield_now().await;
    }
    panic!("it never came to be");
}

#[tokio::test]
async fn each_request_and_job_has_one_line_and_the_job_names_its_request() {
    let place = Place::new();
    let made = place.set_up("Ours");
    let token = made["api_token"].as_str().unwrap().to_owned();
    let mut server = serve(&place, &[]);
    let url = server.url();
    let client = browser();
    let run = client
        .post(format!("{url}/api/v1/background-jobs/billing.run/run"))
        .header("x-request-id", "asked-for-billing")
        .bearer_auth(&token)
        .json(&json!({}))
        .send()
        .await
        .unwrap();
    assert_eq!(run.status(), 202);
    assert_eq!(run.headers()["x-request-id"], "asked-for-billing");
    let run: Value = run.json().await.unwrap();
    let run = format!(
        "{url}/api/v1/billing-runs/{}",
        run["billing_run_id"].as_str().unwrap()
    );
    until(async || {
        let now = client.get(&run).bearer_auth(&token).send().await.unwrap();
        let now: Value = now.json().await.unwrap();
        (now["status"] == "succeeded").then_some(())
    })
    .await;
    let search = format!("{url}/api/v1/search?q=private-words");
    let found = client.get(search).bearer_auth(&token).send().await.unwrap();
    assert_eq!(found.status(), 200);
    let nobody = client
        .get(format!("{url}/clients/private-id"))
        .send()
        .await
        .unwrap();
    assert!(nobody.status().is_redirection());
    server.signal("TERM");
    let log = server.wait().stderr;

    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect();
    let of = |field: &str, text: &str| -> Vec<&Value> {
        lines.iter().filter(|it| it[field] == text).collect()
    };
    let asked = of("route", "/api/v1/background-jobs/{kind}/run");
    let [asked] = asked[..] else {
        panic!("one line: {asked:?}")
    };
    assert_eq!(asked["message"], "request");
    assert_eq!(asked["request_id"], "asked-for-billing");
    assert_eq!(
        (&asked["method"], &asked["status"]),
        (&json!("POST"), &json!(202))
    );
    assert!(asked["duration_ms"].is_u64() && asked["level"] == "INFO");
    let organization = made["organization_id"].as_str().unwrap();
    assert_eq!(asked["organization"], organization);
    assert!(asked["user"].is_string());
    let jobs = of("kind", "billing.run");
    let [job] = jobs[..] else {
        panic!("one line: {jobs:?}")
    };
    assert_eq!(job["message"], "a job was done");
    assert_eq!(job["request_id"], "asked-for-billing");
    assert_eq!(job["organization"], organization);
    assert_eq!(job["attempt"], 1);
    assert!(job["job"].is_string() && job["duration_ms"].is_u64());
    let [stranger] = of("route", "/clients/{id}")[..] else {
        panic!("one line")
    };
    assert!(stranger["user"].is_null() && stranger["organization"].is_null());
    for hidden in [
        token.as_str(),
        "private-words",
        "private-id",
        "owner@ours.example",
    ] {
        assert!(!log.contains(hidden), "{hidden} is in {log}");
    }
}

#[tokio::test]
async fn a_sender_beyond_the_rate_is_told_to_come_back_and_monitors_are_not() {
    let place = Place::new();
    place.set_up("Ours");
    let mut server = serve(&place, &["--request-rate", "5"]);
    let url = server.url();
    let client = browser();
    let mut answers = Vec::new();
    for _ in 0..6 {
        let answer = client.get(format!("{url}/api/v1/me")).send().await.unwrap();
        answers.push(answer.status().as_u16());
    }
    assert_eq!(answers, [401, 401, 401, 401, 401, 429]);
    let refused = client.get(format!("{url}/api/v1/me")).send().await.unwrap();
    assert_eq!(
        refused.headers()["content-type"],
        "application/problem+json"
    );
    let wait: u32 = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=13).contains(&wait), "{wait}");
    let page = client.get(format!("{url}/sign-in")).send().await.unwrap();
    assert_eq!(page.status(), 429);
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = client.get(format!("{url}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
}
