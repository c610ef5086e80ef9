//! `ascent demo`: prints where to click and with which sign-in, and both are true.

use std::fs;

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
    sign_in(&mut demo).await;
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
    for _ in 0..2 {
        let mut demo = start();
        sign_in(&mut demo).await;
        demo.signal("INT");
        assert!(demo.wait().status.success());
    }
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
