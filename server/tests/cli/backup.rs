//! `ascent backup` and `ascent restore`, and the ways of Postgres: what is restored bills on as if nothing had happened.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use db::{
    Database, Engine, SqliteFile, args,
    testing::{TestDatabase, engines},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    post::Post,
    process::{PATIENCE, Place, browser},
    sync::{Connected, PAX8, stop},
};

db::statements! {
    system INVOICES = "select number, client_name, period_start, total_minor from invoice order by number";
    system EMPTY_LINES = "select count(*) as n from invoice i where not exists
        (select 1 from invoice_line l where l.organization_id = i.organization_id and l.invoice_id = i.id)";
    system SENDING_JOBS = "select count(*) as n from job where kind = 'deliveries.send' and state in ('ready', 'running')";
    system LATER_MIGRATION = "insert into schema_migration (name, digest, oldest) values ('9999_later', 'x', '9999_later')";
}

const CLIENTS: usize = 40;

/// What was invoiced to whom for when, and the numbers that were given.
#[derive(Debug, PartialEq, Eq)]
struct Books {
    billed: BTreeSet<(String, String, i64)>,
    numbers: Vec<String>,
}

async fn books(url: &str) -> Books {
    let database = Database::open(url).await.unwrap();
    let mut tx = database.system_read().await.unwrap();
    let rows = tx.fetch_all(&INVOICES, args![]).await.unwrap();
    let empty = tx.fetch_one(&EMPTY_LINES, args![]).await.unwrap();
    assert_eq!(empty.get::<i64>("n").unwrap(), 0, "invoices without lines");
    drop(tx);
    database.close().await;
    let billed: BTreeSet<_> = rows
        .iter()
        .map(|row| {
            let total: i64 = row.get("total_minor").unwrap();
            (
                row.get::<String>("client_name").unwrap(),
                row.get::<String>("period_start").unwrap(),
                total,
            )
        })
        .collect();
    assert_eq!(billed.len(), rows.len(), "nothing is billed twice");
    let numbers = rows.iter().map(|row| row.get("number").unwrap());
    Books {
        billed,
        numbers: numbers.collect(),
    }
}

/// Clients with a monthly recurring invoice each, from June on.
async fn clients(url: &str, token: &str) {
    let post = async |path: &str, body: Value| -> Value {
        let request = browser()
            .post(format!("{url}/api/v1{path}"))
            .bearer_auth(token);
        let answer = request.json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 201, "{path}");
        answer.json().await.unwrap()
    };
    for number in 0..CLIENTS {
        let name = format!("Client {number}");
        let client = post("/clients", json!({"name": name, "currency": "USD"})).await;
        let recurring = json!({
            "client_id": client["id"], "name": "Care", "frequency": "monthly", "start_date": "2026-06-01",
            "lines": [{"description": "Care", "quantity": "3", "unit_price": "7.40", "taxable": false}],
        });
        post("/recurring-invoices", recurring).await;
    }
}

fn bill(place: &Place, day: &str) -> Value {
    let ended = bill_command(place, day).run();
    assert!(ended.status.success(), "{}", ended.stderr);
    ended.json()
}

fn bill_command(place: &Place, day: &str) -> crate::process::Ascent {
    let bill = ["bill", "--organization", "ours", "--as-of", day, "--json"];
    place.ascent(&bill)
}

