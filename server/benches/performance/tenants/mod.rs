//! Many organizations that are all due for sync at once, and one that is as large as all the others together and due first: how
//! much one process syncs, and three on one Postgres, and whether anybody waits behind the large one. The real program, with
//! Pax8 answering after 100 ms.

mod accounts;
mod cluster;

use std::time::Duration;

use ascent::{
    accounts::By,
    app::{App, Parts},
    ids::OrganizationId,
    pax8::connection::{ConnectionChange, RateBudgets, TypedCredentials, connect},
    secrets::{MasterKey, Vault},
};
use db::{
    Engine, args,
    testing::{TestDatabase, engines},
};
use futures::{StreamExt as _, stream};
use secrecy::SecretString;

use self::{
    accounts::Accounts,
    cluster::{Cluster, MASTER_KEY},
};
use crate::{organizations::another, table::Table};

/// Organizations, and what each has.
const ORGANIZATIONS: usize = 1_000;
const COMPANIES: usize = 20;
const SUBSCRIPTIONS: usize = 125;
/// What the large one has.
const GIANT: (usize, usize) = (10_000, 100_000);
/// How often one looks whether all are done.
const LOOK: Duration = Duration::from_millis(250);

db::statements! {
    system DUE = "update pax8_connection set next_sync_at = case when organization_id = $1 then 0 else 1 end where active = true";
    system REST = "update pax8_connection set active = false where organization_id = $1";
    system SYNCS = "select organization_id, status, requested_at, finished_at from pax8_sync order by id";
}

pub async fn measure(table: &mut Table) {
    let accounts = Accounts::open((COMPANIES, SUBSCRIPTIONS), GIANT).await;
    for engine in engines() {
        let sizes: &[usize] = match engine {
            Engine::Sqlite => &[1],
            Engine::Postgres => &[1, 3],
        };
        for processes in sizes {
            let database = TestDatabase::new(engine).await;
            let tenants = Tenants::new(&database, &accounts).await;
            tenants.measure(table, *processes).await;
            database.remove().await;
        }
    }
}

struct Tenants<'a> {
    app: App,
    database: &'a TestDatabase,
    accounts: &'a Accounts,
    giant: OrganizationId,
}

/// How long it took from the first request until they were done.
struct Round {
    /// All but the large one.
    others: Duration,
    giant: Option<Duration>,
}

impl<'a> Tenants<'a> {
    /// All of them, connected, so that their first syncs wait: that of the large one first.
    async fn new(database: &'a TestDatabase, accounts: &'a Accounts) -> Self {
        let app = app(database, accounts);
        let giant = another(&app, "giant").await;
        join(&app, giant, "giant").await;
        let others = (0..ORGANIZATIONS).map(|number| {
            let app = app.clone();
            tokio::spawn(async move {
                let name = format!("tenant-{number}");
                let organization = another(&app, &name).await;
                join(&app, organization, &name).await;
            })
        });
        let joined: Vec<_> = stream::iter(others).buffer_unordered(8).collect().await;
        assert!(joined.iter().all(Result::is_ok));
        Self {
            app,
            database,
            accounts,
            giant,
        }
    }

    async fn measure(&self, table: &mut Table, processes: usize) {
        let place = tempfile::tempdir().unwrap();
        let place = place.path();
        let (database, pax8) = (&self.database.url, self.accounts.url());
        let cluster = Cluster::start(processes, place, database, &pax8).await;
        let first = self.round(1).await;
        self.due().await;
        let later = self.round(2).await;
        self.execute(&REST, vec![args![self.giant]]).await;
        self.due().await;
        let alone = self.round(3).await;
        let memory = cluster.memory() / 1_048_576;
        drop(cluster);
        let where_ = format!("{processes} × {:?}", self.app.database.engine());
        for (what, round) in [("first", &first), ("later", &alone)] {
            let all = (ORGANIZATIONS * SUBSCRIPTIONS) as f64;
            let rate = all / round.others.as_secs_f64();
            table.add(
                format!("{what} syncs of {ORGANIZATIONS} organizations, {where_}"),
                "subscriptions a second",
                format!("{rate:.0} ({:.1} s)", round.others.as_secs_f64()),
                true,
            );
        }
        let ratio = later.others.div_duration_f64(alone.others);
        let giant = later.giant.map_or(0.0, |it| it.as_secs_f64());
        table.add(
            format!(
                "the same while one of {} subscriptions syncs, {where_}",
                GIANT.1
            ),
            "≤ 1.5 × as long",
            format!(
                "{ratio:.2} × ({:.1} s; the large one {giant:.1} s; {memory} MB each at most)",
                later.others.as_secs_f64()
            ),
            ratio <= 1.5,
        );
    }

    /// Makes everybody due, the large one first.
    async fn due(&self) {
        self.execute(&DUE, vec![args![self.giant]]).await;
    }

    async fn execute(&self, statement: &'static db::SystemStatement, args: Vec<Vec<db::Value>>) {
        let mut tx = self.app.database.system_write().await.unwrap();
        for args in args {
            tx.execute(statement, args).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Waits until so many syncs of everybody are done.
    async fn round(&self, number: usize) -> Round {
        loop {
            tokio::time::sleep(LOOK).await;
            if let Some(round) = self.ended(number).await {
                return round;
            }
        }
    }

    /// The syncs of a round, if it is over.
    async fn ended(&self, number: usize) -> Option<Round> {
        let mut tx = self.app.database.system_read().await.unwrap();
        let rows = tx.fetch_all(&SYNCS, args![]).await.unwrap();
        let asked = rows.chunks(ORGANIZATIONS + 1).nth(number - 1)?;
        let takes_part = number < 3;
        let expected = ORGANIZATIONS + usize::from(takes_part);
        let mut begin = i64::MAX;
        let (mut others, mut giant) = (0, None);
        if asked.len() < expected {
            return None;
        }
        for row in asked {
            let of: OrganizationId = row.get("organization_id").unwrap();
            let status: String = row.get("status").unwrap();
            assert_ne!(status, "failed");
            let finished = row.get::<Option<i64>>("finished_at").unwrap()?;
            begin = begin.min(row.get("requested_at").unwrap());
            if of == self.giant {
                giant = Some(finished);
            } else {
                others = others.max(finished);
            }
        }
        let since = |end: i64| Duration::from_millis((end - begin).try_into().unwrap());
        Some(Round {
            others: since(others),
            giant: giant.map(since),
        })
    }
}

/// What the program is given, so that this process can prepare its database.
fn app(database: &TestDatabase, accounts: &Accounts) -> App {
    let parts = crate::common::parts(database, &accounts.url());
    App::new(Parts {
        vault: Vault::new(&MasterKey::from_bytes(MASTER_KEY)),
        pax8_budgets: RateBudgets::default(),
        ..parts
    })
}

/// Connects an organization to its Pax8 account, which asks for the first sync.
async fn join(app: &App, organization: OrganizationId, account: &str) {
    let change = ConnectionChange {
        credentials: TypedCredentials {
            client_id: Some(SecretString::from(account)),
            client_secret: Some(SecretString::from("secret")),
        },
        auto_map: Some(true),
        active: None,
    };
    connect(app, &By::command_line(), organization, change)
        .await
        .unwrap();
}
