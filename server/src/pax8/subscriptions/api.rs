//! Subscriptions as JSON.

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Acceptance, Bill, BillingDraft, BillingState, Circumstances, HeldChange, ListSubscriptions,
    MarkupDraft, Observation, SubscriptionBody, Warning, accept_change, configure_billing, draft,
    list_history, list_subscriptions,
};
use crate::{
    app::App,
    error::{Error, FieldError, Result},
    http::{ApiResult, Json, List, PageQuery, Pax8Actor, ProblemBody, Query},
    ids::{CompanyId, SubscriptionId, SyncId},
    pax8::companies::load_company,
};

/// The calls of this slice.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(list_of_company))
        .routes(routes!(put_billing))
        .routes(routes!(accept))
        .routes(routes!(history))
}

#[derive(Debug, Deserialize, IntoParams)]
struct SubscriptionQuery {
    /// Text in the product's name, vendor or SKU, how Pax8's id begins (four digits or more), or text in the company's name, reference or Pax8 id.
    q: Option<String>,
    /// The status in Pax8; absent: all.
    status: Option<String>,
    /// Only this company's.
    company_id: Option<String>,
    /// `true`: only those that feed a recurring invoice; `false`: only the others.
    linked: Option<String>,
    /// Only those that stand so: `billable`, `held`, `not_billable`, `not_linked`.
    billing: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
struct StatusQuery {
    /// The status in Pax8; absent: all.
    status: Option<String>,
}

/// Billing settings; they replace what was there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BillingBody {
    /// What is added to the cost; null: nothing.
    markup: Option<MarkupFields>,
    /// A price per unit in place of the calculated one; null: none.
    override_price: Option<String>,
    /// A recurring invoice of the company's client; null: the link ends.
    recurring_invoice_id: Option<String>,
    /// `spread` or `on_renewal`; absent: as it was.
    charge: Option<String>,
    /// The version that was changed; absent: whatever it is.
    version: Option<i64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MarkupFields {
    /// `percentage` or `fixed`.
    #[serde(rename = "type")]
    kind: String,
    /// Percent, or an amount per unit.
    value: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct ConfiguredBody {
    #[serde(flatten)]
    subscription: SubscriptionBody,
    /// What to know about the settings that were saved.
    warnings: Vec<Warning>,
}

/// What is accepted, and how it is billed from then on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptBody {
    /// What is accepted.
    change: HeldChange,
    /// The sync that found the values that are accepted.
    #[schema(value_type = String)]
    seen_sync_id: SyncId,
    /// `once` or `always` where what holds it stays as it is: its status, or that it is missing.
    #[serde(default)]
    bill: Bill,
}

#[derive(Debug, Serialize, ToSchema)]
struct AcceptedBody {
    #[serde(flatten)]
    subscription: SubscriptionBody,
    /// Whether it no longer feeds its recurring invoice: it moved away from that client.
    link_ended: bool,
}

/// Lists subscriptions, by product.
#[utoipa::path(get, path = "/integrations/pax8/subscriptions", tag = "pax8", params(SubscriptionQuery, PageQuery),
    responses((status = 200, body = List<SubscriptionBody>)))]
async fn list(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Query(query): Query<SubscriptionQuery>,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<List<SubscriptionBody>>> {
    let mut tx = app.database.read(actor.organization).await?;
    let circumstances = Circumstances::load(&mut tx, app.clock.now()).await?;
    let found = list_subscriptions(&mut tx, &query.wanted()?, &page, &circumstances).await?;
    Ok(axum::Json(
        found.map(|it| SubscriptionBody::of(&it, &circumstances)),
    ))
}

/// Lists the subscriptions of a company, by product.
#[utoipa::path(get, path = "/integrations/pax8/companies/{id}/subscriptions", tag = "pax8",
    params(("id" = String, Path), StatusQuery, PageQuery),
    responses((status = 200, body = List<SubscriptionBody>), (status = 404, body = ProblemBody)))]