fn database_of(place: &Place) -> SqliteFile {
    SqliteFile::at(place.data().join("ascent.db"))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn back_up(place: &Place, file: &Path) {
    let ended = place.ascent(&["backup", text(file)]).run();
    assert!(ended.status.success(), "{}", ended.stderr);
}

/// Another machine with the same key.
fn machine_with_the_key_of(place: &Place) -> Place {
    let other = Place::new();
    fs::create_dir(other.data()).unwrap();
    fs::copy(
        place.data().join("master.key"),
        other.data().join("master.key"),
    )
    .unwrap();
    other
}

/// The next billing run makes what the original's makes: nothing again, nothing left out, no gap in the numbers.
async fn bills_on_like(original: &Books, place: &Place, url: &str) {
    bill(place, "2026-07-01");
    let restored = books(url).await;
    assert_eq!(restored, *original);
    assert_eq!(bill(place, "2026-07-01")["created"], 0);
}

#[tokio::test]
async fn a_backup_made_while_syncs_and_a_billing_run_go_on_bills_on_like_the_original() {
    let place = Place::new();
    let connected = Connected::new(&place).await;
    let mut server = connected.serve(&place);
    let url = server.url();
    clients(&url, &connected.token).await;

    let run = bill_command(&place, "2026-06-01").start();
    let mut backups: Vec<PathBuf> = Vec::new();
    let mut found = BTreeSet::new();
    let end = Instant::now() + PATIENCE;
    // Until one was made before the run had ended and one after it.
    while !found.contains(&CLIENTS) || backups.len() < 3 {
        assert!(Instant::now() < end, "{found:?}");
        let request = browser().post(format!("{url}{PAX8}/syncs"));
        let request = request.bearer_auth(&connected.token).json(&json!({}));
        assert_eq!(request.send().await.unwrap().status(), 202);
        let file = place.path(&format!("backup-{}.db", backups.len()));
        back_up(&place, &file);
        found.insert(books(&SqliteFile::at(&file).url()).await.billed.len());
        backups.push(file);
    }
    let ended = run.wait();
    assert!(ended.status.success(), "{}", ended.stderr);
    stop(server);
    eprintln!("invoices in {} backups: {found:?}", backups.len());

    bill(&place, "2026-07-01");
    let original = books(&database_of(&place).url()).await;
    assert_eq!(original.numbers.len(), 2 * CLIENTS);
    let distinct: BTreeSet<_> = original.numbers.iter().collect();
    assert_eq!(distinct.len(), 2 * CLIENTS);
    for file in [&backups[0], &backups[1], backups.last().unwrap()] {
        let other = machine_with_the_key_of(&place);
        let ended = other.ascent(&["restore", text(file)]).run();
        assert!(ended.status.success(), "{}", ended.stderr);
        assert_eq!(ended.stdout, "organizations restored: 1\n");
        // What the backup has not of the first run is made up for.
        bill(&other, "2026-06-01");
        bills_on_like(&original, &other, &database_of(&other).url()).await;
    }
}

#[tokio::test]
async fn a_dump_of_postgres_restored_into_another_database_bills_on_like_the_original() {
    if !engines().contains(&Engine::Postgres) {
        return;
    }
    let (first, second) = (
        TestDatabase::empty(Engine::Postgres).await,
        TestDatabase::empty(Engine::Postgres).await,
    );
    let place = Place::new().with("ASCENT_DATABASE_URL", &first.url);
    let connected = Connected::new(&place).await;
    let mut server = connected.serve(&place);
    clients(&server.url(), &connected.token).await;
    let run = bill_command(&place, "2026-06-01").start();
    let dump = place.path("ascent.dump");
    let dump_all = ["--enable-row-security", "--format=custom"];
    let arguments = ["--file", text(&dump), &first.url];
    postgres_tool("pg_dump", &[&dump_all[..], &arguments].concat());
    let ended = run.wait();
    assert!(ended.status.success(), "{}", ended.stderr);
    stop(server);
    bill(&place, "2026-07-01");
    let original = books(&first.url).await;
    assert_eq!(original.numbers.len(), 2 * CLIENTS);

    let into = format!("--dbname={}", second.url);
    let arguments = ["--no-owner", "--exit-on-error", &into, text(&dump)];
    postgres_tool("pg_restore", &arguments);
    let place = place.with("ASCENT_DATABASE_URL", &second.url);
    bill(&place, "2026-06-01");
    bills_on_like(&original, &place, &second.url).await;
    first.remove().await;
    second.remove().await;
}

/// Runs a tool of the Postgres that is installed here.
fn postgres_tool(name: &str, arguments: &[&str]) {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut found: Vec<PathBuf> = versions
        .map(|it| it.unwrap().path().join("bin").join(name))
        .filter(|it| it.exists())
        .collect();
    found.sort();
    let tool = found.pop().unwrap_or_else(|| PathBuf::from(name));
    let mut command = Command::new(tool);
    command.args(arguments);
    let done = command
        .env("PGOPTIONS", "-c ascent.organization=*")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{name}: {said}");
}

#[tokio::test]
async fn what_waited_to_be_sent_when_the_backup_was_made_is_not_sent_by_itself_after_a_restore() {
    let post = Post::start().await;
    let place = Place::new()
        .with("ASCENT_SMTP_URL", &post.url())
        .with("ASCENT_MAIL_FROM", "billing@msp.example");
    let made = place.set_up("Ours");
    let token = made["api_token"].as_str().unwrap();
    let serve = || place.ascent(&["serve", "--listen", "127.0.0.1:0"]).start();
    let mut server = serve();
    let url = server.url();
    let api = async |method: Method, path: &str, body: Value| -> Value {
        let request = browser().request(method, format!("{url}/api/v1{path}"));
        let answer = request.bearer_auth(token).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 201, "{path}");
        answer.json().await.unwrap()
    };
    let client = json!({"name": "Lakeside", "currency": "USD", "email": "pay@lakeside.example"});
    let client = api(Method::POST, "/clients", client).await;
    let recurring = json!({
        "client_id": client["id"], "name": "Care", "frequency": "monthly", "start_date": "2026-06-01", "auto_send": true,
        "lines": [{"description": "Care", "quantity": "3", "unit_price": "7.40", "taxable": false}],
    });
    api(Method::POST, "/recurring-invoices", recurring).await;
    stop(server);
    assert_eq!(bill(&place, "2026-06-01")["created"], 1);
    let file = place.path("backup.db");
    back_up(&place, &file);
    let ended = place.ascent(&["restore", text(&file)]).run();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert!(
        ended.stdout.contains("invoices that waited to be sent: 1."),
        "{}",
        ended.stdout
    );

    let mut server = serve();
    let url = server.url();
    let database = Database::open(&database_of(&place).url()).await.unwrap();
    let end = Instant::now() + PATIENCE;
    loop {
        let mut tx = database.system_read().await.unwrap();
        let left = tx.fetch_one(&SENDING_JOBS, args![]).await.unwrap();
        if left.get::<i64>("n").unwrap() == 0 {
            break;
        }
        assert!(Instant::now() < end);
        tokio::task::yield_now().await;
    }
    database.close().await;
    let request = browser().get(format!("{url}/api/v1/deliveries"));
    let answer = request.bearer_auth(token).send().await.unwrap();
    let deliveries: Value = answer.json().await.unwrap();
    assert_eq!(deliveries["data"][0]["state"], "unknown", "{deliveries}");
    assert_eq!(post.connections(), 0);
    stop(server);
}

