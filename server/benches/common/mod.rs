//! The installation that benchmarks measure.

#![allow(dead_code, reason = "each benchmark takes what it measures with")]

use std::num::NonZeroU32;

use ascent::{
    accounts::By,
    app::{App, Parts, Settings},
    clients::ClientDetails,
    clock::Clock,
    ids::OrganizationId,
    organizations::{NewOrganization, create_organization},
    pax8::connection::{ConnectionChange, RateBudgets, TypedCredentials, connect},
    secrets::{MasterKey, Vault},
};
use db::testing::TestDatabase;
use pax8::RetryPolicy;
use pax8_sandbox::Running;
use secrecy::SecretString;

/// Requests a minute, far above what is sent.
const LIFTED: NonZeroU32 = NonZeroU32::new(1_000_000).unwrap();
/// The owner's address and password.
pub const EMAIL: &str = "owner@benchmark.example";
pub const PASSWORD: &str = "a long password for benchmarks of load";

/// The numbers of the command line.
#[allow(dead_code, reason = "each benchmark takes what it measures with")]
pub fn sizes() -> Vec<usize> {
    std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect()
}

/// A server without its jobs at work.
pub fn app(database: &TestDatabase, sandbox: &Running) -> App {
    app_at(database, sandbox, Clock::system(), RetryPolicy::default())
}

/// The same with another clock and patience.
pub fn app_at(database: &TestDatabase, sandbox: &Running, clock: Clock, retry: RetryPolicy) -> App {
    app_of(database, sandbox.url(), clock, retry)
}

/// The same for a Pax8 at that address.
pub fn app_of(database: &TestDatabase, pax8_url: String, clock: Clock, retry: RetryPolicy) -> App {
    let parts = parts(database, &pax8_url);
    App::new(Parts {
        clock,
        settings: Settings {
            pax8_retry: retry,
            ..parts.settings
        },
        ..parts
    })
}

/// The parts of a server that asks for Pax8 at an address.
pub fn parts(database: &TestDatabase, pax8_url: &str) -> Parts {
    let vault = Vault::new(&MasterKey::from_bytes([7; 32]));
    Parts {
        settings: Settings {
            pax8_url: pax8_url.to_owned(),
            trusted_proxies: "10.0.0.0/8".parse().unwrap(),
            ..Settings::default()
        },
        pax8_budgets: RateBudgets::new(LIFTED),
        ..Parts::around(database.database.clone(), Clock::system(), vault)
    }
}

/// An organization with its owner.
pub async fn organization(app: &App) -> OrganizationId {
    let new = NewOrganization {
        name: "Benchmark".to_owned(),
        owner_name: "Owner".to_owned(),
        owner_email: EMAIL.to_owned(),
        owner_password: SecretString::from(PASSWORD),
        currency: "USD".to_owned(),
        timezone: "UTC".to_owned(),
        features: vec!["pax8Integration".to_owned()],
        ..NewOrganization::default()
    };
    create_organization(app, new, &By::command_line())
        .await
        .unwrap()
        .organization
}

/// A client of that name.
pub fn client(name: String) -> ClientDetails {
    ClientDetails {
        name,
        account_reference: None,
        website: None,
        email: None,
        address: String::new(),
        currency: "USD".to_owned(),
        payment_terms_days: Some(30),
        tax_exempt: false,
    }
}

/// Connects to the sandbox, which asks for the first sync.
pub async fn connect_to(
    sandbox: &Running,
    app: &App,
    organization: OrganizationId,
    auto_map: bool,
) {
    let config = sandbox.sandbox().config();
    let (id, secret) = (&config.client_id, &config.client_secret);
    connect_with(id, secret, app, organization, auto_map).await;
}

/// The same with these credentials.
pub async fn connect_with(
    id: &str,
    secret: &str,
    app: &App,
    organization: OrganizationId,
    auto_map: bool,
) {
    let credentials = TypedCredentials {
        client_id: Some(SecretString::from(id)),
        client_secret: Some(SecretString::from(secret)),
    };
    let change = ConnectionChange {
        credentials,
        auto_map: Some(auto_map),
        active: None,
    };
    connect(app, &By::command_line(), organization, change)
        .await
        .unwrap();
}
