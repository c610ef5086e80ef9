//! The form of a custom role, and deleting one after a question.

use askama::Template;
use axum::extract::{Path, State};
use db::OrgTx;

use super::{PATH, gate, role_id};
use crate::{
    accounts::{
        Permission,
        roles::{
            CustomRole, RoleDetails, change_role, create_role, delete_role, load_role,
            refuse_in_use, refuse_stronger_role,
        },
    },
    app::App,
    audit,
    error::Error,
    http::{
        ConfirmedForm, Fields, Flash, Frame, PageResult, Place, Question, Refusals, Visit,
        go_and_tell, go_to, html, html_conflict, html_refused,
    },
};

#[derive(Template)]
#[template(path = "people/role.html")]
struct RolePage {
    frame: Frame,
    details: RoleDetails,
    refusals: Refusals,
    notice: Option<String>,
    role: Option<CustomRole>,
    permissions: Vec<Choice>,
    action: String,
    /// Why the visitor may not change the role.
    beyond: Option<String>,
}

/// A permission in the form.
struct Choice {
    permission: Permission,
    checked: bool,
    /// The visitor lacks it and so cannot give it.
    closed: bool,
}

pub(super) async fn new(visit: Visit) -> PageResult {
    gate(&visit)?;
    html(&RolePage::new(&visit, None, RoleDetails::default()))
}

pub(super) async fn create(
    State(app): State<App>,
    ConfirmedForm { visit, fields }: ConfirmedForm,
) -> PageResult {
    gate(&visit)?;
    let (details, now) = (details(&fields), app.clock.now());
    let mut tx = app.database.write(visit.actor.organization).await?;
    match create_role(&mut tx, &visit.actor, &details, now).await {
        Ok(role) => {
            tx.commit().await?;
            let text = format!("{} was created. Give it to members below.", role.name);
            Ok(go_to(&visit, PATH, &[Flash::ok(text)]))
        }
        Err(error) => refused(None, &visit, None, details, error).await,
    }
}

pub(super) async fn edit(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let role = load_role(&mut tx, role_id(&id)?).await?;
    let details = RoleDetails::of(&role);
    html(&RolePage::new(&visit, Some(role), details))
}

pub(super) async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    ConfirmedForm { visit, fields }: ConfirmedForm,
) -> PageResult {
    gate(&visit)?;
    let (id, details, now) = (role_id(&id)?, details(&fields), app.clock.now());
    let version = fields.text("version").parse().ok();
    let mut tx = app.database.write(visit.actor.organization).await?;
    let before = load_role(&mut tx, id).await?;
    match change_role(&mut tx, &visit.actor, id, version, &details, now).await {
        Ok(role) => {
            tx.commit().await?;
            let message = Flash::ok(format!("{} was saved.", role.name));
            Ok(go_to(&visit, PATH, &[message]))
        }
        // A name that is taken has ended the transaction; the log is read in another.
        Err(error) => {
            drop(tx);
            let mut tx = app.database.read(visit.actor.organization).await?;
            refused(Some(&mut tx), &visit, Some(before), details, error).await
        }
    }
}

pub(super) async fn ask(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let role = load_role(&mut tx, role_id(&id)?).await?;
    refuse_stronger_role(&visit.actor, &role)?;
    if let Err(error) = refuse_in_use(&role) {
        return go_and_tell(&visit, PATH, error);
    }
    let question = Question {
        title: format!("Delete the role {}?", role.name),
        action: format!("{PATH}/{}/delete", role.id),
        back: PATH.to_owned(),
        effects: vec!["Nobody has it. It cannot be taken back.".to_owned()],
        accept: "Delete role",
        decline: "Keep it",
        danger: true,
    };
    question.ask(&visit, Place::Roles)
}

pub(super) async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
    ConfirmedForm { visit, .. }: ConfirmedForm,
) -> PageResult {
    gate(&visit)?;
    let (id, now) = (role_id(&id)?, app.clock.now());
    let mut tx = app.database.write(visit.actor.organization).await?;
    match delete_role(&mut tx, &visit.actor, id, now).await {
        Ok(role) => {
            tx.commit().await?;
            let message = Flash::ok(format!("{} was deleted.", role.name));
            Ok(go_to(&visit, PATH, &[message]))
        }
        Err(error) => go_and_tell(&visit, PATH, error),
    }
}

impl RolePage {
    fn new(visit: &Visit, role: Option<CustomRole>, details: RoleDetails) -> Self {
        let choice = |permission: Permission| {
            let checked = details
                .permissions
                .iter()
                .any(|it| it == permission.as_str());
            Choice {
                permission,
                checked,
                closed: !visit.actor.permissions.contains(permission),
            }
        };
        let title = role
            .as_ref()
            .map_or("New role".to_owned(), |role| role.name.clone());
        let action = match &role {
            Some(role) => format!("{PATH}/{}", role.id),
            None => format!("{PATH}/new"),
        };
        let refused = role
            .as_ref()
            .and_then(|role| refuse_stronger_role(&visit.actor, role).err());
        Self {
            beyond: refused.map(|error| error.to_string()),
            frame: visit.frame(Place::Roles, title),
            permissions: Permission::ALL.into_iter().map(choice).collect(),
            details,
            refusals: Refusals::default(),
            notice: None,
            role,
            action,
        }
    }
}

/// The form again, as it was sent, with what was wrong or in the way.
async fn refused(
    tx: Option<&mut OrgTx>,
    visit: &Visit,
    role: Option<CustomRole>,
    details: RoleDetails,
    error: Error,
) -> PageResult {
    let id = role.as_ref().map(|role| role.id.to_string());
    let mut page = RolePage::new(visit, role, details);
    page.refusals = Refusals::of(&error);
    match (error, tx, id) {
        (
            Error::Conflict {
                code: "changed_meanwhile",
                ..
            },
            Some(tx),
            Some(id),
        ) => {
            let zone = &visit.actor.timezone;
            page.notice = Some(audit::overtaken(tx, "role", &id, zone).await?);
            html_conflict(&page)
        }
        (Error::Conflict { detail, .. }, ..) => {
            page.notice = Some(detail);
            html_conflict(&page)
        }
        (error, ..) if error.field_errors().is_empty() => Err(error.into()),
        _ => html_refused(&page),
    }
}

fn details(fields: &Fields) -> RoleDetails {
    let permissions = fields.all("permission");
    RoleDetails {
        name: fields.text("name").to_owned(),
        permissions: permissions.into_iter().map(str::to_owned).collect(),
    }
}
