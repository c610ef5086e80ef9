//! Users as JSON.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    GrantDetails, InvitationLink, NewUser, User, change_user, invite_user, list_users, load_user,
    remove_user, renew_invitation,
};
use crate::{
    accounts::{Permission, second_factor::reset_second_factor},
    app::App,
    error::{Error, Result},
    http::{
        ApiActor, ApiResult, Json, List, PageQuery, ProblemBody, Query, all_confirmed, all_need,
        given,
    },
    ids::AccountId,
};

/// The calls about users.
pub fn api() -> OpenApiRouter<App> {
    let calls = OpenApiRouter::new()
        .routes(routes!(list, invite))
        .routes(routes!(get, change, remove))
        .routes(routes!(renew))
        .routes(routes!(reset));
    all_confirmed(all_need(Permission::RolesManage, calls))
}

#[derive(Debug, Deserialize, IntoParams)]
struct UserQuery {
    /// Part of a name or e-mail address.
    q: Option<String>,
}

/// Somebody to be brought into the organization.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUserBody {
    /// The address with which they sign in. An account that it has already keeps its name and password, and joins by the link.
    #[serde(default)]
    #[schema(required)]
    email: String,
    /// Their name; the address where it is absent.
    #[serde(default)]
    name: String,
    /// `owner`, `admin` or `member`.
    #[serde(default)]
    #[schema(required)]
    role: String,
    /// The custom role that says what they may do in place of the role.
    custom_role_id: Option<String>,
    /// The first password of a new account, at least 12 characters. Where it is absent, the answer has a link to choose it. It has no
    /// effect on an account that exists. It opens the account for a week; then they choose another one as they sign in.
    #[schema(write_only)]
    password: Option<String>,
}

/// Somebody who was brought in.
#[derive(Serialize, ToSchema)]
struct InvitedBody {
    #[serde(flatten)]
    user: User,
    /// Whether the address had an account before.
    had_account: bool,
    /// The link by which they join, shown only now; null where a new account with the password given belongs to the organization at once.
    invitation: Option<InvitationBody>,
}

/// A link to join: by signing in with the account that there is, or choosing the first password of a new one.
#[derive(Serialize, ToSchema)]
struct InvitationBody {
    /// Its address, shown only now. It works once.
    url: String,
    /// Until when it works.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<InvitationLink> for InvitationBody {
    fn from(link: InvitationLink) -> Self {
        Self {
            url: link.address.expose_secret().to_owned(),
            expires_at: link.expires_at,
        }
    }
}

/// What is to be changed of a user; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserChange {
    /// `owner`, `admin` or `member`.
    role: Option<String>,
    /// The custom role; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    custom_role_id: Option<Option<String>>,
    /// Refuses the change if the user has another version by now.
    version: Option<i64>,
}

/// Lists the people of the organization by e-mail address.
#[utoipa::path(get, path = "/users", tag = "people", params(UserQuery, PageQuery),
    responses((status = 200, body = List<User>), (status = 403, body = ProblemBody)))]
async fn list(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Query(query): Query<UserQuery>,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<List<User>>> {
    actor.require(Permission::RolesManage)?;
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(
        list_users(&mut tx, query.q.as_deref(), &page).await?,
    ))
}

/// Brings somebody into the organization: a new account with a password at once, everybody else as soon as they join by the link.
#[utoipa::path(post, path = "/users", tag = "people", request_body = NewUserBody,
    responses((status = 201, body = InvitedBody), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn invite(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Json(new): Json<NewUserBody>,
) -> ApiResult<(StatusCode, axum::Json<InvitedBody>)> {
    actor.require(Permission::RolesManage)?;
    let new = NewUser {
        email: new.email,
        name: new.name,
        password: new.password.map(SecretString::from),
        grant: GrantDetails {
            role: new.role,
            custom_role_id: new.custom_role_id,
        },
    };
    let invited = invite_user(&app, &actor, new).await?;
    let body = InvitedBody {
        user: invited.user,
        had_account: invited.had_account,
        invitation: invited.link.map(Into::into),
    };
    Ok((StatusCode::CREATED, axum::Json(body)))
}

/// Shows a user.
#[utoipa::path(get, path = "/users/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = User), (status = 404, body = ProblemBody)))]
async fn get(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<axum::Json<User>> {
    actor.require(Permission::RolesManage)?;
    let mut tx = app.database.read(actor.organization).await?;
    Ok(axum::Json(load_user(&mut tx, user_id(&id)?).await?))
}

/// Gives a user another role.
#[utoipa::path(patch, path = "/users/{id}", tag = "people", params(("id" = String, Path)), request_body = UserChange,
    responses((status = 200, body = User), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn change(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
    Json(change): Json<UserChange>,
) -> ApiResult<axum::Json<User>> {
    actor.require(Permission::RolesManage)?;
    let (id, now) = (user_id(&id)?, app.clock.now());
    let mut tx = app.database.write(actor.organization).await?;
    let user = load_user(&mut tx, id).await?;
    let present = user.custom_role.map(|role| role.id.to_string());
    let details = GrantDetails {
        role: change.role.unwrap_or(user.role.as_str().to_owned()),
        custom_role_id: change.custom_role_id.unwrap_or(present),
    };
    let user = change_user(&mut tx, &actor, id, change.version, &details, now).await?;
    tx.commit().await?;
    Ok(axum::Json(user))
}

/// Removes a user from the organization. Their account goes with it where it belongs to no other.
#[utoipa::path(delete, path = "/users/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn remove(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    actor.require(Permission::RolesManage)?;
    remove_user(&app, &actor, user_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a new link for somebody who has yet to join; the one before stops working.
#[utoipa::path(post, path = "/users/{id}/invitation", tag = "people", params(("id" = String, Path)),
    responses((status = 201, body = InvitationBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn renew(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<(StatusCode, axum::Json<InvitationBody>)> {
    actor.require(Permission::RolesManage)?;
    let (_, link) = renew_invitation(&app, &actor, user_id(&id)?).await?;
    Ok((StatusCode::CREATED, axum::Json(link.into())))
}

/// Takes away the second factor of somebody who lost it, and ends their sessions.
#[utoipa::path(delete, path = "/users/{id}/second-factor", tag = "people", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn reset(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    actor.require(Permission::RolesManage)?;
    reset_second_factor(&app, &actor, user_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn user_id(id: &str) -> Result<AccountId> {
    AccountId::parse(id).ok_or(Error::NotFound("user"))
}
