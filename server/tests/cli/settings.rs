//! Where settings come from, and what is said about those that cannot be used.

use std::fs;

use crate::process::Place;

#[test]
fn a_flag_wins_over_a_variable_and_a_variable_over_the_file() {
    let place = Place::new();
    let file = place.path("ascent.toml");
    fs::write(&file, "listen = \"from the file\"\nlog_format = \"text\"\n").unwrap();
    let refused = place.ascent(&["serve"]).env("ASCENT_CONFIG", &file).fails();
    assert!(refused.contains("from the file"), "{refused}");
    assert!(
        refused.contains(&format!("given by the file {}", file.display())),
        "{refused}"
    );

    let refused = place
        .ascent(&["serve"])
        .env("ASCENT_CONFIG", &file)
        .env("ASCENT_LISTEN", "from the variable")
        .fails();
    assert!(
        refused.contains("given by the environment variable ASCENT_LISTEN"),
        "{refused}"
    );

    let refused = place
        .ascent(&["serve", "--listen", "from the flag"])
        .env("ASCENT_CONFIG", &file)
        .env("ASCENT_LISTEN", "from the variable")
        .fails();
    assert!(refused.contains("given by the flag --listen"), "{refused}");
    assert!(
        refused.contains("such as 127.0.0.1:8080"),
        "what to write: {refused}"
    );
}

#[test]
fn settings_of_the_file_are_used() {
    let place = Place::new();
    let file = place.path("ascent.toml");
    let data = place.path("elsewhere");
    fs::write(&file, format!("data_dir = {data:?}\n")).unwrap();
    let done = place
        .ascent(&["migrate", "--config"])
        .args(&[file.to_str().unwrap()])
        .without_env("ASCENT_DATA_DIR")
        .run();
    assert!(done.status.success(), "{}", done.stderr);
    assert!(data.join("ascent.db").exists());
}

#[test]
fn every_malformed_setting_is_named_with_where_it_came_from() {
    let place = Place::new();
    for (variable, key) in [
        ("ASCENT_LISTEN", "listen"),
        ("ASCENT_PUBLIC_URL", "public_url"),
        ("ASCENT_HSTS_SUBDOMAINS", "hsts_subdomains"),
        ("ASCENT_SESSION_LIFETIME", "session_lifetime"),
        ("ASCENT_SESSION_IDLE", "session_idle"),
        ("ASCENT_TRUSTED_PROXIES", "trusted_proxies"),
        ("ASCENT_PAX8_URL", "pax8_url"),
        ("ASCENT_SYNC_INTERVAL", "sync_interval"),
        ("ASCENT_SMTP_URL", "smtp_url"),
        ("ASCENT_MAIL_FROM", "mail_from"),
        ("ASCENT_INVOICE_FONTS", "invoice_fonts"),
        ("ASCENT_LOG", "log"),
        ("ASCENT_LOG_FORMAT", "log_format"),
        ("ASCENT_DATABASE_URL", "database_url"),
    ] {
        let refused = place.ascent(&["serve"]).env(variable, "=:nonsense").fails();
        let begin =
            format!("Error: The setting {key}, given by the environment variable {variable},");
        assert!(refused.starts_with(&begin), "{refused}");
    }
    assert!(!place.data().exists(), "nothing was made");
}

#[test]
fn a_database_address_is_never_shown_with_its_password() {
    let refused = Place::new()
        .ascent(&["migrate", "--database-url", "mysql://u:hush@h/n"])
        .fails();
    assert!(!refused.contains("hush"), "{refused}");
}

#[test]
fn a_mail_server_and_a_sender_are_given_together_and_the_password_is_never_shown() {
    let place = Place::new();
    let url = ("ASCENT_SMTP_URL", "smtps://user:hush@mail.example");
    let from = ("ASCENT_MAIL_FROM", "billing@msp.example");
    for ((variable, value), key, other) in [
        (url, "smtp_url", "mail_from"),
        (from, "mail_from", "smtp_url"),
    ] {
        let refused = place.ascent(&["serve"]).env(variable, value).fails();
        let told = format!("The setting {key} is given without {other}.");
        assert!(
            refused.contains(&told) && !refused.contains("hush"),
            "{refused}"
        );
    }
    let refused = place
        .ascent(&["serve", "--smtp-url", "smtp://user:hush@mail.example/hush"])
        .fails();
    assert!(
        refused.contains("smtp_url") && !refused.contains("hush"),
        "{refused}"
    );
}

#[test]
fn an_empty_variable_is_no_setting() {
    let place = Place::new();
    let done = place
        .ascent(&["migrate"])
        .env("ASCENT_DATABASE_URL", "")
        .run();
    assert!(done.status.success(), "{}", done.stderr);
    assert!(place.data().join("ascent.db").exists());
}

#[test]
fn a_file_with_unknown_keys_or_broken_lines_is_refused() {
    let place = Place::new();
    let file = place.path("ascent.toml");
    for (text, said) in [
        ("lisen = \"127.0.0.1:0\"\n", "has the key lisen"),
        ("master_key = \"x\"\n", "has the key master_key"),
        ("\nlisten = \n", "line 2"),
        ("listen = 8080\n", "listen must be a text"),
    ] {
        fs::write(&file, text).unwrap();
        let refused = place.ascent(&["serve"]).env("ASCENT_CONFIG", &file).fails();
        assert!(refused.contains(said), "{refused}");
        assert!(refused.contains(file.to_str().unwrap()), "{refused}");
    }
    let refused = place
        .ascent(&["serve", "--config", "/nowhere/ascent.toml"])
        .fails();
    assert!(refused.contains("/nowhere/ascent.toml"), "{refused}");
}

#[test]
fn without_settings_the_data_is_in_the_platforms_folder() {
    let place = Place::new();
    let done = place
        .ascent(&["migrate"])
        .without_env("ASCENT_DATA_DIR")
        .run();
    assert!(done.status.success(), "{}", done.stderr);
    if cfg!(target_os = "linux") {
        assert!(place.path(".local/share/ascent/ascent.db").exists());
    }
    let xdg = place.path("xdg");
    let done = place
        .ascent(&["migrate"])
        .without_env("ASCENT_DATA_DIR")
        .env("XDG_DATA_HOME", &xdg)
        .run();
    assert!(done.status.success(), "{}", done.stderr);
    if cfg!(target_os = "linux") {
        assert!(xdg.join("ascent/ascent.db").exists());
    }
}
