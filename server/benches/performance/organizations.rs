//! Many organizations in one installation.

use ascent::{
    accounts::By,
    app::App,
    ids::OrganizationId,
    organizations::{NewOrganization, create_organization},
};
use secrecy::SecretString;

use crate::common::PASSWORD;

/// One more organization, of that name, with an owner of its own.
pub async fn another(app: &App, name: &str) -> OrganizationId {
    let new = NewOrganization {
        name: name.to_owned(),
        owner_name: "Owner".to_owned(),
        owner_email: format!("owner@{name}.example"),
        owner_password: SecretString::from(PASSWORD),
        currency: "USD".to_owned(),
        timezone: "UTC".to_owned(),
        features: vec!["pax8Integration".to_owned()],
        ..NewOrganization::default()
    };
    let made = create_organization(app, new, &By::command_line()).await;
    made.unwrap().organization
}
