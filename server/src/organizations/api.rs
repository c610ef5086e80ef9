//! The organization and its licence as JSON.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Licence, OrganizationBody, SettingsDetails, TaxDetails, change_organization, list_tax_rates,
    load_licence, load_organization,
};
use crate::{
    accounts::Permission,
    app::App,
    error::Error,
    http::{ApiActor, ApiResult, Json, ProblemBody, needs},
};

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get))
        .routes(needs(Permission::SettingsManage, routes!(change)))
        .routes(routes!(licence))
        .merge(super::logo::api())
}

/// What is to be changed of the organization; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrganizationChange {
    name: Option<String>,
    /// Fixed once there are invoices.
    currency: Option<String>,
    /// IANA name.
    timezone: Option<String>,
    address: Option<String>,
    email: Option<String>,
    tax_id: Option<String>,
    /// `a4` or `letter`.
    page_size: Option<String>,
    /// `days` or `months`.
    proration_basis: Option<String>,
    /// With the placeholders `{product}`, `{vendor}`, `{sku}`, `{term}`, `{period}`, `{quantity}`, `{change}`; empty: product
    /// and term.
    line_text: Option<String>,
    /// Whether lines of nothing are printed.
    print_zero_lines: Option<bool>,
    /// Whether equal lines are printed as one.
    group_lines: Option<bool>,
    /// Of the e-mail that an invoice goes with, with the placeholders `{number}`, `{client}`, `{total}`, `{due_date}`, `{period}`,
    /// `{organization}`; empty: the usual subject.
    mail_subject: Option<String>,
    /// With the same placeholders; empty: the usual text.
    mail_text: Option<String>,
    /// Does not end in a digit.
    invoice_prefix: Option<String>,
    /// 1 to 12.
    invoice_digits: Option<i64>,
    /// Not below the present one.
    next_invoice_number: Option<i64>,
    /// Whether its members need a second factor: who has none sets one up before anything else. A session has to be confirmed to change it.
    second_factor_required: Option<bool>,
    /// Replaces all taxes.
    taxes: Option<Vec<TaxChange>>,
    /// Refuses the change if the organization has another version by now.
    version: Option<i64>,
}

/// A tax as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaxChange {
    /// As printed.
    name: String,
    /// Percent, a decimal string: 0 to 100, at most four decimals.
    percent: String,
}

impl OrganizationChange {
    fn apply(self, details: &mut SettingsDetails) {
        for (field, given) in [
            (&mut details.name, self.name),
            (&mut details.currency, self.currency),
            (&mut details.timezone, self.timezone),
            (&mut details.address, self.address),
            (&mut details.email, self.email),
            (&mut details.tax_id, self.tax_id),
            (&mut details.page_size, self.page_size),
            (&mut details.lines.proration_basis, self.proration_basis),
            (&mut details.lines.text, self.line_text),
            (&mut details.mail.subject, self.mail_subject),
            (&mut details.mail.text, self.mail_text),
            (&mut details.invoice_prefix, self.invoice_prefix),
        ] {
            if let Some(value) = given {
                *field = value;
            }
        }
        details.lines.print_zero = self.print_zero_lines.unwrap_or(details.lines.print_zero);
        details.lines.group = self.group_lines.unwrap_or(details.lines.group);
        details.second_factor_required = self
            .second_factor_required
            .unwrap_or(details.second_factor_required);
        details.invoice_digits = self.invoice_digits.or(details.invoice_digits);
        details.next_invoice_number = self.next_invoice_number.or(details.next_invoice_number);
        if let Some(taxes) = self.taxes {
            let tax = |tax: TaxChange| TaxDetails {
                name: tax.name,
                percent: tax.percent,
            };
            details.taxes = taxes.into_iter().map(tax).collect();
        }
    }
}

/// Shows the organization.
#[utoipa::path(get, path = "/organization", tag = "organization", responses((status = 200, body = OrganizationBody)))]
async fn get(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
) -> ApiResult<axum::Json<OrganizationBody>> {
    let mut tx = app.database.read(actor.organization).await?;
    let (organization, taxes) = (
        load_organization(&mut tx).await?,
        list_tax_rates(&mut tx).await?,
    );
    let now = app.clock.now();
    Ok(axum::Json(OrganizationBody::of(&organization, &taxes, now)))
}

/// Changes the organization's settings.
#[utoipa::path(patch, path = "/organization", tag = "organization", request_body = OrganizationChange,
    responses((status = 200, body = OrganizationBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn change(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Json(change): Json<OrganizationChange>,
) -> ApiResult<axum::Json<OrganizationBody>> {
    actor.require(Permission::SettingsManage)?;
    let (by, now, version) = (actor.by(), app.clock.now(), change.version);
    if change.second_factor_required.is_some() && !actor.has_confirmed(now) {
        return Err(Error::ConfirmationRequired.into());
    }
    let mut tx = app.database.write(actor.organization).await?;
    let (organization, taxes) = (
        load_organization(&mut tx).await?,
        list_tax_rates(&mut tx).await?,
    );
    let mut details = SettingsDetails::of(&organization, &taxes);
    change.apply(&mut details);
    let (organization, taxes) = change_organization(&mut tx, &by, version, &details, now).await?;
    tx.commit().await?;
    Ok(axum::Json(OrganizationBody::of(&organization, &taxes, now)))
}

/// Shows what the organization is licensed for.
#[utoipa::path(get, path = "/license", tag = "organization", responses((status = 200, body = Licence)))]
async fn licence(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
) -> ApiResult<axum::Json<Licence>> {
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(load_licence(&mut tx).await?))
}