#[test]
fn on_postgres_both_say_what_to_use() {
    let place = Place::new().with("ASCENT_DATABASE_URL", "postgres://u:hush@nowhere.invalid/n");
    for (command, tool) in [("backup", "pg_dump"), ("restore", "pg_restore")] {
        let refused = place.ascent(&[command, "file"]).fails();
        assert!(refused.contains(tool), "{refused}");
        assert!(!refused.contains("hush"), "{refused}");
    }
}

#[cfg(unix)]
#[test]
fn a_backup_is_for_its_owner_only_and_replaces_nothing_unasked() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let file = place.path("backup.db");
    let refused = place.ascent(&["backup", text(&file)]).fails();
    assert!(refused.contains("There is no database"), "{refused}");
    assert!(!place.data().exists(), "and none was made");

    place.set_up("Ours");
    let ended = place.ascent(&["backup", text(&file)]).run();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert!(ended.stderr.contains("master key is not in it"));
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let refused = place.ascent(&["backup", text(&file)]).fails();
    assert!(refused.contains("exists already"), "{refused}");
    let forced = place.ascent(&["backup", text(&file), "--force"]).run();
    assert!(forced.status.success(), "{}", forced.stderr);

    let nowhere = place.path("nowhere/backup.db");
    let refused = place.ascent(&["backup", text(&nowhere)]).fails();
    assert!(refused.contains("cannot be written"), "{refused}");
}

/// Starts a command and kills it as soon as a file is there; whether it was under way then.
fn kill_at(place: &Place, command: &[&str], file: &Path) -> bool {
    let mut process = place.ascent(command).start();
    let end = Instant::now() + PATIENCE;
    while !file.exists() {
        assert!(Instant::now() < end, "{}", file.display());
        std::hint::spin_loop();
    }
    process.kill();
    !process.wait().status.success()
}

#[tokio::test]
async fn a_killed_backup_leaves_no_file_under_its_name() {
    let place = Place::new();
    place.set_up("Ours");
    let file = place.path("backup.db");
    let part = place.path("backup.db.part");
    let mut kills = 0;
    for _ in 0..10 {
        let killed = kill_at(&place, &["backup", text(&file), "--force"], &part);
        kills += usize::from(killed);
        if file.exists() {
            SqliteFile::at(&file).check_whole().await.unwrap();
        }
        let _ = fs::remove_file(&part);
    }
    assert!(kills > 0);
    eprintln!("{kills} of 10 backups were killed under way");
    let _ = fs::remove_file(&file);
    fs::write(&part, "left behind").unwrap();
    fs::write(place.path("backup.db.part-journal"), "left behind").unwrap();
    back_up(&place, &file);
    SqliteFile::at(&file).check_whole().await.unwrap();
    assert!(!part.exists());
}

#[tokio::test]
async fn a_killed_restore_leaves_the_old_database_or_the_new_one() {
    let place = Place::new();
    place.set_up("Ours");
    let file = place.path("backup.db");
    back_up(&place, &file);
    place.set_up("Theirs");
    let database = database_of(&place);
    let restoring = place.data().join("ascent.db.restoring");
    let mut kills = 0;
    for _ in 0..10 {
        kills += usize::from(kill_at(&place, &["restore", text(&file)], &restoring));
        database.check_whole().await.unwrap();
        assert!((1..=2).contains(&organizations(&database).await));
        let _ = fs::remove_file(&restoring);
    }
    assert!(kills > 0);
    eprintln!("{kills} of 10 restores were killed under way");
    fs::write(&restoring, "left behind").unwrap();
    fs::write(place.data().join("ascent.db.restoring-wal"), "left behind").unwrap();
    let ended = place.ascent(&["restore", text(&file)]).run();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert_eq!(organizations(&database).await, 1);
    let left = fs::read_dir(place.data()).unwrap();
    let left = left.map(|it| it.unwrap().file_name().into_string().unwrap());
    let left: Vec<String> = left.filter(|it| it.contains("restoring")).collect();
    assert!(left.is_empty(), "{left:?}");
}

