//! What mapping costs at scale: milliseconds of each page and verb on each engine, with the sandbox's default estate and
//! 5,000 clients, of which each company fits one, or with the numbers given (companies, clients):
//!
//! ```text
//! cargo bench -p ascent --bench mapping
//! scripts/with-postgres cargo bench -p ascent --bench mapping -- 10000 50000
//! ```
//!
//! Requests go through the whole router, in one process. Each is made once unmeasured, then measured as the middle of five.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints its figures and stops where something is wrong"
)]

mod common;
#[path = "common/visitor.rs"]
mod visitor;

use std::time::Instant;

use ascent::{
    accounts::By,
    app::App,
    clients::create_client,
    http::PageQuery,
    ids::OrganizationId,
    jobs,
    pax8::companies::{
        ListCompanies, SeenMapping, Suggester, WantedMapping, list_companies, list_unambiguous,
        map_automatically, map_companies, unlink_company,
    },
};
use db::testing::{TestDatabase, engines};
use pax8_sandbox::{Running, Sandbox, SandboxConfig};

use crate::{
    common::{app, client, connect_to, organization},
    visitor::Visitor,
};

const PAGE: &str = "/admin/integrations/pax8";

#[tokio::main]
async fn main() {
    let (companies, clients) = match common::sizes()[..] {
        [companies, clients] => (companies, clients),
        _ => (1_000, 5_000),
    };
    println!("{companies} companies, {clients} clients; milliseconds");
    for engine in engines() {
        let config = SandboxConfig::sized(companies, companies * 5, 100);
        let sandbox = Sandbox::bind("127.0.0.1:0", config).await;
        let sandbox = sandbox.expect("the sandbox starts");
        let database = TestDatabase::new(engine).await;
        let bench = Bench::new(format!("{engine:?}"), &database, &sandbox).await;
        bench.fill(&sandbox, clients).await;
        bench.pages().await;
        bench.verbs().await;
        bench.mapped_pages().await;
        database.remove().await;
    }
}

struct Bench {
    app: App,
    organization: OrganizationId,
    visitor: Visitor,
}

impl Bench {
    async fn new(engine: String, database: &TestDatabase, sandbox: &Running) -> Self {
        let app = app(database, sandbox);
        let organization = organization(&app).await;
        let visitor = Visitor::new(engine, &app).await;
        Self {
            app,
            organization,
            visitor,
        }
    }

    /// Pulls the estate without mapping it, and makes clients: one of each company's name, the others of no company's.
    async fn fill(&self, sandbox: &Running, clients: usize) {
        connect_to(sandbox, &self.app, self.organization, false).await;
        jobs::drain(&self.app, &ascent::job_registry())
            .await
            .unwrap();
        let by = By::command_line();
        let names = self.company_names().await;
        let others = (names.len()..clients).map(|number| format!("Northern Supplies {number}"));
        let names: Vec<_> = names.into_iter().chain(others).collect();
        let now = self.app.clock.now();
        let mut tx = self.app.database.write(self.organization).await.unwrap();
        for name in names {
            let details = client(name);
            create_client(&mut tx, &by, &details, now).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn company_names(&self) -> Vec<String> {
        let mut tx = self.app.database.read(self.organization).await.unwrap();
        let mut names = Vec::new();
        let mut page = PageQuery {
            limit: Some(200),
            cursor: None,
        };
        loop {
            let found = list_companies(&mut tx, &ListCompanies::default(), &page).await;
            let found = found.unwrap();
            let printed = |name: String| name.replace(char::is_control, " ");
            names.extend(
                found
                    .data
                    .into_iter()
                    .filter_map(|company| company.name.map(printed)),
            );
            page.cursor = found.next_cursor;
            if page.cursor.is_none() {
                return names;
            }
        }
    }

    async fn pages(&self) {
        for (what, path, fragment) in [
            ("the card's page", PAGE.to_owned(), false),
            ("its list, by text", format!("{PAGE}?q=dental"), true),
            ("its list, unmapped", format!("{PAGE}?mapped=false"), true),
            (
                "what can be mapped",
                format!("{PAGE}/companies/mappings"),
                false,
            ),
            (
                "search of a client",
                "/clients/options?q=supplies+49".to_owned(),
                true,
            ),
            ("clients", "/clients".to_owned(), false),
            (
                "clients by margin",
                "/clients?sort=-margin".to_owned(),
                false,
            ),
            ("recurring invoices", "/recurring".to_owned(), false),
            ("dashboard", "/".to_owned(), false),
        ] {
            self.visitor.measure(what, &path, fragment).await;
        }
    }

    async fn verbs(&self) {
        let (by, now) = (By::command_line(), self.app.clock.now());
        let mut tx = self.app.database.write(self.organization).await.unwrap();
        let clients = Suggester::load(&mut tx).await.unwrap();
        let found = list_unambiguous(&mut tx, &clients).await.unwrap();
        let wanted: Vec<_> = found
            .iter()
            .take(1_000)
            .map(|it| WantedMapping {
                company_id: it.company.to_string(),
                client_id: it.client.to_string(),
            })
            .collect();
        let begin = Instant::now();
        let one = vec![wanted.first().expect("one that fits").clone()];
        map_companies(&mut tx, &by, one, now).await.unwrap();
        self.visitor.print("map one", begin.elapsed());
        let begin = Instant::now();
        let company = found.first().unwrap().company;
        unlink_company(&mut tx, &by, company, &SeenMapping::Whatever, now)
            .await
            .unwrap();
        self.visitor.print("unlink one", begin.elapsed());
        drop(tx);

        // Not kept, so that automatic mapping finds the same.
        let mut tx = self.app.database.write(self.organization).await.unwrap();
        let begin = Instant::now();
        let done = map_companies(&mut tx, &by, wanted, now).await.unwrap();
        self.visitor
            .print(&format!("map {}", done.mapped.len()), begin.elapsed());
        drop(tx);

        let mut tx = self.app.database.write(self.organization).await.unwrap();
        let begin = Instant::now();
        let mapped = map_automatically(&mut tx, now).await.unwrap();
        self.visitor
            .print(&format!("map {mapped} automatically"), begin.elapsed());
        let seen = SeenMapping::Whatever;
        unlink_company(&mut tx, &by, company, &seen, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// All but one company are mapped by now, which a person unlinked.
    async fn mapped_pages(&self) {
        for (what, path, fragment) in [
            ("its list, mapped", format!("{PAGE}?mapped=true"), true),
            ("its page, mapped", format!("{PAGE}?mapped=true"), false),
        ] {
            self.visitor.measure(what, &path, fragment).await;
        }
    }
}
