//! Making an organization with its owner: the first-run page and `ascent setup` both end here.

use jiff::{ZonedDateTime, civil::Time, tz::TimeZone};
use money::Currency;
use secrecy::SecretString;

use super::{set_feature, store};
use crate::{
    accounts::{self, By, NewAccount, Role, Whose},
    app::App,
    audit,
    checks::{NO_EMAIL, is_email},
    error::{Error, Result},
    ids::{AccountId, OrganizationId},
    secrets::hold_master_key,
};

/// When the daily billing run begins, in the organization's time zone: after any change of daylight saving time.
pub const BILLING_TIME: Time = Time::constant(4, 0, 0, 0);

/// An organization to be made.
#[derive(Default)]
pub struct NewOrganization {
    /// Its name.
    pub name: String,
    /// Its owner's name.
    pub owner_name: String,
    /// Its owner's address, for signing in.
    pub owner_email: String,
    /// Its owner's password.
    pub owner_password: SecretString,
    /// Whether that was not chosen by them, so that they have to choose one after a while.
    pub password_given: bool,
    /// ISO 4217 code.
    pub currency: String,
    /// IANA name.
    pub timezone: String,
    /// Licence features.
    pub features: Vec<String>,
}

/// What was made.
pub struct Created {
    /// The organization.
    pub organization: OrganizationId,
    /// Its owner.
    pub owner: AccountId,
    /// A token of the owner's, to be shown once.
    pub api_token: SecretString,
}

/// Makes an organization, its owner and a token of the owner's, all or nothing.
///
/// # Errors
/// When a field is refused or the address belongs to another account.
pub async fn create_organization(app: &App, new: NewOrganization, by: &By) -> Result<Created> {
    let name = required("organization", &new.name)?;
    let email = email(&new.owner_email)?;
    let currency: Currency = new
        .currency
        .trim()
        .parse()
        .map_err(|error: money::CurrencyError| Error::field("currency", error.to_string()))?;
    let timezone = TimeZone::get(new.timezone.trim()).map_err(|_| {
        Error::field(
            "timezone",
            "There is no such time zone. Use a name such as Europe/Berlin.",
        )
    })?;
    let whose = Whose {
        name: &new.owner_name,
        email,
        organization: name,
    };
    let password = app.passwords.hash(new.owner_password, whose).await?;
    let now = app.clock.now();
    let (organization, owner) = (OrganizationId::new(), AccountId::new());

    let mut tx = app.database.system_write().await?;
    let master = hold_master_key(&mut tx, &app.vault).await?;
    let (_, data_key) = master
        .make_data_key(organization)
        .map_err(Error::internal)?;
    let slug = free_slug(&mut tx, name).await?;
    let row = store::NewRow {
        id: organization,
        slug: &slug,
        name,
        currency,
        timezone: new.timezone.trim(),
        data_key: &data_key,
        next_billing_at: next_billing(&now.to_zoned_datetime(timezone))?,
        now,
    };
    store::insert(&mut tx, &row).await?;
    let owner_name = if new.owner_name.trim().is_empty() {
        email
    } else {
        new.owner_name.trim()
    };
    let account = NewAccount {
        password_given: new.password_given,
        id: owner,
        email: email.to_owned(),
        name: owner_name.to_owned(),
        password,
    };
    accounts::insert_account(&mut tx, &account, now).await?;

    let mut tx = tx.into_writer_of(organization).await?;
    accounts::insert_membership(&mut tx, owner, Role::Owner, now).await?;
    for feature in &new.features {
        set_feature(&mut tx, feature, true).await?;
    }
    let (_, api_token) = accounts::make_token(&mut tx, app, owner, "Setup").await?;
    let event = audit::Event {
        by,
        action: "organization.created",
        subject_type: "organization",
        subject_id: organization.to_string(),
    };
    let after = serde_json::json!({ "name": name, "owner": email, "features": new.features });
    audit::record(&mut tx, event, now, audit::NOTHING, Some(&after)).await?;
    tx.commit().await?;
    Ok(Created {
        organization,
        owner,
        api_token,
    })
}

/// The next daily billing run after an instant.
///
/// # Errors
/// At the end of time.
pub fn next_billing(now: &ZonedDateTime) -> Result<jiff::Timestamp> {
    let today = now
        .date()
        .to_datetime(BILLING_TIME)
        .to_zoned_datetime(now.time_zone().clone())
        .map_err(Error::internal)?;
    let next = if &today > now {
        today
    } else {
        today.tomorrow().map_err(Error::internal)?
    };
    Ok(next.timestamp())
}

fn required<'a>(field: &str, text: &'a str) -> Result<&'a str> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Error::field(field, "This is required.")),
        1..=200 => Ok(text),
        _ => Err(Error::field(field, "Use at most 200 characters.")),
    }
}

fn email(text: &str) -> Result<&str> {
    let text = required("email", text)?;
    if is_email(text) {
        Ok(text)
    } else {
        Err(Error::field("email", NO_EMAIL))
    }
}

/// A slug from the name, with a number after it if it is taken.
async fn free_slug(tx: &mut db::SystemTx, name: &str) -> Result<String> {
    let words: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let base = if words.is_empty() {
        "organization".to_owned()
    } else {
        words.join("-")
    };
    let mut slug = base.clone();
    let mut number = 2;
    while store::slug_taken(tx, &slug).await? {
        slug = format!("{base}-{number}");
        number += 1;
    }
    Ok(slug)
}