async fn list_of_company(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Path(id): Path<String>,
    Query(query): Query<StatusQuery>,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<List<SubscriptionBody>>> {
    let mut tx = app.database.read(actor.organization).await?;
    let circumstances = Circumstances::load(&mut tx, app.clock.now()).await?;
    let company = CompanyId::parse(&id).ok_or(Error::NotFound("company"))?;
    let wanted = ListSubscriptions {
        company: Some(load_company(&mut tx, company).await?.id),
        status: query.status,
        ..ListSubscriptions::default()
    };
    let found = list_subscriptions(&mut tx, &wanted, &page, &circumstances).await?;
    Ok(axum::Json(
        found.map(|it| SubscriptionBody::of(&it, &circumstances)),
    ))
}

/// Replaces the billing settings of a subscription.
#[utoipa::path(put, path = "/integrations/pax8/subscriptions/{id}/billing", tag = "pax8", params(("id" = String, Path)),
    request_body = BillingBody,
    responses((status = 200, body = ConfiguredBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn put_billing(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Path(id): Path<String>,
    Json(body): Json<BillingBody>,
) -> ApiResult<axum::Json<ConfiguredBody>> {
    let (id, now) = (subscription_id(&id)?, app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let configured = configure_billing(&mut tx, &actor.by(), id, &body.draft(), now).await;
    let configured = configured.map_err(named_as_sent)?;
    let circumstances = Circumstances::load(&mut tx, now).await?;
    tx.commit().await?;
    Ok(axum::Json(ConfiguredBody {
        subscription: SubscriptionBody::of(&configured.subscription, &circumstances),
        warnings: configured.warnings,
    }))
}

/// Accepts what holds a subscription: that it moved, that its product changed, or that it is billed in its present status or
/// although it is missing. The body is the subscription's `to_accept` as it was seen, and `bill`; if what was seen is no longer
/// so, nothing is accepted.
#[utoipa::path(post, path = "/integrations/pax8/subscriptions/{id}/accept-change", tag = "pax8", params(("id" = String, Path)),
    request_body = AcceptBody,
    responses((status = 200, body = AcceptedBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn accept(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Path(id): Path<String>,
    Json(body): Json<AcceptBody>,
) -> ApiResult<axum::Json<AcceptedBody>> {
    let (id, now) = (subscription_id(&id)?, app.clock.now());
    let seen = Acceptance {
        change: body.change,
        seen_sync_id: body.seen_sync_id,
    };
    let mut tx = app.database.write(actor.organization).await?;
    let accepted = accept_change(&mut tx, &actor.by(), id, Some(seen), body.bill, now).await?;
    let circumstances = Circumstances::load(&mut tx, now).await?;
    tx.commit().await?;
    Ok(axum::Json(AcceptedBody {
        subscription: SubscriptionBody::of(&accepted.subscription, &circumstances),
        link_ended: accepted.link_ended.is_some(),
    }))
}

/// Lists what was observed about a subscription, the latest first.
#[utoipa::path(get, path = "/integrations/pax8/subscriptions/{id}/history", tag = "pax8",
    params(("id" = String, Path), PageQuery),
    responses((status = 200, body = List<Observation>), (status = 404, body = ProblemBody)))]
async fn history(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<List<Observation>>> {
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(
        list_history(&mut tx, subscription_id(&id)?, &page).await?,
    ))
}

impl SubscriptionQuery {
    fn wanted(self) -> Result<ListSubscriptions> {
        let company = |id: &str| CompanyId::parse(id).ok_or(Error::NotFound("company"));
        Ok(ListSubscriptions {
            company: self.company_id.as_deref().map(company).transpose()?,
            linked: self.linked.as_deref().map(truth).transpose()?,
            billing: self.billing.as_deref().map(state).transpose()?,
            q: self.q,
            status: self.status,
            ..ListSubscriptions::default()
        })
    }
}

fn truth(text: &str) -> Result<bool> {
    text.parse()
        .map_err(|_| Error::field("linked", "Use true or false."))
}

fn state(text: &str) -> Result<BillingState> {
    BillingState::parse(text)
        .ok_or_else(|| Error::field("billing", "Use billable, held, not_billable or not_linked."))
}

impl BillingBody {
    /// An empty text says as little as null.
    fn draft(self) -> BillingDraft {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        BillingDraft {
            markup: self
                .markup
                .map(|MarkupFields { kind, value }| MarkupDraft { kind, value }),
            override_price: given(self.override_price),
            recurring_invoice_id: given(self.recurring_invoice_id),
            charge: self.charge,
            version: self.version,
        }
    }
}

/// The verb knows fields by their names in the form; the body has the markup's in an object.
fn named_as_sent(error: Error) -> Error {
    let Error::Refused {
        code,
        detail,
        fields,
    } = error
    else {
        return error;
    };
    let renamed = |it: FieldError| FieldError {
        field: match it.field.as_str() {
            draft::MARKUP_TYPE => "markup.type".to_owned(),
            draft::MARKUP_VALUE => "markup.value".to_owned(),
            _ => it.field,
        },
        ..it
    };
    Error::Refused {
        code,
        detail,
        fields: fields.into_iter().map(renamed).collect(),
    }
}

fn subscription_id(text: &str) -> Result<SubscriptionId> {
    SubscriptionId::parse(text).ok_or(Error::NotFound("subscription"))
}
