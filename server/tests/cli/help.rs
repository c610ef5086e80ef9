//! What the program says about itself.

use crate::process::Place;

const COMMANDS: [&str; 10] = [
    "bill",
    "sync",
    "demo",
    "serve",
    "setup",
    "migrate",
    "backup",
    "restore",
    "rotate-key",
    "sandbox",
];

#[test]
fn every_command_is_listed_and_explains_itself() {
    let place = Place::new();
    let help = place.ascent(&["--help"]).run();
    assert!(help.status.success());
    for command in COMMANDS {
        assert!(
            help.stdout.contains(&format!("\n  {command} ")),
            "{command}: {}",
            help.stdout
        );
        let own = place.ascent(&[command, "--help"]).run();
        assert!(own.status.success(), "{command}");
        assert!(
            own.stdout.contains("Usage: ascent"),
            "{command}: {}",
            own.stdout
        );
    }
}

#[test]
fn serve_shows_every_setting_with_its_variable_and_default() {
    let help = Place::new().ascent(&["serve", "--help"]).run().stdout;
    for (flag, variable, default) in [
        ("--config", "ASCENT_CONFIG", "none"),
        (
            "--database-url",
            "ASCENT_DATABASE_URL",
            "the file ascent.db in the data folder",
        ),
        (
            "--data-dir",
            "ASCENT_DATA_DIR",
            "the platform's data folder",
        ),
        ("--listen", "ASCENT_LISTEN", "127.0.0.1:8080"),
        (
            "--public-url",
            "ASCENT_PUBLIC_URL",
            "where the server listens",
        ),
        ("--pax8-url", "ASCENT_PAX8_URL", "https://api.pax8.com"),
        ("--sync-interval", "ASCENT_SYNC_INTERVAL", "4h"),
        ("--smtp-url", "ASCENT_SMTP_URL", "no mail is sent"),
        ("--mail-from", "ASCENT_MAIL_FROM", "no mail is sent"),
        ("--invoice-fonts", "ASCENT_INVOICE_FONTS", "none"),
        ("--log", "ASCENT_LOG", "info"),
        ("--log-format", "ASCENT_LOG_FORMAT", "text"),
    ] {
        for text in [
            flag,
            &format!("[env: {variable}"),
            &format!("[default: {default}"),
        ] {
            assert!(help.contains(text), "{text}: {help}");
        }
    }
    assert!(help.contains("ASCENT_MASTER_KEY"), "{help}");
}

#[test]
fn help_shows_no_value_of_the_environment() {
    let help = Place::new()
        .ascent(&["serve", "--help"])
        .env("ASCENT_DATABASE_URL", "postgres://u:hush@h/n")
        .env("ASCENT_SMTP_URL", "smtps://u:hush@h")
        .env("ASCENT_MASTER_KEY", "hush")
        .run();
    assert!(!help.stdout.contains("hush"));
}

#[test]
fn without_a_command_the_commands_are_shown() {
    let ended = Place::new().ascent(&[]).run();
    assert_eq!(ended.status.code(), Some(2));
    assert!(ended.stderr.contains("Commands:"), "{}", ended.stderr);
}
