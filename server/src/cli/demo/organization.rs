//! The demo's organization: an invented MSP, its clients and their recurring invoices, connected to the sandbox.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use pax8_sandbox::{Sandbox, demo};
use secrecy::SecretString;

use super::{
    news, payments,
    pricing::{self, Invoices},
    recurring::{RECURRING, details},
};
use crate::{
    accounts::{By, PAX8_FEATURE},
    app::App,
    billing_runs,
    cli::Failure,
    clients::{ClientDetails, create_client},
    error::Error,
    ids::OrganizationId,
    job_registry, jobs,
    organizations::{NewOrganization, create_organization, load_organization},
    pax8::{
        connection::{ConnectionChange, TypedCredentials, connect, find_connection},
        sync::{Scope, Trigger, request_sync},
    },
    recurring::create_recurring_invoice,
};

/// The owner's address, for signing in.
pub(super) const OWNER_EMAIL: &str = "owner@ridgeline-it.example";
/// The owner's password. It opens nothing but invented data.
pub(super) const OWNER_PASSWORD: &str = "look-around-first";

/// Makes everything: what an MSP has before it connects, the first sync, what somebody decided then, the invoices up to
/// yesterday and what became of some, and a second sync after something happened. What is due today is for the visitor to bill.
pub(super) async fn make(app: &App, sandbox: &Sandbox) -> Result<(), Failure> {
    let by = By::command_line();
    let organization = create(app, &by).await?;
    let invoices = make_clients(app, &by, organization).await?;
    connect_sandbox(app, &by, organization, sandbox).await?;
    pricing::decide_all(app, &by, organization, &invoices).await?;
    bill_the_past(app, organization).await?;
    payments::happen(app, &by, organization).await?;
    news::happen(sandbox, app.clock.now())?;
    request_sync(app, &by, organization, Scope::Full, Trigger::Manual).await?;
    do_jobs(app, organization).await
}

async fn create(app: &App, by: &By) -> Result<OrganizationId, Failure> {
    let new = NewOrganization {
        name: "Ridgeline IT".to_owned(),
        owner_name: "Demo Owner".to_owned(),
        owner_email: OWNER_EMAIL.to_owned(),
        owner_password: SecretString::from(OWNER_PASSWORD),
        password_given: false,
        currency: "USD".to_owned(),
        timezone: zone(),
        features: vec![PAX8_FEATURE.to_owned()],
    };
    Ok(create_organization(app, new, by).await?.organization)
}

/// Clients that the estate's companies match by reference, name or domain, or not at all; and what they are billed.
async fn make_clients(
    app: &App,
    by: &By,
    organization: OrganizationId,
) -> Result<Invoices, Failure> {
    let now = app.clock.now();
    let mut tx = app.database.write(organization).await?;
    let today = app.clock.today(&load_organization(&mut tx).await?.timezone);
    let mut clients = BTreeMap::new();
    for client in demo::clients() {
        let made = create_client(&mut tx, by, &client_details(client), now).await?;
        clients.insert(client.name, made.id);
    }
    let mut invoices = Invoices::new();
    for entry in RECURRING {
        let client = clients.get(entry.client).copied();
        let made =
            create_recurring_invoice(&mut tx, by, client, &details(entry, today), now).await?;
        invoices.insert((entry.client, entry.name), made.id);
    }
    tx.commit().await?;
    Ok(invoices)
}

fn client_details(client: &demo::Client) -> ClientDetails {
    ClientDetails {
        name: client.name.to_owned(),
        account_reference: client.account_reference.map(str::to_owned),
        website: client.website.map(str::to_owned),
        email: Some(client.email.to_owned()),
        address: "100 Main Street\nSpringfield".to_owned(),
        currency: client.currency.to_owned(),
        payment_terms_days: Some(30),
        tax_exempt: false,
    }
}

/// Connects as the page does; the first sync follows by itself.
async fn connect_sandbox(
    app: &App,
    by: &By,
    organization: OrganizationId,
    sandbox: &Sandbox,
) -> Result<(), Failure> {
    let config = sandbox.config();
    let change = ConnectionChange {
        credentials: TypedCredentials::new(Some(&config.client_id), Some(&config.client_secret)),
        auto_map: Some(true),
        active: Some(true),
    };
    connect(app, by, organization, change).await?;
    do_jobs(app, organization).await
}

/// Bills what was due before today.
async fn bill_the_past(app: &App, organization: OrganizationId) -> Result<(), Failure> {
    let mut tx = app.database.read(organization).await?;
    let today = app.clock.today(&load_organization(&mut tx).await?.timezone);
    drop(tx);
    let yesterday = today.yesterday().map_err(Error::internal)?;
    billing_runs::run(
        app,
        organization,
        yesterday,
        false,
        billing_runs::Trigger::Cli,
    )
    .await?;
    Ok(())
}

/// Does the jobs that are due, and proves that the sync among them succeeded.
async fn do_jobs(app: &App, organization: OrganizationId) -> Result<(), Failure> {
    jobs::drain(app, &job_registry()).await?;
    let mut tx = app.database.read(organization).await?;
    match find_connection(&mut tx).await? {
        Some(connection) if connection.last_error.is_none() => Ok(()),
        connection => {
            let error = connection.and_then(|it| it.last_error);
            let error = error.unwrap_or_else(|| "it is not connected".to_owned());
            Err(Failure::Said(format!(
                "The demo could not be synced: {error}"
            )))
        }
    }
}

/// This machine's time zone, so that the demo's today is the one on its clock.
fn zone() -> String {
    let system = TimeZone::system();
    system.iana_name().unwrap_or("UTC").to_owned()
}
