//! What stands behind the question mark of a list, of the API and of the pages: an answer or a refusal, never a failure.
#![no_main]

use std::cell::RefCell;

use ascent::{
    accounts::By,
    app::{App, Parts, Settings},
    clock::Clock,
    http::router,
    organizations::{NewOrganization, create_organization},
    secrets::{MasterKey, Vault},
};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, Uri},
};
use db::{Engine, testing::TestDatabase};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

const LISTS: [&str; 12] = [
    "/api/v1/clients",
    "/api/v1/recurring-invoices",
    "/api/v1/invoices",
    "/api/v1/billing-runs",
    "/api/v1/deliveries",
    "/api/v1/audit-events",
    "/api/v1/api-tokens",
    "/api/v1/users",
    "/api/v1/search",
    "/api/v1/integrations/pax8/companies",
    "/api/v1/integrations/pax8/subscriptions",
    "/api/v1/integrations/pax8/syncs",
];

const NOW: &str = "2026-06-15T12:00:00Z";

struct Server {
    runtime: Runtime,
    router: Router,
    token: SecretString,
    // Its files are removed with it.
    _database: TestDatabase,
}

thread_local! {
    static SERVER: RefCell<Option<Server>> = const { RefCell::new(None) };
}

libfuzzer_sys::fuzz_target!(|query: &[u8]| {
    let Some((&list, query)) = query.split_first() else {
        return;
    };
    let Ok(query) = std::str::from_utf8(query) else {
        return;
    };
    let list = LISTS[usize::from(list) % LISTS.len()];
    let Ok(uri) = format!("{list}?{query}").parse::<Uri>() else {
        return;
    };
    SERVER.with_borrow_mut(|server| {
        server.get_or_insert_with(Server::start).ask(uri);
    });
});

impl Server {
    fn start() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (router, token, database) = runtime.block_on(async {
            let database = TestDatabase::new(Engine::Sqlite).await;
            let app = app(&database);
            let new = NewOrganization {
                name: "Ours".to_owned(),
                owner_name: "Owner".to_owned(),
                owner_email: "owner@ours.example".to_owned(),
                owner_password: SecretString::from("a password for the fuzzer"),
                currency: "USD".to_owned(),
                timezone: "America/New_York".to_owned(),
                features: vec!["pax8Integration".to_owned()],
                ..NewOrganization::default()
            };
            let created = create_organization(&app, new, &By::command_line()).await;
            (router(app), created.unwrap().api_token, database)
        });
        let server = Self {
            runtime,
            router,
            token,
            _database: database,
        };
        for list in LISTS {
            let status = server.ask(Uri::from_static(list));
            assert_ne!(status, StatusCode::NOT_FOUND, "{list}: no such list");
        }
        server
    }

    fn ask(&self, uri: Uri) -> StatusCode {
        let shown = uri.to_string();
        let request = Request::get(uri)
            .header(
                "authorization",
                format!("Bearer {}", self.token.expose_secret()),
            )
            .body(Body::empty())
            .unwrap();
        let answer = self
            .runtime
            .block_on(self.router.clone().oneshot(request))
            .unwrap();
        let status = answer.status();
        assert!(!status.is_server_error(), "{shown}: {status}");
        status
    }
}

fn app(database: &TestDatabase) -> App {
    let clock = Clock::manual(NOW.parse().unwrap());
    let vault = Vault::new(&MasterKey::from_bytes([7; 32]));
    App::new(Parts {
        settings: Settings {
            pax8_url: "http://127.0.0.1:9".to_owned(),
            ..Settings::default()
        },
        ..Parts::around(database.database.clone(), clock, vault)
    })
}