async fn organizations(file: &SqliteFile) -> usize {
    let database = Database::open(&file.url()).await.unwrap();
    let mut tx = database.system_read().await.unwrap();
    let all = ascent::organizations::list_organizations(&mut tx).await;
    drop(tx);
    database.close().await;
    all.unwrap().len()
}

#[tokio::test]
async fn a_restore_keeps_the_database_of_before_and_waits_for_nobody_to_use_it() {
    let place = Place::new();
    place.set_up("Ours");
    let file = place.path("backup.db");
    back_up(&place, &file);
    place.set_up("Theirs");
    let mut server = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).start();
    server.url();
    let refused = place.ascent(&["restore", text(&file)]).fails();
    assert!(refused.contains("is in use"), "{refused}");
    stop(server);
    let database = database_of(&place);
    assert_eq!(organizations(&database).await, 2);

    let ended = place.ascent(&["restore", text(&file)]).run();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert_eq!(organizations(&database).await, 1);
    let (_, kept) = ended
        .stdout
        .split_once("The database of before is in ")
        .unwrap();
    let kept = SqliteFile::at(kept.trim_end().trim_end_matches('.'));
    assert_eq!(organizations(&kept).await, 2, "kept");

    let lock = database.lock_for_replacing().unwrap().unwrap();
    let refused = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).fails();
    assert!(refused.contains("is being restored"), "{refused}");
    drop(lock);
    let mut server = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).start();
    server.url();
}

#[tokio::test]
async fn what_cannot_be_used_is_not_restored() {
    let place = Place::new();
    place.set_up("Ours");
    let good = place.path("good.db");
    back_up(&place, &good);
    let whole = fs::read(&good).unwrap();
    let bad = |name: &str, bytes: &[u8]| {
        let path = place.path(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let mut torn = whole.clone();
    let middle = torn.len() / 2;
    torn[middle..middle + 4096].fill(0xa5);
    let later = bad("later.db", &whole);
    let database = Database::open(&SqliteFile::at(&later).url()).await.unwrap();
    let mut tx = database.system_write().await.unwrap();
    tx.execute(&LATER_MIGRATION, args![]).await.unwrap();
    tx.commit().await.unwrap();
    database.close().await;
    let before = fs::read(database_of(&place).path()).unwrap();
    for (file, why) in [
        (bad("empty.db", b""), "no database of Ascent"),
        (
            bad("nonsense.db", b"nonsense, and no database at all"),
            "cannot be restored",
        ),
        (
            bad("half.db", &whole[..whole.len() / 2]),
            "cannot be restored",
        ),
        (bad("torn.db", &torn), "cannot be restored"),
        (later, "newer version of Ascent"),
        (place.path("nowhere.db"), "cannot be restored"),
    ] {
        let refused = place.ascent(&["restore", text(&file)]).fails();
        assert!(refused.contains(why), "{}: {refused}", file.display());
        assert!(refused.contains("Nothing was changed"), "{refused}");
    }
    assert_eq!(fs::read(database_of(&place).path()).unwrap(), before);

    let stranger = Place::new();
    let refused = stranger.ascent(&["restore", text(&good)]).fails();
    assert!(refused.contains("master.key is missing"), "{refused}");
    assert!(!database_of(&stranger).path().exists());
}

#[tokio::test]
async fn a_backup_of_before_the_key_was_replaced_needs_the_key_of_its_time() {
    let place = Place::new();
    place.set_up("Ours");
    let file = place.path("backup.db");
    back_up(&place, &file);
    assert!(place.ascent(&["rotate-key"]).run().status.success());
    let refused = place.ascent(&["restore", text(&file)]).fails();
    assert!(
        refused.contains("before the master key was replaced"),
        "{refused}"
    );
    let (_, old) = refused.split_once("Its key is in ").unwrap();
    let (old, _) = old.split_once(": put it").unwrap();

    let key = place.data().join("master.key");
    fs::rename(&key, place.data().join("master.key.of-now")).unwrap();
    fs::copy(old, &key).unwrap();
    let ended = place.ascent(&["restore", text(&file)]).run();
    assert!(ended.status.success(), "{}", ended.stderr);
    let mut server = place.ascent(&["serve", "--listen", "127.0.0.1:0"]).start();
    server.url();
}
