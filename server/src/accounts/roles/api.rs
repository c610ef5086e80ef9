//! Roles as JSON.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    CustomRole, RoleDetails, SystemRole, change_role, create_role, delete_role, list_roles,
    list_system_roles, load_role,
};
use crate::{
    accounts::Permission,
    app::App,
    error::{Error, Result},
    http::{ApiActor, ApiResult, Json, List, ProblemBody, all_confirmed, all_need},
    ids::CustomRoleId,
};

/// The calls about roles.
pub fn api() -> OpenApiRouter<App> {
    let calls = OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, change, delete));
    all_confirmed(all_need(Permission::RolesManage, calls))
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
struct RoleBody {
    /// `owner`, `admin`, `member`, or the id of a custom role.
    id: String,
    /// `system` or `custom`.
    r#type: &'static str,
    /// Its name.
    name: String,
    /// What it allows.
    permissions: Vec<&'static str>,
    /// Whether it opens the Admin area; null: that is up to the system role that stands beside it.
    opens_admin_area: Option<bool>,
    /// How many members have it.
    member_count: i64,
    /// Raised by every change; null for a system role, which never changes.
    version: Option<i64>,
}

impl From<CustomRole> for RoleBody {
    fn from(role: CustomRole) -> Self {
        Self {
            id: role.id.to_string(),
            r#type: "custom",
            name: role.name,
            permissions: role.permissions.names(),
            opens_admin_area: None,
            member_count: role.member_count,
            version: Some(role.version),
        }
    }
}

impl From<SystemRole> for RoleBody {
    fn from(SystemRole { role, member_count }: SystemRole) -> Self {
        Self {
            id: role.as_str().to_owned(),
            r#type: "system",
            name: role.label().to_owned(),
            permissions: role.default_permissions().names(),
            opens_admin_area: Some(role.opens_admin_area()),
            member_count,
            version: None,
        }
    }
}

/// A custom role to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRole {
    /// Its name, at most 60 characters.
    #[serde(default)]
    #[schema(required)]
    name: String,
    /// Names of permissions, such as `billing.manage`.
    #[serde(default)]
    permissions: Vec<String>,
}

/// What is to be changed of a custom role; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoleChange {
    name: Option<String>,
    permissions: Option<Vec<String>>,
    /// Refuses the change if the role has another version by now.
    version: Option<i64>,
}

/// Lists the three system roles, then the organization's own by name. They are few: the list has one page.
#[utoipa::path(get, path = "/roles", tag = "people",
    responses((status = 200, body = List<RoleBody>), (status = 403, body = ProblemBody)))]
async fn list(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
) -> ApiResult<axum::Json<List<RoleBody>>> {
    actor.require(Permission::RolesManage)?;
    let mut tx = app.database.read(actor.organization).await?;
    let system = list_system_roles(&mut tx).await?;
    let custom = list_roles(&mut tx).await?;
    let data = system.into_iter().map(RoleBody::from);
    Ok(axum::Json(List {
        data: data.chain(custom.into_iter().map(RoleBody::from)).collect(),
        next_cursor: None,
    }))
}

/// Makes a custom role.
#[utoipa::path(post, path = "/roles", tag = "people", request_body = NewRole,
    responses((status = 201, body = RoleBody), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Json(NewRole { name, permissions }): Json<NewRole>,
) -> ApiResult<(StatusCode, axum::Json<RoleBody>)> {
    actor.require(Permission::RolesManage)?;
    let details = RoleDetails { name, permissions };
    let mut tx = app.database.write(actor.organization).await?;
    let role = create_role(&mut tx, &actor, &details, app.clock.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, axum::Json(role.into())))
}

/// Shows a custom role.
#[utoipa::path(get, path = "/roles/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = RoleBody), (status = 404, body = ProblemBody)))]
async fn get(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<RoleBody>> {
    actor.require(Permission::RolesManage)?;
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(load_role(&mut tx, role_id(&id)?).await?.into()))
}

/// Changes a custom role, for everybody who has it.
#[utoipa::path(patch, path = "/roles/{id}", tag = "people", params(("id" = String, Path)), request_body = RoleChange,
    responses((status = 200, body = RoleBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn change(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
    Json(change): Json<RoleChange>,
) -> ApiResult<axum::Json<RoleBody>> {
    actor.require(Permission::RolesManage)?;
    let (id, now) = (role_id(&id)?, app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let mut details = RoleDetails::of(&load_role(&mut tx, id).await?);
    details.name = change.name.unwrap_or(details.name);
    details.permissions = change.permissions.unwrap_or(details.permissions);
    let role = change_role(&mut tx, &actor, id, change.version, &details, now).await?;
    tx.commit().await?;
    Ok(axum::Json(role.into()))
}

/// Deletes a custom role that nobody has.
#[utoipa::path(delete, path = "/roles/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn delete(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    actor.require(Permission::RolesManage)?;
    let mut tx = app.database.write(actor.organization).await?;
    delete_role(&mut tx, &actor, role_id(&id)?, app.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn role_id(id: &str) -> Result<CustomRoleId> {
    CustomRoleId::parse(id).ok_or(Error::NotFound("role"))
}
