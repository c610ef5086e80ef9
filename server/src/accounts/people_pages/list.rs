//! The list of members, and the roles with what each allows.

use askama::Template;
use axum::extract::{RawQuery, State};

use super::{PATH, gate};
use crate::{
    accounts::{
        Actor, Permission, PermissionSet,
        roles::{list_roles, list_system_roles},
        users::{User, list_users, refuse_stronger},
    },
    app::App,
    http::{Fields, Frame, PageQuery, PageResult, Pager, Place, Visit, html},
    ids::CustomRoleId,
};

#[derive(Template)]
#[template(path = "people/list.html")]
struct ListPage {
    frame: Frame,
    query: Fields,
    members: Members,
    roles: Vec<RoleRow>,
}

/// The part that changes with the search.
#[derive(Template)]
#[template(path = "people/members.html")]
struct Members {
    actor: Actor,
    members: Vec<User>,
    pager: Pager,
}

/// A role and what it allows.
struct RoleRow {
    /// A custom one's.
    id: Option<CustomRoleId>,
    name: String,
    meaning: &'static str,
    member_count: i64,
    permissions: PermissionSet,
}

impl Members {
    /// Whether the member is the visitor.
    fn is_me(&self, user: &User) -> bool {
        user.id == self.actor.account
    }

    /// Whether the visitor may change or remove the member.
    fn may_change(&self, user: &User) -> bool {
        refuse_stronger(&self.actor, user).is_ok()
    }
}

pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> PageResult {
    gate(&visit)?;
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    let page = PageQuery {
        limit: None,
        cursor: query.optional("cursor"),
    };
    let mut tx = app.database.read(visit.actor.organization).await?;
    let members = list_users(&mut tx, Some(query.text("q")), &page).await?;
    let members = Members {
        actor: visit.actor.clone(),
        pager: Pager::of(PATH, &query, members.next_cursor.as_deref()),
        members: members.data,
    };
    if visit.fragment {
        return html(&members);
    }
    let system = list_system_roles(&mut tx).await?.into_iter();
    let system = system.map(|it| RoleRow {
        id: None,
        name: it.role.label().to_owned(),
        meaning: it.role.meaning(),
        member_count: it.member_count,
        permissions: it.role.default_permissions(),
    });
    let custom = list_roles(&mut tx).await?.into_iter().map(|it| RoleRow {
        id: Some(it.id),
        name: it.name,
        meaning: "Replaces what the member's role allows.",
        member_count: it.member_count,
        permissions: it.permissions,
    });
    html(&ListPage {
        frame: visit.frame(Place::Roles, "Roles & Permissions"),
        query,
        members,
        roles: system.chain(custom).collect(),
    })
}
