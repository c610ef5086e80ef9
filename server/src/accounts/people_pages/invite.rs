//! Inviting somebody, and the link that is shown once.

use askama::Template;
use axum::extract::{Path, State};
use secrecy::{ExposeSecret as _, SecretString};

use super::{PATH, gate, user_id};
use crate::{
    accounts::{
        Role,
        roles::{CustomRole, list_roles},
        tokens::ShownOnce,
        users::{GrantDetails, InvitationLink, NewUser, invite_user, renew_invitation},
    },
    app::App,
    error::Result,
    http::{
        ConfirmedForm, Fields, Flash, Frame, PageResult, Place, Refusals, Visit, filters,
        go_and_tell, go_to, html, html_refused,
    },
};

#[derive(Template)]
#[template(path = "people/invite.html")]
struct InvitePage {
    frame: Frame,
    typed: Fields,
    refusals: Refusals,
    roles: Vec<Role>,
    custom_roles: Vec<CustomRole>,
}

pub(super) async fn new(State(app): State<App>, visit: Visit) -> PageResult {
    gate(&visit)?;
    let typed = Fields::of([("role", Role::Member.as_str().to_owned())]);
    html(&page(&app, &visit, typed, Refusals::default()).await?)
}

pub(super) async fn invite(
    State(app): State<App>,
    ConfirmedForm { visit, fields }: ConfirmedForm,
) -> PageResult {
    gate(&visit)?;
    let password = Some(fields.raw("password")).filter(|typed| !typed.is_empty());
    let new = NewUser {
        email: fields.text("email").to_owned(),
        name: fields.text("name").to_owned(),
        password: password.map(SecretString::from),
        grant: grant(&fields),
    };
    let invited = match invite_user(&app, &visit.actor, new).await {
        Ok(invited) => invited,
        Err(error) if error.field_errors().is_empty() => return Err(error.into()),
        Err(error) => {
            return html_refused(&page(&app, &visit, fields, Refusals::of(&error)).await?);
        }
    };
    if let Some(link) = invited.link {
        return show_link(&visit, &invited.user.email, &link);
    }
    let email = invited.user.email;
    let text = format!("{email} can sign in with the password that you chose.");
    Ok(go_to(&visit, PATH, &[Flash::ok(text)]))
}

pub(super) async fn renew(
    State(app): State<App>,
    Path(id): Path<String>,
    ConfirmedForm { visit, .. }: ConfirmedForm,
) -> PageResult {
    gate(&visit)?;
    match renew_invitation(&app, &visit.actor, user_id(&id)?).await {
        Ok((user, link)) => show_link(&visit, &user.email, &link),
        Err(error) => go_and_tell(&visit, PATH, error),
    }
}

/// The role that a form gives.
pub(super) fn grant(fields: &Fields) -> GrantDetails {
    GrantDetails {
        role: fields.text("role").to_owned(),
        custom_role_id: fields.optional("custom_role_id"),
    }
}

/// The roles that the visitor may give.
pub(super) fn roles_to_give(visit: &Visit) -> Vec<Role> {
    let owner = visit.actor.role == Role::Owner;
    let all = Role::ALL.into_iter();
    all.filter(|role| owner || *role != Role::Owner).collect()
}

fn show_link(visit: &Visit, email: &str, link: &InvitationLink) -> PageResult {
    let until = filters::minute(&link.expires_at, &visit.actor.timezone);
    html(&ShownOnce {
        frame: visit.frame(Place::Roles, "Invitation"),
        crumb: (PATH, "Roles & Permissions"),
        lead: format!(
            "Send this link to {email}. There they sign in with the account that they have, or choose a password for a new one. \
             It works once, until {until}."
        ),
        notice: "Copy this link now. It is not shown again.",
        secret: link.address.expose_secret().to_owned(),
        done: PATH,
    })
}

async fn page(app: &App, visit: &Visit, typed: Fields, refusals: Refusals) -> Result<InvitePage> {
    let mut tx = app.database.read(visit.actor.organization).await?;
    Ok(InvitePage {
        frame: visit.frame(Place::Roles, "Invite somebody"),
        typed,
        refusals,
        roles: roles_to_give(visit),
        custom_roles: list_roles(&mut tx).await?,
    })
}
