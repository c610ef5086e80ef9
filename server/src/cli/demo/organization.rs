//! The demo's organization: an invented MSP, its clients and their recurring invoices, connected to the sandbox.

use std::collections::BTreeMap;

use jiff::{civil::Date, tz::TimeZone};
use pax8_sandbox::Sandbox;
use secrecy::SecretString;

use super::recurring::{RECURRING, details};
use crate::{
    accounts::{By, PAX8_FEATURE},
    app::App,
    cli::Failure,
    clients::{ClientDetails, create_client},
    error::Error,
    ids::{ClientId, OrganizationId},
    organizations::{NewOrganization, create_organization},
    recurring::create_recurring_invoice,
};

/// The owner's address, for signing in.
pub(super) const OWNER_EMAIL: &str = "owner@ridgeline-it.example";
/// The owner's password. It opens nothing but invented data.
pub(super) const OWNER_PASSWORD: &str = "demo-password";

/// Makes everything.
pub(super) async fn make(app: &App, sandbox: &Sandbox) -> Result<(), Failure> {
    let by = By::command_line();
    let zone = zone();
    let new = NewOrganization {
        name: "Ridgeline IT".to_owned(),
        owner_name: "Demo Owner".to_owned(),
        owner_email: OWNER_EMAIL.to_owned(),
        owner_password: SecretString::from(OWNER_PASSWORD),
        currency: "USD".to_owned(),
        timezone: zone.clone(),
        features: vec![PAX8_FEATURE.to_owned()],
    };
    let organization = create_organization(app, new, &by).await?.organization;
    let today = app
        .clock
        .today(&TimeZone::get(&zone).map_err(Error::internal)?);
    make_clients(app, &by, organization, today).await?;
    let _ = sandbox;
    Ok(())
}

/// Clients that the estate's companies match by reference, name or domain, or not at all; and what they are billed.
async fn make_clients(
    app: &App,
    by: &By,
    organization: OrganizationId,
    today: Date,
) -> Result<(), Failure> {
    let now = app.clock.now();
    let mut tx = app
        .database
        .write(organization)
        .await
        .map_err(Error::from)?;
    let mut ids: BTreeMap<&str, ClientId> = BTreeMap::new();
    for client in pax8_sandbox::demo::clients() {
        let details = ClientDetails {
            name: client.name.to_owned(),
            account_reference: client.account_reference.map(str::to_owned),
            website: client.website.map(str::to_owned),
            email: Some(client.email.to_owned()),
            address: "100 Main Street\nSpringfield".to_owned(),
            currency: client.currency.to_owned(),
            payment_terms_days: Some(30),
            tax_exempt: false,
        };
        let made = create_client(&mut tx, by, &details, now).await?;
        ids.insert(client.name, made.id);
    }
    for entry in RECURRING {
        let client = ids.get(entry.client).copied();
        create_recurring_invoice(&mut tx, by, client, &details(entry, today), now).await?;
    }
    tx.commit().await.map_err(Error::from)?;
    Ok(())
}

/// This machine's time zone, so that the demo's today is the one on its clock.
fn zone() -> String {
    let system = TimeZone::system();
    system.iana_name().unwrap_or("UTC").to_owned()
}
