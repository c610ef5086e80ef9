//! A member's role, and removing them after a question.

use askama::Template;
use axum::extract::{Path, State};
use db::OrgTx;

use super::{
    PATH, gate,
    invite::{grant, roles_to_give},
    user_id,
};
use crate::{
    accounts::{
        Role,
        roles::{CustomRole, list_roles},
        users::{User, change_user, load_user, refuse_removal, remove_user},
    },
    app::App,
    audit,
    error::{Error, Result},
    http::{
        ConfirmedForm, Fields, Flash, Frame, PageResult, Place, Question, Refusals, Visit,
        go_and_tell, go_to, html, html_conflict, html_refused,
    },
};

#[derive(Template)]
#[template(path = "people/member.html")]
struct MemberPage {
    frame: Frame,
    user: User,
    typed: Fields,
    refusals: Refusals,
    notice: Option<String>,
    roles: Vec<Role>,
    custom_roles: Vec<CustomRole>,
}

pub(super) async fn edit(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let user = load_user(&mut tx, user_id(&id)?).await?;
    let custom = user.custom_role.as_ref().map(|role| role.id.to_string());
    let typed = Fields::of([
        ("role", user.role.as_str().to_owned()),
        ("custom_role_id", custom.unwrap_or_default()),
    ]);
    html(&page(&mut tx, &visit, user, typed).await?)
}

pub(super) async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    ConfirmedForm { visit, fields }: ConfirmedForm,
) -> PageResult {
    gate(&visit)?;
    let (id, now) = (user_id(&id)?, app.clock.now());
    let version = fields.text("version").parse().ok();
    let mut tx = app.database.write(visit.actor.organization).await?;
    let user = load_user(&mut tx, id).await?;
    let done = change_user(&mut tx, &visit.actor, id, version, &grant(&fields), now).await;
    match done {
        Ok(user) => {
            tx.commit().await?;
            let text = format!("{} is {} now.", user.name, user.role_label());
            Ok(go_to(&visit, PATH, &[Flash::ok(text)]))
        }
        Err(error) => refused(&mut tx, &visit, user, fields, error).await,
    }
}

/// The form again, as it was sent, with what was wrong or in the way.
async fn refused(
    tx: &mut OrgTx,
    visit: &Visit,
    user: User,
    typed: Fields,
    error: Error,
) -> PageResult {
    let (id, zone) = (user.id.to_string(), &visit.actor.timezone);
    let mut page = page(tx, visit, user, typed).await?;
    page.refusals = Refusals::of(&error);
    match error {
        Error::Conflict {
            code: "changed_meanwhile",
            ..
        } => {
            page.notice = Some(audit::overtaken(tx, "user", &id, zone).await?);
            html_conflict(&page)
        }
        Error::Conflict { detail, .. } => {
            page.notice = Some(detail);
            html_conflict(&page)
        }
        error if error.field_errors().is_empty() => Err(error.into()),
        _ => html_refused(&page),
    }
}

pub(super) async fn ask(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let user = load_user(&mut tx, user_id(&id)?).await?;
    if let Err(error) = refuse_removal(&mut tx, &visit.actor, &user).await {
        return go_and_tell(&visit, PATH, error);
    }
    removal(&user, &visit.actor.organization_name).ask(&visit, Place::Roles)
}

fn removal(user: &User, organization: &str) -> Question {
    let (title, effects, accept, decline) = if user.is_invited() {
        (
            format!("Withdraw the invitation of {}?", user.name),
            vec![
                "Their link leads nowhere from now on.".to_owned(),
                "They can be invited again.".to_owned(),
            ],
            "Withdraw",
            "Keep it",
        )
    } else {
        (
            format!("Remove {} from {organization}?", user.name),
            vec![
                "Their sessions and API tokens here end at once, and their account where it belongs to no other organization.".to_owned(),
                "What they did stays in the audit log. They can be invited again.".to_owned(),
            ],
            "Remove",
            "Keep them",
        )
    };
    Question {
        title,
        action: format!("{PATH}/members/{}/remove", user.id),
        back: PATH.to_owned(),
        effects,
        accept,
        decline,
        danger: true,
    }
}

pub(super) async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    ConfirmedForm { visit, .. }: ConfirmedForm,
) -> PageResult {
    gate(&visit)?;
    match remove_user(&app, &visit.actor, user_id(&id)?).await {
        Ok(user) => {
            let message = Flash::ok(format!("{} was removed.", user.name));
            Ok(go_to(&visit, PATH, &[message]))
        }
        Err(error) => go_and_tell(&visit, PATH, error),
    }
}

async fn page(tx: &mut OrgTx, visit: &Visit, user: User, typed: Fields) -> Result<MemberPage> {
    Ok(MemberPage {
        frame: visit.frame(Place::Roles, user.name.clone()),
        user,
        typed,
        refusals: Refusals::default(),
        notice: None,
        roles: roles_to_give(visit),
        custom_roles: list_roles(tx).await?,
    })
}
