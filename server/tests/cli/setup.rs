//! `ascent setup`: an organization, its owner and a token, all of which work.

use crate::process::{Place, browser};

#[test]
fn setup_prints_ids_and_a_token_and_nothing_else() {
    let answer = Place::new().set_up("Ours");
    let mut keys: Vec<&str> = answer
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    assert_eq!(keys, ["api_token", "organization_id", "owner_id"]);
    assert!(answer["api_token"].as_str().unwrap().starts_with("asc_"));
}

#[test]
fn a_password_is_made_and_shown_beside_the_result() {
    let place = Place::new();
    let done = place
        .ascent(&[
            "setup",
            "--organization",
            "Ours",
            "--owner-email",
            "owner@ours.example",
            "--json",
        ])
        .run();
    assert!(done.status.success(), "{}", done.stderr);
    done.json();
    let password = done
        .stderr
        .lines()
        .find_map(|line| line.strip_prefix("The owner's password, shown only now: "))
        .expect("a password");
    assert!(password.len() >= 20, "{password}");
    assert!(!done.stdout.contains(password));
}

#[test]
fn refused_fields_are_named_and_nothing_is_made() {
    let place = Place::new();
    let setup = |email: &str, more: &[&str], password: &str| {
        place
            .ascent(&[
                "setup",
                "--organization",
                "Ours",
                "--owner-email",
                email,
                "--owner-password-stdin",
            ])
            .args(more)
            .input(password)
    };
    let good = "a password for tests\n";
    for (email, more, password, said) in [
        ("nobody", &[][..], good, "email: "),
        ("a@b.example", &["--currency", "XXQ"], good, "currency: "),
        (
            "a@b.example",
            &["--timezone", "Mars/Base"],
            good,
            "timezone: ",
        ),
        ("a@b.example", &[], "short\n", "password: "),
        ("a@b.example", &[], "", "password: "),
    ] {
        let refused = setup(email, more, password).fails();
        assert!(refused.contains(said), "{refused}");
    }
    assert!(setup("a@b.example", &[], good).run().status.success());
    let refused = setup("a@b.example", &[], good).fails();
    assert!(
        refused.contains("There is an account with this address already."),
        "{refused}"
    );
}

#[tokio::test]
async fn the_owner_of_a_new_organization_can_sign_in() {
    let place = Place::new();
    place.set_up("Ours");
    let mut server = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).start();
    let url = server.url();
    let browser = browser();
    let form = "email=owner%40ours.example&password=a+password+for+tests";
    let answer = browser
        .post(format!("{url}/sign-in"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    let given: Vec<_> = answer.cookies().map(|it| it.name().to_owned()).collect();
    assert!(given.contains(&"ascent_session".to_owned()), "{given:?}");
}

#[tokio::test]
async fn the_token_of_a_new_organization_opens_the_api() {
    let place = Place::new();
    let made = place.set_up("Ours");
    let mut server = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).start();
    let url = format!("{}/api/v1/clients", server.url());
    let ask = |token: &str| browser().get(&url).bearer_auth(token).send();
    let answer = ask(made["api_token"].as_str().unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(ask("asc_wrong").await.unwrap().status(), 401);
}
