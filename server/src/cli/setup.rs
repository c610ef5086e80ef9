//! `ascent setup`: makes an organization with its owner. The only other way in is the first-run page.

use std::io::BufRead as _;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    Failure,
    installation::{Installation, Schema},
    logging, print,
};
use crate::{
    accounts::By,
    config::{Config, Given, StoreScope},
    organizations::{NewOrganization, create_organization},
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The organization's name
    #[arg(long, value_name = "NAME")]
    organization: String,
    /// Its owner's e-mail address, for signing in
    #[arg(long, value_name = "EMAIL")]
    owner_email: String,
    /// Its owner's name
    #[arg(long, value_name = "NAME", default_value = "")]
    owner_name: String,
    /// Read the owner's password from the first line of standard input; without it a random one is made and shown once
    #[arg(long)]
    owner_password_stdin: bool,
    /// The currency of its reports and of new clients
    #[arg(long, value_name = "CODE", default_value = "USD")]
    currency: String,
    /// The time zone whose days its dates are
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    timezone: String,
    /// A licence feature, such as pax8Integration; may be repeated
    #[arg(long = "feature", value_name = "FEATURE")]
    features: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    given: Given<StoreScope>,
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let config = Config::resolve(&options.given.clone().of_any_command())?;
    logging::start(&config, logging::OF_A_COMMAND);
    let password = if options.owner_password_stdin {
        read_password()?
    } else {
        random_password()?
    };
    let app = Installation::open(config, Schema::Migrate)
        .await?
        .app_of_a_command();
    let new = NewOrganization {
        name: options.organization,
        owner_name: options.owner_name,
        owner_email: options.owner_email,
        owner_password: password.clone(),
        password_given: !options.owner_password_stdin,
        currency: options.currency,
        timezone: options.timezone,
        features: options.features,
    };
    let created = create_organization(&app, new, &By::command_line()).await?;
    app.database.close().await;
    if !options.owner_password_stdin {
        print::aside("Within a week its owner is asked to choose another one.");
        print::aside(&format!(
            "The owner's password, shown only now: {}",
            password.expose_secret()
        ));
    }
    let token = created.api_token.expose_secret();
    if options.json {
        let answer = serde_json::json!({
            "organization_id": created.organization,
            "owner_id": created.owner,
            "api_token": token,
        });
        print::result(&answer.to_string());
    } else {
        print::result(&format!("organization: {}", created.organization));
        print::result(&format!("owner: {}", created.owner));
        print::result(&format!("API token, shown only now: {token}"));
    }
    Ok(())
}

fn read_password() -> Result<SecretString, Failure> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|cause| {
            Failure::Said(format!(
                "The password cannot be read from standard input: {cause}."
            ))
        })?;
    Ok(SecretString::from(
        line.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}

fn random_password() -> Result<SecretString, Failure> {
    let mut bytes = [0; 15];
    getrandom::fill(&mut bytes)
        .map_err(|cause| Failure::Said(format!("The system gives no random bytes: {cause}.")))?;
    Ok(SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(bytes)))
}
