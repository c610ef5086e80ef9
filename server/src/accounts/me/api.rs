//! Who is asking, as JSON.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    accounts::{Role, users::load_user},
    app::App,
    http::{ApiActor, ApiResult},
    ids::{AccountId, OrganizationId},
    organizations::zone_name,
};

/// The calls about oneself.
pub fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get))
}

/// Who is asking, and what they may do.
#[derive(Debug, Serialize, ToSchema)]
struct MeBody {
    user: MeUser,
    organization: MeOrganization,
    /// The role in the organization.
    role: Role,
    /// The name of the custom role that says what is allowed in place of the role.
    custom_role: Option<String>,
    /// What is allowed.
    permissions: Vec<&'static str>,
    /// What the organization is licensed for.
    features: Vec<String>,
}

/// The account.
#[derive(Debug, Serialize, ToSchema)]
struct MeUser {
    #[schema(value_type = String)]
    id: AccountId,
    name: String,
    email: String,
}

/// The organization.
#[derive(Debug, Serialize, ToSchema)]
struct MeOrganization {
    #[schema(value_type = String)]
    id: OrganizationId,
    name: String,
    /// ISO 4217 code.
    currency: String,
    /// IANA name.
    timezone: String,
}

/// Shows who is asking, in which organization, and what they may do there.
#[utoipa::path(get, path = "/me", tag = "people", responses((status = 200, body = MeBody)))]
async fn get(State(app): State<App>, ApiActor(actor): ApiActor) -> ApiResult<axum::Json<MeBody>> {
    let mut tx = app.database.read(actor.organization).await?;
    let user = load_user(&mut tx, actor.account).await?;
    Ok(axum::Json(MeBody {
        user: MeUser {
            id: actor.account,
            name: actor.name,
            email: actor.email,
        },
        organization: MeOrganization {
            id: actor.organization,
            name: actor.organization_name,
            currency: actor.currency.code().to_owned(),
            timezone: zone_name(&actor.timezone),
        },
        role: actor.role,
        custom_role: user.custom_role.map(|role| role.name),
        permissions: actor.permissions.names(),
        features: actor.features,
    }))
}
